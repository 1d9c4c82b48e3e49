"""The price bench: a reader chooses what a nat of entropy is paid, and sees the best policy under that price: how it
hesitates, and what that costs.

On the page it is a script (`book/_static/live/price.js`) that works the policy out itself. Where it does not run, it is
a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from experiments.bandits.widget import two_armed
from lib.optimal.bandit_dp import optimum
from lib.optimal.entropy_regularised import entropy_regularised_optimum
from lib.tasks.bandits import BernoulliBandit
from lib.widgets.page_part import PagePart, live
from lib.widgets.weights import significant

PRICES = (0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.14, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0)


@dataclass(frozen=True, eq=False, repr=False)
class PriceBench(PagePart):
    """Entropy-regularised optima of a bandit, and players in training while the price of entropy fell.

    Attributes:
        prior: of two Bernoulli arms.
        steps: in an episode.
        paid: for a nat of entropy at moments of a training, in reward.
        misses: expected reward an episode that the players of that moment miss, the median of several.
        prices: on the slider, growing.
        start: the price that is shown first.

    Raises:
        ValueError: if there are not two arms, or not as many prices paid as players; if prices are not positive or do
            not grow, or the start is not among them.
    """

    prior: BernoulliBandit
    steps: int
    paid: Float[np.ndarray, " moment"]
    misses: Float[np.ndarray, " moment"]
    prices: Sequence[float] = PRICES
    start: float = 0.5

    def __post_init__(self) -> None:
        two_armed(self.prior)
        if len(self.paid) != len(self.misses):
            raise ValueError(f"paid has {len(self.paid)} moments and misses {len(self.misses)}; they must be the same")
        said = ", ".join(f"{each:g}" for each in self.prices)
        if self.prices[0] <= 0 or not (np.diff(self.prices) > 0).all():
            raise ValueError(f"prices are {said}; they must be positive and grow")
        if self.start not in self.prices:
            raise ValueError(f"start is {self.start}; the slider has {said}")

    def shortfalls(self) -> list[float]:
        """What the best policy under each price misses, in reward an episode; exact."""
        most = optimum(self.prior, self.steps).earns.value
        return [most - entropy_regularised_optimum(self.prior, self.steps, price).earns.value for price in self.prices]

    def table(self) -> list[list[str]]:
        """Shortfalls by price; the first row and column are headings."""
        rows = [[f"{price:g}", f"{missed:.3f}"] for price, missed in zip(self.prices, self.shortfalls(), strict=True)]
        return [["a nat is paid, in reward", "the best then misses, reward an episode"], *rows]

    def _repr_html_(self) -> str:
        data = {
            "a": self.prior.a,
            "b": self.prior.b,
            "steps": self.steps,
            "prices": list(self.prices),
            "shortfalls": significant(self.shortfalls(), 5),
            "paid": significant(self.paid),
            "misses": significant(self.misses),
            "start": self.start,
        }
        return live("price", self.table(), "What the best player under a price of entropy misses", data)
