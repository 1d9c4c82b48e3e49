"""Meta-training in two cycles: what has learned to act in one world goes on in another, with a fresh optimiser.

Where a first world is easier to explore, this is a way round a local optimum of the second. Networks keep their weights
and their critics; Adam, the learning rate and all schedules begin anew, and so does the luck.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from lib.spec import tagged, versioned
from lib.training.actor_critic import ActorCritic
from lib.training.batched import learn
from lib.training.batched_actors import Learners


@tagged("TwoCycles")
@dataclass(frozen=True)
class TwoCycles:
    """Everything that determines such a training.

    Attributes:
        first: how the network begins.
        second: how it goes on; the seed is that of its luck.

    Raises:
        ValueError: if the two differ in the network or in the lifetime, or share a seed and thus their luck.
    """

    first: ActorCritic
    second: ActorCritic

    def __post_init__(self) -> None:
        for name in ("agent", "steps"):
            one, other = getattr(self.first, name), getattr(self.second, name)
            if one != other:
                raise ValueError(f"{name} is {one} at first and then {other}; one network lives through both cycles")
        if self.first.seed == self.second.seed:
            raise ValueError(f"seed is {self.first.seed} in both cycles; each must have luck of its own")

    @property
    def seed(self) -> int:
        """That of the network."""
        return self.first.seed

    @property
    def steps(self) -> int:
        """In an episode."""
        return self.first.steps

    @property
    def episodes(self) -> int:
        """How many episodes the network sees in both cycles."""
        return self.first.episodes + self.second.episodes

    @property
    def alike(self) -> "TwoCycles":
        """What it shares with those that can train side by side with it: all but its seeds."""
        return replace(self, first=replace(self.first, seed=0), second=replace(self.second, seed=1))


@versioned("two-cycles", 1)
def train(spec: TwoCycles) -> dict[str, Tensor]:
    """Train one network.

    Returns:
        of the second cycle, `earned`, the mean reward of each update's batch an episode, and the weights at each
        checkpoint as `<updates so far>/<parameter>`, from those with which it begins; of the first, `earned_first`.

    Raises:
        FloatingPointError: if a loss stops being a finite number.
    """
    return train_batched([spec])[0]


def train_batched(specs: Sequence[TwoCycles], device: str = "cpu") -> list[dict[str, Tensor]]:
    """The same for networks that differ in their seeds alone, side by side.

    Raises:
        ValueError: if they differ in more, or the device is not the CPU.
        FloatingPointError: if a loss stops being a finite number.
    """
    if device != "cpu":
        raise ValueError(f"the device is {device!r}; agents act together on 'cpu' only (CUDA_VISIBLE_DEVICES=)")
    begun = Learners([spec.first for spec in specs])
    before = learn(begun, [spec.first for spec in specs])
    went_on = Learners([spec.second for spec in specs])
    with torch.no_grad():
        for own, theirs in ((went_on.agents, begun.agents), (went_on.critics, begun.critics)):
            for name, weight in own.items():
                weight.copy_(theirs[name])
    after = learn(went_on, [spec.second for spec in specs])
    return [{**own, "earned_first": first["earned"]} for own, first in zip(after, before, strict=True)]
