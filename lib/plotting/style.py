"""How every picture looks, and what it becomes on a page: an SVG that takes the page's colours, its finding in words
for those who cannot see it, its numbers in a table, and where they come from.
"""

import hashlib
import html
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, ParamSpec, SupportsFloat

import matplotlib as mpl
import numpy as np
from cycler import cycler
from jaxtyping import Real
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator

from lib.probes.benchmark import in_words
from lib.probes.quantiles import Percentiles, percentiles

# Each colour has a contrast of at least 3 on the light and on the dark page, and the first two differ for every common
# kind of colour blindness. Colour never stands alone: a marker, a dash or a label says the same.
BLUE = "#3b7fc4"
ORANGE = "#d9691e"
PURPLE = "#a565c0"
GREEN = "#1d9a6c"
GREY = "#8a8a8a"

# Stands for the page's own text colour while matplotlib draws; no figure uses it otherwise.
INK = "#010203"

# Of verdicts, on paper; no figure uses them for anything else. On a page each is the one that its badges and bars have,
# which is another in the dark.
REPRODUCED, PARTLY, NOT = "#1a7f37", "#8a5300", "#c1121f"
_ON_PAGE = {REPRODUCED: "yes", PARTLY: "half", NOT: "no"}

# Pixels of the smallest letters, sub- and superscripts aside, where a screen is so narrow that a drawing scrolls.
LEGIBLE = 11

# The name of a scale of colours, and the class of what is drawn with it: the page turns it round in the dark.
AMOUNT = "amount"

_RC: Any = {
    "axes.edgecolor": INK,
    "axes.grid": True,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.8,
    "axes.prop_cycle": cycler(color=[BLUE, ORANGE, PURPLE, GREEN, GREY]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": INK,
    "axes.titlelocation": "left",
    "axes.titlesize": 11,
    "figure.constrained_layout.use": True,
    "font.family": "sans-serif",
    "font.size": 10,
    "grid.alpha": 0.25,
    "grid.color": GREY,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "legend.labelcolor": INK,
    "lines.linewidth": 1.8,
    "patch.linewidth": 0.0,
    "savefig.transparent": True,
    "svg.fonttype": "none",
    "svg.hashsalt": "learning to infer",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
}


@dataclass(frozen=True)
class Picture:
    """A finished figure.

    Attributes:
        svg: the drawing.
        alt: what it shows, in words; it carries the finding.
        numbers: rows of the numbers that the finding rests on, already rounded.
        source: run, profile, networks and episodes behind it.
    """

    svg: str
    alt: str
    numbers: Sequence[Mapping[str, str]]
    source: str = ""

    def made_by(self, source: str) -> "Picture":
        """The same picture, saying where its numbers come from."""
        return replace(self, source=source)

    def __repr__(self) -> str:
        return "\n".join([self.alt, *_aligned(self.numbers), *filter(None, [self.source])])

    def _repr_html_(self) -> str:
        head = "".join(f"<th scope='col'>{html.escape(name)}</th>" for name in self.numbers[0])
        rows = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in row.values()) + "</tr>" for row in self.numbers
        )
        source = f"<p class='source'>{html.escape(self.source)}</p>" if self.source else ""
        return (
            f"<div class='picture'>{self.svg}{source}"
            f"<details><summary>In words and numbers</summary><p>{html.escape(self.alt)}</p>"
            f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></details></div>"
        )


P = ParamSpec("P")


def in_style(draw: Callable[P, Picture]) -> Callable[P, Picture]:
    """Let a function draw in the book's style, and leave matplotlib's settings alone elsewhere."""

    @wraps(draw)
    def styled(*args: P.args, **kwargs: P.kwargs) -> Picture:
        with mpl.rc_context(_RC):
            return draw(*args, **kwargs)

    return styled


def panels(rows: int, columns: int, width: float, height: float, **options: Any) -> tuple[Figure, np.ndarray]:
    """An empty figure, in inches, with its axes as an array (rows, columns)."""
    figure = Figure(figsize=(width, height))
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def mosaic(layout: Sequence[Sequence[str]], width: float, height: float) -> tuple[Figure, dict[str, Axes]]:
    """An empty figure, in inches, with its axes by the names that the layout gives them."""
    figure = Figure(figsize=(width, height))
    return figure, figure.subplot_mosaic([list(row) for row in layout])


def picture(figure: Figure, alt: str, numbers: Sequence[Mapping[str, str]]) -> Picture:
    """Turn a matplotlib figure into what a page shows, with tasks and symbols as a reader knows them.

    Raises:
        ValueError: if there are no words or no numbers.
    """
    if not alt.strip() or not numbers:
        raise ValueError("a picture needs its finding in words and the numbers behind it")
    alt, numbers = in_words(alt), [{in_words(name): in_words(cell) for name, cell in row.items()} for row in numbers]
    _put_in_words(figure)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return Picture(_for_page(buffer.getvalue(), alt), alt, numbers)


