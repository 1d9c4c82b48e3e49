"""Pictures of what random matrices hold, and of how well they are learned within that and beyond."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Real
from matplotlib.ticker import FuncFormatter, NullFormatter

from experiments.linear.figures import plain_values, times_panel
from lib.plotting import layout, style
from lib.plotting.grammar import curve
from lib.plotting.looks import OPTIMUM, SERIES, TRAINED, Look
from lib.plotting.style import Picture, Table, in_style, number, said, told, when

Array = np.ndarray
SHOWN = 1_500  # matrices in the scatter


@in_style
def chance(drawn: Mapping[int, Float[Array, "matrix mode"]]) -> Picture:
    """Singular values of matrices of standard normal numbers: both of 2 x 2 matrices, and all of each size.

    Args:
        drawn: by size; 2 must be among them.
    """
    figure, (both, *axes) = layout.row(1 + len(drawn), 2.9 * (1 + len(drawn)), 3.2)
    two, mean = drawn[2][:SHOWN], drawn[2].mean(axis=0)
    both.plot(*two.T, ".", color=style.BLUE, markersize=2, alpha=0.5)
    both.plot(*mean, "X", color=style.ORANGE, markersize=11)
    both.set(title="2 x 2, both", xlabel="larger", ylabel="smaller")
    numbers = Table("size", "mean, largest first", "95th percentile of all")
    for panel, (size, values) in zip(axes, drawn.items(), strict=True):
        edge = float(np.quantile(values, 0.95))
        panel.hist(values.ravel(), bins=80, density=True, color=style.BLUE, alpha=0.7)
        layout.bound(panel, x=edge, look=Look(style.ORANGE, dash="-."))
        panel.set(title=f"{size} x {size}, all", xlabel="singular value", yticks=[])
        numbers.row(f"{size} x {size}", ", ".join(f"{value:.3f}" for value in values.mean(axis=0)), f"{edge:.3f}")
    alt = (
        f"Left: larger and smaller singular value of {len(two):,} random 2 x 2 matrices, with their mean as a cross. "
        "Then all singular values as histograms, with a line at the 95th percentile. "
    )
    return style.picture(
        figure,
        alt + told(numbers, "{size}: means {mean, largest first}, percentile {95th percentile of all}."),
        numbers,
    )


@in_style
def ends(
    worlds: Mapping[str, tuple[Float[Array, " value"], Float[Array, "run value"]]],
    marks: Mapping[str, tuple[float, ...]],
    second: Mapping[str, Float[Array, "run value"]] | None = None,
) -> Picture:
    """How much of a mode is learned by the end of the episode, against its singular value.

    Args:
        worlds: by name, singular values, growing, and shares of each network.
        marks: where the networks' own singular values lie or end.
        second: for a second panel, points seen until 80% of each is learned; infinite if never.
    """
    figure, axes = layout.row(1 if second is None else 2, 5.6 if second is None else 7.6, 3.4)
    numbers, found = [], []
    for look, (name, (values, shares)) in zip(SERIES, worlds.items(), strict=False):
        own = curve(axes[0], values, shares, look, name)
        q = [f"{m:.2f} ({low:.2f} to {high:.2f})" for m, low, high in zip(own.median, own.low, own.high, strict=True)]
        rows = [
            {"trained on": name, "singular value": f"{value:g}", "q at the end, median (5-95%)": each}
            for value, each in zip(values, q, strict=True)
        ]
        if second is not None:
            until = times_panel(axes[1], values, second[name], look).median
            rows = [row | {"points until 80%": when(each, 3)} for row, each in zip(rows, until, strict=True)]
        numbers += rows
        most = max(marks[name])
        inside, middle = values <= most, own.median
        beyond = "" if inside.all() else f", {middle[-1]:.2f} at {values[-1]:g}"
        found.append(f"{name}: {middle[inside].min():.2f} to {middle[inside].max():.2f} up to {most:.3g}{beyond}.")
        for panel in axes:
            for mark in marks[name]:
                layout.bound(panel, x=mark, look=Look(look.color, dash="-."))
    for panel, what in zip(axes, ("q at the last step", "points seen until 80%"), strict=False):
        panel.set(xlabel="singular value", ylabel=what, xscale="log")
        plain_values(panel, np.concatenate([values for values, _ in worlds.values()]))
    layout.legend(figure, axes[0])
    alt = "Share of a mode that is learned by the end of an episode, against its singular value. " + " ".join(found)
    if second is not None:
        axes[1].set_ylim(bottom=0)
        alt += " Right: points seen until 80% of a mode is learned, against the same."
    return style.picture(figure, alt, numbers)


@in_style
def errors(worlds: Mapping[str, tuple[Float[Array, "run step"], Float[Array, " step"]]]) -> Picture:
    """Squared error at each step of an episode, of networks and of ridge regression, on the same episodes."""
    figure, axes = layout.row(len(worlds), 3.7 * len(worlds), 3.3)
    numbers = Table(
        "world",
        "Meta-Learners, whole episode, median (5-95%)",
        "ridge",
        "above ridge",
        "Meta-Learners, last step",
        "ridge, last step",
    )
    for panel, (name, (networks, ridge)) in zip(axes, worlds.items(), strict=True):
        steps = np.arange(1, len(ridge) + 1)
        last = curve(panel, steps, networks, TRAINED).median[-1]
        curve(panel, steps, ridge, OPTIMUM)
        panel.set(title=name, xlabel="step of the episode", xticks=layout.IN_AN_EPISODE, yscale="log")
        means = networks.mean(axis=1)
        numbers.row(
            name,
            said(means),
            number(ridge.mean(), 3),
            f"{np.median(means) / ridge.mean() - 1:.0%}",
            number(last),
            number(ridge[-1]),
        )
    axes[0].set_ylabel("squared error")
    layout.legend(figure, {"Meta-Learners": TRAINED, "ridge regression": OPTIMUM})
    alt = (
        "Squared error at each step of an episode, on a logarithmic axis, of networks and of ridge regression. "
        + told(
            numbers,
            "{world}: over the episode {Meta-Learners, whole episode, median (5-95%):first} against {ridge}, "
            "{above ridge} above it; at the last step {Meta-Learners, last step} against {ridge, last step}.",
        )
    )
    return style.picture(figure, alt, numbers)


@in_style
def curves(trainings: Mapping[str, tuple[Real[Array, " moment"], Float[Array, "run moment"], float]]) -> Picture:
    """The loss over meta-training, and what ridge regression has: a panel for each way of training.

    Args:
        trainings: by name, episodes seen, losses since the moment before, and the error of ridge regression.
    """
    figure, axes = layout.row(len(trainings), 2.4 * len(trainings), 3.1)
    numbers = Table("training", "episodes", "loss at the end, median (5-95%)", "ridge", "above ridge")
    for panel, (name, (seen, losses, ridge)) in zip(axes, trainings.items(), strict=True):
        found = curve(panel, seen, losses, TRAINED, marker="")
        layout.optimum(panel, ridge)
        panel.set(title=name, xlabel="episodes", xscale="log", yscale="log")
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.yaxis.set_minor_formatter(NullFormatter())
        numbers.row(
            name, f"{seen[-1]:,.0f}", said(losses[:, -1]), number(ridge, 3), f"{found.median[-1] / ridge - 1:.0%}"
        )
    axes[0].set_ylabel("squared error")
    alt = "Loss of meta-training against episodes seen, both on logarithmic axes, and the error of ridge regression. "
    sentence = (
        "{training}: after {episodes} episodes {loss at the end, median (5-95%):first}, {above ridge} above ridge "
    )
    return style.picture(figure, alt + told(numbers, sentence + "regression."), numbers)
