"""The Bayes-optimal machine for linear functions: ridge regression, one observation at a time.

If the entries of W come from Normal(0, alpha^2), and y = W x + epsilon with epsilon from Normal(0, sigma^2 I), then
each row of W has, after any observations, a normal posterior; all rows have the same covariance. With
lambda = (sigma / alpha)^2 and observations as the rows of X and Y,

    E[W] = Y' X (X' X + lambda I)^-1,    Cov[each row of W] = sigma^2 (X' X + lambda I)^-1.

Source: Rabinowitz 2019, section 3.2.6, equations (6) to (8), where alpha is 1 and W is transposed.
"""

from dataclasses import dataclass
from math import isfinite

import torch
from jaxtyping import Float
from torch import Tensor

from lib.tasks.linear import LinearFunction, LinearMap
from lib.tasks.random_matrices import MatrixNormal

ROUNDING = 1e-4  # how far rounding may move a share of variance out of its range


@dataclass(frozen=True)
class RidgeAgent:
    """Recursive ridge regression: keeps the posterior of W, and says the posterior mean of y.

    State, as one vector: x of the step before, since y of that step comes late; the posterior mean of W, row by row;
    and the covariance of a row, in units of alpha^2, so that it begins as the identity. An observation changes both
    by a matrix of rank one (Sherman and Morrison; the Kalman filter of a state that rests). That is equations (7)
    and (8), without a difference of large numbers.

    >>> machine = RidgeAgent(1, alpha=1.0, noise=1.0)
    >>> state, first = machine.step(machine.initial_state(1), torch.tensor([[2.0, 0.0]]))  # x is 2
    >>> _, second = machine.step(state, torch.tensor([[1.0, 5.0]]))  # y was 5; x is 1
    >>> first.item(), second.item()  # 5 * 2 / (2 * 2 + 1)
    (0.0, 2.0)

    Attributes:
        size: how many numbers x has, and y.
        alpha: standard deviation of an entry of W.
        noise: standard deviation of epsilon.
        outputs: how many numbers y has, if not as many.

    Raises:
        ValueError: if a size is less than 1, or a standard deviation is not positive and finite.
    """

    size: int
    alpha: float
    noise: float
    outputs: int | None = None

    def __post_init__(self) -> None:
        if self.size < 1:
            raise ValueError(f"size is {self.size}; it must be at least 1")
        if self.outputs is not None and self.outputs < 1:
            raise ValueError(f"outputs is {self.outputs}; it must be at least 1")
        for name in ("alpha", "noise"):
            value = getattr(self, name)
            if not (isfinite(value) and value > 0):
                raise ValueError(f"{name} is {value}; it must be positive and finite")

    @classmethod
    def of(cls, task: LinearMap | LinearFunction) -> "RidgeAgent":
        """The optimum of a world.

        Raises:
            ValueError: if its matrices are not all random: no other prior makes ridge regression optimal.
        """
        if isinstance(task, LinearFunction):
            return cls(task.size, 1.0, task.noise, task.y_size)
        if not isinstance(task.prior, MatrixNormal):
            raise ValueError(f"the prior is {task.prior}; ridge regression is optimal for a MatrixNormal prior only")
        return cls(task.size, task.prior.alpha, task.noise)

    @property
    def input_size(self) -> int:
        """x, and y of the step before."""
        return self.size + self.output_size

    @property
    def output_size(self) -> int:
        """y."""
        return self.size if self.outputs is None else self.outputs

    @property
    def state_size(self) -> int:
        """One x and two matrices."""
        return self.size * (1 + self.output_size + self.size)

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """The prior. Of an x of zeros there is nothing to learn, so the first y that is told, zeros, changes
        nothing.
        """
        begin = torch.zeros(self.size * (1 + self.output_size))
        return torch.cat([begin, torch.eye(self.size).flatten()]).repeat(batch, 1)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """A covariance is symmetric, no variance is negative, and no direction is less known than before."""
        near = state.clone()
        covariance = self.read(near)[2]
        covariance.copy_((covariance + covariance.mT) / 2)
        share, axes = torch.linalg.eigh(covariance.double())
        wrong = ((share < -ROUNDING) | (share > 1 + ROUNDING)).any(dim=-1)
        mended = (axes * share.clamp(0, 1)[:, None, :]) @ axes.mT
        covariance[wrong] = ((mended + mended.mT) / 2)[wrong].to(covariance)
        return near

    def read(
        self, state: Float[Tensor, "batch state"]
    ) -> tuple[Float[Tensor, "batch x"], Float[Tensor, "batch y x"], Float[Tensor, "batch x x"]]:
        """What a state holds: x of the step before, the posterior mean of W, the covariance of a row over alpha^2."""
        n, rows = self.size, self.output_size
        before, mean, covariance = torch.split(state, [n, rows * n, n * n], dim=1)
        return before, mean.view(-1, rows, n), covariance.view(-1, n, n)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """Learn from the step before, then say what y is expected to be."""
        before, mean, covariance = self.read(state.double())
        now, y = torch.split(x.double(), [self.size, self.output_size], dim=1)
        # How uncertain each direction is, seen along the x before; and how much of what surprised was noise.
        along = (covariance @ before[..., None])[..., 0]
        expected = (before * along).sum(dim=1) + (self.noise / self.alpha) ** 2
        surprise = y - (mean @ before[..., None])[..., 0]
        mean = mean + surprise[:, :, None] * along[:, None, :] / expected[:, None, None]
        covariance = covariance - along[:, :, None] * along[:, None, :] / expected[:, None, None]
        after = torch.cat([now, mean.flatten(1), covariance.flatten(1)], dim=1)
        says = (mean @ now[..., None])[..., 0]
        return after.to(state), says.to(state)
