"""Amended rules on maps whose worlds share no seed: made-up networks just within and just outside each bound."""

from collections.abc import Callable

import numpy as np
import pytest
import xarray as xr

from experiments import ledger
from experiments.one_armed import claims, claims_networks, collapse, specs
from experiments.one_armed import claims_seeds as rules
from lib.optimal import stopping
from lib.optimal.phase_diagram import PhaseDiagram
from lib.runner import store

SIDES, LIVES, RUNS = np.array([0.4, 0.8, 1.2, 1.6, 2.0]), (20, 50, 100), 5
BEST = 8.0  # of the optimum at both places where networks were caught
CHECKPOINTS = [0, 10, 100, 3_000]
Array = np.ndarray
Change = Callable[[Array, Array], None]


def theory(life: int) -> PhaseDiagram:
    """The adaptive optimum explores from a row on that falls with the lifetime, the fixed rule from the next on."""
    row = np.arange(5)[:, None] - (2 - LIVES.index(life))
    earns = np.where(row >= 1, row * np.ones(5), 0.0)
    n = np.where((row >= 2) | ((row == 1) & (np.arange(5) < 2)), 1, 0)
    along, edge = SIDES[[0, -1]], np.ones(2)
    return PhaseDiagram(life, SIDES, SIDES, n, 1.0 * n, 0.5 * n * earns, earns, 2.0 * earns, along, edge, edge)


@pytest.fixture(autouse=True)
def _made_up_theory(monkeypatch: pytest.MonkeyPatch) -> None:
    falling = np.array([[3.0, 3, 3], [2, 2, 2], [1, 1, 1]])
    monkeypatch.setattr(claims_networks, "theory", lambda sigma_l, sigma_p, life: theory(life))
    monkeypatch.setattr(stopping, "value", lambda sigma_p, sigma_l, lifetime: BEST)
    monkeypatch.setattr(claims, "edges_by_lifetime", lambda: {"fixed n": falling, "adaptive": falling})


def optimal(change: Change | None = None) -> store.Result:
    """Networks that pull at random, then less often, and in the end as the adaptive optimum; with some changed.

    Args:
        change: what is done to pulls and reward, both (lifetime, row, column, run, checkpoint).
    """
    maps = [theory(life) for life in LIVES]
    end = np.stack([each.pulls for each in maps])[..., None].repeat(RUNS, axis=-1)
    random = np.broadcast_to(np.array(LIVES, dtype=float)[:, None, None, None], end.shape)
    pulls = np.stack([0.45 * random, 0.3 * random, 0.1 * random, end], axis=-1)
    earned = np.stack([each.earns for each in maps])[..., None, None] * np.ones((RUNS, len(CHECKPOINTS)))
    if change is not None:
        change(pulls, earned)
    axes = ("lifetime", "sigma_p", "sigma_l", "run", "checkpoint")
    data = xr.Dataset(
        {"pulls": (axes, pulls), "earned": (axes, earned), "seen": ((*axes[:-1], "update"), pulls[..., :2])},
        {"lifetime": list(LIVES), "sigma_p": SIDES, "sigma_l": SIDES, "checkpoint": CHECKPOINTS},
    )
    about = {"profile": "laptop", "episodes": {"a": 192_000}, "specs": {}}
    return store.Result("exploration-map-seeds", data, about, {})


def test_what_holds_is_reproduced_and_no_first_rule_is_lost() -> None:
    for rule in (rules.exploration, rules.edge_moves_with_the_lifetime, rules.regimes_emerge, rules.which_theory):
        said = rule(optimal())
        assert (said.verdict, said.statistic, said.n) == ("reproduced", 1.0, RUNS), said.value
        assert ledger.CRITERIA[rule.claim] is rule
        assert rule.fresh == rule.runs == ("exploration-map-seeds",)
        assert rule.amends is not None
        assert rule.amends.runs == ("exploration-map",)


def flipped(worlds: int, networks: int, life: int = 2) -> Change:
    """So many networks pull in so many worlds of one lifetime, of its lowest rows, where they should not."""

    def change(pulls: Array, earned: Array) -> None:
        for place in range(worlds):
            row, column = divmod(place, len(SIDES))
            pulls[life, row, column, :networks, -1] = 0.6

    return change


