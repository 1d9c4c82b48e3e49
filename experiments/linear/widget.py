"""The bench of modes: a reader chooses a linear function's singular values and slides through time; a Learner, a
trained Meta-Learner and ridge regression take it in.

On the page it is a script (`book/_static/live/modes.js`) that needs no kernel and no network. Where it does not run,
it is a table of a few targets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lib.agents.lstm import LSTMAgent
from lib.machine import Machine
from lib.optimal.ridge import RidgeAgent
from lib.probes.effective_spectrum import effective
from lib.random import generator
from lib.tasks.linear import LinearMap
from lib.tasks.random_matrices import FixedSpectrum
from lib.training.gradient_flow import imbalance, strength
from lib.widgets import weights
from lib.widgets.page_part import PagePart, live

NOISE = 0.01
RATE, BATCH = 1e-3, 100  # of a Learner: the source's
PACE = 300  # steps of the Learner while one point is seen
MOST = 6.0  # largest singular value on the sliders
SHOWN = ((2.5, 0.05), (2.0, 1.0), (6.0, 0.5))  # where no script runs
AT = (0, 1, 2, 4, 19)  # points seen


@dataclass(frozen=True, repr=False)
class SpectrumBench(PagePart):
    """Sliders for two singular values and for time.

    Attributes:
        network: a Meta-Learner of linear functions in two dimensions.
        start: the singular values that are shown first, larger first.
        steps: of an episode.
        count: functions that an average on the page is taken over.
        probes: points at which the network is asked there.
        seed: of the functions on the page.

    Raises:
        ValueError: if the network is one of something else, or the start lies outside what the sliders reach.
    """

    network: LSTMAgent
    start: tuple[float, float] = (2.5, 0.5)
    steps: int = 20
    count: int = 16
    probes: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        weights.must_fit(self.network, 4, 2)
        large, small = self.start
        if not 0.05 <= small <= large <= MOST:
            raise ValueError(
                f"start is {self.start}; the sliders go from 0.05 to {MOST:g}, and the first is the larger"
            )

    @property
    def imbalance(self) -> float:
        """Of the Learner's two layers, as they are drawn in the source."""
        return imbalance(10, 0.1)

    def shares(self, values: tuple[float, float], episodes: int = 200) -> dict[str, np.ndarray]:
        """Share of each mode that each of the three has learned after 0, 1, 2... points, or as many paces of steps."""
        task = LinearMap(2, FixedSpectrum(values), NOISE)
        problems = task.sample(episodes, self.steps, generator("bench of modes", self.seed))
        machines: dict[str, Machine] = {
            "Meta-Learner": self.network,
            "ridge": RidgeAgent.of(LinearMap(2, noise=NOISE)),
        }
        found = {
            who: effective(each, problems, generator("bench of modes, asked", self.seed), self.probes).progress.mean(
                dim=0
            )
            for who, each in machines.items()
        }
        steps = PACE * np.arange(self.steps)
        learner = [strength(steps, value, RATE, self.imbalance) / value for value in values]
        return {"Learner": np.stack(learner, axis=1), **{who: each.numpy() for who, each in found.items()}}

    def table(self, targets: Sequence[tuple[float, float]] = SHOWN) -> list[list[str]]:
        """Shares at some moments, ready to print; the first row and column are headings."""
        rows = []
        for values in targets:
            for who, shares in self.shares(values).items():
                cells = [", ".join(f"{q:.2f}" for q in shares[at].round(2) + 0.0) for at in AT]  # 0.0: no minus nought
                rows.append([f"{values[0]:g} and {values[1]:g}, {who}", *cells])
        return [["target, who", *(f"{at} points or {PACE * at:,} steps" for at in AT)], *rows]

    def _repr_html_(self) -> str:
        data = {
            "start": list(self.start),
            "steps": self.steps,
            "count": self.count,
            "probes": self.probes,
            "seed": self.seed,
            "noise": NOISE,
            "rate": RATE,
            "batch": BATCH,
            "pace": PACE,
            "most": MOST,
            "imbalance": self.imbalance,
            "weights": weights.weights(self.network),
        }
        return live("modes", self.table(), "Share of the larger and of the smaller mode that is learned", data)
