"""Exercise of *Nature and nurture*: the belief about an arm that switches."""

from functools import partial

import numpy as np
from scipy.stats import norm

from experiments.exercises.check import Array, Check


def _beliefs(good: float, bad: float, sigma: float, hazard: float, rewards: Array, *, how: str = "right") -> Array:
    """The forward algorithm of two states, in probabilities: weigh the reward, then let the arm switch."""
    p, found = 0.5, []
    for reward in rewards:
        found.append(p)
        if how == "first":
            p = p * (1 - hazard) + (1 - p) * hazard
        of_good, of_bad = p * norm.pdf(reward, good, sigma), (1 - p) * norm.pdf(reward, bad, sigma)
        p = of_good / (of_good + of_bad)
        if how == "after":
            found[-1] = p
        if how in ("right", "after"):
            p = p * (1 - hazard) + (1 - p) * hazard
        elif how == "one way":
            p = p * (1 - hazard)
    return np.array(found)


_rng = np.random.default_rng(11)
_rewards = np.concatenate([_rng.normal(1, 1, 8), _rng.normal(-3, 1, 8)])

check_belief_of_good = Check(
    _beliefs,
    [(1.0, -3.0, 1.0, 0.1, _rewards[:3]), (1.0, -3.0, 2.0, 0.05, _rewards), (0.5, -0.5, 1.0, 0.3, _rewards)],
    [
        (
            partial(_beliefs, how="still"),
            "The arm never switches here: between two pulls the belief moves towards 1/2.",
        ),
        (partial(_beliefs, how="after"), "Off by one in time: the belief before a pull is asked for."),
        (
            partial(_beliefs, how="first"),
            "The order is wrong: the arm switches after a pull, and not before the first.",
        ),
        (partial(_beliefs, how="one way"), "A bad arm may become good again, too: with the same hazard."),
        (lambda *each: 1 - _beliefs(*each), "This is the probability that the arm is bad."),
    ],
)
