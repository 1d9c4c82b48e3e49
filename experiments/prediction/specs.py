"""What is trained where several runs look at the same networks, at each size."""

from dataclasses import dataclass

from lib.agents.lstm import DeepLSTM
from lib.probes.benchmark import PREDICTION, STEPS, Row
from lib.runner import profiles
from lib.training.supervised import Supervised


@dataclass(frozen=True)
class Ensemble:
    """How many networks a task gets, and for how many updates of 128 episodes each is trained."""

    networks: int
    updates: int


def ensemble(profile: str) -> Ensemble:
    """The size of the prediction half.

    Later code of the source's group takes 100,000 updates of 128 episodes; `paper` repeats that, `laptop` takes a
    fiftieth.

    Raises:
        ValueError: if there is no such profile.
    """
    return profiles.choose(profile, smoke=Ensemble(2, 20), laptop=Ensemble(10, 2_000), paper=Ensemble(10, 100_000))


def predictors(profile: str, rows: tuple[Row, ...] = PREDICTION, width: int = 32) -> list[Supervised]:
    """The predictors of these tasks, all networks of a task together.

    Raises:
        ValueError: if there is no such profile.
    """
    size = ensemble(profile)
    return [
        Supervised(row.task, seed, DeepLSTM(width), steps=STEPS, updates=size.updates)
        for row in rows
        for seed in range(size.networks)
    ]
