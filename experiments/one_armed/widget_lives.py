"""Lives on the page: choose what an unknown arm pays, and watch a network and the adaptive optimum decide at every step
whether to pull it.

On the page it is a script (`book/_static/live/lives.js`) that needs no kernel and no network. Where it does not run, it
is a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lib.agents.lstm import LSTMAgent
from lib.optimal import stopping
from lib.probes.exploration import pulls
from lib.random import generator
from lib.tasks.one_armed import OneArmed
from lib.training.checks import check_at_least
from lib.widgets import weights
from lib.widgets.page_part import PagePart, live

SHOWN = (-1.0, 0.0, 0.5, 1.0)  # what the arm pays, where no script runs


@dataclass(frozen=True)
class TaskAgent:
    """A network and the world in which it grew up.

    Attributes:
        name: of the world, as in "grew up inside".
        world: one arm known, one unknown.
        network: told as that world tells.

    Raises:
        ValueError: if the network does not fit the world.
    """

    name: str
    world: OneArmed
    network: LSTMAgent

    def __post_init__(self) -> None:
        weights.must_fit(self.network, self.world.input_size, self.world.output_size)


@dataclass(frozen=True, repr=False)
class OneArmedBench(PagePart):
    """Networks that grew up in different worlds, each beside the adaptive optimum of its world.

    Attributes:
        grown: the networks; their worlds differ in how much arms differ, and in nothing else.
        steps: of a life.
        lives: that are lived at once, for the averages.
        mu: what the arm pays at first.
        most: mu goes from minus this to this.
        seed: of the luck on the page.

    Raises:
        ValueError: if there is no network, worlds differ in more than sigma_p, or a number is outside its range.
    """

    grown: Sequence[TaskAgent]
    steps: int = 100
    lives: int = 40
    mu: float = 0.5
    most: float = 3.0
    seed: int = 0

    def __post_init__(self) -> None:
        shared = {(each.world.sigma_l, each.world.mean) for each in self.grown}
        if len(shared) != 1:
            raise ValueError(f"there are {len(shared)} noises and means (sigma_l, mean): {sorted(shared)}; must be one")
        check_at_least(self, steps=2, lives=1)
        if not 0 <= abs(self.mu) <= self.most:
            raise ValueError(f"mu is {self.mu}; it must lie between {-self.most} and {self.most}")

    @cached_property
    def optima(self) -> list[stopping.Stopping]:
        """The adaptive optimum of each world."""
        return [stopping.solve(each.world.sigma_p, each.world.sigma_l, self.steps) for each in self.grown]

    def table(self, shown: Sequence[float] = SHOWN) -> list[list[str]]:
        """Pulls in a life, ready to print; first row and column are headings."""
        rows = [["the arm pays", *(f"{each.name}, {who}" for each in self.grown for who in ("network", "optimum"))]]
        for mu in shown:
            row = [f"{mu:g}".replace("-", "−")]
            for each, best in zip(self.grown, self.optima, strict=True):
                rng = generator("lives on a page", self.seed)
                seen = pulls(each.network, each.world, mu, self.steps, 500, rng).sum().item()
                row += [f"{seen:.1f}", f"{float(best.survival(mu).sum()):.1f}"]
            rows.append(row)
        return rows

    def _repr_html_(self) -> str:
        worlds = [
            {
                "name": each.name,
                "sigmaP": each.world.sigma_p,
                "boundaries": weights.rounded(np.clip(best.boundaries, -1e3, 1e3), 5),
                "weights": weights.weights(each.network),
            }
            for each, best in zip(self.grown, self.optima, strict=True)
        ]
        first = self.grown[0].world
        data = {
            "worlds": worlds,
            "sigmaL": first.sigma_l,
            "mean": first.mean,
            "steps": self.steps,
            "lives": self.lives,
            "mu": self.mu,
            "most": self.most,
            "seed": self.seed,
        }
        return live("lives", self.table(), "Pulls of an unknown arm in a life, by what it pays", data)
