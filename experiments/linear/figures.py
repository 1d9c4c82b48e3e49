"""Pictures of which part of a linear function is learned when."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Real
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from lib.plotting import style
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import Percentiles, percentiles

MODES = LinearSegmentedColormap.from_list("modes", [style.GREY, style.GREEN, style.BLUE])
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<", ">", "h", "*")
LOOKS = {0.5: (style.PURPLE, "^", ":"), 0.8: (style.BLUE, "o", "-"), 0.9: (style.GREEN, "s", "--")}
Array = np.ndarray


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
) -> Picture:
    """How each singular mode is learned, in three ways: its strength, its share, and when shares reach some heights.

    Args:
        values: singular values, growing.
        moments: when networks were looked at.
        progress: the share of each mode that each network has learned.
        times: when it first is as large, for some of 0.5, 0.8 and 0.9; infinite if never.
        unit: of moments and times.
        whose: in words.
        theory: the share by theory, dashed.
        edge: the largest singular value that networks were prepared for; beyond it lines are of another colour, dashed.
        logarithmic: whether times run along a logarithmic axis, up to 1.
    """
    figure, axes = style.panels(1, 3, 8.6, 3.4)
    strengths, shares, until = axes[0]
    medians = np.median(progress, axis=0)
    for place, (value, color) in enumerate(zip(values, _colors(values, edge), strict=True)):
        beyond = edge is not None and value > edge
        look = dict(color=color, linestyle="--" if beyond else "-", linewidth=1.4, marker=MARKERS[place % 11])
        every = max(1, len(moments) // 8)
        start = (every * place) // max(1, len(values))
        for panel, scale in ((strengths, value), (shares, 1.0)):
            panel.plot(moments, scale * medians[place], **look, markersize=3.5, markevery=(start, every))
            if theory is not None:
                panel.plot(moments, scale * theory[place], linestyle=":", color=style.INK, linewidth=1.0)
    strengths.set(title="strength of a mode", xlabel=unit)
    shares.set(title="as a share, q", xlabel=unit, ylim=(-0.1, 1.12))
    numbers = _when(until, values, times, unit, logarithmic)
    if edge is not None:
        until.axvline(edge, color=style.ORANGE, linestyle="-.", linewidth=1.2)
    tightly(strengths, shares)
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


@in_style
def performance(
    values: Float[Array, " mode"],
    machines: Mapping[str, tuple[Float[Array, "network moment mode"], Float[Array, "network moment"]]],
) -> Picture:
    """Which modes machines have learned when they perform equally well: shares against the error that is left.

    Args:
        values: singular values, largest first.
        machines: by name, shares and errors along the way.
    """
    figure, axes = style.panels(1, len(machines), 2.9 * len(machines), 3.3, sharey=True)
    levels, numbers = np.linspace(1, 0.02, 50), []
    for panel, (name, (progress, error)) in zip(axes[0], machines.items(), strict=True):
        own = np.stack([_at_levels(q, off, levels) for q, off in zip(progress, error, strict=True)])
        middle = np.median(own, axis=0)
        for place, color in enumerate(_colors(values[::-1])[::-1]):
            panel.plot(
                1 - levels, middle[:, place], color=color, marker=MARKERS[place], markersize=3.5, markevery=(place, 8),
                linewidth=1.4, label=f"{values[place]:.2f}" if panel is axes[0, 0] else None,
            )  # fmt: skip
        panel.set(title=name, xlabel="error gone, share", ylim=(-0.1, 1.12))
        for share in (0.25, 0.5, 0.75):
            at = middle[np.abs(1 - levels - share).argmin()]
            numbers.append(
                {
                    "machine": name,
                    "error gone": f"{share:.0%}",
                    **{f"q of {value:.2f}": _share(q) for value, q in zip(values, at, strict=True)},
                    "largest less smallest": _share(np.ptp(at)),
                }
            )
    axes[0, 0].set_ylabel("share learned, q")
    figure.legend(loc="outside lower center", ncols=len(values), fontsize=9, title="singular value")
    halves = [row for row in numbers if row["error gone"] == "50%"]
    alt = (
        f"Share learned of each of {len(values)} modes against the share of the error that is gone. When half of it is "
        "gone, the best and the worst learned mode are apart by "
        + ", ".join(f"{row['largest less smallest']} ({row['machine']})" for row in halves)
        + "."
    )
    return style.picture(figure, alt, numbers)


@in_style
def spectra(
    kinds: Mapping[str, tuple[Float[Array, "spectrum mode"], Float[Array, "spectrum network mode"]]], unit: str
) -> Picture:
    """When 80% of each mode is learned, against its singular value: a panel for each kind of machine, a line for each
    spectrum.

    Args:
        kinds: by name, singular values and times; infinite where never.
        unit: of the times.
    """
    figure, axes = style.panels(1, len(kinds), 3.7 * len(kinds), 3.4)
    numbers = []
    for panel, (name, (values, times)) in zip(axes[0], kinds.items(), strict=True):
        for place, (own, when) in enumerate(zip(values, times, strict=True)):
            color, marker = (style.BLUE, style.ORANGE, style.PURPLE, style.GREEN)[place % 4], MARKERS[place]
            found = times_of(when)
            low, middle, high = drawable(found)
            style.band(panel, own, low, high, color)
            label = f"largest {own[0]:.2f}"
            panel.plot(
                own, middle, marker + "-", color=color, markersize=5, label=label if panel is axes[0, 0] else None
            )
            numbers.append(
                {
                    "machine": name,
                    "largest to smallest value": f"{own[0]:.2f} to {own[-1]:.2f}",
                    "80% of the largest after": _said(found, 0),
                    "80% of the smallest after": _said(found, -1),
                }
            )
        panel.set(title=name, xlabel="singular value", xscale="log")
        plain_values(panel, values)
        panel.set_ylim(bottom=0)
    axes[0, 0].set_ylabel(f"{unit} until 80%")
    figure.legend(loc="outside lower center", ncols=4, fontsize=9)
    alt = (
        f"Median {unit} until 80% of a mode is learned, against its singular value, for {len(numbers)} spectra. "
        + " ".join(
            f"{row['machine']}, {row['largest to smallest value']}: {row['80% of the largest after'].split()[0]} for "
            f"the largest, {row['80% of the smallest after'].split()[0]} for the smallest."
            for row in numbers
        )
    )
    return style.picture(figure, alt, numbers)


def times_of(networks: Float[Array, "network *rest"]) -> Percentiles:
    """Median and interval of times of which some are infinite; what lies between finite and infinite is infinite."""
    beyond = 1e30
    found = percentiles(np.where(np.isfinite(networks), networks, beyond))
    low, middle, high = (np.where(each > beyond / 100, np.inf, each) for each in (found.low, found.median, found.high))
    return Percentiles(low, middle, high)


def drawable(found: Percentiles) -> tuple[Array, Array, Array]:
    """The same without what is infinite."""
    low, middle, high = (np.where(np.isfinite(each), each, np.nan) for each in (found.low, found.median, found.high))
    return low, middle, high


def plain_values(panel: Axes, values: Float[Array, "*any"]) -> None:
    """Singular values below a logarithmic axis, in full."""
    low, high = float(np.min(values)), float(np.max(values))
    ticks = [t for t in (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200) if low / 1.3 <= t <= 1.3 * high]
    panel.xaxis.set_major_locator(FixedLocator(ticks if len(ticks) < 7 else ticks[::2]))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    panel.xaxis.set_minor_locator(NullLocator())


def tightly(*panels: Axes) -> None:
    """Few ticks below narrow panels, thousands as k."""
    for panel in panels:
        panel.locator_params(axis="x", nbins=4)
        panel.xaxis.set_major_formatter(
            FuncFormatter(lambda value, _: f"{value / 1000:g}k" if value >= 1000 else f"{value:g}")
        )


def _colors(values: Float[Array, " value"], edge: float | None = None) -> list[object]:
    """Darker for larger; those beyond the edge in another colour."""
    inside = len(values) if edge is None else int((values <= edge).sum())
    blue = MODES(np.linspace(0, 1, max(inside, 1)))[:inside]
    return [*blue, *([style.ORANGE] * (len(values) - inside))]


def _head(height: float) -> str:
    return f"{height:.0%} after, median (5-95%)"


def _share(q: float) -> str:
    return f"{q:.2f}" if np.isfinite(q) else "not reached"


def _said(found: Percentiles, place: int) -> str:
    low, middle, high = (float(each[place]) for each in (found.low, found.median, found.high))
    if not np.isfinite(middle):
        return "never"
    if not np.isfinite(high):
        return f"{number(middle, 3)} ({number(low, 3)}-never)"
    return said(Percentiles(*(np.asarray(each) for each in (low, middle, high))))


def _when(
    panel: Axes,
    values: Float[Array, " value"],
    times: Mapping[float, Float[Array, "network value"]],
    unit: str,
    logarithmic: bool,
) -> list[dict[str, str]]:
    numbers: list[dict[str, str]] = [{"singular value": f"{value:g}"} for value in values]
    for height, own in times.items():
        color, marker, dash = LOOKS[height]
        found = times_of(own)
        low, middle, high = drawable(found)
        style.band(panel, values, low, high, color)
        panel.plot(values, middle, marker + dash, color=color, markersize=4.5, label=f"q above {height:g}")
        for place, row in enumerate(numbers):
            row[_head(height)] = _said(found, place)
    panel.set(title=f"{unit} until q is", xlabel="singular value", xscale="log")
    plain_values(panel, values)
    if logarithmic and any(np.isfinite(own).any() for own in times.values()):
        panel.set_yscale("log")
    else:
        panel.set_ylim(bottom=0)
    return numbers


def _at_levels(
    progress: Float[Array, "moment mode"], error: Float[Array, " moment"], levels: Float[Array, " level"]
) -> Float[Array, "level mode"]:
    """Shares where the error first falls to each level of what it was; NaN where it never does."""
    least = np.minimum.accumulate(error / error[0])
    found = [
        np.where(levels >= least[-1], np.interp(-levels, -least, mode), np.nan) for mode in progress.T
    ]  # fmt: skip
    return np.stack(found, axis=-1)
