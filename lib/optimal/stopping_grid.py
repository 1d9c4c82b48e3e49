"""Optimal stopping of an arm that pays normal rewards, against one that pays 0, on a grid of posterior means.

After n pulls, with posterior mean x and posterior variance v_n, the value of the `left` steps of a life is

    V(n, left, x) = max(0, x + E V(n + 1, left - 1, x')),    x' ~ Normal(x, k_n^2),   k_n^2 = v_n^2 / (v_n + sigma_l^2).

It is convex in x: 0 below a boundary, where it has a kink, and left * x far above. Here it is taken to be linear
between the points of the grid. Then it is a sum of hinges max(0, x - x_j), one where its slope changes, and

    E max(0, x' - x_j) = max(0, x - x_j) + k h(|x - x_j| / k),    h(z) = phi(z) - z Phi(-z),

so that expectations are exact, kink or no kink, and a convolution finds them all. Since a convex function lies below
its chords, values come out a little too large, by the order of the grid's step squared.

Everything is in units of sigma_p, around a mean of 0; `ratio` is (sigma_p / sigma_l)^2.
"""

import numpy as np
from jaxtyping import Float, Int
from scipy.fft import irfft, rfft
from scipy.special import ndtr

from lib.optimal.one_armed import Array

# Where the grid ends. Below nobody pulls, since even to be told mu gains no more than h(6), 1e-10, a step; above nobody
# stops, for the same reason. A convolution that goes round in a circle of this length does no harm.
LOW, HIGH = -6.0, 8.0
AT_ONCE = 32  # niches that are solved together: few enough for a processor's cache

Grids = Float[Array, "#row x"]
Rows = Float[Array, "row x"]


def diagonal(
    start: Float[Array, " niche"], ratio: Float[Array, " niche"], lifetime: int, points: int
) -> tuple[Float[Array, " niche"], Float[Array, "niche n"]]:
    """Backward induction of a life without a pause: after n pulls lifetime - n steps are left.

    Returns:
        What the first pull is worth to those whose posterior mean is `start`, and the boundaries after n pulls.
    """
    worths, boundaries = np.zeros(len(start)), np.zeros((len(start), lifetime))
    for begin in range(0, len(start), AT_ONCE):
        part = slice(begin, begin + AT_ONCE)
        x, at = _grid(start[part], points)
        values = np.zeros_like(x)
        for n in reversed(range(lifetime)):
            worth = _pull(x, values, _moves(n, ratio[part]))
            boundaries[part, n] = _zero(x, worth)
            values = np.maximum(worth, 0)
        worths[part] = worth[np.arange(len(x)), at]
    return worths, boundaries


def triangle(ratio: float, lifetime: int, points: int) -> Float[Array, "n t"]:
    """Stopping boundaries after n pulls and t steps, n at most t; NaN elsewhere."""
    boundaries = np.full((lifetime, lifetime), np.nan)
    x, _ = _grid(np.zeros(1), points)
    values = np.zeros((lifetime + 1, points))
    for t in reversed(range(lifetime)):
        n = np.arange(t + 1)
        worth = _pull(x, values[1 : t + 2], _moves(n, np.asarray(ratio)))
        boundaries[: t + 1, t] = _zero(x, worth)
        values[: t + 1] = np.maximum(worth, 0)
    return boundaries


def _grid(start: Float[Array, " row"], points: int) -> tuple[Rows, Int[Array, " row"]]:
    """Grids of which the starting points are a part, and their places there; those beyond the grid are not."""
    step = (HIGH - LOW) / points
    start = start.clip(LOW + step, HIGH - 2 * step)
    at = ((start - LOW) / step).astype(int)
    return start[:, None] + step * (np.arange(points) - at[:, None]), at


def _moves(n: Array | int, ratio: Float[Array, "..."]) -> Float[Array, "..."]:
    """k_n: how far the next reward moves the posterior mean, as a standard deviation."""
    return np.asarray(np.sqrt(ratio / ((1 + n * ratio) * (1 + (n + 1) * ratio))))


def _pull(x: Grids, values: Rows, moves: Float[Array, " row"]) -> Rows:
    """What it is worth to pull once, and then what the values say; beyond the grid they go on as straight lines."""
    points = x.shape[1]
    step = (HIGH - LOW) / points
    slopes = np.diff(values, axis=1) / step
    turns = np.diff(slopes, axis=1, prepend=0, append=slopes[:, -1:])
    z = step * np.arange(points // 2 + 1) / moves[:, None]
    spread = moves[:, None] * (np.exp(-(z**2) / 2) / (2 * np.pi) ** 0.5 - z * ndtr(-z))
    circle = np.concatenate([spread, spread[:, -2:0:-1]], axis=1)
    return x + values + irfft(rfft(turns) * rfft(circle), points)


def _zero(x: Grids, worth: Rows) -> Float[Array, " row"]:
    """Where pulling begins to pay."""
    row, above = np.arange(len(worth)), (worth > 0).argmax(axis=1)
    high, low = worth[row, above], worth[row, above - 1]
    right = np.broadcast_to(x, worth.shape)[row, above]
    return np.asarray(right - (x[0, 1] - x[0, 0]) * high / (high - low))
