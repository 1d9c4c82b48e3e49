"""Pictures of walkers in grid worlds, who live longer or shorter: what they visit, and what they earn by it.

Source: Lange and Sprekeler 2020, figures 4 to 7.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Real
from matplotlib.colors import Normalize, to_hex

from lib.plotting import layout, style
from lib.plotting.grammar import curve, heat
from lib.plotting.looks import AMOUNT, MARKERS, OPTIMUM, TRAINING, Look
from lib.plotting.style import Picture, in_style, number, said, told

Array = np.ndarray
GOALS = {"safe": Look(style.PURPLE, "s"), "medium": Look(style.ORANGE, "^"), "high": Look(style.BLUE, "o")}


def of_lifetimes(count: int) -> list[Look]:
    """A look for each lifetime."""
    return [
        Look(to_hex(color), mark) for color, mark in zip(TRAINING(np.linspace(0.25, 1, count)), MARKERS, strict=False)
    ]


@in_style
def best_visits(
    horizons: Real[Array, " horizon"],
    visits: Mapping[str, Float[Array, "horizon goal"]],
    values: Mapping[str, Float[Array, " horizon"]],
) -> Picture:
    """Shares of the goals in all visits of the optimum, by lifetime; a panel for each set of rewards.

    Args:
        horizons: lifetimes, in steps.
        visits: in a life.
        values: expected return of a life.
    """
    figure, axes = layout.row(len(visits), 7.4, 3.2, sharey=True)
    numbers, leads = [], []
    for (name, counts), panel in zip(visits.items(), axes, strict=True):
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-9)
        begins = []
        for (goal, look), own in zip(GOALS.items(), shares.T, strict=True):
            curve(panel, horizons, own, look.of(OPTIMUM), goal, linewidth=1, markersize=5)
            used = horizons[own >= 0.2]
            begins.append(f"{goal} from {used[0]}" if len(used) else f"{goal} never")
        leads.append(f"{name}: {', '.join(begins)}")
        panel.set(title=name, xscale="log", xlabel="lifetime, steps", ylim=(-0.03, 1.03))
        layout.marks(panel.xaxis, [2, 5, 10, 20, 50, 100])
        numbers += [
            {
                "rewards": name,
                "lifetime": str(horizon),
                **{goal: f"{each:.1f}" for goal, each in zip(GOALS, count, strict=True)},
                "earns": f"{value:.2f}",
            }
            for horizon, count, value in zip(horizons, counts, values[name], strict=True)
            if horizon in (5, 10, 20, 50, 100)
        ]
    axes[0].set_ylabel("share of visits")
    axes[0].legend(fontsize=9)
    alt = "Share of each goal in the visits of the optimum, against the lifetime. A goal has a fifth of the visits: "
    return style.picture(figure, alt + "; ".join(leads) + ".", numbers or [{"lifetimes": _listed(horizons)}])


@in_style
def curves(
    episodes_seen: Real[Array, " checkpoint"],
    lifetimes: Sequence[int],
    long: Float[Array, "lifetime run checkpoint"],
    shares: Float[Array, "lifetime run checkpoint"],
    best: float,
) -> Picture:
    """Return over training: in long lives, and as a share of the optimum's in lives of the networks' own length.

    Args:
        episodes_seen: at each checkpoint.
        lifetimes: trained for.
        long: reward in a long life.
        shares: of what the optimum earns.
        best: what the optimum earns in a long life.
    """
    figure, axes = layout.row(2, 7.4, 3.6)
    looks = of_lifetimes(len(lifetimes))
    for panel, values, optimum in zip(axes, (long, shares), (best, 1.0), strict=True):
        x = layout.over_training(panel, episodes_seen)
        for steps, networks, look in zip(lifetimes, values, looks, strict=False):
            curve(panel, x, networks, look, f"{steps} steps", markersize=3.5)
        layout.optimum(panel, optimum)
    axes[0].set(title="in the longest lives", ylabel="reward an episode")
    axes[1].set(title="in lives as in training", ylabel="share of the optimum")
    layout.legend(
        figure, {f"{steps} steps": look for steps, look in zip(lifetimes, looks, strict=True)} | {"optimum": OPTIMUM}
    )
    earns, own = "earns in long lives, median (5-95%)", "share of the optimum, own lifetime"
    numbers = [
        {"trained for": f"{steps} steps", earns: said(one[:, -1]), own: f"{np.median(share[:, -1]):.1%}"}
        for steps, one, share in zip(lifetimes, long, shares, strict=True)
    ]
    alt = (
        f"Return over training. In the longest lives the optimum earns {best:.1f}; networks trained for "
        f"{told(numbers, f'{{trained for}} {{{earns}:first}}', ', ')}. In lives as in training, the median network "
        f"reaches {told(numbers, f'{{{own}}}', ', ')} of the optimum."
    )
    return style.picture(figure, alt, numbers)


@in_style
def maps(
    rows: Mapping[str, Float[Array, "lifetime cell"]],
    lifetimes: Sequence[int],
    unit: str,
    what: str,
    summed: Mapping[str, Array],
) -> Picture:
    """Grids by lifetime, the start at the bottom left, darker for more: a row for networks and one for the optimum.

    Args:
        rows: a value for each cell.
        lifetimes: trained for, or planned for.
        unit: what the values are.
        what: one number of each grid says.
        summed: these numbers, in each row.
    """
    figure, axes = style.panels(len(rows), len(lifetimes), 7.4, 1.75 * len(rows) + 0.5)
    most = max(float(each.max()) for each in rows.values())
    for values, panels in zip(rows.values(), axes, strict=True):
        for each, panel in zip(values, panels, strict=True):
            side = round(len(each) ** 0.5)
            heat(panel, each.reshape(side, side), AMOUNT, Normalize(0, most))
            panel.plot(0, 0, "x", color=style.INK, markersize=5)
            panel.set(xticks=[], yticks=[], aspect="equal")
    layout.label(axes, y=list(rows), titles=[f"{steps} steps" for steps in lifetimes])
    layout.bar(figure, axes, layout.scale(AMOUNT, 0, most), unit)
    numbers = [
        {"lifetime": f"{steps} steps", **{f"{what}, {name}": f"{each[place]:.2f}" for name, each in summed.items()}}
        for place, steps in enumerate(lifetimes)
    ]
    alt = f"{unit.capitalize()}, a grid for each lifetime of {_listed(lifetimes)} steps. " + " ".join(
        f"{what.capitalize()}, {name}: {_listed(each, '.2f')}." for name, each in summed.items()
    )
    return style.picture(figure, alt, numbers)


@in_style
def visits(panels: Mapping[str, tuple[Sequence[int], Float[Array, "_ run goal"], Float[Array, "_ goal"]]]) -> Picture:
    """Visits of each goal by the lifetime trained for: networks with their interval, the optimum dashed.

    Args:
        panels: lifetimes trained for, and visits in a life, of networks and of the optimum.
    """
    figure, axes = layout.row(len(panels), 2.9 * len(panels) + 0.4, 3.5)
    numbers, found = [], []
    for (name, (lifetimes, networks, best)), panel in zip(panels.items(), axes, strict=True):
        places = np.arange(len(lifetimes))
        for goal, look in enumerate(GOALS.values()):
            curve(panel, places, networks[..., goal].T, look, markersize=5)
            curve(panel, places, best[:, goal], look.of(OPTIMUM).hollow, linewidth=1.1)
        panel.set(title=name, xlabel="lifetime trained for, steps")
        panel.set_xticks(places, [str(steps) for steps in lifetimes])
        for steps, own, optimum in zip(lifetimes, networks, best, strict=True):
            goals = {goal: said(each) for goal, each in zip(GOALS, own.T, strict=True)}
            optimal = {f"{goal}, optimum": f"{each:.1f}" for goal, each in zip(GOALS, optimum, strict=True)}
            numbers.append({"lives": name, "trained for": f"{steps} steps", **goals, **optimal})
        medians = zip(lifetimes, np.median(networks, axis=1), strict=True)
        found.append(
            f"{name}: " + "; ".join(f"trained for {n} steps, {_listed(each, '.1f')}" for n, each in medians) + "."
        )
    axes[0].set_ylabel("visits in a life")
    layout.legend(figure, GOALS | {"optimum": OPTIMUM})
    return style.picture(figure, "Visits of the safe, medium and high goal in a life. " + " ".join(found), numbers)


@in_style
def matrix(lifetimes: Sequence[int], panels: Mapping[str, Float[Array, "train test"]]) -> Picture:
    """What networks trained for one lifetime earn in another, as a share of what those earn that were trained for it.

    Args:
        lifetimes: trained for, and tested.
        panels: reward in a life.
    """
    figure, axes = layout.row(len(panels), 7.4, 3.4, sharey=True)
    steps = [str(each) for each in lifetimes]
    numbers, worst = [], []
    for (name, earned), panel in zip(panels.items(), axes, strict=True):
        shares = earned / np.diag(earned)
        heat(panel, shares, AMOUNT, Normalize(0, 1.2))
        for (row, column), share in np.ndenumerate(shares):
            color = "w" if share > 0.7 else "k"
            panel.text(column, row, f"{share:.0%}", ha="center", va="center", fontsize=7.5, color=color)
        panel.set(title=name, xlabel="lives in, steps", aspect="equal")
        panel.set_xticks(range(len(steps)), steps)
        panel.set_yticks(range(len(steps)), steps)
        for trained, earns, own in zip(steps, earned, shares, strict=True):
            cells = {f"in {t}": f"{e:.2f} ({s:.0%})" for t, e, s in zip(steps, earns, own, strict=True)}
            numbers.append({"": name, "trained for": f"{trained} steps", **cells})
        row, column = np.unravel_index(shares.argmin(), shares.shape)
        worst.append(
            f"{name}: the least is {shares.min():.0%}, trained for {steps[int(row)]} steps and living "
            f"{steps[int(column)]}; the most {shares.max():.0%}."
        )
    axes[0].set_ylabel("trained for, steps")
    alt = "Reward earned in lives of one length by networks trained for another, as a share of the matched. "
    return style.picture(figure, alt + " ".join(worst), numbers)


def _listed(values: Sequence[float] | Array, form: str = "") -> str:
    return ", ".join(format(value, form) if form else number(value) for value in values)
