"""Exercise of *Under the hood: states of predictors*: a linear map from states to counts."""

import numpy as np

from experiments.exercises.check import Array, Check
from lib.probes import phi


def _right(states: Array, counts: Array, others: Array) -> Array:
    ((weight, bias),) = phi.linear(states, counts)
    return np.asarray(others @ weight + bias)


def _no_constant(states: Array, counts: Array, others: Array) -> Array:
    return np.asarray(others @ np.linalg.lstsq(states, counts, rcond=None)[0])


def _other_way(states: Array, counts: Array, others: Array) -> Array:
    ((weight, bias),) = phi.linear(counts, states)
    return np.asarray((others - bias) @ np.linalg.pinv(weight))


def _null(states: Array, counts: Array, others: Array) -> Array:
    return np.broadcast_to(counts.mean(axis=0), (len(others), counts.shape[1]))


def _forgets_mean(states: Array, counts: Array, others: Array) -> Array:
    return np.asarray(_right(states, counts, others) - counts.mean(axis=0))


def _of_the_fitted(states: Array, counts: Array, others: Array) -> Array:
    return _right(states, counts, states)


_rng = np.random.default_rng(3)
_counts = _rng.poisson(3.0, (60, 2)).astype(float)
_states = np.tanh(0.3 * (_counts @ _rng.normal(size=(2, 5)) + 1) + 0.05 * _rng.normal(size=(60, 5)))

check_read_counts = Check(
    _right,
    [(_states[:40], _counts[:40], _states[40:]), (_states[20:], _counts[20:], _states[:7])],
    [
        (_no_constant, "The constant is missing: the map of a state of zeros need not be a count of zeros."),
        (_other_way, "The regression runs the other way, from counts to states, and is turned round after it."),
        (_null, "This is the constant map, the mean count whatever the state."),
        (_forgets_mean, "You took the mean of the counts away before the fit, and did not put it back."),
        (
            _of_the_fitted,
            "These are the counts of the states that you fitted. Those of the held-out states are asked for.",
        ),
    ],
)
