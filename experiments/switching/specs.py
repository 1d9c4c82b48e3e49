"""Coins that are swapped: the two worlds, what is trained in them, and their exact filters."""

from collections.abc import Mapping
from dataclasses import dataclass

from lib.agents.lstm import DeepLSTM
from lib.optimal.bias_filter import BiasFilter
from lib.optimal.conjugate import BetaBernoulli
from lib.runner import profiles
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.change_point_coin import ChangePointCoinTask
from lib.training.supervised import Supervised

PRIOR = 0.5, 0.5  # a and b of the Beta prior of every coin
ASSUMED = (0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.1, 0.13, 0.17, 0.22, 0.3)  # by filters of one hazard
LONGER = 120  # steps that networks are followed for
FIRST_SEED = 6_000


@dataclass(frozen=True)
class World:
    """A world, the length of its training episodes in steps, and the updates of a training by profile."""

    task: ChangePointCoinTask
    steps: int
    updates: Mapping[str, int]


WORLDS: Mapping[str, World] = {
    "known": World(ChangePointCoinTask(*PRIOR, (0.1,)), 40, {"smoke": 4, "laptop": 1_500, "paper": 100_000}),
    "hidden": World(
        ChangePointCoinTask(*PRIOR, (0.01, 0.03, 0.1, 0.3)), 60, {"smoke": 4, "laptop": 3_000, "paper": 100_000}
    ),
}


def exact(task: ChangePointCoinTask, steps: int = LONGER) -> BiasFilter:
    """The Bayes-optimal predictor of as many tosses."""
    return BiasFilter(task, nodes=steps // 2 + 1)


def assuming(hazard: float) -> BiasFilter:
    """The filter of one who takes the hazard for this."""
    return exact(ChangePointCoinTask(*PRIOR, (hazard,)))


def stationary() -> BetaBernoulli:
    """The Bayes-optimal predictor of a coin that is never swapped."""
    return BetaBernoulli(BernoulliTask(*PRIOR))


def networks(profile: str) -> list[Supervised]:
    """The networks of both worlds, all of one world together.

    Raises:
        ValueError: if there is no such profile.
    """
    seeds = profiles.choose(profile, smoke=2, laptop=5, paper=10)
    width, shorter = profiles.choose(profile, smoke=(4, 8), laptop=(32, 1), paper=(64, 1))
    return [
        Supervised(
            world.task,
            FIRST_SEED + seeds * place + run,
            DeepLSTM(width),
            steps=world.steps // shorter,
            batch=64,
            updates=world.updates[profile],
        )
        for place, world in enumerate(WORLDS.values())
        for run in range(seeds)
    ]
