"""The picture of what the states of networks tell of run lengths, in worlds whose hazard is known or hidden."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float

from lib.plotting import layout, style
from lib.plotting.grammar import curve
from lib.plotting.looks import BOUND, SERIES, TRAINED, UNTRAINED
from lib.plotting.style import Picture, Table, in_style, said, told

Array = np.ndarray
LOOKS = {
    "trained": replace(TRAINED, marker=""),
    "untrained": replace(UNTRAINED, marker="", dash="--"),
    "shuffled": replace(SERIES[3], marker="", dash="-."),
    "the time alone": BOUND,
}


@in_style
def run_lengths(
    with_time: Mapping[str, Mapping[str, Float[Array, "run step"]]],
    alone: Mapping[str, Mapping[str, Float[Array, "run step"]]],
) -> Picture:
    """How far from the exact posterior over run lengths is what a map of state and time reads, at each toss, a panel
    for each world. What a map of the state alone reads stands in the table.

    Args:
        with_time: of trained networks, of untrained ones, of shuffled posteriors, and of the time alone, by world.
        alone: the same of the state alone, where there is a state.
    """
    figure, axes = layout.row(len(with_time), 7.4, 3.3, sharey=True)
    numbers = Table("hazard", "read off", "state and time", "the same, before the last toss", "state alone")
    for (world, found), panel in zip(with_time.items(), axes, strict=True):
        for name, own in found.items():
            steps = np.arange(1, own.shape[1] + 1)
            curve(panel, steps, own, LOOKS[name])
            without = said(alone[world][name].mean(axis=1)) if name in alone[world] else "-"
            numbers.row(world, name, said(own.mean(axis=1)), said(own[:, -1]), without)
        panel.set(title=f"{world} hazard", xlabel="toss", xlim=(1, steps[-1]))
    axes[0].set_ylim(0, None)
    axes[0].set_ylabel("KL from the exact posterior, nats")
    layout.legend(figure, LOOKS, 4)
    alt = (
        "Divergence from the exact posterior over run lengths of what is read of it by a map that is given the state "
        "and the time, at the mean toss: "
        + told(numbers, "{hazard} hazard, {read off}: {state and time:first} nats", "; ")
        + "."
    )
    return style.picture(figure, alt, numbers)
