"""Exploration threshold: the edge between worlds in which exploring pays and worlds in which it does not.

The value of either way to explore grows with sigma_p, from 0. So for each sigma_l there is one smallest sigma_p above
which it is positive, and bisection finds it.

Source: Lange and Sprekeler 2020, section 3 and figure 1.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float

from lib.optimal.one_armed import Array, Numbers, proper

Value = Callable[[Float[Array, "..."], Float[Array, "..."], int, float], Float[Array, "..."]]


def exploration_threshold(
    sigma_l: Numbers, lifetime: int, value: Value, mean: float = -1.0, *, tolerance: float = 1e-4
) -> Float[Array, "..."]:
    """The smallest sigma_p from which on exploring pays, for each sigma_l.

    >>> from lib.optimal import explore_then_commit, stopping
    >>> sigma_l = np.array([1.0, 2.0])
    >>> for value in (explore_then_commit.value, stopping.value):
    ...     print(exploration_threshold(sigma_l, 50, value).round(2))
    [0.97 1.23]
    [0.8  0.95]

    Args:
        value: what exploring earns, as a function of (sigma_p, sigma_l, lifetime, mean): `explore_then_commit.value` or
            `stopping.value`.
        tolerance: how far off the edge may be, as a part of itself.

    Raises:
        ValueError: if the lifetime is less than 2 steps, the mean is not below 0, the tolerance is not above 0, or as
            `proper`.
    """
    _, sigma_l = proper(1.0, sigma_l, lifetime, mean)
    if lifetime < 2:
        raise ValueError(f"lifetime is {lifetime}; in fewer than 2 steps exploring never pays, and there is no edge")
    if mean >= 0:
        raise ValueError(f"mean is {mean}; from 0 on an arm is pulled whatever there is to learn, and there is no edge")
    if not tolerance > 0:
        raise ValueError(f"tolerance is {tolerance}; it must be above 0")
    low, high = np.zeros(sigma_l.shape), np.full(sigma_l.shape, -mean)
    while (poor := value(high, sigma_l, lifetime, mean) <= 0).any():
        low, high = np.where(poor, high, low), np.where(poor, 2 * high, high)
    while ((high - low) > tolerance * high).any():
        middle = (low + high) / 2
        pays = value(middle, sigma_l, lifetime, mean) > 0
        low, high = np.where(pays, low, middle), np.where(pays, middle, high)
    return np.asarray((low + high) / 2)