@pytest.mark.parametrize(
    ("worlds", "networks", "verdict", "share"),
    [
        (2, 5, "reproduced", 0.92),
        (3, 5, "partly", 0.88),
        (5, 5, "partly", 0.80),
        (6, 5, "not", 0.76),
        (15, 2, "partly", 1.0),  # median networks are right, resamples are not sure enough
        (15, 1, "reproduced", 1.0),
    ],
)
def test_l03_asks_the_median_of_five_and_an_interval(worlds: int, networks: int, verdict: str, share: float) -> None:
    said = rules.exploration(optimal(flipped(worlds, networks, life=0)))
    assert (said.verdict, said.statistic) == (verdict, pytest.approx(share)), said.value


def test_an_interval_is_over_worlds_and_networks() -> None:
    pulls, does = np.full((25, 5), 3.0), np.ones(25, dtype=bool)
    assert rules.interval(rules.agreement_again(pulls, does)) == (1.0, 1.0)
    does[:5] = False
    low, high = rules.interval(rules.agreement_again(pulls, does))
    assert low == pytest.approx(0.8 - 0.16, abs=0.041), "two standard errors of a share of 25 worlds"
    assert high == pytest.approx(0.8 + 0.16, abs=0.041)
    does[:5] = True
    pulls[:, :2] = 0.0
    low, high = rules.interval(rules.agreement_again(pulls, does))
    assert 0.4 < low < 0.68 < high < 0.95, "two of five abstain everywhere: medians of five draws explore in 68%"


# L04


def test_the_edge_misclassifies_the_fewest() -> None:
    sigma_p = np.array([1.0, 2.0, 3.0])
    explores = np.array([[0, 0, 0], [1, 1, 0], [1, 1, 1]], dtype=bool)[:, None, :]
    assert rules.edges(explores, sigma_p) == pytest.approx([2.0])
    hole = np.array([[1, 1, 1], [0, 0, 1], [1, 1, 1]], dtype=bool)[:, None, :]
    assert rules.edges(hole, sigma_p) == pytest.approx([1.0]), "a hole does not move it above itself"
    never = np.zeros((3, 1, 3), dtype=bool)
    assert rules.edges(never, sigma_p) == pytest.approx([4.0])
    half = np.array([[0, 0], [0, 1], [1, 1]], dtype=bool)[:, None, :]
    assert rules.edges(half, sigma_p) == pytest.approx([2.5])


def with_edges(rows: tuple[int, ...], networks: int = RUNS) -> store.Result:
    """So many networks of each world explore from a row on, by lifetime; the others from the last row on."""

    def change(pulls: Array, earned: Array) -> None:
        pulls[..., -1] = 0.0
        pulls[:, -1, ..., -1] = 3.0
        for life, row in enumerate(rows):
            pulls[life, row:, :, :networks, -1] = 3.0

    return optimal(change)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [((3, 2, 1), "reproduced"), ((2, 2, 1), "reproduced"), ((2, 3, 1), "partly"), ((2, 2, 2), "partly")],
)
def test_l04_asks_that_the_edge_falls(rows: tuple[int, ...], verdict: str) -> None:
    assert rules.edge_moves_with_the_lifetime(with_edges(rows)).verdict == verdict


def test_l04_asks_more_than_half_of_the_columns_and_an_interval() -> None:
    found = np.array([[2.0, 2, 2, 2, 2], [2, 2, 2, 2, 2], [1, 1, 1, 2, 2]])
    sure, unsure = np.full(500, -0.5), np.array([-0.5] * 480 + [0.0] * 20)
    assert rules.edge_moves(found, sure)
    assert not rules.edge_moves(found, unsure)
    found[2, 2] = 2
    assert not rules.edge_moves(found, sure), "two of five"


# L08


@pytest.mark.parametrize(
    ("share", "networks", "verdict"),
    [(0.31, 125, "reproduced"), (0.29, 6, "reproduced"), (0.29, 7, "not"), (0.71, 7, "not")],
)
def test_l08_asks_every_untrained_network(share: float, networks: int, verdict: str) -> None:
    def change(pulls: Array, earned: Array) -> None:
        untrained = pulls[1, ..., 0].ravel()
        untrained[:networks] = share * LIVES[1]
        pulls[1, ..., 0] = untrained.reshape(pulls.shape[1:4])

    said = rules.regimes_emerge(optimal(change))
    assert said.verdict == verdict, said.value
    assert "part after 3,000 updates" in said.value