def _put_in_words(figure: Figure) -> None:
    """Titles of tasks in place of their names, in all that is written in a figure; mathematics stays."""
    for text in figure.findobj(Text):
        if "$" not in text.get_text():
            text.set_text(in_words(text.get_text()))
    for axis in (each for panel in figure.axes for each in (panel.xaxis, panel.yaxis)):
        if not isinstance(axis.get_major_locator(), FixedLocator):
            continue
        names = [each.get_text() for each in axis.get_ticklabels()]
        if (titles := [in_words(each) for each in names]) != names:  # beside other panels a title takes two lines
            narrow = len(figure.axes) > 1
            axis.set_ticklabels([each.replace(", ", ",\n", 1) if narrow else each for each in titles], fontsize=9)


def number(value: SupportsFloat, digits: int = 2) -> str:
    """A number with so many significant digits, never in powers of ten between 0.0001 and 1,000,000.

    >>> number(0.00123), number(256000.0), number(0.5)
    ('0.0012', '260,000', '0.5')
    """
    value = float(value)
    return f"{float(f'{value:.{digits}g}'):,.10f}".rstrip("0").rstrip(".") if abs(value) >= 1e-4 else f"{value:.1g}"


def when(moment: SupportsFloat, digits: int = 2) -> str:
    """A time that may never come.

    >>> when(250.0), when(float("inf"))
    ('250', 'never')
    """
    return number(moment, digits) if np.isfinite(float(moment)) else "never"


def said(values: Percentiles | Real[np.ndarray, " run"]) -> str:
    """A median with its interval, to be printed; of one number a network, if it is not summed up already."""
    found = values if isinstance(values, Percentiles) else percentiles(values.astype(float))
    low, median, high = (number(value) for value in (found.low, found.median, found.high))
    return f"{median} ({low}-{high})"


def first_number(printed: str) -> float:
    """The number that a printed value begins with.

    >>> first_number("2,000 (1,500-2,000)"), first_number("0.16%")
    (2000.0, 0.16)
    """
    return float(printed.split()[0].replace(",", "").rstrip("%"))


class Table(list[dict[str, str]]):
    """Rows of printed numbers under the same columns."""

    def __init__(self, *columns: str) -> None:
        super().__init__()
        self.columns = columns

    def row(self, *cells: str) -> None:
        """One more row.

        Raises:
            ValueError: if it has not as many cells as there are columns.
        """
        if len(cells) != len(self.columns):
            raise ValueError(f"there are {len(self.columns)} columns, {', '.join(self.columns)}; not {len(cells)}")
        self.append(dict(zip(self.columns, cells, strict=True)))


class Cell(str):
    """A printed value inside a sentence; there `{cell:first}` is what it begins with, its median."""

    def __format__(self, form: str) -> str:
        return self.split()[0] if form == "first" else super().__format__(form)


def told(rows: Iterable[Mapping[str, str]], sentence: str, between: str = " ") -> str:
    """A sentence for each row of a table, with what its columns say.

    >>> told([{"task": "a", "KL": "2 (1-3)"}, {"task": "b", "KL": "4 (3-5)"}], "{task}: {KL:first} nats.")
    'a: 2 nats. b: 4 nats.'
    """
    return between.join(sentence.format_map({name: Cell(cell) for name, cell in row.items()}) for row in rows)


def _for_page(svg: str, alt: str) -> str:
    """Free an SVG for use inside a page: its ids its own, its ink the page's, its style not leaking."""
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<defs>\s*<style.*?</style>\s*</defs>|<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r'(<image\b[^>]*?) id="image\w+"', r"\1", svg)  # two like maps would share it, and none is referred to
    svg = svg.replace(f'id="{AMOUNT}"', f'class="{AMOUNT}"')
    svg = svg.replace(INK, "currentColor")
    for color, name in _ON_PAGE.items():
        svg = svg.replace(color, f"var(--{name}, {color})")
    for place, clip in enumerate(dict.fromkeys(re.findall(r"url\(#(\w+)\)", svg))):
        svg = svg.replace(clip, f"clip{place}")  # matplotlib's own names change with the last digit of a layout
    mark = hashlib.sha256(svg.encode()).hexdigest()[:8]
    svg = re.sub(r'\bid="', f'id="f{mark}-', svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\1f{mark}-", svg)
    view = re.search(r'viewBox="([^"]+)"', svg)
    assert view is not None, "matplotlib always writes a viewBox"
    width = float(view.group(1).split()[2])
    letters = re.findall(r'<text style="font(?:-size)?:(?: \w+)* ([\d.]+)px', svg)
    legible = width * LEGIBLE / min(map(float, letters), default=LEGIBLE)
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="{view.group(1)}" '
        f'role="img" aria-label="{html.escape(alt)}" style="max-width: {width * 4 / 3:.0f}px; '
        f'--legible: {legible:.0f}px; stroke-linejoin: round; stroke-linecap: butt">'
    )
    return re.sub(r"<svg[^>]*>", lambda _: opening, svg, count=1).strip()


def _aligned(rows: Sequence[Mapping[str, str]]) -> list[str]:
    table = [list(rows[0]), *(list(row.values()) for row in rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*table, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
