"""Exercise of *The outer loop*: how much of each singular mode a machine has found."""

import numpy as np

from experiments.exercises.check import Array, Check


def _right(target: Array, found: Array) -> Array:
    u, s, vt = np.linalg.svd(target)
    return np.asarray(np.diagonal(u.T @ found @ vt.T) / s)


def _own_values(target: Array, found: Array) -> Array:
    return np.asarray(np.linalg.svd(found)[1] / np.linalg.svd(target)[1])


def _strengths(target: Array, found: Array) -> Array:
    return np.asarray(_right(target, found) * np.linalg.svd(target)[1])


def _transposed(target: Array, found: Array) -> Array:
    return _right(target, found.T)


def _v_for_vt(target: Array, found: Array) -> Array:
    u, s, vt = np.linalg.svd(target)
    return np.asarray(np.diagonal(u.T @ found @ vt) / s)


_rng = np.random.default_rng(9)
_targets = [_rng.normal(size=(n, n)) for n in (2, 2, 4)]
_founds = [0.6 * each + 0.3 * _rng.normal(size=each.shape) for each in _targets]

check_shares_of_modes = Check(
    _right,
    list(zip(_targets, _founds, strict=True)),
    [
        (
            _own_values,
            "You compare singular values: what was found may lie in other directions. Project on the target's.",
        ),
        (_strengths, "These are strengths: divide by the singular values of the target, so that all found is 1."),
        (_transposed, "The matrix that was found is transposed: its rows are numbers of y."),
        (_v_for_vt, "np.linalg.svd returns V transposed: turn it round once more on the right."),
    ],
)
