"""The niche bench: a reader chooses a one-armed world; the page works out both ways to explore it.

On the page it is a script (`book/_static/live/niche.js`) that needs no kernel and no network. It does the sums itself;
only the adaptive optimum's edge, which takes seconds, comes with it as a table. Where it does not run, it is a table of
a few worlds.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lib.optimal import explore_then_commit as fixed
from lib.optimal import stopping
from lib.optimal.exploration_threshold import exploration_threshold
from lib.optimal.one_armed import OneArmedProblem
from lib.optimal.phase_diagram import adaptive_value
from lib.widgets.page_part import PagePart, live
from lib.widgets.weights import significant

LIFETIMES = (5, 6, 7, 8, 10, 12, 15, 18, 22, 27, 33, 40, 50, 60, 75, 90, 110, 135, 165, 200)
SIGMA_L, SIGMA_P = np.linspace(0.1, 4, 27), np.linspace(0.1, 2, 20)  # of the map; of the second only the ends matter
START = OneArmedProblem(1.0, 1.0, 100)
SHOWN = ((1.0, 1.0, 100), (1.0, 2.0, 100), (0.5, 1.0, 100), (1.0, 1.0, 20), (2.0, 0.5, 20))  # where no script runs


@dataclass(frozen=True, repr=False)
class PhaseDiagramBench(PagePart):
    """Sliders for a one-armed world.

    Attributes:
        start: the world that is shown first.
        lifetimes: for which the adaptive optimum's edge is worked out beforehand; between them the page interpolates.

    Raises:
        ValueError: if the lifetimes are fewer than 2, do not grow or begin below 2 steps, or the start lies outside
            what the sliders reach.
    """

    start: OneArmedProblem = START
    lifetimes: Sequence[int] = LIFETIMES

    def __post_init__(self) -> None:
        if len(self.lifetimes) < 2 or self.lifetimes[0] < 2 or (np.diff(self.lifetimes) <= 0).any():
            raise ValueError(
                f"lifetimes are {list(self.lifetimes)}; there must be 2 or more, growing, none below 2 steps"
            )
        reach = {"sigma_p": SIGMA_P, "sigma_l": SIGMA_L, "lifetime": np.array(self.lifetimes)}
        for name, values in reach.items():
            value, least, most = getattr(self.start, name), values[0], values[-1]
            if not least <= value <= most:
                raise ValueError(f"{name} is {value}; the sliders go from {least:g} to {most:g}")

    def edges(self) -> Float[np.ndarray, "lifetime place"]:
        """The adaptive optimum's edge at each of `SIGMA_L`, for each lifetime."""
        return np.stack(
            [
                exploration_threshold(SIGMA_L, each, adaptive_value, self.start.mean, tolerance=1e-3)
                for each in self.lifetimes
            ]
        )

    def table(self) -> list[list[str]]:
        """What both rules do in a few worlds, ready to print; the first row and column are headings."""
        rows = []
        for sigma_p, sigma_l, lifetime in SHOWN:
            world = (sigma_p, sigma_l, lifetime, self.start.mean)
            n, best = fixed.best_n(*world), stopping.solve(*world)
            numbers = [fixed.value(*world), fixed.pulls(_one(n), *world), best.value, best.pulls()]
            rows.append([f"{sigma_p:g}, {sigma_l:g}, {lifetime}", str(n), *(f"{float(each):.2f}" for each in numbers)])
        often = f"pulls if mu = {self.start.mean:g}"
        heads = ["sigma_p, sigma_l, lifetime", "best n", "earns", often, "adaptive: earns", often]
        return [heads, *rows]

    def _repr_html_(self) -> str:
        data = {
            "start": {"sigmaP": self.start.sigma_p, "sigmaL": self.start.sigma_l, "lifetime": self.start.lifetime},
            "mean": self.start.mean,
            "lifetimes": list(self.lifetimes),
            "sigmaL": significant(SIGMA_L, 4),
            "sigmaP": significant(SIGMA_P, 4),
            "edge": significant(self.edges(), 4),
        }
        return live("niche", self.table(), "What a look at an unknown arm is worth", data)


def _one(n: Int[np.ndarray, ""]) -> int:
    return int(n)
