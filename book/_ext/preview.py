"""The picture that stands for a page where others link to it: the mark, the title, and what the page asks."""

import textwrap
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lib.plotting.style import BLUE, GREY, ORANGE

WIDTH, HEIGHT, DOTS = 12.0, 6.3, 100  # inches, and dots an inch
PAPER, INK, MUTED = "#fdfcf9", "#1d2329", "#57606a"
# The mark: two trees of histories from one root, as in _static/logo.svg.
ROOT, WIDE, NARROW = (
    (8, 32),
    ((30, 13), (30, 51), (56, 6), (56, 58)),
    ((30, 25), (30, 39), (56, 19), (56, 45), (56, 32)),
)


def preview(title: str, about: str, file: Path) -> None:
    """Draw it, 1200 by 630 pixels."""
    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DOTS, facecolor=PAPER)
    _mark(figure.add_axes((0.03, 0.56, 0.2, 0.38)))
    said: Any = {"family": "serif", "va": "top", "ha": "left"}
    lines = textwrap.wrap(title, 34)[:2]
    figure.text(0.06, 0.52, "\n".join(lines), fontsize=44, color=INK, weight="bold", **said)
    below = 0.52 - 0.125 * len(lines)
    figure.text(0.06, below - 0.03, "\n".join(textwrap.wrap(about, 66)[:4]), fontsize=22, color=MUTED, **said)
    figure.text(0.24, 0.78, "Learning to Infer", fontsize=26, color=INK, family="serif", va="center")
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, metadata={"Software": None})


def _mark(axes: Axes) -> None:
    axes.set(xlim=(0, 64), ylim=(64, 0), aspect="equal")
    axes.axis("off")
    for color, marker, (up, down, *ends) in ((ORANGE, "s", WIDE), (BLUE, "o", NARROW)):
        top, bottom, middle = ends[0], ends[1], (56, 32)
        for path in ((ROOT, up, top), (ROOT, down, bottom), (up, middle), (down, middle)):
            axes.plot(*zip(*path, strict=True), color=color, linewidth=5, solid_capstyle="round")
        axes.plot(*zip(up, down, *ends, strict=True), marker, color=color, markersize=13)
    axes.plot(*ROOT, "o", color=GREY, markersize=17)
