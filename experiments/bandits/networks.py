"""The players of bandits whose weights ship with a result, ready to play."""

from experiments.bandits import specs
from lib.agents.lstm import LSTMAgent
from lib.runner.store import Result
from lib.tasks.bandit_benchmark import Row
from lib.training.actor_critic import untrained


def load_player(result: Result, row: Row, run: int = 0) -> LSTMAgent:
    """One of the players trained on a bandit, without discount.

    Raises:
        KeyError: if the result knows no such player, or its weights were not shipped.
    """
    spec = specs.players(result.profile, (row,))[run]
    return LSTMAgent.from_weights(result.weights_of(spec, result.manifest["checkpoint"]))


def untrained_player(result: Result, row: Row, run: int = 0) -> LSTMAgent:
    """The same player before its first update; the seed alone determines it."""
    made = untrained(specs.players(result.profile, (row,))[run])
    assert isinstance(made, LSTMAgent)
    return made
