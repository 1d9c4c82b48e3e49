"""Exercise of *Task diversity: memorise or infer?*: the Bayesian of a box of coins."""

from functools import partial

import numpy as np

from experiments.exercises.check import Array, Check


def _said(biases: Array, heads: int, tails: int, *, how: str = "right") -> Array:
    weights = biases**heads * (1 - biases) ** (0 if how == "heads only" else tails)
    if how == "best":
        return np.asarray(biases[weights.argmax()])
    if how == "prior":
        weights = np.ones_like(biases)
    total = (weights * biases).sum()
    return np.asarray(total if how == "joint" else total / weights.sum())


_box = np.array([0.1, 0.35, 0.5, 0.9])

check_from_the_box = Check(
    _said,
    [(_box, 0, 0), (_box, 2, 1), (_box, 0, 6), (_box[:1], 3, 0), (_box[1:3], 40, 35)],
    [
        (partial(_said, how="best"), "This is the most likely coin alone. Average over all coins, by their weights."),
        (partial(_said, how="prior"), "Every coin keeps the same weight, whatever was seen."),
        (partial(_said, how="joint"), "Not normalised: divide by the sum of the weights."),
        (partial(_said, how="heads only"), "Tails are evidence, too: a factor of 1 - bias for each."),
        (
            lambda biases, heads, tails: (1 + heads) / (2 + heads + tails),
            "This is the Bayesian of all coins. Only those of the box are possible.",
        ),
    ],
)
