"""Crossing times: when a curve first reaches a height.

Source: Rabinowitz 2019, figures 1c, 3c, 8c, 9c, 12 and 13.
"""

import numpy as np
from jaxtyping import Float


def crossing_time(
    curves: Float[np.ndarray, "*curve time"], moments: Float[np.ndarray, " time"], height: float
) -> Float[np.ndarray, "*curve"]:
    """Crossing time of each curve at `height`, interpolated linearly between two moments.

    >>> crossing_time(np.array([[0.0, 0.5, 1.0], [0.0, 0.1, 0.2]]), np.array([0.0, 10.0, 20.0]), 0.75)
    array([15., nan])

    Returns:
        NaN where a curve never gets there.

    Raises:
        ValueError: if there are not as many moments as a curve has points, or they do not grow.
    """
    if curves.shape[-1] != len(moments) or not (np.diff(moments) > 0).all():
        raise ValueError(
            f"{curves.shape[-1]} points at {len(moments)} moments; there must be as many, and moments grow"
        )
    there = curves >= height
    last = there.argmax(axis=-1)
    before = np.maximum(last - 1, 0)
    low, high = (np.take_along_axis(curves, at[..., None], axis=-1)[..., 0] for at in (before, last))
    with np.errstate(invalid="ignore", divide="ignore"):
        part = np.where(last == before, 1.0, (height - low) / (high - low))
    found: np.ndarray = moments[before] + part * (moments[last] - moments[before])
    return np.where(there.any(axis=-1), found, np.nan)
