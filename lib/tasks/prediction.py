"""Worlds to predict: every episode draws a parameter from a prior, then observations from that parameter.

Source: Mikulik et al. 2020, section 3.1.

An observation reaches a machine one step late, because the output at step t is made before observation t is seen; the
first input is all zeros. It arrives as the sufficient statistic that a Bayesian would add to her counts, so that zeros
mean "nothing seen" to every machine.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution
from torch.nn import functional

from lib.random import check_generator


@dataclass(frozen=True)
class Episodes:
    """A batch of episodes, drawn from a task.

    `inputs[:, t]` is what a machine has been told when it speaks about `observations[:, t]`.
    """

    parameters: Float[Tensor, "batch parameter"]
    observations: Float[Tensor, "batch time"]
    inputs: Float[Tensor, "batch time feature"]


@runtime_checkable
class PredictionTask(Protocol):
    """A prior over parameters, a distribution of observations, and a family of predictions."""

    @property
    def input_size(self) -> int: ...

    @property
    def output_size(self) -> int: ...

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Episodes:
        """Draw a batch of episodes."""
        ...

    def inputs(self, observations: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time feature"]:
        """What a machine is told while it predicts these observations."""
        ...

    def predictive(self, outputs: Float[Tensor, "*batch output"]) -> Distribution:
        """Read a machine's output as its predictive distribution of the next observation."""
        ...


def at_least_one(batch: int, steps: int) -> None:
    """Refuse to draw nothing.

    Raises:
        ValueError: if batch or steps is less than 1.
    """
    if batch < 1 or steps < 1:
        raise ValueError(f"asked for {batch} episodes of {steps} steps; both must be at least 1")


def check_draw(batch: int, steps: int, rng: torch.Generator) -> None:
    """Refuse to draw nothing, and to draw from anything but a generator.

    Raises:
        TypeError: if the generator is none.
        ValueError: if batch or steps is less than 1.
    """
    at_least_one(batch, steps)
    check_generator(rng)


def told_late(statistics: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time feature"]:
    """Delay by one step: zeros first, the last one never told."""
    return functional.pad(statistics, (0, 0, 1, 0))[:, :-1]
