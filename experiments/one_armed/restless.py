"""Networks of worlds whose unknown arm may switch: what is trained, and what is measured of each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.one_armed.measure import must_be_cpu
from experiments.one_armed.specs import patient_explorer
from lib.agents.lstm import LSTMAgent
from lib.checkpoints import kept, weights_at
from lib.machine import Machine
from lib.random import generator
from lib.runner import profiles
from lib.spec import tagged, versioned
from lib.tasks.environment import rollout
from lib.tasks.restless_arm import RestlessEpisodes, RestlessOneArmed
from lib.training import batched
from lib.training.actor_critic import ActorCritic
from lib.training.checks import check_at_least

SIGMA_P, SIGMA_L, LIFETIME = 2.0, 1.0, 50
HAZARDS = (0.0, 0.02, 0.05, 0.1, 0.15, 0.2)  # the optimum's edge lies between the last two
FIRST_SEED = 4_000  # no other network of a one-armed world has these
LIVES = ("pays -1", "turns good", "turns bad")  # of the arm in lives that are looked at


@tagged("RestlessExplored")
@dataclass(frozen=True)
class RestlessExploration:
    """One network of a world whose arm may switch, measured after training.

    Attributes:
        explorer: how it is trained, in a restless one-armed world; its seed is 0 and stands for none.
        seed: that of the network.
        precise: episodes behind what it earns.
        held_out: episodes of each kind behind its pulls.

    Raises:
        ValueError: if the world is another, the explorer has a seed of its own, or a number is too small.
    """

    explorer: ActorCritic
    seed: int
    precise: int = 16_000
    held_out: int = 500

    def __post_init__(self) -> None:
        if not isinstance(self.explorer.task, RestlessOneArmed):
            raise ValueError(f"the world is {self.explorer.task}; it must be a restless one-armed world")
        if self.explorer.seed != 0:
            raise ValueError(f"the explorer's seed is {self.explorer.seed}; one that stands for several has seed 0")
        check_at_least(self, seed=0, precise=2, held_out=1)

    @property
    def own(self) -> ActorCritic:
        """How this one is trained."""
        return replace(self.explorer, seed=self.seed)

    @property
    def alike(self) -> "RestlessExploration":
        """What it shares with those that can train side by side with it: all but its seed and its world."""
        assert isinstance(self.explorer.task, RestlessOneArmed), "checked when the spec was made"
        return replace(self, seed=0, explorer=replace(self.explorer, task=self.explorer.task.as_played))

    @property
    def episodes(self) -> int:
        """How many episodes the network sees in training."""
        return self.explorer.episodes


def networks(profile: str) -> list[RestlessExploration]:
    """Those of every hazard, with seeds of their own.

    Raises:
        ValueError: if there is no such profile.
    """
    seeds = profiles.choose(profile, smoke=2, laptop=5, paper=20)
    lifetime = profiles.choose(profile, smoke=6, laptop=LIFETIME, paper=LIFETIME)
    updates = profiles.choose(profile, smoke=3, laptop=3_000, paper=12_000)
    closely = profiles.choose(profile, smoke=(20, 4), laptop=(16_000, 500), paper=(64_000, 1_000))
    recipe = patient_explorer(SIGMA_P, SIGMA_L, lifetime, 0, updates)
    return [
        RestlessExploration(
            replace(recipe, task=RestlessOneArmed(SIGMA_P, SIGMA_L, hazard)),
            FIRST_SEED + seeds * place + run,
            *closely,
        )
        for place, hazard in enumerate(HAZARDS)
        for run in range(seeds)
    ]


@versioned("restless", 1)
def measure_restless(spec: RestlessExploration) -> dict[str, Tensor]:
    """Train a network and measure it, as `looked_at` does any machine."""
    return measure_restless_batched([spec])[0]


def measure_restless_batched(specs: Sequence[RestlessExploration], device: str = "cpu") -> list[dict[str, Tensor]]:
    """The same for networks of several worlds, side by side.

    Raises:
        ValueError: if they differ in more than their seeds and worlds, or the device is not the CPU.
        FloatingPointError: if a training fails.
    """
    must_be_cpu(device)
    records = batched.train_actors([spec.own for spec in specs])
    found = []
    for spec, record in zip(specs, records, strict=True):
        agent = LSTMAgent.from_weights(weights_at(record, kept(record)[-1]))
        found.append(looked_at(agent, spec))
    return found


def looked_at(machine: Machine, spec: RestlessExploration) -> dict[str, Tensor]:
    """What a machine earns in the world of a spec, and how it lives with three arms, on held-out episodes.

    Returns:
        `earned`, reward an episode, with its standard `error`; `pulls`, the share of lives in which the unknown arm is
        pulled at each step, by kind of life: it pays -1 throughout; it is bad for the first half and good for the
        second; the other way round.
    """
    task, steps, rng = spec.explorer.task, spec.explorer.steps, generator("restless, evaluate", spec.seed)
    assert isinstance(task, RestlessOneArmed), "checked when the spec was made"
    episodes = task.sample(spec.precise, steps, rng)
    earned = rollout(machine, task, episodes, rng).expected.double().sum(dim=1)
    return {
        "earned": earned.mean(),
        "error": earned.std() / len(earned) ** 0.5,
        "pulls": torch.stack([_pulls(machine, task, each, rng) for each in _lives(task, steps, spec.held_out, rng)]),
    }


def _lives(task: RestlessOneArmed, steps: int, number: int, rng: torch.Generator) -> list[RestlessEpisodes]:
    good, bad = (torch.full((steps,), task.mean + sign * task.sigma_p) for sign in (1, -1))
    late = torch.arange(steps) >= steps // 2
    paths = (torch.full((steps,), task.mean), torch.where(late, good, bad), torch.where(late, bad, good))
    return [task.along(path.expand(number, -1), rng) for path in paths]


def _pulls(
    machine: Machine, task: RestlessOneArmed, episodes: RestlessEpisodes, rng: torch.Generator
) -> Float[Tensor, " time"]:
    return rollout(machine, task, episodes, rng).policies[..., 1].double().mean(dim=0)
