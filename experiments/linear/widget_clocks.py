"""Two clocks: a reader stops a Meta-Learner's training early, and its episode too, and sees how much of each singular
mode it has found.

On the page it is a script (`book/_static/live/clocks.js`) that needs no kernel and no network. Where it does not run,
it is a table.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lib.runner.store import Result
from lib.widgets.page_part import PagePart, live
from lib.widgets.weights import rounded

Array = np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class TwoClocks(PagePart):
    """Shares of singular modes that Meta-Learners have found, by outer and by inner time.

    Attributes:
        episodes: of training that were seen, growing: outer time.
        share: that the median network has found of each mode, the large one first, at each step: inner time.
        values: singular values of each target.
        start: places of the moment and of the target that are shown first, at the last step.

    Raises:
        ValueError: if shapes do not agree, episodes do not grow, or there is no such start.
    """

    episodes: Int[Array, " moment"]
    share: Float[Array, "moment target step mode"]
    values: Float[Array, "target mode"]
    start: tuple[int, int]

    def __post_init__(self) -> None:
        moments, targets, _, modes = self.share.shape
        if (moments, targets, modes) != (len(self.episodes), len(self.values), 2) or self.values.shape[1] != 2:
            raise ValueError(
                f"share has shape {self.share.shape}; there are {len(self.episodes)} moments, {len(self.values)} "
                "targets and 2 modes"
            )
        if not (np.diff(self.episodes) > 0).all():
            raise ValueError(f"episodes must grow; got {self.episodes.tolist()}")
        if not (0 <= self.start[0] < moments and 0 <= self.start[1] < targets):
            raise ValueError(f"start is {self.start}; there are {moments} moments and {targets} targets, from 0 on")

    @classmethod
    def of(cls, run: Result, name: str, target: int) -> "TwoClocks":
        """What a run knows of the networks of this name, such as `sgd`, begun where the median network has found most
        more of the small mode of a target than of its large one.
        """
        median = run.data[f"way_{name}"].median(f"run_{name}")
        share = median.transpose(f"checkpoint_{name}", "spectrum_way", "step", "mode_2d").values.astype(float)
        episodes = run.data[f"checkpoint_{name}"].values * run.manifest["batches"][name]
        ahead = share[:, target, -1, 1] - share[:, target, -1, 0]
        return cls(episodes, share, run.data.values_way.values.astype(float), (int(ahead.argmax()), target))

    def table(self) -> list[list[str]]:
        """Shares at the last step of an episode, by outer time; the first row and column are headings."""
        target = self.start[1]
        rows = [
            [f"{seen:,}", *(f"{each:.2f}" for each in share[target, -1].round(2) + 0.0)]
            for seen, share in zip(self.episodes, self.share, strict=True)
        ]
        return [["episodes of training", *(f"s = {value:.2f}" for value in self.values[target])], *rows]

    def _repr_html_(self) -> str:
        data = {
            "episodes": self.episodes.tolist(),
            "share": rounded(self.share, 2),
            "values": rounded(self.values, 2),
            "start": list(self.start),
        }
        return live("clocks", self.table(), "Share of each singular mode found by the end of an episode", data)
