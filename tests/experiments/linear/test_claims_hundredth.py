"""Straight lines at a hundredth of the episodes: amended rules just within and just outside their bounds."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments.linear import claims_hundredth as rules
from experiments.linear import claims_outer, specs
from experiments.linear import figures_hundredth as draw
from experiments.outer_loop_claims import linear_way
from lib.claims.stability import holds_from
from lib.plotting.style import Picture
from lib.runner import store
from tests.experiments.linear.test_claims import NEVER, RUNS, STEPS, learned, met, reaches
from tests.pictures import check_picture, optima

SEEN = {"2d": 80_000, "ten": 80_000, "even": 80_000, "twice": 160_000}


def seen(runs: int = RUNS, above: float = 1.1, twice: float = 1.0, **changed: Any) -> store.Result:
    """What the run `linear-hundredth` leaves; networks lose `above` times as much as ridge regression."""
    first = met(runs=runs, **changed)
    kept = [name for name in first.data if str(name).endswith(("_2d", "_ten", "_even"))]
    few = {f"run_{name}": np.zeros(runs, int) for name in ("ten", "even")}  # as many networks of these
    data = first.data[kept].isel(few)
    pair = np.repeat(reaches((8, 8 * twice), np.arange(STEPS))[None, None], runs, axis=0)
    errors = np.full((runs, STEPS), above)
    data = data.assign(
        ridge_2d=(("spectrum_2d", "step", "mode_2d"), data.progress_2d.values[0]),
        values_twice=(("spectrum_twice", "mode_2d"), data.values_2d.values[:1]),
        progress_twice=(("run_twice", "spectrum_twice", "step", "mode_2d"), pair),
        error_2d=(("run_2d", "step"), errors),
        error_twice=(("run_twice", "step"), errors),
        error_ridge=(("world", "step"), np.ones((1, STEPS))),
    ).assign_coords(world=["2D"])
    return store.Result("linear-hundredth", data, {"profile": "laptop", "seen": SEEN}, {})


@pytest.mark.parametrize(
    ("ratio", "runs", "verdict"),
    [(1.14, 10, "reproduced"), (0.88, 10, "reproduced"), (0.86, 10, "partly"), (1.16, 10, "partly"),
     (0.88, 9, "partly"), (0.68, 10, "partly"), (0.66, 10, "not"), (NEVER, 10, "not")],
)  # fmt: skip
def test_r03_has_two_sides_and_wants_ten_networks(ratio: float, runs: int, verdict: str) -> None:
    found = rules.concurrent(learned(), seen(runs, ratio=ratio))
    assert found.verdict == verdict
    assert (found.n, found.episodes) == (runs, 80_000)
    assert found.statistic == pytest.approx(ratio, rel=0.02)


def test_r03_says_how_twicer_networks_and_ridge_regression_do_beside() -> None:
    found = rules.concurrent(learned(), seen(above=1.25, twice=1.5))
    assert found.verdict == "reproduced"
    assert "1.00x, with an error of 1.25 times ridge regression's; after twice as many episodes 1.50x" in found.value


@pytest.mark.parametrize(
    ("beyond", "verdict"),
    [((0.7, 0.4), "reproduced"), ((0.8, 0.71), "not"), ((0.5, 0.6), "partly"), ((0.8, 0.69), "reproduced")],
)
def test_r05_wants_a_steady_fall(beyond: tuple[float, float], verdict: str) -> None:
    assert rules.fails_beyond(seen(beyond=beyond)).verdict == verdict


def test_r05_wants_what_lies_within_to_be_found() -> None:
    run = seen()
    little = run.data.assign(progress_2d=run.data.progress_2d * 0.75)
    found = rules.fails_beyond(replace(run, data=little))
    assert (found.verdict, found.statistic) == ("partly", pytest.approx(0.75 * 0.6))


@pytest.mark.parametrize(
    ("ten", "runs", "verdict"),
    [((1, 1, 0.7, 0.4), 10, "reproduced"), ((1, 1, 0.7, 0.4), 9, "partly"), ((1, 1, 1, 1), 10, "partly")],
)
def test_r10_wants_the_edge_near_ten_times_as_far(ten: tuple[float, ...], runs: int, verdict: str) -> None:
    found = rules.moves_with_the_prior(seen(runs, ten=ten))
    assert (found.verdict, found.n, found.episodes) == (verdict, runs, 80_000)


@pytest.mark.parametrize(
    ("even", "runs", "verdict"),
    [((1.14, 1.0), 10, "reproduced"), ((0.88, 1.0), 10, "reproduced"), ((0.86, 1.0), 10, "partly"),
     ((1.16, 1.0), 10, "partly"), ((1.0, 1.0), 9, "partly"), ((0.5, 1.5), 10, "not")],
)  # fmt: skip
def test_r11_has_two_sides(even: tuple[float, float], runs: int, verdict: str) -> None:
    found = rules.below_the_prior(seen(runs, even=even))
    assert (found.verdict, found.n) == (verdict, runs)
    assert found.statistic == pytest.approx(even[0], rel=0.05)


FRESHLY_TRAINED = [
    *(spec for world in ("2D", "2D, alpha 10", "2D, uniform") for spec in specs.hundredth("laptop", world, 10)),
    *(spec for optimiser in claims_outer.PLAIN for spec in specs.sonnet_linear("laptop", optimiser, 10)),
]


def test_networks_that_are_called_fresh_have_seeds_of_their_own_and_a_hundredth_of_the_episodes() -> None:
    known = {described["seed"] for described in store.load("linear-meta").manifest["specs"].values()}
    assert known.isdisjoint({spec.seed for spec in FRESHLY_TRAINED})
    adam = [spec for spec in FRESHLY_TRAINED if spec.optimiser != "sgd"]
    assert {spec.episodes for spec in adam} == {80_000} == {8_000_000 // 100}
    assert max(spec.episodes for spec in FRESHLY_TRAINED) <= 80_000_000 // 100
    assert specs.hundredth("laptop", "2D", 10, batch=16, updates=5_000)[0].episodes == 80_000


EPISODES = np.array([0, 100, 1_000, 10_000])
SMALL_FIRST = ([0.0, 0.2, 0.5, 0.9], [0.0, 0.4, 1.3, 0.9])
LARGE_FIRST = tuple(reversed(SMALL_FIRST))
BARELY = ([0.0, 0.2, 0.5, 0.9], [0.0, 0.24, 0.54, 0.9])
NOTHING_YET = ([0.0, 0.05, 0.05, 0.08], [0.0, 0.02, 0.03, 0.09])
Course = tuple[list[float], ...]


def outer(ways: Mapping[str, Course], targets: int = 3) -> store.Result:
    """As much of the result of `linear-outer` as the rule reads."""
    data, coords = {}, {}
    for name, course in ways.items():
        dims = (f"run_{name}", f"checkpoint_{name}", "spectrum_way", "step", "mode_2d")
        data[f"way_{name}"] = (dims, np.tile(np.array(course).T[None, :, None, None], (4, 1, targets, 1, 1)))
        coords[f"checkpoint_{name}"] = EPISODES // 10
    manifest = {"batches": dict.fromkeys(ways, 10), "profile": "laptop"}
    return store.Result("linear-outer", xr.Dataset(data, coords), manifest, {})


@pytest.mark.parametrize(
    ("sgd", "adam", "verdict"),
    [
        (SMALL_FIRST, SMALL_FIRST, "reproduced"),
        (NOTHING_YET, SMALL_FIRST, "partly"),
        (SMALL_FIRST, BARELY, "partly"),
        (LARGE_FIRST, NOTHING_YET, "not"),
    ],
)
def test_r23_wants_a_lead_with_both_optimisers(sgd: Course, adam: Course, verdict: str) -> None:
    found = claims_outer.reversed_order(outer({"sgd": sgd, "adam": adam}))
    assert (found.verdict, found.n, found.episodes) == (verdict, 4, 10_000)


def test_r23_wants_a_lead_on_every_target() -> None:
    both = outer({"sgd": SMALL_FIRST, "adam": SMALL_FIRST})
    one = both.data.way_sgd.copy()
    one[:, :, 2] = one[:, :, 2, :, ::-1].values
    found = claims_outer.reversed_order(replace(both, data=both.data.assign(way_sgd=one)))
    assert found.verdict == "partly"
    assert found.statistic is not None
    assert found.statistic < 0


def test_r23_holds_from_when_plain_gradient_descent_has_begun_and_small_modes_overshoot() -> None:
    both = outer({"sgd": SMALL_FIRST, "adam": SMALL_FIRST})
    assert holds_from(claims_outer.reversed_order, [both]) == 100
    assert claims_outer.overshoot(linear_way(both, "sgd")).max() == pytest.approx(1.3)
    assert "the small mode's q up to 1.30" in claims_outer.reversed_order(both).value


# Pictures


def test_ratios_stand_beside_those_of_ridge_regression() -> None:
    pairs = ((2.5, 0.05), (1.0, 0.5))
    kinds = {"a hundredth": np.array([[0.9, 1.0]] * 3), "a fiftieth": np.array([[0.95, 1.0]] * 2)}

    def drawn() -> Picture:
        return draw.ratios(pairs, kinds, np.array([1.02, 1.0]), 1.15)

    check_picture(
        drawn, 2, r"from 0\.87 to 1\.15 .*50 times as small: 0\.9 \(0\.9-0\.9\) \(a hundredth\), 0\.95 .*1\.02 \(ri"
    )
    assert optima(drawn()) >= 1


def test_a_small_mode_that_overshoots_is_said_to() -> None:
    q = np.tile(np.array(SMALL_FIRST).T, (3, 1, 1))
    finding = (
        r"1 and 2: the small mode is at its largest after 1,000 episodes, at 1\.3, while the large one is at 0\.5\.$"
    )
    check_picture(lambda: draw.overshoot(EPISODES, {"1 and 2": q}), 1, finding)
