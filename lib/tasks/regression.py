"""Worlds of functions: every episode draws one, then shows it point by point.

Source: Rabinowitz 2019, sections 3.2.1 and 4.2.1. A machine sees x_t and says what y_t will be; y_t itself reaches it
one step late, together with x_{t+1}. The first y it is told is zero.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.random import check_generator
from lib.tasks.prediction import told_late

LONGEST = 10_000  # steps of an episode; beyond, its points would not fit into memory with those of a batch


@dataclass(frozen=True)
class Problems:
    """A batch of episodes, each about one function.

    Attributes:
        functions: what determines the function; its shape is the task's.
        x: where it is looked at.
        y: what is seen there, noise included.
        inputs: what a machine is told: x_t, and y of the step before.
    """

    functions: Float[Tensor, "batch *function"]
    x: Float[Tensor, "batch time x"]
    y: Float[Tensor, "batch time y"]

    @property
    def inputs(self) -> Float[Tensor, "batch time feature"]:
        """x_t and y_{t-1}, side by side."""
        return torch.cat([self.x, told_late(self.y)], dim=-1)


class RegressionTask(ABC):
    """A prior over functions, a distribution of places to look at them, and noise. Each is a frozen dataclass."""

    noise: float

    @property
    @abstractmethod
    def x_size(self) -> int:
        """Numbers in x."""

    @property
    @abstractmethod
    def y_size(self) -> int:
        """Numbers in y."""

    @abstractmethod
    def draw(self, batch: int, rng: torch.Generator) -> Float[Tensor, "batch *function"]:
        """Functions from the prior."""

    @abstractmethod
    def places(self, batch: int, steps: int, rng: torch.Generator) -> Float[Tensor, "batch time x"]:
        """Where functions are looked at."""

    @abstractmethod
    def at(
        self, functions: Float[Tensor, "batch *function"], x: Float[Tensor, "batch time x"]
    ) -> Float[Tensor, "batch time y"]:
        """What functions are worth there, without noise."""

    @property
    def input_size(self) -> int:
        """Numbers that a machine is told at each step: those of x and those of y."""
        return self.x_size + self.y_size

    @property
    def output_size(self) -> int:
        """Numbers that it says: those of y."""
        return self.y_size

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Problems:
        """Draw a batch of episodes.

        Raises:
            ValueError: if batch or steps is less than 1, or an episode would be too long.
        """
        check_length(batch, steps)
        check_generator(rng)
        return self.given(self.draw(batch, rng), steps, rng)

    def given(self, functions: Float[Tensor, "batch *function"], steps: int, rng: torch.Generator) -> Problems:
        """Episodes about these functions.

        Raises:
            ValueError: if there are no functions, or steps is less than 1 or too many.
        """
        check_length(len(functions), steps)
        check_generator(rng)
        x = self.places(len(functions), steps, rng)
        y = self.at(functions, x)
        return Problems(functions, x, y + self.noise * torch.randn(y.shape, generator=rng))


def check_length(batch: int, steps: int) -> None:
    """Refuse to draw nothing, or too much.

    Raises:
        ValueError: if batch or steps is less than 1, or there are more steps than `LONGEST`.
    """
    if batch < 1 or not 1 <= steps <= LONGEST:
        raise ValueError(
            f"asked for {batch} episodes of {steps} steps; both must be at least 1, and steps at most {LONGEST:,}"
        )


def check_noise(noise: float) -> None:
    """Refuse noise that is none.

    Raises:
        ValueError: if the standard deviation is negative or not finite.
    """
    if not 0 <= noise < float("inf"):
        raise ValueError(f"noise is {noise}; a standard deviation must be finite and at least 0")
