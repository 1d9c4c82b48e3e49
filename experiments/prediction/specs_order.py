"""Second ensembles, on seeds that no other run uses: in which order the steps of an episode are learned."""

from dataclasses import replace

from experiments.prediction import specs
from lib.probes.benchmark import PREDICTION, Row
from lib.runner import profiles
from lib.training.loop import CONSTANT
from lib.training.supervised import Supervised

FRESH = 100  # the first seed; networks of other runs are numbered from 0
CHECKPOINTS = 90  # of which rounding to whole updates leaves more than 60
CONSTANT_RATE = 1e-3  # of Adam, where the learning rate does not change


def fresh_seeds(profile: str, networks: int) -> range:
    """So many seeds, fewer in a smoke run.

    Raises:
        ValueError: if there is no such profile.
    """
    return range(FRESH, FRESH + profiles.choose(profile, smoke=2, laptop=networks, paper=networks))


def ordered_predictors(profile: str, row: Row, schedule: str) -> list[Supervised]:
    """Ten predictors of one task on fresh seeds, with a cycle of learning rates as everywhere, or one throughout.

    Raises:
        ValueError: if there is no such profile or schedule.
    """
    rate = {"peak_learning_rate": CONSTANT_RATE} if schedule == CONSTANT else {}
    return [
        replace(spec, seed=seed, checkpoints=CHECKPOINTS, schedule=schedule, **rate)  # type: ignore[arg-type]
        for spec in specs.predictors(profile, (row,))[:1]
        for seed in fresh_seeds(profile, 10)
    ]


def fresh_predictors(profile: str, rows: tuple[Row, ...] = PREDICTION, networks: int = 5) -> list[Supervised]:
    """Predictors of these tasks, as everywhere but for their seeds.

    Raises:
        ValueError: if there is no such profile.
    """
    return [
        replace(specs.predictors(profile, (row,))[0], seed=seed)
        for row in rows
        for seed in fresh_seeds(profile, networks)
    ]
