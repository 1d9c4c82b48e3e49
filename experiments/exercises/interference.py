"""Exercise of *Interference*: cosines of a kernel."""

import numpy as np

from experiments.exercises.check import Array, Check


def _right(gradients: Array) -> Array:
    kernel = gradients @ gradients.T
    sizes = np.sqrt(np.diagonal(kernel))
    return np.asarray(kernel / np.outer(sizes, sizes))


def _of_columns(gradients: Array) -> Array:
    unit = gradients / np.linalg.norm(gradients, axis=0)
    return np.asarray(unit @ unit.T)


def _transposed(gradients: Array) -> Array:
    return _right(gradients.T)


_rng = np.random.default_rng(8)
_gradients = _rng.normal(size=(4, 12)) + 0.8

check_cosines = Check(
    _right,
    [(_gradients,), (_gradients[:2, :5],), (3 * _gradients[:3],)],
    [
        (
            lambda gradients: gradients @ gradients.T,
            "This is the kernel itself: divide by the lengths of both gradients.",
        ),
        (np.corrcoef, "This is the correlation: the mean is taken away first. Gradients are not centred."),
        (_of_columns, "The wrong axis: the length of a gradient is a norm over parameters."),
        (_transposed, "The wrong axis: these are cosines between parameters, not between contexts."),
        (
            lambda gradients: (gradients @ gradients.T) / (np.linalg.norm(gradients, axis=1) ** 2)[:, None],
            "You divide by the length of one of the two gradients, squared: it is not symmetric.",
        ),
    ],
)
