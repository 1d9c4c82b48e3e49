"""Dice to predict."""

import math
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Categorical as CategoricalDistribution
from torch.nn import functional

from lib.spec import tagged
from lib.tasks import sampling
from lib.tasks.prediction import Episodes, check_draw, told_late


@tagged("Categorical")
@dataclass(frozen=True)
class CategoricalTask:
    """Dice whose probabilities are drawn from a Dirichlet distribution.

    Observations are the numbers of the sides, from 0; inputs are one-hot; outputs are logits.

    >>> world = CategoricalTask((1, 1, 1))
    >>> world.inputs(torch.tensor([[2.0, 0.0]]))
    tensor([[[0., 0., 0.],
             [0., 0., 1.]]])

    Raises:
        ValueError: if there are fewer than two sides, or a concentration is not a positive, finite number.
    """

    concentrations: tuple[float, ...]

    def __post_init__(self) -> None:
        values = tuple(map(float, self.concentrations))
        if len(values) < 2:
            raise ValueError(f"Dirichlet prior has {len(values)} concentrations; at least 2 are needed")
        for side, value in enumerate(values):
            if not (math.isfinite(value) and value > 0):
                raise ValueError(f"Dirichlet prior has concentration {value} for side {side}; all must be positive")
        object.__setattr__(self, "concentrations", values)

    @property
    def sides(self) -> int:
        """Sides of a die."""
        return len(self.concentrations)

    input_size = output_size = sides

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Episodes:
        """Draw `batch` dice and throw each `steps` times.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        probabilities = sampling.dirichlet(self.concentrations, batch, rng)
        throws = torch.multinomial(probabilities, steps, replacement=True, generator=rng).float()
        return Episodes(probabilities, throws, self.inputs(throws))

    def inputs(self, observations: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time side"]:
        """One-hot of the throw before; zeros before the first."""
        return told_late(functional.one_hot(observations.long(), self.sides).to(observations))

    def predictive(self, outputs: Float[Tensor, "*batch side"]) -> CategoricalDistribution:
        """The die that a machine expects, from its logits."""
        return CategoricalDistribution(logits=outputs)
