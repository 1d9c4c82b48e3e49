"""Pictures of training: how networks come to behave like Bayes, and like each other."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int, Real
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.lines import Line2D

from lib.plotting import style
from lib.plotting.families import FAMILIES, dash
from lib.plotting.style import Picture, first_number, in_style, number, said
from lib.probes.quantiles import percentiles

TRAINING = LinearSegmentedColormap.from_list("training", [style.GREY, style.ORANGE, style.PURPLE, style.BLUE])


def within_panel(
    panel: Axes, episodes_seen: Real[np.ndarray, " checkpoint"], kl: Float[np.ndarray, "checkpoint step"]
) -> None:
    """Divergence at each step of an episode, a line for each moment of training."""
    steps = np.arange(1, kl.shape[1] + 1)
    for line, color in zip(kl, TRAINING(np.linspace(0, 1, len(kl))), strict=True):
        panel.plot(steps, line, color=color, linewidth=1.3)
    panel.set(yscale="log", xticks=[1, 5, 10, 15, 20])


@in_style
def within_episode(
    episodes_seen: Real[np.ndarray, " checkpoint"], kl: Float[np.ndarray, "checkpoint step"], threshold: float
) -> Picture:
    """Divergence of one network at each step of an episode, from untrained to trained."""
    figure, axes = style.panels(1, 1, 6.6, 3.6)
    panel = axes[0, 0]
    within_panel(panel, episodes_seen, kl)
    panel.axhline(threshold, color=style.INK, linestyle=":", linewidth=1)
    panel.set(xlabel="step of the episode", ylabel="KL from Bayes, nats")
    bar = figure.colorbar(
        ScalarMappable(Normalize(0, len(kl) - 1), TRAINING),
        ax=panel,
        label="episodes seen in training",
        ticks=np.linspace(0, len(kl) - 1, 5).round(),
    )
    marks = [episodes_seen[int(i)] for i in np.linspace(0, len(kl) - 1, 5).round()]
    bar.ax.set_yticklabels(["none" if seen == 0 else f"{seen:,.0f}" for seen in marks])
    bar.outline.set_visible(False)
    numbers = [
        {
            "episodes seen": f"{seen:,.0f}",
            **{f"step {step}": number(float(line[step - 1])) for step in (1, 2, 5, 10, 20)},
        }
        for seen, line in zip(episodes_seen[::6], kl[::6], strict=True)
    ]
    alt = (
        f"KL divergence from Bayes at each step of an episode, a line for each of {len(kl)} moments of training. The "
        f"untrained network is {number(kl[0, 0])} nats from Bayes at the first step, {number(kl[0, -1])} at the last; "
        f"the trained one {number(kl[-1, 0])} and {number(kl[-1, -1])}."
    )
    return style.picture(figure, alt, numbers)


@in_style
def staggered(
    families: Mapping[str, str], times: Float[np.ndarray, "task run step"], batch: float, longest: float
) -> Picture:
    """When each step of an episode is learned: a panel for each family, a line for each task."""
    names = list(dict.fromkeys(families.values()))
    figure, axes = style.panels(2, 2, 7.2, 5.4, sharex=True, sharey=True)
    steps = np.arange(1, times.shape[-1] + 1)
    numbers = []
    for family, panel in zip(names, axes.flat, strict=True):
        look = FAMILIES[family]
        ours = [task for task in families if families[task] == family]
        for task in ours:
            own = times[list(families).index(task)]
            networks = percentiles(own)
            style.band(panel, steps, networks.low, networks.high, look.color)
            panel.plot(steps, networks.median, dash(task, families), color=look.color, label=task)
            ratio = percentiles(own.max(axis=1) / own.min(axis=1))
            numbers.append(
                {
                    "task": task,
                    "first step learned": f"{int(np.argmin(networks.median)) + 1}",
                    "after": f"{networks.median.min():,.0f}",
                    "last step learned": f"{int(np.argmax(networks.median)) + 1}",
                    "after ": f"{networks.median.max():,.0f}",
                    "latest / earliest, median (5-95%)": said(ratio),
                }
            )
        panel.axhline(longest, color=style.GREY, linestyle=":", linewidth=1)
        panel.set(title=family, yscale="log", xticks=[1, 5, 10, 15, 20])
        panel.legend(loc="lower right", fontsize=8)
    for panel in axes[-1]:
        panel.set_xlabel("step of the episode")
    for panel in axes[:, 0]:
        panel.set_ylabel("episodes until learned")
    least, most = (pick(numbers, key=lambda row: first_number(row[list(row)[-1]])) for pick in (min, max))
    alt = (
        "Episodes of training until each step of an episode is learned. The last step learned takes "
        f"{least[list(least)[-1]].split()[0]} ({least['task']}) to "
        f"{most[list(most)[-1]].split()[0]} ({most['task']}) "
        "times as many as the first."
    )
    return style.picture(figure, alt, numbers)


def map_panel(panel: Axes, places: Float[np.ndarray, "point 2"], runs: int, moments: int) -> None:
    """Ten paths of training and Bayes, on a map of behavioural distances. The last point is Bayes."""
    paths = places[:-1].reshape(runs, moments, 2)
    colors = TRAINING(np.linspace(0, 1, moments))
    for path in paths:
        panel.plot(*path.T, color=style.GREY, linewidth=0.8, alpha=0.7)
        panel.scatter(path[:, 0], path[:, 1], c=colors, s=12, zorder=2)
    start = paths[:, 0]
    panel.scatter(start[:, 0], start[:, 1], facecolors="none", edgecolors=style.GREY, linewidths=1.2, s=34, zorder=3)
    panel.plot(*places[-1], "*", color=style.INK, markersize=13, zorder=4)
    panel.tick_params(labelsize=8)
    panel.grid(False)


@in_style
def on_the_map(
    places: Float[np.ndarray, "point 2"], runs: int, moments: Int[np.ndarray, " moment"], left: Mapping[str, float]
) -> Picture:
    """Where ten networks are in training, relative to each other and to Bayes, on a map of behavioural distances.

    Args:
        places: of every network at every moment, network by network, and of Bayes at the end.
        runs: how many networks.
        moments: episodes seen at each moment.
        left: mean distances before and after training, by name.
    """
    figure, axes = style.panels(1, 1, 6.8, 3.4)
    axes[0, 0].set(xlabel="nats", ylabel="nats")
    map_panel(axes[0, 0], places, runs, len(moments))
    figure.legend(
        handles=[
            Line2D([], [], color=style.GREY, marker="o", markerfacecolor="none", linestyle="", label="untrained"),
            Line2D([], [], color=style.BLUE, marker="o", linestyle="", label="trained"),
            Line2D([], [], color=style.INK, marker="*", linestyle="", markersize=11, label="Bayes"),
        ],
        loc="outside lower center",
        ncols=3,
    )
    numbers = [{"distance": name, "nats an episode": number(value, 3)} for name, value in left.items()]
    alt = (
        f"A map of {runs} networks at {len(moments)} moments of training, and of Bayes; places are as far apart as "
        "behaviours. Each path leads from an open circle to the place of the trained network. "
        + " ".join(f"Mean distance, {name}: {number(value, 3)} nats." for name, value in left.items())
    )
    return style.picture(figure, alt, numbers)


@in_style
def losses(
    episodes_seen: Real[np.ndarray, " checkpoint"],
    families: Mapping[str, str],
    log_loss: Float[np.ndarray, "task run checkpoint"],
    bayes: Float[np.ndarray, " task"],
) -> Picture:
    """Training curves: log-loss on held-out episodes in excess of what Bayes loses on the same episodes."""
    figure, axes = style.panels(1, 1, 7.0, 4.2)
    panel = axes[0, 0]
    first = episodes_seen[1] / 3
    x = np.where(episodes_seen == 0, first, episodes_seen)
    numbers = []
    for place, (task, family) in enumerate(families.items()):
        look = FAMILIES[family]
        excess = percentiles(log_loss[place] - bayes[place])
        panel.plot(x, excess.median, dash(task, families), color=look.color, label=task, linewidth=1.6)
        end = percentiles(log_loss[place, :, -1] - bayes[place])
        numbers.append(
            {
                "task": task,
                "Bayes loses": number(float(bayes[place]), 4),
                "untrained, more": number(float(excess.median[0])),
                "trained, more, median (5-95%)": said(end),
            }
        )
    panel.set(xscale="log", xlabel="episodes seen in training", ylabel="log-loss over Bayes, nats an episode")
    panel.set_yscale("symlog", linthresh=0.01)
    panel.set_ylim(bottom=-0.01)
    panel.axhline(0, color=style.INK, linewidth=0.8)
    ticks = [10.0**power for power in range(2, int(np.log10(x[-1])) + 1) if 10.0**power > 2 * first]
    panel.set_xticks([first, *ticks], ["none", *(f"{tick:,.0f}" for tick in ticks)])
    panel.minorticks_off()
    figure.legend(loc="outside lower center", ncols=5, fontsize=8)
    worst = max(numbers, key=lambda row: first_number(row["trained, more, median (5-95%)"]))
    alt = (
        f"Log-loss in excess of that of Bayes against training episodes, for {len(families)} tasks. "
        f"The largest median excess at the end is {worst['trained, more, median (5-95%)'].split()[0]} nats an "
        f"episode ({worst['task']})."
    )
    return style.picture(figure, alt, numbers)
