"""Pull the unknown arm n times, whatever it pays; then stay with the arm that looks better, whatever happens.

The posterior mean after n pulls is, before they are made, Normal(mean, s_n^2). So the expected return of an episode is

    J(n) = n mean + (T - n) E max(0, posterior mean)
         = n mean + (T - n) [mean Phi(mean / s_n) + s_n phi(mean / s_n)],

    s_n^2 = n sigma_p^4 / (sigma_l^2 + n sigma_p^2).

Source: Lange and Sprekeler 2020, section 3 and supplement A.1. Their optimum is the best n, 0 included. It is the best
only among players who fix n beforehand; `lib.optimal.stopping` has the best of all.
"""

from dataclasses import dataclass
from math import exp, pi, sqrt

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from scipy.integrate import quad
from scipy.special import ndtr
from torch import Tensor

from lib.optimal.one_armed import Array, Numbers, OneArmedAgent, OneArmedProblem, proper

AT_ONCE = 2**20  # rewards that a simulation holds in memory


def expected_return(
    n: int | Int[Array, "..."], sigma_p: Numbers, sigma_l: Numbers, lifetime: int, mean: float = -1.0
) -> Float[Array, "..."]:
    """J(n), in reward per episode; n and the standard deviations may be arrays that broadcast.

    >>> expected_return(np.array([0, 3]), 1.0, 1.0, 100).round(5)
    array([0.     , 2.16778])

    Raises:
        ValueError: if n is not between 0 and the lifetime, or as `proper`.
    """
    sigma_p, sigma_l = proper(sigma_p, sigma_l, lifetime, mean)
    n = _whole(n, lifetime)
    s = np.sqrt(n / (sigma_l**2 + n * sigma_p**2)) * sigma_p**2
    certain = s == 0  # n = 0: what the prior says is what is committed to
    z = mean / np.where(certain, 1, s)
    hoped = np.where(certain, max(mean, 0), mean * ndtr(z) + s * np.exp(-(z**2) / 2) / (2 * np.pi) ** 0.5)
    return np.asarray(n * mean + (lifetime - n) * hoped)


def returns(sigma_p: Numbers, sigma_l: Numbers, lifetime: int, mean: float = -1.0) -> Float[Array, "... n"]:
    """J(n) for every n from 0 to the lifetime, on the last axis.

    Raises:
        ValueError: as `proper`.
    """
    sigma_p, sigma_l = proper(sigma_p, sigma_l, lifetime, mean)
    return expected_return(np.arange(lifetime + 1), sigma_p[..., None], sigma_l[..., None], lifetime, mean)


def best_n(sigma_p: Numbers, sigma_l: Numbers, lifetime: int, mean: float = -1.0) -> Int[Array, "..."]:
    """The number of pulls of largest expected return; the smallest such, if there are several.

    >>> best_n(1.0, np.array([1.0, 2.0]), 100)
    array([2, 0])

    Raises:
        ValueError: as `proper`.
    """
    return np.asarray(returns(sigma_p, sigma_l, lifetime, mean).argmax(axis=-1))


def value(sigma_p: Numbers, sigma_l: Numbers, lifetime: int, mean: float = -1.0) -> Float[Array, "..."]:
    """The expected return of the best n.

    Raises:
        ValueError: as `proper`.
    """
    return np.asarray(returns(sigma_p, sigma_l, lifetime, mean).max(axis=-1))


def pulls(
    n: int | Int[Array, "..."],
    sigma_p: Numbers,
    sigma_l: Numbers,
    lifetime: int,
    mean: float = -1.0,
    mu: Numbers | None = None,
) -> Float[Array, "..."]:
    """How often the unknown arm is pulled in an episode, on average, if in truth it pays mu: n times, and to the end if
    the posterior mean is above 0 by then.

    Args:
        mu: left out, the prior mean. That is what is measured on networks: bandits of sigma_p = 0.

    Raises:
        ValueError: if n is not between 0 and the lifetime, or as `proper`.
    """
    sigma_p, sigma_l = proper(sigma_p, sigma_l, lifetime, mean)
    n = _whole(n, lifetime)
    chance = _commits(n, sigma_p, sigma_l, mean, np.asarray(mean if mu is None else mu))
    return np.asarray(n + (lifetime - n) * chance)


