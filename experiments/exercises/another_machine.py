"""Exercise of *Another machine*: the Bayesian of a die as one head of attention."""

import numpy as np

from experiments.exercises.check import Array, Check


def _right(alpha: Array, sides: Array) -> Array:
    counts = np.bincount(sides, minlength=len(alpha))
    return np.asarray((alpha + counts) / (alpha.sum() + len(sides)))


def _head(alpha: Array, sides: Array, score: float, first: Array) -> Array:
    weights = np.exp([score] + [0.0] * len(sides))
    values = np.concatenate([first[None], np.eye(len(alpha))[sides]])
    return np.asarray(weights @ values / weights.sum())


def _unseen(alpha: Array, sides: Array) -> Array:
    with np.errstate(invalid="ignore"):
        return np.bincount(sides, minlength=len(alpha)) / np.float64(len(sides))


_rng = np.random.default_rng(25)

check_die_head = Check(
    _right,
    [
        (np.array([1.0, 1.0, 1.0]), np.array([], dtype=int)),
        (np.array([2.0, 1.0, 1.0]), np.array([2])),
        (np.array([2.0, 1.0, 1.0]), _rng.integers(0, 3, 7)),
        (np.array([0.5, 0.5, 4.0, 1.0]), _rng.integers(0, 4, 20)),
    ],
    [
        (_unseen, "The first token is missing: this is the share of each side, and 0/0 before the first throw."),
        (
            lambda alpha, sides: _head(alpha, sides, 0.0, alpha / alpha.sum()),
            "The first token gets as much attention as a throw. How many throws is the prior worth?",
        ),
        (
            lambda alpha, sides: _head(alpha, sides, alpha.sum(), alpha / alpha.sum()),
            "The softmax takes the exponential of a score: the first token gets far too much attention.",
        ),
        (
            lambda alpha, sides: _head(alpha, sides, np.log(alpha.sum()), np.full(len(alpha), 1 / len(alpha))),
            "The first token stands for a fair die, whatever alpha is.",
        ),
        (lambda alpha, sides: alpha / alpha.sum(), "The throws are missing: this is the prior mean."),
    ],
)
