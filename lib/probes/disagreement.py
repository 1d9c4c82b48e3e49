"""Disagreement of two bandit agents: states in which they would do different things, and how often one gets there."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lib.machine import Machine
from lib.optimal.bandit_agent import chances
from lib.tasks.bandits import BernoulliBandit


@dataclass(frozen=True)
class Disagreement:
    """The states in which two players of two arms that pay 1 or 0 do different things.

    Attributes:
        counts: successes and failures of the first arm, then of the second; their sum is the number of steps before.
        reached: probability that an episode of the player who plays goes through the state.
        apart: by how much the two differ in the probability of pulling the first arm: 1 where one is sure of the first
            arm and the other of the second, 1/2 where one is sure and to the other they are equals.
    """

    counts: Int[np.ndarray, "state 4"]
    reached: Float[np.ndarray, " state"]
    apart: Float[np.ndarray, " state"]

    def by_step(self, steps: int) -> Float[np.ndarray, " step"]:
        """Probability that they would do different things, at each step of an episode."""
        chance = np.zeros(steps)
        np.add.at(chance, self.counts.sum(axis=1), self.reached * self.apart)
        return chance


def disagreements(prior: BernoulliBandit, playing: Machine, asked: Machine, steps: int) -> Disagreement:
    """All states that `playing` can reach and in which `asked` would do something else; forward from the start, exact.

    >>> from lib.optimal.bandit_dp import optimum
    >>> from lib.optimal.bandit_baselines import Greedy
    >>> coins = BernoulliBandit(1, 1)
    >>> disagreements(coins, optimum(coins, 2), Greedy(coins), 2).by_step(2)
    array([0., 0.])

    Raises:
        ValueError: if there are not two arms, no step, or the state of a player is not her counts.
    """
    if prior.arms != 2:
        raise ValueError(f"arms is {prior.arms}; players of 2 arms can be compared here, and no others")
    if steps < 1:
        raise ValueError(f"steps is {steps}; an episode has at least 1")
    counts, reached = np.zeros((1, 4), dtype=int), np.ones(1)
    found = []
    for _ in range(steps):
        does, would = (chances(machine, counts.astype(float)) for machine in (playing, asked))
        apart = abs(does - would)[:, 0]
        differ = apart > 1e-9
        found.append((counts[differ], reached[differ], apart[differ]))
        counts, reached = _one_step(prior, counts, reached[:, None] * does)
    return Disagreement(*(np.concatenate(each) for each in zip(*found, strict=True)))


def _one_step(
    prior: BernoulliBandit, counts: Int[np.ndarray, "state 4"], pulled: Float[np.ndarray, "state 2"]
) -> tuple[Int[np.ndarray, "next 4"], Float[np.ndarray, " next"]]:
    """The states one pull later and the probability of each; states that cannot be reached are left out."""
    after, chance = [], []
    for arm in (0, 1):
        won, lost = counts[:, 2 * arm], counts[:, 2 * arm + 1]
        p = (prior.a + won) / (prior.a + prior.b + won + lost)
        for outcome, probability in ((0, p), (1, 1 - p)):
            after.append(counts + np.eye(4, dtype=int)[2 * arm + outcome])
            chance.append(pulled[:, arm] * probability)
    states, which = np.unique(np.concatenate(after), axis=0, return_inverse=True)
    total = np.bincount(which.ravel(), np.concatenate(chance))
    return states[total > 1e-15], total[total > 1e-15]
