"""Maps of networks that grew up in one-armed worlds: how often they pull, where they begin to, and how that comes
about in training.

Source: Lange and Sprekeler 2020, figures 1 (right) and 9.
"""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.lines import Line2D

from experiments.one_armed.figures import ADAPTIVE, FIXED, PULLS, Map, draw_edges, theory_lines
from lib.plotting import style
from lib.plotting.style import Picture, in_style, number

Array = np.ndarray

LOOKS = ((style.BLUE, "o"), (style.ORANGE, "s"), (style.PURPLE, "^"))  # of lifetimes


@runtime_checkable
class Theory(Map, Protocol):
    """What a picture of one lifetime needs of both theories; `niche_map` says what each is."""

    @property
    def earns(self) -> np.ndarray: ...

    @property
    def earns_fixed(self) -> np.ndarray: ...


@runtime_checkable
class Grown(Protocol):
    """What a picture of the networks of one lifetime needs; the rules on them say what each is."""

    @property
    def lifetime(self) -> int: ...

    @property
    def pulls(self) -> np.ndarray: ...

    @property
    def earned(self) -> np.ndarray: ...

    @property
    def theory(self) -> Theory: ...

    @property
    def explores(self) -> np.ndarray: ...

    @property
    def fixed(self) -> np.ndarray: ...

    @property
    def adaptive(self) -> np.ndarray: ...

    @property
    def alike(self) -> float: ...

    @property
    def edge(self) -> np.ndarray: ...


