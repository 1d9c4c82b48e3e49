"""Pictures of Meta-Learners of lines at a hundredth of the episodes: which mode comes first, within an episode and
over training.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Real

from lib.plotting import layout, style
from lib.plotting.grammar import curve, points
from lib.plotting.looks import BOUND, OPTIMUM, SERIES
from lib.plotting.style import Picture, Table, in_style, number, said, told

Array = np.ndarray


@in_style
def ratios(
    pairs: Sequence[tuple[float, float]],
    kinds: Mapping[str, Float[Array, "network pair"]],
    ridge: Float[Array, " pair"],
    most: float,
) -> Picture:
    """How many times as long the smaller mode of a target takes as the larger, against how much smaller it is.

    Args:
        pairs: singular values of the targets, larger first.
        kinds: ratios of networks, by name; at most five kinds.
        ridge: those of ridge regression.
        most: the largest ratio that counts as the same; the smallest is one over it.
    """
    figure, panel = layout.one(6.0, 3.6)
    smaller = np.array([large / small for large, small in pairs])
    panel.axhspan(1 / most, most, color=style.GREY, alpha=0.15, linewidth=0)
    curve(panel, smaller, ridge, OPTIMUM, "ridge regression")
    heads = [f"{name}, median (5-95%)" for name in kinds]
    numbers = Table("singular values", "times as small", *heads, "ridge regression")
    shifts = 1.04 ** (np.arange(len(kinds)) - (len(kinds) - 1) / 2)
    for shift, look, (name, own) in zip(shifts, SERIES, kinds.items(), strict=False):
        points(panel, smaller * shift, own, look, name, upright=True)
    for place, (large, small) in enumerate(pairs):
        row = [said(own[:, place]) for own in kinds.values()]
        numbers.row(f"{large:g} and {small:g}", number(smaller[place]), *row, number(ridge[place], 3))
    panel.set(xscale="log", xlabel="times as small the smaller mode is", ylabel="times as long it takes")
    layout.marks(panel.xaxis, {value: number(value) for value in smaller})
    layout.legend(figure, panel)
    each = ", ".join(f"{{{head}}} ({name})" for head, name in zip(heads, kinds, strict=True))
    alt = (
        "Points until 80% of the smaller of two modes is learned, over those of the larger, against how many times as "
        f"small it is; a band from {1 / most:.2f} to {most:g} counts as the same. "
        + told(numbers, "{times as small} times as small: " + each + ", {ridge regression} (ridge regression).")
    )
    return style.picture(figure, alt, numbers)


@in_style
def overshoot(
    episodes: Real[Array, " checkpoint"],
    targets: Mapping[str, Float[Array, "run checkpoint mode"]],
) -> Picture:
    """Share of the large and of the small mode of each target that networks find by the end of an episode, over their
    training, and the line at which as much is found as there is.

    Args:
        episodes: outer episodes seen at each checkpoint.
        targets: shares by the target's name, large mode first.
    """
    figure, axes = layout.row(len(targets), 2.9 * len(targets), 3.2, sharey=True)
    numbers = Table("target", "q of the small mode at its largest", "after episodes", "q of the large mode there")
    for panel, (name, q) in zip(axes, targets.items(), strict=True):
        layout.bound(panel, y=1, look=BOUND)
        for look, mode, called in zip(SERIES, q.transpose(2, 0, 1), ("large mode", "small mode"), strict=False):
            curve(panel, episodes, mode, look, called, markersize=3)
        panel.set(title=name, xlabel="outer episodes seen", ylim=(-0.1, None))
        panel.xaxis.set_major_formatter(lambda value, _: f"{value / 1000:g}k" if value else "0")
        panel.locator_params(axis="x", nbins=5)
        highest = int(np.median(q[..., -1], axis=0).argmax())
        numbers.row(name, said(q[:, highest, -1]), f"{episodes[highest]:,.0f}", said(q[:, highest, 0]))
    axes[0].set_ylabel("share found by the end of an episode")
    layout.legend(figure, axes[0])
    alt = (
        "Share of the large and of the small mode that Meta-Learners find by the end of an episode, over their "
        "training; above the dotted line at 1 they find more than there is. "
        + told(
            numbers,
            "{target}: the small mode is at its largest after {after episodes} episodes, at "
            "{q of the small mode at its largest:first}, while the large one is at {q of the large mode there:first}.",
        )
    )
    return style.picture(figure, alt, numbers)