def test_l08_asks_that_all_explore_until_the_regimes_part() -> None:
    def early(pulls: Array, earned: Array) -> None:
        pulls[2, 0, 0, :3, 2] = 0.5

    def parted(pulls: Array, earned: Array) -> None:
        pulls[..., 2] = pulls[..., 3]

    said = rules.regimes_emerge(optimal(early))
    assert (said.verdict, said.statistic) == ("partly", pytest.approx(8 / 9))
    assert "until the regimes part in 2 of 3 (not: 100 steps)" in said.value
    assert "part after 100 updates" in rules.regimes_emerge(optimal(parted)).value
    never = rules.regimes_emerge(optimal(lambda pulls, earned: np.copyto(pulls[..., 3], pulls[..., 0])))
    assert (never.verdict, never.statistic) == ("not", pytest.approx(2 / 3))


def test_regimes_part_for_good_and_on_both_sides() -> None:
    does = np.array([True] * 10 + [False] * 5)
    all_explore, as_optimum = np.ones(15, dtype=bool), does.copy()
    all_but_two, but_one = as_optimum.copy(), as_optimum.copy()
    all_but_two[-2:], but_one[-1:] = True, True

    def parts(*course: Array) -> int | None:
        return rules.parting(np.stack(course, axis=1), does)

    assert parts(all_explore, as_optimum, all_but_two, but_one) == 3
    assert parts(but_one, as_optimum) == 0
    assert parts(as_optimum, all_but_two) is None, "three of five refrain"
    assert parts(as_optimum, ~as_optimum | as_optimum) is None


# X01


def silent(networks: dict[int, int]) -> Change:
    """By place of the lifetime: so many networks of disputed worlds refrain, of one after the other."""

    def change(pulls: Array, earned: Array) -> None:
        for life, refrain in networks.items():
            own = theory(LIVES[life])
            for row, column in zip(*np.nonzero((own.earns > 0) & (own.n == 0)), strict=True):
                some = min(refrain, RUNS)
                pulls[life, row, column, :some, -1] = 0.5
                earned[life, row, column, :some, -1] = 0.0
                refrain -= some

    return change


@pytest.mark.parametrize(
    ("refrain", "verdict", "share"),
    [
        ({0: 3, 1: 3, 2: 3}, "reproduced", 0.8),
        ({0: 4}, "partly", 11 / 15),
        ({0: 15, 1: 15}, "not", 0.0),
        ({2: 5}, "partly", 2 / 3),  # one world of three, the others are sure enough
    ],
)
def test_x01_asks_networks_where_the_theories_disagree(refrain: dict[int, int], verdict: str, share: float) -> None:
    said = rules.which_theory(optimal(silent(refrain)))
    assert (said.verdict, said.statistic) == (verdict, pytest.approx(share)), said.value
    assert said.value.count("networks in 3 worlds") == 3


# The trap


def trapped(caught: tuple[int, int], share: float = 0.95) -> store.Result:
    """A hundred networks at each place, of which some earn nothing, and the others this share of the optimum."""
    earned = np.array([[0.0] * few + [share * BEST] * (100 - few) for few in caught])
    sigma_p, sigma_l = zip(*specs.COLLAPSE.values(), strict=True)
    data = xr.Dataset(
        {
            "earned": (("place", "run", "checkpoint"), np.stack([0 * earned, earned], axis=-1)),
            "sigma_p": (("place",), list(sigma_p)),
            "sigma_l": (("place",), list(sigma_l)),
        },
        {"place": list(specs.COLLAPSE)},
    )
    return store.Result("collapse", data, {"profile": "laptop", "episodes": {"a": 192_000}}, {})


@pytest.mark.parametrize(
    ("caught", "share", "said"),
    [
        ((2, 2), 0.9, "avoids the trap (at 2 of 2 places): inside: 2 of 100 caught"),
        ((3, 0), 0.95, "does not avoid the trap (at 1 of 2 (not: inside) places): inside: 3 of 100 caught"),
        ((0, 0), 0.899, "does not avoid the trap (at 0 of 2"),
    ],
)
def test_the_trap_is_avoided_by_nearly_all_who_earn_enough(caught: tuple[int, int], share: float, said: str) -> None:
    assert collapse.judgement(collapse.places(trapped(caught, share + 1e-6), specs.LIFETIME)).startswith(said)
