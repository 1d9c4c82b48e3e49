"""Quantiles over many independently trained networks."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


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
