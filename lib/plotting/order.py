"""Pictures of the order in which networks learn the steps of an episode, and of how alike they become."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Real

from lib.plotting import layout, style
from lib.plotting.grammar import curve
from lib.plotting.looks import MARKERS, SERIES, TRAINING, Look
from lib.plotting.style import Picture, in_style

Array = np.ndarray

STEPS = (2, 3, 5, 10, 20)  # of an episode, that have a line


@in_style
def order_of_learning(
    episodes_seen: Real[Array, " checkpoint"],
    gaps: Mapping[str, Float[Array, "run checkpoint step"]],
    thresholds: Sequence[float],
    units: str,
) -> Picture:
    """How far the median network is from the optimum at each step of an episode, over training; a panel for each way to
    train. Dotted: where a step counts as learned.
    """
    figure, panels = layout.row(len(gaps), 3.9 * len(gaps) if len(gaps) > 1 else 5.6, 3.9, sharey=True)
    numbers = []
    for panel, (name, gap) in zip(panels, gaps.items(), strict=True):
        x = layout.over_training(panel, episodes_seen)
        for step, color, marker in zip(STEPS, TRAINING(np.linspace(0, 1, len(STEPS))), MARKERS, strict=False):
            median = np.median(gap[:, :, step - 1], axis=0)
            look = Look(color, marker)
            shown = np.where(median > 0, median, np.nan)
            curve(panel, x, shown, look, f"step {step}", markevery=9, linewidth=1.4)
            row = {"networks": name, "step": str(step)}
            for threshold in thresholds:
                below = median < threshold
                row[f"below {threshold:g}"] = f"{episodes_seen[below.argmax()]:,.0f}" if below.any() else "never"
            numbers.append(row)
        for threshold in thresholds:
            layout.bound(panel, threshold)
        panel.set(yscale="log", title=name)
        panel.tick_params(axis="x", labelsize=8.5)
    layout.label(panels, y=f"from the optimum, {units} a step")
    layout.legend(figure, panels[0])
    last = f"below {thresholds[-1]:g}"
    alt = "Distance from the optimum at steps of an episode, over training. " + " ".join(
        f"{row['networks']}, step {row['step']}: {last} {units} after {row[last]} episodes." for row in numbers
    )
    return style.picture(figure, alt, numbers)


@in_style
def apart_over_training(
    episodes_seen: Real[Array, " checkpoint"],
    apart: Mapping[str, Mapping[str, Float[Array, " checkpoint"]]],
    share: float,
) -> Picture:
    """Mean distances over training as shares of the largest; a panel for each kind of distance, a line for each pair:
    from the optimum, from each other. Dotted: the share that may be left.
    """
    figure, panels = layout.row(len(apart), 3.9 * len(apart) if len(apart) > 1 else 5.6, 3.7, sharey=True)
    numbers = []
    for panel, (kind, lines) in zip(panels, apart.items(), strict=True):
        x = layout.over_training(panel, episodes_seen)
        for (whose, distance), look in zip(lines.items(), SERIES, strict=False):
            shares = distance / distance.max()
            curve(panel, x, shares, look, whose, marker="")
            left = f"{shares[-1]:.2%}"
            largest = layout.seen(float(episodes_seen[distance.argmax()]))
            numbers.append({"distance": kind, "between": whose, "largest at": largest, "left at the end": left})
        layout.bound(panel, share)
        panel.set(yscale="log", title=kind)
        panel.tick_params(axis="x", labelsize=8.5)
    layout.label(panels, y="share of the largest mean distance")
    layout.legend(figure, panels[0])
    alt = "Mean distances over training as shares of the largest. " + " ".join(
        f"{row['distance']}, {row['between']}: largest after {row['largest at']} "
        f"episodes, {row['left at the end']} left."
        for row in numbers
    )
    return style.picture(figure, alt, numbers)
