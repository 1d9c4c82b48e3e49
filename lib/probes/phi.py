"""The map phi for states with many dimensions: the regression of `lib.probes.simulation`, four times as wide.

Source: Mikulik et al. 2020, footnote 7 (three hidden layers, of 256 units for bandits).
"""

import warnings

import numpy as np
from jaxtyping import Float
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from lib.probes.simulation import Array, Layers

WIDTH = 256
PASSES = 40  # through the data, at most


def wide(x: Float[Array, "sample n"], y: Float[Array, "sample m"], seed: int = 0) -> Layers:
    """Regression by three hidden layers of 256 rectified units, in single precision; it stops early.

    How the source trains it stands in an appendix that we do not have; learning rate, batch and number of passes are
    ours.
    """
    regressor = MLPRegressor(
        hidden_layer_sizes=(WIDTH,) * 3,
        early_stopping=True,
        n_iter_no_change=5,
        learning_rate_init=2e-3,
        batch_size=min(512, len(x) * 9 // 10),
        max_iter=PASSES,
        random_state=seed,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # so many passes are the budget
        regressor.fit(x.astype(np.float32), y.astype(np.float32))
    return tuple(zip(regressor.coefs_, regressor.intercepts_, strict=True))
