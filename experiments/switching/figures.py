"""Pictures of coins that are swapped: what is said around a swap, how far off it is, what is known, and of what kind.

After Genewein et al. 2023, who draw predictions along one sequence; the run-length posterior after Adams and MacKay
2007, figure 2.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.colors import Normalize

from lib.plotting import layout, style
from lib.plotting.grammar import before_and_after, curve, heat
from lib.plotting.looks import AMOUNT, BOUND, OPTIMUM, SERIES, TRAINED, TRUTH, UNTRAINED
from lib.plotting.style import Picture, Table, in_style, number, said, told

Array = np.ndarray
STATIONARY = SERIES[1]  # the Bayesian who thinks that the coin stays
WORLDS = {"known": SERIES[0], "hidden": SERIES[2]}
CONSTANT = SERIES[3]


@in_style
def around_swaps(
    bias: Float[Array, " step"],
    tosses: Float[Array, " step"],
    exact: Float[Array, " step"],
    stationary: Float[Array, " step"],
    networks: Float[Array, "run step"],
    run_lengths: Float[Array, "step length"],
) -> Picture:
    """One episode: what is said of heads before each toss, and below it the posterior over run lengths.

    Args:
        bias: of the coin that is tossed.
        run_lengths: before each toss, how probable it is that its coin has been tossed so often.
    """
    figure, panels = style.mosaic([["said"], ["known"]], 7.0, 5.0)
    above, below = panels["said"], panels["known"]
    steps = np.arange(1, len(bias) + 1)
    swaps = steps[1:][np.diff(bias) != 0]
    above.step(steps, bias, where="mid", color=TRUTH, linewidth=7, alpha=0.35, solid_capstyle="butt")
    curve(above, steps, stationary, STATIONARY, markersize=3)
    curve(above, steps, networks, TRAINED, markersize=3)
    curve(above, steps, exact, OPTIMUM)
    above.vlines(steps, np.where(tosses == 1, 1.04, -0.09), np.where(tosses == 1, 1.09, -0.04), color=style.INK)
    above.set(ylabel="probability of heads", ylim=(-0.12, 1.12), xlim=(0.5, len(bias) + 0.5))
    longest = int(np.flatnonzero((run_lengths > 0.02).any(axis=0))[-1])
    shares = np.ma.masked_less(run_lengths[:, : longest + 1].T, 0.02)
    heat(below, shares, AMOUNT, Normalize(0, 1), steps.astype(float), np.arange(longest + 1.0))
    true = steps - 1 - np.array([max([0, *(swap - 1 for swap in swaps if swap <= step)]) for step in steps])
    below.plot(steps, true, color=style.INK, linestyle="", marker=".", markersize=3)
    for panel in (above, below):
        for swap in swaps:
            layout.bound(panel, x=swap - 0.5)
    below.set(xlabel="toss", ylabel="run length")
    layout.bar(figure, [below], layout.scale(AMOUNT, 0, 1), "posterior probability")
    looks = {"exact filter": OPTIMUM, "networks": TRAINED, "stationary Bayes": STATIONARY, "a swap": BOUND}
    layout.legend(figure, looks)
    numbers = Table("toss", "bias", "came up", "exact filter", "networks", "stationary Bayes", "likeliest run length")
    for i, step in enumerate(steps):
        likeliest = int(run_lengths[i].argmax())
        cells = (f"{bias[i]:.2f}", "heads" if tosses[i] else "tails", f"{exact[i]:.2f}")
        numbers.row(str(step), *cells, f"{np.median(networks[:, i]):.2f}", f"{stationary[i]:.2f}", str(likeliest))
    apart = np.abs(np.median(networks, axis=0) - exact).max()
    alt = (
        f"One episode of {len(steps)} tosses, in which the coin is swapped {len(swaps)} times, after tosses "
        f"{', '.join(str(swap - 1) for swap in swaps)}. Networks say what the exact filter says, within {apart:.2f}. "
        f"Stationary Bayes is up to {np.abs(stationary - exact).max():.2f} away, most of all after a swap. Below, the "
        "posterior over run lengths: it grows along diagonals, and falls back to short runs some tosses after a swap."
    )
    return style.picture(figure, alt, numbers)


@in_style
def by_step(
    kl: Mapping[str, Float[Array, "run step"]],
    stationary: Mapping[str, Float[Array, " step"]],
    trained_steps: Mapping[str, int],
) -> Picture:
    """Divergence from the exact filter at each toss, a panel for each world; shaded, tosses that no training knew."""
    figure, axes = layout.row(len(kl), 7.4, 3.2, sharey=True)
    numbers = Table("hazard", "networks, as long as in training", "stationary Bayes", "networks, after that")
    for (world, own), panel in zip(kl.items(), axes, strict=True):
        steps, last = np.arange(1, own.shape[1] + 1), trained_steps[world]
        curve(panel, steps, stationary[world], STATIONARY, markersize=0)
        curve(panel, steps, own, TRAINED, markersize=0)
        panel.axvspan(last + 0.5, steps[-1] + 0.5, color=style.GREY, alpha=0.12, linewidth=0)
        panel.set(title=f"{world} hazard", xlabel="toss", yscale="log", xlim=(0.5, steps[-1] + 0.5), ylim=(1e-6, None))
        parts = (own[:, :last].sum(axis=1), own[:, last:].sum(axis=1))
        numbers.row(world, said(parts[0]), number(stationary[world][:last].sum(), 3), said(parts[1]))
    axes[0].set_ylabel("KL from the exact filter, nats")
    layout.legend(figure, {"networks": TRAINED, "stationary Bayes": STATIONARY})
    alt = "KL divergence from the exact filter at each toss. " + told(
        numbers,
        "Where the hazard is {hazard} it sums to {networks, as long as in training:first} nats for the median network "
        "over an episode as long as those of training, and to {stationary Bayes} for stationary Bayes.",
    )
    return style.picture(figure, alt, numbers)


@in_style
def over_training(
    seen: Mapping[str, Float[Array, " moment"]],
    from_exact: Mapping[str, Float[Array, "run moment"]],
    from_stationary: Mapping[str, Float[Array, "run moment"]],
) -> Picture:
    """Divergence from the exact filter, and from the Bayesian who thinks that the coin stays, over training."""
    figure, axes = layout.row(len(seen), 7.4, 3.2, sharey=True)
    numbers = Table("hazard", "episodes", "from the exact filter", "from stationary Bayes")
    nearest = []
    for world, panel in zip(seen, axes, strict=True):
        x = layout.over_training(panel, seen[world])
        curve(panel, x, from_stationary[world], STATIONARY)
        curve(panel, x, from_exact[world], TRAINED)
        panel.set(title=f"{world} hazard", yscale="log")
        pairs = zip(seen[world], from_exact[world].T, from_stationary[world].T, strict=True)
        for episodes, one, other in pairs:
            numbers.row(world, layout.seen(episodes), said(one), said(other))
        nearest.append(f"{world}, {np.median(from_stationary[world], axis=0).min():.2f}")
    axes[0].set_ylabel("KL to the networks, nats")
    layout.legend(figure, {"from the exact filter": TRAINED, "from stationary Bayes": STATIONARY})
    alt = (
        "Divergence of networks in training from the exact filter falls; that from stationary Bayes, whose least value "
        f"is {'; '.join(nearest)} nats, ends where the exact filter's own is."
    )
    return style.picture(figure, alt, numbers)


@in_style
def hazards(
    assumed: Sequence[float],
    of_assuming: Float[Array, " assumed"],
    networks: Float[Array, " run"],
    read: Mapping[str, Float[Array, "run step"]],
) -> Picture:
    """Left: divergence of filters that assume one hazard, from the mixture over all, and that of networks. Right: how
    far from the exact posterior over the hazard is what a linear map reads off networks.

    Args:
        of_assuming: summed over an episode, by the hazard that is assumed.
        networks: the same.
        read: trained, untrained, and the prior without a network.
    """
    figure, (left, right) = layout.row(2, 7.4, 3.3)
    curve(left, assumed, of_assuming, SERIES[4])
    low, middle, high = (float(np.quantile(networks, q)) for q in (0.0, 0.5, 1.0))
    left.axhspan(low, high, color=TRAINED.color, alpha=0.22, linewidth=0)
    layout.bound(left, middle, look=TRAINED)
    left.set(
        xscale="log", yscale="log", xlabel="hazard that a filter assumes", ylabel="KL from the exact mixture, nats"
    )
    layout.marks(left.xaxis, (0.01, 0.03, 0.1, 0.3))
    looks = {"trained": TRAINED, "untrained": UNTRAINED, "no network": BOUND}
    numbers = Table("read off", "mean over tosses", "before the last toss")
    for name, own in read.items():
        steps = np.arange(1, own.shape[1] + 1)
        curve(right, steps, own, looks[name], markersize=0, linestyle=looks[name].dash if name != "untrained" else "--")
        numbers.row(name, said(own.mean(axis=1)), said(own[:, -1]))
    right.set(xlabel="toss", ylabel="KL from the exact posterior, nats", ylim=(0, None))
    rest = {"untrained networks": UNTRAINED, "prior, no network": BOUND}
    layout.legend(figure, {"filters of one hazard": SERIES[4], "networks": TRAINED} | rest)
    best = assumed[int(of_assuming.argmin())]
    alt = (
        f"Filters of one hazard are at least {of_assuming.min():.3f} nats from the exact mixture (at {best:g}). "
        f"The median network is {middle:.4f} nats from it. A linear map and a softmax read the posterior over hazards "
        + told(numbers, "to {mean over tosses:first} nats ({read off})", ", ")
        + ", at the mean toss."
    )
    return style.picture(figure, alt, numbers)


@in_style
def simulation(
    found: Mapping[str, Mapping[str, Float[Array, "trained run"]]], null: Mapping[str, Mapping[str, float]]
) -> Picture:
    """Dissimilarities of states and outputs, a panel each, by direction: untrained networks hollow, trained filled;
    dotted, a map that ignores the state.

    Args:
        found: by dissimilarity and direction.
        null: of the map that ignores the state, by the same.
    """
    figure, axes = layout.row(len(found), 7.4, 2.9)
    numbers = Table("dissimilarity", "direction", "untrained", "trained", "map that ignores the state")
    for (name, by_direction), panel in zip(found.items(), axes, strict=True):
        for place, (direction, own) in enumerate(by_direction.items()):
            before_and_after(panel, place, own[0], own[1], TRAINED)
            layout_null = null[name][direction]
            panel.plot([layout_null] * 2, [place - 0.35, place + 0.35], color=style.INK, linestyle=":", linewidth=1.4)
            numbers.row(name, direction, said(own[0]), said(own[1]), number(layout_null))
        layout.down(panel, list(by_direction))
        panel.set(xscale="log", xlabel=name)
        layout.plainly(panel.xaxis)
    for panel in axes[1:]:
        panel.set_yticklabels([])
    layout.legend(figure, {"untrained": UNTRAINED, "trained": TRAINED.scattered, "ignores the state": BOUND})
    alt = "States and outputs of networks and of the exact filter, each embedded in the other. " + told(
        numbers,
        "{dissimilarity}, {direction}: {trained:first} for the median trained network, {untrained:first} untrained, "
        "{map that ignores the state} if the state is ignored.",
    )
    return style.picture(figure, alt, numbers)
