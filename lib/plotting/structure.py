"""Pictures of structure: where states lie, and how well one machine's states stand for another's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from lib.plotting import style
from lib.plotting.families import FAMILIES, before_and_after, dash
from lib.plotting.style import Picture, first_number, in_style, number, said
from lib.probes.quantiles import percentiles

_LOW_TO_HIGH = LinearSegmentedColormap.from_list("low to high", [style.ORANGE, style.GREY, style.BLUE])


def colors_of(outputs: Float[np.ndarray, "*batch output"]) -> Float[np.ndarray, "*batch 3"]:
    """What a machine says, as a colour: three probabilities mix three colours; one number runs from low to high.

    One number is ranked first, so that a few extreme outputs do not take all the colours.
    """
    if outputs.shape[-1] == 3:
        mixed: np.ndarray = outputs @ np.array([to_rgb(c) for c in (style.BLUE, style.ORANGE, style.PURPLE)])
        return mixed
    flat = outputs.reshape(-1)
    ranks = flat.argsort().argsort() / max(len(flat) - 1, 1)
    return np.asarray(_LOW_TO_HIGH(ranks))[:, :3].reshape(*outputs.shape[:-1], 3)


@dataclass(frozen=True)
class Panel:
    """One cloud of states.

    Attributes:
        title: what it shows.
        places: of the states of many episodes, on two whitened components.
        says: what the machine says from each, as probabilities or as one number.
        error: mean squared error of the embedding; None where nothing was embedded.
    """

    title: str
    places: Float[np.ndarray, "episode time 2"]
    says: Float[np.ndarray, "episode time output"]
    error: float | None = None


def cloud(axes: Axes, panel: Panel, episodes: int, size: float = 7) -> None:
    """States as dots in the colour of what is said from them; a few episodes as lines."""
    colors = colors_of(panel.says)
    axes.scatter(
        panel.places[..., 0].ravel(),
        panel.places[..., 1].ravel(),
        c=colors.reshape(-1, 3),
        s=size,
        alpha=0.75,
        linewidths=0,
        rasterized=True,
    )
    for path, line in zip(panel.places[:episodes], ("-", (0, (4, 1.5)), (0, (1, 1.2))), strict=False):
        axes.plot(*path.T, color=style.INK, linestyle=line, linewidth=1.2)
        axes.plot(*path[-1], "o", color=style.INK, markersize=3.5)
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    if panel.error is not None:
        axes.set_xlabel(f"MSE {panel.error:.4f}", fontsize=9)


@in_style
def four_panels(panels: Sequence[Panel], episodes: int = 3) -> Picture:
    """The states of both machines, and each embedded in the other: Opt, RNN into Opt; Opt into RNN, RNN."""
    figure, axes = style.panels(2, 2, 6.8, 6.4)
    for each, panel in zip(axes.flat, panels, strict=True):
        cloud(each, panel, episodes)
        each.set_title(panel.title)
    numbers = [
        {
            "panel": panel.title,
            "states": f"{panel.places.shape[0] * panel.places.shape[1]:,}",
            "MSE": "" if panel.error is None else f"{panel.error:.4f}",
        }
        for panel in panels
    ]
    errors = " and ".join(f"{p.error:.4f} ({p.title})" for p in panels if p.error is not None)
    alt = (
        "Four clouds of states, coloured by what is said from them, with three episodes as lines: "
        + "; ".join(panel.title for panel in panels)
        + f". The mean squared error of the embedding on held-out episodes is {errors}, where a map that ignores the "
        "state has an error of 1."
    )
    return style.picture(figure, alt, numbers)


@in_style
def dissimilarities(
    families: Mapping[str, str],
    values: Mapping[str, tuple[Float[np.ndarray, "task run"], Float[np.ndarray, "task run"]]],
) -> Picture:
    """D_s and D_o in both directions, untrained (open) and trained (filled), in every task, a panel each."""
    figure, axes = style.panels(1, len(values), 7.6, 4.4, sharey=True)
    numbers: list[dict[str, str]] = [{"task": task} for task in families]
    for (title, (untrained, trained)), panel in zip(values.items(), axes[0], strict=True):
        for place, (row, family) in enumerate(zip(numbers, families.values(), strict=True)):
            look = FAMILIES[family]
            for offset, each, filled in ((-0.15, untrained[place], False), (0.15, trained[place], True)):
                networks, y = percentiles(each), place + offset
                panel.plot([networks.low, networks.high], [y, y], color=look.color, linewidth=1.8)
                face = look.color if filled else "none"
                panel.plot(networks.median, y, look.marker, color=look.color, markerfacecolor=face, markersize=5)
            row[title] = said(percentiles(trained[place]))
        panel.set(title=title, xscale="log")
        panel.title.set_fontsize(9)
    axes[0, 0].set(yticks=range(len(families)))
    axes[0, 0].set_yticklabels(list(families))
    axes[0, 0].invert_yaxis()
    figure.legend(
        handles=before_and_after(),
        loc="outside lower center",
        ncols=2,
    )
    middle = {title: np.median(trained, axis=1) for title, (_, trained) in values.items()}
    alt = (
        f"State and output dissimilarity in {len(families)} tasks, untrained and trained. Over tasks, the median "
        "trained network's "
        + (
            "; ".join(
                f"{title} lies between {number(each.min())} and {number(each.max())}" for title, each in middle.items()
            )
        )
    )
    return style.picture(figure, alt + ".", numbers)


@in_style
def controls(families: Mapping[str, str], values: Mapping[str, Float[np.ndarray, "task run"]]) -> Picture:
    """D_o from Opt to RNN by several maps: what is lost by phi, and what by the projection alone."""
    marks = ("o", "s", "^", "D", "v", "P")
    palette = (style.BLUE, style.ORANGE, style.PURPLE, style.GREEN, style.GREY)
    figure, axes = style.panels(1, 1, 7.2, 4.6)
    panel = axes[0, 0]
    numbers: list[dict[str, str]] = [{"task": task} for task in families]
    for (title, each), mark, color in zip(values.items(), marks[: len(values)], palette[: len(values)], strict=True):
        networks = percentiles(each.T)  # at most as many maps as there are colours
        offset = np.linspace(-0.25, 0.25, len(values))[list(values).index(title)]
        y = np.arange(len(families)) + offset
        panel.hlines(y, networks.low, networks.high, color=color, linewidth=1.5)
        panel.plot(networks.median, y, mark, color=color, linestyle="", markersize=5, label=title)
        for row, middle in zip(numbers, networks.median, strict=True):
            row[title] = number(float(middle))
    panel.set(xscale="log", xlabel="output dissimilarity, nats an episode", yticks=range(len(families)))
    panel.set_yticklabels(list(families))
    panel.invert_yaxis()
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    alt = f"Output dissimilarity in {len(families)} tasks by kind of map. Medians over tasks: " + "; ".join(
        f"{title} {number(float(np.median(each)))} nats" for title, each in values.items()
    )
    return style.picture(figure, alt + ".", numbers)


@in_style
def variance(
    families: Mapping[str, str], n: Mapping[str, int], explained: Float[np.ndarray, "task run component"]
) -> Picture:
    """Share of the variance of a network's states in its first components; marked: as many as sufficient statistics."""
    figure, axes = style.panels(1, 1, 6.6, 3.6)
    panel = axes[0, 0]
    components = np.arange(1, explained.shape[-1] + 1)
    numbers = []
    for place, (task, family) in enumerate(families.items()):
        look = FAMILIES[family]
        networks = percentiles(explained[place].cumsum(axis=1))
        panel.plot(components, networks.median, dash(task, families), color=look.color, label=task, linewidth=1.4)
        at = n[task] - 1
        panel.plot(n[task], networks.median[at], look.marker, color=look.color, markersize=7)
        own = percentiles(explained[place, :, : n[task]].sum(axis=1))
        numbers.append({"task": task, "sufficient statistics": str(n[task]), "variance in as many": said(own)})
    panel.set(xlabel="principal components", ylabel="share of variance", ylim=(0, 1.02), xticks=components)
    panel.legend(loc="lower right", ncols=2, fontsize=8)
    least = min(numbers, key=lambda row: first_number(row["variance in as many"]))
    alt = (
        "Cumulative variance of trained networks' states by principal component. As many as there are "
        f"sufficient statistics explain {first_number(least['variance in as many']):.0%} or more ({least['task']})."
    )
    return style.picture(figure, alt, numbers)


