"""The bench of task diversity: a reader chooses how many tasks a network was trained on and for how long, and sees what
it makes of a new line, beside the Bayesian with the discrete prior and ridge regression.

On the page it is a script (`book/_static/live/diversity.js`) that needs no kernel and no network. Where it does not
run, it is a table of trained networks.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from experiments.diversity.claims import begun
from experiments.diversity.specs import BAYESIANS, WHERE
from lib.runner import store
from lib.widgets.page_part import as_text, live
from lib.widgets.weights import rounded, significant

Array = np.ndarray
EARLIER = 2  # checkpoints that are shown before the first at which a network has learned something


@dataclass(frozen=True)
class DiversityBench:
    """Sliders for the number of training tasks and for the time in training.

    Attributes:
        tasks: M, from few to many.
        episodes: seen at each checkpoint.
        distance: of the median network, on old lines and on new ones, to each Bayesian.
        begun: whether networks have learned something: the median one is at most half as far from ridge regression, on
            old lines, as if it said zero.
        points: what is seen of a new line: place along its steepest direction, and y.
        slope: of this line along that direction.
        place: where the machines are asked.
        network: what networks say there.
        bayes: what the Bayesians of the same sets say there, the discrete one first.
        start: the places of the M and of the checkpoint that are shown first.

    Raises:
        ValueError: if there is no such start.
    """

    tasks: Int[Array, " tasks"]
    episodes: Int[Array, " checkpoint"]
    distance: Mapping[str, Mapping[str, Float[Array, "tasks checkpoint"]]]
    begun: Bool[Array, "tasks checkpoint"]
    points: Float[Array, "point 2"]
    slope: float
    place: Float[Array, " place"]
    network: Float[Array, "tasks checkpoint place"]
    bayes: Float[Array, "tasks 2 place"]
    start: tuple[int, int]

    def __post_init__(self) -> None:
        which, at = self.start
        if not (0 <= which < len(self.tasks) and 0 <= at < len(self.episodes)):
            raise ValueError(
                f"start is {self.start}; there are {len(self.tasks)} numbers of tasks and {len(self.episodes)} "
                "checkpoints, counted from 0"
            )

    @classmethod
    def of(cls, run: store.Result, tasks: int) -> "DiversityBench":
        """What a run of task diversity shows, begun with trained networks of so many tasks. Of the checkpoints before
        any network has learned something, only the first and a few are shown.

        Raises:
            ValueError: if the run has none of so many.
        """
        data = run.data
        known = data.tasks_lines.values.tolist()
        if tasks not in known:
            raise ValueError(f"tasks is {tasks}; the run has {', '.join(map(str, known))}")
        median = data.distance_lines.median("run").transpose("where", "bayesian", "tasks_lines", "checkpoint_lines")
        learned = begun(run)
        shown = np.append(0, np.arange(max(1, int(learned.any(axis=0).argmax()) - EARLIER), learned.shape[1]))
        distance = {
            where: {name: median.sel(where=where, bayesian=name).values[:, shown].astype(float) for name in BAYESIANS}
            for where in WHERE
        }
        return cls(
            data.tasks_lines.values,
            data.checkpoint_lines.values[shown] * run.manifest["batch"]["lines"],
            distance,
            learned[:, shown],
            data.line_points.values.astype(float),
            float(run.manifest["slope"]),
            data.place.values.astype(float),
            data.line_network.values[:, shown].astype(float),
            data.line_bayes.values.astype(float),
            (known.index(tasks), len(shown) - 1),
        )

    def table(self) -> list[list[str]]:
        """Trained networks, ready to print; the first row and column are headings."""
        rows = []
        for place, tasks in enumerate(self.tasks):
            far = [self.distance["new"][name][place, -1] for name in BAYESIANS]
            verb = "memorises" if far[0] < far[1] else "infers"
            rows.append([f"M = {tasks}", *(f"{each:.2f}" for each in far), verb])
        return [["trained on", "from the discrete Bayesian", "from ridge regression", "on new lines it"], *rows]

    def __repr__(self) -> str:
        return as_text(self.table())

    def _repr_html_(self) -> str:
        data = {
            "tasks": self.tasks.tolist(),
            "episodes": self.episodes.tolist(),
            "distance": {
                where: {name: significant(values) for name, values in own.items()}
                for where, own in self.distance.items()
            },
            "begun": self.begun.astype(int).tolist(),
            "points": rounded(self.points, 2),
            "slope": round(self.slope, 3),
            "place": rounded(self.place, 3),
            "network": rounded(self.network, 2),
            "bayes": [dict(zip(BAYESIANS, rounded(own, 2), strict=True)) for own in self.bayes],
            "start": list(self.start),
        }
        return live("diversity", self.table(), "Squared distance of networks' predictions on new lines", data)
