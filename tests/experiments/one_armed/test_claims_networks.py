"""Rules for networks of one-armed worlds, on made-up maps and crowds."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from experiments.one_armed import claims_networks as rules
from experiments.one_armed.claims_networks import Grown
from lib.claims.stability import holds_from
from lib.optimal.phase_diagram import PhaseDiagram, phase_diagram
from lib.probes.bimodality import classes
from lib.runner import store

SIDES = np.array([0.4, 0.8, 1.2, 1.6, 2.0])
CHANCE = np.random.default_rng(0)


@pytest.fixture(scope="module")
def theory() -> PhaseDiagram:
    """Both rules for lives of twenty steps."""
    return phase_diagram(SIDES, SIDES, 20)


def grid(pulls: np.ndarray, earned: np.ndarray | None = None) -> store.Result:
    """A result with these numbers of one lifetime: (checkpoint, sigma_p, sigma_l)."""
    dims = ("lifetime", "sigma_p", "sigma_l", "run", "checkpoint")
    several = np.moveaxis(pulls, 0, -1)[None, :, :, None]
    data = {"pulls": (dims, several), "earned": (dims, several * 0 if earned is None else earned)}
    coords = {"lifetime": [20], "sigma_p": SIDES, "sigma_l": SIDES, "checkpoint": range(len(pulls))}
    return store.Result("exploration-map", xr.Dataset(data, coords), {"profile": "laptop", "episodes": {"a": 7}}, {})


def test_networks_that_do_as_the_optimum_does_reproduce_the_map(theory: PhaseDiagram) -> None:
    perfect = grid(theory.pulls[None])
    found = rules.exploration(perfect)
    assert found.verdict == "reproduced"
    assert "20 steps: 100% as the adaptive optimum" in found.value
    assert "rank correlation 1.00" in found.value
    assert (found.n, found.episodes) == (1, 7)
    never = rules.exploration(grid(0 * theory.pulls[None] + 1e-3 * CHANCE.random((5, 5))))
    assert never.verdict == "not"


def test_a_map_that_is_nearly_right_is_partly_so(theory: PhaseDiagram) -> None:
    pulls = theory.pulls.copy()
    pulls[tuple(np.argwhere(theory.earns == 0)[:4].T)] = 3.0
    assert rules.exploration(grid(pulls[None])).verdict == "partly"


def test_the_fixed_rule_is_told_from_the_adaptive_one(theory: PhaseDiagram) -> None:
    disputed = (theory.earns > 0) & (theory.n == 0)
    assert disputed.sum() == 2
    as_fixed = np.where(theory.n > 0, theory.pulls, 0)
    for pulls, share, verdict in ((theory.pulls, 1.0, "reproduced"), (as_fixed, 0.0, "not")):
        each = rules.grown(grid(pulls[None]))
        assert rules.sides_with_adapting(each) == [share]
        assert rules.taking_sides(rules.sides_with_adapting(each)) == verdict
    assert rules.taking_sides([0.9, 0.6, 0.7]) == "partly"
    assert rules.taking_sides([0.9, 0.4, 0.3]) == "not"


def test_targets_count_worlds(theory: PhaseDiagram) -> None:
    whole = Grown(20, theory.pulls, theory.earns, theory)
    assert rules.targets([whole]) == {"earn enough": 1, "refrain": 1}
    half = replace(whole, earned=0.5 * theory.earns, pulls=theory.pulls + 0.6)
    assert rules.targets([half]) == {"earn enough": 0, "refrain": 0}


def test_the_edge_is_the_last_place_from_which_on_networks_explore(theory: PhaseDiagram) -> None:
    pulls = np.array([[0, 1, 0, 0, 1], [0, 0, 0, 1, 1], [0, 1, 0, 0, 1], [1, 1, 0, 1, 1], [1, 1, 0, 1, 1]])
    own = Grown(20, pulls.astype(float), theory.earns, theory)
    assert own.edge.tolist() == [1.6, 1.2, np.inf, 1.6, 0.4]
    longer = replace(own, lifetime=50, pulls=np.ones((5, 5)))
    assert rules.edge_moves([own, longer])
    assert not rules.edge_moves([longer, own])
    assert not rules.edge_moves([own, own])


def test_regimes_emerge_from_coin_tosses(theory: PhaseDiagram) -> None:
    tosses = np.full((5, 5), 10.0)
    assert rules.regimes_emerge(grid(np.stack([tosses, theory.pulls]))).verdict == "reproduced"
    assert rules.regimes_emerge(grid(np.stack([tosses, tosses]))).verdict == "partly"
    assert rules.regimes_emerge(grid(np.stack([theory.pulls, theory.pulls]))).verdict == "not"


def test_findings_on_a_map_hold_from_where_training_could_have_ended(theory: PhaseDiagram) -> None:
    tosses = 10 + np.tile(SIDES, (5, 1))
    course = grid(np.stack([tosses, tosses, theory.pulls, theory.pulls]))
    assert rules.exploration.course is not None
    assert rules.exploration.course(course) == {0: False, 2: False, 4: True, 6: True}
    assert holds_from(rules.regimes_emerge, [course]) == 4
    assert rules.exploration(course).statistic == 1
    assert rules.regimes_emerge(course).statistic == pytest.approx((theory.earns == 0).mean())


@pytest.mark.parametrize(
    ("crowd", "two"),
    [
        (np.concatenate([CHANCE.normal(0, 0.1, 60), CHANCE.normal(4, 0.5, 40)]), True),
        (CHANCE.normal(3, 0.7, 100), False),
        (np.zeros(100), False),
        (np.concatenate([np.zeros(98), [5.0, 5.1]]), False),
        (CHANCE.uniform(0, 4, 100), False),
        (np.concatenate([np.zeros(50), np.full(50, 0.05)]), False),
    ],
    ids=["two", "one", "all alike", "two outsiders", "evenly spread", "nearer than noise"],
)
def test_classes_are_found_where_there_are_two(crowd: np.ndarray, two: bool) -> None:
    found = classes(crowd, 0.1)
    assert found.two == two
    if two:
        assert found.means == pytest.approx((0, 4), abs=0.2)
        assert found.shares == pytest.approx((0.6, 0.4), abs=0.02)


def test_a_crowd_must_be_one() -> None:
    with pytest.raises(ValueError, match="9 numbers"):
        classes(np.zeros(9), 0.1)
    with pytest.raises(ValueError, match="all finite"):
        classes(np.full(20, np.nan), 0.1)
    with pytest.raises(ValueError, match="finest is 0"):
        classes(np.zeros(20), 0)


@pytest.mark.parametrize(
    ("outside", "edge", "inside", "verdict"),
    [
        (False, True, False, "reproduced"),
        (False, False, False, "not"),
        (True, True, False, "not"),
        (False, True, True, "not"),
    ],
)
def test_crowds_are_judged_by_where_they_split(outside: bool, edge: bool, inside: bool, verdict: str) -> None:
    splits = {"outside": outside, "at the fixed edge": edge, "inside": inside}
    apart = np.concatenate([CHANCE.normal(0, 0.1, 50), CHANCE.normal(4, 0.3, 50)])
    together = CHANCE.normal(2, 0.3, 100)
    pulls = np.stack([apart if two else together for two in splits.values()])
    data = xr.Dataset({"pulls": (("world", "run"), pulls)}, {"world": list(splits)})
    result = store.Result("bimodality", data, {"profile": "laptop", "episodes": {"a": 7}}, {})
    found = rules.bimodal(result)
    assert found.verdict == verdict
    assert found.n == 100
    assert found.statistic == pytest.approx(((not outside) + edge + (not inside)) / 3)
    assert found.value.count("two (50% pull") == sum(splits.values())
