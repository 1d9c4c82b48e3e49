"""Pictures of training: how networks come to behave like the optimum, and like each other."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lib.plotting import layout, style
from lib.plotting.grammar import curve
from lib.plotting.looks import OPTIMUM, TRAINED, TRAINING, UNTRAINED, Look, of_task
from lib.plotting.style import Picture, Table, first_number, in_style, number, said, told
from lib.probes.quantiles import percentiles

Array = np.ndarray


def within_panel(panel: Axes, lost: Float[Array, "checkpoint step"]) -> None:
    """What is lost at each step of an episode, a line for each moment of training."""
    steps = np.arange(1, lost.shape[1] + 1)
    for line, color in zip(lost, TRAINING(np.linspace(0, 1, len(lost))), strict=True):
        curve(panel, steps, line, Look(color), linewidth=1.3)
    panel.set(xticks=layout.IN_AN_EPISODE)


def within(episodes_seen: Real[Array, " checkpoint"], lost: Float[Array, "checkpoint step"]) -> tuple[Figure, Axes]:
    """The same as a figure, with the episodes that the colours of lines stand for."""
    figure, panel = layout.one(6.6, 3.6)
    within_panel(panel, lost)
    marks = np.linspace(0, len(lost) - 1, 5).round().astype(int)
    ticks = {float(mark): layout.seen(episodes_seen[mark]) for mark in marks}
    layout.bar(figure, panel, layout.scale(TRAINING, 0, len(lost) - 1), "episodes seen in training", ticks)
    panel.set(xlabel="step of the episode")
    return figure, panel


@in_style
def within_episode(
    episodes_seen: Real[Array, " checkpoint"], kl: Float[Array, "checkpoint step"], threshold: float
) -> Picture:
    """Divergence of one network at each step of an episode, from untrained to trained."""
    figure, panel = within(episodes_seen, kl)
    layout.bound(panel, threshold)
    panel.set(yscale="log", ylabel="KL from Bayes, nats")
    numbers = [
        {"episodes seen": f"{seen:,.0f}", **{f"step {step}": number(line[step - 1]) for step in (1, 2, 5, 10, 20)}}
        for seen, line in zip(episodes_seen[::6], kl[::6], strict=True)
    ]
    alt = (
        f"KL divergence from Bayes at each step of an episode, a line for each of {len(kl)} moments of training. The "
        f"untrained network is {number(kl[0, 0])} nats from Bayes at the first step, {number(kl[0, -1])} at the last; "
        f"the trained one {number(kl[-1, 0])} and {number(kl[-1, -1])}."
    )
    return style.picture(figure, alt, numbers)


def learned(
    panels: Mapping[str, Axes], families: Mapping[str, str], times: Float[Array, "task run step"], first: int
) -> list[dict[str, str]]:
    """When each step of an episode is learned, a line for each task in the panel of its family; and that as a table."""
    numbers, steps = (
        Table("first step learned", "after", "last step learned", "after ", "latest / earliest, median (5-95%)"),
        np.arange(first, times.shape[-1] + first),
    )
    for (task, family), own in zip(families.items(), times, strict=True):
        median = curve(panels[family], steps, own, of_task(task, families), task, marker="", linewidth=1.8).median
        panels[family].set(title=family, yscale="log", xticks=[first, *layout.IN_AN_EPISODE[1:]])
        numbers.row(
            f"{steps[np.argmin(median)]}",
            f"{median.min():,.0f}",
            f"{steps[np.argmax(median)]}",
            f"{median.max():,.0f}",
            said(own.max(axis=1) / own.min(axis=1)),
        )
    return numbers


@in_style
def staggered(
    families: Mapping[str, str], times: Float[Array, "task run step"], batch: float, longest: float
) -> Picture:
    """When each step of an episode is learned: a panel for each family, a line for each task."""
    figure, axes = style.panels(2, 2, 7.2, 5.4, sharex=True, sharey=True)
    panels = dict(zip(dict.fromkeys(families.values()), axes.flat, strict=True))
    found = learned(panels, families, times, 1)
    numbers = [{"task": task} | row for task, row in zip(families, found, strict=True)]
    for panel in axes.flat:
        panel.axhline(longest, color=style.GREY, linestyle=":", linewidth=1)
        panel.legend(loc="lower right", fontsize=8)
    layout.label(axes, "step of the episode", "episodes until learned")
    ratio = "latest / earliest, median (5-95%)"
    least, most = (pick(numbers, key=lambda row: first_number(row[ratio])) for pick in (min, max))
    alt = (
        "Episodes of training until each step of an episode is learned. The last step learned takes "
        f"{least[ratio].split()[0]} ({least['task']}) to {most[ratio].split()[0]} ({most['task']}) "
        "times as many as the first."
    )
    return style.picture(figure, alt, numbers)


def map_panel(panel: Axes, places: Float[Array, "point 2"], runs: int, moments: int) -> None:
    """Ten paths of training and Bayes, on a map of behavioural distances. The last point is Bayes."""
    ways = places[:-1].reshape(runs, moments, 2)
    for path in ways:
        panel.plot(*path.T, color=style.GREY, linewidth=0.8, alpha=0.7)
        panel.scatter(path[:, 0], path[:, 1], c=TRAINING(np.linspace(0, 1, moments)), s=12, zorder=2)
    panel.plot(*ways[:, 0].T, **UNTRAINED.scattered.drawn, markersize=6, zorder=3)
    panel.plot(*places[-1], "*", color=OPTIMUM.color, markersize=13, zorder=4)
    panel.tick_params(labelsize=9)
    panel.grid(False)


@in_style
def on_the_map(
    places: Float[Array, "point 2"], runs: int, moments: Int[Array, " moment"], left: Mapping[str, float]
) -> Picture:
    """Where ten networks are in training, relative to each other and to Bayes, on a map of behavioural distances.

    Args:
        places: of every network at every moment, network by network, and of Bayes at the end.
        runs: how many networks.
        moments: episodes seen at each moment.
        left: mean distances before and after training, by name.
    """
    figure, panel = layout.one(6.8, 3.4)
    panel.set(xlabel="nats", ylabel="nats")
    map_panel(panel, places, runs, len(moments))
    star = Look(OPTIMUM.color, "*", "")
    layout.legend(figure, {"untrained": UNTRAINED.scattered, "trained": TRAINED.scattered, "Bayes": star})
    numbers = [{"distance": name, "nats an episode": number(value, 3)} for name, value in left.items()]
    alt = (
        f"A map of {runs} networks at {len(moments)} moments of training, and of Bayes; places are as far apart as "
        "behaviours. Each path leads from an open circle to the place of the trained network. "
        + told(numbers, "Mean distance, {distance}: {nats an episode} nats.")
    )
    return style.picture(figure, alt, numbers)


@in_style
def losses(
    episodes_seen: Real[Array, " checkpoint"],
    families: Mapping[str, str],
    log_loss: Float[Array, "task run checkpoint"],
    bayes: Float[Array, " task"],
) -> Picture:
    """Training curves: log-loss on held-out episodes in excess of what Bayes loses on the same episodes."""
    figure, panel = layout.one(7.0, 4.2)
    x = layout.over_training(panel, episodes_seen)
    numbers = Table("task", "Bayes loses", "untrained, more", "trained, more, median (5-95%)")
    for task, loss, least in zip(families, log_loss, bayes, strict=True):
        excess = percentiles(loss - least)
        curve(panel, x, excess.median, of_task(task, families), task, marker="")
        numbers.row(task, number(least, 4), number(excess.median[0]), said(loss[:, -1] - least))
    panel.set(ylabel="log-loss over Bayes, nats an episode")
    panel.set_yscale("symlog", linthresh=0.01)
    panel.set_ylim(bottom=-0.01)
    layout.optimum(panel, 0)
    layout.legend(figure, panel, 5)
    worst = max(numbers, key=lambda row: first_number(row["trained, more, median (5-95%)"]))
    alt = (
        f"Log-loss in excess of that of Bayes against training episodes, for {len(families)} tasks. "
        f"The largest median excess at the end is {worst['trained, more, median (5-95%)'].split()[0]} nats an "
        f"episode ({worst['task']})."
    )
    return style.picture(figure, alt, numbers)
