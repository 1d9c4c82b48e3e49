"""What is trained where runs look at players of contextual bandits, at each size: Learners of one bandit, and
Meta-Learners of all.

Sizes and steps are the source's (Rabinowitz 2019, appendices A.5 and A.6) but for the Meta-Learners' initial weights,
schedule and number of episodes, which are ours: the source's take 2 billion episodes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lib.agents.lstm import LSTM
from lib.runner import profiles
from lib.tasks.contextual import Contextual
from lib.training.loop import CONSTANT
from lib.training.reinforce import Reinforce
from lib.training.schedules import Linear
from lib.training.single_bandit import PolicyLearners

CONFLICT, INDEPENDENT, ALONE = Contextual(conflict=True), Contextual(), Contextual(contexts=1)
LIFE = 100  # steps of an episode; the source says 100 in section 5.2.1 and 125 in appendix A.6
NETWORKS, PLAIN = 15, 3  # of each kind
STEADY = range(104, 107)  # seeds of networks at a constant rate; 100 to 103 were trials of it, of up to 12,000 updates
SPREADS = (0.1, 0.25, 0.7, 1.0, 1.4, 2.0)  # of first weights, beside the source's

# How a group of Learners climbs: by which gradient, with which optimiser, at which learning rate.
WAYS = {
    "REINFORCE, Adam": ("sampled", "adam", 1e-4),
    "expected, Adam": ("exact", "adam", 1e-4),
    "REINFORCE, SGD": ("sampled", "sgd", 1e-2),
    "expected, SGD": ("exact", "sgd", 1e-2),
}
SOURCES = "REINFORCE, Adam"

# What the source leaves open about its Learners, each read in another way, at the source's coupling.
SURE = Contextual(p_correct=1.0, p_incorrect=0.0, conflict=True)  # the source: "qualitatively identical"
READINGS: Mapping[str, Mapping[str, Any]] = {
    "as above": {},
    "certain rewards": {"task": SURE},
    "one context in a batch": {"one_context": True},
    "one action in a batch": {"batch": 1},
    "the batch's mean as baseline": {"baseline": True},
    "biases drawn as the weights": {"bias_spread": 5**-0.5},
    "Adam at 0.1": {"learning_rate": 0.1},
    "Adam's epsilon 0.1": {"epsilon": 0.1, "learning_rate": 1e-2},
    "expected, SGD": {"gradient": "exact", "optimiser": "sgd", "learning_rate": 0.05},
    "expected, SGD, biases drawn": {
        "gradient": "exact",
        "optimiser": "sgd",
        "learning_rate": 0.05,
        "bias_spread": 5**-0.5,
    },
}
COUPLINGS = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 25.0, 50.0, 70.0, 100.0)  # gamma; 1 is the source's


def learners(profile: str, way: str, coupled: bool, task: Contextual = CONFLICT) -> PolicyLearners:
    """A group of Learners that begin as the source's do.

    Raises:
        KeyError: if there is no such way.
        ValueError: if there is no such profile.
    """
    gradient, optimiser, rate = WAYS[way]
    count = profiles.choose(profile, smoke=3, laptop=50, paper=50)
    updates = profiles.choose(profile, smoke=300, laptop=200_000, paper=1_000_000)
    moments = profiles.choose(profile, smoke=20, laptop=200, paper=200)
    quick = 100 if profile == "smoke" else 1  # so that a few steps show something
    return PolicyLearners(task, 0, count, coupled, gradient, optimiser, rate * quick, updates=updates, moments=moments)


def read_otherwise(profile: str, reading: str, coupled: bool) -> PolicyLearners:
    """Learners by one of the `READINGS`, at ten times the source's rate unless the reading gives one.

    Raises:
        KeyError: if there is no such reading.
        ValueError: if there is no such profile.
    """
    base = learners(profile, SOURCES, coupled)
    return replace(base, **{"learning_rate": 10 * base.learning_rate} | dict(READINGS[reading]))


def of_coupling(profile: str, gamma: float, coupled: bool) -> PolicyLearners:
    """Learners with certain rewards that follow the exact gradient, whose biases move at `gamma` times the rate.

    Raises:
        ValueError: if there is no such profile.
    """
    count = profiles.choose(profile, smoke=3, laptop=100, paper=400)
    updates = profiles.choose(profile, smoke=300, laptop=150_000, paper=1_000_000)
    rate = profiles.choose(profile, smoke=0.5, laptop=0.05, paper=0.01)
    moments = profiles.choose(profile, smoke=20, laptop=200, paper=400)
    return PolicyLearners(
        SURE, 0, count, coupled, "exact", "sgd", rate, updates=updates, moments=moments, coupling=gamma
    )


def spread_out(profile: str, spread: float, coupled: bool) -> PolicyLearners:
    """Learners whose first weights are more or less different; they climb as the source's, at ten times the rate.

    Raises:
        ValueError: if there is no such profile.
    """
    base = learners(profile, SOURCES, coupled)
    return replace(base, learning_rate=10 * base.learning_rate, spread=spread)


def meta(profile: str, task: Contextual, seeds: Sequence[int], gradient: str = "sampled") -> list[Reinforce]:
    """Meta-Learners that begin our way: large weights of inputs, a memory that lasts.

    Raises:
        ValueError: if there is no such profile or gradient.
    """
    width = profiles.choose(profile, smoke=8, laptop=64, paper=64)
    return _networks(profile, task, LSTM(width, input_gain=8.0, orthogonal=True, forget_bias=1.0), seeds, gradient)


def plain_meta(profile: str, task: Contextual, seeds: Sequence[int]) -> list[Reinforce]:
    """Meta-Learners that begin with torch's own weights. The source does not say how its networks begin.

    Raises:
        ValueError: if there is no such profile.
    """
    return _networks(profile, task, LSTM(profiles.choose(profile, smoke=8, laptop=64, paper=64)), seeds, "sampled")


def sonnet_meta(profile: str, task: Contextual, seeds: Sequence[int]) -> list[Reinforce]:
    """Meta-Learners that begin as Sonnet v1 would have it, which the source probably used.

    Raises:
        ValueError: if there is no such profile.
    """
    width = profiles.choose(profile, smoke=8, laptop=64, paper=64)
    return _networks(profile, task, LSTM(width, beginning="sonnet"), seeds, "sampled")


def steady_meta(profile: str, task: Contextual, seeds: Sequence[int]) -> list[Reinforce]:
    """Meta-Learners that begin with torch's own weights and learn at one rate throughout, with a price on entropy that
    does not change either: nothing in their training says when it ends. Players of one context need less of it.

    Raises:
        ValueError: if there is no such profile.
    """
    laptop = 4_000 if task.contexts == 1 else 30_000
    updates = profiles.choose(profile, smoke=6, laptop=laptop, paper=100_000)
    batch = profiles.choose(profile, smoke=16, laptop=64, paper=200)
    return [
        replace(spec, batch=batch, updates=updates, entropy=Linear(0.01, 0.01), schedule=CONSTANT)
        for spec in plain_meta(profile, task, seeds)
    ]


def _networks(profile: str, task: Contextual, agent: LSTM, seeds: Sequence[int], gradient: str) -> list[Reinforce]:
    updates = profiles.choose(profile, smoke=6, laptop=7_500, paper=100_000)
    return [
        Reinforce(
            task,
            seed,
            agent,
            share(life(profile)) if task.contexts == 1 else life(profile),
            profiles.choose(profile, smoke=16, laptop=128, paper=200),
            updates,
            gradient,
        )
        for seed in seeds
    ]


def life(profile: str) -> int:
    """Steps of an episode in training. `laptop` trains on shorter ones than it measures on: that costs little, since
    what to do does not depend on the time.

    Raises:
        ValueError: if there is no such profile.
    """
    return profiles.choose(profile, smoke=20, laptop=60, paper=LIFE)


def share(steps: int) -> int:
    """For how long a player of one context lives, where others live for so many steps: twice what one of five contexts
    gets of them on average. In episodes of 60 steps it would get more once in 9,000, in longer ones more seldom.

    >>> share(60), share(100)
    (24, 40)
    """
    return 2 * steps // INDEPENDENT.contexts


def seeds(profile: str, networks: int) -> range:
    """Those of the networks of one kind.

    Raises:
        ValueError: if there is no such profile.
    """
    return range(profiles.choose(profile, smoke=2, laptop=networks, paper=networks))
