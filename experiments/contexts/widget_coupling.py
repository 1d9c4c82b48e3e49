"""The coupling bench: a reader chooses how fast the bias that contexts share learns, and sees a Learner's contexts hold
each other up.

On the page it is a script (`book/_static/live/coupling.js`) that follows the exact gradient itself. Where it does not
run, it is a table of what many Learners take.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from lib.training.single_bandit import PolicyLearners, first_weights, right_actions
from lib.widgets.page_part import PagePart, live
from lib.widgets.weights import significant

Array = np.ndarray
HEIGHT = 0.5  # where a context counts as learned
DIGITS = 5  # of the weights on the page


@dataclass(frozen=True, repr=False)
class CouplingBench(PagePart):
    """Learners, and how long many of them take at each coupling.

    Attributes:
        learners: coupled, with certain rewards and exact gradients by plain ascent; the page shows them one by one.
        ratios: for each coupling on the slider, how many times as long the last context takes as the first, of many
            Learners.
        start: the coupling that is shown first.

    Raises:
        ValueError: if the Learners climb otherwise, or the start is not on the slider.
    """

    learners: PolicyLearners
    ratios: Mapping[float, Float[Array, " learner"]]
    start: float = 1.0

    def __post_init__(self) -> None:
        spec, task = self.learners, self.learners.task
        way = spec.gradient, spec.optimiser, spec.coupled, task.p_correct - task.p_incorrect
        if way != ("exact", "sgd", True, 1):
            raise ValueError(f"the Learners are {spec}; here they are coupled, and climb an exact gradient by sgd")
        if self.start not in self.ratios:
            raise ValueError(f"start is {self.start}; the slider has {', '.join(f'{each:g}' for each in self.ratios)}")

    @property
    def medians(self) -> list[float]:
        """Of the ratios, by coupling; infinite where half of the Learners never learn all."""
        return [float(np.quantile(each, 0.5, method="nearest")) for each in self.ratios.values()]

    def table(self) -> list[list[str]]:
        """Couplings, cosines and medians, ready to print; first row and column are headings."""
        rows = [
            [f"{gamma:g}", f"{gamma / (1 + gamma):.2f}", f"{median:.1f}" if np.isfinite(median) else "never"]
            for gamma, median in zip(self.ratios, self.medians, strict=True)
        ]
        return [["coupling", "cosine of two contexts", "last over first, median"], *rows]

    def _repr_html_(self) -> str:
        spec = self.learners
        data = {
            "weights": significant(first_weights(spec), DIGITS),
            "correct": right_actions(spec).tolist(),
            "couplings": [float(gamma) for gamma in self.ratios],
            "medians": [round(each, 3) if np.isfinite(each) else None for each in self.medians],
            "learners": len(next(iter(self.ratios.values()))),
            "rate": spec.learning_rate,
            "most": spec.updates,
            "enough": spec.enough,
            "height": HEIGHT,
            "start": self.start,
        }
        caption = "How many times as long the context learned last takes as the first, by coupling"
        return live("coupling", self.table(), caption, data)
