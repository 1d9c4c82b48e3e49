"""Bayes-optimal predictors with limited memory.

Source: Mikulik et al. 2020, section 4.1 and appendix D.7 (reduced-memory agents). The appendix is not to be had; these
two ways of forgetting are ours.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Delegating
from lib.optimal.conjugate import Conjugate


@dataclass(frozen=True)
class Windowed(Delegating):
    """A Bayesian who remembers the last few observations and forgets all others.

    State: the inputs in the window, oldest first. A window of 0 never learns.

    Raises:
        ValueError: if the window is negative.
    """

    machine: Conjugate
    window: int

    def __post_init__(self) -> None:
        if self.window < 0:
            raise ValueError(f"window is {self.window}; it must be 0 or more observations")

    @property
    def state_size(self) -> int:
        """One input for each place in the window."""
        return self.window * self.input_size

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """An empty window."""
        return torch.zeros(batch, self.state_size)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Each place in the window as the Bayesian would have it."""
        places = state.reshape(len(state) * self.window, self.input_size)
        return self.machine.nearest_state(places).view_as(state)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """Move the window on, then say what a Bayesian says who saw no more than this."""
        moved = torch.cat([state, x], dim=1)[:, self.input_size :]
        return moved, self.machine.says(moved.view(len(x), self.window, self.input_size).sum(dim=1))


@dataclass(frozen=True)
class Saturating(Delegating):
    """A Bayesian whose counters stop at a largest number.

    Raises:
        ValueError: if the largest number is negative.
    """

    machine: Conjugate
    most: float

    def __post_init__(self) -> None:
        if self.most < 0:
            raise ValueError(f"counters stop at {self.most}; it must be 0 or more")

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """No count above the largest."""
        return self.machine.nearest_state(state).clamp(max=self.most)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """Count as far as the counters go."""
        total = (state + x).clamp(max=self.most)
        return total, self.machine.says(total)
