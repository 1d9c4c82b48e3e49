"""The players of bandits whose weights ship with a result, ready to play."""

from lib import players
from lib.agents.recurrent import RecurrentAgent
from lib.store import Result
from lib.tasks.bandit_table import Row
from lib.training.actor_critic import untrained


def trained_player(result: Result, row: Row, run: int = 0) -> RecurrentAgent:
    """One of the players trained on a bandit, without discount.

    Raises:
        KeyError: if the result knows no such player, or its weights were not shipped.
    """
    spec = players.players(result.profile, (row,))[run]
    return RecurrentAgent.from_weights(result.weights_of(spec, result.manifest["checkpoint"]))


def fresh_player(result: Result, row: Row, run: int = 0) -> RecurrentAgent:
    """The same player before its first update; the seed alone determines it."""
    made = untrained(players.players(result.profile, (row,))[run])
    assert isinstance(made, RecurrentAgent)
    return made
