"""Pictures of Learners of waves that begin with different first weights, and of what their tangent kernels promise."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Real

from lib.plotting import layout, style
from lib.plotting.grammar import curve, finite
from lib.plotting.looks import BOUND, SERIES
from lib.plotting.style import Picture, Table, in_style, number, when

Array = np.ndarray


@in_style
def beginnings(
    times: Mapping[str, Float[Array, "learner mode"]], source: float, within: float, height: float, never: float
) -> Picture:
    """When Learners find so much of each wave, and how many times as long each takes for the last as for the first.

    Args:
        times: steps until then, by first weights; infinite where that never happens.
        source: the ratio that the source has.
        within: share of it that counts as the same.
        height: share of a wave that counts as found.
        never: steps of training, where what is never found is drawn.
    """
    figure, (left, right) = layout.row(2, 8.0, 3.4, width_ratios=(1, 1))
    numbers = Table("first weights", "Learners", *(f"wave {k}, steps" for k in range(1, 6)), "fifth over first")
    found = []
    for place, ((name, each), look) in enumerate(zip(times.items(), SERIES, strict=False)):
        waves = np.arange(1, each.shape[1] + 1) + 0.12 * (place - 0.5)
        middle = np.median(each, axis=0)
        curve(left, waves, np.minimum(each, never), look, name)
        ratios = np.sort(each[:, -1] / each[:, 0])
        shares = (np.arange(len(ratios)) + 0.5) / len(ratios)
        known = np.isfinite(ratios)
        right.plot(ratios[known], shares[known], **look.drawn, markersize=4, linewidth=1.2, label=name)
        median = float(np.median(ratios))
        numbers.row(name, str(len(each)), *(when(step) for step in middle), when(median))
        last = f"{when(median)} times as long as the first" if np.isfinite(median) else "never"
        found.append(f"{name}: {', '.join(map(when, middle))} steps for the waves in turn, the fifth {last}.")
    right.axvspan(source * (1 - within), source * (1 + within), color=style.GREY, alpha=0.2, linewidth=0)
    layout.bound(right, x=source)
    layout.bound(right, y=0.5)
    left.set(xlabel="frequency k", ylabel=f"steps until {height:.0%} is found", yscale="log", xticks=range(1, 6))
    layout.plainly(left.yaxis, 3)
    right.set(xlabel="fifth wave over first", ylabel="share of Learners below", xscale="log", ylim=(0, 1))
    layout.plainly(right.xaxis, 2, 5)
    layout.legend(figure, right)
    alt = (
        f"Steps until {height:.0%} of each wave is found, medians over Learners, by their first weights. "
        + " ".join(found)
        + f" The source's number, {source:g}, is a dotted line."
    )
    return style.picture(figure, alt, numbers)


@in_style
def kernels(
    promised: Mapping[str, Float[Array, "learner mode"]],
    taken: Mapping[str, Float[Array, "learner mode"]],
    course: Mapping[str, tuple[Real[Array, " look"], Float[Array, "learner look"]]],
) -> Picture:
    """How many times as long as the first each wave takes, by the kernel at the beginning and by Adam; and how uneven
    the kernel is on the way.

    Args:
        promised: the kernel's rate for the first wave over that for each, by first weights.
        taken: steps for each wave over those for the first, likewise; infinite where it is never found.
        course: updates, and the kernel's rate for the first wave over that for the last.
    """
    figure, axes = layout.row(len(promised) + 1, 9.2, 3.4, width_ratios=(*[1] * len(promised), 1.15))
    numbers, found = Table("first weights", "wave", "by the kernel, times as long", "by Adam, times as long"), []
    for panel, (name, each), look in zip(axes, promised.items(), SERIES, strict=False):
        waves = np.arange(1, each.shape[1] + 1)
        kernel = curve(panel, waves, each, look.of(BOUND), "the first kernel promises")
        own = np.median(taken[name], axis=0)
        adam = curve(panel, waves, finite(own), look, "Adam takes")
        panel.set(title=name, xlabel="frequency k", yscale="log", xticks=waves, ylim=(0.8, 100))
        layout.plainly(panel.yaxis, 3)
        for wave, first, second in zip(waves, kernel.median, own, strict=True):
            numbers.row(name, str(wave), number(first), when(second))
        found.append(f"{name}: the kernel {number(kernel.median[-1])}, Adam {when(adam.median[-1])}.")
        panel.legend(fontsize=9, handlelength=2.6)
    axes[0].set_ylabel("times as long as the first wave")
    last = axes[-1]
    for (name, (updates, uneven)), look in zip(course.items(), SERIES, strict=False):
        first = updates[1] / 3
        middle = curve(last, np.where(updates == 0, first, updates), uneven, look, name).median
        ends = f"{number(middle[0])} to one at the beginning, {number(middle[-1])} at the end."
        found.append(f"Its rates for the first and the fifth wave, {name}: {ends}")
    last.set(title="the kernel on the way", xlabel="updates", ylabel="rate of wave 1 over that of wave 5")
    last.set(xscale="log", yscale="log", ylim=(0.8, 100))
    layout.marks(last.xaxis, {first: "none", 10: "10", 100: "100", 1_000: "1,000"})
    layout.plainly(last.yaxis, 3)
    layout.legend(figure, last)
    alt = "How many times as long as the first wave the fifth takes, medians over Learners. " + " ".join(found)
    return style.picture(figure, alt, numbers)
