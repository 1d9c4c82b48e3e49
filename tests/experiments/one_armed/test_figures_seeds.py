"""Pictures of maps with several networks in each world, and of networks that cease to explore."""

from collections.abc import Callable

import numpy as np
import pytest

from experiments.one_armed import figures_seeds as draw
from experiments.one_armed.claims_networks import Grown
from experiments.one_armed.claims_seeds import Seeds
from lib.plotting.style import Picture
from tests.experiments.one_armed.test_claims_seeds import SIDES, theory
from tests.pictures import check_picture, optima

RUNS = 5


def seeds(life: int) -> Seeds:
    """Networks that do as the adaptive optimum; but in the first world above its edge three of five refrain."""
    own = theory(life)
    pulls = own.pulls.ravel()[:, None] * np.ones(RUNS)
    pulls[int((own.pulls.ravel() > 0).argmax()), :3] = 0
    earned = 0.9 * own.earns.ravel()[:, None] * np.ones(RUNS)
    return Seeds(Grown(life, np.median(pulls, axis=1).reshape(len(SIDES), -1), own.earns, own), pulls, earned)


def trace(*pulled: list[float]) -> draw.Trace:
    """Networks with these pulls; their gradient is large where pulls fall by more than ten at once."""
    all_pulled = np.array(pulled)
    drops = np.diff(all_pulled, axis=1, append=all_pulled[:, -1:]) < -10
    values = {"pulled": all_pulled, "seen": 0.5 * all_pulled, "gradient": np.where(drops, 9.0, 0.2)}
    return draw.Trace(np.arange(all_pulled.shape[1]) * 3_200.0, values)


COLLAPSED = trace([45.0, 30, 32, 2, 1, 0], [45.0, 30, 28, 11, 9, 8])
PATIENT = trace(*[[45.0, 30, 20, 10, 5, 4]] * 7)
PICTURES: dict[str, tuple[Callable[[], Picture], int, str, int]] = {
    "shares": (
        lambda: draw.shares([seeds(life) for life in (20, 50, 100)]),
        3,
        r"Lifetime 20: all explore in 9 of 25 worlds, none in 15 of 25, some in 1 of 25; 98% of networks do as",
        3 + 1,
    ),
    "collapses": (
        lambda: draw.collapses(COLLAPSED, PATIENT, [4, 6], 25),
        2,
        r"Of 2 networks .* 1 fall .*: seed 4 after 50 updates, within 25\. By the patient recipe .* 4\.0 pulls",
        0,
    ),
    "trap": (
        lambda: draw.trap({"first": np.array([0.1, 0.9, 1.0]), "patient": np.full(4, 0.95)}, 0.5),
        2,
        r"first: 1 of 3 are caught; the median earns 0\.9\. patient: 0 of 4 are caught; the median earns 0\.95",
        1,
    ),
    "settings": (
        lambda: draw.settings({"source": np.array([0.1, 3.0, 5.0]), "ours": np.full(4, 0.2)}, 0.5, 4.25),
        2,
        r"optimum 4\.2\d* times\. source: 33% of 3 do not explore, the others pull 4 times\. ours: 100% of 4",
        1,
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_carry_what_they_were_given(name: str) -> None:
    drawn, rows, finding, dashed = PICTURES[name]
    check_picture(drawn, rows, finding)
    assert optima(drawn()) == dashed


def test_a_fall_is_for_good() -> None:
    assert draw.fall(np.array([30.0, 2, 30, 20, 2, 1])) == (3, 4), "the first was no fall"
    assert draw.fall(np.array([30.0, 30, 2, 4])) is None
    assert draw.fall(np.array([5.0, 2, 1])) is None, "it never pulled much"
    row = draw.collapses(COLLAPSED, PATIENT, [4, 6], 25).numbers[0]
    assert row["largest gradient"] == "45 times its median"
