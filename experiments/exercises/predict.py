"""Exercise of *Ten prediction tasks*: the posterior mean of a waiting time."""

from functools import partial

import numpy as np
import torch

from experiments.exercises.check import Array, Check
from lib.machine import unroll
from lib.optimal.conjugate import bayes_optimal
from lib.tasks.exponential import ExponentialTask


def _right(a: float, b: float, waits: Array) -> Array:
    task = ExponentialTask(a, b)
    outputs = unroll(bayes_optimal(task), task.inputs(torch.from_numpy(waits))).outputs
    return np.asarray(task.predictive(outputs).mean)


def _mean(a: float, b: float, waits: Array, *, now: int = 0, axis: int = 1, less: int = 1, prior: int = 1) -> Array:
    summed = waits.cumsum(axis=axis) - waits * (1 - now)
    seen = np.ones_like(waits).cumsum(axis=axis) - (1 - now)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((prior * b + summed) / (prior * (a - less) + seen))


_rng = np.random.default_rng(2)
_few, _some = _rng.exponential(1.0, (1, 4)), _rng.exponential(0.5, (4, 10))

check_expected_wait = Check(
    _right,
    [(3.0, 2.0, _few), (10.0, 9.0, _some), (3.0, 2.0, _some)],
    [
        (
            partial(_mean, less=0),
            "This is one over the mean rate. The mean of one over the rate is larger (Jensen).",
        ),
        (partial(_mean, now=1), "Off by one in time: you use the wait that is to be predicted."),
        (partial(_mean, axis=0), "The wrong axis: you sum over episodes. Waits have shape (batch, time)."),
        (partial(_mean, prior=0), "The prior is missing: this is the mean of the waits seen, 0/0 at first."),
        (lambda a, b, waits: 1 / _mean(a, b, waits, less=0), "This is the mean rate, and the mean wait is asked for."),
    ],
)
