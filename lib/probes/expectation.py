"""Expectations under a predictive distribution: a sum where it has finitely many outcomes, quadrature where it has not.

Each rule is a set of points and weights with which `E f(x)` is `sum_i w_i f(x_i)`.
"""

from collections.abc import Callable
from functools import singledispatch

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli, Categorical, Distribution, Normal

from lib.tasks.lomax import Lomax

# Of a quadrature rule. KL and Jensen-Shannon of predictions as close as a trained network's and Bayes's come out within
# 1e-9 nats. Jensen-Shannon of very unlike ones is rougher, since its integrand bends: off by 1% for normal
# distributions whose standard deviations differ by a factor of four, by 5% at ten.
NODES = 64

_HERMITE = np.polynomial.hermite.hermgauss(NODES)
_LAGUERRE = np.polynomial.laguerre.laggauss(NODES)


def expectation(distribution: Distribution, of: Callable[[Tensor], Tensor]) -> Float[Tensor, "*batch"]:
    """Expectation of a function of the next observation.

    >>> coin = Bernoulli(probs=torch.tensor([0.25, 0.75], dtype=torch.float64))
    >>> expectation(coin, lambda x: 4 * x)
    tensor([1., 3.], dtype=torch.float64)
    """
    points, weights = rule(distribution)
    values = of(points)
    return torch.where(weights > 0, weights * values, 0).sum(dim=0)  # what never happens may be infinitely surprising


@singledispatch
def rule(distribution: Distribution) -> tuple[Float[Tensor, "node *batch"], Float[Tensor, "node *#batch"]]:
    """Quadrature rule of a distribution: points and weights for expectations under it.

    Raises:
        TypeError: if there is no rule for such a distribution.
    """
    raise TypeError(f"there is no rule to integrate over {distribution}")


@rule.register(Bernoulli)
@rule.register(Categorical)
def _(distribution: Bernoulli | Categorical) -> tuple[Tensor, Tensor]:
    outcomes: Tensor = distribution.enumerate_support()  # type: ignore[no-untyped-call]
    log_probabilities: Tensor = distribution.log_prob(outcomes)  # type: ignore[no-untyped-call]
    return outcomes, log_probabilities.exp()


@rule.register
def _(distribution: Normal) -> tuple[Tensor, Tensor]:
    """Gauss-Hermite."""
    points, weights = (_column(values, distribution.mean) for values in _HERMITE)
    return distribution.mean + 2**0.5 * distribution.stddev * points, weights / np.pi**0.5


@rule.register
def _(distribution: Lomax) -> tuple[Tensor, Tensor]:
    """Gauss-Laguerre after the quantile transform: `shape * log(1 + x / scale)` is exponential with rate one, and the
    log densities to be compared are nearly linear in it.
    """
    points, weights = (_column(values, distribution.shape) for values in _LAGUERRE)
    exponent = (points / distribution.shape).clamp(max=600)  # farther out a weight is below 1e-100
    return distribution.scale * torch.expm1(exponent), weights


def _column(values: np.ndarray, like: Tensor) -> Float[Tensor, "node *ones"]:
    return torch.as_tensor(values).to(like).view(-1, *[1] * like.dim())
