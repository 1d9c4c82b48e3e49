"""Dynamic programming for two Bernoulli arms, exact: every state is four counts, and there are not many of them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.machine import Machine
from lib.optimal.bandit_agent import BanditAgent, Return, chances
from lib.tasks.bandits import BernoulliBandit

Array = np.ndarray
Decide = Callable[[Int[Array, "state 4"], Float[Array, "state 2"]], Float[Array, " state"]]


@dataclass(frozen=True)
class BernoulliOptimum(BanditAgent):
    """Bayes-optimal policy for two Bernoulli arms and episodes of so many steps.

    Attributes:
        steps: in an episode.
        discount: of a reward one step later.
        lead: by how much more the first arm is worth than the second, by [successes, failures, successes, failures] of
            the two. Counts that sum up to the number of steps or more leave nothing to decide; there it is 0.
        values: expected return still to come, by the same counts.
    """

    prior: BernoulliBandit
    steps: int
    discount: float
    lead: Float[Array, "s1 f1 s2 f2"]
    values: Float[Array, "s1+1 f1+1 s2+1 f2+1"]

    @property
    def earns(self) -> Return:
        """Expected return of an episode."""
        return Return(float(self.values[0, 0, 0, 0]), 0.0)

    @property
    def most(self) -> float:
        """Before the last step all others were seen."""
        return self.steps - 1

    def worth(self, counts: Float[Tensor, "batch 4"]) -> Float[Tensor, "batch 2"]:
        """The lead of the first arm, and 0."""
        lead = torch.from_numpy(self.lead).to(counts)[counts.long().unbind(dim=1)]
        return torch.stack([lead, torch.zeros_like(lead)], dim=1)


def solve(prior: BernoulliBandit, steps: int, discount: float) -> BernoulliOptimum:
    """Backward induction of the optimum: the better action in every state."""
    lead = np.zeros((steps,) * 4)

    def better(counts: Int[Array, "state 4"], worths: Float[Array, "state 2"]) -> Float[Array, " state"]:
        lead[tuple(counts.T)] = worths[:, 0] - worths[:, 1]
        return worths.max(axis=1)

    values = backward(prior, steps, discount, better)
    return BernoulliOptimum(prior, steps, discount, lead, values)


def evaluate(prior: BernoulliBandit, machine: Machine, steps: int, discount: float) -> Return:
    """Policy evaluation, backward: a machine's own actions in every state.

    Raises:
        ValueError: if the machine's state is not its counts.
    """

    def as_it_does(counts: Int[Array, "state 4"], worths: Float[Array, "state 2"]) -> Float[Array, " state"]:
        return (chances(machine, counts.astype(float)) * worths).sum(axis=1)

    return Return(float(backward(prior, steps, discount, as_it_does)[0, 0, 0, 0]), 0.0)


def backward(prior: BernoulliBandit, steps: int, discount: float, decide: Decide) -> Float[Array, "s1 f1 s2 f2"]:
    """Values of all states, given how a state's value follows from what its two actions are worth."""
    values = np.zeros((steps + 1,) * 4)
    every = np.indices((steps,) * 4, dtype=np.int16).reshape(4, -1).T
    total = every.sum(axis=1)
    one_more = np.eye(4, dtype=int)
    for seen in reversed(range(steps)):
        counts = every[total == seen].astype(int)
        worths = []
        for success in (0, 2):
            s, f = counts[:, success], counts[:, success + 1]
            p = (prior.a + s) / (prior.a + prior.b + s + f)
            won, lost = (values[tuple((counts + one_more[i]).T)] for i in (success, success + 1))
            worths.append(p * (1 + discount * won) + (1 - p) * discount * lost)
        values[tuple(counts.T)] = decide(counts, np.stack(worths, axis=1))
    return values