def integrated_return(n: int, sigma_p: float, sigma_l: float, lifetime: int, mean: float = -1.0) -> float:
    """J(n) by numerical integration over the true mean: a second way to the number, by other formulas.

    Raises:
        ValueError: if n is not between 0 and the lifetime, or as `proper`.
    """
    wide, noise = proper(sigma_p, sigma_l, lifetime, mean)
    _whole(n, lifetime)
    if n == 0:
        return lifetime * max(mean, 0.0)

    def earned(z: float) -> float:
        mu = np.asarray(mean + sigma_p * z)
        chance = _commits(np.asarray(n), wide, noise, mean, mu)
        return float(mu * (n + (lifetime - n) * chance)) * exp(-(z**2) / 2) / sqrt(2 * pi)

    # Where committing goes from unlikely to likely, and how fast, in standard deviations of the prior.
    turn = -mean * (sigma_l**2 / sigma_p**2 / n + 1) / sigma_p
    places = [turn + step * sigma_l / sigma_p / n**0.5 for step in (-8, -2, 0, 2, 8)]
    inside = [place for place in places if -12 < place < 12]
    return float(quad(earned, -12, 12, points=inside, limit=400, epsabs=1e-11, epsrel=1e-11)[0])


@dataclass(frozen=True)
class Sampled:
    """A mean over sampled episodes, with its standard error; both in reward per episode."""

    value: float
    standard_error: float


def simulated_return(
    n: int,
    sigma_p: float,
    sigma_l: float,
    lifetime: int,
    mean: float = -1.0,
    *,
    episodes: int,
    rng: torch.Generator,
) -> Sampled:
    """J(n) by playing: every reward is drawn, and every decision is made by the posterior mean. However many episodes
    there are, only a few are in memory.

    Raises:
        ValueError: if n is not between 0 and the lifetime, there are fewer than 2 episodes, or as `proper`.
    """
    player = ExploreThenCommit(OneArmedProblem(sigma_p, sigma_l, lifetime, mean), n)
    if episodes < 2:
        raise ValueError(f"episodes is {episodes}; a standard error needs at least 2")
    total = squares = 0.0
    for begin in range(0, episodes, max(1, AT_ONCE // lifetime)):
        batch = min(max(1, AT_ONCE // lifetime), episodes - begin)
        mu = mean + sigma_p * torch.randn(batch, 1, generator=rng)
        rewards = mu + sigma_l * torch.randn(batch, lifetime, generator=rng)
        explored, later = rewards[:, :n].double().sum(dim=1), rewards[:, n:].double().sum(dim=1)
        earned = explored + later * (player.believes(torch.full_like(explored, n), explored) > 0)
        total += earned.sum().item()
        squares += earned.square().sum().item()
    average = total / episodes
    variance = max(squares / episodes - average**2, 0.0)  # rounding may leave less than nothing
    return Sampled(average, (variance / (episodes - 1)) ** 0.5)


@dataclass(frozen=True)
class ExploreThenCommit(OneArmedAgent):
    """Pulls arm 1 in its first n steps, and then for ever the arm that looked better by then. What it is told later it
    does not count.

    Raises:
        ValueError: if n is not between 0 and the lifetime.
    """

    n: int

    def __post_init__(self) -> None:
        _whole(self.n, self.niche.lifetime)

    @classmethod
    def best(cls, niche: OneArmedProblem) -> "ExploreThenCommit":
        """The player whose n earns most."""
        return cls(niche, int(best_n(niche.sigma_p, niche.sigma_l, niche.lifetime, niche.mean)))

    def listens(self, t: Int[Tensor, " batch"]) -> Bool[Tensor, " batch"]:
        """While it explores: at step t it is told of the step before."""
        return t <= self.n

    def worth(
        self, number: Float[Tensor, " batch"], summed: Float[Tensor, " batch"], t: Int[Tensor, " batch"]
    ) -> Float[Tensor, " batch"]:
        """The posterior mean, once it is to matter."""
        believed = self.believes(number, summed)
        return torch.where(t < self.n, torch.ones_like(believed), believed)


def _whole(n: int | Int[Array, "..."], lifetime: int) -> Int[Array, "..."]:
    n = np.asarray(n)
    wrong = (n < 0) | (n > lifetime) | (n != n.astype(int))
    if wrong.any():
        raise ValueError(f"n is {n[wrong][0]}; it must be a whole number of pulls from 0 to the lifetime, {lifetime}")
    return n.astype(int)


def _commits(
    n: Int[Array, "..."],
    sigma_p: Float[Array, "..."],
    sigma_l: Float[Array, "..."],
    mean: float,
    mu: Float[Array, "..."] | Int[Array, "..."],
) -> Float[Array, "..."]:
    """The chance that n rewards around mu leave the posterior mean above 0: that their sum exceeds what the prior owes,
    -mean (sigma_l / sigma_p)^2.
    """
    beyond = n * mu + mean * np.square(sigma_l / sigma_p)
    return np.asarray(np.where(n > 0, ndtr(beyond / (np.sqrt(np.maximum(n, 1)) * sigma_l)), float(mean > 0)))
