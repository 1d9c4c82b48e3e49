"""The shapes that pictures are made of: curves with bands, points with whiskers, heat maps with edges, clouds."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Num, Real
from matplotlib.axes import Axes
from matplotlib.colors import Colormap, Normalize

from lib.plotting import style
from lib.plotting.looks import Look
from lib.probes.quantiles import Percentiles, percentiles

Array = np.ndarray


def curve(
    panel: Axes,
    x: Num[Array, " x"] | Sequence[float],
    values: Percentiles | Num[Array, "run x"] | Num[Array, " x"],
    look: Look,
    label: str | None = None,
    **more: Any,
) -> Percentiles:
    """A line through medians over networks, and a band from the 5th to the 95th percentile; of one network, a line.

    Args:
        values: of many networks, of one, or summed up already. Where they are NaN there is a gap.
        more: for the line, in matplotlib's words.
    """
    found = values if isinstance(values, Percentiles) else percentiles(np.atleast_2d(values).astype(float))
    if (found.low != found.high).any():
        panel.fill_between(x, found.low, found.high, color=look.color, alpha=0.22, linewidth=0)
    panel.plot(x, found.median, label=label, **look.drawn | {"linewidth": 1.6, "markersize": 4} | more)
    return found


def finite(values: Real[Array, "*any"]) -> Float[Array, "*any"]:
    """Times, or ratios of them, as a curve shows them: one that never comes is a gap.

    >>> finite(np.array([2.0, np.inf]))
    array([ 2., nan])
    """
    return np.where(np.isfinite(values), values, np.nan)


def points(
    panel: Axes,
    at: Real[Array, " place"] | float,
    values: Percentiles | Real[Array, "run *place"],
    look: Look,
    label: str | None = None,
    *,
    upright: bool = False,
    size: float = 5,
) -> Percentiles:
    """A mark at the median over networks, and a whisker from the 5th to the 95th percentile.

    Args:
        at: along the other axis.
        upright: whether whiskers stand rather than lie.
    """
    found = values if isinstance(values, Percentiles) else percentiles(values)
    whisker, places = (panel.vlines, (at, found.median)) if upright else (panel.hlines, (found.median, at))
    whisker(at, found.low, found.high, color=look.marks or look.color, linewidth=1.8)
    panel.plot(*places, label=label, **look.scattered.drawn, markersize=size)
    return found


def before_and_after(
    panel: Axes,
    place: float,
    untrained: Float[Array, " run"],
    trained: Float[Array, " run"],
    look: Look,
    aside: float = 0.15,
) -> tuple[Percentiles, Percentiles]:
    """Points of untrained networks, hollow, and of trained ones, filled, a little aside of one place."""
    start = points(panel, place - aside, untrained, look.hollow, size=6)
    return start, points(panel, place + aside, trained, look, size=6)


def heat(
    panel: Axes,
    values: Float[Array, "row column"],
    colors: Colormap,
    norm: Normalize,
    x: Float[Array, " column"] | None = None,
    y: Float[Array, " row"] | None = None,
) -> None:
    """Cells in the colour of their values, the first row at the bottom; where these are masked the page shows through.

    Args:
        x: middles of the columns, evenly spaced; without them cells are counted from 0.
        y: middles of the rows.
    """
    rows, columns = values.shape
    across, up = (np.arange(n) if at is None else at for n, at in ((columns, x), (rows, y)))
    sides = [side for at in (across, up) for side in _sides(at)]
    look: Any = {"origin": "lower", "aspect": "auto", "interpolation": "none", "extent": tuple(sides)}
    panel.imshow(values, cmap=colors, norm=norm, gid=style.AMOUNT if colors.name == style.AMOUNT else None, **look)
    panel.set(xlim=sides[:2], ylim=sides[2:])
    panel.grid(False)


def _sides(middles: Real[Array, " cell"]) -> tuple[float, float]:
    half = (middles[1] - middles[0]) / 2 if len(middles) > 1 else 0.5
    return float(middles[0] - half), float(middles[-1] + half)


def edge(panel: Axes, x: Float[Array, " x"], y: Float[Array, " x"], look: Look) -> None:
    """A line over a heat map. The page's ink may be as pale, or as dark, as what it crosses: so it has a rim."""
    thin, wide = 1.6, 3.2
    rim = look.dash if isinstance(look.dash, str) else (0, tuple(each * thin / wide for each in look.dash[1]))
    panel.plot(x, y, color=style.GREY, linestyle=rim, linewidth=wide)  # dashes grow with the width
    panel.plot(x, y, color=look.color, linestyle=look.dash, linewidth=thin)


def cloud(panel: Axes, places: Float[Array, "*state 2"], colors: Any, marker: str = "o", size: float = 7) -> None:
    """States as marks on a plane whose axes have no unit."""
    flat = places.reshape(-1, 2)
    panel.scatter(flat[:, 0], flat[:, 1], c=colors, marker=marker, s=size, alpha=0.75, linewidths=0, rasterized=True)
    panel.set(xticks=[], yticks=[])
    panel.grid(False)


def paths(panel: Axes, episodes: Iterable[Float[Array, "time 2"]]) -> None:
    """Up to three episodes as lines through a cloud, a mark at the end of each."""
    for path, line in zip(episodes, ("-", "-.", ":"), strict=False):
        panel.plot(*path.T, color=style.INK, linestyle=line, linewidth=1.2)
        panel.plot(*path[-1], "o", color=style.INK, markersize=3.5)
