"""The networks whose weights ship with a result, ready to be asked."""

from experiments.prediction import specs
from lib.agents.lstm import LSTMAgent
from lib.runner.store import Result
from lib.tasks.benchmark import Row
from lib.training.supervised import untrained


def load_predictor(result: Result, row: Row, run: int = 0) -> LSTMAgent:
    """One of the trained predictors of a task.

    Raises:
        KeyError: if the result knows no such network, or its weights were not shipped.
    """
    spec = specs.predictors(result.profile, (row,))[run]
    return LSTMAgent.from_weights(result.weights_of(spec, result.manifest["checkpoint"]))


def untrained_predictor(result: Result, row: Row, run: int = 0) -> LSTMAgent:
    """The same network before its first update; the seed alone determines it."""
    made = untrained(specs.predictors(result.profile, (row,))[run])
    assert isinstance(made, LSTMAgent)
    return made
