"""Rules that ask theory and networks together, just within and just outside their bounds."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr

from experiments.one_armed import claims
from experiments.one_armed import claims_sides as rules
from experiments.one_armed.claims_networks import Grown
from lib.optimal.phase_diagram import PhaseDiagram
from lib.runner import store

SIDES = np.array([0.5, 1.0, 1.5, 2.0])
EARNS = np.array([[0.0, 0, 0, 0], [1, 1, 1, 1], [2, 2, 2, 2], [4, 4, 4, 4]])
FIXED = np.array([[0.0, 0, 0, 0], [0, 0, 0, 0], [1, 1, 1, 1], [2, 2, 2, 2]])
GRID = store.Result(
    "exploration-map", xr.Dataset(coords={"run": [0]}), {"profile": "laptop", "episodes": {"a": 7, "b": 9}}, {}
)


def theory(lifetime: int = 20) -> PhaseDiagram:
    """The adaptive optimum explores from the second row on, the fixed rule from the third."""
    n, edge = (FIXED > 0).astype(int), np.full(2, 1.0)
    along = SIDES[[0, -1]]
    return PhaseDiagram(lifetime, SIDES, SIDES, n, FIXED, FIXED, EARNS, 2.0 * (EARNS > 0), along, 1.5 * edge, edge)


def networks(explore_from: int, lifetime: int = 20, share: float = 0.95) -> Grown:
    """Networks that explore from some row on, and earn this share of the adaptive optimum."""
    does = np.arange(4)[:, None] >= np.full((1, 4), explore_from)
    return Grown(lifetime, 3.0 * does, share * EARNS * does, theory(lifetime))


@pytest.mark.parametrize(
    ("theory_moves", "rows", "verdict"),
    [
        (True, (3, 2, 1), "reproduced"),
        (True, (2, 2, 1), "reproduced"),
        (True, (2, 2, 2), "partly"),  # does not fall
        (True, (2, 1, 2), "partly"),  # rises
        (False, (3, 2, 1), "partly"),
        (False, (2, 2, 2), "not"),
    ],
)
def test_l04_asks_theory_and_networks(
    monkeypatch: pytest.MonkeyPatch, theory_moves: bool, rows: tuple[int, ...], verdict: str
) -> None:
    edges = np.array([[3.0, 3.0], [2, 2], [1, 1 if theory_moves else 2.5]])
    monkeypatch.setattr(claims, "edges_by_lifetime", lambda: {"fixed n": edges, "adaptive": edges})
    each = [networks(row, life) for row, life in zip(rows, (20, 50, 100), strict=True)]
    found = rules.edge_moves_with_the_lifetime(GRID, each)
    assert found.verdict == verdict
    assert (found.n, found.episodes) == (1, 9)
    assert found.figure == "learning-not-to-learn.html#fig-not-to-learn-edges"
    said = ", ".join(f"{SIDES[row]:.2f}" for row in rows)
    assert f"lifetimes 20, 50, 100: networks {said} (median over σₗ)" in found.value


def test_what_networks_earn_is_set_against_both_optima() -> None:
    with_adapting = rules.returns(networks(1))
    assert (with_adapting.disputed, with_adapting.explore, with_adapting.above_fixed) == (4, 1.0, 1.0)
    assert with_adapting.of_adaptive == pytest.approx(0.95)
    assert with_adapting.both == pytest.approx(0.95)
    assert with_adapting.both_of_fixed == pytest.approx(1.9)
    half = networks(1)
    uneven = replace(half, earned=half.earned * np.array([1, 1, 1, -1]))
    assert rules.returns(uneven).of_adaptive == pytest.approx(0.95 / 2)  # together, not in the median world
    with_fixed = rules.returns(networks(2))
    assert (with_fixed.explore, with_fixed.of_adaptive, with_fixed.above_fixed) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [((1, 1, 1), "reproduced"), ((1, 1, 2), "partly"), ((1, 2, 2), "not"), ((2, 2, 2), "not")],
)
def test_x01_asks_who_explores_where_the_theories_disagree(rows: tuple[int, ...], verdict: str) -> None:
    each = [networks(row, life) for row, life in zip(rows, (20, 50, 100), strict=True)]
    found = rules.which_theory(GRID, each)
    assert found.verdict == verdict
    assert found.figure == "learning-not-to-learn.html#fig-not-to-learn-sides"
    for row, life in zip(rows, (20, 50, 100), strict=True):
        assert f"{life} steps: {'100%' if row == 1 else '75%'} of worlds as the adaptive optimum" in found.value
        assert f"{life} steps: explore in {'100%' if row == 1 else '0%'} of 4 worlds" in found.value


def test_a_share_of_four_in_five_is_enough() -> None:
    own = networks(1)
    wide = {name: np.tile(getattr(own.theory, name), (1, 5)) for name in ("n", "earns", "earns_fixed", "pulls_fixed")}
    pulls = np.tile(own.pulls, (1, 5))
    big = replace(own.theory, sigma_l=np.arange(1.0, 21), pulls=pulls, **wide)
    for abstain, verdict in ((4, "reproduced"), (5, "partly"), (9, "partly"), (10, "not")):
        less = pulls.copy()
        less[1, :abstain] = 0.5
        crowd = Grown(20, less, np.tile(own.earned, (1, 5)), big)
        assert rules.which_theory(GRID, [crowd]).verdict == verdict


def test_without_disputed_worlds_there_is_nothing_to_be_said() -> None:
    own = networks(2)
    agreed = replace(own, theory=replace(own.theory, earns=FIXED))
    found = rules.which_theory(GRID, [agreed, networks(1)])
    assert found.verdict == "not testable"
    assert np.isnan(rules.returns(agreed).explore)
    alone = rules.which_theory(GRID, [agreed])
    assert alone.value.endswith("disagree, no worlds")
