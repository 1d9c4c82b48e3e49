"""Pictures of a world whose unknown arm may switch: how long what is learned must last, and who comes back to an arm.

The source has none; it suspects that correlation times act as lifetimes do (Lange and Sprekeler 2020, section 5).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from lib.plotting import layout, style
from lib.plotting.grammar import curve, points
from lib.plotting.looks import BOUND, OPTIMUM, SERIES, TRAINED
from lib.plotting.style import Picture, Table, in_style, said, told

Array = np.ndarray


@in_style
def edges(
    steps: Sequence[int],
    by_lifetime: Mapping[float, Float[Array, " steps"]],
    by_memory: Mapping[int, Float[Array, " steps"]],
    still: Float[Array, " steps"],
) -> Picture:
    """The optimum's edge against the lifetime at some hazards; beside it, against the correlation time at some
    lifetimes. Dotted: the edge of an arm that stands still, in a life as long as the correlation time.

    Args:
        steps: lifetimes on the left, correlation times on the right.
        by_lifetime: sigma_p at the edge, by hazard.
        by_memory: the same, by lifetime.
        still: the same, if the arm never switches, in lives of so many steps.
    """
    figure, (left, right) = layout.row(2, 7.4, 3.4, sharey=True)
    ends: Any = {"xytext": (6, -3), "textcoords": "offset points", "annotation_clip": False, "fontsize": 9}
    numbers = Table("steps", *(f"hazard {each:g}, lifetime so long" for each in by_lifetime), "never switches")
    for (hazard, edge), look in zip(by_lifetime.items(), SERIES, strict=False):
        curve(left, steps, edge, look.of(OPTIMUM), markersize=5)
        left.annotate(f"hazard {hazard:g}", (steps[-1], edge[-1]), color=look.color, **ends)
    curve(right, steps, still, BOUND)
    for (life, edge), look in zip(by_memory.items(), SERIES, strict=False):
        curve(right, steps, edge, look.of(OPTIMUM), markersize=5)
        right.annotate(f"lifetime {life}", (steps[-1], edge[-1]), color=look.color, **ends)
    for place, each in enumerate(steps):
        numbers.row(str(each), *(f"{edge[place]:.2f}" for edge in by_lifetime.values()), f"{still[place]:.2f}")
    for panel, name in ((left, "lifetime, steps"), (right, "correlation time of the arm, steps")):
        panel.set(xscale="log", xlabel=name, ylim=(0, None))
        layout.marks(panel.xaxis, steps)
    left.set_ylabel(r"$\sigma_p$ at the edge")
    layout.legend(figure, {"optimum": OPTIMUM, "arm that never switches, life of so many steps": BOUND})
    longest = max(by_memory)
    apart = by_memory[longest] / still
    falls = (f"from {edge[0]:.2f} to {edge[-1]:.2f} at a hazard of {each:g}" for each, edge in by_lifetime.items())
    alt = (
        "How much good and bad arms must differ for a look to pay. As lives get longer, from "
        f"{steps[0]} to {steps[-1]} steps, the edge falls {'; '.join(falls)}"
        f". In a life of {longest} steps it falls likewise with the arm's correlation time, from "
        f"{by_memory[longest][0]:.2f} to {by_memory[longest][-1]:.2f}, and is {apart.min():.2f} to {apart.max():.2f} "
        "times that of an arm that never switches, in a life as long as the correlation time."
    )
    return style.picture(figure, alt, numbers)


@in_style
def networks(
    hazards: Sequence[float],
    earned: Float[Array, "hazard run"],
    best: Float[Array, " hazard"],
    pulls: Float[Array, "hazard run"],
    best_pulls: Float[Array, " hazard"],
    edge: float,
) -> Picture:
    """What networks earn, and how often they pull an arm that pays -1, by the hazard with which they grew up.

    Args:
        hazards: of the worlds.
        earned: reward an episode.
        best: what the optimum earns.
        pulls: in an episode, of an arm that pays the prior mean throughout.
        best_pulls: of the optimum.
        edge: the hazard from which on the optimum does not explore.
    """
    figure, axes = layout.row(2, 7.4, 3.0)
    numbers = Table("hazard", "earned", "optimum earns", "pulls at -1", "optimum pulls")
    for panel, values, optimum in zip(axes, (earned, pulls), (best, best_pulls), strict=True):
        curve(panel, hazards, optimum, OPTIMUM)
        points(panel, np.asarray(hazards), values.T, TRAINED, upright=True)
        layout.bound(panel, x=edge)
        panel.set(xlabel="hazard", xlim=(-0.01, max(hazards) + 0.01))
    axes[0].set_ylabel("return, reward in a life")
    axes[1].set_ylabel("pulls of an arm that pays −1")
    for place, hazard in enumerate(hazards):
        numbers.row(
            f"{hazard:g}",
            said(earned[place]),
            f"{best[place]:.2f}",
            said(pulls[place]),
            f"{best_pulls[place]:.1f}",
        )
    layout.legend(figure, {"networks": TRAINED.scattered, "optimum": OPTIMUM, "edge": BOUND})
    explores = np.median(pulls, axis=1) > 0.5
    alt = (
        f"Networks that grew up with arms that switch at hazards of {', '.join(f'{each:g}' for each in hazards)}. "
        f"The median network earns {', '.join(f'{each:.1f}' for each in np.median(earned, axis=1))}, the optimum "
        f"{', '.join(f'{each:.1f}' for each in best)}. It explores at "
        f"{', '.join(f'{each:g}' for each, does in zip(hazards, explores, strict=True) if does) or 'none'}; the "
        f"optimum at hazards below {edge:.3f}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def comes_back(
    hazards: Sequence[float], pulls: Float[Array, "hazard run step"], best: Float[Array, "hazard step"]
) -> Picture:
    """How often an arm is pulled at each step that is bad for half of a life and good from then on, a panel for each
    hazard.
    """
    figure, axes = layout.row(len(hazards), 7.4, 2.9, sharey=True)
    steps = np.arange(1, best.shape[1] + 1)
    half = len(steps) // 2
    numbers = Table("hazard", "who", "first step", "last step while bad", "last step")
    for panel, hazard, own, optimum in zip(axes, hazards, pulls, best, strict=True):
        panel.axvspan(half + 0.5, len(steps) + 0.5, color=style.GREY, alpha=0.18, linewidth=0)
        curve(panel, steps, optimum, OPTIMUM)
        curve(panel, steps, own, TRAINED, markersize=0)
        panel.set(title=f"grew up with hazard {hazard:g}", xlabel="step", ylim=(-0.02, 1.02))
        for who, each in (("networks", np.median(own, axis=0)), ("optimum", optimum)):
            numbers.row(f"{hazard:g}", who, *(f"{each[place]:.0%}" for place in (0, half - 1, -1)))
    axes[0].set_ylabel("share of lives that pull")
    layout.legend(figure, {"networks": TRAINED, "optimum": OPTIMUM})
    alt = f"An arm is bad for {half} steps and good from then on. At the last step it is pulled " + told(
        numbers, "in {last step} of lives ({who}, hazard {hazard})", "; "
    )
    return style.picture(figure, f"{alt}.", numbers)
