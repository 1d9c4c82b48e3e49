"""Amended rules for walkers: each part just within and just outside its bounds."""

from typing import Any

import numpy as np
import pytest

from experiments.gridworld import claims_fresh as rules
from lib.runner import store
from tests.experiments.gridworld.test_claims import LEAPS, LIVES, RUNS, STAGED, networks
from tests.experiments.gridworld.test_claims import found as of_first_run

SHARES = np.array([1.0, 0.9, 0.6, 0.4, 0.2])  # of visits to the safe goal
VISITS = [[10 * safe, 10 * (1 - safe), 0] for safe in SHARES]


def found(**changed: Any) -> store.Result:
    """What the run leaves if every claim holds, with some variables changed."""
    result = of_first_run(visits_long=networks(VISITS))
    data = result.data.assign(
        best_visits_long=(("lifetime", "goal"), np.array([[1.0, 8, 0]] * 5)),
        ways=(("lifetime", "run", "of_ways"), networks([[-1.0, -1, -1]] * 4 + [[12.0, 8, 7]])),
        participation=(("lifetime", "run", "lived"), dimension([3.0, 4, 5, 6, 7], 2.0)),
        three_components=(("lifetime", "run", "lived"), dimension([0.9, 0.8, 0.7, 0.6, 0.5], 0.9)),
    )
    for name, values in changed.items():
        data[name] = (data[name].dims, values)
    return store.Result("walkers", data, result.manifest, {})


def dimension(trained: list[float], before: float) -> np.ndarray:
    """In lives of their own length, in long ones, and before training."""
    return networks([[each, each, before] for each in trained], 0.01 * max(trained))


def test_what_holds_is_reproduced() -> None:
    for rule in (rules.longer_lives_prepare, rules.habits_of_the_adaptive, rules.dimensions_grow):
        said = rule(found())
        assert (said.verdict, said.statistic) == ("reproduced", 1.0), said.value
        assert rule.fresh == ("walkers",)


# L09


@pytest.mark.parametrize(
    ("shares", "optimum", "holds"),
    [
        (SHARES, 0.1, True),
        (SHARES, 0.099, False),
        (np.array([1.0, 0.4, 0.419, 0.4, 0.2]), 0.1, True),
        (np.array([1.0, 0.4, 0.421, 0.4, 0.2]), 0.1, False),
    ],
)
def test_l09_asks_for_avoidance(shares: np.ndarray, optimum: float, holds: bool) -> None:
    assert rules.avoided(shares, optimum) is holds


def test_l09_counts_three_parts() -> None:
    rises = networks([[5.0, 5, 0]] * 5)
    said = rules.longer_lives_prepare(found(visits_long=rises))
    assert (said.verdict, said.statistic) == ("partly", pytest.approx(2 / 3))
    assert "50%, 50%, 50%, 50%, 50% of visits to the safe goal (optimum: 11%)" in said.value


# L10


def test_l10_asks_no_other_rewards() -> None:
    assert rules.safe_then_medium_then_high(found(visits_long=networks(STAGED))).verdict == "reproduced"
    leap = networks(LEAPS)
    assert rules.safe_then_medium_then_high(found(visits=leap, visits_long=networks(STAGED))).verdict == "partly"
    neither = found(visits=leap, visits_long=leap, visits_elsewhere=networks(STAGED[1:4]))
    assert rules.safe_then_medium_then_high(neither).verdict == "not"


# L12


def test_l12_asks_every_lifetime_that_has_the_case() -> None:
    lesser = networks([[0.2, 0.1], [0.2, 0.1], [0.8, 0.1], [0.8, 0.1], [0.2, 0.1]])
    said = rules.habits_of_the_adaptive(found(lesser=lesser))
    assert said.verdict == "partly"
    assert "turns at 2 of 3 (not: 100 steps) lifetimes" in said.value, "who only knows the safe goal has no case"
    assert said.statistic == pytest.approx(6 / 7)
    nobody = networks([[5.0, 0.9, 0]] * 5)
    assert rules.habits_of_the_adaptive(found(visits=nobody)).verdict == "not testable"


def test_l12_has_three_bounds_and_looks_past_networks_without_a_case() -> None:
    def runs(value: list[float], unknown: int = 2) -> np.ndarray:
        return np.array([value] * (RUNS - unknown) + [[-1.0] * len(value)] * unknown)

    assert rules.shorter_ways(runs([10.0, 8, 7])) is True
    assert rules.shorter_ways(runs([9.9, 8, 7])) is False
    assert rules.shorter_ways(runs([10.0, 8, 7], unknown=3)) is None
    assert rules.turns(runs([0.5, 0.25]))
    assert not rules.turns(runs([0.5, 0.26]))
    assert not rules.turns(runs([0.49, 0.0]))
    assert rules.unsure(runs([0.1, 0.2]))
    assert not rules.unsure(runs([0.1, 0.19]))


# L13


@pytest.mark.parametrize(
    ("medians", "sign", "holds"),
    [
        ([3.0, 4, 4, 5, 5], 1, True),
        ([3.0, 5, 4.91, 5, 5], 1, True),
        ([3.0, 5, 4.89, 5, 5], 1, False),
        ([3.0, 3, 3, 3, 3], 1, False),
        ([0.9, 0.8, 0.81, 0.7, 0.6], -1, True),
        ([0.9, 0.8, 0.82, 0.7, 0.6], -1, False),
    ],
)
def test_l13_never_goes_back(medians: list[float], sign: int, holds: bool) -> None:
    assert rules.never_back(np.array(medians), sign) is holds


def test_l13_asks_untrained_networks_and_every_step() -> None:
    assert len(LIVES) == 5
    dips = rules.dimensions_grow(found(participation=dimension([3.0, 4, 6, 5.5, 7], 2.0)))
    assert (dips.verdict, dips.statistic) == ("partly", pytest.approx(3 / 5)), dips.value
    assert "not: participation ratio, own length; participation ratio, long" in dips.value
    as_before = rules.dimensions_grow(found(participation=dimension([3.0, 4, 5, 6, 7], 3.0)))
    assert as_before.statistic == pytest.approx(4 / 5)
    assert "not: above untrained" in as_before.value
