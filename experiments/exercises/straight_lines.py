"""Exercise of *Linear regression*: one mode of a network of two layers, learned by gradient descent."""

from functools import partial

import numpy as np

from experiments.exercises.check import Array, Check


def _descend(first: float, second: float, value: float, rate: float, steps: int, *, how: str = "right") -> Array:
    found = [first * second]
    for _ in range(steps):
        left = (-1 if how == "up" else 1) * (value - first * second)
        if how == "shallow":
            found.append(found[-1] + 2 * rate * (value - found[-1]))
            continue
        into_first = 2 * rate * left * second
        if how == "one by one":
            first += into_first
            second += 2 * rate * (value - first * second) * first
        elif how == "one layer":
            first += into_first
        else:
            half = 0.5 if how == "half" else 1.0
            first, second = first + half * into_first, second + half * 2 * rate * left * first
        found.append(first * second)
    return np.array(found[1:] if how == "no start" else found)


check_descend = Check(
    _descend,
    [(0.1, 0.1, 2.0, 0.01, 50), (0.1, 0.3, 1.0, 0.02, 80), (0.1, -0.05, 2.0, 0.01, 60)],
    [
        (partial(_descend, how="one by one"), "The second layer is moved with the new first layer: move both at once."),
        (partial(_descend, how="no start"), "The strength before the first step is missing."),
        (partial(_descend, how="shallow"), "This is a network of one layer: the chain rule brings in the other layer."),
        (partial(_descend, how="one layer"), "Only the first layer moves."),
        (
            partial(_descend, how="half"),
            "The steps are half as long: the derivative of a square brings in a factor of 2.",
        ),
        (partial(_descend, how="up"), "The sign is wrong: this goes up the loss."),
    ],
)
