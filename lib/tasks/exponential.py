"""Waiting times to predict."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.spec import tagged
from lib.tasks import sampling
from lib.tasks.lomax import Lomax
from lib.tasks.prediction import Episodes, check_draw, told_late


@tagged("Exponential")
@dataclass(frozen=True)
class ExponentialTask:
    """Exponential waiting times whose rate is drawn from Gamma(shape a, rate b).

    Inputs are (1, waiting time), so that adding them up counts and sums; outputs are the logarithms of the shape and
    the scale of a Lomax distribution.

    >>> ExponentialTask(3, 2).inputs(torch.tensor([[0.5, 9.0]]))
    tensor([[[0.0000, 0.0000],
             [1.0000, 0.5000]]])

    Raises:
        ValueError: if a or b is not a positive, finite number.
    """

    a: float
    b: float

    input_size = 2
    output_size = 2

    def __post_init__(self) -> None:
        for name in ("a", "b"):
            value = float(getattr(self, name))
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"Gamma prior has {name}={value}; shape a and rate b must be positive and finite")
            object.__setattr__(self, name, value)

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Episodes:
        """Draw `batch` rates and wait `steps` times at each.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        rate = sampling.gamma(self.a, self.b, batch, rng)[:, None]
        waits = rate.new_empty(batch, steps).exponential_(generator=rng) / rate
        return Episodes(rate, waits, self.inputs(waits))

    def inputs(self, observations: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time 2"]:
        """(1, the wait before); zeros before the first."""
        return told_late(torch.stack([torch.ones_like(observations), observations], dim=-1))

    def predictive(self, outputs: Float[Tensor, "*batch 2"]) -> Lomax:
        """The waiting time that a machine expects, from its log-shape and log-scale.

        Both are held within 20 of zero: a single long wait may drive an unfinished network beyond all numbers.
        """
        shape, scale = outputs.clamp(-20, 20).exp().unbind(dim=-1)
        return Lomax(shape, scale)
