"""Exercise of *Limited memory and long episodes*: a Bayesian with a window."""

from functools import partial

import numpy as np
import torch

from experiments.exercises.check import Array, Check
from lib.machine import unroll
from lib.optimal.conjugate import BetaBernoulli
from lib.optimal.limited_memory import Windowed
from lib.tasks.bernoulli import BernoulliTask


def _right(a: float, b: float, flips: Array, window: int) -> Array:
    task = BernoulliTask(a, b)
    machine = Windowed(BetaBernoulli(task), window)
    return np.asarray(unroll(machine, task.inputs(torch.from_numpy(flips))).outputs[..., 0].sigmoid())


def _from(
    a: float, b: float, flips: Array, window: int, *, now: int = 0, first: bool = False, full: bool = False
) -> Array:
    said = np.zeros_like(flips)
    for t in range(flips.shape[1]):
        end = t + now
        seen = flips[:, : min(end, window)] if first else flips[:, max(0, end - window) : end]
        number = window if full else seen.shape[1]
        said[:, t] = (a + seen.sum(axis=1)) / (a + b + number)
    return said


_rng = np.random.default_rng(4)
_flips = _rng.integers(0, 2, (6, 12)).astype(float)

check_windowed = Check(
    _right,
    [(0.5, 0.5, _flips, 2), (1.0, 2.0, _flips, 5), (1.0, 1.0, _flips, 12)],
    [
        (partial(_from, now=1), "Off by one in time: the window holds the flip that is to be predicted."),
        (partial(_from, first=True), "These are the first flips of the episode. The last ones are in the window."),
        (
            partial(_from, full=True),
            "Before the window is full it holds fewer flips, and you divide by its length all the same.",
        ),
        (lambda a, b, flips, window: _from(a, b, flips, window + 1), "The window is too long, by one flip."),
        (lambda a, b, flips, window: _from(a, b, flips, 12), "Nothing is ever forgotten: the window is not used."),
    ],
)
