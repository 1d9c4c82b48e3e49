"""Pictures of networks of one-armed worlds: what they say is what they were given."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from experiments.one_armed import figures_networks as draw
from experiments.one_armed.claims_networks import Grown
from lib.optimal.phase_diagram import PhaseDiagram
from lib.plotting import style
from lib.plotting.style import Picture
from lib.probes.bimodality import Classes
from tests.pictures import check_picture

L, P = np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.0, 1.5, 2.0])
ADAPTS = np.repeat([[0.0], [1.0], [2.0], [4.0]], 3, axis=1)
FIXES = np.repeat([[0.0], [0.0], [1.0], [3.0]], 3, axis=1)


def theory(lifetime: int) -> PhaseDiagram:
    """Made up: the adaptive optimum explores from the second row on, the fixed rule from the third."""
    n, pulls, line = 3 * (FIXES > 0), 2.0 * (ADAPTS > 0), np.ones(3)
    return PhaseDiagram(lifetime, L, P, n, FIXES, 1.0 * n, ADAPTS, pulls, L, 1.25 * line, 0.75 * line)


def own(lifetime: int, explores: Any) -> Grown:
    """Made-up networks that explore in some worlds, and earn 90% of the adaptive optimum there."""
    return Grown(lifetime, 3.0 * explores + 0.1, 0.9 * ADAPTS * explores, theory(lifetime))


FROM_SECOND, FROM_THIRD = ADAPTS > 0, FIXES > 0
ONE_MISSES = FROM_SECOND.copy()
ONE_MISSES[1, 0] = False
EACH = [own(20, FROM_THIRD), own(50, FROM_SECOND), own(100, ONE_MISSES)]
NONE = [own(20, FROM_SECOND & False)]
CHANCE = np.random.default_rng(0)
SPLIT = draw.Crowd(
    "at the fixed edge",
    1.09,
    np.concatenate([np.full(40, 0.2), np.full(60, 4.0)]),
    Classes((0.2, 4.0), (0.4, 0.6), 120.0, 30.0),
    True,
    4.1,
)
WHOLE = draw.Crowd("outside", 0.54, np.full(100, 0.1), Classes((0.1, 0.1), (1.0, 0.0), 0.0, 0.0), False, 0.0)
MOMENTS = np.stack([np.full((2, 4, 3), 10.0), np.stack([each.pulls for each in EACH[:2]])])


def inside(world: str, last: float, places: int) -> draw.Inside:
    """Ten networks, undecided at first and so much so at last; states of both signs in one place or in two."""
    entropy = np.broadcast_to(np.linspace(0.6, last, 20), (10, 2, 20))
    density = np.zeros((2, 5, 5))
    density[0, 0, 0] = 1
    density[1, places - 1, places - 1] = 1
    statistics = {
        "mean": 0 * entropy + 0.1,
        "spread": np.broadcast_to(np.linspace(0, 0.3 * (places - 1), 20), (10, 2, 20)),
        "change": 0 * entropy + 0.02,
    }
    return draw.Inside(world, entropy, statistics, density)


COUNTS = {"outside": np.full((10, 2), 1), "inside": np.array([[2, 2]] * 9 + [[2, 3]])}
SILHOUETTES = {"outside": np.full((10, 2), 0.3), "inside": np.full((10, 2), 0.9)}
SEEN = np.array([0, 128, 12_800, 192_000])
FALLS = {world: np.tile([50.0, 40.0, 20.0, last], (10, 1)) for world, last in (("outside", 0.1), ("inside", 5.5))}

PICTURES: dict[str, tuple[Callable[[], Picture], int, str]] = {
    "maps": (
        lambda: draw.maps(EACH, 0.5),
        3,
        r"Lifetime 20: networks explore in 50% .*optimum in 75%, the fixed rule in 50%; .* first in 75%, .*second in "
        r"100%\. Lifetime 50: networks explore in 75%.* first in 100%, as the second in 75%\. Lifetime 100: .* in 67%",
    ),
    "edges": (
        lambda: draw.edges(EACH),
        3,
        r"Lifetime 20, .* networks 1\.50, adaptive optimum 0\.75, fixed rule 1\.25\. Lifetime 50, .* networks 1\.00",
    ),
    "no edges": (lambda: draw.edges(NONE), 1, r"networks never, adaptive optimum 0\.75"),
    "no explorers": (lambda: draw.maps(NONE, 0.5), 1, r"networks explore in 0% of worlds"),
    "sides": (
        lambda: draw.sides(EACH),
        3,
        r"Lifetime 20: .*in 75% of worlds, as the fixed rule in 100%; .* in 3 worlds, 0% explore, and they earn 0% "
        r".*Lifetime 50: .* 100% explore, and they earn 90% .*Lifetime 100: .* in 92% of worlds, .* "
        r"67% explore, and they earn 60% ",
    ),
    "crowds": (
        lambda: draw.crowds([WHOLE, SPLIT, WHOLE], 0.5),
        3,
        r"outside: 1 class of 100 networks, 100% of which do not explore; median 0\.1 pulls, the adaptive optimum 0\. "
        r"at the fixed edge: 2 classes of 100 networks, 40% of which do not explore; median 4 pulls, .* 4\.1",
    ),
    "training": (
        lambda: draw.training([0, 192_000], MOMENTS, [theory(20), theory(50)], 0.5),
        4,
        r"Lifetime 20: untrained networks pull in 50% to 50% of steps; .* in 75% of worlds, and in 75% after .*"
        r"Lifetime 50: untrained networks pull in 20% to 20% of steps; .* in 75% of worlds, and in 100% after",
    ),
    "dynamics": (
        lambda: draw.dynamics([inside("outside", 0.0, 1), inside("inside", 0.1, 2)], (-1.0, 1.0)),
        4,
        r"outside, mu = −1: entropy from 0\.60 to 0\.00 nats, .* at the end 0\.00\. .*inside, mu = 1: entropy from "
        r"0\.60 to 0\.10 nats, .* 0\.30\. .* share 100% \(outside\), 0% \(inside\)",
    ),
    "places": (
        lambda: draw.places(COUNTS, ("both signs", "left alone"), SILHOUETTES, 0.7),
        4,
        r"both signs, outside: 1 place 10 of 10\. both signs, inside: 2 places 10 of 10\. left alone, outside: 1 place "
        r"10 of 10\. left alone, inside: 2 places 9 of 10, 3 places 1 of 10\.",
    ),
    "on the way": (
        lambda: draw.on_the_way(
            SEEN, {name: each / 100 for name, each in FALLS.items()}, FALLS, (SEEN / 1e6, np.array([27.0, 27, 9, 0]))
        ),
        4,
        r"outside: entropy of a choice goes from 0\.50 to 0\.00 nats, pulls from 50 to 0\.1; inside: .* from 50 to "
        r"5\.5\. .*from 27 pulls to 0\.0",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_says_what_its_numbers_say(name: str) -> None:
    check_picture(*PICTURES[name])


def texts(drawn: Picture) -> list[str]:
    return [element.text or "" for element in ET.fromstring(drawn.svg).iter() if element.tag.endswith("text")]


def test_a_crowd_wears_its_verdict() -> None:
    said = " ".join(texts(draw.crowds([WHOLE, SPLIT], 0.5)))
    assert "outside, σₚ = 0.54: one class" in said
    assert "at the fixed edge, σₚ = 1.09: two classes" in said
    rows = draw.crowds([WHOLE, SPLIT], 0.5).numbers
    assert [(row["classes"], row["at"], row["with"]) for row in rows] == [
        ("1", "-", "-"),
        ("2", "0.2 and 4", "40% and 60%"),
    ]


def marks(drawn: Picture, color: str, filled: bool) -> int:
    """Marks of a colour, counted by what they are filled with."""
    fill = f"fill: {color}" if filled else "fill: none"
    uses = [e for e in ET.fromstring(drawn.svg).iter() if e.tag.endswith("use") and color in (e.get("style") or "")]
    return sum(fill in (e.get("style") or "") for e in uses)


def test_a_world_without_explorers_is_a_hollow_mark_at_what_it_earns() -> None:
    """Of three disputed worlds: none, all and two of them explore. Beside them stands one mark for each theory."""
    drawn = draw.sides(EACH)
    for color, explorers in zip((style.BLUE, style.ORANGE, style.PURPLE), (0, 3, 2), strict=True):
        hollow_ones = [e for e in drawn.svg.split("<use") if f"stroke: {color}" in e and f"fill: {color}" not in e]
        assert marks(drawn, color, filled=True) >= explorers + 1
        assert len(hollow_ones) >= 3 - explorers + 1


def test_both_edges_are_on_every_map() -> None:
    lines = [e for e in ET.fromstring(draw.maps(EACH, 0.5).svg).iter() if e.tag.endswith("path")]
    dashed = [
        e for e in lines if "stroke-dasharray" in (e.get("style") or "") and "currentColor" in (e.get("style") or "")
    ]
    assert len(dashed) == 6 + 1  # three maps above, three below, and the legend
    images = [e for e in ET.fromstring(draw.maps(EACH, 0.5).svg).iter() if e.tag.endswith("image")]
    assert len(images) >= 6


def test_the_page_shows_through_where_half_a_pull_is_not_exceeded() -> None:
    for explores, blank in ((FROM_SECOND & False, True), (FROM_SECOND, False)):
        drawn = draw.training([0], np.stack([[own(20, explores).pulls]]), [theory(20)], 0.5)
        assert (drawn.numbers[0]["explore in"] == "0%") == blank


def test_curves_of_two_worlds_have_two_marks() -> None:
    drawn = PICTURES["on the way"][0]()
    said = texts(drawn)
    assert {"outside", "inside", "the price of certainty alone"} <= set(said)
    assert style.BLUE in drawn.svg
    assert style.ORANGE in drawn.svg
