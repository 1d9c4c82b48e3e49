"""Pictures of what happens when memory or time runs out."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Int

from lib.plotting import style
from lib.plotting.families import FAMILIES, dash
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import percentiles


@in_style
def windows(
    families: Mapping[str, str],
    window: Float[np.ndarray, "task window"],
    counter: Mapping[str, Float[np.ndarray, " most"]],
    without: Mapping[str, Float[np.ndarray, " run"]],
) -> Picture:
    """Divergence of forgetful Bayesians, and of networks without memory, from the Bayesian who forgets nothing."""
    figure, axes = style.panels(1, 2, 7.4, 3.9, sharey=True)
    remembered = np.arange(window.shape[1])
    numbers = []
    for place, (task, family) in enumerate(families.items()):
        look = FAMILIES[family]
        line = dash(task, families)
        axes[0, 0].plot(remembered[:-1], window[place, :-1], line, color=look.color, label=task, linewidth=1.5)
        row = {"task": task, **{f"window {w}": number(float(window[place, w])) for w in (0, 1, 5, 10)}}
        if task in counter:
            axes[0, 1].plot(remembered[:-1], counter[task][:-1], line, color=look.color, linewidth=1.5)
            row["counts to 5"] = number(float(counter[task][5]))
        else:
            row["counts to 5"] = ""
        if task in without:
            networks = percentiles(without[task])
            axes[0, 0].vlines(1, networks.low, networks.high, color=look.color, linewidth=4, alpha=0.4)
            axes[0, 0].plot(
                1, networks.median, look.marker, color=look.color, markersize=9, markeredgecolor=style.INK, zorder=5
            )
            row["network without memory"] = said(networks)
        else:
            row["network without memory"] = ""
        numbers.append(row)
    axes[0, 0].set(
        title="a window", xlabel="observations remembered", ylabel="KL from Bayes, nats an episode", yscale="log"
    )
    axes[0, 1].set(title="counters that stop", xlabel="largest count")
    for panel in axes[0]:
        panel.set(xticks=[0, 5, 10, 15], ylim=(1e-4, None))
    figure.legend(loc="outside lower center", ncols=5, fontsize=8)
    alt = (
        "KL divergence from Bayes of Bayesians who remember only so many observations, or count only so far. "
        + " ".join(
            f"{row['task']}: {row['window 0']} nats with no memory, {row['window 5']} with five observations."
            for row in numbers
        )
        + " Networks without recurrence: "
        + "; ".join(
            f"{row['task']}: {row['network without memory'].split()[0]} nats (a window of one: {row['window 1']})"
            for row in numbers
            if row["network without memory"]
        )
        + "."
    )
    return style.picture(figure, alt, numbers)


@in_style
def widths(
    families: Mapping[str, str],
    tasks: Sequence[str],
    width: Int[np.ndarray, " width"],
    kl: Float[np.ndarray, "task width run"],
    episodes_seen: Float[np.ndarray, " checkpoint"],
    on_the_way: Float[np.ndarray, "task width run checkpoint"],
) -> Picture:
    """Final divergence against width, and how fast networks of each width get there."""
    figure, axes = style.panels(1, 2, 7.4, 3.8, sharey=True)
    numbers = []
    for place, task in enumerate(tasks):
        look = FAMILIES[families[task]]
        networks = percentiles(kl[place].T)
        style.band(axes[0, 0], width, networks.low, networks.high, look.color)
        axes[0, 0].plot(width, networks.median, look.marker + "-", color=look.color, markersize=5, label=task)
        numbers.append(
            {"task": task}
            | {f"N = {n}": number(float(middle)) for n, middle in zip(width, networks.median, strict=True)}
        )
    die = list(tasks).index(next(task for task in tasks if families[task] == "categorical"))
    shades = np.linspace(0.25, 1, len(width))
    for n, own, shade in zip(width, on_the_way[die], shades, strict=True):
        middle = np.median(own, axis=0)
        axes[0, 1].plot(episodes_seen[1:], middle[1:], color=style.ORANGE, alpha=shade, linewidth=1.5)
        half = int(np.argmax(middle < middle[0] / 2)) if (middle < middle[0] / 2).any() else len(middle) - 1
        axes[0, 1].plot(episodes_seen[half], middle[half], "o", color=style.ORANGE, markersize=3)
        axes[0, 1].annotate(f"{n} ", (episodes_seen[half], middle[half]), fontsize=8, va="top", ha="right")
    axes[0, 0].set(
        title="at the end", xscale="log", yscale="log", xlabel="width N", ylabel="KL from Bayes, nats an episode"
    )
    axes[0, 0].set_xticks(width, [str(n) for n in width])
    axes[0, 0].minorticks_off()
    axes[0, 0].legend(loc="lower left", fontsize=8)
    axes[0, 1].set(title=f"on the way ({tasks[die]})", xscale="log", xlabel="episodes seen in training")
    alt = "KL divergence from Bayes at the end of training against width. " + " ".join(
        f"{row['task']}: from {list(row.values())[1]} nats at {list(row)[1]} to {list(row.values())[-1]} "
        f"at {list(row)[-1]}."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def horizon(
    families: Mapping[str, str],
    step: Int[np.ndarray, " step"],
    kl: Float[np.ndarray, "task run step"],
    trained_steps: int,
    bound: float,
) -> Picture:
    """Divergence from Bayes at each step of very long episodes; shaded: steps that no training episode reached."""
    names = list(dict.fromkeys(families.values()))
    figure, axes = style.panels(2, 2, 7.2, 5.6, sharex=True, sharey=True)
    numbers = []
    for family, panel in zip(names, axes.flat, strict=True):
        look = FAMILIES[family]
        for task in (name for name in families if families[name] == family):
            networks = percentiles(kl[list(families).index(task)])
            style.band(panel, step, networks.low, networks.high, look.color)
            panel.plot(step, networks.median, dash(task, families), color=look.color, label=task, linewidth=1.6)
            at = {wanted: float(networks.median[step <= wanted][-1]) for wanted in (20, 30, 100, 1_000, 5_000)}
            held = step[networks.median <= bound]
            beyond = step[networks.median > bound]
            until = step[-1] if not len(beyond) else max((s for s in held if s < beyond[0]), default=0)
            numbers.append(
                {
                    "task": task,
                    **{f"at {wanted:,}": number(value) for wanted, value in at.items()},
                    f"within {bound:g} until": f"{until:,}",
                }
            )
        panel.axvspan(trained_steps + 0.5, step[-1], color=style.GREY, alpha=0.1, linewidth=0)
        panel.axhline(bound, color=style.INK, linestyle=":", linewidth=1)
        panel.set(title=family, xscale="log", yscale="log", xlim=(1, step[-1]), ylim=(1e-6, 0.1))
        panel.legend(loc="lower right", fontsize=8)
    for panel in axes[-1]:
        panel.set_xlabel("step of the episode")
    for panel in axes[:, 0]:
        panel.set_ylabel("KL from Bayes, nats a step")
    last = list(numbers[0])[-1]
    alt = (
        f"KL divergence from Bayes at each step, to step {step[-1]:,}, of networks trained on {trained_steps} steps. "
        + (
            " ".join(
                f"{row['task']}: the median network stays within {bound:g} nats until step {row[last]}."
                for row in numbers
            )
        )
    )
    return style.picture(figure, alt, numbers)
