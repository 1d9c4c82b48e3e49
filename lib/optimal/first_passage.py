"""First-passage times of a random walk: how long it stays above a boundary.

The walk starts at 0 and makes steps from Normal(drift, 1). The density of those walks that are still there is carried
forward. Above the boundary it is smooth, so the trapezoid rule is as good as exact once its end at the boundary is
corrected (Gregory's rule); each step is a convolution with one and the same bell curve, done by Fourier transform, in
which the boundary's own move is a phase.

Source: the rule is Gregory's, derived from Euler and Maclaurin's formula (Fornberg 2021).
"""

import numpy as np
from jaxtyping import Float
from scipy.fft import irfft, next_fast_len, rfft, rfftfreq
from scipy.special import bernoulli

Array = np.ndarray

STEP = 0.2  # of the grid, in standard deviations of one step of the walk
REACH = 8.0  # what is further out than so many standard deviations of the whole walk is left out
ORDER = 10  # of the correction
GONE = 1e-100  # of a density: less slows the processor down and changes nothing
AT_ONCE = 64  # walks that are followed together


def survival(boundaries: Float[Array, "*walk time"], drift: Float[Array, "*walk"]) -> Float[Array, "*walk time"]:
    """Survival: the probability of having been above every boundary up to `boundaries[..., t]`, which the walk meets
    after t steps.

    >>> survival(np.array([-1.0, 0.0, 0.0]), np.array(0.0)).round(4)
    array([1.   , 0.5  , 0.375])

    Raises:
        ValueError: if a boundary is NaN, or a drift is not finite.
    """
    if np.isnan(boundaries).any():
        raise ValueError("a boundary is NaN; it must be a number, or infinite")
    if not np.isfinite(drift).all():
        raise ValueError(f"drift is {drift[~np.isfinite(drift)][0]}; it must be finite")
    times = boundaries.shape[-1]
    # Without the drift it is the boundary that moves.
    bounds = (boundaries - drift[..., None] * np.arange(times)).reshape(-1, times)
    parts = [_follow(bounds[begin : begin + AT_ONCE]) for begin in range(0, len(bounds), AT_ONCE)]
    return np.concatenate(parts).reshape(boundaries.shape)


def _follow(bounds: Float[Array, "walk time"]) -> Float[Array, "walk time"]:
    """The same for walks without a drift."""
    walks, times = bounds.shape
    there = np.zeros((walks, times))
    there[:, 0] = bounds[:, 0] < 0
    far = REACH * max(times - 1, 1) ** 0.5
    bounds = bounds.clip(-far, far)
    window = int(np.ceil(2 * far / STEP)) + 1
    around = next_fast_len(2 * window + int(REACH / STEP), real=True)  # room for those who fell below
    frequencies = 2 * np.pi * rfftfreq(around, STEP)
    weights = np.ones(window)
    weights[:ORDER] += _gregory()
    for t in range(1, times):
        if t == 1:
            z = bounds[:, 1:2] + STEP * np.arange(window)
            density = there[:, :1] * np.exp(-(z**2) / 2) / (2 * np.pi) ** 0.5
        else:
            moved = (bounds[:, t] - bounds[:, t - 1])[:, None]
            bell = np.exp(1j * frequencies * moved - frequencies**2 / 2)
            density = irfft(rfft(density, around) * bell, around)[:, :window]
        density = np.where(density > GONE, density, 0) * weights
        there[:, t] = STEP * density.sum(axis=1)
    return there


def _gregory() -> Float[Array, " node"]:
    """What to add to the weights of the first nodes, in steps: exact for polynomials up to ORDER."""
    powers = np.arange(ORDER)
    excess = bernoulli(ORDER)[1:] / (powers + 1)  # of the integral of z^q over its sum, by Euler and Maclaurin
    return np.linalg.solve(np.vander(powers, increasing=True).T.astype(float), excess)
