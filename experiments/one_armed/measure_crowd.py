"""One of many explorers that are alike in all but chance: trained, and looked at when it is grown.

The weights are not kept. A crowd asks for a few numbers of each network, and those are a hundredth of its weights.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.checkpoints import weights_at
from lib.probes.exploration import mean_return, pulls
from lib.random import generator
from lib.spec import tagged, versioned
from lib.tasks.one_armed import OneArmed
from lib.training import batched
from lib.training.actor_critic import ActorCritic, train


@tagged("Alike")
@dataclass(frozen=True)
class ExplorationAtEnd:
    """One explorer of a crowd, and how closely it is looked at.

    Attributes:
        explorer: how all of the crowd are trained, in a one-armed world; its seed is 0 and stands for none.
        seed: that of the network.
        precise: episodes behind what it earns.
        held_out: episodes, with an arm that pays the prior mean, behind its pulls; as many with one that pays as much
            above zero.

    Raises:
        ValueError: if the world has no unknown arm, the explorer has a seed of its own, or a number is too small.
    """

    explorer: ActorCritic
    seed: int
    precise: int = 16_000
    held_out: int = 500

    def __post_init__(self) -> None:
        if not isinstance(self.explorer.task, OneArmed):
            raise ValueError(f"the world is {self.explorer.task}; explorers live in one-armed worlds")
        if self.explorer.seed != 0:
            raise ValueError(f"the explorer's seed is {self.explorer.seed}; one that stands for a crowd has seed 0")
        if self.precise < 2 or self.precise % 2:
            raise ValueError(f"precise is {self.precise}; it must be even, from 2 on")
        for name, least in {"seed": 0, "held_out": 1}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {least}")

    @property
    def own(self) -> ActorCritic:
        """How this one is trained."""
        return replace(self.explorer, seed=self.seed)

    @property
    def episodes(self) -> int:
        """How many episodes the network sees in training."""
        return self.explorer.episodes


@versioned("alike", 1)
def measure_end(spec: ExplorationAtEnd) -> dict[str, Tensor]:
    """Train an explorer and look at it.

    Returns:
        `earned`, reward an episode, and its `error`; `pulls`, how likely it is at each step to pull an arm that pays
        the prior mean; `better`, the same for an arm that pays as much above zero as that pays below.

    Raises:
        FloatingPointError: if the training fails.
    """
    return _looked_at(spec, train(spec.own))


def measure_end_batched(specs: Sequence[ExplorationAtEnd], device: str = "cpu") -> list[dict[str, Tensor]]:
    """Train explorers of one crowd side by side, and look at each.

    Returns:
        one record a spec, as `grow` makes it.

    Raises:
        ValueError: if they are not of one crowd, or the device is not the CPU.
        FloatingPointError: if a training fails.
    """
    if device != "cpu":
        raise ValueError(f"the device is {device!r}; explorers grow together on 'cpu' only (CUDA_VISIBLE_DEVICES=)")
    records = batched.train_actors([spec.own for spec in specs])
    return [_looked_at(spec, record) for spec, record in zip(specs, records, strict=True)]


def _looked_at(spec: ExplorationAtEnd, record: dict[str, Tensor]) -> dict[str, Tensor]:
    explorer, task = spec.explorer, spec.explorer.task
    assert isinstance(task, OneArmed), "checked when the spec was made"
    agent = LSTMAgent.from_weights(weights_at(record, explorer.updates))
    chance = generator("alike", spec.seed)
    estimate = mean_return(agent, task, explorer.steps, spec.precise, chance)
    return {
        "earned": torch.tensor(estimate.value),
        "error": torch.tensor(estimate.standard_error),
        "pulls": pulls(agent, task, task.mean, explorer.steps, spec.held_out, chance).float(),
        "better": pulls(agent, task, -task.mean, explorer.steps, spec.held_out, chance).float(),
    }
