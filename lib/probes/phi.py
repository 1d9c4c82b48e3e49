"""The map phi from states of one machine to states of another: four ways to find it by regression.

Source: Mikulik et al. 2020, footnote 7 (three hidden layers; of 64 units for predictions, of 256 for bandits). How the
source trains them stands in an appendix that we do not have; learning rates, batches and numbers of epochs are ours.
"""

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression
from sklearn.neural_network import MLPRegressor

Array = np.ndarray
Layers = tuple[tuple[Array, Array], ...]  # weight (in, out) and bias (out) of each layer, rectifiers between them
Regression = Callable[[Array, Array], Layers]


def mlp(x: Float[Array, "sample n"], y: Float[Array, "sample m"]) -> Layers:
    """Regression by three hidden layers of 64 rectified units, in double precision; it stops early."""
    return _three_layers(x, y, 64, 1024, learning_rate_init=5e-3, max_iter=60)


def wide(x: Float[Array, "sample n"], y: Float[Array, "sample m"]) -> Layers:
    """Regression by three hidden layers of 256 rectified units, in single precision; it stops early."""
    x, y = x.astype(np.float32), y.astype(np.float32)
    rest = {"n_iter_no_change": 5, "learning_rate_init": 2e-3, "max_iter": 40}
    return _three_layers(x, y, 256, 512, **rest)


def _three_layers(x: Array, y: Array, width: int, batch: int, **options: Any) -> Layers:
    size = min(batch, len(x) * 9 // 10)  # a tenth is held out, to see when to stop
    fixed: dict[str, Any] = {"early_stopping": True, "random_state": 0}
    regressor = MLPRegressor(hidden_layer_sizes=(width,) * 3, batch_size=size, **fixed, **options)
    with warnings.catch_warnings(), _denormals_flushed():
        warnings.simplefilter("ignore", ConvergenceWarning)  # so many epochs are the budget
        regressor.fit(x, y)
    return tuple(zip(regressor.coefs_, regressor.intercepts_, strict=True))


@contextmanager
def _denormals_flushed() -> Iterator[None]:
    """Numbers below 1e-38 count as zero. Weights of dead units decay into these, and a processor is slow with them: on
    300,000 states a fit took five times as long.
    """
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)


def linear(x: Float[Array, "sample n"], y: Float[Array, "sample m"]) -> Layers:
    """Regression by least squares: a linear map with a constant."""
    fitted = LinearRegression().fit(x, y)
    return ((fitted.coef_.T, fitted.intercept_),)


def constant(x: Float[Array, "sample n"], y: Float[Array, "sample m"]) -> Layers:
    """Null map: the mean target, whatever the source."""
    return ((np.zeros((x.shape[1], y.shape[1])), y.mean(axis=0)),)
