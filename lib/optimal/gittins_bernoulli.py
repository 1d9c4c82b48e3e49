"""Gittins indices of arms that pay 1 or 0, by dynamic programming over successes and failures.

Pulling, and stopping when it no longer pays, gains `E[sum discount^t (r_t - rate)]` over a rate that one could have
instead. The index is the rate at which the best gain is zero. As a function of the rate the best gain is convex and
falls, with the time spent as its slope, so Newton's method finds the index from below within a few passes.

Source: Gittins, Glazebrook and Weber 2011, section 8.4 (calibration); Newton's method in place of their grid of rates.
"""

import numpy as np
from jaxtyping import Float
from scipy.special import betainc

from lib.tasks.bandits import BernoulliBandit

Array = np.ndarray
Column = Float[Array, "state 1"]


def bracket(
    prior: BernoulliBandit, pulls: int, discount: float, horizon: int
) -> tuple[Float[Array, "success failure"], Float[Array, "success failure"]]:
    """Indices that are too low and too high, after each number of successes and failures up to `pulls`."""
    successes, failures = np.indices((pulls + 1, pulls + 1)).reshape(2, -1, 1)
    a, b = prior.a + successes, prior.b + failures
    low = _root(a, b, a / (a + b), discount, horizon, informed=False)
    high = _root(a, b, low, discount, horizon, informed=True)
    return low.reshape(pulls + 1, -1), high.reshape(pulls + 1, -1)


def _root(a: Column, b: Column, rate: Column, discount: float, horizon: int, informed: bool) -> Column:
    """Newton's method from a rate that is too low."""
    while True:
        gain, time = _best(a, b, rate, discount, horizon, informed)
        rate = rate + gain / time
        if np.all(gain < 1e-12 * time):
            return rate


def _best(a: Column, b: Column, rate: Column, discount: float, horizon: int, informed: bool) -> tuple[Column, Column]:
    """The gain over a rate, and the time spent, of pulling an arm of posterior Beta(a, b) once and then while it pays;
    both discounted. Backward over how many pulls were made and (last axis) how many succeeded.

    At the horizon the player commits herself for ever: to what she believes, or, informed, to what is true.
    """
    won = np.arange(horizon + 1)
    end_a, end_b = a + won, b + horizon - won
    mean = end_a / (end_a + end_b)
    if informed:
        time = 1 - betainc(end_a, end_b, rate)
        gain = mean * (1 - betainc(end_a + 1, end_b, rate)) - rate * time
    else:
        time = (mean > rate).astype(float)
        gain = (mean - rate) * time
    gain, time = gain / (1 - discount), time / (1 - discount)
    for pulled in reversed(range(horizon)):
        p = (a + np.arange(pulled + 1)) / (a + b + pulled)
        gain = p - rate + discount * (gain[:, :-1] + p * np.diff(gain))
        time = 1 + discount * (time[:, :-1] + p * np.diff(time))
        if pulled:  # the first pull is not a choice
            pays = gain > 0
            gain, time = gain * pays, time * pays
    return gain, time
