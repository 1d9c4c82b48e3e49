"""Pictures of one-armed worlds: when a look pays, how many, and what it earns to decide after every pull.

Source: Lange and Sprekeler 2020, figures 1 and 2 and supplement A.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from lib.optimal.phase_diagram import PhaseDiagram
from lib.plotting import layout, style
from lib.plotting.grammar import curve, edge, heat
from lib.plotting.looks import AMOUNT, FIXED, OPTIMUM, SERIES, Look
from lib.plotting.style import Picture, Table, in_style, number, told

Array = np.ndarray
NOISE, APART = r"noise, $\sigma_l$", r"arms differ, $\sigma_p$"
EDGES = {"edge of the fixed rule": FIXED, "edge of the adaptive optimum": OPTIMUM}


def map_panel(
    panel: Axes, pulls: Real[Array, "row column"], world: PhaseDiagram, norm: LogNorm, some: float = 0
) -> None:
    """Pulls over worlds, blank up to so many, with both edges."""
    heat(panel, np.ma.masked_less_equal(pulls.astype(float), some), AMOUNT, norm, world.sigma_l, world.sigma_p)
    for line, look in ((world.edge_fixed, FIXED), (world.edge, OPTIMUM)):
        edge(panel, world.along, line, look)


def label_maps(axes: Array, lifetimes: Sequence[int], above: str) -> None:
    """Maps of some rule or network above those of the adaptive optimum, a column for each lifetime."""
    names = [f"{who}\n\n{APART}" for who in (above, "adaptive optimum")]
    layout.label(axes, NOISE, names, [f"lifetime {lifetime}" for lifetime in lifetimes])


def finish_maps(figure: Figure, axes: Any, norm: LogNorm, name: str) -> None:
    """What colours and lines of maps mean."""
    least, most = float(norm.vmin or 0), float(norm.vmax or np.inf)
    ticks = {each: number(each) for each in (0.5, 1, 2, 5, 10, 20, 50, 100) if least <= each <= most}
    layout.bar(figure, axes, ScalarMappable(norm, AMOUNT), name, ticks)
    layout.legend(figure, EDGES)


@in_style
def maps(worlds: Sequence[PhaseDiagram]) -> Picture:
    """How often the unknown arm is pulled, over worlds: a column for each lifetime, the fixed rule above, the adaptive
    optimum below it. Where nothing is pulled the page shows through.
    """
    figure, axes = style.panels(2, len(worlds), 7.4, 5.2, sharex=True, sharey=True)
    norm = LogNorm(1, max(float(max(world.n.max(), world.pulls.max())) for world in worlds))
    numbers = Table("lifetime", "rule", "explores in", "just inside its edge", "most pulls")
    for column, world in zip(axes.T, worlds, strict=True):
        for panel, rule, pulls in zip(column, ("fixed n", "adaptive"), (world.n, world.pulls), strict=True):
            map_panel(panel, pulls, world, norm)
            first = pulls[(pulls > 0).argmax(axis=0), np.arange(pulls.shape[1])]
            numbers.row(
                str(world.lifetime),
                rule,
                f"{(pulls > 0).mean():.0%} of worlds",
                _span(first[first > 0]),
                number(pulls.max()),
            )
    finish_maps(figure, axes, norm, "pulls of the unknown arm")
    label_maps(axes, [world.lifetime for world in worlds], "best fixed n")
    fixed, adaptive = numbers[::2], numbers[1::2]
    alt = (
        "Maps of worlds, with the noise of rewards to the right and the difference between arms upwards, for "
        f"lifetimes of {' and '.join(str(world.lifetime) for world in worlds)} steps. Below an edge nothing is pulled; "
        f"across it the best fixed number jumps to {told(fixed, '{just inside its edge}', ', ')} pulls. The adaptive "
        f"optimum's edge lies lower: it explores in {told(adaptive, '{explores in}', ', ')}, the fixed rule in "
        f"{told(fixed, '{explores in}', ', ')}."
    )
    return style.picture(figure, alt, numbers)


def _span(values: Float[Array, " place"] | Int[Array, " place"]) -> str:
    if not len(values):
        return "none"
    low, high = number(values.min()), number(values.max())
    return low if low == high else f"{low}-{high}"


@dataclass(frozen=True)
class Curve:
    """The return against n in one world.

    Attributes:
        title: which world.
        returns: of n = 0, 1, 2..., in reward per episode.
        maxima: the n at which it has local maxima.
    """

    title: str
    returns: Float[Array, " n"]
    maxima: Sequence[int]


@in_style
def against_n(curves: Sequence[Curve], last: int) -> Picture:
    """Return against a fixed number of pulls, a panel for each world, its local maxima marked.

    Args:
        last: the largest n that is shown.
    """
    figure, axes = layout.row(len(curves), 7.4, 2.9)
    best = Look(FIXED.color, "D", "")
    numbers = Table("world", "local maxima", "at n", "earning", "least between")
    for panel, each in zip(axes, curves, strict=True):
        shown = each.returns[: last + 1]
        layout.zero(panel)
        curve(panel, np.arange(len(shown)), shown, SERIES[0], markersize=3)
        for n in each.maxima:
            look = best if n == each.returns.argmax() else best.hollow
            panel.plot(n, each.returns[n], **look.drawn, markersize=8)
        panel.set_title(each.title, fontsize=10)
        panel.set(xlabel="pulls fixed beforehand, $n$")
        dips = [float(each.returns[a:b].min()) for a, b in zip(each.maxima, each.maxima[1:], strict=False)]
        numbers.row(
            each.title,
            str(len(each.maxima)),
            " and ".join(map(str, each.maxima)),
            " and ".join(f"{round(each.returns[n], 2) + 0.0:.2f}" for n in each.maxima),
            " and ".join(f"{dip:.2f}" for dip in dips) or "-",
        )
    axes[0].set_ylabel("return, reward in a life")
    layout.legend(figure, {"best n": best, "other local maximum": best.hollow})
    alt = "Return against the number of pulls that is fixed beforehand. " + " ".join(
        f"{row['world']}: {row['local maxima']} local "
        f"{'maximum' if row['local maxima'] == '1' else 'maxima'}, at n = {row['at n']}, earning {row['earning']}."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@dataclass(frozen=True)
class Ways:
    """The return of some n in one world, found in three ways; reward per episode.

    Attributes:
        title: which world.
        closed: by the closed form, for n = 0, 1, 2...
        n: at which the other two were done.
        integrated: by integration, there.
        simulated: by simulation, there.
        errors: standard errors of the simulation.
    """

    title: str
    closed: Float[Array, " every"]
    n: Int[Array, " some"]
    integrated: Float[Array, " some"]
    simulated: Float[Array, " some"]
    errors: Float[Array, " some"]


@in_style
def three_ways(worlds: Sequence[Ways]) -> Picture:
    """One number in three ways: a line, crosses on it, and means of episodes, four standard errors to either side."""
    figure, axes = layout.row(len(worlds), 7.4, 2.9)
    line, cross, square = Look(style.BLUE), Look(style.INK, "x", ""), Look(style.ORANGE, "s", "")
    numbers = Table("world", "integration apart by at most", "simulation apart by at most", "standard error at most")
    for panel, ways in zip(axes, worlds, strict=True):
        curve(panel, np.arange(len(ways.closed)), ways.closed, line)
        curve(panel, ways.n, ways.integrated, cross, markersize=7)
        bars: Any = {"capsize": 3, "linewidth": 1.2, "markersize": 3.5}
        panel.errorbar(ways.n, ways.simulated, 4 * ways.errors, **square.drawn, ecolor=square.color, **bars)
        panel.set_title(ways.title, fontsize=10)
        panel.set(xlabel="pulls fixed beforehand, $n$")
        closed = ways.closed[ways.n]
        strays = abs(ways.simulated - closed) / ways.errors
        numbers.row(
            ways.title,
            f"{abs(ways.integrated - closed).max():.0e}",
            f"{strays.max():.1f} standard errors",
            f"{ways.errors.max():.3f}",
        )
    axes[0].set_ylabel("return, reward in a life")
    layout.legend(figure, {"closed form": line, "integration": cross, "simulation, ±4 standard errors": square})
    alt = "Return against n by closed form, integration and simulation, in three worlds; all agree. " + told(
        numbers,
        "{world}: integration is at most {integration apart by at most} reward off, simulation {simulation apart by at "
        "most}.",
    )
    return style.picture(figure, alt, numbers)


@in_style
def adapting(
    sigma_p: Float[Array, " world"],
    fixed: Mapping[str, Float[Array, " world"]],
    adaptive: Mapping[str, Float[Array, " world"]],
) -> Picture:
    """What both rules earn as arms differ more, a panel for each lifetime; shaded where only the adaptive one explores.

    Args:
        fixed: return of the best fixed number of pulls, by the name of the panel.
        adaptive: return of the adaptive optimum.
    """
    figure, axes = layout.row(len(fixed), 7.4, 2.9)
    begins = "adaptive earns where the fixed rule begins"
    numbers = Table("worlds", "adaptive explores from", "fixed rule from", begins, "both at the right end")
    for panel, (name, rule) in zip(axes, fixed.items(), strict=True):
        best = adaptive[name]
        only, top = (best > 0) & (rule <= 0), 1.05 * float(best.max())
        panel.fill_between(sigma_p, 0, top, where=only, color=style.GREY, alpha=0.25, linewidth=0)
        curve(panel, sigma_p, rule, FIXED)
        curve(panel, sigma_p, best, OPTIMUM)
        panel.set(title=name, xlabel=APART, ylim=(0, top))
        numbers.row(
            name,
            f"{sigma_p[best > 0].min():.2f}" if (best > 0).any() else "never",
            f"{sigma_p[rule > 0].min():.2f}" if (rule > 0).any() else "never",
            f"{best[only].max():.2f}" if only.any() else "0.00",
            f"{rule[-1]:.1f} and {best[-1]:.1f}",
        )
    axes[0].set_ylabel("return, reward in a life")
    layout.legend(figure, {"best fixed n": FIXED, "adaptive optimum": OPTIMUM})
    alt = "Return of both rules against how much arms differ. " + told(
        numbers,
        f"{{worlds}}: the adaptive optimum explores from {{adaptive explores from}} on and earns {{{begins}}} by "
        "{fixed rule from}, where the fixed rule begins.",
    )
    return style.picture(figure, alt, numbers)


@in_style
def lifetimes(
    lives: Sequence[int],
    sigma_l: Sequence[float],
    fixed: Float[Array, "lifetime noise"],
    adaptive: Float[Array, "lifetime noise"],
) -> Picture:
    """Both edges against the lifetime, for a few levels of noise (at most five), told apart by their marks."""
    figure, panel = layout.one(6.4, 3.4)
    rows: list[dict[str, dict[str, str]]] = [{"fixed": {}, "adaptive": {}} for _ in lives]
    ends = []
    for noise, rule, best, look in zip(sigma_l, fixed.T, adaptive.T, SERIES, strict=False):
        curve(panel, lives, rule, look.of(FIXED), markersize=5)
        curve(panel, lives, best, look.of(OPTIMUM), markersize=5)
        beside: Any = {"xytext": (8, -3), "textcoords": "offset points", "annotation_clip": False, "fontsize": 9}
        panel.annotate(f"$\\sigma_l$ = {noise:g}", (lives[-1], rule[-1]), color=look.color, **beside)
        for row, one, other in zip(rows, rule, best, strict=True):
            row["fixed"][f"fixed, noise {noise:g}"] = f"{one:.2f}"
            row["adaptive"][f"adaptive, noise {noise:g}"] = f"{other:.2f}"
        ends.append(
            f"at noise {noise:g} from {rule[0]:.2f} to {rule[-1]:.2f} for the fixed rule and from "
            f"{best[0]:.2f} to {best[-1]:.2f} for the adaptive optimum"
        )
    panel.set(xscale="log", xlabel="lifetime, steps", ylabel=r"$\sigma_p$ at the edge", ylim=(0, None))
    layout.marks(panel.xaxis, lives)
    layout.legend(figure, EDGES)
    numbers = [
        {"lifetime": str(life), **row["fixed"], **row["adaptive"]} for life, row in zip(lives, rows, strict=True)
    ]
    alt = (
        f"How much arms must differ for a look to pay, against the lifetime. Both edges fall: {'; '.join(ends)}, as "
        f"lives get longer from {lives[0]} to {lives[-1]} steps."
    )
    return style.picture(figure, alt, numbers)


@in_style
def stopping(boundary: Float[Array, " n"], means: Mapping[str, Sequence[Float[Array, " pulls"]]]) -> Picture:
    """Where the adaptive optimum stops, and what it came to believe in a few lives until then.

    Args:
        boundary: the posterior mean below which it stops, after 0, 1, 2... pulls.
        means: posterior means after each pull up to the last, by what the arm in truth pays.
    """
    figure, panel = layout.one(6.8, 3.4)
    layout.zero(panel)
    curve(panel, np.arange(len(boundary)), boundary, OPTIMUM, "stop below")
    numbers = Table("arm", "lives", "pulls", "boundary at first", "boundary after 10 pulls")
    for (truth, lives), look in zip(means.items(), SERIES, strict=False):
        for place, each in enumerate(lives):
            name = None if place else truth
            curve(panel, np.arange(len(each)), each, look, name, markevery=[-1], markersize=5, linewidth=1)
        numbers.row(
            truth,
            str(len(lives)),
            ", ".join(str(len(each) - 1) for each in lives),
            f"{boundary[0]:.2f}",
            f"{boundary[min(10, len(boundary) - 1)]:.2f}",
        )
    panel.set(xscale="symlog", xlabel="pulls so far", ylabel="posterior mean, reward", xlim=(0, len(boundary)))
    layout.marks(panel.xaxis, [each for each in (0, 1, 2, 5, 10, 20, 50, 100) if each <= len(boundary)])
    layout.legend(figure, panel)
    alt = (
        f"The posterior mean below which to stop rises from {boundary[0]:.2f} before the first pull to "
        f"{boundary[-1]:.2f} before the last. " + told(numbers, "If the arm {arm}, {lives} lives pull {pulls} times.")
    )
    return style.picture(figure, alt, numbers)
