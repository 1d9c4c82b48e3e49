"""Pictures of predictors in ten worlds: what they say along an episode, how far from Bayes they end up, and what
happens when memory, units or time run out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int, Real

from lib.plotting import convergence, layout, structure, style
from lib.plotting.grammar import before_and_after, curve, points
from lib.plotting.looks import BEFORE_AND_AFTER, FAMILIES, OPTIMUM, SIDES, TRUTH, Look, of_task
from lib.plotting.style import Picture, Table, first_number, in_style, number, said, told
from lib.probes.quantiles import Percentiles, percentiles

Array = np.ndarray


@dataclass(frozen=True)
class Throws:
    """One die, throw by throw, as two predictors saw it.

    Attributes:
        probabilities: of the die's sides.
        sides: that came up, from 0.
        learned: what the network expected of each side, before each throw.
        optimal: what Bayes expected.
    """

    probabilities: Float[Array, " side"]
    sides: Int[Array, " time"]
    learned: Float[Array, "time side"]
    optimal: Float[Array, "time side"]


@in_style
def die_episodes(episodes: Sequence[Throws], trained_steps: int) -> Picture:
    """Episodes of a die, as columns: likelihood of each throw, predictions, throws. Network solid, Bayes dashed."""
    heights = {"height_ratios": [1, 2.4, 0.7]}
    figure, axes = style.panels(3, len(episodes), 7.4, 4.6, sharex=True, sharey="row", gridspec_kw=heights)
    numbers = Table("episode", "true", "network at the last throw", "Bayes", "largest distance")
    for column, (episode, (top, middle, bottom)) in enumerate(zip(episodes, axes.T, strict=True), start=1):
        time = np.arange(1, len(episode.sides) + 1)
        for look, expected in ((Look(style.GREY), episode.learned), (OPTIMUM, episode.optimal)):
            curve(top, time, expected[time - 1, episode.sides], look, linewidth=1.3)
        for side, look in enumerate(SIDES):
            p = episode.probabilities[side]
            middle.axhspan(p - 0.012, p + 0.012, color=look.color, alpha=0.3, linewidth=0)
            curve(middle, time, episode.learned[:, side], look, marker="", linewidth=1.8)
            curve(middle, time, episode.optimal[:, side], OPTIMUM, linewidth=1.1)
            came = episode.sides == side
            curve(bottom, time[came], np.full(came.sum(), 3 - side), look.scattered, markersize=3.2)
        for panel in (top, middle, bottom):
            layout.end_of_training(panel, trained_steps)
        top.set(title=f"die {column}", ylim=(0, 1))
        middle.set(ylim=(0, 1))
        bottom.set(ylim=(0.4, 3.6), xticks=[1, 10, 20, 30])
        bottom.set_yticks([3, 2, 1], ["1", "2", "3"])
        numbers.row(
            f"die {column}",
            " ".join(f"{p:.2f}" for p in episode.probabilities),
            " ".join(f"{p:.2f}" for p in episode.learned[-1]),
            " ".join(f"{p:.2f}" for p in episode.optimal[-1]),
            f"{np.abs(episode.learned - episode.optimal).max():.3f}",
        )
    layout.label(axes, "throw", ("likelihood", "prediction", "side"))
    layout.legend(figure, {f"side {i}": side for i, side in enumerate(SIDES, 1)} | {"Bayes": OPTIMUM})
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
    observations: Float[Array, " time"]
    truth: float
    learned: Float[Array, "3 time"]
    optimal: Float[Array, "3 time"]


@in_style
def quantities(episodes: Sequence[Quantity]) -> Picture:
    """Episodes of waiting times and readings: medians and 5th to 95th percentiles of both predictors."""
    figure, axes = layout.row(len(episodes), 7.4, 3.3)
    numbers = Table("episode", "true median", "network's at the last step", "Bayes's", "largest distance of medians")
    for panel, episode in zip(axes, episodes, strict=True):
        look, time = FAMILIES[episode.family], np.arange(1, len(episode.observations) + 1)
        panel.axhline(episode.truth, color=TRUTH, linewidth=5, alpha=0.35)
        curve(panel, time, episode.observations, look.scattered, markersize=3.5, alpha=0.7)
        middle, low, high = episode.learned
        curve(panel, time, Percentiles(low, middle, high), look, marker="", linewidth=2)
        for line in episode.optimal:
            curve(panel, time, line, OPTIMUM, linewidth=1.1)
        panel.set(title=episode.title, xlabel="step", xticks=layout.IN_AN_EPISODE)
        if episode.family == "exponential":
            panel.set_yscale("symlog", linthresh=1)
            layout.marks(panel.yaxis, [t for t in (0, 0.5, 1, 2, 5, 10, 20, 50) if t < episode.optimal.max()])
        numbers.row(
            episode.title,
            number(episode.truth),
            number(episode.learned[0, -1], 3),
            number(episode.optimal[0, -1], 3),
            number(np.abs(episode.learned[0] - episode.optimal[0]).max()),
        )
    axes[0].set_ylabel("observation")
    sentence = "{episode}: at the last step the network's median is {network's at the last step} and that of Bayes "
    alt = "Predicted medians with 5th to 95th percentiles. " + told(numbers, sentence + "{Bayes's}.")
    return style.picture(figure, alt, numbers)


@in_style
def behaviour(
    families: Mapping[str, str],
    untrained: Float[Array, "task run"],
    trained: Float[Array, "task run"],
    on_500: Float[Array, "task run"],
    never_learns: Float[Array, " task"],
) -> Picture:
    """Divergence from Bayes in every task: networks untrained and trained, and the prior predictive as a landmark."""
    figure, panel = layout.one(7.0, 4.4)
    few, never = Look(style.INK, "x", ""), Look(style.GREY, "|", "")
    numbers = Table(
        "task", "untrained", "never learns", "trained, median (5-95%)", "on 500 episodes", "left of untrained"
    )
    for place, (task, family) in enumerate(families.items()):
        start, end = before_and_after(panel, place, untrained[place], trained[place], FAMILIES[family])
        on_few = float(np.median(on_500[place]))
        panel.plot(on_few, place + 0.34, **few.drawn, markersize=4)
        panel.plot(never_learns[place], place, **never.drawn, markersize=13, markeredgewidth=2)
        numbers.row(
            task,
            number(start.median),
            number(never_learns[place]),
            said(end),
            number(on_few),
            f"{end.median / start.median:.2%}",
        )
    layout.bound(panel, x=0.01)
    panel.set(xscale="log", xlabel="KL from Bayes, nats an episode of 20 steps")
    layout.down(panel, families)
    layout.legend(figure, BEFORE_AND_AFTER | {"trained, on 500 episodes": few, "never learns": never})
    worst = max(numbers, key=lambda row: first_number(row["trained, median (5-95%)"]))
    alt = (
        f"KL divergence from Bayes in {len(families)} tasks, of untrained and of trained networks. The median trained "
        f"network is at most {worst['trained, median (5-95%)'].split()[0]} nats from Bayes ({worst['task']}), "
        f"and at most {max(first_number(row['left of untrained']) for row in numbers):.2f}% of the untrained "
        "divergence is left in any task."
    )
    return style.picture(figure, alt, numbers)


@in_style
def windows(
    families: Mapping[str, str],
    window: Float[Array, "task window"],
    counter: Mapping[str, Float[Array, " most"]],
    without: Mapping[str, Float[Array, " run"]],
) -> Picture:
    """Divergence of forgetful Bayesians, and of networks without memory, from the Bayesian who forgets nothing."""
    figure, axes = layout.row(2, 7.4, 3.9, sharey=True)
    left, right = axes
    remembered = np.arange(window.shape[1] - 1)
    numbers = []
    for task, own in zip(families, window, strict=True):
        look = of_task(task, families)
        curve(left, remembered, own[:-1], look, task, marker="")
        row = {"task": task, **{f"window {w}": number(own[w]) for w in (0, 1, 5, 10)}}
        row |= {"counts to 5": "", "network without memory": ""}
        if task in counter:
            curve(right, remembered, counter[task][:-1], look, marker="")
            row["counts to 5"] = number(counter[task][5])
        if task in without:
            row["network without memory"] = said(points(left, 1, without[task], look, upright=True, size=9))
        numbers.append(row)
    left.set(title="a window", xlabel="observations remembered", ylabel="KL from Bayes, nats an episode", yscale="log")
    right.set(title="counters that stop", xlabel="largest count")
    for panel in axes:
        panel.set(xticks=[0, 5, 10, 15], ylim=(1e-4, None))
    layout.legend(figure, left, 5)
    known = [row for row in numbers if row["network without memory"]]
    alt = (
        "KL divergence from Bayes of Bayesians who remember only so many observations, or count only so far. "
        + told(numbers, "{task}: {window 0} nats with no memory, {window 5} with five observations.")
        + " Networks without recurrence: "
        + told(known, "{task}: {network without memory:first} nats (a window of one: {window 1})", "; ")
    )
    return style.picture(figure, alt + ".", numbers)


@in_style
def widths(
    families: Mapping[str, str],
    tasks: Sequence[str],
    width: Int[Array, " width"],
    kl: Float[Array, "task width run"],
    episodes_seen: Float[Array, " checkpoint"],
    on_the_way: Float[Array, "task width run checkpoint"],
) -> Picture:
    """Final divergence against width, and how fast networks of each width get there."""
    figure, (left, right) = layout.row(2, 7.4, 3.8, sharey=True)
    numbers = []
    for task, own in zip(tasks, kl, strict=True):
        middle = curve(left, width, own.T, FAMILIES[families[task]], task, markersize=5).median
        numbers.append({"task": task, **{f"N = {n}": number(m) for n, m in zip(width, middle, strict=True)}})
    die = next(place for place, task in enumerate(tasks) if families[task] == "categorical")
    look = FAMILIES["categorical"]
    shades = np.linspace(0.25, 1, len(width))
    for n, own, shade in zip(width, on_the_way[die], shades, strict=True):
        middle = np.median(own, axis=0)
        halved = middle < middle[0] / 2
        half = int(np.argmax(halved)) if halved.any() else len(middle) - 1
        curve(right, episodes_seen[1:], middle[1:], look, marker="", alpha=shade)
        right.plot(episodes_seen[half], middle[half], look.marker, color=look.color, markersize=3)
        right.annotate(f"{n} ", (episodes_seen[half], middle[half]), fontsize=8, va="top", ha="right")
    left.set(title="at the end", xscale="log", yscale="log", xlabel="width N", ylabel="KL from Bayes, nats an episode")
    layout.marks(left.xaxis, width.tolist())
    layout.legend(figure, left)
    right.set(title=f"on the way ({tasks[die]})", xscale="log", xlabel="episodes seen in training", xlim=(1e3, None))
    few, many = (f"N = {n}" for n in (width[0], width[-1]))
    sentence = f"{{task}}: from {{{few}}} nats at {few} to {{{many}}} at {many}."
    alt = "KL divergence from Bayes at the end of training against width. " + told(numbers, sentence)
    return style.picture(figure, alt, numbers)


@in_style
def horizon(
    families: Mapping[str, str],
    step: Int[Array, " step"],
    kl: Float[Array, "task run step"],
    trained_steps: int,
    bound: float,
) -> Picture:
    """Divergence from Bayes at each step of very long episodes; shaded: steps that no training episode reached."""
    figure, axes = style.panels(2, 2, 7.2, 5.6, sharex=True, sharey=True)
    panels = dict(zip(dict.fromkeys(families.values()), axes.flat, strict=True))
    within = f"within {bound:g} until"
    numbers = []
    for (task, family), own in zip(families.items(), kl, strict=True):
        median = curve(panels[family], step, own, of_task(task, families), task, marker="").median
        at = {f"at {wanted:,}": number(median[step <= wanted][-1]) for wanted in (20, 30, 100, 1_000, 5_000)}
        beyond = step[median > bound]
        held = [s for s in step if not len(beyond) or s < beyond[0]]
        numbers.append({"task": task, **at, within: f"{max(held, default=0):,}"})
    for family, panel in panels.items():
        panel.axvspan(trained_steps + 0.5, step[-1], color=style.GREY, alpha=0.1, linewidth=0)
        layout.bound(panel, bound)
        panel.set(title=family, xscale="log", yscale="log", xlim=(1, step[-1]), ylim=(1e-6, 0.1))
        panel.legend(loc="lower right", fontsize=8)
    layout.label(axes, "step of the episode", "KL from Bayes, nats a step")
    alt = (
        f"KL divergence from Bayes at each step, to step {step[-1]:,}, of networks trained on {trained_steps} steps. "
        + " ".join(
            f"{row['task']}: the median network stays within {bound:g} nats until step {row[within]}."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


@in_style
def gallery(
    name: str,
    episodes_seen: Real[Array, " checkpoint"],
    kl: Float[Array, "run checkpoint step"],
    places: Float[Array, "point 2"],
    moments: int,
    panels: Sequence[structure.Panel],
) -> Picture:
    """One task in six panels: divergence within an episode for the first network, the map of all networks, and the four
    panels of structure.
    """
    figure, within, errors = structure.six(places, len(kl), moments, panels, "ten networks and Bayes")
    convergence.within_panel(within, kl[0])
    within.set(yscale="log", ylabel="KL from Bayes, nats")
    untrained, trained = (percentiles(kl[:, moment].sum(axis=1)) for moment in (0, -1))
    start = number(untrained.median)
    there, back = errors.values()
    alt = (
        f"The task {name} in six panels. KL divergence from Bayes falls from {start} to "
        f"{number(trained.median)} nats an episode; {len(kl)} paths of training around Bayes; states of Bayes "
        f"and of the network, and each embedded in the other with errors of {there} and {back}."
    )
    found = {"task": name, "untrained": start, "trained, median (5-95%)": said(trained), **errors}
    return style.picture(figure, alt, [found])
