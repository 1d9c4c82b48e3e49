"""Pictures of walkers in grid worlds, who live longer or shorter.

Source: Lange and Sprekeler 2020, figures 4 to 7.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize, to_hex

from experiments.one_armed.figures import PULLS
from lib.plotting import style
from lib.plotting.looks import TRAINING
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import percentiles

Array = np.ndarray

LOOKS = {"safe": (style.PURPLE, "s"), "medium": (style.ORANGE, "^"), "high": (style.BLUE, "o")}  # of goals
MARKERS = ("o", "s", "^", "D", "v", "P")  # of lifetimes


def of_lifetimes(count: int) -> list[str]:
    """A colour for each lifetime."""
    return [to_hex(color) for color in TRAINING(np.linspace(0.25, 1, count))]


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
    figure, axes = style.panels(1, len(visits), 7.4, 3.2, sharey=True)
    numbers, leads = [], []
    for (name, counts), panel in zip(visits.items(), axes[0], strict=True):
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-9)
        for place, (goal, (color, marker)) in enumerate(LOOKS.items()):
            panel.plot(horizons, shares[:, place], marker + "-", color=color, markersize=3.5, label=goal)
        panel.set(title=name, xscale="log", xlabel="lifetime, steps", ylim=(-0.03, 1.03))
        panel.set_xticks([2, 5, 10, 20, 50, 100], ["2", "5", "10", "20", "50", "100"])
        panel.minorticks_off()
        used = {goal: horizons[shares[:, place] >= 0.2] for place, goal in enumerate(LOOKS)}
        leads.append(f"{name}: " + ", ".join(f"{g} from {h[0]}" if len(h) else f"{g} never" for g, h in used.items()))
        numbers += [
            {
                "rewards": name,
                "lifetime": str(horizon),
                **{goal: f"{each:.1f}" for goal, each in zip(LOOKS, counts[place], strict=True)},
                "earns": f"{values[name][place]:.2f}",
            }
            for place, horizon in enumerate(horizons)
            if horizon in (5, 10, 20, 50, 100)
        ]
    axes[0, 0].set_ylabel("share of visits")
    axes[0, 0].legend(fontsize=9)
    alt = (
        "Share of each goal in the visits of the optimum, against the lifetime. A goal has a fifth of the visits: "
        + "; ".join(leads)
        + "."
    )
    return style.picture(figure, alt, numbers or [{"lifetimes": _listed(horizons)}])


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
    figure, axes = style.panels(1, 2, 7.4, 3.6)
    x = np.where(episodes_seen == 0, episodes_seen[1] / 3, episodes_seen)
    numbers = []
    for steps, one, share, color, marker in zip(
        lifetimes, long, shares, of_lifetimes(len(lifetimes)), MARKERS, strict=False
    ):
        for panel, values in zip(axes[0], (one, share), strict=True):
            networks = percentiles(values)
            style.band(panel, x, networks.low, networks.high, color)
            panel.plot(x, networks.median, marker + "-", color=color, markersize=3.5, label=f"{steps} steps")
        numbers.append(
            {
                "trained for": f"{steps} steps",
                "earns in long lives, median (5-95%)": said(percentiles(one[:, -1])),
                "share of the optimum, own lifetime": f"{np.median(share[:, -1]):.1%}",
            }
        )
    left, right = axes[0]
    left.axhline(best, color=style.INK, linestyle="--", linewidth=1)
    right.axhline(1, color=style.INK, linestyle="--", linewidth=1)
    left.set(title="in the longest lives", ylabel="reward an episode")
    right.set(title="in lives as in training", ylabel="share of the optimum")
    for panel in axes[0]:
        panel.set(xscale="log", xlabel="episodes seen in training")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=len(lifetimes), fontsize=9)
    alt = (
        f"Return over training. In the longest lives the optimum earns {best:.1f}; networks trained for "
        + ", ".join(f"{row['trained for']} {row['earns in long lives, median (5-95%)'].split()[0]}" for row in numbers)
        + ". In lives as in training, the median network reaches "
        + ", ".join(f"{row['share of the optimum, own lifetime']}" for row in numbers)
        + " of the optimum."
    )
    return style.picture(figure, alt, numbers)


def grid(panel: Axes, values: Float[Array, " cell"], most: float) -> None:
    """A grid as a picture: the start at the bottom left, cells the darker the larger their value."""
    side = round(len(values) ** 0.5)
    panel.imshow(values.reshape(side, side), origin="lower", cmap=PULLS, vmin=0, vmax=most)
    panel.plot(0, 0, "x", color=style.INK, markersize=5)
    panel.set(xticks=[], yticks=[])
    panel.grid(False)


@in_style
def maps(
    rows: Mapping[str, Float[Array, "lifetime cell"]],
    lifetimes: Sequence[int],
    unit: str,
    what: str,
    summed: Mapping[str, Array],
) -> Picture:
    """Grids by lifetime: a row for networks and one for the optimum.

    Args:
        rows: a value for each cell.
        lifetimes: trained for, or planned for.
        unit: what the values are.
        what: one number of each grid says.
        summed: these numbers, in each row.
    """
    figure, axes = style.panels(len(rows), len(lifetimes), 7.4, 1.75 * len(rows) + 0.5)
    most = max(float(each.max()) for each in rows.values())
    for row, ((name, values), panels) in enumerate(zip(rows.items(), axes, strict=True)):
        for steps, each, panel in zip(lifetimes, values, panels, strict=True):
            grid(panel, each, most)
            if row == 0:
                panel.set_title(f"{steps} steps")
        panels[0].set_ylabel(name)
    bar = figure.colorbar(ScalarMappable(Normalize(0, most), PULLS), ax=axes, label=unit, shrink=0.8)
    bar.outline.set_visible(False)
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
    figure, axes = style.panels(1, len(panels), 2.9 * len(panels) + 0.4, 3.5)
    numbers = []
    for (name, (lifetimes, networks, best)), panel in zip(panels.items(), axes[0], strict=True):
        places = np.arange(len(lifetimes))
        for goal, (label, (color, marker)) in enumerate(LOOKS.items()):
            all_of_them = percentiles(networks[..., goal].T)
            style.band(panel, places, all_of_them.low, all_of_them.high, color)
            panel.plot(places, all_of_them.median, marker + "-", color=color, markersize=5, label=label)
            panel.plot(
                places, best[:, goal], marker + "--", color=color, markersize=4, markerfacecolor="none", linewidth=1
            )
        panel.set(title=name, xlabel="lifetime trained for, steps")
        panel.set_xticks(places, [str(steps) for steps in lifetimes])
        numbers += [
            {
                "lives": name,
                "trained for": f"{steps} steps",
                **{goal: said(percentiles(networks[row, :, place])) for place, goal in enumerate(LOOKS)},
                **{f"{goal}, optimum": f"{best[row, place]:.1f}" for place, goal in enumerate(LOOKS)},
            }
            for row, steps in enumerate(lifetimes)
        ]
    axes[0, 0].set_ylabel("visits in a life")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    alt = "Visits of the safe, medium and high goal in a life. " + " ".join(
        f"{name}: "
        + "; ".join(
            f"trained for {steps} steps, " + ", ".join(f"{each:.1f}" for each in np.median(networks[row], axis=0))
            for row, steps in enumerate(lifetimes)
        )
        + "."
        for name, (lifetimes, networks, _) in panels.items()
    )
    return style.picture(figure, alt, numbers)


def _listed(values: Sequence[float] | Array, form: str = "") -> str:
    return ", ".join(format(value, form) if form else number(value) for value in values)
