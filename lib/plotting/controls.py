"""Networks beside all that has no trained memory: what of a dissimilarity is due to training, and what is not."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from lib.plotting import layout, style
from lib.plotting.grammar import points
from lib.plotting.looks import TRAINED, UNTRAINED, Look
from lib.plotting.style import GREEN, INK, ORANGE, Picture, in_style, said, told

Array = np.ndarray
CONTROLS = {
    "trained": TRAINED,
    "trained readout on a memory of chance": Look(ORANGE, "s"),
    "untrained": UNTRAINED,
    "constant map": Look(GREEN, "D", filled=False),
}


@in_style
def against_controls(
    tasks: Sequence[str], values: Mapping[str, Sequence[Float[Array, "task run"]]], low: float
) -> Picture:
    """Dissimilarities, a panel each, of trained networks and of all that has no trained memory.

    Args:
        tasks: their names.
        values: by the panel's title, in the order of `CONTROLS`.
        low: a dissimilarity is low if at most this share of the constant map's.
    """
    figure, axes = layout.row(len(values), 7.6, 1.4 + 0.55 * len(tasks), sharey=True)
    numbers: list[dict[str, str]] = [{"task": task, "network": name} for task in tasks for name in CONTROLS]
    for (title, each), panel in zip(values.items(), axes, strict=True):
        for place, (look, own) in enumerate(zip(CONTROLS.values(), each, strict=True)):
            points(panel, np.arange(len(tasks)) + 0.2 * place - 0.3, own.T, look)
            for task, networks in enumerate(own):
                numbers[task * len(CONTROLS) + place][title] = said(networks)
        bounds = low * np.median(each[-1], axis=1)
        panel.vlines(bounds, np.arange(len(tasks)) - 0.42, np.arange(len(tasks)) + 0.42, color=INK, linestyle=":")
        panel.set(xscale="log")
        low_end, high_end = panel.get_xlim()
        layout.plainly(panel.xaxis, *((3.0,) if high_end < 50 * low_end else ()))
        panel.xaxis.set_tick_params(labelsize=8)
        panel.set_title(title, fontsize=9)
    layout.down(axes[0], tasks)
    layout.legend(figure, CONTROLS, 2)
    names = list(values)
    alt = f"Dissimilarity of network and optimum; dotted: {low:.0%} of what a constant map has. " + told(
        numbers, "{task}, {network}: " + ", ".join(f"{title} {{{title}:first}}" for title in names), "; "
    )
    return style.picture(figure, alt + ".", numbers)
