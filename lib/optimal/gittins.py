"""Gittins indices of an arm: its value when what it may teach is counted in.

The index of an arm is the largest average reward, in discounted time, that one can hope for by pulling it until a
moment that one may choose on the way:

    index = sup over stopping times s > 0 of  E[sum_{t<s} discount^t r_t] / E[sum_{t<s} discount^t].

If rewards are discounted geometrically and come for ever, it is optimal always to pull the arm of largest index. An
episode of 20 steps ends before for ever; `lib.optimal.bandit_dp` prices the difference.

Source: Gittins 1979; Mikulik et al. 2020, section 3.1.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lib.optimal import gittins_bernoulli, gittins_gaussian
from lib.optimal.bandit_agent import BanditAgent, ConjugateBandit, by_arm, posterior_mean
from lib.tasks.bandits import BernoulliBandit

TOLERANCE = 1e-6  # reward
LONGEST = 4096  # pulls; for discounts up to 0.99 a fraction of them will do


@dataclass(frozen=True)
class IndexTable:
    """Table of Gittins indices of an arm, after each number of successes and failures or pulls.

    Attributes:
        prior: the world that the arm belongs to.
        discount: of a reward one step later.
        values: Bernoulli arms: the index after [successes, failures]. Gaussian arms: what the index adds to the
            posterior mean after [pulls], whatever they paid.
        error: how far off an index may be.
    """

    prior: ConjugateBandit
    discount: float
    values: Float[np.ndarray, "..."]
    error: float


def index_table(prior: ConjugateBandit, pulls: int, discount: float) -> IndexTable:
    """The indices of an arm after up to `pulls` pulls (Bernoulli: successes and failures, each up to there).

    Each is bracketed: beyond a horizon the player either learns no more (too low), or is told the arm's mean (too
    high). The horizon grows until the two agree; the table tells how well.

    >>> index_table(BernoulliBandit(1, 1), 1, 0.9).values.round(4)
    array([[0.7029, 0.5001],
           [0.8001, 0.6346]])

    Raises:
        ValueError: if the discount does not lie strictly between 0 and 1, or pulls is negative.
    """
    if not 0 < discount < 1:
        raise ValueError(f"discount is {discount}; it must lie strictly between 0 and 1")
    if pulls < 0:
        raise ValueError(f"pulls is {pulls}; it must be 0 or more")
    horizon = 32
    while True:
        if isinstance(prior, BernoulliBandit):
            low, high = gittins_bernoulli.bracket(prior, pulls, discount, horizon)
        else:
            low, high = gittins_gaussian.bracket(prior, pulls, discount, horizon)
        error = float((high - low).max()) / 2
        if error <= TOLERANCE or horizon >= LONGEST:
            return IndexTable(prior, discount, (low + high) / 2, error)
        horizon *= 2


@dataclass(frozen=True)
class GittinsAgent(BanditAgent):
    """Gittins policy: an arm of largest index.

    >>> player = GittinsAgent.of(BernoulliBandit(1, 1), 20, 0.95)
    >>> player.says(torch.tensor([[0.0, 1, 0, 0]]))  # the first arm failed: the other
    tensor([[ 0., 50.]])

    Raises:
        ValueError: if the table belongs to another world.
    """

    table: IndexTable

    def __post_init__(self) -> None:
        if self.table.prior != self.prior:
            raise ValueError(f"a table of {self.table.prior} is of no use for {self.prior}")

    @classmethod
    def of(cls, prior: ConjugateBandit, steps: int, discount: float) -> "GittinsAgent":
        """The player for episodes of so many steps, with indices worked out for it.

        Raises:
            ValueError: if the discount does not lie strictly between 0 and 1, or steps is negative.
        """
        return cls(prior, index_table(prior, steps, discount))

    @property
    def most(self) -> float:
        """As many pulls as the table goes."""
        return len(self.table.values) - 1

    def worth(self, counts: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
        """The index of each arm."""
        one, other = by_arm(self.prior, counts)
        values = torch.from_numpy(self.table.values).to(counts)
        if isinstance(self.prior, BernoulliBandit):
            return values[one.long(), other.long()]
        return posterior_mean(self.prior, counts) + values[one.long()]
