"""Dynamic programming for two Gaussian arms, on a grid of the difference of their posterior means.

If every reward is larger by c, nothing changes but the return. So the value of a state, after n1 and n2 pulls and with
posterior means m1 and m2, is

    V = A (m1 + m2) / 2 + W(n1, n2, d),    d = m1 - m2,

with A the discounted number of steps left. A posterior mean does not drift, so the first term takes no part in

    W(n1, n2, d) = max( d/2 + discount E W(n1 + 1, n2, d'),  -d/2 + discount E W(n1, n2 + 1, d') ),

d' normal around d, with the variance that the pull takes from the arm's posterior. Far from 0 the better arm is pulled
to the end: W = A |d| / 2. What W exceeds this by is kept on a grid and taken to be linear between its points; of that
the expectations are exact. The error is of the order of the grid's step squared: a grid half as fine tells how large it
is, and removes most of it (Richardson).
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from scipy.signal import fftconvolve
from scipy.special import ndtr
from torch import Tensor

from lib.machine import Machine
from lib.optimal.bandit_agent import BanditAgent, Return, chances, posterior_mean, pulls
from lib.tasks.bandits import GaussianBandit

Array = np.ndarray
Grid = Float[Array, " d"]
Decide = Callable[[int, int, Grid, Grid, Grid], Grid]  # (n1, n2, d, worth of the first action, of the second)

POINTS = 4000  # on either side of 0
REACH = 8.0  # how far they go, in prior standard deviations of the difference
PARTS = 4  # places in the cell of a grid point at which a player is asked what she does


@dataclass(frozen=True)
class GaussianOptimum(BanditAgent):
    """Bayes-optimal policy for two Gaussian arms and episodes of so many steps.

    Attributes:
        steps: in an episode.
        discount: of a reward one step later.
        thresholds: how much larger the first arm's posterior mean must be than the second's for the first to be better,
            by the number of pulls of either.
        earns: expected return of an episode.
    """

    prior: GaussianBandit
    steps: int
    discount: float
    thresholds: Float[Array, "n1 n2"]
    earns: Return

    @property
    def most(self) -> float:
        """Before the last step all others were seen."""
        return self.steps - 1

    def worth(self, counts: Float[Tensor, "batch 4"]) -> Float[Tensor, "batch 2"]:
        """Posterior means, the second handicapped by the threshold."""
        pulled = pulls(self.prior, counts).long().unbind(dim=1)
        handicap = torch.from_numpy(self.thresholds).to(counts)[pulled]
        first, second = posterior_mean(self.prior, counts).unbind(dim=1)
        return torch.stack([first, second + handicap], dim=1)


def solve(prior: GaussianBandit, steps: int, discount: float) -> GaussianOptimum:
    """Backward induction of the optimum: the better action in every state."""
    thresholds = np.zeros((steps, steps))

    def better(n1: int, n2: int, d: Grid, first: Grid, second: Grid) -> Grid:
        lead = first - second
        above = int(np.argmax(lead > 0))
        thresholds[n1, n2] = np.interp(0, lead[above - 1 : above + 1], d[above - 1 : above + 1])
        return np.maximum(first, second)

    earns = _refined(prior, steps, discount, better)  # the finer grid comes last, and its thresholds stay
    return GaussianOptimum(prior, steps, discount, thresholds, earns)


def evaluate(prior: GaussianBandit, machine: Machine, steps: int, discount: float) -> Return:
    """Policy evaluation, backward: a machine's own actions in every state.

    Raises:
        ValueError: if the machine's state is not its counts, or its actions depend on more than pulls and difference.
    """
    deviation = prior.prior_precision**-0.5
    low, high = (
        chances(machine, _counts(prior, 1, 2, np.linspace(-2, 2, 9) * deviation, s * deviation)) for s in (0, 1)
    )
    if abs(low - high).max() > 1e-6:
        raise ValueError("this player acts otherwise where both arms are equally much better; it cannot be priced here")

    def as_it_does(n1: int, n2: int, d: Grid, first: Grid, second: Grid) -> Grid:
        places = (np.arange(PARTS) + 0.5) / PARTS - 0.5
        asked = (d[:, None] + places * (d[1] - d[0])).ravel()
        chance = chances(machine, _counts(prior, n1, n2, asked))[:, 0].reshape(-1, PARTS).mean(axis=1)
        return chance * first + (1 - chance) * second

    return _refined(prior, steps, discount, as_it_does)


def _counts(prior: GaussianBandit, n1: int, n2: int, d: Grid, shift: float = 0.0) -> Float[Array, "d 4"]:
    """Counts after which the posterior means differ by d. An arm that was not pulled is where the prior is."""
    n = np.array([n1, n2])
    half = np.stack([d, -d], axis=1) / 2 + shift
    beyond = half * (n > 0) if n.all() or not n.any() else 2 * half * (n > 0)  # of the posterior mean over the prior's
    summed = n * prior.mean + beyond * (prior.prior_precision / prior.precision + n)
    return np.stack([np.full_like(d, n1), summed[:, 0], np.full_like(d, n2), summed[:, 1]], axis=1)


def _refined(prior: GaussianBandit, steps: int, discount: float, decide: Decide) -> Return:
    """The value of the start on two grids, and where they point to."""
    coarse, fine = (_backward(prior, steps, discount, decide, points) for points in (POINTS // 2, POINTS))
    return Return(fine + (fine - coarse) / 3, abs(fine - coarse) / 3)


def _backward(prior: GaussianBandit, steps: int, discount: float, decide: Decide, points: int) -> float:
    """The value of the start, given how a state's value follows from what its two actions are worth."""
    d = np.linspace(-1, 1, 2 * points + 1) * REACH * (2 / prior.prior_precision) ** 0.5
    variance = 1 / (prior.prior_precision + prior.precision * np.arange(steps + 1))
    moves = np.sqrt(variance[:-1] - variance[1:])
    kernels = [_kernel(move, d) for move in moves]
    folded = [_hinge(d, move) - d / 2 for move in moves]  # E |d'| / 2
    left = 0.0  # discounted steps
    more = {(n1, steps - n1): np.zeros_like(d) for n1 in range(steps + 1)}  # W - A |d| / 2 at the next step
    for seen in reversed(range(steps)):
        now = {}
        for n1 in range(seen + 1):
            n2 = seen - n1
            first = d / 2 + discount * (left * folded[n1] + fftconvolve(more[n1 + 1, n2], kernels[n1], "same"))
            second = -d / 2 + discount * (left * folded[n2] + fftconvolve(more[n1, n2 + 1], kernels[n2], "same"))
            now[n1, n2] = decide(n1, n2, d, first, second) - (1 + discount * left) * abs(d) / 2
        more, left = now, 1 + discount * left
    return left * prior.mean + float(more[0, 0][points])


def _kernel(move: float, d: Grid) -> Float[Array, " offset"]:
    """Expectation, after a normal move, of the tent around each grid point: 1 there and 0 from its neighbours on."""
    step = d[1] - d[0]
    offsets = min(int(9 * move / step) + 2, len(d) // 2 - 1)
    return np.diff(_hinge(np.arange(-offsets - 1, offsets + 2) * step, move), 2) / step


def _hinge(d: Grid, move: float) -> Grid:
    """E max(0, d'), d' normal around d."""
    z = d / move
    return d * ndtr(z) + move * np.exp(-np.square(z) / 2) / (2 * np.pi) ** 0.5
