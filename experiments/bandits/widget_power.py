"""The blind metric: a reader lets the optimum and a greedy player play 500 episodes, again and again, and sees whether
their mean rewards tell them apart, with luck of their own and with common luck.

On the page it is a script (`book/_static/live/power.js`) that plays the episodes. Where it does not run, it is a table
of how far such a difference scatters.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from experiments.bandits.widget import two_armed
from lib.tasks.bandits import BernoulliBandit
from lib.widgets.page_part import PagePart, live

READINGS = {"sampled, apart": "own luck", "sampled, common": "common luck"}  # and bandits of one's own, or common ones


@dataclass(frozen=True, repr=False)
class BlindMetric(PagePart):
    """Experiments of so many episodes in which an optimal and a greedy player of two arms are compared by mean reward.

    Attributes:
        prior: of two Bernoulli arms.
        steps: in an episode.
        gap: expected reward an episode that the optimum has over greed; exact.
        deviation: standard deviation of the difference in one episode, by estimator.
        episodes: in an experiment.
        most: experiments on the page.
        seed: of the episodes on the page.

    Raises:
        ValueError: if there are not two arms, a number is not positive, or the deviation of a reading is missing.
    """

    prior: BernoulliBandit
    steps: int
    gap: float
    deviation: Mapping[str, float]
    episodes: int = 500
    most: int = 40
    seed: int = 1

    def __post_init__(self) -> None:
        two_armed(self.prior)
        for name in ("steps", "gap", "episodes", "most"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be positive")
        if missing := set(READINGS) - set(self.deviation):
            raise ValueError(f"deviation lacks {', '.join(sorted(missing))}")

    def table(self) -> list[list[str]]:
        """Standard errors of an experiment beside the exact gap; the first row and column are headings."""
        errors = {name: self.deviation[name] / self.episodes**0.5 for name in READINGS}
        rows = [[words, f"{errors[name]:.3f}", f"{self.gap:.3f}"] for name, words in READINGS.items()]
        return [[f"{self.episodes} episodes", "standard error", "exact gap"], *rows]

    def _repr_html_(self) -> str:
        data = {
            "a": self.prior.a,
            "b": self.prior.b,
            "steps": self.steps,
            "gap": round(self.gap, 5),
            "episodes": self.episodes,
            "most": self.most,
            "seed": self.seed,
            "readings": list(READINGS.values()),
        }
        return live("power", self.table(), "How far the difference of two mean rewards scatters", data)
