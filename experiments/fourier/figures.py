"""Pictures of what is found of a wiggle's waves, and when."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from jaxtyping import Float, Real

from lib.plotting import layout, style
from lib.plotting.grammar import curve, finite
from lib.plotting.looks import DASHES, OPTIMUM, SERIES, Look
from lib.plotting.style import Picture, in_style, number, said, when
from lib.probes.quantiles import percentiles

Array = np.ndarray
FOUND = "found of a wave, q"
GONE = (0.25, 0.5, 0.75)  # shares of the error, in the table


@in_style
def learning(
    q: Float[Array, "run time mode"],
    moments: Real[Array, " time"],
    times: Mapping[float, Float[Array, "run mode"]],
    who: str,
    unit: str,
    logarithmic: bool = False,
    optimum: bool = False,
) -> Picture:
    """How much of each wave is found over time, and when so much of it is: the source's figures 8, 9 and 11.

    Args:
        q: equation (10); slow waves first, at most five.
        moments: of the measurements, in `unit`.
        times: until so much of each wave is found, in the same; infinite where that never happens.
        who: finds them, in words.
        unit: of time, in words, plural.
        logarithmic: whether time is drawn so.
        optimum: whether it is the optimum that finds them.
    """
    figure, (left, right) = layout.row(2, 7.6, 3.5, width_ratios=(3, 2))
    shown, modes = moments > 0 if logarithmic else np.full(len(moments), True), q.shape[-1]
    every = max(1, int(shown.sum()) // 12)
    several = percentiles(q)
    waves = [look.of(OPTIMUM) if optimum else look for look in SERIES[:modes]]
    for mode, look in enumerate(waves):
        name, marks = f"k = {mode + 1}", ((mode * every) // modes, every)
        curve(left, moments[shown], q[:, shown, mode], look, name, markevery=marks, linewidth=1.4)
    layout.bound(left, 1)
    left.set(xlabel=unit, ylabel=FOUND, ylim=(min(-0.05, float(several.low.min())), 1.25))
    if logarithmic:
        left.set_xscale("log")
    middle = {height: np.median(each, axis=0) for height, each in times.items()}
    k = np.arange(1, modes + 1)
    for (height, each), dash in zip(middle.items(), DASHES, strict=False):
        known = finite(each)
        curve(right, k, known, Look(style.GREY, dash=dash), f"{height:.0%}", linewidth=1.2)
        for place, until, look in zip(k, known, SERIES, strict=False):
            right.plot(place, until, **look.scattered.drawn, markersize=6)
    right.set(xlabel="frequency k", ylabel=f"{unit} until so much is found", xticks=k)
    right.set_ylim(bottom=0)
    right.legend(fontsize=8, handlelength=2.6)
    layout.legend(figure, left)
    numbers = [
        {
            "frequency": str(mode + 1),
            "found at the end, median (5-95%)": said(q[:, -1, mode]),
            **{f"{height:.0%} after, {unit}": when(each[mode]) for height, each in middle.items()},
        }
        for mode in range(modes)
    ]
    last = max(times)
    reached = (when(each) + (f" {unit}." if np.isfinite(each) else ".") for each in middle[last])
    alt = (
        f"What {who} found of each of {modes} waves over {unit}, and when. "
        + " ".join(f"{last:.0%} of wave {mode}: {after}" for mode, after in enumerate(reached, start=1))
        + f" At the end {', '.join(f'{each:.2f}' for each in several.median[-1])} of them are found."
    )
    return style.picture(figure, alt, numbers)


@in_style
def progress(
    error: Mapping[str, Float[Array, "run time"]],
    q: Mapping[str, Float[Array, "run time mode"]],
) -> Picture:
    """How much of each wave is found when so much of the error is gone: the source's figure 10.

    Args:
        error: squared distance from the truth, for each kind of machine.
        q: of the waves, at the same moments.
    """
    figure, axes = layout.row(len(error), 3.7 * len(error), 3.4, sharey=True)
    shares = np.linspace(0, 0.95, 39)
    numbers, halves = [], []
    for (name, errors), panel in zip(error.items(), axes, strict=True):
        each = np.stack([_at_shares(own, waves, shares) for own, waves in zip(errors, q[name], strict=True)])
        found = np.median(each, axis=0)
        for mode, (wave, look) in enumerate(zip(found.T, SERIES, strict=False)):
            curve(panel, shares, wave, look, f"k = {mode + 1}", markevery=(mode, 8), linewidth=1.4)
        panel.plot([0, 1], [0, 1], color=style.INK, linestyle=":", linewidth=0.8)
        panel.set(title=name, xlabel="share of the error gone")
        at = {mark: found[int(np.abs(shares - mark).argmin())] for mark in GONE}
        for mark in GONE:
            waves = {f"k = {mode}": f"{value:.2f}" for mode, value in enumerate(at[mark], start=1)}
            numbers.append({"who": name, "error gone": f"{mark:.0%}", **waves})
        halves.append(f"{name} {', '.join(f'{value:.2f}' for value in at[0.5])} (slow waves first).")
    axes[0].set_ylabel(FOUND)
    layout.legend(figure, axes[0])
    alt = "Found of each wave against the share of the error that is gone. When half is gone: " + " ".join(halves)
    return style.picture(figure, alt, numbers)


def _at_shares(
    error: Float[Array, " time"], q: Float[Array, "time mode"], shares: Float[Array, " share"]
) -> Float[Array, "share mode"]:
    """What is found when the error first is so small; NaN where it never is."""
    gone = np.maximum.accumulate(1 - error / error[0])
    places, first = np.unique(gone, return_index=True)
    values = [np.interp(shares, places, wave[first], right=np.nan) for wave in q.T]
    return np.stack(values, axis=-1)


@in_style
def errors(loss: Mapping[str, Float[Array, "run step"]], noise: float) -> Picture:
    """Squared error of the next prediction along an episode, of networks and of Bayesians.

    Args:
        loss: by who predicts; a Bayesian is a kind of one.
        noise: standard deviation of the observations, which nobody can predict.
    """
    figure, panel = layout.one(6.8, 3.6)
    numbers, ends = [], []
    for (name, each), look in zip(loss.items(), SERIES, strict=False):
        shown = look.of(OPTIMUM) if len(each) == 1 else replace(look, marker="")
        middle = curve(panel, np.arange(each.shape[1]), each, shown, name, markevery=5).median
        after = {f"after {step}": number(middle[step]) for step in (0, 5, 10, 20, len(middle) - 1)}
        numbers.append({"who": name, **after, "mean over the episode": number(np.median(each.mean(axis=1)), 3)})
        ends.append(f"{name} {number(middle[-1])}")
    layout.bound(panel, noise**2)
    panel.set(xlabel="points seen", ylabel="squared error of the next prediction", yscale="log")
    layout.legend(figure, panel, 3)
    alt = (
        "Squared error of the next prediction against points seen, on a logarithmic scale; a dotted line at that of "
        f"the noise, {number(noise**2)}. At the last step: {'; '.join(ends)}."
    )
    return style.picture(figure, alt, numbers)
