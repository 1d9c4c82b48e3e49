"""The networks of the fourteen tasks, ready to be asked: from a result that ships their weights, or from the records of
a sweep.
"""

from typing import Any

from experiments.bandits.specs import players
from experiments.prediction.specs import predictors
from lib.agents.lstm import LSTMAgent
from lib.checkpoints import weights_at
from lib.probes.benchmark import PREDICTION, Row
from lib.random import generator
from lib.runner import store
from lib.runner.sweep import RECORDS
from lib.spec import key_of


def load_network(result: store.Result, row: Row, run: int = 0) -> LSTMAgent:
    """One of the networks trained on a task; on a bandit, without discount.

    Raises:
        KeyError: if the result knows no such network, or its weights were not shipped.
    """
    return LSTMAgent.from_weights(result.weights_of(_spec(result, row, run), result.manifest["checkpoint"]))


def untrained_network(result: store.Result, row: Row, run: int = 0) -> LSTMAgent:
    """The same network before its first update; the seed alone determines it."""
    return before_training(_spec(result, row, run))


def _spec(result: store.Result, row: Row, run: int) -> Any:
    return (predictors if row in PREDICTION else players)(result.profile, (row,))[run]


def after_training(spec: Any) -> LSTMAgent:
    """The network at the end of a training, from its record.

    Raises:
        store.Missing: if it has not been trained.
    """
    record, _ = store.read(RECORDS, key_of(spec))
    return LSTMAgent.from_weights(weights_at(record, spec.updates))


def before_training(spec: Any) -> LSTMAgent:
    """The network that a training begins with.

    Raises:
        ValueError: if it is no LSTM, so that it has no states of the kind that is compared here.
    """
    fresh = spec.agent.build(spec.task.input_size, spec.task.output_size, generator("initialise", spec.seed))
    if not isinstance(fresh, LSTMAgent):
        raise ValueError(f"the agent is {spec.agent}; only LSTMs are compared with optimal agents here")
    return fresh
