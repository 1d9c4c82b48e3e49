"""Pictures of prompts: how far a network is from the Bayesian of another world with each, and what it then expects.

After Genewein et al. 2025, who draw regret and predictions with each kind of prefix.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from lib.plotting import layout, style
from lib.plotting.grammar import curve, points
from lib.plotting.looks import OPTIMUM, SERIES, UNTRAINED
from lib.plotting.style import Picture, Table, in_style, said, told

Array = np.ndarray
PROMPTS = {"none": UNTRAINED, "hard": SERIES[1], "soft": SERIES[2]}


@in_style
def left(kl: Mapping[str, Float[Array, "run prompt"]], prompts: Sequence[str]) -> Picture:
    """Divergence from the Bayesian of each other world, without a prompt and with the best of each kind.

    Args:
        kl: by world.
        prompts: their names.
    """
    figure, axes = layout.row(len(kl), 7.0, 2.3, sharex=True)
    numbers = Table("world", "prompt", "KL, nats", "left")
    for (world, own), panel in zip(kl.items(), axes, strict=True):
        for place, name in enumerate(prompts):
            points(panel, place, own[:, place], PROMPTS[name], size=7)
            numbers.row(world, name, said(own[:, place]), f"{np.median(own[:, place] / own[:, 0]):.0%}")
        layout.down(panel, prompts)
        panel.set(xscale="log", xlabel="KL from its Bayesian, nats", title=world)
        layout.plainly(panel.xaxis, 3.0)
    for panel in axes[1:]:
        panel.set_yticklabels([])
    axes[0].set_ylabel("prompt")
    alt = "What a prompt leaves of the divergence from the Bayesian of another world, median network: " + told(
        numbers, "{world}, {prompt}: {left}", "; "
    )
    return style.picture(figure, f"{alt}.", numbers)


@in_style
def ahead(
    probability: Mapping[str, Float[Array, "run prompt heads"]],
    bayes: Mapping[str, Float[Array, " heads"]],
    prompts: Sequence[str],
) -> Picture:
    """What a prompted network expects after heads in a row, beside the Bayesian of the other world.

    Args:
        probability: of heads, by world.
        bayes: the same.
        prompts: their names.
    """
    figure, axes = layout.row(len(probability), 7.4, 3.2, sharey=True)
    numbers = Table("world", "who", "at first", "after the last head")
    for (world, own), panel in zip(probability.items(), axes, strict=True):
        heads = np.arange(own.shape[2])
        for place, name in enumerate(prompts):
            curve(panel, heads, own[:, place], PROMPTS[name])
            numbers.row(world, f"prompt: {name}", said(own[:, place, 0]), said(own[:, place, -1]))
        curve(panel, heads, bayes[world], OPTIMUM)
        numbers.row(world, "its Bayesian", f"{bayes[world][0]:.2f}", f"{bayes[world][-1]:.2f}")
        panel.set(xlabel="heads in a row after the prompt", title=world, ylim=(0.4, 1.02))
    axes[0].set_ylabel("probability of heads")
    layout.legend(figure, {**{f"prompt: {name}": PROMPTS[name] for name in prompts}, "its Bayesian": OPTIMUM})
    alt = "Probability of heads of prompted networks, at first and after heads in a row. " + told(
        numbers, "{world}, {who}: {at first:first}, then {after the last head:first}", "; "
    )
    return style.picture(figure, f"{alt}.", numbers)
