"""Pictures of what amended rules ask for: untrained networks that are fed, and thirty pulls."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from lib.plotting import layout, style
from lib.plotting.grammar import curve, points
from lib.plotting.looks import OPTIMUM, TRAINED, UNTRAINED, Look
from lib.plotting.style import GREY, ORANGE, Picture, in_style, number, said
from lib.probes.quantiles import percentiles


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


@in_style
def better_arm(
    networks: Float[np.ndarray, "run pull"],
    optimum: Float[np.ndarray, " pull"],
    greedy: Float[np.ndarray, " pull"],
    trained_steps: int,
) -> Picture:
    """How probable it is that the arm is pulled that pays more on average, at each step of a long episode."""
    figure, panel = layout.one(6.2, 3.7)
    pull = np.arange(1, len(optimum) + 1)
    found = curve(panel, pull, networks, TRAINED, "networks", marker="")
    curve(panel, pull, optimum, OPTIMUM, f"optimum of {len(optimum)} pulls")
    curve(panel, pull, greedy, Look(GREY, dash="-."), "greedy")
    layout.end_of_training(panel, trained_steps)
    panel.set(xlabel="step of the episode", ylabel="probability of the better arm", xticks=[1, 10, 20, 30])
    panel.legend(loc="lower right", fontsize=9)
    numbers = [
        {
            "step": str(step),
            "networks": said(percentiles(networks[:, step - 1])),
            "optimum": number(float(optimum[step - 1]), 3),
            "greedy": number(float(greedy[step - 1]), 3),
        }
        for step in sorted({1, 10, trained_steps, len(optimum)})
    ]
    last = numbers[-1]
    alt = (
        f"Probability that the better arm is pulled, over {len(optimum)} steps; training ended after {trained_steps}. "
        f"At the last step networks {number(float(found.median[-1]), 3)}, the optimum {last['optimum']}, greed "
        f"{last['greedy']}."
    )
    return style.picture(figure, alt, numbers)
