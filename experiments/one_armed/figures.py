"""Pictures of one-armed worlds: when a look pays, how many, and what it earns to decide after every pull.

Source: Lange and Sprekeler 2020, figures 1 and 2 and supplement A.1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Colormap, LinearSegmentedColormap, LogNorm
from matplotlib.lines import Line2D

from lib.plotting import style
from lib.plotting.style import Picture, in_style, number

# Lines of the two rules, wherever they are drawn.
FIXED: Any = "-"
ADAPTIVE: Any = (0, (4, 2))
# From pale to dark blue through orange: read as a grey it falls all the way, and it stands out on both pages.
PULLS: Colormap = LinearSegmentedColormap.from_list("pulls", ["#fbdcbc", "#e8a05f", "#c26a54", "#7a4c86", "#3b4a9c"])


@runtime_checkable
class Map(Protocol):
    """What a picture of one lifetime needs; `niche_map` says what each is."""

    @property
    def lifetime(self) -> int: ...

    @property
    def sigma_l(self) -> np.ndarray: ...

    @property
    def sigma_p(self) -> np.ndarray: ...

    @property
    def n(self) -> np.ndarray: ...

    @property
    def pulls(self) -> np.ndarray: ...

    @property
    def along(self) -> np.ndarray: ...

    @property
    def edge_fixed(self) -> np.ndarray: ...

    @property
    def edge(self) -> np.ndarray: ...


def theory_lines(where: Any) -> None:
    where.legend(
        handles=[
            Line2D([], [], color=style.INK, linestyle=FIXED, label="edge of the fixed rule"),
            Line2D([], [], color=style.INK, linestyle=ADAPTIVE, label="edge of the adaptive optimum"),
        ],
        loc="outside lower center",
        ncols=2,
    )


def draw_edges(panel: Axes, world: Map) -> None:
    for edge, line in ((world.edge_fixed, FIXED), (world.edge, ADAPTIVE)):
        # The page's ink may be as pale, or as dark, as what it crosses: so it has a rim. Dashes grow with the width.
        thin, wide = 1.6, 3.2
        rim = line if line == FIXED else (0, tuple(each * thin / wide for each in line[1]))
        panel.plot(world.along, edge, color=style.GREY, linestyle=rim, linewidth=wide)
        panel.plot(world.along, edge, color=style.INK, linestyle=line, linewidth=thin)


@in_style
def maps(worlds: Sequence[Map]) -> Picture:
    """How often the unknown arm is pulled, over worlds: a column for each lifetime, the fixed rule above, the adaptive
    optimum below it. Where nothing is pulled the page shows through.
    """
    figure, axes = style.panels(2, len(worlds), 7.4, 5.2, sharex=True, sharey=True)
    most = max(float(max(world.n.max(), world.pulls.max())) for world in worlds)
    norm = LogNorm(1, most)
    numbers = []
    for column, world in zip(axes.T, worlds, strict=True):
        half = [(values[1] - values[0]) / 2 for values in (world.sigma_l, world.sigma_p)]
        left, right = world.sigma_l[0] - half[0], world.sigma_l[-1] + half[0]
        low, high = world.sigma_p[0] - half[1], world.sigma_p[-1] + half[1]
        for panel, pulls in zip(column, (world.n, world.pulls), strict=True):
            seen = np.ma.masked_equal(pulls.astype(float), 0.0)
            panel.imshow(
                seen,
                extent=(left, right, low, high),
                origin="lower",
                aspect="auto",
                cmap=PULLS,
                norm=norm,
                interpolation="none",
            )
            draw_edges(panel, world)
            panel.set(xlim=(left, right), ylim=(low, high))
            panel.grid(False)
        column[0].set_title(f"lifetime {world.lifetime}")
        column[1].set_xlabel(r"noise, $\sigma_l$")
        for rule, pulls in (("fixed n", world.n), ("adaptive", world.pulls)):
            first = pulls[(pulls > 0).argmax(axis=0), np.arange(pulls.shape[1])]
            numbers.append(
                {
                    "lifetime": str(world.lifetime),
                    "rule": rule,
                    "explores in": f"{(pulls > 0).mean():.0%} of worlds",
                    "just inside its edge": _span(first[first > 0]),
                    "most pulls": number(float(pulls.max())),
                }
            )
    for panel, label in zip(axes[:, 0], ("best fixed n", "adaptive optimum"), strict=True):
        panel.set_ylabel(f"{label}\n\narms differ, " + r"$\sigma_p$")
    bar = figure.colorbar(ScalarMappable(norm, PULLS), ax=axes, shrink=0.7, label="pulls of the unknown arm")
    marks = [each for each in (1, 2, 4, 8, 16, 32) if each <= most]
    bar.ax.set_yticks(marks, [str(each) for each in marks])
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)
    theory_lines(figure)
    alt = (
        "Maps of worlds, with the noise of rewards to the right and the difference between arms upwards, for "
        f"lifetimes of {' and '.join(str(world.lifetime) for world in worlds)} steps. Below an edge nothing is pulled; "
        "across it the best fixed number jumps to "
        + ", ".join(row["just inside its edge"] for row in numbers[::2])
        + " pulls. The adaptive optimum's edge lies lower: it explores in "
        + ", ".join(row["explores in"] for row in numbers[1::2])
        + ", the fixed rule in "
        + ", ".join(row["explores in"] for row in numbers[::2])
        + "."
    )
    return style.picture(figure, alt, numbers)


def _span(values: Float[np.ndarray, " place"] | Int[np.ndarray, " place"]) -> str:
    if not len(values):
        return "none"
    low, high = number(float(values.min())), number(float(values.max()))
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
    returns: Float[np.ndarray, " n"]
    maxima: Sequence[int]


@in_style
def against_n(curves: Sequence[Curve], last: int) -> Picture:
    """Return against a fixed number of pulls, a panel for each world, its local maxima marked.

    Args:
        last: the largest n that is shown.
    """
    figure, axes = style.panels(1, len(curves), 7.4, 2.9)
    numbers = []
    for panel, curve in zip(axes[0], curves, strict=True):
        shown = curve.returns[: last + 1]
        panel.axhline(0, color=style.INK, linewidth=0.8)
        panel.plot(np.arange(len(shown)), shown, "o-", color=style.BLUE, markersize=3, linewidth=1.5)
        best = int(curve.returns.argmax())
        for n in curve.maxima:
            face = style.ORANGE if n == best else "none"
            panel.plot(n, curve.returns[n], "D", color=style.ORANGE, markerfacecolor=face, markersize=8)
        panel.set(title=curve.title, xlabel="pulls fixed beforehand, $n$")
        dips = [float(curve.returns[a:b].min()) for a, b in zip(curve.maxima, curve.maxima[1:], strict=False)]
        numbers.append(
            {
                "world": curve.title,
                "local maxima": str(len(curve.maxima)),
                "at n": " and ".join(map(str, curve.maxima)),
                "earning": " and ".join(f"{round(curve.returns[n], 2) + 0.0:.2f}" for n in curve.maxima),
                "least between": " and ".join(f"{dip:.2f}" for dip in dips) or "-",
            }
        )
    axes[0, 0].set_ylabel("return, reward in a life")
    figure.legend(
        handles=[
            Line2D([], [], color=style.ORANGE, marker="D", markersize=7, linestyle="", label="best n"),
            Line2D(
                [],
                [],
                color=style.ORANGE,
                marker="D",
                markerfacecolor="none",
                linestyle="",
                label="other local maximum",
            ),
        ],
        loc="outside lower center",
        ncols=2,
    )
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
    closed: Float[np.ndarray, " every"]
    n: Int[np.ndarray, " some"]
    integrated: Float[np.ndarray, " some"]
    simulated: Float[np.ndarray, " some"]
    errors: Float[np.ndarray, " some"]


@in_style
def three_ways(worlds: Sequence[Ways]) -> Picture:
    """One number in three ways: a line, crosses on it, and means of episodes, four standard errors to either side."""
    figure, axes = style.panels(1, len(worlds), 7.4, 2.9)
    numbers = []
    for panel, ways in zip(axes[0], worlds, strict=True):
        panel.plot(np.arange(len(ways.closed)), ways.closed, color=style.BLUE)
        panel.plot(ways.n, ways.integrated, "x", color=style.INK, markersize=7)
        panel.errorbar(
            ways.n,
            ways.simulated,
            4 * ways.errors,
            fmt="s",
            color=style.ORANGE,
            markersize=3.5,
            capsize=3,
            linewidth=1.2,
        )
        panel.set(title=ways.title, xlabel="pulls fixed beforehand, $n$")
        closed = ways.closed[ways.n]
        strays = (abs(ways.simulated - closed) / ways.errors).max()
        numbers.append(
            {
                "world": ways.title,
                "integration apart by at most": f"{abs(ways.integrated - closed).max():.0e}",
                "simulation apart by at most": f"{strays:.1f} standard errors",
                "standard error at most": f"{ways.errors.max():.3f}",
            }
        )
    axes[0, 0].set_ylabel("return, reward in a life")
    figure.legend(
        handles=[
            Line2D([], [], color=style.BLUE, label="closed form"),
            Line2D([], [], color=style.INK, marker="x", linestyle="", label="integration"),
            Line2D([], [], color=style.ORANGE, marker="s", linestyle="", label="simulation, ±4 standard errors"),
        ],
        loc="outside lower center",
        ncols=3,
    )
    alt = "Return against n by closed form, integration and simulation, in three worlds; all agree. " + " ".join(
        f"{row['world']}: integration is at most {row['integration apart by at most']} reward off, simulation "
        f"{row['simulation apart by at most']}."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def adapting(
    sigma_p: Float[np.ndarray, " world"],
    fixed: Mapping[str, Float[np.ndarray, " world"]],
    adaptive: Mapping[str, Float[np.ndarray, " world"]],
) -> Picture:
    """What both rules earn as arms differ more, a panel for each lifetime; shaded where only the adaptive one explores.

    Args:
        fixed: return of the best fixed number of pulls, by the name of the panel.
        adaptive: return of the adaptive optimum.
    """
    figure, axes = style.panels(1, len(fixed), 7.4, 2.9)
    numbers = []
    for panel, name in zip(axes[0], fixed, strict=True):
        rule, best = fixed[name], adaptive[name]
        only = (best > 0) & (rule <= 0)
        top = 1.05 * float(best.max())
        panel.fill_between(sigma_p, 0, top, where=only, color=style.GREY, alpha=0.25, linewidth=0)
        panel.plot(sigma_p, rule, color=style.BLUE, linestyle=FIXED, label="best fixed n")
        panel.plot(sigma_p, best, color=style.ORANGE, linestyle=ADAPTIVE, label="adaptive optimum")
        panel.set(title=name, xlabel=r"arms differ, $\sigma_p$", ylim=(0, top))
        numbers.append(
            {
                "worlds": name,
                "adaptive explores from": f"{sigma_p[best > 0].min():.2f}" if (best > 0).any() else "never",
                "fixed rule from": f"{sigma_p[rule > 0].min():.2f}" if (rule > 0).any() else "never",
                "adaptive earns where the fixed rule begins": f"{best[only].max():.2f}" if only.any() else "0.00",
                "both at the right end": f"{rule[-1]:.1f} and {best[-1]:.1f}",
            }
        )
    axes[0, 0].set_ylabel("return, reward in a life")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    begins = "adaptive earns where the fixed rule begins"
    alt = "Return of both rules against how much arms differ. " + " ".join(
        f"{row['worlds']}: the adaptive optimum explores from {row['adaptive explores from']} on and earns "
        f"{row[begins]} by {row['fixed rule from']}, where the fixed rule begins."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def lifetimes(
    lives: Sequence[int],
    sigma_l: Sequence[float],
    fixed: Float[np.ndarray, "lifetime noise"],
    adaptive: Float[np.ndarray, "lifetime noise"],
) -> Picture:
    """Both edges against the lifetime, for a few levels of noise (at most four)."""
    figure, axes = style.panels(1, 1, 6.4, 3.4)
    panel = axes[0, 0]
    looks = zip((style.BLUE, style.ORANGE, style.PURPLE, style.GREEN), ("o", "s", "^", "D"), strict=True)
    for i, (noise, (color, marker)) in enumerate(zip(sigma_l, looks, strict=False)):
        look: Any = {"color": color, "marker": marker, "markersize": 4, "linewidth": 1.5}
        panel.plot(lives, fixed[:, i], linestyle=FIXED, **look)
        panel.plot(lives, adaptive[:, i], linestyle=ADAPTIVE, **look)
        panel.annotate(
            f"$\\sigma_l$ = {noise:g}",
            (lives[-1], fixed[-1, i]),
            xytext=(8, -3),
            textcoords="offset points",
            fontsize=9,
            color=color,
            annotation_clip=False,
        )
    panel.set(xscale="log", xlabel="lifetime, steps", ylabel=r"$\sigma_p$ at the edge", ylim=(0, None))
    panel.set_xticks(lives, [str(each) for each in lives])
    panel.minorticks_off()
    theory_lines(figure)
    numbers = [
        {
            "lifetime": str(life),
            **{f"fixed, noise {noise:g}": f"{fixed[row, i]:.2f}" for i, noise in enumerate(sigma_l)},
            **{f"adaptive, noise {noise:g}": f"{adaptive[row, i]:.2f}" for i, noise in enumerate(sigma_l)},
        }
        for row, life in enumerate(lives)
    ]
    alt = (
        "How much arms must differ for a look to pay, against the lifetime. Both edges fall: "
        + "; ".join(
            f"at noise {noise:g} from {fixed[0, i]:.2f} to {fixed[-1, i]:.2f} for the fixed rule and from "
            f"{adaptive[0, i]:.2f} to {adaptive[-1, i]:.2f} for the adaptive optimum"
            for i, noise in enumerate(sigma_l)
        )
        + f", as lives get longer from {lives[0]} to {lives[-1]} steps."
    )
    return style.picture(figure, alt, numbers)


@in_style
def stopping(
    boundary: Float[np.ndarray, " n"],
    means: Mapping[str, Sequence[Float[np.ndarray, " pulls"]]],
) -> Picture:
    """Where the adaptive optimum stops, and what it came to believe in a few lives until then.

    Args:
        boundary: the posterior mean below which it stops, after 0, 1, 2... pulls.
        means: posterior means after each pull up to the last, by what the arm in truth pays (at most two).
    """
    figure, axes = style.panels(1, 1, 6.8, 3.4)
    panel = axes[0, 0]
    panel.axhline(0, color=style.INK, linewidth=0.8)
    panel.plot(np.arange(len(boundary)), boundary, color=style.INK, linestyle=ADAPTIVE, label="stop below")
    numbers = []
    for (truth, lives), color, marker in zip(means.items(), (style.BLUE, style.ORANGE), ("o", "s"), strict=False):
        for place, each in enumerate(lives):
            panel.plot(np.arange(len(each)), each, color=color, linewidth=1, label=None if place else truth)
            panel.plot(len(each) - 1, each[-1], marker, color=color, markersize=5)
        ends = [len(each) - 1 for each in lives]
        numbers.append(
            {
                "arm": truth,
                "lives": str(len(lives)),
                "pulls": ", ".join(map(str, ends)),
                "boundary at first": f"{boundary[0]:.2f}",
                "boundary after 10 pulls": f"{boundary[min(10, len(boundary) - 1)]:.2f}",
            }
        )
    panel.set(xscale="symlog", xlabel="pulls so far", ylabel="posterior mean, reward", xlim=(0, len(boundary)))
    ticks = [each for each in (0, 1, 2, 5, 10, 20, 50, 100) if each <= len(boundary)]
    panel.set_xticks(ticks, [str(each) for each in ticks])
    panel.minorticks_off()
    figure.legend(loc="outside lower center", ncols=3)
    alt = (
        f"The posterior mean below which to stop rises from {boundary[0]:.2f} before the first pull to "
        f"{boundary[-1]:.2f} before the last. "
        + " ".join(f"If the arm {row['arm']}, {row['lives']} lives pull {row['pulls']} times." for row in numbers)
    )
    return style.picture(figure, alt, numbers)
