"""Pictures of players with little to learn with: few units, or few episodes."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float, Int

from experiments.bandits.figures_learning import plain_numbers
from lib.plotting import style
from lib.plotting.families import FAMILIES
from lib.plotting.style import Picture, in_style, number, said
from lib.probes.quantiles import percentiles


@in_style
def widths(width: Int[np.ndarray, " width"], short: Float[np.ndarray, "width run"], bound: float) -> Picture:
    """Final shortfall against the width of all layers, on the source's bandit; a mark for each network."""
    figure, axes = style.panels(1, 1, 6.4, 3.6)
    panel, look = axes[0, 0], FAMILIES["Bernoulli"]
    middle = np.median(short, axis=1)
    panel.plot(width, middle, color=look.color)
    for own in short.T:
        panel.plot(width, own, look.marker, color=look.color, markersize=4.5, alpha=0.75)
    panel.axhline(bound, color=style.INK, linestyle=":", linewidth=1)
    panel.axhline(0, color=style.INK, linewidth=0.8)
    panel.set(xscale="log", xlabel="width N", ylabel="short of the optimum, reward an episode")
    panel.set_yscale("symlog", linthresh=0.01)
    panel.set_xticks(width, [str(units) for units in width])
    ticks = [0, 0.01, 0.1, 1]
    panel.set_yticks(ticks, [number(tick) for tick in ticks])
    panel.set_ylim(min(-0.002, 1.2 * float(short.min())), 1.5 * float(short.max()))
    panel.minorticks_off()
    numbers = [
        {
            "width": str(units),
            "short by, median": f"{median:.4f}",
            "least": f"{own.min():.4f}",
            "most": f"{own.max():.4f}",
        }
        for units, median, own in zip(width, middle, short, strict=True)
    ]
    alt = (
        f"Shortfall at the end of training against width, {short.shape[1]} networks of each: "
        + ", ".join(f"{row['short by, median']} with {row['width']} units" for row in numbers)
        + "."
    )
    return style.picture(figure, alt, numbers)


@in_style
def when_scarce(short: Mapping[str, Float[np.ndarray, " run"]], plenty: Float[np.ndarray, " run"]) -> Picture:
    """Final shortfall with few episodes, by how they were learned from; a line joins networks of one seed.

    Args:
        short: of each network, by way of learning.
        plenty: of the networks that had all episodes, for comparison.
    """
    figure, axes = style.panels(1, 1, 6.4, 3.6)
    panel = axes[0, 0]
    together = np.array(list(short.values()))
    for own in together.T:
        panel.plot(range(len(short)), own, color=style.GREY, linewidth=0.8, alpha=0.6)
    looks = (("o", style.BLUE), ("s", style.ORANGE), ("^", style.PURPLE))
    for place, (own, (marker, color)) in enumerate(zip(together, looks, strict=True)):
        panel.plot(np.full(len(own), place), own, marker, color=color, markersize=5)
        panel.hlines(np.median(own), place - 0.22, place + 0.22, color=color, linewidth=3)
    panel.axhline(float(np.median(plenty)), color=style.INK, linestyle="--", linewidth=1)
    panel.set(ylabel="short of the optimum, reward an episode", yscale="log", xlim=(-0.5, len(short) - 0.5))
    plain_numbers(panel)
    panel.set_xticks(range(len(short)), list(short))
    panel.grid(False, axis="x")
    ways = {**short, "all episodes, 1 pass": plenty}
    numbers = [{"way": way, "short by, median (5-95%)": said(percentiles(own))} for way, own in ways.items()]
    alt = (
        "Shortfall at the end of training, a mark for each network. Medians: "
        + "; ".join(f"{row['way']}: {row['short by, median (5-95%)'].split()[0]}" for row in numbers)
        + " reward an episode."
    )
    return style.picture(figure, alt, numbers)
