"""An explorer, trained and looked at on its way: what a map of hundreds of them needs of each.

The weights are not kept. A map asks for a few numbers of each network, and those of one are a hundredth of its weights.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.checkpoints import kept, weights_at
from lib.probes.exploration import mean_return, pulls
from lib.random import generator
from lib.spec import tagged, versioned
from lib.tasks.one_armed import OneArmed
from lib.training.actor_critic import ActorCritic, train


@tagged("Explored")
@dataclass(frozen=True)
class ExplorationCourse:
    """One explorer, and how closely it is looked at.

    Attributes:
        explorer: how it is trained, in a one-armed world.
        precise: episodes behind what it earns at the end; a tenth of that on the way.
        held_out: episodes, with an arm that pays the prior mean, behind its pulls at the end and on the way.

    Raises:
        ValueError: if the world has no unknown arm, or an episode's number is too small.
    """

    explorer: ActorCritic
    precise: int = 16_000
    held_out: int = 500

    def __post_init__(self) -> None:
        if not isinstance(self.explorer.task, OneArmed):
            raise ValueError(f"the world is {self.explorer.task}; explorers live in one-armed worlds")
        if self.precise < 20 or self.precise % 20:
            raise ValueError(f"precise is {self.precise}; it must be a multiple of 20")
        if self.held_out < 1:
            raise ValueError(f"held_out is {self.held_out}; it must be at least 1")

    @property
    def seed(self) -> int:
        """That of the network."""
        return self.explorer.seed

    @property
    def episodes(self) -> int:
        """How many episodes the network sees in training."""
        return self.explorer.episodes


@versioned("explored", 1)
def measure_course(spec: ExplorationCourse) -> dict[str, Tensor]:
    """Train an explorer and measure it at each checkpoint.

    Returns:
        `checkpoint`, updates so far; `earned`, reward an episode, and its `error`, by checkpoint; `pulls`, how likely
        it is to pull an arm that pays the prior mean, by checkpoint and step; `better`, the same at the end for an arm
        that pays as much above zero as that pays below; `seen`, the reward of each update's training batch, averaged
        over fifty updates.

    Raises:
        FloatingPointError: if the training fails.
    """
    explorer, task = spec.explorer, spec.explorer.task
    assert isinstance(task, OneArmed), "checked when the spec was made"
    record = train(explorer)
    checkpoints = kept(record)
    estimates, likely = [], []
    for checkpoint in checkpoints:
        agent = LSTMAgent.from_weights(weights_at(record, checkpoint))
        precise = spec.precise if checkpoint == checkpoints[-1] else spec.precise // 10
        chance = generator("explored", spec.seed)
        estimates.append(mean_return(agent, task, explorer.steps, precise, chance))
        likely.append(pulls(agent, task, task.mean, explorer.steps, spec.held_out, chance))
    seen = record["earned"]
    return {
        "checkpoint": torch.tensor(checkpoints),
        "earned": torch.tensor([each.value for each in estimates]),
        "error": torch.tensor([each.standard_error for each in estimates]),
        "pulls": torch.stack(likely).float(),
        "better": pulls(agent, task, -task.mean, explorer.steps, spec.held_out, chance).float(),
        "seen": torch.stack([some.mean() for some in torch.split(seen, 50)]),
    }
