"""The minimal machine: states that no sequence of inputs tells apart, merged.

Every machine with the same outputs maps into the minimal one (Mikulik et al. 2020, section 2). Into any other it need
not: where two states of the target do the same for ever, a network need not keep them apart.

Source: partition refinement, Moore 1956 and Hopcroft 1971.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from lib.optimal.bandit_agent import TIE
from lib.optimal.bandit_dp_bernoulli import BernoulliOptimum

Array = np.ndarray
NOWHERE = -1  # where an input leads that cannot come


def coarsest_partition(transition: Int[Array, "state input"], output: Int[Array, "state sort"]) -> Int[Array, " state"]:
    """The classes of states that no sequence of inputs tells apart, numbered from 0.

    >>> coarsest_partition(np.array([[1], [2], [1]]), np.array([[0], [1], [0]]))
    array([0, 1, 0])

    Args:
        transition: the number of the next state, or `NOWHERE`; states that differ in this are not merged.
        output: of each state, any whole numbers.

    Raises:
        ValueError: if a transition leads to a state that there is not.
    """
    states = len(transition)
    if transition.size and not (transition.min() >= NOWHERE and transition.max() < states):
        raise ValueError(f"transitions lead from {transition.min()} to {transition.max()}; there are {states} states")
    classes, count = _numbered(output)
    while True:
        after = np.where(transition == NOWHERE, NOWHERE, classes[transition])
        finer, more = _numbered(np.column_stack([classes, after]))
        if more == count:
            return classes
        classes, count = finer, more


def _numbered(rows: Int[Array, "state sort"]) -> tuple[Int[Array, " state"], int]:
    """The same number for equal rows, and how many numbers there are."""
    unique, numbers = np.unique(rows, axis=0, return_inverse=True)
    return numbers.ravel(), len(unique)


@dataclass(frozen=True)
class CountStates:
    """The count states of an optimal player in which it has something to decide.

    Attributes:
        counts: successes and failures of both arms.
        choice: 1 for the first arm, -1 for the second, 0 where they are equals.
        transition: the state after the first arm's success and failure and the second's, by number; after the last
            decision `NOWHERE`.
        reached: whether the player's own play can come there.
    """

    counts: Int[Array, "state 4"]
    choice: Int[Array, " state"]
    transition: Int[Array, "state 4"]
    reached: Array

    @classmethod
    def of(cls, optimum: BernoulliOptimum) -> "CountStates":
        """Those of the optimum of an episode."""
        every = np.indices((optimum.steps,) * 4).reshape(4, -1).T
        counts = every[every.sum(axis=1) < optimum.steps]
        number = np.full((optimum.steps + 1,) * 4, NOWHERE)
        number[tuple(counts.T)] = np.arange(len(counts))
        lead = optimum.lead[tuple(counts.T)]
        choice = np.where(abs(lead) < TIE, 0, np.sign(lead)).astype(int)
        transition = np.stack([number[tuple((counts + one).T)] for one in np.eye(4, dtype=int)], axis=1)
        reached = counts.sum(axis=1) == 0
        for seen in range(optimum.steps - 1):
            here = np.flatnonzero(reached & (counts.sum(axis=1) == seen))
            after = _on_own_play(transition, choice)[here]
            reached[after[after != NOWHERE]] = True
        return cls(counts, choice, transition, reached)

    def classes(self, own_play: bool = False) -> Int[Array, " state"]:
        """The class of each state: by all inputs, or by those alone that can follow on the player's own choice."""
        transition = _on_own_play(self.transition, self.choice) if own_play else self.transition
        return coarsest_partition(transition, self.choice[:, None])


def _on_own_play(transition: Int[Array, "state 4"], choice: Int[Array, " state"]) -> Int[Array, "state 4"]:
    own = transition.copy()
    own[choice > 0, 2:] = NOWHERE
    own[choice < 0, :2] = NOWHERE
    return own
