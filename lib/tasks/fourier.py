"""Wiggles: sums of sines whose frequencies are known and whose phases are not.

Source: Rabinowitz 2019, sections 4.1.1 and 4.2.1, equation (9), and footnote 3.
"""

from dataclasses import dataclass
from math import isfinite, pi

import torch
from jaxtyping import Float
from torch import Tensor

from lib.random import generator as stream
from lib.spec import tagged
from lib.tasks.regression import RegressionTask, check_noise


@tagged("Fourier")
@dataclass(frozen=True)
class Fourier(RegressionTask):
    """y = g(x) + epsilon, g(x) = sum_k a_k sin(2 pi k x + phi_k), with x even on [-1/2, 1/2] and phi_k on [0, 2 pi).

    A function is held as a_k cos(phi_k) and a_k sin(phi_k): how much of a sine and of a cosine there is in it, for each
    frequency.

    Attributes:
        amplitudes: a_k for k = 1, 2, ...; zeros make gaps.
        varied: whether each amplitude is drawn anew for each function, evenly between 0 and that.
        noise: standard deviation of epsilon. The source does not give it; ours is that of its linear functions.
        only: if not None, the one function of a world with a single problem in it, by number.

    Raises:
        ValueError: if a number is outside its range.
    """

    amplitudes: tuple[float, ...] = (1.0, 1.0, 1.0, 1.0, 1.0)
    varied: bool = False
    noise: float = 0.01
    only: int | None = None

    def __post_init__(self) -> None:
        if not self.amplitudes or not all(isfinite(a) and a >= 0 for a in self.amplitudes):
            raise ValueError(f"amplitudes are {self.amplitudes}; there must be some, each finite and at least 0")
        if self.only is not None and self.only < 0:
            raise ValueError(f"only is {self.only}; it must be at least 0")
        check_noise(self.noise)

    @property
    def x_size(self) -> int:
        """x is one number."""
        return 1

    @property
    def y_size(self) -> int:
        """y is one number."""
        return 1

    def draw(self, batch: int, rng: torch.Generator) -> Float[Tensor, "batch mode 2"]:
        """Functions from the prior."""
        if self.only is not None:
            return self._drawn(1, stream("the only wiggle", self.only)).expand(batch, -1, -1)
        return self._drawn(batch, rng)

    def _drawn(self, batch: int, rng: torch.Generator) -> Float[Tensor, "batch mode 2"]:
        modes = len(self.amplitudes)
        phases = 2 * pi * torch.rand(batch, modes, generator=rng)
        amplitudes = torch.tensor(self.amplitudes).expand(batch, -1)
        if self.varied:
            amplitudes = amplitudes * torch.rand(batch, modes, generator=rng)
        return amplitudes[..., None] * torch.stack([phases.cos(), phases.sin()], dim=-1)

    def places(self, batch: int, steps: int, rng: torch.Generator) -> Float[Tensor, "batch time 1"]:
        """Even on the interval."""
        return torch.rand(batch, steps, 1, generator=rng) - 0.5

    def at(
        self, functions: Float[Tensor, "batch mode 2"], x: Float[Tensor, "batch time 1"]
    ) -> Float[Tensor, "batch time 1"]:
        """g(x)."""
        angles = 2 * pi * x * torch.arange(1, functions.shape[1] + 1)
        return angles.sin() @ functions[..., :1] + angles.cos() @ functions[..., 1:]
