"""Pictures of what Meta-Learners come to be able to learn, over their own training."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes

from lib.plotting import style
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import percentiles

Array = np.ndarray
Course = tuple[Real[Array, " checkpoint"], Float[Array, "run checkpoint mode"]]

DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
MARKERS = ("o", "s", "^", "D", "v")
BEGUN = 0.05  # a share that can be seen
COLORS = (style.BLUE, style.ORANGE, style.PURPLE, style.GREEN, style.GREY)


def _curves(
    panel: Axes, episodes: Real[Array, " checkpoint"], q: Float[Array, "run checkpoint mode"], left: float
) -> None:
    """A line with its interval for each mode; what comes before `left` is drawn there."""
    x = np.maximum(episodes, left)
    for mode in range(q.shape[-1]):
        networks = percentiles(q[..., mode])
        style.band(panel, x, networks.low, networks.high, COLORS[mode])
        panel.plot(
            x, networks.median, linestyle=DASHES[mode], marker=MARKERS[mode], markersize=3, color=COLORS[mode],
            label=str(mode),
        )  # fmt: skip


def _begins(courses: Iterable[Course]) -> float:
    """A tenth of the episodes after which something can be seen."""
    begun = [episodes[(np.median(q, axis=0) > BEGUN).any(axis=1)] for episodes, q in courses]
    return float(min((each[each > 0].min() for each in begun if (each > 0).any()), default=10) / 10)


def _reached(episodes: Real[Array, " checkpoint"], q: Float[Array, "run checkpoint mode"], height: float) -> list[str]:
    """The checkpoint at which the median of each mode is as high, in words."""
    there = np.median(q, axis=0) >= height
    return [f"{int(episodes[each.argmax()]):,}" if each.any() else "never" for each in there.T]


@in_style
def courses(ways: Mapping[str, Course], modes: Sequence[str], height: float = 0.5) -> Picture:
    """How much of each mode networks find by the end of an episode, over their training: a panel for each way to begin.

    Args:
        ways: for each panel, outer episodes at each checkpoint and the share found.
        modes: what the lines are called, in order.
        height: the share at which a mode counts as learned; drawn as a line.

    Raises:
        ValueError: if a course has not as many modes as there are names.
    """
    for name, (_, q) in ways.items():
        if q.shape[-1] != len(modes):
            raise ValueError(f"{name} has {q.shape[-1]} modes; there are {len(modes)} names")
    figure, axes = style.panels(1, len(ways), 2.9 * len(ways) + 0.6, 3.3, sharey=True)
    numbers, found = [], []
    left = _begins(ways.values())  # before that there is nothing to see
    top = max(1.12, 1.05 * max(float(np.median(q, axis=0).max()) for _, q in ways.values()))
    for panel, (name, (episodes, q)) in zip(axes[0], ways.items(), strict=True):
        _curves(panel, episodes, q, left)
        reached = _reached(episodes, q, height)
        for mode, (called, after) in enumerate(zip(modes, reached, strict=True)):
            numbers.append(
                {
                    "networks": name,
                    "mode": called,
                    f"{height:.0%} after": after if after == "never" else f"{after} episodes",
                    "at the end of training, median (5-95%)": said(percentiles(q[:, -1, mode])),
                }
            )
        ends = ", ".join(number(float(each)) for each in np.median(q[:, -1], axis=0))
        found.append(f"{name}: after {', '.join(reached)} episodes; at the end of training {ends}.")
        panel.axhline(height, color=style.GREY, linestyle=":", linewidth=1)
        panel.set(title=name, xscale="log", xlabel="outer episodes seen")
        panel.set(xlim=(left, 1.3 * max(each.max() for each, _ in ways.values())), ylim=(-0.1, top))
    axes[0, 0].set_ylabel("share found by the end of an episode")
    figure.legend(axes[0, 0].get_lines()[: len(modes)], modes, loc="outside lower center", ncols=len(modes), fontsize=9)
    alt = (
        f"Share of each mode that Meta-Learners find by the end of an episode, over their training. Modes "
        f"{', '.join(modes)} reach {height:.0%}: " + " ".join(found)
    )
    return style.picture(figure, alt, numbers)


@in_style
def side_by_side(
    rows: Mapping[str, Mapping[str, Course]], modes: Mapping[str, Sequence[str]], height: float = 0.5
) -> Picture:
    """Worlds in columns, ways to begin in rows: what is found by the end of an episode, over training.

    Args:
        rows: for each way to begin, for each world, outer episodes at each checkpoint and what is found.
        modes: for each world, what its lines are called, in order.
        height: at which a mode counts as learned; drawn as a line.

    Raises:
        ValueError: if a course has not as many modes as there are names.
    """
    for name, worlds in rows.items():
        for world, (_, q) in worlds.items():
            if q.shape[-1] != len(modes[world]):
                raise ValueError(f"{name}, {world}: {q.shape[-1]} modes; there are {len(modes[world])} names")
    figure, axes = style.panels(len(rows), len(modes), 9.0, 2.5 * len(rows) + 0.7, sharey=True, sharex="col")
    numbers, found = [], []
    for column, world in zip(axes.T, modes, strict=True):
        courses = [worlds[world] for worlds in rows.values()]
        left, right = _begins(courses), 1.3 * max(float(episodes.max()) for episodes, _ in courses)
        for panel, (name, (episodes, q)) in zip(column, zip(rows, courses, strict=True), strict=True):
            _curves(panel, episodes, q, left)
            panel.axhline(height, color=style.GREY, linestyle=":", linewidth=1)
            panel.set(xscale="log", xlim=(left, right), ylim=(-0.1, 1.2))
            reached = _reached(episodes, q, height)
            numbers.append(
                {
                    "world": world,
                    "networks": name,
                    "number": str(len(q)),
                    f"first line, episodes until {height:.0%}": f"{modes[world][0]}: {reached[0]}",
                    f"last line, episodes until {height:.0%}": f"{modes[world][-1]}: {reached[-1]}",
                }
            )
            found.append(
                f"{world}, {name}: {modes[world][0]} after {reached[0]}, {modes[world][-1]} after {reached[-1]}."
            )
        column[0].set_title(world)
        column[-1].set_xlabel("outer episodes seen")
        column[0].legend(column[0].get_lines()[: len(modes[world])], modes[world], fontsize=8, loc="best")
    for panel, name in zip(axes[:, 0], rows, strict=True):
        panel.set_ylabel(f"{name}\n\nfound at the end")
    alt = (
        f"What Meta-Learners find by the end of an episode, over their training, in {len(modes)} worlds. Outer "
        f"episodes until the first and the last line reach {height:.0%}: " + " ".join(found)
    )
    return style.picture(figure, alt, numbers)
