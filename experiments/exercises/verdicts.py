"""Exercise of *What holds, what does not*: how often a verdict stands."""

import numpy as np

from experiments.exercises.check import Array, Check, Function


def _share(
    values: Array, drawn: Array, least: float, *, middle: Function = np.median, axis: int = 1, own: bool = True
) -> float:
    holds = middle(values[drawn], axis=axis) >= least
    return float(np.mean(holds == (middle(values) >= least) if own else holds))


_rng = np.random.default_rng(26)


def _case(n: int, least: float) -> tuple[Array, Array, float]:
    return np.exp(_rng.normal(size=n)), _rng.integers(0, n, (400, n)), least


check_stands = Check(
    _share,
    [_case(10, 1.0), _case(10, 1.4), _case(7, 0.8), _case(20, 1.1)],
    [
        (
            lambda values, drawn, least: _share(values, drawn, least, own=False),
            "This is how often the finding holds. Asked for is how often the verdict is that of all networks, and that "
            "may be that it does not hold.",
        ),
        (
            lambda values, drawn, least: _share(values, drawn, least, middle=np.mean),
            "The mean decides here, and the rule asks for the median.",
        ),
        (
            lambda values, drawn, least: _share(values, drawn, least, axis=0),
            "The wrong axis: each row of drawn is a resample, and its median is taken along the row.",
        ),
        (lambda values, drawn, least: 1 - _share(values, drawn, least), "This is how often the verdict falls."),
    ],
)
