"""Gradient flow of a network of two linear layers, in closed form: one sigmoid for each singular mode.

With small steps, decoupled modes and the squared error summed over the numbers of y, the strength s of a mode with
singular value S follows

    ds/dstep = 4 eta (S - s) sqrt(s^2 + c^2),

where c is what remains of the difference between the two layers; with c = 0 it is the logistic equation of Saxe,
McClelland and Ganguli (2014, equation 6). Between two layers that are drawn independently and small there is one: a
mode begins at s = 0 and not at the saddle, and c is how fast it leaves.

Deeper networks have no closed form, but where all layers are balanced a mode of a network of L layers follows

    ds/dstep = 2 L eta (S - s) s^(2 - 2/L)

(Saxe et al. 2014, section 3), and from any first weights the flow of the expected error can be followed numerically.

Source: Rabinowitz 2019, section 3, has the logistic form from Saxe et al.; that of layers that are not balanced
follows from the same equations.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from jaxtyping import Float, Real
from scipy.integrate import quad
from scipy.stats import truncnorm

from lib.agents.init import CUT

Array = np.ndarray
STRIDE = 0.1  # of the largest rate of growth: how far one step of the numerical solution goes


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


def balanced_time(value: float, depth: int, learning_rate: float, start: float, share: float) -> float:
    """Steps until a share of a singular mode is learned by a network of balanced linear layers.

    >>> round(balanced_time(2.0, 2, 1e-3, 0.01, 0.8), 1)  # the logistic equation: ln(4 (2 - 0.01) / 0.01) / 0.008
    834.9

    Args:
        value: the singular value.
        depth: layers of weights.
        learning_rate: eta.
        start: the strength at first.
        share: of the singular value, between that of the start and 1.

    Raises:
        ValueError: if there is no layer, or the learning rate is not positive, or it does not hold that
            0 < start < share * value < value.
    """
    if depth < 1 or not learning_rate > 0 or not 0 < start < share * value < value:
        raise ValueError(
            f"depth {depth}, learning rate {learning_rate}, start {start}, share {share} of {value}; depth must be at "
            "least 1, the learning rate positive, and 0 < start < share * value < value"
        )

    def slowness(logarithm: float) -> float:
        s = np.exp(logarithm)
        return float(s ** (2 / depth - 1) / (value - s))

    return float(quad(slowness, np.log(start), np.log(share * value))[0] / (2 * depth * learning_rate))


def flow(
    layers: Sequence[Float[Array, "learner _into _out"]],
    targets: Float[Array, "learner y x"],
    learning_rate: float,
    moments: Real[Array, " moment"],
) -> Float[Array, "learner moment y x"]:
    """Effective matrices of linear networks that follow the gradient flow of the expected squared error.

    Points are standard normal; the error is summed over the numbers of y.

    Args:
        layers: first weights, that of x first, as `FeedforwardNetworks` holds them: x W1 W2 is y.
        targets: what is to be learned.
        learning_rate: eta; a step of gradient descent is so much time.
        moments: steps after which networks are looked at, growing, the first 0.

    Raises:
        ValueError: if there is no layer, or moments do not grow from 0.
    """
    if not layers:
        raise ValueError("there is no layer; there must be at least one")
    if moments[0] != 0 or not (np.diff(moments) > 0).all():
        raise ValueError(f"moments are {moments}; they must grow from 0")
    now, goal = [np.asarray(layer, float) for layer in layers], np.swapaxes(targets, 1, 2).astype(float)
    stride = STRIDE / (2 * learning_rate * len(layers) * max(1.0, float(np.linalg.norm(goal, 2, axis=(1, 2)).max())))
    found = [_product(now)]
    for one, other in pairwise(moments):
        parts = int(np.ceil((other - one) / stride))
        for _ in range(parts):
            now = _runge_kutta(now, goal, learning_rate * (other - one) / parts)
        found.append(_product(now))
    return np.stack(found, axis=1).swapaxes(2, 3)


def _product(layers: Sequence[Array]) -> Array:
    product = layers[0]
    for layer in layers[1:]:
        product = product @ layer
    return product


def _descent(layers: Sequence[Array], goal: Array) -> list[Array]:
    """Minus the gradient of the expected squared error with respect to each layer."""
    left = 2 * (goal - _product(layers))
    found = []
    for place in range(len(layers)):
        own = left
        if place:
            own = np.swapaxes(_product(layers[:place]), 1, 2) @ own
        if place + 1 < len(layers):
            own = own @ np.swapaxes(_product(layers[place + 1 :]), 1, 2)
        found.append(own)
    return found


def _runge_kutta(layers: Sequence[Array], goal: Array, time: float) -> list[Array]:
    def moved(slopes: Sequence[Array], by: float) -> list[Array]:
        return [layer + by * slope for layer, slope in zip(layers, slopes, strict=True)]

    first = _descent(layers, goal)
    second = _descent(moved(first, time / 2), goal)
    third = _descent(moved(second, time / 2), goal)
    fourth = _descent(moved(third, time), goal)
    mean = [(a + 2 * b + 2 * c + d) / 6 for a, b, c, d in zip(first, second, third, fourth, strict=True)]
    return moved(mean, time)
