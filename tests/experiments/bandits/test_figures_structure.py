"""Pictures of the structure of players: whole, in words, and with their numbers."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.colors import to_hex

from experiments.bandits import figures_learning as draw
from lib.plotting import style
from lib.plotting.looks import LOW_TO_HIGH
from lib.plotting.structure import Panel
from lib.probes.benchmark import BANDITS, in_words
from tests.pictures import check_picture

ARMS = [row.name for row in BANDITS]


def some(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).uniform(0.1, 1, shape)


def panel(title: str, error: float | None, first: float) -> Panel:
    """Ten states of four, undecided in one of four, else sure of one arm."""
    says = np.tile(np.array([0.5, first, first, first]), (10, 1))[..., None]
    return Panel(title, some(10, 4, 2), says, error)


PANELS = [
    panel("Opt", None, 0.0),
    panel("RNN embedded in Opt", 0.0123, 1.0),
    panel("Opt embedded in RNN", 0.0456, 0.9),
    panel("RNN", None, 0.1),
]


def levels(low: float, high: float) -> np.ndarray:
    """Medians over networks go from low to high over the bandits; one network is far off."""
    values = np.repeat(np.linspace(low, high, len(ARMS))[:, None], 5, axis=1)
    values[:, 0] = 50
    return values


CONDITIONS = {"untrained": levels(0.25, 0.5), "fed by the trained": levels(0.11, 0.12), "trained": levels(0.01, 0.03)}
ECHOES = {"untrained": 0.5 ** np.arange(10.0), "Bayes": np.ones(10)}
FORGET = np.array([0.0, 1.0, 2.0])
ERRORS = np.repeat(np.array([[0.3], [0.15], [0.02]]), 5, axis=1)

PICTURES: dict[str, tuple[Callable[[], style.Picture], int, str]] = {
    "panels": (
        lambda: draw.four_panels(PANELS),
        4,
        r"Opt, undecided in 25%.*0\.0123 \(RNN embedded in Opt\) and 0\.0456 \(Opt embedded in RNN\)",
    ),
    "dissimilarities": (
        lambda: draw.dissimilarities(ARMS, {"one": CONDITIONS, "other": CONDITIONS}, columns=2),
        12,
        r"one, untrained 0\.25 to 0\.5, fed by the trained 0\.11 to 0\.12, trained 0\.01 to 0\.03; other, ",
    ),
    "reservoir": (
        lambda: draw.reservoir(FORGET, ERRORS, ECHOES, 0.1),
        3,
        r"5 steps later.* untrained 0\.031; Bayes 1\. .*\+0: 0\.3; \+1: 0\.15; \+2: 0\.02\.",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_says_what_it_shows(name: str) -> None:
    check_picture(*PICTURES[name], holes=name == "panels")


def test_colour_and_form_say_which_arm_is_pulled() -> None:
    _, axes = style.panels(1, 1, 2, 2)
    draw.states(axes[0, 0], panel("one", None, 0.9))
    second, either, first = axes[0, 0].collections
    assert [len(each.get_offsets()) for each in (second, either, first)] == [0, 10, 30]
    assert {to_hex(color) for color in either.get_facecolors()} == {style.GREY}
    assert {to_hex(color) for color in first.get_facecolors()} == {to_hex(LOW_TO_HIGH(0.9))}
    assert [to_hex(LOW_TO_HIGH(place)) for place in (0.0, 1.0)] == [style.ORANGE, style.BLUE]
    drawn = panel("one", None, 0.9)
    np.testing.assert_array_equal(either.get_offsets(), drawn.places[:, 0])
    lines = [line.get_xydata() for line in axes[0, 0].lines if len(line.get_xydata()) > 1]
    np.testing.assert_array_equal(lines, drawn.places[:3])
    svg = draw.four_panels(PANELS).svg
    assert all(f">{name}<" in svg for name, *_ in draw.CHOICES)


@pytest.mark.parametrize(("probability", "arm"), [(0.0, 0), (1 / 3, 0), (0.34, 1), (2 / 3, 1), (0.67, 2), (1.0, 2)])
def test_every_probability_has_one_form(probability: float, arm: int) -> None:
    found = [i for i, (_, low, high, _) in enumerate(draw.CHOICES) if low < probability <= high]
    assert found == [arm]


def test_every_task_and_condition_has_its_row() -> None:
    table = draw.dissimilarities(ARMS, {"one": CONDITIONS}, columns=1).numbers
    assert [(row["task"], row["network"]) for row in table] == [
        (task, c) for task in map(in_words, ARMS) for c in CONDITIONS
    ]
    assert table[0]["one"].startswith("0.25 (")
    assert table[-1]["one"].startswith("0.03 (")
