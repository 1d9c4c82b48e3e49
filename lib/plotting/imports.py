"""A picture of a library: its rooms, level by level, and who imports whom."""

from collections.abc import Collection, Mapping
from itertools import pairwise

from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from lib.plotting import layout, style
from lib.plotting.style import Picture, in_style
from lib.runner.imports import Room, direct, levels

Stop = tuple[str, int]  # of an arrow: a box, or a bend between boxes, and its level
SWEEPS = 20
BEND = 0.4  # of a box's width
HEAD = 0.06  # of an arrow
WIDE, HALF = 0.068, 0.24  # half a box's width and height; one is the width of the panel, and the distance of two levels


def _places(level: Mapping[str, int], ways: list[list[Stop]]) -> dict[Stop, float]:
    """How far to the right each stop is, between 0 and 1: boxes and bends move to where their neighbours are, level by
    level, up and down again (Sugiyama, Tagawa and Toda 1981).
    """
    near: dict[Stop, set[Stop]] = {}
    for one, other in (pair for way in ways for pair in pairwise(way)):
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    rows = [sorted(stop for stop in near if stop[1] == height) for height in range(max(level.values()) + 1)]
    place = {stop: (i + 0.5) / len(row) for row in rows for i, stop in enumerate(row)}
    for row in SWEEPS * [*rows, *reversed(rows)]:
        row.sort(key=lambda stop: (sum(place[other] for other in near[stop]) / len(near[stop]), stop))
        widths = [1.0 if stop[0] in level else BEND for stop in row]
        place |= {stop: (sum(widths[:i]) + widths[i] / 2) / sum(widths) for i, stop in enumerate(row)}
    return place


@in_style
def house(rooms: Mapping[str, Room], solid: Collection[str]) -> Picture:
    """Rooms as boxes, some solid and the others dashed, each above all that it imports, with arrows to what it imports
    and no other arrows imply.
    """
    imports = {name: room.imports for name, room in rooms.items()}
    level = levels(imports)
    ways = [
        [(a, level[a]), *((f"{a}>{b}", i) for i in range(level[a] - 1, level[b], -1)), (b, level[b])]
        for a, b in direct(imports)
    ]
    place = _places(level, ways)
    figure, panel = layout.one(7.2, 5.4)
    panel.set(xlim=(0, 1), ylim=(-1.1 * HALF, max(level.values()) + 1.1 * HALF))
    panel.axis("off")
    for way in ways:
        stops = [(place[stop], stop[1]) for stop in way]
        corners = [(stops[0][0], stops[0][1] - HALF)]
        for (x, _), (to, height) in pairwise(stops):
            end = height + HALF + HEAD if (to, height) == stops[-1] else height
            middle = (corners[-1][1] + end) / 2
            corners += [(x, middle), (to, middle), (to, end)]
        path = Path(corners, [Path.MOVETO, *[Path.CURVE4] * (len(corners) - 1)])
        panel.add_patch(PathPatch(path, facecolor="none", edgecolor=style.GREY, linewidth=1.2))
        panel.plot(*corners[-1], marker="v", color=style.GREY, markersize=5)
    for name, height in level.items():
        x, (color, dash) = place[name, height], (style.BLUE, "-") if name in solid else (style.ORANGE, "--")
        box = Rectangle((x - WIDE, height - HALF), 2 * WIDE, 2 * HALF)
        box.set(facecolor="none", edgecolor=color, linestyle=dash, linewidth=1.5)
        panel.add_patch(box)
        panel.text(x, height + 0.4 * HALF, name, ha="center", va="center")
        panel.text(x, height - 0.42 * HALF, f"{rooms[name].lines:,} lines", ha="center", va="center", fontsize=8.5)
    numbers = [
        {
            "room": name,
            "level": f"{level[name]}",
            "modules": f"{rooms[name].modules:,}",
            "lines": f"{rooms[name].lines:,}",
            "imports": ", ".join(sorted(imports[name], key=lambda other: (-level[other], other))) or "none",
        }
        for name in sorted(level, key=lambda name: (-level[name], name))
    ]
    floors = [[name for name in sorted(level) if level[name] == height] for height in range(max(level.values()) + 1)]
    alt = (
        "Rooms of the code, each above all that it imports: every arrow points down. From the lowest level up: "
        + "; ".join(", ".join(floor) for floor in floors)
        + "."
    )
    return style.picture(figure, alt, numbers)
