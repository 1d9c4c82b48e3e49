"""What is trained where several runs look at the same explorers of one-armed worlds, at each size.

One set of hyperparameters serves every world and every lifetime, as Lange and Sprekeler 2020 demand; which, is ours,
since theirs are not given.
"""

from dataclasses import replace
from itertools import product

import numpy as np

from experiments.one_armed.measure import ExplorationAtEnd, ExplorationCourse, ExplorationTraced
from lib.agents.lstm import LSTM
from lib.runner import profiles
from lib.tasks.one_armed import OneArmed
from lib.training.actor_critic import ActorCritic
from lib.training.schedules import Linear


def explorer(sigma_p: float, sigma_l: float, lifetime: int, seed: int, updates: int = 1_500) -> ActorCritic:
    """One network that grows up in one world.

    The entropy bonus is in units of reward. It begins so large that a network pulls the unknown arm about as often as
    not, whatever that costs, and is nearly gone for the last fifth of training. Rewards are never discounted.

    Raises:
        ValueError: if there is no such world.
    """
    return ActorCritic(
        OneArmed(sigma_p, sigma_l),
        seed,
        agent=LSTM(48, input_gain=2.0, orthogonal=True, forget_bias=1.0),
        steps=lifetime,
        batch=128,
        updates=updates,
        peak_learning_rate=5e-3,
        entropy=Linear(1.0, 0.02, 0.8),
        discount=Linear(1.0, 1.0),
        checkpoints=12,
    )


def patient_explorer(sigma_p: float, sigma_l: float, lifetime: int, seed: int, updates: int = 3_000) -> ActorCritic:
    """One network that grows up in one world and comes to look ahead by and by.

    With the recipe above some networks that have begun to explore stop within a few updates, and do not begin again.
    Here the next rewards count most for the first part of training, and steps of learning are smaller. Batches are half
    as large, and there are twice as many of them.

    Raises:
        ValueError: if there is no such world.
    """
    return replace(
        explorer(sigma_p, sigma_l, lifetime, seed, updates),
        batch=64,
        peak_learning_rate=2e-3,
        discount=Linear(0.9, 1.0, 0.4),
    )


LIFETIMES = (20, 50, 100)  # of the maps
NOISE, LIFETIME = 2.0, 100  # sigma_l and steps of the worlds of crowds
ENSEMBLES = {"outside": 0.5433, "at the fixed edge": 1.0866, "inside": 1.6299}
"""Their sigma_p: half, one and one and a half times what it is at the edge of the best fixed number of pulls, which is
the source's edge."""

COLLAPSE = {"inside": (1.0, 1.0), "at the fixed edge": (ENSEMBLES["at the fixed edge"], NOISE)}  # sigma_p and sigma_l
COLLAPSE_SEEDS = (2_000, 3_000)  # the first of each place; no other network has these
CAUGHT = (4, 6, 10, 59, 64, 73)
OWN_SEEDS = 10_000  # the first of the maps whose worlds share none
OF_A_WORLD = 5  # seeds that are set aside for each world of these maps, so that more can be trained of each later


def sides(profile: str) -> tuple[float, ...]:
    """The values of sigma_p, and of sigma_l, on a map of networks.

    Raises:
        ValueError: if there is no such profile.
    """
    places = profiles.choose(profile, smoke=2, laptop=10, paper=20)
    return tuple(round(float(value), 6) for value in np.linspace(2 / places, 2, places))


def grid(profile: str) -> list[ExplorationCourse]:
    """The networks of the maps: of each lifetime, of each sigma_p, of each sigma_l, all seeds together.

    Raises:
        ValueError: if there is no such profile.
    """
    lifetimes = profiles.choose(profile, smoke=(4, 6, 8), laptop=LIFETIMES, paper=LIFETIMES)
    seeds = profiles.choose(profile, smoke=1, laptop=1, paper=5)
    return [
        _looked_at(profile, sigma_p, sigma_l, lifetime, seed)
        for lifetime in lifetimes
        for sigma_p in sides(profile)
        for sigma_l in sides(profile)
        for seed in range(seeds)
    ]


