"""Optimal stopping of a one-armed bandit: the unknown arm while what it may teach is worth its cost, then never again.

To leave an arm for one that pays a known 0 teaches nothing, so whoever leaves has no reason to come back: to play well
is to know when to stop. After n pulls, with posterior mean x and posterior variance v_n, the value of what is left is

    V_n(x) = max(0, x + E V_{n+1}(x')),    x' ~ Normal(x, k_n^2),    k_n^2 = v_n^2 / (v_n + sigma_l^2),    V_T = 0.

The recursion runs on a grid. Its error is of the order of the grid's step squared: a grid half as fine tells how large
it is, and removes most of it (Richardson).

Source: the world is Lange and Sprekeler's (2020, section 3), who solve it among fixed n only. That the best player of
an arm against a known one never comes back is Bradt, Johnson and Karlin's (1956).
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.optimal.first_passage import survival
from lib.optimal.one_armed import Array, Numbers, OneArmedAgent, OneArmedProblem, proper
from lib.optimal.stopping_grid import HIGH, LOW, diagonal, triangle

POINTS = 1024  # of the grid


@dataclass(frozen=True)
class Stopping:
    """Optimal stopping in each of an array of problems.

    Attributes:
        sigma_p: standard deviation of each prior.
        sigma_l: standard deviation of a reward in each.
        mean: of the priors.
        first: what it is worth to pull once and then as long as it pays, in reward per episode; may be below 0.
        error: how far off that may be.
        boundaries: the posterior mean below which to stop after n pulls, n from 0 to the lifetime less one.
    """

    sigma_p: Float[Array, "*niche"]
    sigma_l: Float[Array, "*niche"]
    mean: float
    first: Float[Array, "*niche"]
    error: Float[Array, "*niche"]
    boundaries: Float[Array, "*niche n"]

    @property
    def value(self) -> Float[Array, "*niche"]:
        """Expected return of an episode."""
        return np.asarray(np.maximum(self.first, 0))

    def survival(self, mu: Numbers | None = None) -> Float[Array, "*niche n"]:
        """The chance that the unknown arm is pulled more than n times in an episode, n from 0 to the lifetime less one,
        if in truth it pays mu (left out: the prior mean). May be an array that broadcasts against the niches.
        """
        ratio, n = np.square(self.sigma_p / self.sigma_l), np.arange(self.boundaries.shape[-1])
        # A posterior mean of b is a sum of rewards of b (n + 1 / ratio) - mean / ratio; in units of sigma_l.
        sums = self.boundaries * (n + 1 / ratio[..., None]) - (self.mean / ratio)[..., None]
        drift = np.asarray(np.asarray(self.mean if mu is None else mu) / self.sigma_l)
        return survival(np.broadcast_to(sums / self.sigma_l[..., None], (*drift.shape, len(n))), drift)

    def pulls(self, mu: Numbers | None = None) -> Float[Array, "*niche"]:
        """How often the unknown arm is pulled in an episode, on average, if in truth it pays mu.

        Args:
            mu: left out, the prior mean. That is what is measured on networks: bandits of sigma_p = 0.
        """
        return np.asarray(self.survival(mu).sum(axis=-1))


def solve(sigma_p: Numbers, sigma_l: Numbers, lifetime: int, mean: float = -1.0, *, points: int = POINTS) -> Stopping:
    """Optimal stopping boundaries by backward induction from the end of a life.

    >>> best = solve(np.array([0.5, 1.0]), 1.0, 100)
    >>> best.value.round(2), best.pulls().round(1)
    (array([0.  , 5.62]), array([0. , 2.2]))

    Args:
        points: of the grid; an even number. Twice as many make the error a quarter.

    Raises:
        ValueError: if there are fewer than 64 points or an odd number of them, or as `proper`.
    """
    sigma_p, sigma_l = proper(sigma_p, sigma_l, lifetime, mean)
    _enough(points)
    start, ratio = mean / sigma_p.ravel(), np.square(sigma_p / sigma_l).ravel()
    coarse, _ = diagonal(start, ratio, lifetime, points // 2)
    first, boundaries = diagonal(start, ratio, lifetime, points)
    first, error = first + (first - coarse) / 3, abs(first - coarse) / 3
    # So sure of its sign that nothing is to be learned: pull once and no more, or for ever.
    hopeless, sure = start < LOW + 1, start > HIGH - 1
    first = np.where(hopeless, start, np.where(sure, lifetime * start, first))
    error[hopeless | sure] = 0
    shape = sigma_p.shape
    return Stopping(
        sigma_p,
        sigma_l,
        mean,
        (first * sigma_p.ravel()).reshape(shape),
        (error * sigma_p.ravel()).reshape(shape),
        boundaries.reshape(*shape, lifetime) * sigma_p[..., None],
    )


def value(sigma_p: Numbers, sigma_l: Numbers, lifetime: int, mean: float = -1.0) -> Float[Array, "..."]:
    """Expected return of optimal stopping.

    Raises:
        ValueError: as `proper`.
    """
    return solve(sigma_p, sigma_l, lifetime, mean).value


@dataclass(frozen=True)
class StoppingAgent(OneArmedAgent):
    """Optimal-stopping agent: arm 1 as long as that is worth it, given what it paid and how many steps are left.

    Attributes:
        boundaries: the posterior mean below which pulling is not worth it, after n pulls and t steps; NaN where n
            exceeds t, which cannot be.
    """

    boundaries: Float[Array, "n t"]

    @classmethod
    def of(cls, niche: OneArmedProblem, *, points: int = POINTS) -> "StoppingAgent":
        """The player for a niche, with its boundaries worked out.

        Who plays well never stops and comes back, and needs the boundaries at n = t only. The others are for states to
        which something else led.

        Raises:
            ValueError: if there are fewer than 64 points or an odd number of them.
        """
        _enough(points)
        ratio = (niche.sigma_p / niche.sigma_l) ** 2
        return cls(niche, niche.sigma_p * triangle(ratio, niche.lifetime, points))

    def worth(
        self, number: Float[Tensor, " batch"], summed: Float[Tensor, " batch"], t: Int[Tensor, " batch"]
    ) -> Float[Tensor, " batch"]:
        """By how much the posterior mean is above its boundary."""
        n = number.long().minimum(t)  # states that were not lived through may count more pulls than steps
        return self.believes(number, summed) - torch.from_numpy(self.boundaries).to(summed)[n, t]


def _enough(points: int) -> None:
    if points < 64 or points % 2:
        raise ValueError(f"points is {points}; it must be an even number, at least 64")
