"""The shipped predictors, trained on where the episodes are longer."""

from dataclasses import replace

from torch import Tensor

from experiments import shipped
from experiments.prediction import specs
from lib.agents.lstm import LSTMAgent
from lib.probes.benchmark import PREDICTION, Row
from lib.runner import profiles
from lib.spec import declared, versioned
from lib.training import lengthened
from lib.training.lengthened import Lengthened
from lib.training.supervised import Supervised


def lengthened_predictors(profile: str, rows: tuple[Row, ...] = PREDICTION) -> list[Lengthened]:
    """The predictors of these tasks with a second part of their training, all networks of a task together.

    Raises:
        ValueError: if there is no such profile.
    """
    updates, longest = profiles.choose(profile, smoke=(8, 40), laptop=(800, 400), paper=(8_000, 400))
    return [Lengthened(begun, updates=updates, longest=longest) for begun in specs.predictors(profile, rows)]


TWICE = 2  # as many updates of the second part as before
OWN_SEEDS = 200  # the first; no other run has them


def longer_again(profile: str) -> list[Lengthened]:
    """Other predictors of all tasks, whose second part of training is twice as long.

    Raises:
        ValueError: if there is no such profile.
    """
    networks = profiles.choose(profile, smoke=2, laptop=5, paper=10)
    return [
        replace(first, begun=replace(first.begun, seed=OWN_SEEDS + run), updates=TWICE * first.updates)
        for first in (lengthened_predictors(profile, (row,))[0] for row in PREDICTION)
        for run in range(networks)
    ]


def ships(begun: Supervised) -> bool:
    """Whether the first part of a training need not be done again."""
    return shipped.ships("prediction", begun)


def beginning(begun: Supervised) -> LSTMAgent:
    """The network that the first part of a training ended with.

    Raises:
        store.Missing: if it is not to be had.
    """
    return LSTMAgent.from_weights(shipped.weights_in_the_end("prediction", begun))


@versioned(*declared(lengthened.train))
def train(spec: Lengthened) -> dict[str, Tensor]:
    """The second part of one training: `lib.training.lengthened.train`.

    Raises:
        store.Missing: if the first part has not been done.
    """
    return lengthened.train(spec, beginning(spec.begun))
