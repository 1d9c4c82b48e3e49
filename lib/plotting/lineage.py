"""A map of who builds on whom: works down the years, in lanes, with a line from each to those it takes up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.patches import FancyArrowPatch

from lib.plotting import layout, style
from lib.plotting.style import Picture, in_style

WIDTH, ROW = 7.2, 0.27  # inches: of the map, and of a row


@dataclass(frozen=True)
class Work:
    """A paper, or a post.

    Attributes:
        name: author and year, as on the map.
        lane: the line of work that it belongs to.
        builds_on: names of earlier works that it takes a question, a setting or a method from.
        kind: "source" of this book, "after" if a chapter carries it on, or "other".
    """

    name: str
    lane: str
    builds_on: tuple[str, ...] = ()
    kind: str = "other"


LOOKS: Mapping[str, tuple[str, str]] = {
    "source": (style.BLUE, "s"),
    "after": (style.ORANGE, "D"),
    "other": (style.GREY, "o"),
}


@in_style
def lineage(lanes: Sequence[str], works: Sequence[Work]) -> Picture:
    """Works from the first, on top, to the last, in lanes from left to right; a line leads from each up to what it
    builds on.

    Raises:
        ValueError: if a work builds on one that does not come before it, or is in no lane.
    """
    place: dict[str, tuple[int, int]] = {}
    for row, work in enumerate(works):
        if strange := [name for name in work.builds_on if name not in place]:
            raise ValueError(f"{work.name} builds on {strange}, which must be works that stand before it")
        if work.lane not in lanes:
            raise ValueError(f"{work.name} is in {work.lane!r}; the lanes are {list(lanes)}")
        place[work.name] = (lanes.index(work.lane), row)
    figure, panel = layout.one(WIDTH, ROW * (len(works) + 2))
    panel.set(xlim=(-0.1, len(lanes)), ylim=(len(works) - 0.3, -1.6))
    panel.axis("off")
    for column, lane in enumerate(lanes):
        panel.text(column - 0.03, -1.1, lane, weight="bold", fontsize=9.5)
    for work in works:
        x, y = place[work.name]
        color, marker = LOOKS[work.kind]
        for name in work.builds_on:
            to, above = place[name]
            rows = y - above
            bend = -(0.35 + 0.06 * rows) / rows if to == x else 0.03  # in a lane, clear of the names
            panel.add_patch(
                FancyArrowPatch(
                    (x, y),
                    (to, above),
                    connectionstyle=f"arc3,rad={bend}",
                    arrowstyle="-",
                    color=color,
                    linewidth=0.9,
                    alpha=0.55,
                    shrinkA=3,
                    shrinkB=3,
                )
            )
        panel.plot(x, y, marker=marker, color=color, markersize=6.5)
        panel.text(x + 0.06, y, work.name, va="center", fontsize=9.5)
    numbers = [
        {"work": work.name, "line of work": work.lane, "builds on": "; ".join(work.builds_on) or "none that is shown"}
        for work in works
    ]
    sources = ", ".join(work.name for work in works if work.kind == "source")
    carried = ", ".join(work.name for work in works if work.kind == "after")
    alt = (
        f"{len(works)} works in {len(lanes)} columns ({', '.join(lanes)}), from early to late, each joined to those "
        f"that it builds on. Sources of this book: {sources}. Carried on in its last chapters: {carried}."
    )
    return style.picture(figure, alt, numbers)
