"""Pictures of task diversity: whose prior networks have that were trained on M fixed tasks, over M and training."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int

from lib.plotting import layout, style
from lib.plotting.grammar import curve
from lib.plotting.looks import OPTIMUM, SERIES
from lib.plotting.style import Picture, Table, in_style, number, said

Array = np.ndarray
DISCRETE, CONTINUOUS = SERIES[1], SERIES[0]
LOOKS = {"discrete": DISCRETE, "continuous": CONTINUOUS}
LEGEND = {
    "network to the discrete Bayesian": DISCRETE,
    "network to the continuous Bayesian": CONTINUOUS,
    "one Bayesian to the other": OPTIMUM,
}


@dataclass(frozen=True)
class World:
    """What networks of one world came to, at the end of training.

    Attributes:
        name: of the world, in the plural.
        unit: of distances.
        tasks: M.
        discrete: distance of each network to the Bayesian with the discrete prior.
        continuous: the same to the one with the continuous prior.
        apart: distance of the two Bayesians.
    """

    name: str
    unit: str
    tasks: Int[Array, " tasks"]
    discrete: Float[Array, "tasks run"]
    continuous: Float[Array, "tasks run"]
    apart: Float[Array, "tasks run"]

    @property
    def nearer(self) -> list[str]:
        """The Bayesian that the median network is nearer to, at each M."""
        leans = np.median(np.log(self.discrete / self.continuous), axis=1)
        return ["discrete" if lean < 0 else "continuous" for lean in leans]


@in_style
def over_diversity(worlds: Sequence[World], turn: float | None = None) -> Picture:
    """Distance of networks to both Bayesians against M, a panel for each world; and that of the Bayesians.

    Args:
        turn: the M at which the nearer Bayesian changes in the first world, if it does.
    """
    figure, axes = layout.row(len(worlds), 7.4, 3.5)
    numbers = Table("world", "M", "to the discrete", "to the continuous", "one to the other", "nearer")
    for panel, world in zip(axes, worlds, strict=True):
        curve(panel, world.tasks, world.apart.T, OPTIMUM)
        for look, values in ((DISCRETE, world.discrete), (CONTINUOUS, world.continuous)):
            curve(panel, world.tasks, values.T, look, markersize=5)
        panel.set(xscale="log", yscale="log", title=world.name, xlabel="number of training tasks M", ylabel=world.unit)
        layout.marks(panel.xaxis, world.tasks.tolist())
        layout.plainly(panel.yaxis, *((2.0, 5.0) if world.apart.max() / world.discrete.min() < 1_000 else ()))
        for place, tasks in enumerate(world.tasks):
            numbers.row(
                world.name,
                f"{tasks}",
                *(said(values[place]) for values in (world.discrete, world.continuous, world.apart)),
                world.nearer[place],
            )
    if turn is not None:
        layout.bound(axes[0], x=turn)
    layout.legend(figure, LEGEND, columns=2)
    alt = " ".join(_finding(world) for world in worlds)
    return style.picture(figure, alt, numbers)


@in_style
def of_machines(worlds: Mapping[str, Mapping[str, World]], names: tuple[str, str]) -> Picture:
    """Distance of two kinds of networks to both Bayesians against M, a panel for each world; and that of the Bayesians.

    Args:
        worlds: by world, by kind of network; the Bayesians of the first kind are drawn.
        names: of the kinds; the first has filled marks, the second hollow ones on dotted lines.
    """
    first, second = names
    figure, axes = layout.row(len(worlds), 7.4, 3.6)
    numbers = Table("world", "M", "network", "to the discrete", "to the continuous", "one to the other", "nearer")
    legend = {}
    for panel, (world, kinds) in zip(axes, worlds.items(), strict=True):
        every = kinds[second].tasks.tolist()
        curve(panel, kinds[first].tasks, kinds[first].apart.T, OPTIMUM)
        for name, own in ((each, kinds[each]) for each in names):
            for bayesian, values in (("discrete", own.discrete), ("continuous", own.continuous)):
                look = LOOKS[bayesian] if name == first else replace(LOOKS[bayesian].hollow, dash=":")
                curve(panel, own.tasks, values.T, look, markersize=5)
                legend[f"{name} to the {bayesian} Bayesian"] = look
            for place, tasks in enumerate(own.tasks):
                found = (said(values[place]) for values in (own.discrete, own.continuous, own.apart))
                numbers.row(world, f"{tasks}", name, *found, own.nearer[place])
        panel.set(xscale="log", yscale="log", title=world, xlabel="number of training tasks M")
        panel.set_ylabel(kinds[first].unit)
        layout.marks(panel.xaxis, every)
        layout.plainly(panel.yaxis, *((2.0, 5.0) if kinds[first].apart.max() < 1_000 * _least(kinds) else ()))
    layout.legend(figure, legend | {"one Bayesian to the other": OPTIMUM}, columns=2)
    alt = " ".join(_finding(kinds[name], f"{world}, {name}") for world, kinds in worlds.items() for name in names)
    return style.picture(figure, alt, numbers)


def _least(kinds: Mapping[str, World]) -> float:
    return min(float(world.discrete.min()) for world in kinds.values())


def _finding(world: World, name: str | None = None) -> str:
    each = [
        f"{number(float(np.median(a)))} and {number(float(np.median(b)))} at M = {tasks} ({nearer})"
        for tasks, a, b, nearer in zip(world.tasks, world.discrete, world.continuous, world.nearer, strict=True)
    ]
    what = "distance of the median network to the discrete Bayesian and to the continuous one, and which is nearer"
    said_of = name or world.name
    return f"{said_of[0].upper()}{said_of[1:]}: {what}: {'; '.join(each)}."


@in_style
def over_training(
    episodes: Int[Array, " checkpoint"],
    ratios: Mapping[str, Mapping[int, Float[Array, "run checkpoint"]]],
    begun: Mapping[int, int],
) -> Picture:
    """Distance to the discrete Bayesian over that to the continuous one, over training: above 1 a network infers, below
    it memorises. A panel for each kind of task, a line for each M.

    Args:
        episodes: seen at each checkpoint.
        ratios: by kind of task, by M.
        begun: by M, the checkpoint from which on the median network has learned anything.
    """
    figure, axes = layout.row(len(ratios), 7.4, 3.4, sharey=True)
    numbers = Table("tasks", "M", "highest ratio", "at episodes", "at the end")
    last = float(episodes[-1])
    shown = dict(zip(next(iter(ratios.values())), SERIES, strict=False))
    for panel, (where, own) in zip(axes, ratios.items(), strict=True):
        for tasks, values in own.items():
            since = slice(begun[tasks], None)
            found = curve(panel, episodes[since], values[:, since], shown[tasks])
            top = int(found.median.argmax())
            numbers.row(
                where, f"{tasks}", f"{found.median[top]:.2f}", f"{episodes[since][top]:,}", f"{found.median[-1]:.2f}"
            )
        layout.bound(panel, y=1)
        panel.set(xscale="log", yscale="log", title=f"{where} lines", xlabel="episodes seen in training")
        layout.plainly(panel.yaxis, 2.0, 5.0)
        layout.marks(panel.xaxis, {last / part: layout.seen(last / part) for part in (16, 4, 1)})
    axes[0].set_ylabel("distance to discrete / to continuous")
    layout.legend(figure, {f"M = {tasks}": look for tasks, look in shown.items()})
    told = (
        f"on {row['tasks']} lines at M = {row['M']} it is at most {row['highest ratio']}, and {row['at the end']} at "
        "the end"
        for row in numbers
    )
    alt = (
        "Distance to the discrete Bayesian over that to the continuous one, over training, above 1 where a network "
        f"infers: {'; '.join(told)}."
    )
    return style.picture(figure, alt, numbers)
