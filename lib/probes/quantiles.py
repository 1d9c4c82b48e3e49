"""Quantiles over many independently trained networks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import binom


@dataclass(frozen=True)
class Percentiles:
    """Median and 5th to 95th percentile over networks, as in Mikulik et al. 2020, figure 4."""

    low: Float[np.ndarray, "*rest"]
    median: Float[np.ndarray, "*rest"]
    high: Float[np.ndarray, "*rest"]


def percentiles(values: Float[np.ndarray, "run *rest"]) -> Percentiles:
    """Percentiles over the first axis, one entry a network.

    >>> percentiles(np.arange(101.0)).high.item()
    95.0
    """
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95], axis=0)
    return Percentiles(np.asarray(low), np.asarray(median), np.asarray(high))


def median_interval(values: Float[np.ndarray, " run"], level: float = 0.95) -> tuple[float, float]:
    """Confidence interval of the median, by order statistics: of no distribution in particular, and infinite values are
    as good as others (David and Nagaraja 2003, section 7.1).

    >>> median_interval(np.arange(1.0, 51.0))
    (18.0, 33.0)

    Raises:
        ValueError: if the level does not lie between 0 and 1.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level}; it must lie between 0 and 1")
    ordered, count = np.sort(values), len(values)
    rank = max(int(binom.ppf((1 - level) / 2, count, 0.5)), 1)
    return float(ordered[rank - 1]), float(ordered[count - rank])
