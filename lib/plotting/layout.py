"""What surrounds the shapes: panels and their labels, legends, axes of training, plain numbers on logarithmic axes."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.textpath import TextPath
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, NullLocator

from lib.plotting import style
from lib.plotting.looks import BOUND, OPTIMUM, Look
from lib.plotting.style import number
from lib.probes.benchmark import in_words

Array = np.ndarray
SMALL = 9  # points, of a legend's letters
IN_AN_EPISODE = (1, 5, 10, 15, 20)  # steps with a number below them


def one(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure of one panel, in inches."""
    figure, axes = style.panels(1, 1, width, height)
    return figure, axes[0, 0]


def row(columns: int, width: float, height: float, **options: Any) -> tuple[Figure, list[Axes]]:
    """A figure of panels side by side, in inches."""
    figure, axes = style.panels(1, columns, width, height, **options)
    return figure, list(axes[0])


Names = str | Sequence[str] | None


def label(
    axes: Iterable[Axes] | Array,
    x: Names | None = None,
    y: Names | None = None,
    titles: Names | None = None,
    **more: Any,
) -> None:
    """Names below the lowest panels, left of the leftmost, and over the uppermost: one for all, or one for each.

    Args:
        more: for titles, in matplotlib's words.
    """
    grid = np.atleast_2d(np.asarray(axes, dtype=object))
    for panel, name in _each(grid[-1], x):
        panel.set_xlabel(name)
    for panel, name in _each(grid[:, 0], y):
        panel.set_ylabel(name)
    for panel, name in _each(grid[0], titles):
        panel.set_title(name, **more)


def _each(panels: Array, names: Names) -> Iterable[tuple[Axes, str]]:
    if names is None:
        return ()
    return zip(panels, [names] * len(panels) if isinstance(names, str) else names, strict=True)


def legend(
    where: Figure, entries: Mapping[str, Look] | Axes | Sequence[Axes], columns: int | None = None, **more: Any
) -> None:
    """The only kind of legend that stands outside: below all panels.

    Args:
        entries: looks by what they stand for, or panels with named lines.
        columns: as many as there are entries, if nothing is said.
    """
    if isinstance(entries, Mapping):
        handles: list[Any] = [Line2D([], [], label=name, markersize=6, **look.drawn) for name, look in entries.items()]
    else:
        panels = [entries] if isinstance(entries, Axes) else entries
        handles = [handle for panel in panels for handle in panel.get_legend_handles_labels()[0]]
    names = [in_words(str(handle.get_label())) for handle in handles]
    most = fitting(names, columns or len(names), where.get_figwidth())
    where.legend(handles, names, loc="outside lower center", ncols=most, fontsize=SMALL, **more)


def fitting(names: Sequence[str], most: int, width: float) -> int:
    """As many columns of a legend as a figure has room for, in inches, and at most so many.

    >>> fitting(["a coin", "a die"], 2, 6.8), fitting(["a coin that is bent more often than not"] * 4, 4, 6.8)
    (2, 2)
    """
    wide = [TextPath((0, 0), name, size=SMALL).get_extents().width + 2.8 * SMALL for name in names]  # with its mark
    for columns in range(min(most, len(names)), 1, -1):
        each = [max(column) for column in np.array_split(wide, columns)]
        if sum(each) + 2 * SMALL * columns <= 72 * width:
            return columns
    return 1


def bar(where: Figure, axes: Any, scale: ScalarMappable, name: str, ticks: Mapping[float, str] | None = None) -> None:
    """What the colours of heat maps, or of many lines, mean."""
    drawn = where.colorbar(scale, ax=axes, label=name, shrink=0.8)
    drawn.outline.set_visible(False)
    if scale.cmap.name == style.AMOUNT:
        drawn.ax.set_gid(style.AMOUNT)
    if ticks is not None:
        drawn.ax.set_yticks(list(ticks), list(ticks.values()))
        drawn.ax.minorticks_off()


def scale(colors: Colormap, low: float, high: float) -> ScalarMappable:
    """Colours from one number to another."""
    return ScalarMappable(Normalize(low, high), colors)


def bound(panel: Axes, y: float | None = None, x: float | None = None, look: Look = BOUND) -> None:
    """A line at a number that something is held against."""
    line: Any = {"color": look.color, "linestyle": look.dash, "linewidth": 1.2}
    if y is not None:
        panel.axhline(y, **line)
    if x is not None:
        panel.axvline(x, **line)


def optimum(panel: Axes, y: float | None = None, x: float | None = None) -> None:
    """A line at what the optimum has."""
    bound(panel, y, x, OPTIMUM)


def zero(panel: Axes) -> None:
    """A line at nothing."""
    panel.axhline(0, color=style.INK, linewidth=0.8)


def end_of_training(panel: Axes, step: float) -> None:
    """A dotted line after the last step that training knew."""
    panel.axvline(step + 0.5, color=style.GREY, linestyle=":", linewidth=1)


def over_training(panel: Axes, episodes_seen: Real[Array, " checkpoint"]) -> Real[Array, " checkpoint"]:
    """A logarithmic axis of episodes that begins with untrained networks; and where checkpoints stand on it."""
    first = episodes_seen[1] / 3  # a place on a logarithmic axis for "none"
    x = np.where(episodes_seen == 0, first, episodes_seen)
    powers = [10.0**power for power in range(2, int(np.log10(x[-1])) + 1) if 10.0**power > 5 * first]
    panel.set(xscale="log", xlabel="episodes seen in training")
    marks(panel.xaxis, {first: seen(0), **{power: seen(power) for power in powers}})
    return x


def seen(episodes: float) -> str:
    """How many episodes, in words.

    >>> seen(0), seen(12_800.0)
    ('none', '12,800')
    """
    return "none" if episodes == 0 else f"{episodes:,.0f}"


def marks(axis: Axis, ticks: Iterable[float] | Mapping[float, str], **more: Any) -> None:
    """Ticks at these places and no other, with their numbers or with these names."""
    named = ticks if isinstance(ticks, Mapping) else {tick: f"{tick:g}" for tick in ticks}
    axis.set_ticks(list(named), labels=list(named.values()), **more)
    axis.set_minor_locator(NullLocator())


def plainly(axis: Axis, *subs: float) -> None:
    """Numbers without powers of ten along a logarithmic axis, at powers of ten and these multiples of them."""
    axis.set_major_locator(LogLocator(subs=(1.0, *subs)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.set_minor_formatter(NullFormatter())


def down(panel: Axes, names: Iterable[str], **more: Any) -> None:
    """A name for each row of a panel, from top to bottom."""
    shown = list(names)
    panel.set_yticks(range(len(shown)), shown, **more)
    panel.set_ylim(len(shown) - 0.5, -0.5)
