"""How long does it count? A slider along a very long episode: how many observations networks keep, task by task.

On the page it is a script (`book/_static/live/memory.js`) that needs no kernel and no network. Where it does not run,
it is a table.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from lib.probes.benchmark import in_words
from lib.widgets.page_part import PagePart, live
from lib.widgets.weights import significant


@dataclass(frozen=True, eq=False, repr=False)
class HowLong(PagePart):
    """Effective memory of networks along an episode, by how they were trained.

    Attributes:
        tasks: that are predicted.
        step: of the episode, counted from 1; growing.
        kept: by how the networks were trained, how many observations a Bayesian would have to keep to be as far from
            one who keeps all, as `lib.probes.length_generalisation.effective_memory`.

    Raises:
        ValueError: if there are not two trainings, shapes do not agree, steps do not grow from 1 on, or something is
            kept that was never seen.
    """

    tasks: tuple[str, ...]
    step: Int[np.ndarray, " step"]
    kept: Mapping[str, Float[np.ndarray, "task step"]]

    def __post_init__(self) -> None:
        if len(self.kept) != 2:
            raise ValueError(f"kept knows {', '.join(self.kept) or 'no training'}; the page is made for two")
        if len(self.step) < 2 or self.step[0] != 1 or not (np.diff(self.step) > 0).all():
            raise ValueError(f"steps must grow from 1 on; got {self.step.tolist()[:3]}...")
        shape = (len(self.tasks), len(self.step))
        for name, each in self.kept.items():
            if each.shape != shape:
                raise ValueError(f"kept of {name!r} has shape {each.shape}; with tasks and steps it should be {shape}")
            if not ((each > 0) & (each <= self.step * 1.001)).all():
                raise ValueError(f"kept of {name!r} must be more than nothing, and at most what was seen")

    def table(self) -> list[list[str]]:
        """What is kept at the last step, by task; the first row and column are headings."""
        rows = [[task, *(f"{each[i, -1]:,.0f}" for each in self.kept.values())] for i, task in enumerate(self.tasks)]
        return [[f"after {self.step[-1]:,} steps", *self.kept], *rows]

    def _repr_html_(self) -> str:
        data = {
            "tasks": [in_words(task) for task in self.tasks],
            "step": self.step.tolist(),
            "trainings": list(self.kept),
            "kept": [significant(each) for each in self.kept.values()],
        }
        return live("memory", self.table(), "As far from Bayes as a Bayesian who keeps so many observations", data)
