"""One-armed bandits for optimal agents: the three numbers of a problem, what agents count, and their posterior mean.

One arm pays 0. The other pays Normal(mu, sigma_l^2) in each of `lifetime` steps, where mu comes from
Normal(mean, sigma_p^2). Whether it is worth a look depends on these numbers and on nothing else: they are the niche to
which a player is adapted.

Source: Lange and Sprekeler 2020, section 3 and supplement A.1.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lib.optimal.bandit_agent import greedy_logits

Array = np.ndarray
Numbers = float | Float[Array, "..."] | Int[Array, "..."]


def proper(sigma_p: Numbers, sigma_l: Numbers, lifetime: int, mean: float) -> tuple[Float[Array, "..."], ...]:
    """Checked standard deviations, as arrays of one shape.

    Raises:
        ValueError: if a standard deviation is not positive and finite, the lifetime is not a whole number of at least 1
            step, or the mean is not finite.
    """
    deviations = {"sigma_p": np.asarray(sigma_p, dtype=float), "sigma_l": np.asarray(sigma_l, dtype=float)}
    for name, values in deviations.items():
        wrong = ~((values > 0) & np.isfinite(values))
        if wrong.any():
            raise ValueError(f"{name} is {values[wrong][0]}; it must be positive and finite")
    if not float(lifetime).is_integer() or lifetime < 1:
        raise ValueError(f"lifetime is {lifetime}; it must be a whole number of steps, at least 1")
    if not np.isfinite(mean):
        raise ValueError(f"mean is {mean}; it must be finite")
    return np.broadcast_arrays(*deviations.values())


@dataclass(frozen=True)
class OneArmedProblem:
    """A one-armed world, and how long one lives in it.

    Attributes:
        sigma_p: standard deviation of the prior: how much arms differ, in reward.
        sigma_l: standard deviation of a reward: how much one arm's rewards differ.
        lifetime: steps in an episode.
        mean: what the unknown arm pays on average over the prior.

    Raises:
        ValueError: if a standard deviation is not positive and finite, the lifetime is not a whole number of at least 1
            step, or the mean is not finite.
    """

    sigma_p: float
    sigma_l: float
    lifetime: int
    mean: float = -1.0

    def __post_init__(self) -> None:
        proper(self.sigma_p, self.sigma_l, self.lifetime, self.mean)


@dataclass(frozen=True)
class OneArmedAgent:
    """Agent for the one-armed world. Input: (pulled arm 0, pulled arm 1, time from -1 to 1, reward), one step late.
    State: how often arm 1 was pulled, and the sum of what it paid. Output: logits of its next action.

    Attributes:
        niche: the world that it believes to be in.
    """

    niche: OneArmedProblem

    input_size = 4
    state_size = 2
    output_size = 2

    def initial_state(self, batch: int) -> Float[Tensor, "batch 2"]:
        """Nothing counted."""
        return torch.zeros(batch, self.state_size)

    def nearest_state(self, state: Float[Tensor, "batch 2"]) -> Float[Tensor, "batch 2"]:
        """Pulls are whole numbers and no more than there are steps; an arm that was not pulled has paid nothing."""
        near = state.clone()
        near[:, 0].round_().clamp_(min=0, max=self.niche.lifetime)
        near[:, 1] *= near[:, 0] > 0
        return near

    def step(
        self, state: Float[Tensor, "batch 2"], x: Float[Tensor, "batch 4"]
    ) -> tuple[Float[Tensor, "batch 2"], Float[Tensor, "batch 2"]]:
        """Count what arm 1 paid, then say what the count and the time imply."""
        _, pulled, time, reward = x.unbind(dim=1)
        t = ((time + 1) / 2 * (self.niche.lifetime - 1)).round().long()
        heard = pulled * self.listens(t)
        total = state + torch.stack([heard, heard * reward], dim=1)
        number, summed = total.double().unbind(dim=1)
        return total, greedy_logits(torch.stack([torch.zeros_like(summed), self.worth(number, summed, t)], dim=1)).to(
            total
        )

    def believes(self, number: Float[Tensor, " batch"], summed: Float[Tensor, " batch"]) -> Float[Tensor, " batch"]:
        """Posterior mean of what arm 1 pays, after a number of pulls and the sum of what they paid."""
        prior, reward = self.niche.sigma_p**-2, self.niche.sigma_l**-2
        return (prior * self.niche.mean + reward * summed) / (prior + reward * number)

    def listens(self, t: Int[Tensor, " batch"]) -> Bool[Tensor, " batch"]:
        """Whether what is told at step t is counted."""
        return torch.ones_like(t, dtype=torch.bool)

    def worth(
        self, number: Float[Tensor, " batch"], summed: Float[Tensor, " batch"], t: Int[Tensor, " batch"]
    ) -> Float[Tensor, " batch"]:
        """Above 0 where this player pulls arm 1 at step t (counted from 0), below 0 where it does not."""
        raise NotImplementedError
