"""Pictures of swapped coins: what they say is what they were given."""

from collections.abc import Callable

import numpy as np
import pytest

from experiments.switching import figures as draw
from lib.plotting.style import Picture
from tests.pictures import check_picture

CHANCE = np.random.default_rng(0)
BIAS = np.repeat([0.9, 0.1], [5, 3])
SAID = np.linspace(0.5, 0.8, 8)
LENGTHS = np.eye(8)
KL = {"known": np.full((5, 8), 0.01), "hidden": np.full((5, 8), 0.02)}
MOMENTS = {"known": np.array([0.0, 64, 640, 6_400]), "hidden": np.array([0.0, 64, 640, 12_800])}
FALLS = {world: np.tile([4.0, 2.0, 0.5, each], (5, 1)) for world, each in (("known", 0.01), ("hidden", 0.03))}
PICTURES = {
    "around swaps": (
        lambda: draw.around_swaps(BIAS, (BIAS > 0.5) * 1.0, SAID, SAID - 0.3, SAID + np.full((5, 1), 0.02), LENGTHS),
        8,
        r"swapped 1 times, after tosses 5\. .* within 0\.02\. Stationary Bayes is up to 0\.30 away",
    ),
    "by step": (
        lambda: draw.by_step(KL, {world: np.full(8, 0.5) for world in KL}, {"known": 4, "hidden": 6}),
        2,
        r"hazard is known it sums to 0\.04 nats .* and to 2 for stationary Bayes",
    ),
    "over training": (
        lambda: draw.over_training(MOMENTS, FALLS, {world: each[:, ::-1] + 1 for world, each in FALLS.items()}),
        8,
        r"known, 1\.01; hidden, 1\.03 nats",
    ),
    "hazards": (
        lambda: draw.hazards(
            (0.01, 0.1),
            np.array([0.5, 0.25]),
            np.full(5, 0.01),
            {"trained": np.full((5, 8), 0.01), "untrained": np.full((5, 8), 0.1), "no network": np.full((5, 8), 0.2)},
        ),
        3,
        r"at least 0\.250 nats from the exact mixture \(at 0\.1\)\. The median network is 0\.0100 .* 0\.01 nats \(tr",
    ),
    "simulation": (
        lambda: draw.simulation(
            {"D_s": {"RNN to Opt": np.stack([np.full(5, 0.4), np.full(5, 0.03)])}}, {"D_s": {"RNN to Opt": 1.0}}
        ),
        1,
        r"Dₛ, RNN to Opt: 0\.03 for the median trained network, 0\.4 untrained, 1 if the state is ignored",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_say_what_they_show(name: str) -> None:
    made: tuple[Callable[[], Picture], int, str] = PICTURES[name]
    check_picture(*made)
