"""Optimal play of a restless one-armed bandit, by backward induction over a belief of one number.

The belief p is the probability that the arm is good. A pull is told a reward, Bayes' rule weighs it, and then the arm
may switch; without a pull it may switch all the same, and p drifts to 1/2. With `left` steps to live,

    V(left, p) = max( V(left - 1, drift(p)),  E[mu | p] + E V(left - 1, drift(p')) ),    V(0, p) = 0.

Unlike in a world that stands still, who has left the arm may come back to it. V is convex in p; here it is linear
between the points of a grid, so values come out a little too large, by the order of the grid's step squared.

Sources: the world is a restless bandit (Whittle 1988) with two hidden states; that its belief is a sufficient state,
Smallwood and Sondik 1973.
"""

from dataclasses import dataclass
from functools import cache, partial
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from scipy.special import expit, logit
from torch import Tensor

from lib.optimal.bandit_agent import greedy_logits
from lib.optimal.exploration_threshold import exploration_threshold
from lib.optimal.one_armed import Array, Numbers, proper
from lib.optimal.switching_filter import after_flip
from lib.tasks.restless_arm import RestlessOneArmed

POINTS, COARSE = 257, 129  # of the grid; odd, so that even odds are one of them
SUREST = 12.0  # log-odds at which the grid ends, if the hazard sets no narrower bound
NODES = 64  # of the quadrature over rewards
TOLERANCE = 5e-4  # of a threshold, as a part of itself


