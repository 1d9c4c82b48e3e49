"""Pictures of how walkers in grid worlds behave, and of the states that they are in.

Source: Lange and Sprekeler 2020, figures 6 and 7.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes

from experiments.gridworld.figures import LOOKS
from experiments.one_armed.figures import PULLS
from lib.plotting import style
from lib.plotting.style import Picture, in_style, said
from lib.probes.quantiles import percentiles

Array = np.ndarray


@in_style
def matrix(lifetimes: Sequence[int], panels: Mapping[str, Float[Array, "train test"]]) -> Picture:
    """What networks trained for one lifetime earn in another, as a share of what those earn that were trained for it.

    Args:
        lifetimes: trained for, and tested.
        panels: reward in a life.
    """
    figure, axes = style.panels(1, len(panels), 7.4, 3.4, sharey=True)
    numbers, worst = [], []
    for (name, earned), panel in zip(panels.items(), axes[0], strict=True):
        shares = earned / np.diag(earned)
        panel.imshow(shares, cmap=PULLS, vmin=0, vmax=1.2, origin="lower")
        for (row, column), share in np.ndenumerate(shares):
            dark = share > 0.7
            panel.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=7.5, color="w" if dark else "k")
        places = range(len(lifetimes))
        panel.set(title=name, xlabel="lives in, steps", xticks=places, yticks=places)
        panel.set_xticklabels([str(steps) for steps in lifetimes])
        panel.set_yticklabels([str(steps) for steps in lifetimes])
        panel.grid(False)
        numbers += [
            {
                "": name,
                "trained for": f"{steps} steps",
                **{
                    f"in {test}": f"{earned[row, column]:.2f} ({shares[row, column]:.0%})"
                    for column, test in enumerate(lifetimes)
                },
            }
            for row, steps in enumerate(lifetimes)
        ]
        row, column = np.unravel_index(shares.argmin(), shares.shape)
        worst.append(
            f"{name}: the least is {shares.min():.0%}, trained for {lifetimes[int(row)]} steps and living "
            f"{lifetimes[int(column)]}; the most {shares.max():.0%}."
        )
    axes[0, 0].set_ylabel("trained for, steps")
    alt = "Reward earned in lives of one length by networks trained for another, as a share of the matched. "
    return style.picture(figure, alt + " ".join(worst), numbers)


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
    figure, axes = style.panels(1, 3, 7.4, 3.6)
    titles = ("way to the high goal, steps", "a lesser goal next", "entropy of a choice, nats")
    kinds = (("first", "later"), ("no time", "time"), ("one best", "several"))
    looks = ((style.ORANGE, "o"), (style.BLUE, "^"))
    for place, habit in enumerate(shown):
        for panel, values, best in zip(
            axes[0], (habit.ways[:, :2], habit.lesser, habit.entropy), habit.best, strict=True
        ):
            for kind, (color, marker) in enumerate(looks):
                x = place + (kind - 0.5) * 0.35
                panel.plot(np.full(len(values), x), values[:, kind], marker, color=color, markersize=4, alpha=0.7)
                panel.plot(x, best[kind], "s", color=style.INK, markersize=7, markerfacecolor="none")
    for panel, title, (one, other) in zip(axes[0], titles, kinds, strict=True):
        panel.set(title=title, ylim=(0, 1.05 * panel.get_ylim()[1]))
        panel.set_xticks(range(len(shown)), [habit.name.replace(", ", "\n") for habit in shown], fontsize=8)
        for (color, marker), label in zip(looks, (one, other), strict=True):
            panel.plot([], [], marker, color=color, label=label)
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
    alt = "Habits of networks, medians. " + " ".join(
        f"Trained for {row['trained for']}: first way to the high goal {row['way, first']}, later {row['later']} "
        f"steps; a lesser goal next in {row['lesser next, no time']} of cases without time, {row['time']} with; "
        f"entropy {row['entropy, one best']} where one move is best and {row['several']} where several are."
        for row in numbers
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


def _paths(panel: Axes, life: Life, side: int) -> None:
    """Ways on a grid, each a little aside from the others, from dark to bright as life goes on."""
    steps = len(life.stood)
    for time, (one, other) in enumerate(zip(life.stood, life.entered, strict=True)):
        aside = 0.5 * (time / steps - 0.5)
        x, y = np.array([one % side, other % side]) + aside, np.array([one // side, other // side]) + aside
        panel.plot(x, y, color=PULLS(0.25 + 0.75 * time / steps), linewidth=1)
    for goal, (color, marker) in zip(life.goals, LOOKS.values(), strict=True):
        panel.plot(goal % side, goal // side, marker, color=color, markersize=9, markeredgecolor=style.INK)
    panel.plot(0, 0, "x", color=style.INK, markersize=7)
    panel.set(xlim=(-0.5, side - 0.5), ylim=(-0.5, side - 0.5), xticks=np.arange(side + 1) - 0.5, aspect="equal")
    panel.set(yticks=np.arange(side + 1) - 0.5, title=life.title)
    panel.tick_params(labelleft=False, labelbottom=False, length=0)


@in_style
def lives(shown: Sequence[Life], side: int) -> Picture:
    """Lives as columns: the ways on the grid, and below the entropy of each choice."""
    figure, axes = style.panels(2, len(shown), 7.4, 4.4, gridspec_kw={"height_ratios": [2.2, 1]}, sharey="row")
    numbers = []
    for life, (above, below) in zip(shown, axes.T, strict=True):
        _paths(above, life, side)
        below.plot(np.arange(1, len(life.entropy) + 1), life.entropy, color=style.INK, linewidth=1)
        below.set(xlabel="step", ylim=(0, np.log(4) * 1.05))
        quarter = max(len(life.entropy) // 4, 1)
        counts = [int((life.entered == goal).sum()) for goal in life.goals]
        for goal, count, (color, marker) in zip(life.goals, counts, LOOKS.values(), strict=True):
            times = np.flatnonzero(life.entered == goal) + 1
            below.plot(times, np.zeros(count), marker, color=color, markersize=4)
        numbers.append(
            {
                "trained for": life.title,
                "earned": f"{life.earned:.2f}",
                **{f"{goal} goal": str(count) for goal, count in zip(LOOKS, counts, strict=True)},
                "entropy, first quarter": f"{life.entropy[:quarter].mean():.2f}",
                "last quarter": f"{life.entropy[-quarter:].mean():.2f}",
            }
        )
    axes[1, 0].set_ylabel("entropy, nats")
    alt = "One life in the same grid for each network. " + " ".join(
        f"{row['trained for']}: earns {row['earned']}, visits {row['safe goal']} times the safe, {row['medium goal']} "
        f"the medium and {row['high goal']} the high goal."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def dimensions(
    lifetimes: Sequence[int],
    ratios: Mapping[str, Float[Array, "lifetime run"]],
    shares: Mapping[str, Float[Array, "lifetime run"]],
) -> Picture:
    """Participation ratio and variance of three components by lifetime, in lives of the own length, long, untrained."""
    figure, axes = style.panels(1, 2, 7.4, 3.5)
    looks = ((style.BLUE, "o-"), (style.ORANGE, "s--"), (style.GREY, "^:"))
    places = np.arange(len(lifetimes))
    for panel, found, label in zip(
        axes[0], (ratios, shares), ("participation ratio", "variance of three components"), strict=True
    ):
        for (name, values), (color, line) in zip(found.items(), looks, strict=False):
            networks = percentiles(values.T)
            style.band(panel, places, networks.low, networks.high, color)
            panel.plot(places, networks.median, line, color=color, label=name, markersize=4)
        panel.set(xlabel="lifetime trained for, steps", ylabel=label)
        panel.set_xticks(places, [str(steps) for steps in lifetimes])
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    numbers = [
        {
            "trained for": f"{steps} steps",
            **{f"ratio, {name}": said(percentiles(values[row])) for name, values in ratios.items()},
            **{f"three components, {name}": said(percentiles(values[row])) for name, values in shares.items()},
        }
        for row, steps in enumerate(lifetimes)
    ]
    ends = (f"{name} from {np.median(values[0]):.1f} to {np.median(values[-1]):.1f}" for name, values in ratios.items())
    alt = (
        f"Participation ratio of the hidden units from lifetimes of {lifetimes[0]} to {lifetimes[-1]} steps, medians: "
        + ", ".join(ends)
        + ". The first three components have "
        + ", ".join(f"{np.median(v[0]):.0%} to {np.median(v[-1]):.0%} ({name})" for name, v in shares.items())
        + " of the variance."
    )
    return style.picture(figure, alt, numbers)


@in_style
def clouds(
    lifetimes: Sequence[int], states: Float[Array, "lifetime shown step 2"], explained: Float[Array, "lifetime 2"]
) -> Picture:
    """Hidden states of a network of each lifetime on its principal plane; the later in life, the darker."""
    figure, axes = style.panels(1, len(lifetimes), 7.4, 2.2)
    for steps, own, panel in zip(lifetimes, states[:, :6], axes[0], strict=True):  # more would hide each other
        time = np.broadcast_to(np.linspace(0.25, 1, own.shape[1]), own.shape[:2])
        panel.scatter(own[..., 0].ravel(), own[..., 1].ravel(), c=PULLS(time.ravel()), s=2)
        panel.set(title=f"{steps} steps", xticks=[], yticks=[])
    numbers = [
        {"trained for": f"{steps} steps", "first axis": f"{first:.0%}", "second axis": f"{second:.0%}"}
        for steps, (first, second) in zip(lifetimes, explained, strict=True)
    ]
    alt = "Hidden states in long lives on the plane of the largest variance, which has " + ", ".join(
        f"{each.sum():.0%} of it (trained for {steps} steps)" for steps, each in zip(lifetimes, explained, strict=True)
    )
    return style.picture(figure, alt + ".", numbers)
