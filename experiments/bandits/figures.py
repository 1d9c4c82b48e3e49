"""Pictures of players of bandits: three episodes, how far players fall short of the optimum, and regret by the pull.

Source: Mikulik et al. 2020, figures 1b and 4a.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lib.plotting import style
from lib.plotting.families import FAMILIES, before_and_after
from lib.plotting.style import Picture, first_number, in_style, number, said
from lib.probes.quantiles import percentiles

NETWORK, OPTIMUM = "-", (0, (2, 2))
FLAT = 0.01  # reward; below, the axis of shortfalls is linear, since a measured shortfall may lie below nought
MARKERS = ("x", "+", "1", "2")  # of landmarks


@dataclass(frozen=True)
class Pulls:
    """What one player did in an episode of a bandit with arms that pay 1 or 0.

    Attributes:
        chance: with which the player pulled the better arm, before each pull.
        better: whether it did.
        paid: whether the pull paid.
        regret: expected regret of each pull.
    """

    chance: Float[np.ndarray, " time"]
    better: Bool[np.ndarray, " time"]
    paid: Bool[np.ndarray, " time"]
    regret: Float[np.ndarray, " time"]


@dataclass(frozen=True)
class Episode:
    """One bandit as two players played it, with the same luck.

    Attributes:
        means: what its arms pay on average.
        network: the trained player.
        optimum: the Bayes-optimal one.
    """

    means: Sequence[float]
    network: Pulls
    optimum: Pulls


def _strip(panel: Axes, pulls: Pulls, color: str, marker: str, line: object) -> None:
    """The chance of the better arm, and the pulls on two lanes: above it was the better arm; full marks paid."""
    time = np.arange(1, len(pulls.chance) + 1)
    panel.plot(time, pulls.chance, color=color, linestyle=line, linewidth=1.5)
    for paid, face in ((True, color), (False, "none")):
        shown = pulls.paid == paid
        lane = pulls.better[shown].astype(float)
        panel.plot(time[shown], lane, marker, color=color, markerfacecolor=face, markersize=4, markeredgewidth=1)
    panel.set(ylim=(-0.18, 1.18), yticks=[0, 0.5, 1])


@in_style
def episodes(shown: Sequence[Episode]) -> Picture:
    """Episodes as columns: summed expected regret of both players; below it what each of them did."""
    looks = {"network": (style.BLUE, "o", NETWORK), "optimum": (style.INK, "s", OPTIMUM)}
    figure, axes = style.panels(
        3, len(shown), 7.4, 4.8, sharex=True, sharey="row", gridspec_kw={"height_ratios": [1.7, 1, 1]}
    )
    numbers = []
    for column, (episode, (top, *strips)) in enumerate(zip(shown, axes.T, strict=True), start=1):
        found = {"bandit": str(column), "arms pay": " and ".join(f"{mean:.2f}" for mean in episode.means)}
        for strip, (name, (color, marker, line)) in zip(strips, looks.items(), strict=True):
            pulls: Pulls = getattr(episode, name)
            regret = np.concatenate([[0.0], pulls.regret.cumsum()])
            top.plot(np.arange(len(regret)), regret, color=color, linestyle=line, linewidth=1.6)
            _strip(strip, pulls, color, marker, line)
            found[f"regret, {name}"] = f"{regret[-1]:.2f}"
            found[f"better arm at the last pull, {name}"] = f"{pulls.chance[-1]:.2f}"
        top.set(title="arms pay " + found["arms pay"])
        steps = len(episode.network.chance)
        strips[-1].set(xlabel="pull", xticks=[1, *range(5, steps + 1, 5)], xlim=(-0.3, steps + 0.6))
        numbers.append(found)
    axes[0, 0].set_ylim(bottom=0)  # the row shares it
    for panel, label in zip(axes[:, 0], ("regret, summed", "network", "optimum"), strict=True):
        panel.set_ylabel(label)
    figure.legend(
        handles=[
            Line2D([], [], color=style.BLUE, marker="o", markersize=4, label="network"),
            Line2D([], [], color=style.INK, marker="s", markersize=4, linestyle=OPTIMUM, label="optimum"),
            Line2D([], [], color=style.GREY, marker="o", markersize=4, linestyle="", label="it paid"),
            Line2D(
                [], [], color=style.GREY, marker="o", markersize=4, linestyle="", markerfacecolor="none", label="not"
            ),
        ],
        loc="outside lower center",
        ncols=4,
    )
    ends = "; ".join(
        f"bandit {row['bandit']}: {row['regret, network']} and {row['regret, optimum']}" for row in numbers
    )
    last = {name: ", ".join(row[f"better arm at the last pull, {name}"] for row in numbers) for name in looks}
    alt = (
        f"{len(shown)} bandits, {len(shown[0].network.chance)} pulls each. Summed expected regret of the network and "
        f"of the optimum: {ends}. The network's last pull is of the better arm with probability {last['network']}; "
        f"the optimum's with {last['optimum']}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def shortfalls(
    families: Mapping[str, str],
    untrained: Float[np.ndarray, "task run"],
    trained: Float[np.ndarray, "task run"],
    errors: Float[np.ndarray, "task run"],
    landmarks: Mapping[str, Float[np.ndarray, " task"]],
    bound: float,
) -> Picture:
    """By how much players fall short of the optimum in every task, networks untrained and trained.

    Args:
        families: of rewards, by task.
        untrained: reward an episode.
        trained: the same.
        errors: standard error of the same.
        landmarks: the shortfall of players that were not trained and are not optimal, by their names.
        bound: where a dotted line is drawn.
    """
    figure, axes = style.panels(1, 1, 7.0, 3.5)
    panel: Axes = axes[0, 0]
    numbers = []
    for place, (task, family) in enumerate(families.items()):
        look = FAMILIES[family]
        start, end = (percentiles(values[place]) for values in (untrained, trained))
        for y, networks, filled in ((place - 0.12, start, False), (place + 0.12, end, True)):
            if networks.high > 1.2 * networks.low:  # a shorter line would hide in the mark
                panel.plot([networks.low, networks.high], [y, y], color=look.color, linewidth=2)
            face = look.color if filled else "none"
            panel.plot(networks.median, y, look.marker, color=look.color, markerfacecolor=face, markersize=6)
        half = 1.96 * float(np.median(errors[place]))
        panel.errorbar(
            float(end.median), place + 0.34, xerr=half, color=style.INK, linewidth=1, capsize=2.5, capthick=1
        )
        for marker, values in zip(MARKERS, landmarks.values(), strict=False):
            panel.plot(values[place], place - 0.12, marker, color=style.INK, markersize=6)
        numbers.append(
            {
                "task": task,
                "untrained": number(float(start.median)),
                **{name: number(float(values[place])) for name, values in landmarks.items()},
                "trained, median (5-95%)": said(end),
                "95% of the measurement": f"+-{number(half)}",
            }
        )
    panel.axvline(bound, color=style.INK, linestyle=":", linewidth=1)
    panel.axvline(0, color=style.GREY, linewidth=1)
    panel.set_xscale("symlog", linthresh=FLAT, linscale=0.6)
    measured = np.median(trained - 1.96 * errors, axis=1)
    least, most = min(float(trained.min()), float(measured.min()), 0.0), float(untrained.max())
    ticks = [tick for tick in (-0.1, -0.01, 0, 0.01, 0.1, 1, 10) if least <= tick <= most]
    panel.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    panel.set(xlim=(least - 0.004, 1.5 * most), yticks=range(len(families)))
    panel.set(xlabel="shortfall from the optimum, reward an episode of 20 steps")
    panel.set_yticklabels(list(families))
    panel.minorticks_off()
    panel.invert_yaxis()
    figure.legend(
        handles=[
            *before_and_after(),
            Line2D([], [], color=style.INK, marker="|", markersize=5, linewidth=1, label="95% of the measurement"),
            *(
                Line2D([], [], color=style.INK, marker=marker, linestyle="", label=name)
                for marker, name in zip(MARKERS, landmarks, strict=False)
            ),
        ],
        loc="outside lower center",
        ncols=3,
    )
    worst = max(numbers, key=lambda row: first_number(row["trained, median (5-95%)"]))
    least_untrained = min(first_number(row["untrained"]) for row in numbers)
    alt = (
        f"Shortfall from the optimum on {len(families)} bandits. The median trained network falls short by at most "
        f"{worst['trained, median (5-95%)'].split()[0]} reward an episode ({worst['task']}), an untrained one by at "
        f"least {number(least_untrained)}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def regret_by_step(
    families: Mapping[str, str],
    step: Int[np.ndarray, " step"],
    networks: Float[np.ndarray, "task run step"],
    optimum: Float[np.ndarray, "task step"],
) -> Picture:
    """Expected regret of each pull, on average over bandits: networks' median and 5th to 95th percentile, and the
    optimum.
    """
    figure, axes = style.panels(2, 2, 7.4, 4.6, sharex=True)
    numbers = []
    for panel, (task, family), runs, best in zip(axes.flat, families.items(), networks, optimum, strict=True):
        look, own = FAMILIES[family], percentiles(runs)
        panel.plot(step, own.median, color=look.color, marker=look.marker, markersize=3.5, linewidth=1.6)
        style.band(panel, step, own.low, own.high, look.color)
        panel.plot(step, best, color=style.INK, linestyle=OPTIMUM, linewidth=1.3)
        panel.set(title=task, ylim=(0, None), xticks=[1, 5, 10, 15, 20])
        numbers.append(
            {
                "task": task,
                "first pull": number(float(own.median[0])),
                "last pull, network": number(float(own.median[-1])),
                "last pull, optimum": number(float(best[-1])),
                "episode, network": number(float(np.median(runs.sum(axis=1))), 3),
                "episode, optimum": number(float(best.sum()), 3),
            }
        )
    for panel in axes[:, 0]:
        panel.set_ylabel("regret of a pull")
    for panel in axes[-1]:
        panel.set_xlabel("pull")
    figure.legend(
        handles=[
            Line2D([], [], color=style.GREY, marker="o", markersize=3.5, label="networks"),
            Line2D([], [], color=style.INK, linestyle=OPTIMUM, label="optimum"),
        ],
        loc="outside lower center",
        ncols=2,
    )
    alt = "Expected regret of each pull falls along the episode. " + " ".join(
        f"{row['task']}: from {row['first pull']} to {row['last pull, network']} for the median network, "
        f"{row['last pull, optimum']} for the optimum."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)
