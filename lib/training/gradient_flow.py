"""Gradient flow of a network of two linear layers, in closed form: one sigmoid for each singular mode.

With small steps, decoupled modes and the squared error summed over the numbers of y, the strength s of a mode with
singular value S follows

    ds/dstep = 4 eta (S - s) sqrt(s^2 + c^2),

where c is what remains of the difference between the two layers; with c = 0 it is the logistic equation of Saxe,
McClelland and Ganguli (2014, equation 6). Between two layers that are drawn independently and small there is one: a
mode begins at s = 0 and not at the saddle, and c is how fast it leaves.

Source: Rabinowitz 2019, section 3, has the logistic form from Saxe et al.; the other follows from the same equations
with layers that are not balanced.
"""

import numpy as np
from jaxtyping import Float, Real
from scipy.stats import truncnorm

from lib.agents.init import CUT

Array = np.ndarray


def imbalance(hidden: int, spread: float) -> float:
    """What c is on average, for first weights from a normal distribution that is cut off at two standard deviations.

    For each mode the layers hold a vector each, a and b, of as many numbers as there are hidden units. s = a.b;
    (a + b)/2 grows from its first length and (a - b)/2 shrinks; c is twice the product of the two lengths.

    >>> round(imbalance(10, 0.1), 4)
    0.0774

    Raises:
        ValueError: if there is no hidden unit, or the spread is not positive.
    """
    if hidden < 1 or not spread > 0:
        raise ValueError(f"{hidden} hidden units of spread {spread}; both must be positive")
    return float(hidden * spread**2 * truncnorm(-CUT, CUT).var())


def strength(
    steps: Real[Array, "*step"], value: float, learning_rate: float, imbalance: float, start: float = 0.0
) -> Float[Array, "*step"]:
    """How much of a singular mode has been learned after so many steps.

    >>> strength(np.array([0.0, 1e6]), 2.0, 1e-3, 0.08).round(3)
    array([0., 2.])

    Args:
        steps: of gradient descent.
        value: the singular value.
        learning_rate: eta.
        imbalance: c.
        start: the strength at first.

    Raises:
        ValueError: if the singular value, the learning rate or c is not positive.
    """
    if not min(value, learning_rate, imbalance) > 0:
        raise ValueError(
            f"singular value {value}, learning rate {learning_rate}, imbalance {imbalance}; all must be positive"
        )
    # With s = c sinh(log u) the equation is Riccati's, u' = -2 eta c (u - high)(u - low).
    root = np.hypot(value, imbalance)
    high, low = (value + root) / imbalance, (value - root) / imbalance
    first = np.exp(np.arcsinh(start / imbalance))
    left = (first - high) / (first - low) * np.exp(-4 * learning_rate * root * np.asarray(steps))
    u = (high - low * left) / (1 - left)
    return np.asarray(imbalance * (u - 1 / u) / 2)
