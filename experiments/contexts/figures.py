"""Pictures of contexts that are learned one after the other.

Source: Rabinowitz 2019, figures 12, 13 and 16.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes

from lib.plotting import layout, style
from lib.plotting.grammar import curve, finite
from lib.plotting.looks import MARKERS, OPTIMUM, SERIES, Look, shades
from lib.plotting.style import Picture, Table, in_style, told, when
from lib.probes.contexts import last_over_first, steps_to
from lib.probes.quantiles import Percentiles, percentiles

Array = np.ndarray
TURNS = shades("turns", style.BLUE, style.PURPLE, style.ORANGE)
HEIGHTS = (0.3, 0.5, 0.8)
TOLD = 0.5  # the height that the words are about
LAST_OVER_FIRST = "last over first"


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
def in_turn(rows: Mapping[str, Course], unit: str, *, logarithmic: bool = False, optimum: bool = False) -> Picture:
    """Contexts from first to last: in one run, in the mean of all, and the time until each is as high as some heights.

    Args:
        rows: a row of panels for each.
        unit: of moments, in words.
        logarithmic: whether time runs along a logarithmic axis.
        optimum: whether it is the optimum that learns.
    """
    figure, axes = style.panels(len(rows), 3, 8.6, 2.7 * len(rows) + 0.5, sharey="col")
    first, last = f"first at {TOLD:g} after", f"last at {TOLD:g} after"
    numbers = []
    for (*panels, until), (name, course) in zip(axes, rows.items(), strict=True):
        one = course.curves[0] if course.one is None else course.one
        for panel, curves in zip(panels, (one, course.curves.mean(axis=0)), strict=True):
            _turns(panel, course.moments, curves, logarithmic, optimum)
        k = np.arange(1, course.curves.shape[2] + 1)
        for at, look in zip(HEIGHTS, SERIES, strict=False):
            curve(until, k, finite(np.median(course.times(at), axis=0)), look, f"{at:g}", markersize=5)
        until.set(yscale="log", xticks=k)
        low, high = until.get_ylim()
        if high < 100 * low:  # powers of ten alone would be too few
            layout.plainly(until.yaxis, 2, 5)
        start, *_, end = np.median(course.times(TOLD), axis=0)
        ratios = {f"{LAST_OVER_FIRST} at {at:g}": ratio(course.ratios(at)) for at in HEIGHTS}
        numbers.append({"contexts": name, first: when(start), last: when(end), **ratios})
    names = [f"{name}\n\nprobability of the right action" for name in rows]
    layout.label(axes, (unit, unit, "order of learning"), names, ("one run", "mean", f"{unit} until"))
    axes[0, 2].legend(title="probability", fontsize=8, title_fontsize=8)
    layout.legend(figure, axes[0, 0], title="order of learning")
    alt = (
        f"Probability of the right action in each context against {unit}, from the one learned first to the last. "
        + " ".join(
            f"{row['contexts']}: {TOLD:g} is reached after {row[first]} in the first and {row[last]} in the last, "
            f"{row[f'{LAST_OVER_FIRST} at {TOLD:g}'].split()[0]}."
            for row in numbers
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
    figure, panel = layout.one(6.6, 3.6)
    numbers, found = [], []
    for (name, course), look in zip(courses.items(), SERIES, strict=False):
        each = [course.ratios(height) for height in heights]
        low, middle, high = np.quantile(each, [0.05, 0.5, 0.95], axis=1, method="nearest")
        shown = Percentiles(low, finite(middle), np.where(np.isfinite(high), high, middle))
        curve(panel, heights, shown, look, name)
        said = [ratio(own) for own in each]
        numbers.append({"contexts": name, **{f"at {h:g}": own for h, own in zip(heights, said, strict=True)}})
        at = [f"{said[end].split()[0]} at {heights[end]:g}" for end in (0, -1)]
        found.append(f"{name}: {', '.join(at)}.")
    for name, value in claimed.items():
        layout.bound(panel, value)
        panel.annotate(f"source, {name}", (heights[-1], value), xytext=(0, 3), textcoords="offset points", ha="right")
    panel.set(yscale="log", xlabel="probability at which a context counts as learned", ylabel=LAST_OVER_FIRST)
    panel.legend(fontsize=9)
    alt = "How many times as long the last context takes as the first, against where learned begins. "
    return style.picture(figure, alt + " ".join(found), numbers)


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
    figure, panel = layout.one(6.6, 3.4)
    numbers: list[dict[str, str]] = [{"spread": f"{each:.2f}"} for each in spreads]
    for (kind, found), look in zip(ratios.items(), SERIES, strict=False):
        middle = np.array([np.quantile(each, 0.5, method="nearest") for each in found])
        curve(panel, spreads, finite(middle), look, kind, markersize=6)
        for row, each in zip(numbers, found, strict=True):
            row[f"{kind}, {LAST_OVER_FIRST}"] = ratio(each)
    layout.bound(panel, claimed, source)
    panel.set(yscale="log", xscale="log", xlabel="standard deviation of first weights", ylabel=LAST_OVER_FIRST)
    layout.marks(panel.xaxis, {each: f"{round(each, 2):g}" for each in spreads})
    panel.legend(fontsize=9)
    ends = numbers[0], numbers[-1]
    alt = (
        f"How many times as long the last context takes as the first, against the spread of first weights; the "
        f"source's spread is {source:.2f}, its ratio {claimed:g}. "
        + " ".join(
            f"{kind}: {told(ends, f'{{{kind}, {LAST_OVER_FIRST}:first}} at {{spread}}', ', ')}." for kind in ratios
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
    numbers = Table("networks", "moment", "first context, end of the episode", "last context", "apart")
    for panels, (kind, moments) in zip(axes, rows.items(), strict=True):
        for panel, (moment, curves) in zip(panels, moments.items(), strict=True):
            middle = np.median(curves, axis=0)
            _turns(panel, np.arange(1, len(middle) + 1), middle)
            first, *_, last = middle[-1]
            numbers.row(kind, moment, f"{first:.2f}", f"{last:.2f}", f"{first - last:.2f}")
    layout.label(axes, "step", [f"{kind}\n\nright action" for kind in rows], titles)
    layout.legend(figure, axes[0, 0], title="order of learning")
    alt = "Probability of the right action within an episode, first context to last, at moments of outer training. "
    sentence = "{networks}, {moment}: first and last are {apart} apart at the end."
    return style.picture(figure, alt + told(numbers, sentence), numbers)


@in_style
def outer(ways: Mapping[str, tuple[Real[Array, " checkpoint"], Float[Array, "run checkpoint"]]]) -> Picture:
    """How far from chance to Bayes networks are, over their training.

    Args:
        ways: for each kind, outer episodes seen and the share of the way, by network.
    """
    figure, panel = layout.one(6.8, 3.6)
    numbers = Table("networks", "number", "halfway after", "at the end")
    for (name, (episodes, way)), look in zip(ways.items(), SERIES, strict=False):
        seen, end = episodes > 0, percentiles(way[:, -1])
        curve(panel, episodes[seen], way[:, seen], look, name)
        half = np.median(way, axis=0) >= 0.5
        numbers.row(
            name,
            str(len(way)),
            f"{episodes[half.argmax()]:,.0f} episodes" if half.any() else "never",
            f"{end.median:.1%} ({end.low:.1%}-{end.high:.1%})",
        )
    layout.optimum(panel, 1)
    layout.zero(panel)
    panel.set(xscale="log", xlabel="outer episodes seen", ylabel="of the way from chance to Bayes")
    panel.legend(fontsize=9)
    alt = "How far from chance to the greedy Bayesian networks are, over their own training. "
    sentence = "{networks}: halfway after {halfway after}, at the end {at the end:first}."
    return style.picture(figure, alt + told(numbers, sentence), numbers)


def ratio(ratios: Float[Array, " run"]) -> str:
    """A median with its 5th to 95th percentile, as a factor; infinity is never.

    >>> ratio(np.array([1.0, 2.0, np.inf]))
    '2x (1-never)'
    """
    low, middle, high = np.quantile(ratios, [0.05, 0.5, 0.95], method="nearest")
    return f"{when(middle)}{'x' if np.isfinite(middle) else ''} ({when(low)}-{when(high)})"


def _turns(
    panel: Axes,
    moments: Real[Array, " time"],
    curves: Float[Array, "time k"],
    logarithmic: bool = False,
    optimum: bool = False,
) -> None:
    """A line for each context, in the order of learning."""
    contexts = curves.shape[1]
    seen = moments > 0 if logarithmic else np.ones(len(moments), dtype=bool)
    every = max(1, int(seen.sum()) // 6)
    for k, color in enumerate(TURNS(np.linspace(0, 1, contexts))):
        look = Look(color, MARKERS[k % len(MARKERS)])
        look, marks = look.of(OPTIMUM) if optimum else look, ((every * k) // contexts, every)
        curve(panel, moments[seen], curves[seen, k], look, str(k + 1), markevery=marks, linewidth=1.4)
    panel.set_ylim(-0.03, 1.05)
    if logarithmic:
        panel.set_xscale("log")
