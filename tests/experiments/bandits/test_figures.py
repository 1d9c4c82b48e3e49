"""Pictures of players of bandits: what they say is what they were given."""

import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pytest

from experiments.bandits import figures
from lib.plotting import style
from lib.probes.benchmark import BANDITS
from tests.pictures import check_picture

FAMILIES = {row.name: row.family for row in BANDITS}


def pulls(last: float, misses: int) -> figures.Pulls:
    """Twenty pulls, of which the first few are of the worse arm; the chance of the better one ends at `last`."""
    better = np.arange(20) >= misses
    return figures.Pulls(np.linspace(0.5, last, 20), better, np.arange(20) % 3 > 0, np.where(better, 0.0, 0.25))


SHOWN = [
    figures.Episode((0.75, 0.5), pulls(0.9, 3), pulls(1.0, 2)),
    figures.Episode((0.25, 0.5), pulls(0.8, 8), pulls(1.0, 0)),
]
PICTURES: dict[str, tuple[Callable[[], style.Picture], int, str]] = {
    "episodes": (
        lambda: figures.episodes(SHOWN),
        2,
        r"2 bandits, 20 pulls .*bandit 1: 0\.75 and 0\.50; bandit 2: 2\.00 and 0\.00\..* 0\.90, 0\.80; .* 1\.00, 1\.00",
    ),
    "shortfalls": (
        lambda: figures.shortfalls(
            FAMILIES,
            np.outer([2.5, 2.0, 5.0, 20.0], np.ones(10)),
            np.outer([0.02, 0.01, 0.07, -0.01], np.ones(10)),
            np.full((4, 10), 0.005),
            {"greedy": np.array([0.0625, 0.04, 0.4, 1.4])},
            0.1,
        ),
        4,
        r"4 bandits\..* at most 0\.07 .*\(two Gaussian arms, N\(0, 1\)\).* at least 2\.",
    ),
    "regret by step": (
        lambda: figures.regret_by_step(
            FAMILIES,
            np.arange(1, 21),
            np.tile(np.linspace(0.2, 0.05, 20), (4, 10, 1)),
            np.tile(np.linspace(0.2, 0.04, 20), (4, 1)),
        ),
        4,
        r"two arms, Beta\(2, 1\): from 0\.2 to 0\.05 for the median network, 0\.04 for the optimum",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_says_what_its_numbers_say(name: str) -> None:
    check_picture(*PICTURES[name])


def test_the_numbers_of_the_shortfalls_are_medians_with_the_error_of_the_measurement() -> None:
    trained = np.tile(np.linspace(0.0, 0.2, 11), (4, 1))
    drawn = figures.shortfalls(FAMILIES, trained + 2, trained, np.full((4, 11), 0.005), {}, 0.1)
    assert {tuple(row.values())[1:] for row in drawn.numbers} == {("2.1", "0.1 (0.01-0.19)", "+-0.0098")}


def test_episodes_say_with_which_chance_each_player_ends_on_the_better_arm() -> None:
    rows = figures.episodes(SHOWN).numbers
    assert [row["better arm at the last pull, network"] for row in rows] == ["0.90", "0.80"]
    assert [row["better arm at the last pull, optimum"] for row in rows] == ["1.00", "1.00"]
    assert [row["arms pay"] for row in rows] == ["0.75 and 0.50", "0.25 and 0.50"]


def test_all_regret_is_on_the_picture_whatever_the_first_episode_holds() -> None:
    """The panels share one scale; the first, on which there is no regret, must not set it for the others."""
    still = figures.Episode((0.5, 0.5), *[figures.Pulls(*(np.full(20, v) for v in (0.5, True, True, 0.0)))] * 2)
    root = ET.fromstring(figures.episodes([still, SHOWN[1]]).svg)
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert "2.0" in texts, "the scale of regret ends before the regret does"


def test_the_regret_of_an_episode_is_the_median_networks() -> None:
    networks = np.ones((4, 3, 20)) * np.array([0.1, 0.2, 0.6])[:, None]
    rows = figures.regret_by_step(FAMILIES, np.arange(1, 21), networks, np.full((4, 20), 0.15)).numbers
    assert {(row["episode, network"], row["episode, optimum"]) for row in rows} == {("4", "3")}
