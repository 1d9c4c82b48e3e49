"""The Lomax distribution: what a Bayesian expects of a waiting time whose rate comes from a Gamma prior."""

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Distribution, constraints
from torch.distributions.utils import broadcast_all


class Lomax(Distribution):
    """Lomax(shape a, scale b): density `a b^a / (x + b)^(a + 1)` on x >= 0, a Pareto distribution moved to start at 0.

    Its tail is heavy: no mean for a <= 1, no variance for a <= 2. The median always exists.

    >>> waiting = Lomax(torch.tensor(2.0), torch.tensor(3.0))
    >>> round(waiting.median.item(), 4), waiting.mean.item()
    (1.2426, 3.0)
    """

    arg_constraints = {"shape": constraints.positive, "scale": constraints.positive}  # noqa: RUF012 (torch's own way)
    support = constraints.nonnegative

    def __init__(self, shape: Tensor, scale: Tensor) -> None:
        self.shape, self.scale = broadcast_all(shape, scale)
        super().__init__(self.shape.shape)

    def log_prob(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """Log density at waiting times of 0 or more."""
        return self.shape.log() - self.scale.log() - (self.shape + 1) * torch.log1p(value / self.scale)

    def icdf(self, value: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """The waiting time that is exceeded with probability `1 - value`."""
        return self.scale * torch.expm1(-torch.log1p(-value) / self.shape)

    @property
    def median(self) -> Float[Tensor, "..."]:
        """The waiting time exceeded half of the time."""
        return self.icdf(torch.full_like(self.shape, 0.5))

    @property
    def mean(self) -> Float[Tensor, "..."]:
        """The mean waiting time.

        Raises:
            ValueError: if a shape is 1 or less, for which no mean exists.
        """
        self._need_shape_above(1, "mean")
        return self.scale / (self.shape - 1)

    @property
    def variance(self) -> Float[Tensor, "..."]:
        """The variance of the waiting time.

        Raises:
            ValueError: if a shape is 2 or less, for which no variance exists.
        """
        self._need_shape_above(2, "variance")
        return self.scale.square() * self.shape / ((self.shape - 1).square() * (self.shape - 2))

    def _need_shape_above(self, least: float, moment: str) -> None:
        smallest = self.shape.min().item()
        if smallest <= least:
            raise ValueError(
                f"a Lomax distribution of shape {smallest:g} has no {moment}; its shape must be more than {least:g}. "
                "The median exists for every shape"
            )