@in_style
def maps(each: Sequence[Grown], some: float) -> Picture:
    """How often networks pull over worlds, a map for each lifetime; below it what the adaptive optimum does. Both edges
    are drawn on all. Where nothing is explored the page shows through.

    Args:
        some: pulls from which on a network explores.
    """
    figure, axes = style.panels(2, len(each), 7.4, 5.2, sharex=True, sharey=True)
    norm = LogNorm(some, max(1.0, *(float(max(own.pulls.max(), own.theory.pulls.max())) for own in each)))
    numbers = []
    for own, (above, below) in zip(each, axes.T, strict=True):
        _map(above, own.pulls, own.theory, norm, some)
        _map(below, own.theory.pulls, own.theory, norm, 0.0)
        above.set_title(f"lifetime {own.lifetime}")
        below.set_xlabel(r"noise, $\sigma_l$")
        numbers.append(
            {
                "lifetime": str(own.lifetime),
                "worlds": str(own.pulls.size),
                "networks explore in": share(own.explores),
                "adaptive optimum in": share(own.adaptive),
                "fixed rule in": share(own.fixed),
                "networks as the adaptive optimum": share(own.explores == own.adaptive),
                "as the fixed rule": share(own.explores == own.fixed),
                "rank correlation": f"{own.alike:.2f}" if np.isfinite(own.alike) else "-",
            }
        )
    for panel, label in zip(axes[:, 0], ("networks", "adaptive optimum"), strict=True):
        panel.set_ylabel(f"{label}\n\narms differ, " + r"$\sigma_p$")
    _bar(figure, axes, norm)
    theory_lines(figure)
    alt = (
        "Maps of worlds, with the noise of rewards to the right and the difference between arms upwards: above, how "
        "often networks pull an arm that pays less than nothing; below, the adaptive optimum. "
        + " ".join(
            f"Lifetime {row['lifetime']}: networks explore in {row['networks explore in']} of worlds, the adaptive "
            f"optimum in {row['adaptive optimum in']}, the fixed rule in {row['fixed rule in']}; networks do as the "
            f"first in {row['networks as the adaptive optimum']}, as the second in {row['as the fixed rule']}."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


@in_style
def edges(each: Sequence[Grown]) -> Picture:
    """From which sigma_p on exploring begins, against the noise, for each lifetime: networks, and both theories."""
    figure, axes = style.panels(1, 2, 7.4, 3.4, sharex=True, sharey=True)
    networks, theory = axes[0]
    numbers = []
    for own, (color, marker) in zip(each, LOOKS, strict=False):
        seen = np.isfinite(own.edge)
        name = f"lifetime {own.lifetime}"
        networks.plot(own.theory.sigma_l[seen], own.edge[seen], marker + "-", color=color, markersize=4, label=name)
        theory.plot(own.theory.along, own.theory.edge_fixed, color=color, linestyle=FIXED)
        theory.plot(own.theory.along, own.theory.edge, color=color, linestyle=ADAPTIVE)
        middle = float(np.median(own.edge))
        numbers.append(
            {
                "lifetime": str(own.lifetime),
                "networks begin at, median over noise": f"{middle:.2f}" if np.isfinite(middle) else "never",
                "networks never begin in": f"{(~seen).sum()} of {seen.size} columns",
                "adaptive edge, median": f"{np.median(own.theory.edge):.2f}",
                "fixed edge, median": f"{np.median(own.theory.edge_fixed):.2f}",
            }
        )
    networks.set(title="networks", xlabel=r"noise, $\sigma_l$", ylabel=r"arms differ, $\sigma_p$", ylim=(0, None))
    theory.set(title="theory", xlabel=r"noise, $\sigma_l$")
    handles, _ = networks.get_legend_handles_labels()
    lines = [
        Line2D([], [], color=style.INK, linestyle=FIXED, label="fixed rule"),
        Line2D([], [], color=style.INK, linestyle=ADAPTIVE, label="adaptive optimum"),
    ]
    figure.legend(handles=[*handles, *lines], loc="outside lower center", ncols=len(handles) + 2, fontsize=9)
    alt = (
        "How much arms must differ for exploring to begin, against the noise of rewards; left networks, right both "
        "theories, for each lifetime. "
        + " ".join(
            f"Lifetime {row['lifetime']}, median over noise: networks {row['networks begin at, median over noise']}, "
            f"adaptive optimum {row['adaptive edge, median']}, fixed rule {row['fixed edge, median']}."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


@in_style
def training(
    episodes_seen: Sequence[int],
    pulls: Float[Array, "moment lifetime row column"],
    theory: Sequence[Theory],
    some: float,
) -> Picture:
    """Maps of networks at some moments of training: a row for each lifetime, early to the left.

    Args:
        episodes_seen: at each moment.
        pulls: of the median network of each world.
        theory: for each lifetime.
        some: pulls from which on a network explores.
    """
    figure, axes = style.panels(len(theory), len(episodes_seen), 7.4, 1.5 * len(theory) + 0.8, sharex=True, sharey=True)
    norm, numbers = LogNorm(some, max(1.0, float(pulls.max()))), []
    for column, (seen, moment) in enumerate(zip(episodes_seen, pulls, strict=True)):
        axes[0, column].set_title("untrained" if seen == 0 else f"{seen:,}", fontsize=10)
        for row, (own, each) in enumerate(zip(moment, theory, strict=True)):
            _map(axes[row, column], own, each, norm, some)
            of_steps = own / each.lifetime
            numbers.append(
                {
                    "episodes seen": f"{seen:,}",
                    "lifetime": str(each.lifetime),
                    "share of steps pulled, least to most": f"{of_steps.min():.0%} to {of_steps.max():.0%}",
                    "explore in": share(own > some),
                    "as the adaptive optimum in": share((own > some) == (each.earns > 0)),
                }
            )
    for panel, each in zip(axes[:, 0], theory, strict=True):
        panel.set_ylabel(f"T = {each.lifetime}\n" + r"$\sigma_p$")
    for panel in axes[-1]:
        panel.set_xlabel(r"$\sigma_l$")
    _bar(figure, axes, norm)
    theory_lines(figure)
    before = numbers[: len(theory)]
    alt = "Maps of how often networks pull, before, during and after training. " + " ".join(
        f"Lifetime {row['lifetime']}: untrained networks pull in {row['share of steps pulled, least to most']} of "
        f"steps; they explore or not as the adaptive optimum does in {row['as the adaptive optimum in']} of worlds, "
        f"and in {end['as the adaptive optimum in']} after training."
        for row, end in zip(before, numbers[-len(theory) :], strict=True)
    )
    return style.picture(figure, alt, numbers)


def _map(panel: Axes, pulls: Float[Array, "row column"], world: Map, norm: LogNorm, some: float) -> None:
    """One map, blank up to so many pulls, with both edges."""
    sides = []
    for values in (world.sigma_l, world.sigma_p):
        half = (values[1] - values[0]) / 2
        sides += [values[0] - half, values[-1] + half]
    seen = np.ma.masked_less_equal(pulls.astype(float), some)
    look: Any = {"origin": "lower", "aspect": "auto", "cmap": PULLS, "norm": norm, "interpolation": "none"}
    panel.imshow(seen, extent=tuple(sides), **look)
    draw_edges(panel, world)
    panel.set(xlim=sides[:2], ylim=sides[2:])
    panel.grid(False)


def _bar(figure: Any, axes: Array, norm: LogNorm) -> None:
    least, most = float(norm.vmin or 0), float(norm.vmax or np.inf)
    bar = figure.colorbar(ScalarMappable(norm, PULLS), ax=axes, shrink=0.7, label="pulls of an arm that pays −1")
    marks = [each for each in (0.5, 1, 2, 5, 10, 20, 50, 100) if least <= each <= most]
    bar.ax.set_yticks(marks, [number(each) for each in marks])
    bar.ax.minorticks_off()
    bar.outline.set_visible(False)


def share(holds: Array) -> str:
    """A share in percent, or a dash if there is nothing to share.

    >>> share(np.array([True, False])), share(np.array([]))
    ('50%', '-')
    """
    return f"{holds.mean():.0%}" if holds.size else "-"
