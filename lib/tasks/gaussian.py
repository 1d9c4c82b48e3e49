"""Noisy readings of an unknown quantity, to predict."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Normal

from lib.spec import tagged
from lib.tasks.prediction import Episodes, check_draw, told_late


@tagged("Gaussian")
@dataclass(frozen=True)
class GaussianTask:
    """Readings of known precision, of a quantity drawn from a normal distribution.

    Inputs are (1, reading), so that adding them up counts and sums; outputs are the mean and the logarithm of the
    variance of a normal distribution.

    Attributes:
        mean: prior mean of the quantity.
        prior_precision: one over the prior variance of the quantity.
        precision: one over the variance of a reading around it.

    Raises:
        ValueError: if a precision is not a positive, finite number, or the mean is not finite.
    """

    mean: float
    prior_precision: float
    precision: float

    input_size = 2
    output_size = 2

    def __post_init__(self) -> None:
        for name in ("mean", "prior_precision", "precision"):
            value = float(getattr(self, name))
            if not math.isfinite(value) or (name != "mean" and value <= 0):
                raise ValueError(
                    f"Normal prior has {name}={value}; precisions must be positive, everything must be finite"
                )
            object.__setattr__(self, name, value)

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Episodes:
        """Draw `batch` quantities and read each `steps` times.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        quantity = self.mean + torch.randn(batch, 1, generator=rng) / self.prior_precision**0.5
        readings = quantity + torch.randn(batch, steps, generator=rng) / self.precision**0.5
        return Episodes(quantity, readings, self.inputs(readings))

    def inputs(self, observations: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time 2"]:
        """(1, the reading before); zeros before the first."""
        return told_late(torch.stack([torch.ones_like(observations), observations], dim=-1))

    def predictive(self, outputs: Float[Tensor, "*batch 2"]) -> Normal:
        """The reading that a machine expects, from its mean and log-variance."""
        mean, log_variance = outputs.unbind(dim=-1)
        return Normal(mean, (log_variance / 2).exp())
