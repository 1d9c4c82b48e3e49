"""Pictures of predictors in ten worlds: what they say along an episode, and how far from Bayes they end up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from lib.plotting import style
from lib.plotting.families import FAMILIES, SIDES, before_and_after
from lib.plotting.style import Picture, first_number, in_style, number, said
from lib.probes.quantiles import percentiles


@dataclass(frozen=True)
class Throws:
    """One die, throw by throw, as two predictors saw it.

    Attributes:
        probabilities: of the die's sides.
        sides: that came up, from 0.
        learned: what the network expected of each side, before each throw.
        optimal: what Bayes expected.
    """

    probabilities: Float[np.ndarray, " side"]
    sides: Int[np.ndarray, " time"]
    learned: Float[np.ndarray, "time side"]
    optimal: Float[np.ndarray, "time side"]


@in_style
def die_episodes(episodes: Sequence[Throws], trained_steps: int) -> Picture:
    """Episodes of a die, as columns: likelihood of each throw, predictions, throws. Network solid, Bayes dashed."""
    figure, axes = style.panels(
        3, len(episodes), 7.4, 4.6, sharex=True, sharey="row", gridspec_kw={"height_ratios": [1, 2.4, 0.7]}
    )
    numbers = []
    for column, (episode, (top, middle, bottom)) in enumerate(zip(episodes, axes.T, strict=True), start=1):
        time = np.arange(1, len(episode.sides) + 1)
        for line, said_by in (("-", episode.learned), ((0, (2, 2)), episode.optimal)):
            color = style.GREY if line == "-" else style.INK
            top.plot(time, said_by[time - 1, episode.sides], color=color, linestyle=line, linewidth=1.3)
        for side, look in enumerate(SIDES):
            p = episode.probabilities[side]
            middle.axhspan(p - 0.012, p + 0.012, color=look.color, alpha=0.3, linewidth=0)
            middle.plot(time, episode.learned[:, side], color=look.color, linewidth=1.8)
            middle.plot(time, episode.optimal[:, side], color=style.INK, linestyle=(0, (2, 2)), linewidth=1.1)
            came = episode.sides == side
            bottom.plot(time[came], np.full(came.sum(), 3 - side), look.marker, color=look.color, markersize=3.2)
        for panel in (top, middle, bottom):
            panel.axvline(trained_steps + 0.5, color=style.GREY, linestyle=":", linewidth=1)
        top.set(title=f"die {column}", ylim=(0, 1))
        middle.set(ylim=(0, 1))
        bottom.set(ylim=(0.4, 3.6), yticks=[3, 2, 1], xlabel="throw", xticks=[1, 10, 20, 30])
        bottom.set_yticklabels(["1", "2", "3"])
        numbers.append(
            {
                "episode": f"die {column}",
                "true": " ".join(f"{p:.2f}" for p in episode.probabilities),
                "network at the last throw": " ".join(f"{p:.2f}" for p in episode.learned[-1]),
                "Bayes": " ".join(f"{p:.2f}" for p in episode.optimal[-1]),
                "largest distance": f"{np.abs(episode.learned - episode.optimal).max():.3f}",
            }
        )
    for panel, label in zip(axes[:, 0], ("likelihood", "prediction", "side"), strict=True):
        panel.set_ylabel(label)
    figure.legend(
        handles=[
            *(
                Line2D([], [], color=k.color, marker=k.marker, markersize=4, label=f"side {i}")
                for i, k in enumerate(SIDES, 1)
            ),
            Line2D([], [], color=style.INK, linestyle=(0, (2, 2)), label="Bayes"),
        ],
        loc="outside lower center",
        ncols=4,
    )
    worst = max(float(row["largest distance"]) for row in numbers)
    alt = (
        f"{len(episodes)} dice, thrown {len(episodes[0].sides)} times each. What the network and Bayes expect "
        f"approaches the die's own, and is never more than {worst:.3f} apart."
    )
    return style.picture(figure, alt, numbers)


@dataclass(frozen=True)
class Quantity:
    """One episode of a continuous observation, as two predictors saw it.

    Attributes:
        title: of the panel.
        family: `exponential` or `Gaussian`.
        observations: in the order in which they came.
        truth: median of the observation's true distribution.
        learned: the network's median and its 5th and 95th percentile, before each observation.
        optimal: the same of Bayes.
    """

    title: str
    family: str
    observations: Float[np.ndarray, " time"]
    truth: float
    learned: Float[np.ndarray, "3 time"]
    optimal: Float[np.ndarray, "3 time"]


@in_style
def quantities(episodes: Sequence[Quantity]) -> Picture:
    """Episodes of waiting times and readings: medians and 5th to 95th percentiles of both predictors."""
    figure, axes = style.panels(1, len(episodes), 7.4, 3.3)
    numbers = []
    for panel, episode in zip(axes[0], episodes, strict=True):
        look = FAMILIES[episode.family]
        time = np.arange(1, len(episode.observations) + 1)
        panel.axhline(episode.truth, color=style.GREY, linewidth=5, alpha=0.35)
        panel.plot(time, episode.observations, look.marker, color=look.color, markersize=3.5, alpha=0.7)
        panel.plot(time, episode.learned[0], color=look.color, linewidth=2)
        style.band(panel, time, episode.learned[1], episode.learned[2], look.color)
        for line in episode.optimal:
            panel.plot(time, line, color=style.INK, linestyle=(0, (2, 2)), linewidth=1.1)
        panel.set(title=episode.title, xlabel="step", xticks=[1, 5, 10, 15, 20])
        if episode.family == "exponential":
            panel.set_yscale("symlog", linthresh=1)
            ticks = [tick for tick in (0, 0.5, 1, 2, 5, 10, 20, 50) if tick < episode.optimal.max()]
            panel.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
            panel.minorticks_off()
        numbers.append(
            {
                "episode": episode.title,
                "true median": number(episode.truth),
                "network's at the last step": number(episode.learned[0, -1], 3),
                "Bayes's": number(episode.optimal[0, -1], 3),
                "largest distance of medians": number(np.abs(episode.learned[0] - episode.optimal[0]).max()),
            }
        )
    axes[0, 0].set_ylabel("observation")
    alt = "Predicted medians with 5th to 95th percentiles. " + " ".join(
        f"{row['episode']}: at the last step the network's median is {row[list(row)[2]]} and that of Bayes "
        f"{row[list(row)[3]]}."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def behaviour(
    families: Mapping[str, str],
    untrained: Float[np.ndarray, "task run"],
    trained: Float[np.ndarray, "task run"],
    on_500: Float[np.ndarray, "task run"],
    never_learns: Float[np.ndarray, " task"],
) -> Picture:
    """Divergence from Bayes in every task: networks untrained and trained, and the prior predictive as a landmark."""
    figure, axes = style.panels(1, 1, 7.0, 4.4)
    panel: Axes = axes[0, 0]
    numbers = []
    for place, (task, family) in enumerate(families.items()):
        look = FAMILIES[family]
        start, end, few = (percentiles(values[place]) for values in (untrained, trained, on_500))
        for y, networks, filled in ((place - 0.14, start, False), (place + 0.14, end, True)):
            panel.plot([networks.low, networks.high], [y, y], color=look.color, linewidth=2)
            face = look.color if filled else "none"
            panel.plot(networks.median, y, look.marker, color=look.color, markerfacecolor=face, markersize=6)
        panel.plot(few.median, place + 0.34, "x", color=style.INK, markersize=4)
        panel.plot(never_learns[place], place, "|", color=style.GREY, markersize=13, markeredgewidth=2)
        numbers.append(
            {
                "task": task,
                "untrained": number(float(start.median)),
                "never learns": number(float(never_learns[place])),
                "trained, median (5-95%)": said(end),
                "on 500 episodes": number(float(few.median)),
                "left of untrained": f"{end.median / start.median:.2%}",
            }
        )
    panel.axvline(0.01, color=style.INK, linestyle=":", linewidth=1)
    panel.set(xscale="log", xlabel="KL from Bayes, nats an episode of 20 steps", yticks=range(len(families)))
    panel.set_yticklabels(list(families))
    panel.invert_yaxis()
    figure.legend(
        handles=[
            *before_and_after(),
            Line2D([], [], color=style.INK, marker="x", linestyle="", label="trained, on 500 episodes"),
            Line2D([], [], color=style.GREY, marker="|", linestyle="", markersize=11, label="never learns"),
        ],
        loc="outside lower center",
        ncols=4,
    )
    worst = max(numbers, key=lambda row: first_number(row["trained, median (5-95%)"]))
    alt = (
        f"KL divergence from Bayes in {len(families)} tasks, of untrained and of trained networks. The median trained "
        f"network is at most {worst['trained, median (5-95%)'].split()[0]} nats from Bayes ({worst['task']}), "
        f"and at most {max(first_number(row['left of untrained']) for row in numbers):.2f}% of the untrained "
        "divergence is left in any task."
    )
    return style.picture(figure, alt, numbers)
