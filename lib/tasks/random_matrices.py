"""Priors over square matrices: all random, or random but for their singular values.

Source: Rabinowitz 2019, sections 3.1.1 and 3.2.5.
"""

from dataclasses import dataclass
from math import isfinite

import torch
from jaxtyping import Float
from torch import Tensor

from lib.spec import tagged


@tagged("MatrixNormal")
@dataclass(frozen=True)
class MatrixNormal:
    """Independent entries from Normal(0, alpha^2).

    Raises:
        ValueError: if alpha is not positive and finite.
    """

    alpha: float = 1.0

    def __post_init__(self) -> None:
        if not (isfinite(self.alpha) and self.alpha > 0):
            raise ValueError(f"alpha is {self.alpha}; it must be positive and finite")

    def draw(self, batch: int, size: int, rng: torch.Generator) -> Float[Tensor, "batch size size"]:
        """Matrices."""
        return self.alpha * torch.randn(batch, size, size, generator=rng)


@tagged("FixedSpectrum")
@dataclass(frozen=True)
class FixedSpectrum:
    """These singular values, in directions as random as those of a standard normal matrix.

    Raises:
        ValueError: if a singular value is negative or not finite, or they are not sorted, largest first.
    """

    values: tuple[float, ...]

    def __post_init__(self) -> None:
        if not all(isfinite(s) and s >= 0 for s in self.values):
            raise ValueError(f"singular values are {self.values}; each must be finite and at least 0")
        if list(self.values) != sorted(self.values, reverse=True):
            raise ValueError(f"singular values are {self.values}; they must be sorted, largest first")

    def draw(self, batch: int, size: int, rng: torch.Generator) -> Float[Tensor, "batch size size"]:
        """Matrices.

        Raises:
            ValueError: if there are not as many singular values as the matrices have.
        """
        if len(self.values) != size:
            raise ValueError(f"{len(self.values)} singular values for matrices of size {size}; there must be as many")
        return turned(torch.tensor(self.values).expand(batch, -1), rng)


@tagged("UniformSpectrum")
@dataclass(frozen=True)
class UniformSpectrum:
    """Singular values drawn evenly from an interval, in directions as random as those of a standard normal matrix.

    Raises:
        ValueError: if the interval is empty, or reaches below 0.
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (0 <= self.low < self.high and isfinite(self.high)):
            raise ValueError(f"singular values from {self.low} to {self.high}; it must hold that 0 <= low < high")

    def draw(self, batch: int, size: int, rng: torch.Generator) -> Float[Tensor, "batch size size"]:
        """Matrices."""
        spectra = self.low + (self.high - self.low) * torch.rand(batch, size, generator=rng)
        return turned(spectra.sort(dim=1, descending=True).values, rng)


@tagged("OneMatrix")
@dataclass(frozen=True)
class OneMatrix:
    """Always the same matrix: that of a world with a single problem in it.

    Attributes:
        values: its singular values.
        number: of the matrix among those with these singular values.

    Raises:
        ValueError: if the number is negative, or as `FixedSpectrum`.
    """

    values: tuple[float, ...]
    number: int = 0

    def __post_init__(self) -> None:
        FixedSpectrum(self.values)
        if self.number < 0:
            raise ValueError(f"number is {self.number}; it must be at least 0")

    def draw(self, batch: int, size: int, rng: torch.Generator) -> Float[Tensor, "batch size size"]:
        """Matrices, all alike; the generator is not asked.

        Raises:
            ValueError: if there are not as many singular values as the matrices have.
        """
        own = torch.Generator().manual_seed(self.number)
        return FixedSpectrum(self.values).draw(1, size, own).expand(batch, -1, -1)


Matrices = MatrixNormal | FixedSpectrum | UniformSpectrum | OneMatrix


def turned(spectra: Float[Tensor, "batch size"], rng: torch.Generator) -> Float[Tensor, "batch size size"]:
    """Matrices with these singular values, and the singular vectors of standard normal matrices."""
    left, _, right = torch.linalg.svd(torch.randn(*spectra.shape, spectra.shape[1], generator=rng))
    return left * spectra[:, None, :] @ right
