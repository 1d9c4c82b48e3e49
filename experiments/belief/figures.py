"""Pictures of beliefs: where they lie on the simplex, exact and read off; who filters, and at what price one reads.

The source's figures: Shai et al. 2024 (belief simplex beside the projected residual stream).
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb

from lib.plotting import layout, style
from lib.plotting.grammar import curve, points
from lib.plotting.looks import BOUND, SERIES, SIDES, UNTRAINED, Look
from lib.plotting.style import Picture, Table, in_style, number, said, told

Array = np.ndarray

AGENTS = dict(zip(("LSTM", "GRU", "transformer"), SERIES, strict=False))
CORNERS = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 3**0.5 / 2]])  # of the simplex, for three hidden states
LEAST = 1e-5  # nats a step that a logarithmic axis begins with
FRAME = 0.12  # of the side of the simplex, left free around it


def on_the_plane(beliefs: Float[Array, "*batch 3"]) -> Float[Array, "*batch 2"]:
    """Barycentric coordinates: where a distribution over three hidden states lies in the triangle."""
    return beliefs @ CORNERS


@in_style
def simplices(
    exact: Mapping[str, Float[Array, "moment 3"]],
    read: Mapping[str, Mapping[str, Float[Array, "moment 3"]]],
    explained: Mapping[str, Mapping[str, float]],
) -> Picture:
    """Beliefs on the simplex, one row a chain: those of the forward algorithm, and beside them those read off.

    Args:
        exact: beliefs, by chain.
        read: the same moments as read linearly, by chain and by from what.
        explained: R2 of each reading.
    """
    columns = list(next(iter(read.values())))
    figure, axes = style.panels(len(exact), 1 + len(columns), 7.4, 1.95 * len(exact))
    figure.set_dpi(220)  # of the clouds, which are drawn as images
    numbers = Table("chain", "read from", "R2", "off the simplex")
    for line, (chain, beliefs) in zip(axes, exact.items(), strict=True):
        colors = beliefs @ np.array([to_rgb(side.color) for side in SIDES])
        for panel, own in zip(line, (beliefs, *read[chain].values()), strict=True):
            _cloud(panel, own, colors)
        middle = {"transform": line[0].transAxes, "rotation": 90, "va": "center", "ha": "right"}
        line[0].text(-0.02, 0.5, chain, fontsize=10, color=style.INK, **middle)
        for name, own in read[chain].items():
            off = float((own < -0.01).any(axis=1).mean())
            numbers.row(chain, name, f"{explained[chain][name]:.4f}", f"{off:.0%}")
    layout.label(axes, titles=("exact belief", *(f"read: {name}" for name in columns)), fontsize=9.5)
    alt = (
        "Beliefs about three hidden states, as points of a triangle: of the forward algorithm, and read linearly from "
        "a network. Where nearly all of the variance is explained, the same figure is drawn again; where less is, it "
        "is blurred; from shuffled beliefs it is a point. "
        f"{told(numbers, '{chain}, {read from}: {R2} of the variance.')}"
    )
    return style.picture(figure, alt, numbers)


def _cloud(panel: Axes, beliefs: Float[Array, "moment 3"], colors: Float[Array, "moment 3"]) -> None:
    x, y = on_the_plane(beliefs).T
    outline = np.vstack([CORNERS, CORNERS[:1]])
    panel.plot(*outline.T, color=style.GREY, linewidth=0.7)
    panel.scatter(x, y, s=0.5, c=colors, linewidths=0, rasterized=True)
    panel.set(xlim=(-FRAME, 1 + FRAME), ylim=(-FRAME, CORNERS[2, 1] + FRAME), aspect="equal")
    panel.axis("off")


@in_style
def filtering(
    seen: Real[Array, " checkpoint"],
    by_chain: Mapping[str, Mapping[str, Float[Array, "run checkpoint"]]],
    never: Mapping[str, float],
    near: float,
) -> Picture:
    """Divergence from the forward algorithm over training, a panel for each chain.

    Args:
        seen: episodes, at each checkpoint.
        by_chain: KL summed over an episode, by chain and agent.
        never: the same of a predictor that never learns.
        near: the bound of the rule.
    """
    figure, axes = layout.row(len(by_chain), 7.4, 3.1, sharey=True)
    numbers = Table("chain", "agent", "before training", "at the end")
    for panel, (chain, networks) in zip(axes, by_chain.items(), strict=True):
        x = layout.over_training(panel, seen)
        for agent, values in networks.items():
            curve(panel, x, values, AGENTS[agent])
            numbers.row(chain, agent, said(values[:, 0]), said(values[:, -1]))
        layout.bound(panel, near)
        layout.bound(panel, never[chain], look=Look(style.GREY, dash="-."))
        panel.set(yscale="log", title=chain)
        layout.plainly(panel.yaxis)
    axes[0].set_ylabel("nats an episode from\nthe forward algorithm")
    shown = {agent: AGENTS[agent] for agent in next(iter(by_chain.values()))}
    layout.legend(figure, shown | {"never learns": Look(style.GREY, dash="-."), f"{near:g} nats": BOUND})
    alt = (
        "Divergence of networks from the forward algorithm falls over training. At the end: "
        f"{told(numbers, '{chain}, {agent}, {at the end:first} nats.')}"
    )
    return style.picture(figure, alt, numbers)


@in_style
def transport(
    steps: Sequence[int],
    by_chain: Mapping[str, Mapping[str, Float[Array, "run step"]]],
    static: Mapping[str, Float[Array, " step"]],
) -> Picture:
    """Divergence from the forward algorithm at each step: of recurrent networks, and of a Bayesian who counts as if the
    hidden state never moved.
    """
    figure, axes = layout.row(len(by_chain), 7.4, 3.0, sharey=True)
    numbers = Table("chain", "who", "last step", "whole episode")
    for panel, (chain, networks) in zip(axes, by_chain.items(), strict=True):
        curve(panel, steps, np.where(static[chain] > LEAST, static[chain], np.nan), BOUND)
        numbers.row(chain, "Bayes, static", number(static[chain][-1]), number(static[chain].sum()))
        for agent, values in networks.items():
            curve(panel, steps, values, AGENTS[agent], marker="")
            numbers.row(chain, agent, said(values[:, -1]), said(values.sum(axis=1)))
        panel.set(yscale="log", ylim=(LEAST, None), title=chain, xlabel="step")
        layout.marks(panel.yaxis, (0.0001, 0.001, 0.01, 0.1))
    axes[0].set_ylabel("nats a step from\nthe forward algorithm")
    shown = {agent: AGENTS[agent] for agent in next(iter(by_chain.values()))}
    layout.legend(figure, shown | {"Bayesian who holds counts alone": BOUND})
    alt = (
        "A Bayesian who holds counts, as if the hidden state never moved, falls behind step by step; recurrent "
        f"networks do not. Over an episode: {told(numbers, '{chain}, {who}: {whole episode:first} nats.')}"
    )
    return style.picture(figure, alt, numbers)


@in_style
def readouts(
    read: Mapping[str, Mapping[str, Mapping[str, Float[Array, " run"]]]],
    explained: Mapping[str, Mapping[str, Mapping[str, Float[Array, " run"]]]],
    never: Mapping[str, float],
    states: Sequence[str],
) -> Picture:
    """What predicting from a linearly read belief loses: trained, untrained, and with shuffled beliefs.

    Args:
        read: nats an episode, by chain, agent, and from what.
        explained: R2, likewise.
        never: nats an episode of a predictor that never learns, by chain.
        states: from what, in order: the trained network's, the untrained one's, shuffled.
    """
    figure, axes = layout.row(len(read), 7.4, 2.8, sharex=True, sharey=True)
    trained, untrained, mixed = states
    numbers = Table("chain", "agent", *(f"{each}, {what}" for each in states for what in ("nats", "R2")))
    for panel, (chain, agents) in zip(axes, read.items(), strict=True):
        for place, (agent, own) in enumerate(agents.items()):
            points(panel, place, own[mixed], Look(style.GREY, "X"), size=6)
            points(panel, place, own[untrained], AGENTS[agent].hollow, size=6)
            points(panel, place, own[trained], AGENTS[agent], size=6)
            r2 = explained[chain][agent]
            cells = [cell for each in states for cell in (said(own[each]), f"{np.median(r2[each]):.4f}")]
            numbers.row(chain, agent, *cells)
        layout.bound(panel, x=never[chain], look=Look(style.GREY, dash="-."))
        panel.set(xscale="log", title=chain, xlabel="nats an episode lost")
        layout.plainly(panel.xaxis)
        layout.down(panel, agents)
    legend = {
        "trained": Look(style.GREY, "o"),
        "untrained": UNTRAINED,
        "shuffled": Look(style.GREY, "X", dash=""),
        "never learns": Look(style.GREY, dash="-."),
    }
    layout.legend(figure, {name: look if name == "never learns" else look.scattered for name, look in legend.items()})
    alt = "What is lost by predicting from a belief that was read linearly. " + told(
        numbers, "{chain}, {agent}: {trained, nats:first} nats trained, {untrained, nats:first} untrained."
    )
    return style.picture(figure, alt, numbers)
