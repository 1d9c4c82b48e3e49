"""The networks whose weights ship with a result, ready to be asked."""

from lib import recipes
from lib.agents.recurrent import RecurrentAgent
from lib.store import Result
from lib.tasks.table import Row
from lib.training.supervised import untrained


def trained(result: Result, row: Row, run: int = 0) -> RecurrentAgent:
    """One of the trained predictors of a task.

    Raises:
        KeyError: if the result knows no such network, or its weights were not shipped.
    """
    spec = recipes.predictors(result.profile, (row,))[run]
    return RecurrentAgent.from_weights(result.weights_of(spec, result.manifest["checkpoint"]))


def fresh(result: Result, row: Row, run: int = 0) -> RecurrentAgent:
    """The same network before its first update; the seed alone determines it."""
    made = untrained(recipes.predictors(result.profile, (row,))[run])
    assert isinstance(made, RecurrentAgent)
    return made
