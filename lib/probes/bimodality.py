"""Bimodality of numbers of many networks: whether they fall into two classes.

Source: Lange and Sprekeler 2020, section 3 and figure 2, bottom, where this is seen with the eye.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from sklearn.mixture import GaussianMixture

LEAST = 0.05  # of the crowd: what is fewer is no class
EVIDENCE = 10.0  # by how much the Bayesian information criterion must prefer two normals to one
SEPARATION = 2.0  # of the two means, in root-mean-square deviations: Ashman's D


@dataclass(frozen=True)
class Classes:
    """Mixture of two normal distributions, the lower first, fitted to a number of each network.

    Attributes:
        means: of the two.
        shares: of the crowd, in each.
        evidence: by how much the Bayesian information criterion prefers two to one.
        separation: distance of the means, over the root mean square of the two deviations: Ashman's D, for which 2 is
            where two equal normals begin to have two peaks.
    """

    means: tuple[float, float]
    shares: tuple[float, float]
    evidence: float
    separation: float

    @property
    def two(self) -> bool:
        """Whether there are two classes: well apart, neither of them tiny, and preferred to one."""
        return self.evidence > EVIDENCE and self.separation > SEPARATION and min(self.shares) >= LEAST


def classes(values: Float[np.ndarray, " network"], finest: float, split: float | None = None) -> Classes:
    """Two classes of networks, by a mixture of two normal distributions.

    Args:
        values: a number of each network.
        finest: differences smaller than this mean nothing; no class is narrower.
        split: where the fit begins to tell them apart. Left out, where the two parts differ most; that overlooks a
            class of a few in a hundred.

    Raises:
        ValueError: if there are fewer than 10 numbers, one is not finite, or `finest` is not positive.
    """
    if len(values) < 10 or not np.isfinite(values).all():
        raise ValueError(f"{len(values)} numbers; there must be at least 10, and all finite")
    if finest <= 0:
        raise ValueError(f"finest is {finest}; it must be positive")
    crowd = np.asarray(values, dtype=float)[:, None]
    apart = _best_split(crowd) if split is None else int((crowd <= split).sum())
    if np.ptp(crowd) <= finest or not 0 < apart < len(crowd):
        center = float(crowd.mean())
        return Classes((center, center), (1.0, 0.0), 0.0, 0.0)
    one, two = GaussianMixture(1, reg_covar=finest**2).fit(crowd), _two_normals(crowd, finest, apart)
    order = np.argsort(two.means_[:, 0])
    low, high = two.means_[order, 0]
    spread = np.sqrt(two.covariances_[order, 0, 0])
    return Classes(
        (float(low), float(high)),
        tuple(float(share) for share in two.weights_[order]),  # type: ignore[arg-type]
        float(one.bic(crowd) - two.bic(crowd)),
        float((high - low) / np.sqrt((spread**2).mean())),
    )


def _best_split(crowd: Float[np.ndarray, "network 1"]) -> int:
    """How many of the smallest make the lower part of the best split in two (k-means, exact on a line)."""
    ordered = np.sort(crowd[:, 0])
    size, below = np.arange(1, len(ordered)), ordered.cumsum()[:-1]
    between = below**2 / size + (ordered.sum() - below) ** 2 / size[::-1]
    return int(size[between.argmax()])


def _two_normals(crowd: Float[np.ndarray, "network 1"], finest: float, lower: int) -> GaussianMixture:
    """The mixture of two that expectation-maximisation finds from a split with so many in the lower part."""
    parts = np.split(np.sort(crowd[:, 0]), [lower])
    return GaussianMixture(
        2,
        reg_covar=finest**2,
        weights_init=[len(part) / len(crowd) for part in parts],
        means_init=[[part.mean()] for part in parts],
        precisions_init=[[[1 / (part.var() + finest**2)]] for part in parts],
    ).fit(crowd)
