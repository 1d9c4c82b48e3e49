"""Ensembles of networks that differ in chance alone, by two recipes: one like the source's, and ours; and by recipes
between the two."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from experiments.one_armed.measure import must_be_cpu
from experiments.one_armed.specs import LIFETIME, NOISE, explorer
from lib.agents.lstm import LSTMAgent
from lib.checkpoints import kept, weights_at
from lib.probes.exploration import mean_return, pulls
from lib.random import generator
from lib.runner import profiles
from lib.spec import tagged, versioned
from lib.tasks.one_armed import OneArmed
from lib.training import a2c, batched
from lib.training.a2c import A2C
from lib.training.actor_critic import ActorCritic
from lib.training.checks import check_at_least
from lib.training.loop import CONSTANT

# sigma_p of the worlds. The edge of the best fixed number of pulls, the source's, is at 1.0866, the adaptive optimum's
# at 0.8137. The source's ensemble is close to its edge, where learning is optimal.
PLACES = {"far outside": 0.5433, "near the adaptive edge": 0.85, "near the source's edge": 1.2, "far inside": 1.6299}
NEAR = "near the source's edge"
RECIPES = ("like the source's", "ours")
BATCH = 32
BETWEEN = ("our initialisation", "our discount", "our entropy", "our critic", "our trace")
"""Settings that turn the source's recipe into ours, each added to those before it. Ours differs from the last in the
schedule of the learning rate alone."""
FIRST_SEEDS = {"like the source's": 20_000, "ours": 40_000}  # of each recipe; no other network has these
FIRST_BETWEEN = 60_000  # of the recipes between them, a thousand for each


@tagged("Member")
@dataclass(frozen=True)
class Member:
    """One network of an ensemble, measured after training.

    Attributes:
        explorer: how all of the ensemble are trained, in a one-armed world; its seed is 0 and stands for none.
        seed: that of the network.
        precise: episodes behind its mean return, an even number.
        held_out: episodes behind its pulls of an arm that pays the prior mean.

    Raises:
        ValueError: if the world has no unknown arm, the explorer has a seed of its own, or a number is too small.
    """

    explorer: A2C | ActorCritic
    seed: int
    precise: int = 2_000
    held_out: int = 500

    def __post_init__(self) -> None:
        if not isinstance(self.explorer.task, OneArmed):
            raise ValueError(f"the world is {self.explorer.task}; explorers live in one-armed worlds")
        if self.explorer.seed != 0:
            raise ValueError(f"the explorer's seed is {self.explorer.seed}; one that stands for an ensemble has seed 0")
        check_at_least(self, seed=0, precise=2, held_out=1)

    @property
    def episodes(self) -> int:
        """How many episodes the network sees in training."""
        return self.explorer.episodes

    @property
    def alike(self) -> "Member":
        """What it shares with those that can train side by side with it: all but its seed and its world."""
        assert isinstance(self.explorer.task, OneArmed), "checked when the spec was made"
        return replace(self, seed=0, explorer=replace(self.explorer, task=self.explorer.task.as_played))


def members(profile: str, recipe: str) -> list[Member]:
    """The networks of a recipe; worlds take turns, so that what is done so far are equal parts of all.

    Raises:
        KeyError: if there is no such recipe.
        ValueError: if there is no such profile.
    """
    laptop, paper = (250, 1_000) if recipe == RECIPES[0] else (50, 1_000)
    seeds = profiles.choose(profile, smoke=12, laptop=laptop, paper=paper)
    (lifetime, updates), closely = _size(profile)
    return [
        Member(_explorer(recipe, sigma_p, lifetime, updates), FIRST_SEEDS[recipe] + len(PLACES) * run + place, *closely)
        for run in range(seeds)
        for place, sigma_p in enumerate(PLACES.values())
    ]


def between(profile: str) -> list[Member]:
    """Networks close to the source's edge by the recipes `BETWEEN` its settings and ours; recipes take turns.

    Raises:
        ValueError: if there is no such profile.
    """
    seeds = profiles.choose(profile, smoke=12, laptop=40, paper=1_000)
    (lifetime, updates), closely = _size(profile)
    recipes = _between(lifetime, updates)
    return [
        Member(explorer, FIRST_BETWEEN + 1_000 * place + run, *closely)
        for run in range(seeds)
        for place, explorer in enumerate(recipes)
    ]


def _size(profile: str) -> tuple[tuple[int, int], tuple[int, int]]:
    """Steps of a life and updates; episodes behind the mean return and behind the pulls."""
    lifetime = profiles.choose(profile, smoke=6, laptop=LIFETIME, paper=LIFETIME)
    updates = profiles.choose(profile, smoke=3, laptop=1_500, paper=6_000)
    return (lifetime, updates), profiles.choose(profile, smoke=(20, 4), laptop=(2_000, 500), paper=(16_000, 1_000))


def _between(lifetime: int, updates: int) -> list[A2C | ActorCritic]:
    source, ours = (_explorer(recipe, PLACES[NEAR], lifetime, updates) for recipe in RECIPES)
    assert isinstance(source, A2C)
    assert isinstance(ours, ActorCritic)
    begun = replace(source, agent=ours.agent)
    undiscounted = replace(begun, discount=ours.discount)
    entropic = replace(undiscounted, entropy=ours.entropy)
    traced = replace(ours, schedule=CONSTANT, peak_learning_rate=source.learning_rate)
    return [begun, undiscounted, entropic, replace(traced, lambda_=1.0), traced]


def _explorer(recipe: str, sigma_p: float, lifetime: int, updates: int) -> A2C | ActorCritic:
    if recipe == RECIPES[0]:
        return A2C(OneArmed(sigma_p, NOISE), 0, steps=lifetime, batch=BATCH, updates=updates)
    return replace(explorer(sigma_p, NOISE, lifetime, 0, updates), batch=BATCH, checkpoints=2)


@versioned("member", 1)
def measure_member(spec: Member) -> dict[str, Tensor]:
    """Train a network and measure it.

    Returns:
        `earned`, reward an episode, and its `error`; `pulls` of an arm that pays the prior mean, in an episode.

    Raises:
        FloatingPointError: if the training fails.
    """
    return measure_members([spec])[0]


def measure_members(specs: Sequence[Member], device: str = "cpu") -> list[dict[str, Tensor]]:
    """The same for networks of one recipe, side by side.

    Raises:
        ValueError: if they differ in more than their seeds and worlds, or the device is not the CPU.
        FloatingPointError: if a training fails.
    """
    must_be_cpu(device)
    own = [replace(spec.explorer, seed=spec.seed) for spec in specs]
    train = a2c.train_batched if isinstance(own[0], A2C) else batched.train_actors
    return [_measured(spec, record) for spec, record in zip(specs, train(own), strict=True)]  # type: ignore[arg-type]


def _measured(spec: Member, record: dict[str, Tensor]) -> dict[str, Tensor]:
    explorer, task = spec.explorer, spec.explorer.task
    assert isinstance(task, OneArmed), "checked when the spec was made"
    if isinstance(explorer, A2C):
        agent = a2c.policy_of(explorer, record)
    else:
        agent = LSTMAgent.from_weights(weights_at(record, kept(record)[-1]))
    rng = generator("ensembles, evaluate", spec.seed)
    earned = mean_return(agent, task, explorer.steps, spec.precise, rng)
    return {
        "earned": torch.tensor(earned.value),
        "error": torch.tensor(earned.standard_error),
        "pulls": pulls(agent, task, task.mean, explorer.steps, spec.held_out, rng).sum().float(),
    }
