"""Turns to the safe goal when time runs out, in walks written out; and pictures of walkers trained in two cycles."""

from collections.abc import Callable

import numpy as np
import pytest

from experiments.gridworld import figures_again as draw
from experiments.gridworld import turns
from lib.agents.lstm import LSTM
from lib.plotting.style import Picture
from lib.probes.trajectories import after_visits, trajectories
from lib.random import generator
from lib.tasks.gridworld import STAGED
from tests.lib.probes.test_trajectories import scripted
from tests.pictures import check_picture, optima

LIVES = [20, 50, 100]


def test_what_a_turn_is_worth_and_what_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    grids = STAGED.given((1, 3), (0, 5), 9, batch=2)
    played = scripted(grids, "uuuuu" + "rrrr", "uuuuu" + "uuur")  # four steps left after the high goal
    monkeypatch.setattr(turns, "lived", lambda *_: (played, trajectories(played, grids)))
    found = turns.turns(LSTM(4).build(45, 4, generator("test", 0)), 9, STAGED, 1)
    assert found.lives == 1
    assert np.isnan(found.turned[:2]).all()
    assert found.turned[2] == 0.5, "one walks to the medium goal and the other nowhere"
    earned = 1 + 1 + 0.65
    assert found.worth == pytest.approx(2 * 2 * 0.25 / earned), "two visits to the safe goal, each in four steps"
    assert found.missed == pytest.approx((2 * 2 * 0.25 - 0.65) / earned)
    then = after_visits(trajectories(played, grids))
    assert then.left[then.short].tolist() == [4, 4]


def of(*turned: float, worth: float = 0.01) -> turns.Turns:
    return turns.Turns(0.1, np.array(turned), worth, worth / 2)


def test_the_middle_is_of_those_who_have_a_case() -> None:
    low, median, high = turns.middle([of(0.2, np.nan, np.nan), of(0.4, 1.0, np.nan), of(0.9, np.nan, np.nan)])
    assert (low[0], median[0], high[0]) == (0.2, 0.4, 0.9)
    assert low[1] == median[1] == high[1] == 1
    assert np.isnan([low[2], median[2], high[2]]).all()


FIVE = np.linspace(0.9, 1.0, 5)
SHARES = np.array([[1.0] * 5, [0.6] * 5, [0.2] * 5])
VISITS = {
    cycle: np.tile([[5.0, 0, 0], [2, 3, high]], (5, 1, 1)).swapaxes(0, 1) for cycle, high in (("warm", 1), ("cold", 0))
}
PICTURES: dict[str, tuple[Callable[[], Picture], int, str, int]] = {
    "turns": (
        lambda: draw.turns({steps: [of(0.25 * k, np.nan, 1.0) for k in range(5)] for steps in LIVES}),
        3,
        r"of 100 steps do in 50% of cases with two steps left, in 100% with four or more; that is worth 1\.00%",
        2,
    ),
    "avoidance": (
        lambda: draw.avoidance(LIVES, {"one cycle": SHARES, "two cycles": SHARES / 2}, np.array([0.9, 0.5, 0.15])),
        3,
        r"one cycle, 100% to 20%; two cycles, 50% to 10%. The optimum goes from 90% to 15%",
        2,
    ),
    "second cycles": (
        lambda: draw.second_cycles(
            [10, 20],
            {"warm": np.stack([FIVE, FIVE]), "cold": np.stack([FIVE, FIVE - 0.1])},
            VISITS,
            VISITS["warm"][:, 0],
        ),
        4,
        r"20 steps, cold: 0\.85 of the optimum, visits 2 safe, 3 medium, 0 high",
        8,
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures_carry_what_they_were_given(name: str) -> None:
    drawn, rows, finding, dashed = PICTURES[name]
    check_picture(drawn, rows, finding)
    assert optima(drawn()) == dashed
