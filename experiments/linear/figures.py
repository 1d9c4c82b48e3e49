"""Pictures of which part of a linear function is learned when."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes

from lib.plotting import layout, style
from lib.plotting.grammar import curve
from lib.plotting.looks import BOUND, MARKERS, OPTIMUM, SERIES, Look, shades
from lib.plotting.style import Picture, Table, in_style, number, said, told
from lib.probes.quantiles import Percentiles, percentiles

Array = np.ndarray
Course = tuple[Float[Array, "network moment mode"], Float[Array, "network moment"]]
MODES = shades("modes", style.GREY, style.GREEN, style.BLUE)
BEYOND = Look(style.ORANGE, dash="--")  # of singular values larger than those that networks were prepared for
HEIGHTS = {0.5: Look(style.PURPLE, "^", ":"), 0.8: Look(style.BLUE, "o"), 0.9: Look(style.GREEN, "s", "--")}


def by_size(count: int) -> list[Look]:
    """A look for each singular value: the larger, the more blue."""
    return [Look(color, MARKERS[place % 11]) for place, color in enumerate(MODES(np.linspace(0, 1, max(count, 1))))]


@in_style
def dynamics(
    values: Float[Array, " value"],
    moments: Real[Array, " moment"],
    progress: Float[Array, "network value moment"],
    times: Mapping[float, Float[Array, "network value"]],
    *,
    unit: str,
    whose: str,
    theory: Float[Array, "value moment"] | None = None,
    edge: float | None = None,
    logarithmic: bool = False,
    optimum: bool = False,
) -> Picture:
    """How each singular mode is learned, in three ways: its strength, its share, and when shares reach some heights.

    Args:
        values: singular values, growing.
        moments: when networks were looked at.
        progress: the share of each mode that each network has learned.
        times: when it first is as large, for some of 0.5, 0.8 and 0.9; infinite if never.
        unit: of moments and times.
        whose: in words.
        theory: the share by theory, dotted.
        edge: the largest singular value that networks were prepared for; beyond it lines are of another colour, dashed.
        logarithmic: whether times run along a logarithmic axis, up to 1.
        optimum: whether it is the optimum that learns.
    """
    figure, (strengths, shares, until) = layout.row(3, 8.6, 3.4)
    medians = np.median(progress, axis=0)
    inside = len(values) if edge is None else int((values <= edge).sum())
    looks = by_size(inside)[:inside] + [Look(BEYOND.color, marker, BEYOND.dash) for marker in MARKERS[inside:]]
    every = max(1, len(moments) // 8)
    for place, (value, median, look) in enumerate(zip(values, medians, looks, strict=False)):
        start = (every * place) // max(1, len(values))
        for panel, scale in ((strengths, value), (shares, 1.0)):
            shown = look.of(OPTIMUM) if optimum else look
            curve(panel, moments, scale * median, shown, markersize=3.5, markevery=(start, every), linewidth=1.4)
            if theory is not None:
                curve(panel, moments, scale * theory[place], BOUND, linewidth=1)
    strengths.set(title="strength of a mode", xlabel=unit)
    shares.set(title="as a share, q", xlabel=unit, ylim=(-0.1, 1.12))
    for panel in (strengths, shares):
        panel.locator_params(axis="x", nbins=4)
        panel.xaxis.set_major_formatter(lambda v, _: f"{v / 1000:g}k" if v >= 1000 else f"{v:g}")
    numbers = _until(until, values, times, unit, logarithmic)
    if edge is not None:
        layout.bound(until, x=edge, look=Look(BEYOND.color, dash="-."))
    figure.legend(loc="outside lower center", ncols=3, fontsize=9)
    for row, share in zip(numbers, medians, strict=True):
        row["q at the end"] = f"{share[-1]:.2f}"
    first, last = numbers[-1], numbers[0]
    main = 0.8 if 0.8 in times else next(iter(times))
    alt = (
        f"{whose}, {len(values)} singular values from {number(values[0])} to {number(values[-1])}. Strength and share "
        f"of each mode against {unit}, and {unit} until shares of {', '.join(f'{height:g}' for height in times)} are "
        f"reached. {main:.0%} of the largest is reached after {first[_head(main)]}, of the smallest after "
        f"{last[_head(main)]}; at the end {first['q at the end']} of the largest and {last['q at the end']} of the "
        "smallest are learned."
    )
    if theory is not None:
        alt += f" Dotted lines, by theory, are at most {np.abs(theory - medians).max():.2f} away from the median share."
    if edge is not None:
        alt += f" A vertical line marks {edge:.3f}, beyond which lie {int((values > edge).sum())} of the values."
    return style.picture(figure, alt, numbers)


def _head(height: float) -> str:
    return f"{height:.0%} after, median (5-95%)"


def _until(
    panel: Axes,
    values: Float[Array, " value"],
    times: Mapping[float, Float[Array, "network value"]],
    unit: str,
    logarithmic: bool,
) -> list[dict[str, str]]:
    numbers: list[dict[str, str]] = [{"singular value": f"{value:g}"} for value in values]
    for height, own in times.items():
        found = times_panel(panel, values, own, HEIGHTS[height], f"q above {height:g}")
        for place, row in enumerate(numbers):
            row[_head(height)] = _said(found, place)
    panel.set(title=f"{unit} until q is", xlabel="singular value", xscale="log")
    plain_values(panel, values)
    if logarithmic and any(np.isfinite(own).any() for own in times.values()):
        panel.set_yscale("log")
        layout.plainly(panel.yaxis, 2, 5)
    else:
        panel.set_ylim(bottom=0)
    return numbers


@in_style
def performance(values: Float[Array, " mode"], machines: Mapping[str, Course], optimum: str = "") -> Picture:
    """Which modes machines have learned when they perform equally well: shares against the error that is left.

    Args:
        values: singular values, largest first.
        machines: by name, shares and errors along the way.
        optimum: the name of the one that is optimal, if any is.
    """
    figure, axes = layout.row(len(machines), 2.9 * len(machines), 3.3, sharey=True)
    levels, numbers = np.linspace(1, 0.02, 50), []
    names = [f"{value:.2f}" for value in values]
    for panel, (machine, (progress, error)) in zip(axes, machines.items(), strict=True):
        own = np.stack([_at_levels(q, off, levels) for q, off in zip(progress, error, strict=True)])
        middle = np.median(own, axis=0)
        for place, (mode, look, name) in enumerate(zip(middle.T, by_size(len(values))[::-1], names, strict=True)):
            look = Look(look.color, MARKERS[place])
            shown = look.of(OPTIMUM) if machine == optimum else look
            curve(panel, 1 - levels, mode, shown, name, markevery=(place, 8), linewidth=1.4)
        panel.set(title=machine, xlabel="error gone, share", ylim=(-0.1, 1.12))
        for share in (0.25, 0.5, 0.75):
            at = middle[np.abs(1 - levels - share).argmin()]
            numbers.append(
                {
                    "machine": machine,
                    "error gone": f"{share:.0%}",
                    **{f"q of {name}": _share(q) for name, q in zip(names, at, strict=True)},
                    "largest less smallest": _share(np.ptp(at)),
                }
            )
    axes[0].set_ylabel("share learned, q")
    layout.legend(figure, axes[0], title="singular value")
    halves = [row for row in numbers if row["error gone"] == "50%"]
    alt = (
        f"Share learned of each of {len(values)} modes against the share of the error that is gone. When half of it is "
        "gone, the best and the worst learned mode are apart by "
        + told(halves, "{largest less smallest} ({machine})", ", ")
        + "."
    )
    return style.picture(figure, alt, numbers)


def _share(q: float) -> str:
    return f"{q:.2f}" if np.isfinite(q) else "not reached"


def _at_levels(
    progress: Float[Array, "moment mode"], error: Float[Array, " moment"], levels: Float[Array, " level"]
) -> Float[Array, "level mode"]:
    """Shares where the error first falls to each level of what it was; NaN where it never does."""
    least = np.minimum.accumulate(error / error[0])
    found = [np.where(levels >= least[-1], np.interp(-levels, -least, mode), np.nan) for mode in progress.T]
    return np.stack(found, axis=-1)


@in_style
def spectra(
    kinds: Mapping[str, tuple[Float[Array, "spectrum mode"], Float[Array, "spectrum network mode"]]],
    unit: str,
    optimum: str = "",
) -> Picture:
    """When 80% of each mode is learned, against its singular value: a panel for each kind of machine, a line for each
    spectrum.

    Args:
        kinds: by name, singular values and times; infinite where never.
        unit: of the times.
        optimum: the name of the kind that is optimal, if any is.
    """
    figure, axes = layout.row(len(kinds), 3.7 * len(kinds), 3.4)
    numbers = Table("machine", "largest to smallest value", "80% of the largest after", "80% of the smallest after")
    for panel, (name, (values, times)) in zip(axes, kinds.items(), strict=True):
        for own, until, look in zip(values, times, SERIES, strict=False):
            shown = look.of(OPTIMUM) if name == optimum else look
            found = times_panel(panel, own, until, shown, f"largest {own[0]:.2f}")
            numbers.row(name, f"{own[0]:.2f} to {own[-1]:.2f}", _said(found, 0), _said(found, -1))
        panel.set(title=name, xlabel="singular value", xscale="log")
        plain_values(panel, values)
        panel.set_ylim(0, 1.05 * panel.get_ylim()[1])
    axes[0].set_ylabel(f"{unit} until 80%")
    layout.legend(figure, axes[0])
    alt = (
        f"Median {unit} until 80% of a mode is learned, against its singular value, for {len(numbers)} spectra. "
        + told(
            numbers,
            "{machine}, {largest to smallest value}: {80% of the largest after:first} for the largest, "
            "{80% of the smallest after:first} for the smallest.",
        )
    )
    return style.picture(figure, alt, numbers)


def times_panel(
    panel: Axes,
    values: Float[Array, " value"],
    times: Float[Array, "network value"],
    look: Look,
    label: str | None = None,
) -> Percentiles:
    """Times against singular values; those that never come are infinite, and are not drawn.

    Returns:
        Median and interval; what lies between finite and infinite is infinite.
    """
    beyond = 1e30
    found = percentiles(np.where(np.isfinite(times), times, beyond))
    bounds = (found.low, found.median, found.high)
    curve(panel, values, Percentiles(*(np.where(each > beyond / 100, np.nan, each) for each in bounds)), look, label)
    return Percentiles(*(np.where(each > beyond / 100, np.inf, each) for each in bounds))


def _said(found: Percentiles, place: int) -> str:
    low, middle, high = (float(each[place]) for each in (found.low, found.median, found.high))
    if not np.isfinite(middle):
        return "never"
    if not np.isfinite(high):
        return f"{number(middle, 3)} ({number(low, 3)}-never)"
    return said(Percentiles(*(np.asarray(each) for each in (low, middle, high))))


def plain_values(panel: Axes, values: Float[Array, "*any"]) -> None:
    """Singular values below a logarithmic axis, in full."""
    low, high = float(np.min(values)), float(np.max(values))
    ticks = [t for t in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if low / 1.3 <= t <= 1.3 * high]
    layout.marks(panel.xaxis, ticks if len(ticks) < 7 else ticks[::2])
