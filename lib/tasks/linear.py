"""Linear functions: y = W x, seen through noise.

Source: Rabinowitz 2019, sections 3.1.1 and 3.2.1.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.spec import tagged
from lib.tasks.random_matrices import Matrices, MatrixNormal
from lib.tasks.regression import RegressionTask, check_noise


class Linear(RegressionTask):
    """What all linear functions share: x from Normal(0, I), and a matrix that multiplies it.

    Raises:
        ValueError: if the size is less than 1, or the noise negative or not finite.
    """

    size: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"size is {self.size}; it must be at least 1")
        check_noise(self.noise)

    @property
    def x_size(self) -> int:
        """Numbers in x."""
        return self.size

    def places(self, batch: int, steps: int, rng: torch.Generator) -> Float[Tensor, "batch time x"]:
        """Standard normal vectors."""
        return torch.randn(batch, steps, self.size, generator=rng)

    def at(
        self, functions: Float[Tensor, "batch y x"], x: Float[Tensor, "batch time x"]
    ) -> Float[Tensor, "batch time y"]:
        """W x."""
        return x @ functions.mT


@tagged("LinearMap")
@dataclass(frozen=True)
class LinearMap(Linear):
    """y = W x + epsilon, with x from Normal(0, I), epsilon from Normal(0, noise^2 I), and W from a prior.

    >>> problems = LinearMap(2).sample(3, 20, torch.Generator().manual_seed(0))
    >>> problems.functions.shape, problems.inputs.shape
    (torch.Size([3, 2, 2]), torch.Size([3, 20, 4]))

    Attributes:
        size: how many numbers x has, and y.
        prior: where W comes from.
        noise: standard deviation of epsilon.

    Raises:
        ValueError: if a number is outside its range.
    """

    size: int = 2
    prior: Matrices = MatrixNormal()  # noqa: RUF009 (frozen)
    noise: float = 0.01

    @property
    def y_size(self) -> int:
        """Numbers in y."""
        return self.size

    def draw(self, batch: int, rng: torch.Generator) -> Float[Tensor, "batch y x"]:
        """Matrices from the prior."""
        return self.prior.draw(batch, self.size, rng)


@tagged("LinearFunction")
@dataclass(frozen=True)
class LinearFunction(Linear):
    """y = w.x + epsilon, with one number y, x and w from Normal(0, I), and epsilon from Normal(0, noise^2).

    Source: Raventos et al. 2023, where x has 8 numbers.

    >>> problems = LinearFunction(4).sample(3, 16, torch.Generator().manual_seed(0))
    >>> problems.functions.shape, problems.inputs.shape
    (torch.Size([3, 1, 4]), torch.Size([3, 16, 5]))

    Attributes:
        size: how many numbers x has.
        noise: standard deviation of epsilon.

    Raises:
        ValueError: if a number is outside its range.
    """

    size: int = 4
    noise: float = 0.5

    y_size = 1

    def draw(self, batch: int, rng: torch.Generator) -> Float[Tensor, "batch 1 x"]:
        """Functions from the prior."""
        return torch.randn(batch, 1, self.size, generator=rng)
