"""Exercise of *Short and long lifetimes*: over how many cells a walker spreads."""

import numpy as np

from experiments.exercises.check import Array, Check
from lib.probes.trajectories import perplexity


def _right(visits: Array) -> Array:
    return perplexity(visits / visits.sum(axis=-1, keepdims=True))


def _with(visits: Array, total: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = visits / total
        return np.asarray(-(shares * np.log(shares)).sum(axis=-1))


def _no_zeros(visits: Array) -> Array:
    return np.asarray(np.exp(_with(visits, visits.sum(axis=-1, keepdims=True))))


def _joint(visits: Array) -> Array:
    shares = visits / visits.sum()
    logs = np.log(shares, where=shares > 0, out=np.zeros_like(shares))
    return np.asarray(np.exp(-(shares * logs).sum(axis=-1)))


_visits = np.array([[4.0, 0, 0, 0], [1, 1, 1, 1], [6, 3, 1, 0], [10, 1, 1, 1]])

check_spread = Check(
    _right,
    [(_visits[1:2],), (_visits,), (_visits[2:],)],
    [
        (_no_zeros, "A cell that was never entered gives 0 log 0, which is 0 here and NaN for numpy."),
        (lambda visits: np.log(_right(visits)), "This is the entropy, in nats: take its exponential."),
        (
            lambda visits: np.log2(_right(visits)),
            "This is the entropy, in bits: two to its power is the number of cells.",
        ),
        (lambda visits: (visits > 0).sum(axis=-1), "This counts cells that were entered at all, however seldom."),
        (_joint, "The wrong axis: each walker's own visits make up the whole, not those of all walkers."),
    ],
)
