"""Coins with change points: after any toss the coin may be swapped for a new one, drawn from the same prior.

A piecewise stationary source (Genewein et al. 2023, section 2). That a new parameter is drawn independently of the one
before makes it a product partition model, the setting of Adams and MacKay 2007.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli

from lib.spec import tagged
from lib.tasks import sampling
from lib.tasks.prediction import Episodes, check_draw, check_parameters, told_late


@tagged("ChangePointCoin")
@dataclass(frozen=True)
class ChangePointCoinTask:
    """Tosses of a coin whose bias comes from Beta(a, b), and is drawn anew after each toss with a probability, the
    hazard, that each episode draws uniformly from `hazards`.

    One hazard is known to whoever knows the world; of several, each episode hides which it is. Observations are 1 for
    heads and 0 for tails; inputs are one-hot (heads, tails); the output is the log-odds of heads. `parameters` of
    episodes hold the bias at every toss, and last the hazard.

    Raises:
        ValueError: if a or b is not a positive, finite number, or there is no hazard, or one is not between 0 and 1.
    """

    a: float
    b: float
    hazards: tuple[float, ...]

    input_size = 2
    output_size = 1

    def __post_init__(self) -> None:
        check_parameters(self, "Beta prior", "both parameters must be positive and finite", ("a", "b"))
        object.__setattr__(self, "hazards", tuple(float(each) for each in self.hazards))
        if not self.hazards:
            raise ValueError("hazards is empty; there must be at least one")
        for hazard in self.hazards:
            if not 0 < hazard < 1:
                raise ValueError(f"hazard is {hazard}; it must lie between 0 and 1")

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Episodes:
        """Draw `batch` sequences of coins, and toss each coin once.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        drawn = torch.randint(len(self.hazards), (batch, 1), generator=rng, device=rng.device)
        hazard = torch.tensor(self.hazards, device=rng.device)[drawn]
        new = torch.bernoulli(hazard.expand(batch, steps), generator=rng).long()
        new[:, 0] = 1
        coins = sampling.beta(self.a, self.b, int(new.sum()), rng)
        bias = coins[new.flatten().cumsum(dim=0) - 1].view(batch, steps)
        tosses = torch.bernoulli(bias, generator=rng)
        return Episodes(torch.cat([bias, hazard], dim=1), tosses, self.inputs(tosses))

    def inputs(self, observations: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time 2"]:
        """One-hot (heads, tails) of the toss before; zeros before the first."""
        return told_late(torch.stack([observations, 1 - observations], dim=-1))

    def predictive(self, outputs: Float[Tensor, "*batch 1"]) -> Bernoulli:
        """The toss that a machine expects, from its log-odds of heads."""
        return Bernoulli(logits=outputs[..., 0])
