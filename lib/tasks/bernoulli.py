"""Coins to predict."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli as BernoulliDistribution

from lib.spec import tagged
from lib.tasks import sampling
from lib.tasks.prediction import Episodes, check_draw, told_late


@tagged("Bernoulli")
@dataclass(frozen=True)
class BernoulliTask:
    """Coins whose probability of heads is drawn from Beta(a, b).

    Observations are 1 for heads and 0 for tails; inputs are one-hot (heads, tails); the output is the log-odds of
    heads.

    >>> world = BernoulliTask(1, 1)
    >>> world.inputs(torch.tensor([[1.0, 0.0, 1.0]]))
    tensor([[[0., 0.],
             [1., 0.],
             [0., 1.]]])

    Raises:
        ValueError: if a or b is not a positive, finite number.
    """

    a: float
    b: float

    input_size = 2
    output_size = 1

    def __post_init__(self) -> None:
        for name in ("a", "b"):
            value = float(getattr(self, name))
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"Beta prior has {name}={value}; both parameters must be positive and finite")
            object.__setattr__(self, name, value)

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Episodes:
        """Draw `batch` coins and flip each `steps` times.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        bias = sampling.beta(self.a, self.b, batch, rng)[:, None]
        flips = torch.bernoulli(bias.expand(batch, steps), generator=rng)
        return Episodes(bias, flips, self.inputs(flips))

    def inputs(self, observations: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time 2"]:
        """One-hot (heads, tails) of the flip before; zeros before the first."""
        return told_late(torch.stack([observations, 1 - observations], dim=-1))

    def predictive(self, outputs: Float[Tensor, "*batch 1"]) -> BernoulliDistribution:
        """The coin that a machine expects, from its log-odds of heads."""
        return BernoulliDistribution(logits=outputs[..., 0])
