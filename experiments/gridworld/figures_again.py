"""Pictures of walkers in grid worlds that were trained in two cycles: which habits they keep, what they leave alone,
and when they turn to what is near.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from experiments.gridworld.figures import GOALS, of_lifetimes
from experiments.gridworld.turns import LEFT, Turns, middle
from lib.plotting import layout, style
from lib.plotting.grammar import curve, points
from lib.plotting.looks import OPTIMUM, SERIES
from lib.plotting.style import Picture, in_style, said, told
from lib.probes.quantiles import Percentiles

Array = np.ndarray
CYCLES = ("warm", "cold")


@in_style
def turns(found: Mapping[int, Sequence[Turns]]) -> Picture:
    """How often networks turn to a goal that pays less when time is short, by the steps that are left, for each
    lifetime; and what that is worth to them.

    Args:
        found: of each network of each lifetime.
    """
    figure, (often, worth) = layout.row(2, 7.4, 3.6)
    numbers, names = [], {}
    for place, ((lifetime, each), look) in enumerate(zip(found.items(), of_lifetimes(len(found)), strict=True)):
        low, median, high = middle(each)
        aside = np.arange(len(LEFT)) + 0.12 * (place - (len(found) - 1) / 2)
        points(often, aside, Percentiles(low, median, high), look, upright=True)
        names[f"{lifetime} steps"] = look
        gain, lost = (np.array([getattr(own, name) for own in each]) for name in ("worth", "missed"))
        for values, shown in ((gain, look), (lost, look.hollow)):
            points(worth, np.array([place]), 100 * values[:, None], shown, upright=True)
        numbers.append(
            {
                "trained for": f"{lifetime} steps",
                "short of time in": said(np.array([own.lives for own in each])),
                **{
                    f"turn with {name} left": "no case" if np.isnan(often) else f"{often:.0%}"
                    for name, often in zip(_left(), median, strict=True)
                },
                "worth, of the return": f"{np.median(gain):.2%}",
                "missed": f"{np.median(lost):.2%}",
            }
        )
    layout.optimum(often, 1)
    often.set(ylim=(-0.03, 1.06), xlabel="steps left", ylabel="turn to a lesser goal")
    often.set_xticks(range(len(LEFT)), _left())
    worth.set(ylim=(0, None), xlim=(-0.5, len(found) - 0.5), xlabel="lifetime trained for, steps")
    worth.set_ylabel("of the return, percent")
    worth.set_title("turns: worth, and missed (hollow)", fontsize=10)
    worth.set_xticks(range(len(found)), [str(lifetime) for lifetime in found])
    layout.legend(figure, names | {"optimum": OPTIMUM})
    alt = "When time is too short to reach a hidden goal again, the optimum turns to a lesser one. " + told(
        numbers,
        "Networks of {trained for} do in {turn with 2 left} of cases with two steps left, in {turn with 4 or more "
        "left} with four or more; that is worth {worth, of the return} of what they earn, of which they miss {missed}.",
    )
    return style.picture(figure, alt, numbers)


def _left() -> list[str]:
    return [*map(str, LEFT[:-1]), f"{LEFT[-1]} or more"]


@in_style
def avoidance(
    lifetimes: Sequence[int], shares: Mapping[str, Float[Array, "lifetime run"]], best: Float[Array, " lifetime"]
) -> Picture:
    """The share of visits that are to the safe goal in the longest lives, by the lifetime trained for.

    Args:
        lifetimes: trained for.
        shares: of networks, by how they were trained.
        best: of the optimum for each lifetime.
    """
    figure, panel = layout.one(5.2, 3.6)
    places = np.arange(len(lifetimes))
    for (name, values), look in zip(shares.items(), SERIES, strict=False):
        curve(panel, places, values.T, look, name)
    curve(panel, places, best, OPTIMUM, "optimum")
    panel.set(ylim=(-0.03, 1.05), xlabel="lifetime trained for, steps", ylabel="share of visits to the safe goal")
    panel.set_xticks(places, [str(steps) for steps in lifetimes])
    layout.legend(figure, panel)
    numbers = [
        {
            "trained for": f"{steps} steps",
            **{name: said(values[row]) for name, values in shares.items()},
            "optimum": f"{best[row]:.2f}",
        }
        for row, steps in enumerate(lifetimes)
    ]
    ends = "; ".join(f"{name}, {np.median(v[0]):.0%} to {np.median(v[-1]):.0%}" for name, v in shares.items())
    alt = (
        f"Share of visits to the safe goal in the longest lives, from networks trained for {lifetimes[0]} steps to "
        f"those trained for {lifetimes[-1]}: {ends}. The optimum goes from {best[0]:.0%} to {best[-1]:.0%}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def second_cycles(
    lifetimes: Sequence[int],
    earned: Mapping[str, Float[Array, "lifetime run"]],
    visits: Mapping[str, Float[Array, "lifetime run goal"]],
    best: Float[Array, "lifetime goal"],
) -> Picture:
    """Networks that went on from one first cycle of training by a warm and by a cold second one: what they earn, a line
    for each network; and which goals they visit, a panel for each lifetime.

    Args:
        lifetimes: trained for.
        earned: as a share of what the optimum earns, by second cycle.
        visits: in a life, likewise.
        best: visits of the optimum.
    """
    figure, (share, *panels) = layout.row(1 + len(lifetimes), 7.4, 3.6)
    looks = of_lifetimes(len(lifetimes))
    numbers = []
    for place, (steps, look) in enumerate(zip(lifetimes, looks, strict=True)):
        x = np.arange(2) + 0.1 * (place - (len(lifetimes) - 1) / 2)
        for run, own in enumerate(np.stack([earned[cycle][place] for cycle in CYCLES], axis=1)):
            curve(share, x, own, look, None if run else f"{steps} steps", linewidth=0.9)
        for goal, mark in enumerate(GOALS.values()):
            for at, cycle in enumerate(CYCLES):
                points(
                    panels[place],
                    np.array([at + 0.12 * (goal - 1)]),
                    visits[cycle][place][:, goal, None],
                    mark,
                    upright=True,
                    size=6,
                )
            curve(panels[place], [-0.35, 1.35], np.full(2, best[place, goal]), mark.of(OPTIMUM).hollow, markersize=4)
        panels[place].set(title=f"{steps} steps", ylim=(-0.15, None))
        for cycle in CYCLES:
            numbers.append(
                {
                    "trained for": f"{steps} steps",
                    "second cycle": cycle,
                    "share of the optimum": said(earned[cycle][place]),
                    **{goal: said(visits[cycle][place][:, at]) for at, goal in enumerate(GOALS)},
                    **{f"{goal}, optimum": f"{best[place, at]:.1f}" for at, goal in enumerate(GOALS)},
                }
            )
    for panel in (share, *panels):
        panel.set(xlim=(-0.4, 1.4), xlabel="second cycle")
        panel.set_xticks(range(2), CYCLES)
    layout.optimum(share, 1)
    share.set(title="earned", ylabel="share of the optimum")
    share.legend(fontsize=8, loc="lower left")
    panels[0].set_ylabel("visits in a life")
    layout.legend(figure, GOALS | {"optimum": OPTIMUM})
    alt = "What two second cycles make of one first cycle of training, medians. " + told(
        numbers,
        "{trained for}, {second cycle}: {share of the optimum:first} of the optimum, visits {safe:first} safe, "
        "{medium:first} medium, {high:first} high.",
    )
    return style.picture(figure, alt, numbers)