@in_style
def order(
    families: Mapping[str, str], untrained: Float[np.ndarray, "task run"], trained: Float[np.ndarray, "task run"]
) -> Picture:
    """How much of the order of ten observations the state keeps; a Bayesian keeps nothing."""
    figure, axes = style.panels(1, 1, 6.8, 3.9)
    panel = axes[0, 0]
    numbers = []
    for place, (task, family) in enumerate(families.items()):
        look = FAMILIES[family]
        for offset, each, filled in ((-0.15, untrained[place], False), (0.15, trained[place], True)):
            networks = percentiles(each)
            panel.plot([networks.low, networks.high], [place + offset] * 2, color=look.color, linewidth=1.8)
            face = look.color if filled else "none"
            panel.plot(
                networks.median, place + offset, look.marker, color=look.color, markerfacecolor=face, markersize=6
            )
        numbers.append(
            {
                "task": task,
                "untrained": said(percentiles(untrained[place])),
                "trained": said(percentiles(trained[place])),
            }
        )
    panel.axvline(0, color=style.INK, linewidth=1.2)
    panel.annotate("Bayes ", (0, 1.01), xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=9)
    panel.set(xlabel="distance between orders / distance between histories", yticks=range(len(families)))
    panel.set_yticklabels(list(families))
    panel.invert_yaxis()
    figure.legend(
        handles=before_and_after(),
        loc="outside lower center",
        ncols=2,
    )
    alt = (
        "How far apart two orders of the same ten observations leave the state, relative to different observations. "
        f"Trained networks: medians from {number(float(np.median(trained, axis=1).min()))} to "
        f"{number(float(np.median(trained, axis=1).max()))}; untrained: from "
        f"{number(float(np.median(untrained, axis=1).min()))} to {number(float(np.median(untrained, axis=1).max()))}; "
        "Bayes: 0."
    )
    return style.picture(figure, alt, numbers)
