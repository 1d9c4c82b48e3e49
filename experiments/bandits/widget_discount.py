"""The discount bench: a reader chooses what two arms have paid, and how patient an index is, and sees where the index,
the optimum of an episode and greed part.

On the page it is a script (`book/_static/live/discount.js`) that works the optimum out itself. Where it does not run,
it is a table of what players of the index miss.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from experiments.bandits.gittins_tables import load_gittins_table
from experiments.bandits.widget import two_armed
from lib.optimal.gittins import IndexTable
from lib.probes.benchmark import Row
from lib.runner.store import Result
from lib.tasks.bandits import BernoulliBandit
from lib.widgets.page_part import PagePart, live
from lib.widgets.weights import packed, significant

Counts = tuple[int, int, int, int]
START = 0.95, (11, 4, 0, 0)  # an arm that has paid well, another that is unknown, and a quarter of the pulls left


@dataclass(frozen=True, eq=False, repr=False)
class DiscountBench(PagePart):
    """Two Bernoulli arms, an index for each of several discounts, and what its players miss.

    Attributes:
        tables: of indices, by growing discount.
        misses: expected reward an episode that the optimum has over a player of each.
        greed: what it has over a greedy player.
        steps: in an episode.
        start: the discount that is shown first, and successes and failures of the first arm, then of the second.

    Raises:
        ValueError: if tables are not of one Bernoulli bandit of two arms with growing discounts, are too short for an
            episode, or do not have one shortfall each; or the start is not among them, or leaves nothing to pull.
    """

    tables: Sequence[IndexTable]
    misses: Float[np.ndarray, " discount"]
    greed: float
    steps: int
    start: tuple[float, Counts] = START

    def __post_init__(self) -> None:
        discounts, (discount, counts) = self.discounts, self.start
        priors = {each.prior for each in self.tables}
        if len(priors) != 1 or not isinstance(priors.pop(), BernoulliBandit):
            raise ValueError("tables must be of one Bernoulli bandit")
        two_armed(self.prior)
        if not (np.diff(discounts) > 0).all():
            raise ValueError(f"discounts must grow; got {', '.join(f'{each:g}' for each in discounts)}")
        if (shortest := min(len(each.values) for each in self.tables)) < self.steps:
            raise ValueError(f"a table has {shortest} counts of each kind; an episode of {self.steps} needs as many")
        if len(self.misses) != len(self.tables):
            raise ValueError(f"misses has {len(self.misses)} numbers for {len(self.tables)} tables")
        if discount not in discounts or min(counts) < 0 or sum(counts) >= self.steps:
            known = ", ".join(f"{each:g}" for each in discounts)
            raise ValueError(f"start is {self.start}; discounts are {known}, and counts sum to less than {self.steps}")

    @classmethod
    def of(cls, run: Result, row: Row, steps: int) -> "DiscountBench":
        """What the run `gittins` knows of a bandit.

        Raises:
            ValueError: if it has no indices of this bandit.
        """
        tables = [load_gittins_table(run, row, float(each)) for each in run.data.discount.values]
        earns = run.data.earns.sel(task=row.name, weighing="undiscounted")
        best = earns.sel(player="optimum")
        misses = (best - run.data.earns_by_discount.sel(task=row.name)).values.astype(float)
        return cls(tables, misses, float(best - earns.sel(player="greedy")), steps)

    @property
    def prior(self) -> BernoulliBandit:
        """Where the arms come from."""
        prior = self.tables[0].prior
        assert isinstance(prior, BernoulliBandit)
        return prior

    @property
    def discounts(self) -> list[float]:
        """Of the tables."""
        return [each.discount for each in self.tables]

    def table(self) -> list[list[str]]:
        """The index of a new arm and what its players miss, by discount; the first row and column are headings."""
        rows = [
            [f"index for {each.discount:g}", f"{each.values[0, 0]:.3f}", f"{missed:.3f}"]
            for each, missed in zip(self.tables, self.misses, strict=True)
        ]
        heads = ["player", "a new arm is worth", "misses, reward an episode"]
        return [heads, *rows, ["greed", "", f"{self.greed:.3f}"]]

    def _repr_html_(self) -> str:
        data = {
            "a": self.prior.a,
            "b": self.prior.b,
            "steps": self.steps,
            "discounts": self.discounts,
            "tables": [packed(each.values[: self.steps, : self.steps]) for each in self.tables],
            "misses": significant(self.misses, 4),
            "greed": round(self.greed, 5),
            "start": [self.start[0], list(self.start[1])],
        }
        return live("discount", self.table(), "What players of an index miss against the optimum of an episode", data)
