"""Pictures of the structure of players: where their states lie, and how an untrained one echoes what it is told."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from lib.plotting import style
from lib.plotting.structure import Panel
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import percentiles

_SECOND_TO_FIRST = LinearSegmentedColormap.from_list("second to first", [style.ORANGE, style.GREY, style.BLUE])
DASHES = ("-", (0, (4, 1.5)), (0, (1, 1.2)))
# What is done, from which probability of the first arm to which, and the mark that says so beside the colour.
CHOICES = (("second arm", -0.01, 1 / 3, "^"), ("either", 1 / 3, 2 / 3, "s"), ("first arm", 2 / 3, 1.01, "o"))
# Networks by what they are and what they are fed, in the order in which they come.
LOOKS = ((style.GREY, "o", "none"), (style.PURPLE, "D", "none"), (style.BLUE, "o", style.BLUE))


def cloud(axes: Axes, panel: Panel, episodes: int) -> None:
    """States as marks: colour and form say which arm is pulled from there; a few episodes as lines."""
    places, first = panel.places.reshape(-1, 2), panel.says.reshape(-1)
    for _, low, high, mark in CHOICES:
        chosen = (first > low) & (first <= high)
        axes.scatter(
            places[chosen, 0],
            places[chosen, 1],
            c=_SECOND_TO_FIRST(first[chosen]),
            marker=mark,
            s=9,
            alpha=0.75,
            linewidths=0,
            rasterized=True,
        )
    for path, line in zip(panel.places[:episodes], DASHES, strict=False):
        axes.plot(*path.T, color=style.INK, linestyle=line, linewidth=1.1)
        axes.plot(*path[-1], "o", color=style.INK, markersize=3.5)
    axes.set(xticks=[], yticks=[])
    axes.grid(False)
    axes.set_title(panel.title)
    if panel.error is not None:
        axes.set_xlabel(f"MSE {panel.error:.4f}", fontsize=9)


@in_style
def four_panels(panels: Sequence[Panel], episodes: int = 3) -> Picture:
    """The states of both machines, and each embedded in the other: Opt, RNN into Opt; Opt into RNN, RNN.

    What a panel says is the probability of the first of two arms.
    """
    figure, axes = style.panels(2, 2, 6.8, 6.8)
    for each, panel in zip(axes.flat, panels, strict=True):
        cloud(each, panel, episodes)
    figure.legend(
        handles=[
            Line2D([], [], color=_SECOND_TO_FIRST(place), marker=mark, linestyle="", markersize=5, label=name)
            for (name, _, _, mark), place in zip(CHOICES, (0.0, 0.5, 1.0), strict=True)
        ],
        loc="outside lower center",
        ncols=len(CHOICES),
    )
    undecided = {panel.title: float(((panel.says > 1 / 3) & (panel.says <= 2 / 3)).mean()) for panel in panels}
    numbers = [
        {
            "panel": panel.title,
            "states": f"{panel.says.size:,}",
            "undecided": f"{undecided[panel.title]:.0%}",
            "MSE": "" if panel.error is None else f"{panel.error:.4f}",
        }
        for panel in panels
    ]
    errors = " and ".join(f"{p.error:.4f} ({p.title})" for p in panels if p.error is not None)
    alt = (
        "Four clouds of states, coloured by the arm that is pulled from there, with three episodes as lines: "
        + "; ".join(f"{title}, undecided in {share:.0%} of the states" for title, share in undecided.items())
        + f". The mean squared error of the embedding on held-out episodes is {errors}, where a map that ignores the "
        "state has an error of 1."
    )
    return style.picture(figure, alt, numbers)


@in_style
def dissimilarities(
    tasks: Sequence[str], values: Mapping[str, Mapping[str, Float[np.ndarray, "task run"]]], columns: int = 3
) -> Picture:
    """Dissimilarities, a panel each, of networks in three conditions, in every bandit.

    Args:
        tasks: names of the bandits.
        values: by title of the panel and name of the condition.
        columns: panels side by side.
    """
    conditions = list(next(iter(values.values())))
    figure, axes = style.panels(-(-len(values) // columns), columns, 7.6, 4.6, sharey=True)
    numbers = {(task, condition): {"task": task, "network": condition} for task in tasks for condition in conditions}
    for (title, by_condition), panel in zip(values.items(), axes.flat, strict=True):
        for (condition, each), offset, look in zip(by_condition.items(), (-0.22, 0, 0.22), LOOKS, strict=True):
            color, mark, face = look
            for place, task in enumerate(tasks):
                networks, y = percentiles(each[place]), place + offset
                panel.plot([networks.low, networks.high], [y, y], color=color, linewidth=1.8)
                panel.plot(networks.median, y, mark, color=color, markerfacecolor=face, markersize=5)
                numbers[task, condition][title] = said(networks)
        panel.set(xscale="log", yticks=range(len(tasks)))
        panel.set_title(title, fontsize=9)
        panel.set_yticklabels(tasks)
        _few_ticks(panel.xaxis)
    axes[0, 0].invert_yaxis()
    figure.legend(
        handles=[
            Line2D([], [], color=color, marker=mark, markerfacecolor=face, label=condition)
            for condition, (color, mark, face) in zip(conditions, LOOKS, strict=True)
        ],
        loc="outside lower center",
        ncols=len(conditions),
    )
    alt = f"State and output dissimilarity in {len(tasks)} bandits. Medians over networks, lowest and highest bandit: "
    alt += "; ".join(
        f"{title}, "
        + ", ".join(
            f"{condition} {number(float(middle.min()))} to {number(float(middle.max()))}"
            for condition, middle in ((name, np.median(each, axis=1)) for name, each in by_condition.items())
        )
        for title, by_condition in values.items()
    )
    return style.picture(figure, alt + ".", list(numbers.values()))


@in_style
def reservoir(
    forget: Float[np.ndarray, " forget"],
    errors: Float[np.ndarray, "forget run"],
    echoes: Mapping[str, Float[np.ndarray, " time"]],
    low: float,
) -> Picture:
    """Why an untrained network can be read: how long it echoes what it was told, and how well counts are read from it.

    Args:
        forget: what was added to the bias of the forget gate.
        errors: D_s of untrained networks, RNN to Opt.
        echoes: how far an input moves the last state, by how many steps ago it came, for each machine by its name.
        low: the bound under which D_s is called low.
    """
    figure, axes = style.panels(1, 2, 7.6, 3.8)
    fading, reading = axes[0]
    palette = (style.GREY, style.PURPLE, style.ORANGE, style.GREEN, style.BLUE)
    marks = ("o", "D", "v", "s", "^")
    for (name, each), color, mark in zip(echoes.items(), palette, marks, strict=False):
        fading.plot(each, color=color, marker=mark, markersize=3.5, linewidth=1.3, label=name)
    fading.set(yscale="log", ylim=(1e-4, 5), xlabel="steps ago", ylabel="echo of an input")
    fading.set_xticks(range(0, len(next(iter(echoes.values()))), 6))
    fading.legend(fontsize=8, loc="lower left")
    networks = percentiles(errors.T)
    reading.vlines(forget, networks.low, networks.high, color=style.BLUE, linewidth=1.8)
    reading.plot(forget, networks.median, "o", color=style.BLUE, linestyle="-", markersize=5)
    reading.axhline(low, color=style.INK, linestyle=":", linewidth=1.2)
    reading.annotate("low ", (1, low), xycoords=("axes fraction", "data"), ha="right", va="bottom", fontsize=9)
    reading.set(yscale="log", xlabel="added to the forget gate's bias", ylabel="$D_s$, untrained RNN to Opt")
    reading.set_xticks(forget)
    _few_ticks(reading.yaxis)
    numbers = [
        {"forget gate's bias": f"+{bias:g}", "D_s": said(percentiles(own))}
        for bias, own in zip(forget, errors, strict=True)
    ]
    half = len(next(iter(echoes.values()))) // 2
    alt = (
        f"Left: what is left, {half} steps later, of the echo of an input: "
        + "; ".join(f"{name} {number(float(each[half]))}" for name, each in echoes.items())
        + ". Right: the error of reading counts from an untrained network falls with the bias of its forget gate: "
        + "; ".join(f"+{bias:g}: {number(float(middle))}" for bias, middle in zip(forget, networks.median, strict=True))
    )
    return style.picture(figure, alt + ".", numbers)


def _few_ticks(axis: Axis) -> None:
    """Plain numbers along a logarithmic axis: powers of ten, and three times these where there is room."""
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1.0, 3.0) if high < 50 * low else (1.0,)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: number(value)))
    axis.set_minor_formatter(NullFormatter())
    axis.set_tick_params(labelsize=8)
