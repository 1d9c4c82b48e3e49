"""Pictures of what networks of one-armed worlds settle for: which of two theories they follow, and whether a crowd of
them falls into classes.

Source: Lange and Sprekeler 2020, figure 2, bottom. It has one theory only.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from experiments.one_armed.figures import ADAPTIVE, FIXED
from experiments.one_armed.figures_networks import LOOKS, Grown, share
from lib.plotting import style
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.bimodality import Classes
from lib.probes.quantiles import percentiles

Array = np.ndarray


@in_style
def sides(each: Sequence[Grown]) -> Picture:
    """Where the two theories disagree, what networks earn against what the adaptive optimum earns: a mark for each such
    world, hollow if its network does not explore. The fixed rule earns nothing there. Left, in how many worlds
    networks do as either theory says.
    """
    figure, axes = style.panels(1, 2, 7.4, 3.6, width_ratios=(2, 3))
    agree, earn = axes[0]
    most, numbers = 0.0, []
    for place, (own, (color, marker)) in enumerate(zip(each, LOOKS, strict=False)):
        disputed = own.adaptive & ~own.fixed
        for rule, fill, aside in ((own.adaptive, color, -0.15), (own.fixed, "none", 0.15)):
            as_often = float((own.explores == rule).mean())
            agree.plot(place + aside, as_often, marker, color=color, markerfacecolor=fill, markersize=8)
        best, got, does = own.theory.earns[disputed], own.earned[disputed], own.explores[disputed]
        earn.plot(best[does], got[does], marker, color=color, markersize=5, label=f"lifetime {own.lifetime}")
        earn.plot(best[~does], got[~does], marker, color=color, markerfacecolor="none", markersize=5)
        most = max(most, *best, *got, 0.1)
        numbers.append(
            {
                "lifetime": str(own.lifetime),
                "as the adaptive optimum": share(own.explores == own.adaptive),
                "as the fixed rule": share(own.explores == own.fixed),
                "worlds in which they disagree": str(int(disputed.sum())),
                "networks explore there": share(does),
                "earn of the adaptive optimum there": _ratio(got, best),
                "earn more than the fixed rule there": share(got > 0),
            }
        )
    agree.set(ylabel="share of worlds", ylim=(0, 1.05), xlim=(-0.5, len(each) - 0.5), xlabel="lifetime")
    agree.set_title("networks do as", pad=8)
    agree.set_xticks(range(len(each)), [str(own.lifetime) for own in each])
    earn.plot([0, most], [0, most], linestyle=ADAPTIVE, color=style.INK, linewidth=1.2)
    earn.axhline(0, linestyle=FIXED, color=style.INK, linewidth=1.2)
    earn.set(xlabel="adaptive optimum earns, reward in a life", ylabel="network earns")
    earn.set_title("where the theories disagree", pad=8)
    full = Line2D([], [], color=style.GREY, marker="o", linestyle="", markersize=7)
    hollow = Line2D([], [], color=style.GREY, marker="o", markerfacecolor="none", linestyle="", markersize=7)
    agree.legend([full, hollow], ["adaptive optimum", "fixed rule"], fontsize=9, loc="lower left")
    rules = [
        Line2D([], [], color=style.INK, linestyle=ADAPTIVE, label="adaptive optimum"),
        Line2D([], [], color=style.INK, linestyle=FIXED, label="fixed rule"),
    ]
    handles, _ = earn.get_legend_handles_labels()
    figure.legend(handles=[*handles, *rules], loc="outside lower center", ncols=len(handles) + 2, fontsize=9)
    alt = "Which of two theories networks follow. " + " ".join(
        f"Lifetime {row['lifetime']}: as the adaptive optimum in {row['as the adaptive optimum']} of worlds, as the "
        f"fixed rule in {row['as the fixed rule']}; where the two disagree, in "
        f"{row['worlds in which they disagree']} worlds, {row['networks explore there']} explore, and they earn "
        f"{row['earn of the adaptive optimum there']} of the adaptive optimum."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@dataclass(frozen=True)
class Crowd:
    """Many networks of one world.

    Attributes:
        world: where it is.
        sigma_p: how much arms differ there.
        pulls: of each network.
        found: the crowd as two classes.
        optimum: how often the adaptive optimum pulls.
    """

    world: str
    sigma_p: float
    pulls: Float[Array, " network"]
    found: Classes
    optimum: float


@in_style
def crowds(worlds: Sequence[Crowd], some: float) -> Picture:
    """How many networks of each world pull how often; in how many classes they fall, and where the classes are.

    Args:
        some: pulls from which on a network explores.
    """
    figure, axes = style.panels(len(worlds), 1, 7.4, 1.7 * len(worlds) + 0.7, sharex=True)
    most = max(1.0, *(max(float(each.pulls.max()), each.optimum) for each in worlds))
    bins, numbers = np.linspace(0, most, 41), []
    for panel, each in zip(axes.flat, worlds, strict=True):
        found = each.found
        panel.hist(each.pulls, bins, color=style.BLUE)
        panel.axvline(each.optimum, color=style.INK, linestyle=ADAPTIVE, linewidth=1.2)
        panel.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        count = "two classes" if found.two else "one class"
        panel.set_title(f"{each.world}, σₚ = {each.sigma_p:.2f}: {count}", fontsize=10)
        if found.two:
            top = 0.9 * panel.get_ylim()[1]
            panel.plot(found.means, [top, top], "D", color=style.ORANGE, markersize=7)
        numbers.append(
            {
                "world": each.world,
                "networks": str(len(each.pulls)),
                "pulls, median (5-95%)": said(percentiles(each.pulls)),
                "do not explore": share(each.pulls <= some),
                "adaptive optimum pulls": number(each.optimum),
                "classes": "2" if found.two else "1",
                "at": " and ".join(number(max(mean, 0.0)) for mean in found.means) if found.two else "-",
                "with": " and ".join(f"{part:.0%}" for part in found.shares) if found.two else "-",
                "evidence for two": f"{found.evidence:.0f}",
                "deviations apart": f"{found.separation:.1f}",
            }
        )
    for panel in axes[-1]:
        panel.set_xlabel("pulls of an arm that pays −1")
    for panel in axes[:, 0]:
        panel.set_ylabel("networks")
    figure.legend(
        handles=[
            Line2D([], [], color=style.INK, linestyle=ADAPTIVE, label="adaptive optimum"),
            Line2D([], [], color=style.ORANGE, marker="D", linestyle="", markersize=7, label="mean of a class, if two"),
        ],
        loc="outside lower center",
        ncols=2,
    )
    alt = (
        "How often the networks of a crowd pull an arm that pays -1, in worlds that differ in sigma_p alone. "
        + " ".join(
            f"{row['world']}: {row['classes']} {'class' if row['classes'] == '1' else 'classes'} of {row['networks']} "
            f"networks, {row['do not explore']} of which do not explore; median "
            f"{row['pulls, median (5-95%)'].split()[0]} pulls, the adaptive optimum {row['adaptive optimum pulls']}."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


def _ratio(got: Array, best: Array) -> str:
    return f"{got.sum() / best.sum():.0%}" if best.size else "-"
