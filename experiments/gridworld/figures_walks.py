"""Pictures of how walkers in grid worlds behave, and of the states that they are in.

Source: Lange and Sprekeler 2020, figures 6 and 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes

from experiments.gridworld.figures import GOALS
from lib.plotting import layout, style
from lib.plotting.grammar import cloud, curve
from lib.plotting.looks import OPTIMUM, SERIES, TRAINING, UNTRAINED, Look
from lib.plotting.style import Picture, in_style, said, told

Array = np.ndarray
HIGH = np.log(2) / 2  # nats: half of what a choice between two equally good moves has
UNSURE = Look(style.GREEN, "s", "", filled=False)


@dataclass(frozen=True)
class Habit:
    """What networks of one lifetime, and the optimum, do; NaN where there was no case.

    Attributes:
        name: the lifetime, and the world if it is another.
        ways: first and later ways to the high goal, and the shortest, in steps; by network.
        lesser: how often a lesser goal comes next, without time for the same again and with; by network.
        entropy: where one move is best and where several are, in nats; by network.
        best: ways, lesser and entropy of the optimum.
    """

    name: str
    ways: Float[Array, "run 3"]
    lesser: Float[Array, "run 2"]
    entropy: Float[Array, "run 2"]
    best: tuple[Float[Array, "3"], Float[Array, "2"], Float[Array, "2"]]


@in_style
def habits(shown: Sequence[Habit]) -> Picture:
    """Pairs of numbers for each lifetime, side by side: a mark for each network, open squares for the optimum."""
    figure, axes = layout.row(3, 7.4, 3.6)
    titles = ("way to the high goal, steps", "a lesser goal next", "entropy of a choice, nats")
    kinds = (("first", "later"), ("no time", "time"), ("one best", "several"))
    square = replace(OPTIMUM, marker="s", dash="", filled=False)
    for panel, title, names, what in zip(axes, titles, kinds, range(3), strict=True):
        for kind, (name, look) in enumerate(zip(names, (SERIES[1], SERIES[0]), strict=True)):
            for place, habit in enumerate(shown):
                x = place + (kind - 0.5) * 0.35
                values = (habit.ways, habit.lesser, habit.entropy)[what][:, kind]
                curve(panel, np.full(len(values), x), values, look.scattered, None if place else name, alpha=0.7)
                panel.plot(x, habit.best[what][kind], **square.drawn, markersize=7)
        panel.set(title=title, ylim=(0, 1.05 * panel.get_ylim()[1]))
        panel.set_xticks(range(len(shown)), [habit.name.replace(", ", "\n") for habit in shown], fontsize=8)
        panel.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.2), ncols=2)
    numbers = [
        {
            "trained for": habit.name,
            "way, first": _middle(habit.ways[:, 0]),
            "later": _middle(habit.ways[:, 1]),
            "shortest": _middle(habit.ways[:, 2]),
            "lesser next, no time": _middle(habit.lesser[:, 0]),
            "time": _middle(habit.lesser[:, 1]),
            "entropy, one best": _middle(habit.entropy[:, 0]),
            "several": _middle(habit.entropy[:, 1]),
        }
        for habit in shown
    ]
    alt = "Habits of networks, medians. " + told(
        numbers,
        "Trained for {trained for}: first way to the high goal {way, first}, later {later} steps; a lesser goal next "
        "in {lesser next, no time} of cases without time, {time} with; entropy {entropy, one best} where one move is "
        "best and {several} where several are.",
    )
    return style.picture(figure, alt, numbers)


def _middle(values: Float[Array, " run"]) -> str:
    known = values[np.isfinite(values)]
    return f"{np.median(known):.2f}" if len(known) else "no case"


@dataclass(frozen=True)
class Life:
    """One life in one grid.

    Attributes:
        title: whose.
        stood: the cell before each step.
        entered: the cell that each step led into.
        entropy: of each choice, in nats.
        goals: the cells of the safe, the medium and the high goal.
        earned: reward.
    """

    title: str
    stood: Int[Array, " step"]
    entered: Int[Array, " step"]
    entropy: Float[Array, " step"]
    goals: Sequence[int]
    earned: float

    @property
    def unsure(self) -> Int[Array, " cell"]:
        """Cells in which choices have a high mean entropy."""
        times = np.bincount(self.stood)
        mean = np.bincount(self.stood, weights=self.entropy) / np.maximum(times, 1)
        return np.flatnonzero((times > 0) & (mean >= HIGH))


def _paths(panel: Axes, life: Life, side: int) -> None:
    """Ways on a grid, each a little aside from the others, from orange to blue as life goes on."""
    steps = len(life.stood)
    for time, (one, other) in enumerate(zip(life.stood, life.entered, strict=True)):
        aside = 0.5 * (time / steps - 0.5)
        x, y = np.array([one % side, other % side]) + aside, np.array([one // side, other // side]) + aside
        panel.plot(x, y, color=TRAINING(0.25 + 0.75 * time / steps), linewidth=1)
    for cell in life.unsure:
        panel.plot(cell % side, cell // side, **UNSURE.drawn, markersize=15)
    for goal, look in zip(life.goals, GOALS.values(), strict=True):
        panel.plot(goal % side, goal // side, **look.drawn | {"markeredgecolor": style.INK}, markersize=9)
    panel.plot(0, 0, "x", color=style.INK, markersize=7)
    lines = np.arange(side + 1) - 0.5
    sides = (-0.5, side - 0.5)
    panel.set(xlim=sides, ylim=sides, xticks=lines, yticks=lines, aspect="equal", title=life.title)
    panel.tick_params(labelleft=False, labelbottom=False, length=0)


@in_style
def lives(shown: Sequence[Life], side: int) -> Picture:
    """Lives as columns: the ways on the grid, with squares around cells of high entropy, and below the entropy of each
    choice.
    """
    figure, axes = style.panels(2, len(shown), 7.4, 4.4, gridspec_kw={"height_ratios": [2.2, 1]}, sharey="row")
    numbers = []
    for life, (above, below) in zip(shown, axes.T, strict=True):
        _paths(above, life, side)
        curve(below, np.arange(1, len(life.entropy) + 1), life.entropy, Look(style.GREY), linewidth=1)
        below.set(ylim=(0, np.log(4) * 1.05))
        counts = {}
        for goal, (name, look) in zip(life.goals, GOALS.items(), strict=True):
            times = np.flatnonzero(life.entered == goal) + 1
            curve(below, times, np.zeros(len(times)), look.scattered)
            counts[f"{name} goal"] = str(len(times))
        quarter = max(len(life.entropy) // 4, 1)
        numbers.append(
            {
                "trained for": life.title,
                "earned": f"{life.earned:.2f}",
                **counts,
                "cells of high entropy": str(len(life.unsure)),
                "entropy, first quarter": f"{life.entropy[:quarter].mean():.2f}",
                "last quarter": f"{life.entropy[-quarter:].mean():.2f}",
            }
        )
    layout.label(axes, "step", ("", "entropy, nats"))
    layout.legend(figure, {"mean entropy of the choice at least ½ ln 2 nats": UNSURE})
    alt = "One life in the same grid for each network. " + told(
        numbers,
        "{trained for}: earns {earned}, visits {safe goal} times the safe, {medium goal} the medium and {high goal} "
        "the high goal; choices have a high entropy in {cells of high entropy} of the cells where it stood.",
    )
    return style.picture(figure, alt, numbers)


@in_style
def dimensions(
    lifetimes: Sequence[int],
    ratios: Mapping[str, Float[Array, "lifetime run"]],
    shares: Mapping[str, Float[Array, "lifetime run"]],
) -> Picture:
    """Participation ratio and variance of three components by lifetime, in lives of the own length, long, untrained."""
    figure, axes = layout.row(2, 7.4, 3.5)
    places = np.arange(len(lifetimes))
    names = ("participation ratio", "variance of three components")
    for panel, found, what in zip(axes, (ratios, shares), names, strict=True):
        for (name, values), look in zip(found.items(), (*SERIES[:2], UNTRAINED), strict=False):
            curve(panel, places, values.T, look, name)
        panel.set(xlabel="lifetime trained for, steps", ylabel=what)
        panel.set_xticks(places, [str(steps) for steps in lifetimes])
    layout.legend(figure, axes[0])
    numbers = [
        {
            "trained for": f"{steps} steps",
            **{f"ratio, {name}": said(values[row]) for name, values in ratios.items()},
            **{f"three components, {name}": said(values[row]) for name, values in shares.items()},
        }
        for row, steps in enumerate(lifetimes)
    ]
    ends = (f"{name} from {np.median(v[0]):.1f} to {np.median(v[-1]):.1f}" for name, v in ratios.items())
    threes = (f"{np.median(v[0]):.0%} to {np.median(v[-1]):.0%} ({name})" for name, v in shares.items())
    alt = (
        f"Participation ratio of the hidden units from lifetimes of {lifetimes[0]} to {lifetimes[-1]} steps, medians: "
        f"{', '.join(ends)}. The first three components have {', '.join(threes)} of the variance."
    )
    return style.picture(figure, alt, numbers)


@in_style
def clouds(
    lifetimes: Sequence[int], states: Float[Array, "lifetime shown step 2"], explained: Float[Array, "lifetime 2"]
) -> Picture:
    """Hidden states of a network of each lifetime on its principal plane, from orange to blue as life goes on."""
    figure, axes = layout.row(len(lifetimes), 7.4, 2.2)
    for steps, own, panel in zip(lifetimes, states[:, :6], axes, strict=True):  # more would hide each other
        time = np.broadcast_to(np.linspace(0.25, 1, own.shape[1]), own.shape[:2])
        cloud(panel, own, TRAINING(time.ravel()), size=2)
        panel.set_title(f"{steps} steps")
    numbers = [
        {"trained for": f"{steps} steps", "first axis": f"{first:.0%}", "second axis": f"{second:.0%}"}
        for steps, (first, second) in zip(lifetimes, explained, strict=True)
    ]
    parts = (f"{each.sum():.0%} of it (trained for {n} steps)" for n, each in zip(lifetimes, explained, strict=True))
    alt = f"Hidden states in long lives on the plane of the largest variance, which has {', '.join(parts)}."
    return style.picture(figure, alt, numbers)
