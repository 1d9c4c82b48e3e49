"""Pictures of what Meta-Learners come to be able to learn, over their own training."""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes

from experiments.outer_loop_claims import HALF
from lib.plotting import layout, style
from lib.plotting.grammar import curve
from lib.plotting.looks import SERIES
from lib.plotting.style import Picture, Table, in_style, number, said

Array = np.ndarray
Course = tuple[Real[Array, " checkpoint"], Float[Array, "run checkpoint mode"]]
BEGUN = 0.05  # a share that can be seen


def _checked(name: str, course: Course, modes: Sequence[str]) -> None:
    if course[1].shape[-1] != len(modes):
        raise ValueError(f"{name} has {course[1].shape[-1]} modes; there are {len(modes)} names")


def _panel(panel: Axes, course: Course, modes: Sequence[str], left: float) -> list[str]:
    """A line with its interval for each mode, what comes before `left` drawn there; and when each mode is learned."""
    episodes, q = course
    reached = []
    for mode, look in zip(range(len(modes)), SERIES, strict=False):
        there = curve(panel, np.maximum(episodes, left), q[..., mode], look, modes[mode], markersize=3).median >= HALF
        reached.append(f"{int(episodes[there.argmax()]):,}" if there.any() else "never")
    panel.axhline(HALF, color=style.GREY, linestyle=":", linewidth=1)
    panel.set_xscale("log")
    return reached


def _begins(courses: Iterable[Course]) -> float:
    """A tenth of the episodes after which something can be seen."""
    begun = [episodes[(np.median(q, axis=0) > BEGUN).any(axis=1)] for episodes, q in courses]
    return float(min((each[each > 0].min() for each in begun if (each > 0).any()), default=10) / 10)


@in_style
def courses(ways: Mapping[str, Course], modes: Sequence[str]) -> Picture:
    """How much of each mode networks find by the end of an episode, over their training: a panel for each way to begin.

    Args:
        ways: for each panel, outer episodes at each checkpoint and the share found.
        modes: what the lines are called, in order; at most five.

    Raises:
        ValueError: if a course has not as many modes as there are names.
    """
    for name, course in ways.items():
        _checked(name, course, modes)
    figure, axes = layout.row(len(ways), 2.9 * len(ways) + 0.6, 3.3, sharey=True)
    numbers, found = Table("networks", "mode", f"{HALF:.0%} after", "at the end of training, median (5-95%)"), []
    left = _begins(ways.values())  # before that there is nothing to see
    right = 1.3 * max(each.max() for each, _ in ways.values())
    top = max(1.12, 1.05 * max(float(np.median(q, axis=0).max()) for _, q in ways.values()))
    for panel, (name, course) in zip(axes, ways.items(), strict=True):
        reached = _panel(panel, course, modes, left)
        panel.set(title=name, xlabel="outer episodes seen", xlim=(left, right), ylim=(-0.1, top))
        for mode, after, end in zip(modes, reached, course[1][:, -1].T, strict=True):
            numbers.row(name, mode, after if after == "never" else f"{after} episodes", said(end))
        ends = ", ".join(number(each) for each in np.median(course[1][:, -1], axis=0))
        found.append(f"{name}: after {', '.join(reached)} episodes; at the end of training {ends}.")
    axes[0].set_ylabel("share found by the end of an episode")
    layout.legend(figure, axes[0])
    alt = (
        f"Share of each mode that Meta-Learners find by the end of an episode, over their training. Modes "
        f"{', '.join(modes)} reach {HALF:.0%}: " + " ".join(found)
    )
    return style.picture(figure, alt, numbers)


@in_style
def side_by_side(rows: Mapping[str, Mapping[str, Course]], modes: Mapping[str, Sequence[str]]) -> Picture:
    """Worlds in columns, ways to begin in rows: what is found by the end of an episode, over training.

    Args:
        rows: for each way to begin, for each world, outer episodes at each checkpoint and what is found.
        modes: for each world, what its lines are called, in order; at most five.

    Raises:
        ValueError: if a course has not as many modes as there are names.
    """
    for name, worlds in rows.items():
        for world, course in worlds.items():
            _checked(f"{name}, {world}:", course, modes[world])
    figure, axes = style.panels(len(rows), len(modes), 9.0, 2.5 * len(rows) + 0.7, sharey=True, sharex="col")
    numbers, found = (
        Table(
            "world",
            "networks",
            "number",
            f"first line, episodes until {HALF:.0%}",
            f"last line, episodes until {HALF:.0%}",
        ),
        [],
    )
    for column, (world, (first, *_, last)) in zip(axes.T, modes.items(), strict=True):
        own = {name: worlds[world] for name, worlds in rows.items()}
        left, right = _begins(own.values()), 1.3 * max(float(episodes.max()) for episodes, _ in own.values())
        for panel, (name, course) in zip(column, own.items(), strict=True):
            soon, *_, late = _panel(panel, course, modes[world], left)
            panel.set(xlim=(left, right), ylim=(-0.1, 1.2))
            numbers.row(world, name, str(len(course[1])), f"{first}: {soon}", f"{last}: {late}")
            found.append(f"{world}, {name}: {first} after {soon}, {last} after {late}.")
        column[0].set_title(world)
        column[0].legend(fontsize=9, loc="best")
    layout.label(axes, "outer episodes seen", [f"{name}\n\nfound at the end" for name in rows])
    alt = (
        f"What Meta-Learners find by the end of an episode, over their training, in {len(modes)} worlds. Outer "
        f"episodes until the first and the last line reach {HALF:.0%}: " + " ".join(found)
    )
    return style.picture(figure, alt, numbers)
