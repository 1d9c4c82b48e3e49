"""Two coins of opposite bias, of which the one in play may change after every toss: a world that is not exchangeable.

A hidden Markov model with two states (Rabiner 1989, section II), and the simplest world in which old observations lose
their worth. The probability of a change is its hazard rate (Glaze, Kable and Gold 2015).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli

from lib.spec import tagged
from lib.tasks.prediction import Episodes, check_draw, told_late


@tagged("SwitchingCoin")
@dataclass(frozen=True)
class SwitchingCoinTask:
    """A hidden Markov model of tosses: heads has probability `bias` or `1 - bias`, and after each toss the coin is
    exchanged for the other with probability `hazard`.

    The first coin is either with probability 1/2. Observations are 1 for heads and 0 for tails; inputs are one-hot
    (heads, tails); the output is the log-odds of heads. `parameters` of episodes hold the bias at every toss.

    Raises:
        ValueError: if the bias is not between 0 and 1, or the hazard is no probability.
    """

    bias: float
    hazard: float

    input_size = 2
    output_size = 1

    def __post_init__(self) -> None:
        if not 0 < self.bias < 1:
            raise ValueError(f"bias is {self.bias}; it must lie between 0 and 1")
        if not 0 <= self.hazard <= 1:
            raise ValueError(f"hazard is {self.hazard}; it must be a probability, from 0 to 1")
        for name in ("bias", "hazard"):
            object.__setattr__(self, name, float(getattr(self, name)))

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Episodes:
        """Draw `batch` sequences of coins, and toss each coin once.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        switches = torch.full((batch, steps), self.hazard, device=rng.device)
        switches[:, 0] = 0.5  # which coin comes first
        other = torch.bernoulli(switches, generator=rng).cumsum(dim=1) % 2
        bias = torch.where(other == 1, 1 - self.bias, self.bias)
        tosses = torch.bernoulli(bias, generator=rng)
        return Episodes(bias, tosses, self.inputs(tosses))

    def inputs(self, observations: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time 2"]:
        """One-hot (heads, tails) of the toss before; zeros before the first."""
        return told_late(torch.stack([observations, 1 - observations], dim=-1))

    def predictive(self, outputs: Float[Tensor, "*batch 1"]) -> Bernoulli:
        """The toss that a machine expects, from its log-odds of heads."""
        return Bernoulli(logits=outputs[..., 0])
