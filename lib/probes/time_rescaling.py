"""Rescaled time: a machine whose clock is wrong.

Source: Lange and Sprekeler 2020, supplement A.2: time is told on a scale from -1 to 1. Where a network lives longer or
shorter than it was trained to, the source does not say whether that scale is the new life's or the old one's.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Delegating


@dataclass(frozen=True)
class TimeRescaled(Delegating):
    """A machine whose clock runs as in lives of `believed` steps while its lives last `lasting`. In longer lives the
    clock stops at 1; in shorter ones it never gets there.

    Attributes:
        machine: any whose last input is the time.
        believed: steps of a life as the clock has it.
        lasting: steps of a life as it is.

    Raises:
        ValueError: if a life has less than 2 steps: there is no time in it.
    """

    believed: int
    lasting: int

    def __post_init__(self) -> None:
        for name in ("believed", "lasting"):
            if getattr(self, name) < 2:
                raise ValueError(f"{name} is {getattr(self, name)}; a life in which time passes has at least 2 steps")

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """What the machine does, told another time."""
        passed = (x[:, -1:] + 1) * (self.lasting - 1) / (self.believed - 1)
        return self.machine.step(state, torch.cat([x[:, :-1], (passed - 1).clamp(max=1)], dim=1))
