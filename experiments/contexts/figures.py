"""Pictures of contexts that are learned one after the other.

Source: Rabinowitz 2019, figures 12, 13 and 16.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import NullFormatter

from lib.plotting import style
from lib.plotting.style import Picture, in_style, number
from lib.probes.contexts import last_over_first, steps_to
from lib.probes.quantiles import percentiles

Array = np.ndarray
TURNS = LinearSegmentedColormap.from_list("turns", [style.BLUE, style.PURPLE, style.ORANGE])
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
DASHES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)))
COLORS = (style.BLUE, style.ORANGE, style.PURPLE, style.GREEN, style.GREY)
HEIGHTS = (0.3, 0.5, 0.8)


@dataclass(frozen=True)
class Course:
    """How contexts are learned, in the order in which they are.

    Attributes:
        curves: probability of the right action in each, of each learner or of the mean episode of each network.
        moments: when they were looked at.
        one: the same for one learner, or one episode; left out, the first of the curves.
    """

    curves: Float[Array, "run time k"]
    moments: Real[Array, " time"]
    one: Float[Array, "time k"] | None = None

    def times(self, height: float) -> Float[Array, "run k"]:
        """When each context of each run reaches a height; infinite if never, and not before moment 1."""
        found = steps_to(self.curves, self.moments, height)
        return np.maximum(np.where(np.isnan(found), np.inf, found), 1.0)

    def ratios(self, height: float) -> Float[Array, " run"]:
        """How many times as long the last context takes as the first; infinite if it never gets there."""
        return last_over_first(self.times(height))


@in_style
def in_turn(rows: Mapping[str, Course], unit: str, *, height: float = 0.5, logarithmic: bool = False) -> Picture:
    """Contexts from first to last: in one run, in the mean of all, and the time until each is as high as some heights.

    Args:
        rows: a row of panels for each.
        unit: of moments, in words.
        height: which of the heights the words are about.
        logarithmic: whether time runs along a logarithmic axis.
    """
    figure, axes = style.panels(len(rows), 3, 8.6, 2.7 * len(rows) + 0.5, sharey="col")
    numbers = []
    for panels, (name, course) in zip(axes, rows.items(), strict=True):
        contexts = course.curves.shape[2]
        one = course.curves[0] if course.one is None else course.one
        for panel, curves in zip(panels, (one, course.curves.mean(axis=0)), strict=False):
            _turns(panel, course.moments, curves, logarithmic)
        panels[0].set_ylabel(f"{name}\n\nprobability of the right action")
        until, k = panels[2], np.arange(1, contexts + 1)
        for at, marker, dash in zip(HEIGHTS, MARKERS, DASHES, strict=False):
            middle = np.median(course.times(at), axis=0)
            until.plot(k, np.where(np.isfinite(middle), middle, np.nan), marker=marker, linestyle=dash, label=f"{at:g}")
        until.set(yscale="log", xticks=k)
        low, high = until.get_ylim()
        if high < 100 * low:  # powers of ten alone would be too few
            plain = [each for each in (1, 2, 5, 10, 20, 50, 100) if low <= each <= high]
            until.set_yticks(plain, [f"{each}" for each in plain])
            until.yaxis.set_minor_formatter(NullFormatter())
        numbers.append(
            {
                "contexts": name,
                f"first at {height:g} after": _when(np.median(course.times(height)[:, 0])),
                f"last at {height:g} after": _when(np.median(course.times(height)[:, -1])),
                **{f"last over first at {at:g}": ratio(course.ratios(at)) for at in HEIGHTS},
            }
        )
    for panel, title in zip(axes[0], ("one run", "mean", f"{unit} until"), strict=True):
        panel.set_title(title)
    for panel, label in zip(axes[-1], (unit, unit, "order of learning"), strict=True):
        panel.set_xlabel(label)
    axes[0, 2].legend(title="probability", fontsize=8, title_fontsize=8)
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=9, title="order of learning")
    alt = (
        f"Probability of the right action in each context against {unit}, from the one learned first to the last. "
        + (
            " ".join(
                f"{row['contexts']}: {height:g} is reached after {row[f'first at {height:g} after']} in the first and "
                f"{row[f'last at {height:g} after']} in the last, {row[f'last over first at {height:g}'].split()[0]}."
                for row in numbers
            )
        )
    )
    return style.picture(figure, alt, numbers)


@in_style
def by_height(courses: Mapping[str, Course], heights: Sequence[float], claimed: Mapping[str, float]) -> Picture:
    """How many times as long the last context takes as the first, against where "learned" begins.

    Args:
        courses: a line for each.
        heights: the probabilities, growing.
        claimed: ratios of the source, drawn as lines across.
    """
    figure, axes = style.panels(1, 1, 6.6, 3.6)
    panel = axes[0, 0]
    numbers = []
    for (name, course), color, marker, dash in zip(courses.items(), COLORS, MARKERS, DASHES, strict=False):
        found = [course.ratios(height) for height in heights]
        low, middle, high = np.quantile(found, [0.05, 0.5, 0.95], axis=1, method="nearest")
        shown = np.isfinite(middle)
        x = np.asarray(heights)[shown]
        style.band(panel, x, low[shown], np.where(np.isfinite(high), high, middle)[shown], color)
        panel.plot(x, middle[shown], color=color, marker=marker, linestyle=dash, markersize=4, label=name)
        numbers.append({"contexts": name, **{f"at {h:g}": ratio(each) for h, each in zip(heights, found, strict=True)}})
    for name, value in claimed.items():
        panel.axhline(value, color=style.INK, linestyle=":", linewidth=1)
        panel.annotate(f"source, {name}", (heights[-1], value), xytext=(0, 3), textcoords="offset points", ha="right")
    panel.set(yscale="log", xlabel="probability at which a context counts as learned", ylabel="last over first")
    panel.legend(fontsize=9)
    ends = heights[0], heights[-1]
    alt = "How many times as long the last context takes as the first, against where learned begins. " + " ".join(
        f"{row['contexts']}: {row[f'at {ends[0]:g}'].split()[0]} at {ends[0]:g}, "
        f"{row[f'at {ends[1]:g}'].split()[0]} at {ends[1]:g}."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def by_spread(
    spreads: Sequence[float], ratios: Mapping[str, Sequence[Float[Array, " run"]]], source: float, claimed: float
) -> Picture:
    """The same ratio against how much first weights differ.

    Args:
        spreads: standard deviations of first weights, growing.
        ratios: of each learner, for each spread, by kind.
        source: the source's spread.
        claimed: its ratio for coupled contexts.
    """
    figure, axes = style.panels(1, 1, 6.6, 3.4)
    panel = axes[0, 0]
    numbers: list[dict[str, str]] = [{"spread": f"{each:.2f}"} for each in spreads]
    for (kind, found), color, marker, dash in zip(ratios.items(), COLORS, MARKERS, DASHES, strict=False):
        middle = np.array([np.quantile(each, 0.5, method="nearest") for each in found])
        panel.plot(
            spreads,
            np.where(np.isfinite(middle), middle, np.nan),
            color=color,
            marker=marker,
            linestyle=dash,
            label=kind,
        )
        for row, each in zip(numbers, found, strict=True):
            row[f"{kind}, last over first"] = ratio(each)
    panel.axvline(source, color=style.INK, linestyle=":", linewidth=1)
    panel.axhline(claimed, color=style.INK, linestyle=":", linewidth=1)
    panel.set(yscale="log", xscale="log", xlabel="standard deviation of first weights", ylabel="last over first")
    panel.set_xticks(spreads, [f"{each:g}" for each in np.round(spreads, 2)])
    panel.minorticks_off()
    panel.legend(fontsize=9)
    first, last = numbers[0], numbers[-1]
    alt = (
        f"How many times as long the last context takes as the first, against the spread of first weights; the "
        f"source's spread is {source:.2f}, its ratio {claimed:g}. "
        + " ".join(
            f"{kind}: {first[f'{kind}, last over first'].split()[0]} at {first['spread']}, "
            f"{last[f'{kind}, last over first'].split()[0]} at {last['spread']}."
            for kind in ratios
        )
    )
    return style.picture(figure, alt, numbers)


@in_style
def stages(rows: Mapping[str, Mapping[str, Float[Array, "run step k"]]], titles: Sequence[str]) -> Picture:
    """Curves within an episode at some moments of outer training, early to late; a row for each kind of network.

    Args:
        rows: for each kind, for each moment, the curves of all networks.
        titles: of the columns.
    """
    figure, axes = style.panels(len(rows), len(titles), 8.6, 2.5 * len(rows) + 0.5, sharey=True, sharex=True)
    numbers = []
    for panels, (kind, moments) in zip(axes, rows.items(), strict=True):
        for panel, (moment, curves) in zip(panels, moments.items(), strict=True):
            middle = np.median(curves, axis=0)
            _turns(panel, np.arange(1, len(middle) + 1), middle, logarithmic=False)
            numbers.append(
                {
                    "networks": kind,
                    "moment": moment,
                    "first context, end of the episode": f"{middle[-1, 0]:.2f}",
                    "last context": f"{middle[-1, -1]:.2f}",
                    "apart": f"{middle[-1, 0] - middle[-1, -1]:.2f}",
                }
            )
        panels[0].set_ylabel(f"{kind}\n\nright action")
    for panel, title in zip(axes[0], titles, strict=True):
        panel.set_title(title)
    for panel in axes[-1]:
        panel.set_xlabel("step")
    handles, labels = axes[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=9, title="order of learning")
    alt = "Probability of the right action within an episode, first context to last, at moments of outer training. " + (
        " ".join(
            f"{row['networks']}, {row['moment']}: first and last are {row['apart']} apart at the end."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


@in_style
def outer(ways: Mapping[str, tuple[Real[Array, " checkpoint"], Float[Array, "run checkpoint"]]]) -> Picture:
    """How far from chance to Bayes networks are, over their training.

    Args:
        ways: for each kind, outer episodes seen and the share of the way, by network.
    """
    figure, axes = style.panels(1, 1, 6.8, 3.6)
    panel = axes[0, 0]
    numbers = []
    for (name, (episodes, way)), color, marker, dash in zip(ways.items(), COLORS, MARKERS, DASHES, strict=False):
        networks, seen = percentiles(way), episodes > 0
        style.band(panel, episodes[seen], networks.low[seen], networks.high[seen], color)
        panel.plot(
            episodes[seen],
            networks.median[seen],
            color=color,
            marker=marker,
            linestyle=dash,
            markersize=3.5,
            label=name,
        )
        half = networks.median >= 0.5
        numbers.append(
            {
                "networks": name,
                "number": str(len(way)),
                "halfway after": f"{episodes[half.argmax()]:,.0f} episodes" if half.any() else "never",
                "at the end": f"{networks.median[-1]:.1%} ({networks.low[-1]:.1%}-{networks.high[-1]:.1%})",
            }
        )
    panel.axhline(1, color=style.INK, linestyle="--", linewidth=1)
    panel.axhline(0, color=style.INK, linewidth=0.8)
    panel.set(xscale="log", xlabel="outer episodes seen", ylabel="of the way from chance to Bayes")
    panel.legend(fontsize=9)
    alt = "How far from chance to the greedy Bayesian networks are, over their own training. " + " ".join(
        f"{row['networks']}: halfway after {row['halfway after']}, at the end {row['at the end'].split()[0]}."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


def ratio(ratios: Float[Array, " run"]) -> str:
    """A median with its 5th to 95th percentile, as a factor; infinity is never.

    >>> ratio(np.array([1.0, 2.0, np.inf]))
    '2x (1-never)'
    """
    low, middle, high = np.quantile(ratios, [0.05, 0.5, 0.95], method="nearest")
    shown = [number(float(each), 2) if np.isfinite(each) else "never" for each in (low, middle, high)]
    return f"{shown[1]}{'x' if np.isfinite(middle) else ''} ({shown[0]}-{shown[2]})"


def _when(moment: float) -> str:
    return number(float(moment)) if np.isfinite(moment) else "never"


def _turns(panel: Axes, moments: Real[Array, " time"], curves: Float[Array, "time k"], logarithmic: bool) -> None:
    """A line for each context, in the order of learning."""
    contexts = curves.shape[1]
    seen = moments > 0 if logarithmic else np.ones(len(moments), dtype=bool)
    every = max(1, int(seen.sum()) // 6)
    for k, color in enumerate(TURNS(np.linspace(0, 1, contexts))):
        panel.plot(
            moments[seen],
            curves[seen, k],
            color=color,
            marker=MARKERS[k % len(MARKERS)],
            markersize=3.5,
            markevery=((every * k) // contexts, every),
            linewidth=1.4,
            label=str(k + 1),
        )
    panel.set_ylim(-0.03, 1.05)
    if logarithmic:
        panel.set_xscale("log")
