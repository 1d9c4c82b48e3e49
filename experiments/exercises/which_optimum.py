"""Exercise of *Which optimum?*: a Gittins index by calibration."""

import numpy as np

from experiments.exercises.check import Check
from lib.optimal.gittins_bernoulli import bracket
from lib.tasks.bandits import BernoulliBandit

_HORIZON = 100


def _right(a: float, b: float, discount: float) -> float:
    low, _ = bracket(BernoulliBandit(a, b), 0, discount, _HORIZON)
    return float(low[0, 0])


def _mean(a: float, b: float, discount: float) -> float:
    return a / (a + b)


def _one_look(a: float, b: float, discount: float) -> float:
    """Calibration of a player who decides once more, after the first pull, and then never."""
    low, _ = bracket(BernoulliBandit(a, b), 0, discount, 1)
    return float(low[0, 0])


def _gain(a: float, b: float, rate: float, discount: float, *, late: bool) -> float:
    """What a pull gains over a rate, with a choice after each pull; `late` leaves the discount out."""
    won = np.arange(_HORIZON + 1)
    value = np.maximum((a + won) / (a + b + _HORIZON) - rate, 0) / (1 - discount)
    for pulled in reversed(range(_HORIZON)):
        p = (a + np.arange(pulled + 1)) / (a + b + pulled)
        value = p - rate + (1 if late else discount) * (p * value[1:] + (1 - p) * value[:-1])
        if pulled:
            value = np.maximum(value, 0)
    return float(value[0])


def _undiscounted(a: float, b: float, discount: float) -> float:
    low, high = a / (a + b), 1.0
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if _gain(a, b, middle, discount, late=True) > 0 else (low, middle)
    return low


def _rate_for_ever(a: float, b: float, discount: float) -> float:
    return _right(a, b, discount) / (1 - discount)


check_gittins_index = Check(
    _right,
    [(1.0, 1.0, 0.9), (3.0, 1.0, 0.9), (1.0, 4.0, 0.9), (1.0, 1.0, 0.5)],
    [
        (_mean, "This is the posterior mean: what a pull teaches has no worth in it."),
        (_one_look, "You look one pull ahead and then decide for ever. A player may go on pulling as long as it pays."),
        (_undiscounted, "The discount is missing where later pulls are added."),
        (
            _rate_for_ever,
            "This is the worth of the rate for ever, index / (1 - discount). The rate itself is asked for.",
        ),
    ],
    relative=2e-3,
)
