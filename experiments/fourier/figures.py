"""Pictures of what is found of a wiggle's waves, and when."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Real

from lib.plotting import style
from lib.plotting.families import Look
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import percentiles

# Slow waves first; each with a mark of its own.
WAVES = (
    Look(style.BLUE, "o", "-"),
    Look(style.ORANGE, "s", "-"),
    Look(style.PURPLE, "^", "-"),
    Look(style.GREEN, "D", "-"),
    Look(style.GREY, "v", "-"),
)
HEIGHTS = ("-", "--", "-.", ":")

Array = np.ndarray


@in_style
def learning(
    q: Float[Array, "run time mode"],
    moments: Real[Array, " time"],
    times: Mapping[float, Float[Array, "run mode"]],
    who: str,
    unit: str,
    logarithmic: bool = False,
) -> Picture:
    """How much of each wave is found over time, and when so much of it is: the source's figures 8, 9 and 11.

    Args:
        q: equation (10).
        moments: of the measurements, in `unit`.
        times: until so much of each wave is found, in the same; infinite where that never happens.
        who: finds them, in words.
        unit: of time, in words, plural.
        logarithmic: whether time is drawn so.
    """
    figure, axes = style.panels(1, 2, 7.6, 3.5, width_ratios=(3, 2))
    left, right = axes[0]
    shown = moments > 0 if logarithmic else np.full(len(moments), True)
    several, modes = percentiles(q), q.shape[-1]
    every = max(1, int(shown.sum()) // 12)
    for mode in range(modes):
        look, x = WAVES[mode % len(WAVES)], moments[shown]
        line = several.median[shown, mode]
        if len(q) > 1:
            style.band(left, x, several.low[shown, mode], several.high[shown, mode], look.color)
        left.plot(x, line, label=f"k = {mode + 1}", markevery=((mode * every) // modes, every), **_drawn(look))
    left.axhline(1, color=style.INK, linestyle=":", linewidth=0.8)
    left.set(xlabel=unit, ylabel="found of a wave, q", ylim=(min(-0.05, float(several.low.min())), 1.25))
    if logarithmic:
        left.set_xscale("log")
    middle = {height: np.median(each, axis=0) for height, each in times.items()}
    for (height, each), dash in zip(middle.items(), HEIGHTS, strict=False):
        known = np.where(np.isfinite(each), each, np.nan)
        right.plot(np.arange(1, modes + 1), known, dash, color=style.INK, linewidth=1.2, label=f"{height:.0%}")
        for mode in range(modes):
            look = WAVES[mode % len(WAVES)]
            right.plot(mode + 1, known[mode], look.marker, color=look.color, markersize=6)
    right.set(xlabel="frequency k", ylabel=f"{unit} until so much is found", xticks=range(1, modes + 1))
    right.set_ylim(bottom=0)
    right.legend(fontsize=8, handlelength=2.6)
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=modes, fontsize=9)
    numbers = [
        {
            "frequency": str(mode + 1),
            "found at the end, median (5-95%)": said(percentiles(q[:, -1, mode])),
            **{f"{height:.0%} after, {unit}": _when(each[mode]) for height, each in middle.items()},
        }
        for mode in range(modes)
    ]
    last = max(times)
    alt = (
        f"What {who} found of each of {modes} waves over {unit}, and when. "
        + " ".join(
            f"{last:.0%} of wave {mode + 1}: {_when(middle[last][mode])}"
            + (f" {unit}." if np.isfinite(middle[last][mode]) else ".")
            for mode in range(modes)
        )
        + f" At the end {', '.join(f'{each:.2f}' for each in several.median[-1])} of them are found."
    )
    return style.picture(figure, alt, numbers)


def _drawn(look: Look) -> dict[str, Any]:
    return {
        "color": look.color,
        "linestyle": look.dash,
        "linewidth": 1.4,
        "marker": look.marker,
        "markersize": 4,
    }


def _when(time: float) -> str:
    return number(float(time)) if np.isfinite(time) else "never"


@in_style
def progress(
    error: Mapping[str, Float[Array, "run time"]],
    q: Mapping[str, Float[Array, "run time mode"]],
    marks: Sequence[float] = (0.25, 0.5, 0.75),
) -> Picture:
    """How much of each wave is found when so much of the error is gone: the source's figure 10.

    Args:
        error: squared distance from the truth, for each kind of machine.
        q: of the waves, at the same moments.
        marks: shares of the error gone, for the table.
    """
    figure, axes = style.panels(1, len(error), 3.7 * len(error), 3.4, sharey=True)
    shares = np.linspace(0, 0.95, 39)
    numbers, found = [], {}
    for (name, errors), panel in zip(error.items(), axes[0], strict=True):
        each = np.stack([_at_shares(own, waves, shares) for own, waves in zip(errors, q[name], strict=True)])
        found[name] = np.median(each, axis=0)
        for mode in range(each.shape[-1]):
            look = WAVES[mode % len(WAVES)]
            panel.plot(shares, found[name][:, mode], label=f"k = {mode + 1}", markevery=(mode, 8), **_drawn(look))
        panel.plot([0, 1], [0, 1], color=style.INK, linestyle=":", linewidth=0.8)
        panel.set(title=name, xlabel="share of the error gone")
        for mark in marks:
            waves = found[name][int(np.abs(shares - mark).argmin())]
            numbers.append(
                {
                    "who": name,
                    "error gone": f"{mark:.0%}",
                    **{f"k = {mode + 1}": f"{value:.2f}" for mode, value in enumerate(waves)},
                }
            )
    axes[0, 0].set_ylabel("found of a wave, q")
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=len(found[name][0]), fontsize=9
    )
    half = int(np.abs(shares - 0.5).argmin())
    alt = "Found of each wave against the share of the error that is gone. When half is gone: " + " ".join(
        f"{name} {', '.join(f'{value:.2f}' for value in waves[half])} (slow waves first)."
        for name, waves in found.items()
    )
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
    figure, axes = style.panels(1, 1, 6.8, 3.6)
    panel = axes[0, 0]
    steps = np.arange(next(iter(loss.values())).shape[1])
    looks = (*WAVES[:4], Look(style.INK, "x", "--"))
    numbers, ends = [], []
    for (name, each), look, dash in zip(loss.items(), looks, ("-", "--", "-.", ":", "-"), strict=False):
        several = percentiles(each)
        if len(each) > 1:
            style.band(panel, steps, several.low, several.high, look.color)
        panel.plot(steps, several.median, label=name, markevery=5, **_drawn(look) | {"linestyle": dash})
        shown = {f"after {step}": number(float(several.median[step])) for step in (0, 5, 10, 20, len(steps) - 1)}
        numbers.append({"who": name, **shown, "mean over the episode": number(float(np.median(each.mean(axis=1))), 3)})
        ends.append(f"{name} {number(float(several.median[-1]))}")
    panel.axhline(noise**2, color=style.GREY, linestyle=":", linewidth=1)
    panel.set(xlabel="points seen", ylabel="squared error of the next prediction", yscale="log")
    figure.legend(loc="outside lower center", ncols=2, fontsize=9)
    alt = (
        "Squared error of the next prediction against points seen, on a logarithmic scale; a dotted line at that of "
        f"the noise, {number(noise**2)}. At the last step: {'; '.join(ends)}."
    )
    return style.picture(figure, alt, numbers)