def ensembles(profile: str) -> list[ExplorationAtEnd]:
    """Many networks of each of these worlds, which differ in their seeds alone; worlds take turns.

    Raises:
        ValueError: if there is no such profile.
    """
    seeds = profiles.choose(profile, smoke=3, laptop=100, paper=1_000)
    lifetime = profiles.choose(profile, smoke=6, laptop=LIFETIME, paper=LIFETIME)
    updates, closely = _updates(profile), _closely(profile)
    worlds = [explorer(sigma_p, NOISE, lifetime, 0, updates) for sigma_p in ENSEMBLES.values()]
    return [ExplorationAtEnd(world, seed, *closely) for seed in range(seeds) for world in worlds]


def patient_sides(profile: str) -> tuple[float, ...]:
    """The values of sigma_p, and of sigma_l, on a map by the patient recipe: every second one at laptop size.

    Several networks in each world of the whole map would take a night.

    Raises:
        ValueError: if there is no such profile.
    """
    every = profiles.choose(profile, smoke=1, laptop=2, paper=1)
    return sides(profile)[every - 1 :: every]


def patient_grid(profile: str) -> list[ExplorationTraced]:
    """The networks of the maps by the patient recipe, as in `grid`, each world with seeds of its own.

    Raises:
        ValueError: if there is no such profile.
    """
    lifetimes = profiles.choose(profile, smoke=(4, 6), laptop=LIFETIMES, paper=LIFETIMES)
    seeds = profiles.choose(profile, smoke=2, laptop=3, paper=OF_A_WORLD)
    return [
        _traced(profile, sigma_p, sigma_l, life, OWN_SEEDS + OF_A_WORLD * place + run)
        for place, (life, sigma_p, sigma_l) in enumerate(
            product(lifetimes, patient_sides(profile), patient_sides(profile))
        )
        for run in range(seeds)
    ]


def collapse(profile: str) -> list[ExplorationTraced]:
    """Fresh networks by the patient recipe at two places where some by the recipe above cease to explore.

    Raises:
        ValueError: if there is no such profile.
    """
    seeds = profiles.choose(profile, smoke=2, laptop=20, paper=100)
    lifetime = profiles.choose(profile, smoke=6, laptop=LIFETIME, paper=LIFETIME)
    return [
        _traced(profile, *place, lifetime, first + run)
        for first, place in zip(COLLAPSE_SEEDS, COLLAPSE.values(), strict=True)
        for run in range(seeds)
    ]


def caught(profile: str) -> list[ExplorationTraced]:
    """Networks of the crowd at the fixed edge that do not explore in the end, as `bimodality` says: trained once more
    by the same recipe, to be watched. Rounding differs where networks train side by side, so not all need end alike.

    Raises:
        ValueError: if there is no such profile.
    """
    lifetime = profiles.choose(profile, smoke=6, laptop=LIFETIME, paper=LIFETIME)
    shared = explorer(*COLLAPSE["at the fixed edge"], lifetime, 0, _updates(profile))
    return [ExplorationTraced(shared, seed, *_closely(profile)) for seed in CAUGHT]


def _traced(profile: str, sigma_p: float, sigma_l: float, lifetime: int, seed: int) -> ExplorationTraced:
    updates = profiles.choose(profile, smoke=3, laptop=3_000, paper=12_000)
    return ExplorationTraced(patient_explorer(sigma_p, sigma_l, lifetime, 0, updates), seed, *_closely(profile))


def _looked_at(profile: str, sigma_p: float, sigma_l: float, lifetime: int, seed: int) -> ExplorationCourse:
    return ExplorationCourse(explorer(sigma_p, sigma_l, lifetime, seed, _updates(profile)), *_closely(profile))


def _updates(profile: str) -> int:
    return profiles.choose(profile, smoke=3, laptop=1_500, paper=6_000)


def _closely(profile: str) -> tuple[int, int]:
    """Episodes behind what a network earns, and behind its pulls."""
    return profiles.choose(profile, smoke=(20, 4), laptop=(16_000, 500), paper=(64_000, 1_000))


INNER = ("outside", "inside")  # the worlds whose networks are looked into


def dynamics(profile: str) -> list[ActorCritic]:
    """The networks that are looked into: of a world where exploring is not worth it, then of one where it clearly is.
    None of them is in a crowd.

    Raises:
        ValueError: if there is no such profile.
    """
    seeds = profiles.choose(profile, smoke=3, laptop=10, paper=50)
    lifetime = profiles.choose(profile, smoke=6, laptop=LIFETIME, paper=LIFETIME)
    return [
        explorer(ENSEMBLES[world], NOISE, lifetime, 1_000 + seed, _updates(profile))
        for world in INNER
        for seed in range(seeds)
    ]
