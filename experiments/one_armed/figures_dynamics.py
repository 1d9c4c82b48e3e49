"""Pictures of the insides of networks that grew up in one-armed worlds: how undecided they are, what their hidden units
do, and where their states are.

Source: Lange and Sprekeler 2020, figure 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.colors import LogNorm
from matplotlib.lines import Line2D

from experiments.one_armed.figures import ADAPTIVE, PULLS
from lib.plotting import style
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import percentiles
from lib.probes.state_geometry import shared

Array = np.ndarray

STATISTICS: Mapping[str, tuple[str, Any]] = {
    "mean": (style.GREY, ":"),
    "spread": (style.BLUE, "-"),
    "change": (style.ORANGE, "--"),
}
LOOKS = ((style.BLUE, "o"), (style.ORANGE, "s"))  # of worlds


@dataclass(frozen=True)
class Inside:
    """What was seen inside the networks of one world, with arms of either sign.

    Attributes:
        world: its name.
        entropy: of the choice at each step, nats.
        statistics: `mean`, `spread` and `change` of hidden units at each step.
        density: share of the states of one network that is in each cell of their principal plane.
    """

    world: str
    entropy: Float[Array, "run mu step"]
    statistics: Mapping[str, Float[Array, "run mu step"]]
    density: Float[Array, "mu row column"]


@in_style
def dynamics(worlds: Sequence[Inside], mu: Sequence[float]) -> Picture:
    """Entropy, statistics of hidden units, and where the states of one network are: a column for each world and sign.

    Args:
        mu: what the unknown arm pays, for each sign.
    """
    columns = [(each, sign) for each in worlds for sign in range(len(mu))]
    figure, axes = style.panels(3, len(columns), 7.4, 6.4)
    steps = np.arange(1, worlds[0].entropy.shape[2] + 1)
    top = max(float(values.max()) for each in worlds for values in each.statistics.values())
    bottom = min(float(values.min()) for each in worlds for values in each.statistics.values())
    numbers = []
    for (each, sign), (entropy, units, plane) in zip(columns, axes.T, strict=True):
        own = percentiles(each.entropy[:, sign])
        style.band(entropy, steps, own.low, own.high, style.PURPLE)
        entropy.plot(steps, own.median, color=style.PURPLE)
        entropy.set_title(f"{each.world}\nμ = {_signed(mu[sign])}", fontsize=10)
        entropy.set(ylim=(-0.02, 0.72))
        for name, (color, line) in STATISTICS.items():
            networks = percentiles(each.statistics[name][:, sign])
            style.band(units, steps, networks.low, networks.high, color)
            units.plot(steps, networks.median, color=color, linestyle=line)
        units.set(ylim=(min(bottom, 0) - 0.02, 1.05 * top), xlabel="step")
        shown = np.ma.masked_equal(each.density, 0)
        norm = LogNorm(float(shown.min()), float(shown.max()))
        plane.imshow(shown[sign], origin="lower", aspect="auto", cmap=PULLS, norm=norm, interpolation="none")
        plane.set(xticks=[], yticks=[], xlabel="component 1")
        plane.grid(False)
        last = {name: each.statistics[name][:, sign, -1] for name in STATISTICS}
        numbers.append(
            {
                "world": each.world,
                "μ": _signed(mu[sign]),
                "entropy at first, nats": said(percentiles(each.entropy[:, sign, 0])),
                "entropy at last": said(percentiles(each.entropy[:, sign, -1])),
                **{f"{name} at last": said(percentiles(values)) for name, values in last.items()},
                "shared with the other sign": f"{shared(*each.density):.0%}",
            }
        )
    for panel, label in zip(axes[:, 0], ("entropy, nats", "hidden units", "component 2"), strict=True):
        panel.set_ylabel(label)
    for panel in axes[:2, 1:].flat:
        panel.set_yticklabels([])
    figure.legend(
        handles=[Line2D([], [], color=c, linestyle=line, label=name) for name, (c, line) in STATISTICS.items()],
        loc="outside lower center",
        ncols=3,
    )
    alt = (
        "Entropy of choices and statistics of hidden units at each step, and where states are on a plane. "
        + " ".join(
            f"{each.world}, mu = {_signed(mu[sign])}: entropy from {np.median(each.entropy[:, sign, 0]):.2f} to "
            f"{np.median(each.entropy[:, sign, -1]):.2f} nats, spread of hidden units over lives at the end "
            f"{np.median(each.statistics['spread'][:, sign, -1]):.2f}."
            for each, sign in columns
        )
        + " On the plane, lives of both signs share "
        + ", ".join(
            f"{numbers[place]['shared with the other sign']} ({each.world})" for place, each in _first(worlds, mu)
        )
        + " of where they are."
    )
    return style.picture(figure, alt, numbers)


@in_style
def places(
    counts: Mapping[str, Int[Array, "run cloud"]],
    clouds: Sequence[str],
    silhouettes: Mapping[str, Float[Array, "run cloud"]],
    strong: float,
) -> Picture:
    """In how many places the end states of each network gather: a panel for each cloud of states, a mark for each
    network.

    Args:
        counts: of each network, by world.
        clouds: names of the clouds.
        silhouettes: of the best way to cut each cloud, by world.
        strong: below this there is one place.
    """
    figure, axes = style.panels(1, len(clouds), 7.4, 3.0, sharex=True, sharey=True)
    numbers = []
    most = max(2, *(int(each.max()) for each in counts.values()))
    for place, (cloud, panel) in enumerate(zip(clouds, axes[0], strict=True)):
        for (world, count), (color, marker), aside in zip(counts.items(), LOOKS, (-0.12, 0.12), strict=False):
            runs = len(count)
            along = aside + np.linspace(-0.08, 0.08, runs)
            look: Any = {"color": color, "markersize": 5, "label": world}
            panel.plot(silhouettes[world][:, place], count[:, place] + along, marker, **look)
            numbers.append(
                {
                    "states": cloud,
                    "world": world,
                    "networks": str(runs),
                    **{f"{n} place{'s' * (n > 1)}": str(int((count[:, place] == n).sum())) for n in range(1, most + 1)},
                    "silhouette": said(percentiles(silhouettes[world][:, place])),
                }
            )
        panel.axvline(strong, color=style.INK, linestyle=":", linewidth=1)
        panel.set(title=cloud, xlabel="silhouette", xlim=(-0.05, 1.05), xticks=[0, 0.5, 1])
        panel.set_yticks(range(1, most + 1))
    axes[0, 0].set_ylabel("places")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=len(counts))
    alt = "In how many places the states of networks gather. " + " ".join(
        f"{row['states']}, {row['world']}: "
        + ", ".join(
            f"{name} {row[name]} of {row['networks']}" for name in row if name[0].isdigit() and row[name] != "0"
        )
        + "."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def on_the_way(
    episodes_seen: Real[Array, " checkpoint"],
    entropy: Mapping[str, Float[Array, "run checkpoint"]],
    pulls: Mapping[str, Float[Array, "run checkpoint"]],
    price: tuple[Float[Array, " checkpoint"], Float[Array, " checkpoint"]],
) -> Picture:
    """Entropy of choices and pulls over training, and what the price that is paid for entropy would make of one who
    knows that the arm pays -1.

    Args:
        episodes_seen: at each checkpoint.
        entropy: nats, mean over a life, by world.
        pulls: of an arm that pays -1, in a life, by world.
        price: entropy and pulls of that one.
    """
    figure, axes = style.panels(1, 2, 7.4, 3.4)
    first = episodes_seen[1] / 3
    x = np.where(episodes_seen == 0, first, episodes_seen)
    ticks = [10.0**power for power in range(7) if 5 * first < 10**power <= x[-1]]
    for panel, values, alone in zip(axes[0], (entropy, pulls), price, strict=True):
        for (world, networks), (color, marker) in zip(values.items(), LOOKS, strict=False):
            own = percentiles(networks)
            style.band(panel, x, own.low, own.high, color)
            panel.plot(x, own.median, marker + "-", color=color, markersize=4, label=world)
        panel.plot(x, alone, color=style.INK, linestyle=ADAPTIVE, linewidth=1.2, label="the price of certainty alone")
        panel.set(xscale="log", xlabel="episodes seen in training", ylim=(0, None))
        panel.set_xticks([first, *ticks], ["none", *(f"{tick:,.0f}" for tick in ticks)])
        panel.minorticks_off()
    left, right = axes[0]
    left.set(ylabel="entropy of a choice, nats")
    right.set(ylabel="pulls of an arm that pays −1")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9)
    moments = range(len(x))
    numbers = [
        {
            "episodes seen": f"{episodes_seen[m]:,.0f}",
            **{f"entropy, {world}": said(percentiles(each[:, m])) for world, each in entropy.items()},
            "by price alone": number(float(price[0][m])),
            **{f"pulls, {world}": said(percentiles(each[:, m])) for world, each in pulls.items()},
            "by price alone ": number(float(price[1][m])),
        }
        for m in moments
    ]
    alt = (
        "Over training, "
        + "; ".join(
            f"{world}: entropy of a choice goes from {np.median(each[:, 0]):.2f} to {np.median(each[:, -1]):.2f} nats, "
            f"pulls from {np.median(pulls[world][:, 0]):.0f} to {np.median(pulls[world][:, -1]):.1f}"
            for world, each in entropy.items()
        )
        + f". One who knows what the arm pays, and is paid for entropy as the networks are, goes from "
        f"{price[1][0]:.0f} pulls to {price[1][-1]:.1f}."
    )
    return style.picture(figure, alt, numbers)


def _first(worlds: Sequence[Inside], mu: Sequence[float]) -> list[tuple[int, Inside]]:
    return [(place * len(mu), each) for place, each in enumerate(worlds)]


def _signed(value: float) -> str:
    return f"{value:g}".replace("-", "−")
