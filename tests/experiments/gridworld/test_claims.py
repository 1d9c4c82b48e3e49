"""A short life and a long one: every rule just within and just outside its bounds, and what pictures say."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from scipy.stats import spearmanr

from experiments.gridworld import claims as rules
from experiments.gridworld import figures as draw
from experiments.gridworld import figures_walks as picture
from lib.plotting import style
from lib.runner import store
from tests.pictures import check_picture

LIVES = [5, 10, 20, 50, 100]
RUNS = 5
BEST = {5: 0.5, 10: 1.25, 20: 2.63, 50: 7.22, 100: 15.15}
STAGED = [[2.0, 0, 0], [5, 0, 0], [2, 3, 0], [1, 4, 4], [3, 9, 9]]  # visits by lifetime, in order
LEAPS = [[5.0, 0, 0], [5, 0, 0], [2, 0, 3], [1, 0, 4], [1, 0, 9]]  # without the stage between


def networks(medians: Any, spread: float = 0.0) -> np.ndarray:
    """One row of networks for each lifetime, around its median."""
    values = np.asarray(medians, dtype=float)
    aside = np.linspace(-1, 1, RUNS).reshape(1, RUNS, *[1] * (values.ndim - 1))
    return values[:, None] + spread * aside


def squeezed(cells: float) -> np.ndarray:
    """Shares of 36 cells that are spread over so many: `cells` whole ones, all alike."""
    shares = np.zeros(36)
    shares[: int(cells)] = 1 / int(cells)
    return shares


def found(**changed: Any) -> store.Result:
    """What the run leaves if every claim holds, with some variables changed."""
    value = np.zeros((3, 101))
    value[:, LIVES] = list(BEST.values())
    habit = {"ways": [12.0, 8.0, 7.0], "lesser": [0.8, 0.1], "entropy_by_choice": [0.1, 0.6]}
    variables: dict[str, tuple[tuple[str, ...], Any]] = {
        "earned": (("lifetime", "run", "test"), networks(matched())),
        "earned_wound": (("lifetime", "run", "test"), networks(matched())),
        "best_earned": (("lifetime", "test"), matched()),
        "best_value": (("world", "left"), value),
        "occupancy_long": (("lifetime", "run", "cell"), networks([squeezed(c) for c in (4, 4, 5, 6, 9)])),
        "visits": (("lifetime", "run", "goal"), networks(STAGED)),
        "visits_long": (("lifetime", "run", "goal"), networks(STAGED)),
        "best_visits": (("lifetime", "goal"), STAGED),
        "twice": (("lifetime", "run"), networks([0, 0, 0, 0.4, 0.6])),
        "visits_elsewhere": (("elsewhere", "run", "goal"), networks(LEAPS[1:4])),
        "twice_elsewhere": (("elsewhere", "run"), networks([0, 0.6, 0.9])),
        "participation": (("lifetime", "run", "lived"), networks(np.tile([[3.0], [4], [5], [6], [7]], 3), 0.1)),
        "three_components": (
            ("lifetime", "run", "lived"),
            networks(np.tile([[0.9], [0.8], [0.7], [0.6], [0.5]], 3), 0.01),
        ),
    }
    for name, values in habit.items():
        for axis, more, count in (("lifetime", "", 5), ("elsewhere", "_elsewhere", 3)):
            variables[f"{name}{more}"] = ((axis, "run", f"of_{name}"), networks([values] * count))
    for name, values in changed.items():
        variables[name] = (variables[name][0], values)
    coords = {
        "lifetime": LIVES,
        "test": LIVES,
        "run": range(RUNS),
        "world": ["later", "early", "leaping"],
        "left": range(101),
        "goal": ["safe", "medium", "high"],
        "elsewhere": [10, 20, 50],
        "lived": ["own", "long", "untrained"],
    }
    manifest = {"profile": "laptop", "episodes": {"a": 320_000}, "specs": {}}
    return store.Result("lifetimes", xr.Dataset(variables, coords), manifest, {})


def matched(away: float = 0.8, last: tuple[float, ...] = (10.0, 11, 12, 13, 14)) -> np.ndarray:
    """Reward by lifetime trained for and tested: each step away from the matched network leaves a share of it."""
    steps = np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    earned = np.array(list(BEST.values())) * 0.9 * away**steps
    earned[:, 4] = last
    return np.asarray(earned)


# L09


@pytest.mark.parametrize(
    ("last", "cells", "verdict"),
    [
        ((10, 11, 12, 13, 14), (4, 4, 5, 6, 9), "reproduced"),
        ((12, 11.71, 12, 13, 13.21), (4, 4, 5, 6, 6), "reproduced"),
        ((12, 11.69, 12, 13, 14), (4, 4, 5, 6, 9), "partly"),  # falls by over 2% of the optimum
        ((13, 13, 13, 13, 14.2), (4, 4, 5, 6, 9), "partly"),  # less than a tenth more
        ((10, 11, 12, 13, 14), (4, 4, 5, 5, 4), "partly"),
        ((13, 13, 13, 13, 14.2), (4, 4, 4, 4, 4), "not"),
    ],
)
def test_l09_asks_return_and_occupancy(last: tuple[float, ...], cells: tuple[int, ...], verdict: str) -> None:
    result = found(earned=networks(matched(last=last)), occupancy_long=networks([squeezed(each) for each in cells]))
    said = rules.longer_lives_prepare(result)
    assert said.verdict == verdict
    assert said.n == RUNS
    assert said.figure == "lifetimes.html#fig-lifetimes-curves"
    assert "5, 10, 20, 50, 100" in said.value


def test_shares_of_the_optimum() -> None:
    shares = rules.of_optimum(found())
    assert shares.shape == (5, RUNS)
    assert shares[:4] == pytest.approx(np.full((4, RUNS), 0.9))
    assert shares[4] == pytest.approx(np.full(RUNS, 14 / 15.15))


# L10


@pytest.mark.parametrize(
    ("visits", "begins", "holds"),
    [
        (STAGED, [5, 20, 50], True),
        ([[5.0, 0, 0], [5, 0, 0], [4.1, 0.9, 0], [1, 4, 4], [3, 9, 9]], [5, 50, 50], False),  # two at once
        ([[5.0, 0, 0], [5, 0, 0], [4, 1, 0], [1, 4, 4], [3, 9, 9]], [5, 20, 50], True),  # a fifth is enough
        ([[5.0, 0, 0], [5, 0, 0], [2, 0, 3], [1, 4, 4], [3, 9, 9]], [5, 50, 20], False),
        ([[5.0, 0, 0], [5, 0, 0], [2, 3, 0], [1, 4, 4], [9, 9, 1]], [5, 20, 50], False),  # does not last
        ([[5.0, 0, 0], [5, 0, 0], [2, 3, 0], [1, 4, 0], [9, 9, 1]], [5, 20, None], False),
        ([[0.0, 0, 0], [5, 0, 0], [2, 3, 0], [1, 4, 4], [0, 0, 9]], [10, 20, 50], True),
    ],
)
def test_l10_asks_for_one_stage_after_another(visits: list[list[float]], begins: list[int], holds: bool) -> None:
    said, found_holds = rules.stages(np.array(visits), LIVES)
    assert list(said.values()) == begins
    assert found_holds is holds


def test_l10_asks_both_lifetimes() -> None:
    leap = networks(LEAPS)
    assert rules.safe_then_medium_then_high(found()).verdict == "reproduced"
    assert rules.safe_then_medium_then_high(found(visits=leap)).verdict == "partly"
    both = rules.safe_then_medium_then_high(found(visits=leap, visits_long=leap))
    assert both.verdict == "not"
    assert "own lifetime: safe 5, medium none, high 20" in both.value
    assert both.value.endswith("optimum: safe 5, medium 20, high 50")
    others = rules.safe_then_medium_then_high(
        found(visits=leap, visits_long=leap, visits_elsewhere=networks(STAGED[1:4]))
    )
    assert others.verdict == "partly"
    assert "other rewards, own lifetime: safe 10, medium 20, high 50" in others.value


# L11


def test_l11_asks_every_step_away() -> None:
    assert rules.falls_away(np.array([[1, 0.5], [0.9, 1.0]])) == (1.0, 0.3)
    assert rules.mismatch_costs(found()).verdict == "reproduced"
    bent = matched()
    bent[0, 1] = bent[1, 1] * 1.021  # the neighbour is better than the matched by more than 2%
    kept, _ = rules.falls_away(bent)
    assert kept == pytest.approx(19 / 20)
    assert rules.mismatch_costs(found(earned=networks(bent))).verdict == "partly"
    bent[0, 1] = bent[1, 1] * 1.019
    assert rules.falls_away(bent)[0] == 1
    flat = matched(away=0.98, last=(13.5, 13.6, 13.7, 13.8, 14))
    flat[0, 1:4] = flat[1, 1:4] * 0.99
    assert rules.mismatch_costs(found(earned=networks(flat))).verdict == "partly", "nothing much is lost"
    assert rules.mismatch_costs(found(earned=networks(matched()[::-1]))).verdict == "not"


# L12

GOOD = rules.Habits(1.26, 0.51, 0.25, 0.1, 0.21)


@pytest.mark.parametrize(
    ("habits", "holds"),
    [
        (GOOD, (True, True, True)),
        (rules.Habits(1.24, 0.51, 0.25, 0.1, 0.21), (False, True, True)),
        (rules.Habits(1.26, 0.49, 0.0, 0.1, 0.21), (True, False, True)),
        (rules.Habits(1.26, 0.6, 0.36, 0.1, 0.21), (True, False, True)),
        (rules.Habits(1.26, 0.51, 0.25, 0.1, 0.19), (True, True, False)),
    ],
)
def test_l12_has_three_bounds(habits: rules.Habits, holds: tuple[bool, ...]) -> None:
    assert habits.holds == holds
    assert rules.judged({"a": GOOD, "b": habits}) == ("reproduced" if all(holds) else "partly")


def test_l12_asks_those_who_use_the_high_goal() -> None:
    asked = rules.habits(found())
    assert list(asked) == ["100 steps", "20 steps, other rewards", "50 steps, other rewards"]
    assert asked["100 steps"] == rules.Habits(1.5, 0.8, 0.1, 0.1, 0.6)
    assert rules.habits_of_the_long_lived(found()).verdict == "reproduced"
    ways = networks([[12.0, 8, 7]] * 5)
    ways[4, :2] = -1  # two networks never find it
    assert rules.habits(found(ways=ways))["100 steps"].shorter == 1.5
    straight = networks([[8.0, 8, 7]] * 3)
    turns, sure = networks([[0.2, 0.1]] * 3), networks([[0.1, 0.1]] * 3)
    one = found(ways_elsewhere=straight)
    assert rules.habits_of_the_long_lived(one).verdict == "partly"
    none = found(ways_elsewhere=straight, lesser_elsewhere=turns, entropy_by_choice_elsewhere=sure)
    assert rules.habits_of_the_long_lived(none).verdict == "not"
    nobody = found(twice=networks([0.0] * 5), twice_elsewhere=networks([0.4] * 3))
    assert rules.habits_of_the_long_lived(nobody).verdict == "not testable"


# L13


def test_rank_correlation_is_scipys_and_its_interval_holds_it() -> None:
    values = np.random.default_rng(1).normal(size=(5, RUNS)) + np.arange(5)[:, None] * 0.5
    middle, low, high = rules.rank_correlation(LIVES, values)
    assert middle == pytest.approx(spearmanr(np.repeat(LIVES, RUNS), values.ravel()).statistic)
    assert -1 <= low < middle < high <= 1
    assert high - low > 0.05
    assert rules.rank_correlation(LIVES, networks([1, 2, 3, 4, 5.0])) == pytest.approx((1, 1, 1))


@pytest.mark.parametrize(
    ("ratio", "share", "verdict"),
    [
        ([True, True], [True, True], "reproduced"),
        ([True, False], [True, True], "partly"),
        ([True, True], [True, False], "partly"),
        ([False, True], [False, False], "partly"),
        ([False, False], [False, False], "not"),
    ],
)
def test_l13_asks_both_measures_in_both_lives(ratio: list[bool], share: list[bool], verdict: str) -> None:
    def moving(holds: list[bool], by: float) -> np.ndarray:
        medians = [[5 + by * place * hold for hold in (*holds, True)] for place in range(5)]
        return networks(medians, 0.1)

    said = rules.dimensions_grow(found(participation=moving(ratio, 1.0), three_components=moving(share, -1.0)))
    assert said.verdict == verdict
    assert "lives of own length" in said.value
    assert said.statistic is not None
    assert (said.statistic > 0.5) == (verdict == "reproduced")


# Pictures

NAN = np.nan
CURVES = np.linspace(0, 1, RUNS)[:, None] * 0.1 + np.linspace(0.2, 1, 6)
HABIT = picture.Habit(
    "100",
    np.array([[12.0, 8, 7], [14, 8, 7]]),
    np.array([[0.9, 0.1], [0.7, 0.1]]),
    np.array([[0.1, 0.6], [0.1, NAN]]),
    (np.array([10.0, 7, 7]), np.array([1.0, 0.2]), np.array([0.0, 0.69])),
)
LIFE = picture.Life(
    "6 steps", np.array([0, 1, 0, 6, 0, 6]), np.array([1, 7, 6, 7, 6, 12]), np.linspace(0, 1, 6), [7, 20, 35], 0.5
)
PICTURES: dict[str, tuple[Callable[[], style.Picture], int, str]] = {
    "best visits": (
        lambda: draw.best_visits(np.array(LIVES), {"ours": np.array(STAGED)}, {"ours": np.array(list(BEST.values()))}),
        5,
        r"a fifth of the visits: ours: safe from 5, medium from 20, high from 50\.",
    ),
    "curves": (
        lambda: draw.curves(
            np.array([0, 10, 20, 40, 80, 160]), [5, 10], np.stack([CURVES, CURVES * 2]), np.stack([CURVES] * 2), 2.5
        ),
        2,
        r"optimum earns 2\.5; networks trained for 5 steps 1\.1, 10 steps 2\.1.* reaches 105\.0%, 105\.0%",
    ),
    "maps": (
        lambda: draw.maps(
            {"networks": np.eye(36)[:2], "optimum": np.eye(36)[2:4]},
            [5, 10],
            "share",
            "cells",
            {"networks": np.array([1.0, 2.5])},
        ),
        2,
        r"Share, a grid for each lifetime of 5, 10 steps\. Cells, networks: 1\.00, 2\.50\.",
    ),
    "visits": (
        lambda: draw.visits(
            {
                "own": (LIVES, networks(STAGED, 0.1), np.array(STAGED)),
                "other": (LIVES[:2], networks(LEAPS[1:3], 0.1), np.array(LEAPS[1:3])),
            }
        ),
        7,
        r"own: trained for 5 steps, 2\.0, .* 100 steps, 3\.0, 9\.0, 9\.0\. other: .* 10 steps, 2\.0, 0\.0, 3\.0",
    ),
    "matrix": (
        lambda: draw.matrix([5, 10], {"stretched": np.array([[1.0, 1.5], [0.6, 2.0]])}),
        2,
        r"stretched: the least is 60%, trained for 10 steps and living 5; the most 100%\.",
    ),
    "habits": (
        lambda: picture.habits([HABIT]),
        1,
        r"for 100: first way .* 13\.00, later 8\.00 steps; .* in 0\.80 .*, 0\.10 with; entropy 0\.10 .* 0\.60",
    ),
    "lives": (
        lambda: picture.lives([LIFE, LIFE], 6),
        2,
        r"6 steps: earns 0\.50, visits 2 times the safe, 0 the medium and 0 the high goal; .* entropy in 2 of",
    ),
    "dimensions": (
        lambda: picture.dimensions(
            LIVES, {"own": networks([3, 4, 5, 6, 7], 0.1)}, {"own": networks([0.9, 0.8, 0.7, 0.6, 0.5], 0.01)}
        ),
        5,
        r"lifetimes of 5 to 100 steps, medians: own from 3\.0 to 7\.0\. .* 90% to 50% \(own\)",
    ),
    "clouds": (
        lambda: picture.clouds(
            [5, 10], np.random.default_rng(0).normal(size=(2, 3, 9, 2)), np.array([[0.5, 0.2], [0.3, 0.1]])
        ),
        2,
        r"70% of it \(trained for 5 steps\), 40% of it \(trained for 10 steps\)\.",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_says_what_its_numbers_say(name: str) -> None:
    check_picture(*PICTURES[name])