@dataclass(frozen=True)
class RestlessPlan:
    """Optimal play of one restless arm.

    Attributes:
        log_odds: of a good arm, the points of the grid.
        values: expected return of so many steps from each belief, in reward; from 0 steps to the lifetime.
        advantages: what pulling first is worth over not pulling first, with so many steps left; from 1.
    """

    log_odds: Float[Array, " belief"]
    values: Float[Array, "length belief"]
    advantages: Float[Array, "left belief"]

    @property
    def by_lifetime(self) -> Float[Array, " length"]:
        """Expected return of a life of each length, from 0 steps on, that begins at even odds."""
        return np.asarray(self.values[:, len(self.log_odds) // 2])


def solve(
    sigma_p: float, sigma_l: float, hazard: float, lifetime: int, mean: float = -1.0, *, points: int = POINTS
) -> RestlessPlan:
    """Backward induction from the end of a life.

    >>> [round(float(solve(2.0, 1.0, hazard, 50).by_lifetime[-1]), 1) for hazard in (0.0, 0.1, 0.5)]
    [23.2, 4.1, 0.0]

    Args:
        points: of the grid, an odd number.

    Raises:
        ValueError: if the hazard is not from 0 to 1/2, there are fewer than 33 points or an even number of them, or as
            `lib.optimal.one_armed.proper`.
    """
    proper(sigma_p, sigma_l, lifetime, mean)
    RestlessOneArmed(sigma_p, sigma_l, hazard, mean)
    if points < 33 or points % 2 == 0:
        raise ValueError(f"points is {points}; it must be an odd number, at least 33")
    bound = min(SUREST, float(logit(1 - hazard)) if hazard else SUREST)
    log_odds = np.linspace(-bound, bound, points) if bound else np.linspace(-1e-9, 1e-9, points)
    p = expit(log_odds)
    expected = mean + sigma_p * (2 * p - 1)
    left_alone, pulled = _moves(p, log_odds, 2 * sigma_p / sigma_l, hazard)
    values, advantages = np.zeros((lifetime + 1, points)), np.zeros((lifetime, points))
    for left in range(lifetime):
        rest, pull = left_alone @ values[left], expected + pulled @ values[left]
        values[left + 1], advantages[left] = np.maximum(rest, pull), pull - rest
    return RestlessPlan(log_odds, values, advantages)


def _moves(
    p: Float[Array, " belief"], log_odds: Float[Array, " belief"], discriminability: float, hazard: float
) -> tuple[Float[Array, "belief after"], Float[Array, "belief after"]]:
    """Where beliefs go without a pull and with one, as shares of the grid's points.

    A reward moves the log-odds by Normal(d^2 / 2, d^2) if the arm is good and Normal(-d^2 / 2, d^2) if it is bad.
    """
    z, weights = _normal_nodes()
    d = discriminability
    moved = log_odds[:, None, None] + np.stack([d**2 / 2 + d * z, -(d**2) / 2 + d * z])
    likely = np.stack([p, 1 - p], axis=1)[:, :, None] * weights
    return (
        _shares(p, _switched(p, hazard)[:, None], np.ones((len(p), 1))),
        _shares(p, _switched(expit(moved), hazard).reshape(len(p), -1), likely.reshape(len(p), -1)),
    )


@cache
def _normal_nodes() -> tuple[Float[Array, " node"], Float[Array, " node"]]:
    """Points of a standard normal and their weights: its rule of equal steps, which kinks do not upset."""
    z = np.linspace(-6, 6, NODES + 1)
    weights = np.exp(-(z**2) / 2)
    return z, weights / weights.sum()


def _switched(p: Array, hazard: float) -> Array:
    return np.asarray(p * (1 - hazard) + (1 - p) * hazard)


def _shares(
    grid: Float[Array, " belief"], at: Float[Array, "belief node"], weights: Float[Array, "belief node"]
) -> Float[Array, "belief after"]:
    """Weights at any beliefs, handed to the two points of the grid between which each lies."""
    above = np.searchsorted(grid, at).clip(1, len(grid) - 1)
    part = ((at - grid[above - 1]) / (grid[above] - grid[above - 1])).clip(0, 1)
    found, row = np.zeros((len(at), len(grid))), np.broadcast_to(np.arange(len(at))[:, None], at.shape)
    np.add.at(found, (row, above), weights * part)
    np.add.at(found, (row, above - 1), weights * (1 - part))
    return found


def value(
    sigma_p: Numbers, sigma_l: Numbers, lifetime: int, mean: float = -1.0, *, hazard: float = 0.0
) -> Float[Array, "..."]:
    """Expected return of optimal play, on a coarser grid than that of `solve`: within a thousandth in most worlds.

    Raises:
        ValueError: as `solve`.
    """
    worlds = np.broadcast(*proper(sigma_p, sigma_l, lifetime, mean))
    found = [solve(float(p), float(s), hazard, lifetime, mean, points=COARSE).by_lifetime[-1] for p, s in worlds]
    return np.reshape(found, worlds.shape)


def restless_threshold(sigma_l: Numbers, hazard: float, lifetime: int) -> Float[Array, "..."]:
    """The smallest sigma_p from which on exploring pays: `exploration_threshold` where the arm may switch.

    >>> [restless_threshold(1.0, hazard, 50).round(2).item() for hazard in (0.0, 0.1, 0.3)]
    [1.06, 1.61, 4.0]

    Raises:
        ValueError: if the hazard is not below 1/2, from where on exploring never pays, or as `exploration_threshold`.
    """
    if not 0 <= hazard < 0.5:
        raise ValueError(f"hazard is {hazard}; it must be from 0 to below 0.5, where what is learned is worth nothing")
    return exploration_threshold(sigma_l, lifetime, partial(value, hazard=hazard), tolerance=TOLERANCE)


@dataclass(frozen=True)
class RestlessAgent:
    """Optimal agent of a restless arm. Input: (pulled arm 0, pulled arm 1, time from -1 to 1, reward), one step late.
    State: the log-odds that the arm is good now. Output: logits of its next action.

    Attributes:
        task: the world that it believes to be in.
        plan: what it does there, for a life of `lifetime` steps.
    """

    task: RestlessOneArmed
    plan: RestlessPlan

    input_size = 4
    state_size = 1
    output_size = 2

    @classmethod
    def of(cls, task: RestlessOneArmed, lifetime: int) -> "RestlessAgent":
        """The player for a world and a lifetime, with its plan worked out.

        Raises:
            ValueError: as `solve`.
        """
        return cls(task, solve(task.sigma_p, task.sigma_l, task.hazard, lifetime, task.mean))

    @property
    def lifetime(self) -> int:
        """Steps in an episode."""
        return len(self.plan.advantages)

    def initial_state(self, batch: int) -> Float[Tensor, "batch 1"]:
        """Even odds."""
        return torch.zeros(batch, 1)

    def nearest_state(self, state: Float[Tensor, "batch 1"]) -> Float[Tensor, "batch 1"]:
        """The hazard bounds how sure one can be."""
        surest = abs(torch.logit(state.new_tensor(self.task.hazard)))
        return state.clamp(-surest, surest)

    def step(
        self, state: Float[Tensor, "batch 1"], x: Float[Tensor, "batch 4"]
    ) -> tuple[Float[Tensor, "batch 1"], Float[Tensor, "batch 2"]]:
        """Weigh what the arm paid by Bayes' rule, let it switch, and look up whether a pull is worth it."""
        _, pulled, time, reward = x.unbind(dim=1)
        task = self.task
        evidence = pulled * 2 * task.sigma_p * (reward - task.mean) / task.sigma_l**2
        belief = self.nearest_state(after_flip(state + evidence[:, None], task.hazard))
        t = ((time + 1) / 2 * (self.lifetime - 1)).round().long().clamp(0, self.lifetime - 1)
        worth = self._worth(belief[:, 0].double().numpy(), self.lifetime - 1 - t.numpy())
        logits = torch.stack([torch.zeros(len(x), dtype=torch.float64), torch.from_numpy(worth)], dim=1)
        return belief, greedy_logits(logits).to(belief)

    def _worth(self, log_odds: Any, row: Any) -> Float[Array, " batch"]:
        """The advantage of a pull, linear between the grid's points."""
        grid = self.plan.log_odds
        above = np.searchsorted(grid, log_odds).clip(1, len(grid) - 1)
        part = ((log_odds - grid[above - 1]) / (grid[above] - grid[above - 1])).clip(0, 1)
        table = self.plan.advantages
        return np.asarray(part * table[row, above] + (1 - part) * table[row, above - 1])
