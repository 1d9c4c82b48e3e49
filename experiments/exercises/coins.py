"""Exercise of *Two worlds of coins*: the posterior predictive."""

from functools import partial

import numpy as np
import torch

from experiments.exercises.check import Array, Check
from lib.machine import unroll
from lib.optimal.conjugate import BetaBernoulli
from lib.tasks.bernoulli import BernoulliTask


def _right(a: float, b: float, flips: Array) -> Array:
    machine = BetaBernoulli(BernoulliTask(a, b))
    inputs = machine.prior.inputs(torch.from_numpy(flips))
    return np.asarray(unroll(machine, inputs).outputs[..., 0].sigmoid())


def _share(a: float, b: float, flips: Array, *, now: int = 0, axis: int = 1, prior: float | None = None) -> Array:
    heads = flips.cumsum(axis=axis) - flips * (1 - now)
    seen = np.ones_like(flips).cumsum(axis=axis) - (1 - now)
    a, b = (a, b) if prior is None else (prior, prior)
    with np.errstate(invalid="ignore"):
        return np.asarray((a + heads) / (a + b + seen))


_rng = np.random.default_rng(0)
_few, _some, _many = (_rng.integers(0, 2, shape).astype(float) for shape in ((1, 4), (3, 6), (5, 20)))

check_predictive = Check(
    _right,
    [(1.0, 1.0, _few), (0.5, 0.5, _some), (10.0, 10.0, _some), (2.0, 1.0, _many)],
    [
        (
            partial(_share, now=1),
            "Off by one in time: you count the flip that is to be predicted. Before the first flip nothing was seen.",
        ),
        (
            lambda a, b, flips: _share(a, b, flips) + flips / (a + b + np.arange(flips.shape[1])),
            "Off by one in time: heads are counted up to the flip that is to be predicted, flips only before it.",
        ),
        (partial(_share, axis=0), "The wrong axis: you count over coins. Flips have shape (batch, time)."),
        (partial(_share, prior=0.0), "The prior is missing: this is the share of heads seen, 0/0 at first."),
        (partial(_share, prior=1.0), "The same prior in every world, Beta(1, 1): a and b are not used."),
        (lambda a, b, flips: _right(b, a, flips), "The prior is the wrong way round: a goes with heads, b with tails."),
        (lambda a, b, flips: 1 - _right(a, b, flips), "This is the probability of tails."),
        (lambda a, b, flips: np.full_like(flips, a / (a + b)), "The flips are missing: this is the prior mean."),
    ],
)
