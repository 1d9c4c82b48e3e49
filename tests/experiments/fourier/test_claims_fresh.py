"""Wiggles: amended rules just within and just outside their bounds, on small made-up results."""

import numpy as np
import pytest
import xarray as xr

from experiments.fourier import claims_fresh as rules
from experiments.fourier import figures_beginnings as draw
from lib.runner import store
from tests.experiments.fourier.test_claims import later, ramps
from tests.pictures import check_picture

UPDATES = np.arange(0, 1001, 10)
POINTS = np.arange(20.0)


def begun(sonnet: np.ndarray, torch: np.ndarray) -> store.Result:
    """What the run `fourier-beginnings` leaves, if Learners find 80% of each wave at these updates."""
    data = {
        f"q_{name}": ((f"learner_{name}", "update", "mode"), ramps(when, UPDATES))
        for name, when in {"sonnet": sonnet, "torch": torch}.items()
    }
    manifest = {"profile": "laptop", "episodes": {"a": 200_000}}
    return store.Result("fourier-beginnings", xr.Dataset(data, {"update": UPDATES}), manifest, {})


def asked(table: np.ndarray, gauss: float) -> store.Result:
    """What the run `fourier-table` leaves, if these points are taken for 80% of each wave."""
    data = {
        "found_by_table": (("wiggle", "point", "mode"), ramps(table, POINTS)[:, 5:]),
        "q_gauss": (("step", "mode"), ramps(later(gauss, 8.0, 1)[0], POINTS)),
    }
    manifest = {"profile": "laptop"}
    return store.Result("fourier-table", xr.Dataset(data, {"point": POINTS[5:], "step": POINTS}), manifest, {})


def again(single: np.ndarray, matched: np.ndarray) -> store.Result:
    """What the run `fourier-again` leaves, if these updates are taken for 80% of each wave."""
    fine = np.linspace(0, 4_000, 4_001)
    data = {
        f"q_{name}": ((f"run_{name}", f"checkpoint_{name}", "mode"), ramps(when, fine))
        for name, when in {"single": single, "matched": matched}.items()
    }
    coords = {"checkpoint_single": fine, "checkpoint_matched": fine}
    seen = {"profile": "laptop", "episodes_of": {"single": 384_000, "matched": 768_000}}
    return store.Result("fourier-again", xr.Dataset(data, coords), seen, {})


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(6.4, "reproduced"), (4.5, "reproduced"), (4.45, "partly"), (8.35, "partly"), (1.98, "not")]
)
def test_learners_that_begin_as_sonnets_decide_and_torchs_stand_beside(ratio: float, verdict: str) -> None:
    found = rules.learner(begun(later(ratio), later(14.0, 50.0, 2)))
    assert found.verdict == verdict
    assert found.n == 3
    assert found.statistic == pytest.approx(ratio, rel=0.01)
    assert "with torch's first weights 14x (n = 2)" in found.value


@pytest.mark.parametrize(
    ("ratio", "verdict"), [(1.19, "reproduced"), (1.21, "partly"), (1.79, "partly"), (1.81, "not")]
)
def test_the_table_decides_about_bayes_and_the_linear_posterior_does_not(ratio: float, verdict: str) -> None:
    found = rules.bayes(asked(later(ratio, 8.0, 4), gauss=1.5))
    assert found.verdict == verdict
    assert found.value.endswith("linear posterior 1.50x")
    assert f"95% of resamples of wiggles: {ratio:.2f} to {ratio:.2f}" in found.value, "all wiggles are alike"


def test_wiggles_that_differ_make_the_ratio_uncertain() -> None:
    found = ramps(np.concatenate([later(1.0, 8.0, 10), later(1.4, 8.0, 10)]), POINTS)
    whole, ratios = rules.table_ratio(found, POINTS), rules.table_ratios(found, POINTS)
    assert ratios.min() < whole < ratios.max()
    assert np.median(ratios) == pytest.approx(whole, abs=0.03)


SWAPPED = np.tile([100.0, 300, 200, 400, 900], (3, 1))


@pytest.mark.parametrize(
    ("single", "matched", "verdict"),
    [
        (later(2.02), later(2.02), "reproduced"),
        (later(30.0), later(1.98), "partly"),
        (later(1.98), later(30.0), "partly"),
        (later(9.0), SWAPPED, "partly"),
        (SWAPPED, later(1.9), "not"),
    ],
)
def test_an_lstm_with_one_wiggle_learns_in_stages_with_either_beginning(
    single: np.ndarray, matched: np.ndarray, verdict: str
) -> None:
    found = rules.single(again(single, matched))
    assert found.verdict == verdict
    assert found.n == 3
    smaller = min(float(np.median(each[:, 4] / each[:, 0])) for each in (single, matched))
    assert found.statistic == pytest.approx(smaller, rel=0.01)


def test_the_interval_of_a_median_holds_it_and_is_never_wider_than_the_networks() -> None:
    arms = np.array([1.0, 2, 3, 4, 5, 6, np.inf])
    low, high = rules.interval_of_median(arms)
    assert 1 <= low < np.median(arms) < high <= np.inf
    assert rules.interval_of_median(np.full(5, 2.0)) == (2.0, 2.0)


# Pictures


def test_the_picture_of_beginnings_says_when_waves_are_found_and_never() -> None:
    times = {"Sonnet's": later(6.4), "torch's": later(9.0)}
    times["torch's"][:, -1] = np.inf
    finding = r"Sonnet's: 100, 240, 370, 500, 640 steps .*6\.4 times as long.* torch's: 100, .*fifth never\."
    check_picture(lambda: draw.beginnings(times, 6.4, 0.3, 0.8, 1_000), 2, finding)
    assert draw.beginnings(times, 6.4, 0.3, 0.8, 1_000).numbers[1]["wave 5, steps"] == "never"


def test_the_picture_of_kernels_holds_promises_against_what_is_taken() -> None:
    promised, taken = (np.tile(each, (3, 1)) for each in ([1.0, 4, 9, 16, 25], [1.0, 2, 3, 4, 5]))
    course = np.array([0, 1, 10, 100]), np.tile([25.0, 20, 10, 2], (3, 1))
    finding = r"torch's: the kernel 25, Adam 5\. .*25 to one at the beginning, 2 at the end"
    check_picture(lambda: draw.kernels({"torch's": promised}, {"torch's": taken}, {"torch's": course}), 5, finding)
