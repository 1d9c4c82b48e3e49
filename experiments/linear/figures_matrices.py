"""Pictures of what random matrices hold, and of how well they are learned within that and beyond."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Real
from matplotlib.ticker import FuncFormatter

from experiments.linear.figures import drawable, plain_values, times_of
from lib.plotting import style
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import Percentiles, percentiles

LOOKS = ((style.BLUE, "o", "-"), (style.ORANGE, "s", "--"), (style.PURPLE, "^", "-."), (style.GREEN, "D", ":"))
SHOWN = 1_500  # matrices in the scatter


@in_style
def chance(drawn: Mapping[int, Float[np.ndarray, "matrix mode"]]) -> Picture:
    """Singular values of matrices of standard normal numbers: both of 2 x 2 matrices, and all of each size.

    Args:
        drawn: by size; 2 must be among them.
    """
    figure, axes = style.panels(1, 1 + len(drawn), 2.9 * (1 + len(drawn)), 3.2)
    two, mean = drawn[2][:SHOWN], drawn[2].mean(axis=0)
    axes[0, 0].plot(*two.T, ".", color=style.BLUE, markersize=2, alpha=0.5)
    axes[0, 0].plot(*mean, "X", color=style.ORANGE, markersize=11)
    axes[0, 0].set(title="2 x 2, both", xlabel="larger", ylabel="smaller")
    numbers = []
    for panel, (size, values) in zip(axes[0, 1:], drawn.items(), strict=True):
        edge = float(np.quantile(values, 0.95))
        panel.hist(values.ravel(), bins=80, density=True, color=style.BLUE, alpha=0.7)
        panel.axvline(edge, color=style.ORANGE, linestyle="-.")
        panel.set(title=f"{size} x {size}, all", xlabel="singular value", yticks=[])
        numbers.append(
            {
                "size": f"{size} x {size}",
                "mean, largest first": ", ".join(f"{value:.3f}" for value in values.mean(axis=0)),
                "95th percentile of all": f"{edge:.3f}",
            }
        )
    alt = (
        f"Left: larger and smaller singular value of {len(two):,} random 2 x 2 matrices, with their mean as a cross. "
        "Then all singular values as histograms, with a line at the 95th percentile. "
        + " ".join(
            f"{row['size']}: means {row['mean, largest first']}, percentile {row['95th percentile of all']}."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


@in_style
def ends(
    worlds: Mapping[str, tuple[Float[np.ndarray, " value"], Float[np.ndarray, "run value"]]],
    marks: Mapping[str, tuple[float, ...]],
    second: Mapping[str, Float[np.ndarray, "run value"]] | None = None,
) -> Picture:
    """How much of a mode is learned by the end of the episode, against its singular value.

    Args:
        worlds: by name, singular values, growing, and shares of each network.
        marks: where the networks' own singular values lie or end.
        second: for a second panel, points seen until 80% of each is learned; infinite if never.
    """
    columns = 1 if second is None else 2
    figure, axes = style.panels(1, columns, 5.6 if columns == 1 else 7.6, 3.4)
    numbers = []
    for (color, marker, dash), (name, (values, shares)) in zip(LOOKS, worlds.items(), strict=False):
        found = percentiles(shares)
        style.band(axes[0, 0], values, found.low, found.high, color)
        axes[0, 0].plot(values, found.median, marker + dash, color=color, label=name, markersize=5)
        rows = [
            {"trained on": name, "singular value": f"{value:g}", "q at the end, median (5-95%)": _one(found, place)}
            for place, value in enumerate(values)
        ]
        if second is not None:
            low, middle, high = drawable(times_of(second[name]))
            style.band(axes[0, 1], values, low, high, color)
            axes[0, 1].plot(values, middle, marker + dash, color=color, markersize=5)
            for row, value in zip(rows, middle, strict=True):
                row["points until 80%"] = "never" if np.isnan(value) else number(value, 3)
        numbers += rows
        for panel in axes[0]:
            for mark in marks[name]:
                panel.axvline(mark, color=color, linestyle=dash, linewidth=1)
    for panel in axes[0]:
        panel.set(xlabel="singular value", xscale="log")
        plain_values(panel, np.concatenate([values for values, _ in worlds.values()]))
    axes[0, 0].set_ylabel("q at the last step")
    if second is not None:
        axes[0, 1].set_ylabel("points seen until 80%")
        axes[0, 1].set_ylim(bottom=0)
    figure.legend(loc="outside lower center", ncols=len(worlds), fontsize=9)
    said_of = []
    for name, (values, shares) in worlds.items():
        middle = np.median(shares, axis=0)
        inside = values <= max(marks[name])
        said_of.append(
            f"{name}: {middle[inside].min():.2f} to {middle[inside].max():.2f} up to {max(marks[name]):.3g}"
            + (f", {middle[-1]:.2f} at {values[-1]:g}." if not inside.all() else ".")
        )
    alt = "Share of a mode that is learned by the end of an episode, against its singular value. " + " ".join(said_of)
    if second is not None:
        alt += " Right: points seen until 80% of a mode is learned, against the same."
    return style.picture(figure, alt, numbers)


@in_style
def errors(worlds: Mapping[str, tuple[Float[np.ndarray, "run step"], Float[np.ndarray, " step"]]]) -> Picture:
    """Squared error at each step of an episode, of networks and of ridge regression, on the same episodes."""
    figure, axes = style.panels(1, len(worlds), 3.7 * len(worlds), 3.3)
    numbers = []
    for panel, (name, (networks, ridge)) in zip(axes[0], worlds.items(), strict=True):
        steps, found = np.arange(1, len(ridge) + 1), percentiles(networks)
        style.band(panel, steps, found.low, found.high, style.BLUE)
        first = panel is axes[0, 0]
        panel.plot(steps, found.median, "o-", color=style.BLUE, markersize=4, label="Meta-Learners" if first else None)
        panel.plot(steps, ridge, "--", color=style.INK, linewidth=1.3, label="ridge regression" if first else None)
        panel.set(title=name, xlabel="step of the episode", xticks=[1, 5, 10, 15, 20], yscale="log")
        means = networks.mean(axis=1)
        numbers.append(
            {
                "world": name,
                "Meta-Learners, whole episode, median (5-95%)": said(percentiles(means)),
                "ridge": number(ridge.mean(), 3),
                "above ridge": f"{np.median(means) / ridge.mean() - 1:.0%}",
                "Meta-Learners, last step": number(found.median[-1]),
                "ridge, last step": number(ridge[-1]),
            }
        )
    axes[0, 0].set_ylabel("squared error")
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)
    alt = (
        "Squared error at each step of an episode, on a logarithmic axis, of networks and of ridge regression. "
        + " ".join(
            f"{row['world']}: over the episode {row['Meta-Learners, whole episode, median (5-95%)'].split()[0]} "
            f"against {row['ridge']}, {row['above ridge']} above it; at the last step "
            f"{row['Meta-Learners, last step']} against {row['ridge, last step']}."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


@in_style
def curves(
    trainings: Mapping[str, tuple[Real[np.ndarray, " moment"], Float[np.ndarray, "run moment"], float]],
) -> Picture:
    """The loss over meta-training, and what ridge regression has: a panel for each way of training.

    Args:
        trainings: by name, episodes seen, losses since the moment before, and the error of ridge regression.
    """
    figure, axes = style.panels(1, len(trainings), 2.4 * len(trainings), 3.1)
    numbers = []
    for panel, (name, (seen, losses, ridge)) in zip(axes[0], trainings.items(), strict=True):
        found = percentiles(losses)
        style.band(panel, seen, found.low, found.high, style.BLUE)
        panel.plot(seen, found.median, "-", color=style.BLUE)
        panel.axhline(ridge, color=style.INK, linestyle="--", linewidth=1.2)
        panel.set(title=name, xlabel="episodes", xscale="log", yscale="log")
        panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        panel.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
        numbers.append(
            {
                "training": name,
                "episodes": f"{seen[-1]:,.0f}",
                "loss at the end, median (5-95%)": said(percentiles(losses[:, -1])),
                "ridge": number(ridge, 3),
                "above ridge": f"{found.median[-1] / ridge - 1:.0%}",
            }
        )
    axes[0, 0].set_ylabel("squared error")
    alt = (
        "Loss of meta-training against episodes seen, both on logarithmic axes, and the error of ridge regression. "
        + " ".join(
            f"{row['training']}: after {row['episodes']} episodes {row['loss at the end, median (5-95%)'].split()[0]}, "
            f"{row['above ridge']} above ridge regression."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


def _one(found: Percentiles, place: int) -> str:
    return f"{found.median[place]:.2f} ({found.low[place]:.2f} to {found.high[place]:.2f})"
