"""A picture of untrained networks that are fed what a trained one lives through."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from lib.plotting import layout, style
from lib.plotting.grammar import points
from lib.plotting.looks import TRAINED, UNTRAINED, Look
from lib.plotting.style import ORANGE, Picture, in_style, said


@in_style
def fed(state: Mapping[str, Mapping[str, Float[np.ndarray, " run"]]], low: float) -> Picture:
    """State dissimilarity D_s, RNN to Opt, by bandit and condition; the last condition is the trained network.

    Args:
        state: of each condition, by bandit.
        low: the bound below which untrained networks must be.
    """
    figure, panel = layout.one(6.6, 3.8)
    looks = (UNTRAINED, Look(ORANGE, "s", filled=False), TRAINED)[-len(state) :]
    tasks = list(next(iter(state.values())))
    numbers = []
    for place, (look, (condition, by_task)) in enumerate(zip(looks, state.items(), strict=True)):
        aside = 0.22 * (place - (len(state) - 1) / 2)
        for row, task in enumerate(tasks):
            found = points(panel, row + aside, by_task[task], look)
            numbers.append({"bandit": task, "network": condition, "D_s": said(found)})
    layout.down(panel, tasks)
    layout.bound(panel, x=low)
    panel.set(xscale="log", xlabel="$D_s$, RNN to Opt")
    layout.plainly(panel.xaxis, 3.0)
    layout.legend(figure, dict(zip(state, looks, strict=True)))
    alt = f"State dissimilarity from network to optimum, where all are fed the trained network's play; {low:g} is low. "
    alt += " ".join(f"{row['bandit']}, {row['network']}: {row['D_s'].split()[0]}." for row in numbers)
    return style.picture(figure, alt, numbers)
