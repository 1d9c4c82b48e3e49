"""Gittins indices of arms that pay normal rewards, by dynamic programming over the posterior mean.

Two invariances leave one number to be found for each number of pulls. If every reward is larger by c, so is the index:
it is the posterior mean plus a bonus. If every reward is twice as large, so is the bonus.

Source: Gittins 1979, for the index and its invariances; the quadrature is ours.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.optimize import brentq
from scipy.special import ndtr

from lib.tasks.bandits import GaussianBandit

Array = np.ndarray

PANEL = 2.0  # width of a panel of Gauss-Legendre nodes, in standard deviations of a posterior mean's next move
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)


def bracket(
    prior: GaussianBandit, pulls: int, discount: float, horizon: int
) -> tuple[Float[Array, " pull"], Float[Array, " pull"]]:
    """Bonuses that are too low and too high, after each number of pulls up to `pulls`, in units of reward."""
    ratio, unit = prior.prior_precision / prior.precision, prior.precision**-0.5
    low = _bonuses(ratio, pulls, discount, horizon, informed=False)
    high = _bonuses(ratio, pulls, discount, horizon, informed=True)
    slack = abs(low - _bonuses(ratio, pulls, discount, horizon, informed=False, panel=2 * PANEL))
    return unit * (low - slack), unit * (high + slack)


@dataclass(frozen=True)
class _Worth:
    """What it is worth to pull an arm of posterior mean x once, and then while it pays, when the other choice is 0:

        worth_k(x) = x + discount * E max(0, worth_{k+1}(x')),    x' normal around x with the standard deviation `move`.

    Each worth is smooth and grows; only the maximum has a kink, at the zero of worth_{k+1}. There the nodes begin.

    Attributes:
        nodes: values of x', from the zero to `far`.
        masses: worth_{k+1} at the nodes, times the weight of each.
        far: beyond this x', pulling pays for ever.
    """

    move: float
    discount: float
    nodes: Float[Array, " node"]
    masses: Float[Array, " node"]
    far: float

    def __call__(self, x: Float[Array, " x"]) -> Float[Array, " x"]:
        near = _density((self.nodes - x[:, None]) / self.move) @ self.masses / self.move
        z = (x - self.far) / self.move
        beyond = (x * ndtr(z) + self.move * _density(z)) / (1 - self.discount)
        return x + self.discount * (near + beyond)

    def zero(self) -> float:
        """Where it is worth nothing: below 0, because pulling teaches something."""
        below = -self.move
        while self(np.array([below]))[0] > 0:
            below *= 2
        return float(brentq(lambda x: self(np.array([x]))[0], below, 0, xtol=1e-13))


def _bonuses(
    ratio: float, pulls: int, discount: float, horizon: int, informed: bool, panel: float = PANEL
) -> Float[Array, " pull"]:
    """Bonuses for rewards of precision 1 and a prior that weighs as much as `ratio` rewards.

    `horizon` pulls after the last that is asked for the player commits herself for ever: to what she believes, or,
    informed, to what is true.
    """
    bonuses = np.zeros(pulls + 1)
    nodes = masses = np.zeros(0)
    far = 0.0
    last = pulls + horizon - 1
    for pulled in reversed(range(last + 1)):
        precision = ratio + pulled
        move = (1 / precision - 1 / (precision + 1)) ** 0.5
        observation = informed and pulled == last
        worth = _Worth(precision**-0.5 if observation else move, discount, nodes, masses, far)
        zero = worth.zero()
        if pulled <= pulls:
            bonuses[pulled] = -zero
        # From the end of the panels, the chance ever to come back to zero, discounted, is below 1e-8.
        width = min(10 * precision**-0.5, 18 * move / (2 * (1 - discount)) ** 0.5)
        edges = np.linspace(zero, zero + width, int(np.ceil(width / (panel * move))) + 1)
        halves = np.diff(edges)[:, None] / 2
        nodes = (edges[:-1, None] + halves * (_NODES + 1)).ravel()
        masses = worth(nodes) * (halves * _WEIGHTS).ravel()
        far = float(edges[-1])
    return bonuses


def _density(z: Float[Array, "..."]) -> Float[Array, "..."]:
    return np.exp(-np.square(z) / 2) / (2 * np.pi) ** 0.5
