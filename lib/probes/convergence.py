"""Convergence of networks in behaviour: to the optimal agent, and to each other.

Source: Mikulik et al. 2020, section 3.3 and figure 2.
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Real
from sklearn.decomposition import PCA
from sklearn.manifold import MDS
from torch.distributions import Distribution

from lib.probes.expectation import rule


def behavioural_distances(predictors: Sequence[Distribution]) -> Float[np.ndarray, "n n"]:
    """Jensen-Shannon divergences between all pairs of predictors of the same episodes: summed over an episode, averaged
    over episodes, in nats.

    The same as `lib.probes.behaviour.step_jensen_shannon` for every pair, with less work: what belongs to one predictor
    is computed once and not once a pair.
    """
    rules = [rule(predictor) for predictor in predictors]
    own = [predictor.log_prob(points) for predictor, (points, _) in zip(predictors, rules, strict=True)]

    def from_mixture(i: int, j: int) -> float:
        points, weights = rules[i]
        mixture = torch.logaddexp(own[i], predictors[j].log_prob(points)) - math.log(2)
        return torch.where(weights > 0, weights * (own[i] - mixture), 0).sum(dim=(0, 2)).mean().item()

    n = len(predictors)
    distances = np.zeros((n, n))
    for i in range(n):
        for j in range(i):
            distances[i, j] = distances[j, i] = max((from_mixture(i, j) + from_mixture(j, i)) / 2, 0)
    return distances


def on_a_map(distances: Float[np.ndarray, "n n"], seed: int = 0) -> Float[np.ndarray, "n 2"]:
    """Metric multidimensional scaling: places on a plane whose distances are as close as can be to those given.

    A map has no north. Ours is turned so that it is widest from left to right, with the last place on the right.
    """
    scaling = MDS(2, metric="precomputed", n_init=4, init="random", random_state=seed, normalized_stress=False)
    turned: np.ndarray = PCA(2).fit_transform(scaling.fit_transform(distances))
    return turned * np.where(turned[-1] < 0, -1, 1)


def first_below(
    values: Float[np.ndarray, "*batch checkpoint"], when: Real[np.ndarray, " checkpoint"], threshold: float
) -> Float[np.ndarray, "*batch"]:
    """First checkpoint at which a quantity is below a threshold; infinity where it never is.

    >>> first_below(np.array([3.0, 2.0, 0.5, 0.7]), np.array([0, 10, 100, 1000]), 1.0).item()
    100.0
    """
    below = values < threshold
    found = np.where(below.any(axis=-1), np.asarray(when, dtype=float)[below.argmax(axis=-1)], np.inf)
    return np.asarray(found, dtype=float)
