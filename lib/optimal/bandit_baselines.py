"""Baseline policies for bandits: greedy, Thompson sampling, Bayes-UCB.

Each acts on the exact posterior and, unlike the optimum, looks no step ahead. The source paper has none of them.

Source: Thompson 1933; Kaufmann, Cappé and Garivier 2012 (Bayes-UCB).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.special import betainc, betaincinv, betaln
from torch import Tensor

from lib.optimal.bandit_agent import CERTAIN_LOGIT, BanditAgent, posterior_mean, posterior_precision, pulls
from lib.tasks.bandits import GaussianBandit

Array = np.ndarray
PerArm = Float[Array, "state arm"]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_ANGLES, _WIDTHS = (_NODES + 1) * np.pi / 4, _WEIGHTS * np.pi / 4  # an integral from 0 to a right angle


@dataclass(frozen=True)
class Greedy(BanditAgent):
    """Greedy policy: an arm of largest posterior mean; another only once this one disappoints."""

    def worth(self, counts: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
        """The posterior mean of each arm."""
        return posterior_mean(self.prior, counts)


@dataclass(frozen=True)
class BayesUCB(BanditAgent):
    """Bayes-UCB: an arm of largest upper confidence bound; after n pulls, the quantile `1 - 1 / (n + 2)` of its
    posterior.

    Kaufmann, Cappé and Garivier 2012, algorithm 1 with c = 0, begun one step later so that the first bound is a median.
    """

    def worth(self, counts: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
        """The bound of each arm."""
        prior = self.prior
        if isinstance(prior, GaussianBandit):
            level = 1 - 1 / (pulls(prior, counts).sum(dim=1, keepdim=True) + 2)
            deviations: Tensor = torch.special.ndtri(level)
            return posterior_mean(prior, counts) + deviations / posterior_precision(prior, counts).sqrt()

        def bound(won: PerArm, lost: PerArm) -> PerArm:
            level = 1 - 1 / ((won + lost).sum(axis=1, keepdims=True) + 2)
            return betaincinv(prior.a + won, prior.b + lost, level)

        return _in_each_state(counts, bound)


@dataclass(frozen=True)
class Thompson(BanditAgent):
    """Thompson sampling, worked out: each arm with the posterior probability that it is the best.

    Output: the logarithm of the posterior probability that an arm is the best. Two Gaussian arms have a closed form.

    Raises:
        ValueError: if there are more than two Gaussian arms.
    """

    def __post_init__(self) -> None:
        if isinstance(self.prior, GaussianBandit) and self.prior.arms > 2:
            raise ValueError(f"arms is {self.prior.arms}; of Gaussian arms this player can compare 2, no more")

    def says(self, total: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
        """Logits of the next action."""
        prior, counts = self.prior, total.double()
        if isinstance(prior, GaussianBandit):
            variance = (1 / posterior_precision(prior, counts)).sum(dim=1, keepdim=True)
            means = posterior_mean(prior, counts)
            logarithms: Tensor = torch.special.log_ndtr((means - means.flip(1)) / variance.sqrt())
            return logarithms.to(total)
        chances = _in_each_state(counts, lambda won, lost: largest_of_betas(prior.a + won, prior.b + lost))
        return chances.log().clamp(min=-CERTAIN_LOGIT).to(total)


def largest_of_betas(a: PerArm, b: PerArm) -> PerArm:
    """The probability that each of several independent variables, Beta(a, b), is the largest.

    Within 1e-9 if all parameters are 1/2 or more: as a function of the angle whose squared sine is the variable, the
    integrand is smooth.

    >>> largest_of_betas(np.array([[1.0, 2.0]]), np.array([[1.0, 1.0]])).round(4)
    array([[0.3333, 0.6667]])
    """
    a, b = a[..., None], b[..., None]
    sine, cosine = np.sin(_ANGLES), np.cos(_ANGLES)
    below = betainc(a, b, np.square(sine))
    density = 2 * np.exp((2 * a - 1) * np.log(sine) + (2 * b - 1) * np.log(cosine) - betaln(a, b))
    others = np.stack([np.delete(below, arm, axis=1).prod(axis=1) for arm in range(a.shape[1])], axis=1)
    chances = (density * others) @ _WIDTHS
    return chances / chances.sum(axis=1, keepdims=True)


def _in_each_state(
    counts: Float[Tensor, "batch feature"], of: Callable[[PerArm, PerArm], PerArm]
) -> Float[Tensor, "batch arm"]:
    """A function of successes and failures, worked out once for each state that occurs."""
    states, which = np.unique(counts.cpu().numpy(), axis=0, return_inverse=True)
    return torch.from_numpy(of(states[:, ::2], states[:, 1::2])[which]).to(counts)
