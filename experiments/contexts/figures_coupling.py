"""Pictures and numbers of how strongly contexts are coupled.

Source: Rabinowitz 2019, figures 12 and 16; the coupling, after Schaul et al. 2019.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Real

from experiments.contexts.figures import LAST_OVER_FIRST
from lib.plotting import layout, style
from lib.plotting.grammar import curve, finite
from lib.plotting.looks import SERIES
from lib.plotting.style import Picture, in_style, told, when
from lib.probes.contexts import last_over_first
from lib.probes.quantiles import Percentiles, median_interval
from lib.random import generator

Array = np.ndarray
LEFT_OUT = 0.2  # where a coupling of 0 stands on a logarithmic axis
RESAMPLES = 1_000


def ratios(times: Float[Array, "*run k"]) -> Float[Array, "*run"]:
    """Last over first, of times of which 0 means never."""
    return last_over_first(np.where(times > 0, times, np.inf))


def surely(values: Float[Array, " run"]) -> str:
    """A median with the 95% confidence interval of the median, as a factor.

    >>> surely(np.full(20, 3.0))
    '3x (3-3)'
    """
    low, high = median_interval(values)
    middle = np.quantile(values, 0.5, method="nearest")
    return f"{when(middle)}{'x' if np.isfinite(middle) else ''} ({when(low)}-{when(high)})"


def resampled(statistic: Callable[[Array], float], runs: Float[Array, "run *rest"], purpose: str) -> str:
    """A statistic of many runs as a factor, with its 95% interval over resamples of the runs (the bootstrap)."""
    rng = np.random.default_rng(generator(purpose, 0).initial_seed())
    drawn = [statistic(runs[rng.integers(len(runs), size=len(runs))]) for _ in range(RESAMPLES)]
    low, high = np.quantile(drawn, [0.025, 0.975], method="nearest")
    return f"{when(statistic(runs))}x ({when(low)}-{when(high)})"


@in_style
def by_coupling(
    couplings: Sequence[float],
    found: Mapping[str, Float[Array, "coupling learner"]],
    claimed: Mapping[str, float],
    networks: Mapping[str, Float[Array, " run"]],
) -> Picture:
    """How many times as long the last context takes as the first, against how strongly contexts are coupled.

    Args:
        couplings: growing, from 0.
        found: the ratio of each Learner, for each kind.
        claimed: ratios of the source, drawn as lines across.
        networks: couplings of recurrent networks, drawn below as ranges.
    """
    figure, panel = layout.one(6.8, 4.0)
    x = np.maximum(couplings, LEFT_OUT)
    numbers = [{"coupling": f"{each:g}", "cosine of two contexts": f"{each / (1 + each):.3f}"} for each in couplings]
    for (kind, own), look in zip(found.items(), SERIES, strict=False):
        low, middle, high = np.quantile(own, [0.05, 0.5, 0.95], axis=1, method="nearest")
        shown = Percentiles(low, finite(middle), np.where(np.isfinite(high), high, np.nanmax(finite(own))))
        curve(panel, x, shown, look, kind, markersize=5)
        for row, each in zip(numbers, own, strict=True):
            row[f"{kind}, {LAST_OVER_FIRST}"] = surely(each)
    for name, value in claimed.items():
        layout.bound(panel, value)
        above = value == max(claimed.values())
        beside: Any = {"xytext": (2, 3 if above else -3), "va": "bottom" if above else "top"}
        panel.annotate(f"source, {name}", (x[0], value), textcoords="offset points", fontsize=9, **beside)
    for place, (name, own) in enumerate(networks.items()):
        at = 0.5 * 0.6**place
        panel.plot([own.min(), own.max()], [at, at], color=style.GREY, linewidth=3, solid_capstyle="butt")
        beside = {"xytext": (-5, 0), "ha": "right", "va": "center"}
        panel.annotate(name, (own.min(), at), textcoords="offset points", fontsize=8, **beside)
    panel.set(xscale="log", yscale="log", xlabel="coupling: rate of the shared bias", ylabel=LAST_OVER_FIRST)
    panel.set_ylim(0.5 * 0.6 ** max(len(networks), 1), None)
    layout.marks(panel.xaxis, {LEFT_OUT: "0", **{each: f"{each:g}" for each in (0.5, 1, 2, 5, 10, 25, 70)}})
    layout.marks(panel.yaxis, (1, 10, 100, 1_000))
    layout.legend(figure, panel)
    coupled = f"{{coupled, {LAST_OVER_FIRST}:first}} at {{coupling}}"
    seen = [row for row in numbers if row["coupling"] in ("0", "1", "5", "25", "70")]
    ranges = [f"{name} {own.min():.1f} to {own.max():.1f}" for name, own in networks.items()]
    alt = (
        "How many times as long the last context takes as the first, against how fast the shared bias learns. "
        f"Coupled: {told(seen, coupled, ', ')}. "
        f"Separate: {numbers[0][f'separate, {LAST_OVER_FIRST}'].split()[0]} throughout. "
        f"Couplings of untrained networks: {', '.join(ranges)}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def over_training(
    episodes: Real[Array, " checkpoint"],
    cosines: Float[Array, "run checkpoint"],
    way: Float[Array, "run checkpoint"],
    separate: tuple[Real[Array, " checkpoint"], Float[Array, "run checkpoint"]],
) -> Picture:
    """How networks at a constant rate come from chance to Bayes, and how strongly their contexts are coupled meanwhile.

    Args:
        episodes: outer episodes seen.
        cosines: of two contexts in the kernel of coupled networks.
        way: of coupled networks from chance (0) to the greedy Bayesian (1).
        separate: episodes and way of separate ones.
    """
    figure, (left, right) = layout.row(2, 8.6, 3.4)
    (one, other), seen = SERIES[:2], episodes > 0
    curve(left, episodes[seen], way[:, seen], one, "coupled")
    curve(left, separate[0][separate[0] > 0], separate[1][:, separate[0] > 0], other, "separate")
    layout.optimum(left, 1)
    layout.zero(left)
    left.set(xscale="log", xlabel="outer episodes seen", ylabel="of the way from chance to Bayes")
    left.legend(fontsize=9)
    couplings = cosines / (1 - cosines)
    curve(right, episodes[seen], couplings[:, seen], one)
    layout.bound(right, 1.0)
    right.annotate("the source's Learner", (episodes[seen][0], 1.0), xytext=(2, 3), textcoords="offset points")
    right.set(xscale="log", yscale="log", xlabel="outer episodes seen", ylabel="coupling read off the kernel")
    layout.plainly(right.yaxis, 2, 5)
    numbers = [
        {
            "outer episodes": f"{each:,.0f}",
            "of the way to Bayes": f"{np.median(way[:, i]):.2f}",
            "cosine": f"{np.median(cosines[:, i]):.3f}",
            "coupling": f"{np.median(couplings[:, i]):.1f}",
        }
        for i, each in enumerate(episodes)
    ]
    peak = int(np.argmax(np.median(couplings, axis=0)))
    shown = [numbers[0], numbers[peak], numbers[-1]]
    sentence = "after {outer episodes} episodes {of the way to Bayes} of the way, coupling {coupling}"
    alt = f"Coupled networks with torch's weights at a constant rate: {told(shown, sentence, '; ')}."
    return style.picture(figure, alt, numbers)
