"""Exercise of *Becoming Bayesian*: when a curve has come down for good."""

import numpy as np

from experiments.exercises.check import Array, Check


def _right(curve: Array, episodes: Array, bound: float) -> float:
    above = np.flatnonzero(curve >= bound)
    first = above[-1] + 1 if len(above) else 0
    return float(episodes[first]) if first < len(curve) else np.inf


def _touch(curve: Array, episodes: Array, bound: float) -> float:
    below = np.flatnonzero(curve < bound)
    return float(episodes[below[0]]) if len(below) else np.inf


def _index(curve: Array, episodes: Array, bound: float) -> float:
    return _right(curve, np.arange(len(curve)), bound)


def _last_above(curve: Array, episodes: Array, bound: float) -> float:
    above = np.flatnonzero(curve >= bound)
    return float(episodes[above[-1]]) if len(above) else float(episodes[0])


def _never_is_end(curve: Array, episodes: Array, bound: float) -> float:
    return min(_right(curve, episodes, bound), float(episodes[-1]))


_episodes = np.array([0.0, 100.0, 200.0, 400.0, 800.0, 1600.0])

check_learned_after = Check(
    _right,
    [
        (np.array([1.0, 0.5, 0.2, 0.1, 0.01, 0.001]), _episodes, 0.15),
        (np.array([1.0, 0.1, 0.4, 0.3, 0.1, 0.05]), _episodes, 0.15),
        (np.array([1.0, 0.9, 0.1, 0.9, 0.8, 0.7]), _episodes, 0.15),
        (np.array([0.1, 0.1, 0.05, 0.04, 0.03, 0.02]), _episodes, 0.15),
    ],
    [
        (_touch, "The first time below is not for good: a curve that rises again has not come down yet."),
        (_index, "This is the place in the list. The number of episodes there is asked for."),
        (_last_above, "Off by one: this is the last checkpoint at which the curve is still above the bound."),
        (_never_is_end, "A curve that ends above the bound was never learned: infinity, and not the end of training."),
    ],
)
