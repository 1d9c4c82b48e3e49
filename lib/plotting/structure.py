"""Pictures of structure: where states lie, and how well one machine's states stand for another's."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from lib.plotting import layout, style
from lib.plotting.convergence import map_panel
from lib.plotting.grammar import before_and_after, cloud, curve, paths, points
from lib.plotting.looks import BEFORE_AND_AFTER, FAMILIES, LOW_TO_HIGH, SERIES, SIDES, of_task
from lib.plotting.style import Picture, Table, first_number, in_style, number, said, told

Array = np.ndarray


def colors_of(outputs: Float[Array, "*batch output"]) -> Float[Array, "*batch 3"]:
    """What a machine says, as a colour: three probabilities mix three colours; one number runs from low to high.

    One number is ranked first, so that a few extreme outputs do not take all the colours.
    """
    if outputs.shape[-1] == 3:
        return outputs @ np.array([to_rgb(side.color) for side in SIDES])
    flat = outputs.reshape(-1)
    ranks = flat.argsort().argsort() / max(len(flat) - 1, 1)
    return np.asarray(LOW_TO_HIGH(ranks))[:, :3].reshape(*outputs.shape[:-1], 3)


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
    places: Float[Array, "episode time 2"]
    says: Float[Array, "episode time output"]
    error: float | None = None


Draw = Callable[[Axes, Panel], None]


def states(axes: Axes, panel: Panel) -> None:
    """States as dots in the colour of what is said from them; a few episodes as lines."""
    cloud(axes, panel.places, colors_of(panel.says).reshape(-1, 3))
    finish(axes, panel)


def finish(axes: Axes, panel: Panel) -> None:
    """Three episodes through a cloud, its title and its error."""
    paths(axes, panel.places[:3])
    axes.set_title(panel.title)
    if panel.error is not None:
        axes.set_xlabel(f"MSE {panel.error:.4f}", fontsize=9)


def two_by_two(
    panels: Sequence[Panel], draw: Draw = states, height: float = 6.4
) -> tuple[Figure, list[dict[str, str]], str]:
    """Four clouds as a figure, the numbers behind them, and their errors in words."""
    figure, axes = style.panels(2, 2, 6.8, height)
    for each, panel in zip(axes.flat, panels, strict=True):
        draw(each, panel)
    numbers = [
        {
            "panel": panel.title,
            "states": f"{panel.places.shape[0] * panel.places.shape[1]:,}",
            "MSE": "" if panel.error is None else f"{panel.error:.4f}",
        }
        for panel in panels
    ]
    errors = " and ".join(f"{p.error:.4f} ({p.title})" for p in panels if p.error is not None)
    return (
        figure,
        numbers,
        (
            f". The mean squared error of the embedding on held-out episodes is {errors}, where a map that ignores the "
            "state has an error of 1."
        ),
    )


@in_style
def four_panels(panels: Sequence[Panel]) -> Picture:
    """The states of both machines, and each embedded in the other: Opt, RNN into Opt; Opt into RNN, RNN."""
    figure, numbers, errors = two_by_two(panels)
    alt = "Four clouds of states, coloured by what is said from them, with three episodes as lines: "
    return style.picture(figure, alt + told(numbers, "{panel}", "; ") + errors, numbers)


def six(
    places: Float[Array, "point 2"], runs: int, moments: int, panels: Sequence[Panel], title: str, draw: Draw = states
) -> tuple[Figure, Axes, dict[str, str]]:
    """A gallery's figure: room for what is lost within an episode, the map of all networks, and four small clouds.

    Returns:
        The figure, the panel that is left empty, and the errors of both embeddings, by name.
    """
    figure, axes = style.mosaic([["within", "within", "map", "map"], ["0", "1", "2", "3"]], 7.4, 4.6)
    axes["within"].set(title="within an episode", xlabel="step")
    map_panel(axes["map"], places, runs, moments)
    axes["map"].set_title(title)
    for place, panel in enumerate(panels):
        draw(axes[str(place)], panel)
        axes[str(place)].set_title(panel.title.replace(" embedded in ", " in "), fontsize=9)
    errors = (panel.error for panel in panels if panel.error is not None)
    named = zip(("MSE RNN in Opt", "MSE Opt in RNN"), errors, strict=True)
    return figure, axes["within"], {name: f"{error:.4f}" for name, error in named}


@in_style
def dissimilarities(
    families: Mapping[str, str], values: Mapping[str, tuple[Float[Array, "task run"], Float[Array, "task run"]]]
) -> Picture:
    """D_s and D_o in both directions, untrained (open) and trained (filled), in every task, a panel each."""
    figure, axes = layout.row(len(values), 7.6, 4.8, sharey=True)
    numbers: list[dict[str, str]] = [{"task": task} for task in families]
    for (title, both), panel in zip(values.items(), axes, strict=True):
        for place, (row, family) in enumerate(zip(numbers, families.values(), strict=True)):
            untrained, trained = (each[place] for each in both)
            row[title] = said(before_and_after(panel, place, untrained, trained, FAMILIES[family])[1])
        panel.set(xscale="log")
        panel.set_title(title, fontsize=9)
    layout.down(axes[0], families)
    layout.legend(figure, BEFORE_AND_AFTER)
    middle = {title: np.median(trained, axis=1) for title, (_, trained) in values.items()}
    alt = (
        f"State and output dissimilarity in {len(families)} tasks, untrained and trained. Over tasks, the median "
        "trained network's "
        + "; ".join(f"{title} lies between {number(m.min())} and {number(m.max())}" for title, m in middle.items())
    )
    return style.picture(figure, alt + ".", numbers)


@in_style
def controls(
    families: Mapping[str, str], values: Mapping[str, Float[Array, "task run"]], by: str = "kind of map"
) -> Picture:
    """Output dissimilarity D_o in all tasks, by up to five kinds of map, or whatever else tells them apart."""
    figure, panel = layout.one(7.2, 4.6)
    numbers: list[dict[str, str]] = [{"task": task} for task in families]
    asides = np.linspace(-0.25, 0.25, len(values))
    for (title, each), aside, look in zip(values.items(), asides, SERIES[: len(values)], strict=True):
        networks = points(panel, np.arange(len(families)) + aside, each.T, look, title)
        for row, middle in zip(numbers, networks.median, strict=True):
            row[title] = number(middle)
    panel.set(xscale="log", xlabel="output dissimilarity, nats an episode")
    layout.down(panel, families)
    layout.legend(figure, panel, 3)
    alt = f"Output dissimilarity in {len(families)} tasks by {by}. Medians over tasks: " + "; ".join(
        f"{title} {number(np.median(each))} nats" for title, each in values.items()
    )
    return style.picture(figure, alt + ".", numbers)


@in_style
def variance(
    families: Mapping[str, str],
    n: Mapping[str, int],
    explained: Float[Array, "task run component"],
    untrained: Float[Array, "task run component"],
) -> Picture:
    """Share of the variance of a network's states in its first components; marked: as many as sufficient statistics.
    Beside it the share of as many, of untrained networks, hollow, and of trained ones.
    """
    figure, (left, right) = layout.row(2, 7.6, 4.8)
    components = np.arange(1, explained.shape[-1] + 1)
    numbers, more = Table("task", "sufficient statistics", "variance in as many", "untrained"), 0
    for place, (task, shares, before) in enumerate(zip(families, explained, untrained, strict=True)):
        here: list[int] = [n[task] - 1]
        look = of_task(task, families)
        curve(left, components, np.median(shares.cumsum(axis=1), axis=0), look, markevery=here, markersize=7)
        without, with_training = (each[:, : n[task]].sum(axis=1) for each in (before, shares))
        fresh, own = before_and_after(right, place, without, with_training, FAMILIES[families[task]])
        numbers.row(task, str(n[task]), said(own), said(fresh))
        more += int(fresh.median >= own.median)
    left.set(xlabel="principal components", ylabel="share of variance", ylim=(0, 1.02), xticks=components)
    right.set(xlabel="in as many as statistics")
    layout.down(right, families)
    layout.legend(figure, BEFORE_AND_AFTER)
    least = min(numbers, key=lambda row: first_number(row["variance in as many"]))
    alt = (
        "Cumulative variance of trained networks' states by principal component. As many as there are "
        f"sufficient statistics explain {first_number(least['variance in as many']):.0%} or more ({least['task']}). "
        f"Of untrained networks they explain as much or more in {more} of {len(numbers)} tasks."
    )
    return style.picture(figure, alt, numbers)


@in_style
def order_said(
    families: Mapping[str, str],
    episodes_seen: Real[Array, " checkpoint"],
    same: Float[Array, "task run checkpoint"],
    different: Float[Array, "task run checkpoint"],
) -> Picture:
    """How far apart predictions are after two orders of the same observations, over training; of Bayes, 0.

    Args:
        same: KL between them, in nats.
        different: KL between those after different observations, in nats, at the last checkpoint the scale.
    """
    figure, panel = layout.one(6.8, 3.9)
    at = layout.over_training(panel, episodes_seen)
    numbers = Table("task", "most", "at the end", "different observations, at the end")
    for task, orders, histories in zip(families, same, different, strict=True):
        middle, scale = np.median(orders, axis=0), float(np.median(histories[:, -1]))
        curve(panel, at, middle / scale, of_task(task, families), task)
        numbers.row(task, f"{middle.max():.5f}", f"{middle[-1]:.6f}", f"{scale:.4f}")
    panel.set(yscale="log", ylabel="KL, orders / histories", ylim=(1e-6, None))
    layout.legend(figure, panel, 4)
    end = np.median(different[:, :, -1], axis=1)
    on_the_way, last = np.median(same, axis=1).max(axis=1) / end, np.median(same[:, :, -1], axis=1) / end
    alt = (
        "How far apart predictions are after two orders of ten observations, as a share of how far apart they are "
        f"after different ones, over training. Of {len(families)} tasks the largest share on the way is "
        f"{on_the_way.max():.1g}, at the end {last.max():.1g}. Bayes: 0."
    )
    return style.picture(figure, alt, numbers)


@in_style
def order(
    families: Mapping[str, str], untrained: Float[Array, "task run"], trained: Float[Array, "task run"]
) -> Picture:
    """How much of the order of ten observations the state keeps; a Bayesian keeps nothing."""
    figure, panel = layout.one(6.8, 3.9)
    numbers = Table("task", "untrained", "trained")
    for place, (task, family) in enumerate(families.items()):
        start, end = before_and_after(panel, place, untrained[place], trained[place], FAMILIES[family])
        numbers.row(task, said(start), said(end))
    layout.optimum(panel, x=0)
    panel.annotate("Bayes ", (0, 1.01), xycoords=("data", "axes fraction"), ha="center", va="bottom", fontsize=9)
    panel.set(xlabel="distance between orders / distance between histories")
    layout.down(panel, families)
    layout.legend(figure, BEFORE_AND_AFTER)
    middles = {name: np.median(each, axis=1) for name, each in (("trained", trained), ("untrained", untrained))}
    found = {name: f"from {number(m.min())} to {number(m.max())}" for name, m in middles.items()}
    alt = (
        "How far apart two orders of the same ten observations leave the state, relative to different observations. "
        f"Trained networks: medians {found['trained']}; untrained: {found['untrained']}; Bayes: 0."
    )
    return style.picture(figure, alt, numbers)
