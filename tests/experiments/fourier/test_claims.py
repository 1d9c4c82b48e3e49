"""Wiggles: every rule just within and just outside its bounds, and pictures that say what their numbers say."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments.fourier import claims as rules
from experiments.fourier import figures as draw
from lib.claims.evidence import Evidence
from lib.plotting.style import Picture
from lib.runner import store

UPDATES = np.arange(0, 1001, 10)
STEPS = np.arange(40)
CHECKPOINTS = np.array([0, 1, 10, 100, 200, 400, 800, 1600])


def ramps(when: Any, moments: np.ndarray, top: float = 1.0) -> np.ndarray:
    """Curves (..., time, mode) that rise in a straight line and reach 80% of a wave at these moments; then stay."""
    times = np.asarray(when, dtype=float)
    return np.minimum(top, 0.8 * moments[:, None] / times[..., None, :])


def learned(when: Any, error: np.ndarray | None = None) -> store.Result:
    """What the run `fourier-learner` leaves, if Learners find 80% of each wave at these updates."""
    q = ramps(when, UPDATES)
    lost = 0.5 * np.square(1 - q).sum(axis=-1) if error is None else error
    data = {"q": (("learner", "update", "mode"), q), "error": (("learner", "update"), lost)}
    manifest = {"profile": "laptop", "episodes": {"a": 200_000, "b": 200_000}}
    coords = {"learner": range(len(q)), "update": UPDATES, "mode": range(1, 6)}
    return store.Result("fourier-learner", xr.Dataset(data, coords), manifest, {})


def lived(**changed: np.ndarray) -> store.Result:
    """What the run `fourier-meta` leaves, with some variables changed; else all waves are found after 8 points."""
    alike = ramps(np.full((5, 5), 8.0), STEPS)
    three = ramps(np.full((3, 5), 8.0), STEPS)
    quiet = np.concatenate([np.full((3, 40, 2), 0.09), three[..., 2:]], axis=-1)
    values = {
        "q_all": alike,
        "q_varied": three,
        "q_band": quiet,
        "q_in_band": three[..., 2:],
        "q_table": alike[0],
        "q_gauss": alike[0],
        "q_single": ramps(np.tile([100.0, 200, 300, 400, 640], (3, 1)), CHECKPOINTS),
    } | changed
    values.setdefault("error_all", 0.5 * np.square(1 - values["q_all"]).sum(axis=-1))
    dims = {
        **dict.fromkeys(("q_table", "q_gauss"), ("step", "mode")),
        "q_all": ("run_all", "step", "mode"),
        "q_varied": ("run_varied", "step", "mode"),
        "q_band": ("run_band", "step", "mode"),
        "q_in_band": ("run_band", "step", "mode_in_band"),
        "q_single": ("run_single", "checkpoint_single", "mode"),
        "error_all": ("run_all", "step"),
    }
    seen = {"all": 768_000, "band": 768_000, "varied": 768_000, "plain": 2_400_000, "single": 384_000}
    coords = {"step": STEPS, "checkpoint_single": CHECKPOINTS}
    data = xr.Dataset({name: (dims[name], each) for name, each in values.items()}, coords)
    return store.Result("fourier-meta", data, {"profile": "laptop", "episodes_of": seen}, {})


def later(ratio: float, first: float = 100.0, runs: int = 3) -> np.ndarray:
    """Times of five waves, the last so many times as late as the first."""
    return np.tile(np.linspace(first, ratio * first, 5), (runs, 1))


# R13 and R17


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [
        (6.4, "reproduced"),
        (4.5, "reproduced"),
        (4.45, "partly"),
        (8.3, "reproduced"),
        (8.35, "partly"),
        (2.02, "partly"),
        (1.98, "not"),
        (0.5, "not"),
    ],
)
def test_a_learner_takes_its_waves_in_stages(ratio: float, verdict: str) -> None:
    found = rules.learner(learned(later(ratio)))
    assert found.verdict == verdict
    assert found.n == 3
    assert found.episodes == 200_000
    assert found.interval == pytest.approx((ratio, ratio), rel=0.01)


def test_the_median_learner_counts() -> None:
    times = np.concatenate([later(6.4, runs=2), later(1.0, runs=1)])
    assert rules.learner(learned(times)).verdict == "reproduced"
    times = np.concatenate([later(6.4, runs=1), later(1.0, runs=2)])
    assert rules.learner(learned(times)).verdict == "not"


def test_a_wave_that_is_never_found_comes_last_and_nothing_found_is_nothing() -> None:
    never_fifth = rules.learner(learned([[100, 200, 300, 400, 5_000]] * 3))
    assert never_fifth.verdict == "partly"
    assert never_fifth.interval is None
    assert "never learned" in never_fifth.value
    assert rules.learner(learned([[5_000, 5_000, 5_000, 5_000, 6_000]] * 3)).verdict == "not"


@pytest.mark.parametrize(("fifth", "verdict"), [(640, "reproduced"), (250, "partly"), (150, "not")])
def test_an_lstm_in_the_learners_place_is_judged_alike(fifth: float, verdict: str) -> None:
    when = np.array([100.0, 110, 120, 130, fifth])
    fine = np.linspace(0, 1600, 1601)
    found = rules.single(_with_checkpoints(ramps(np.tile(when, (3, 1)), fine), fine))
    assert found.verdict == verdict
    assert found.episodes == 384_000
    assert found.figure.endswith("fig-wiggles-single")


def _with_checkpoints(q: np.ndarray, moments: np.ndarray) -> store.Result:
    data = xr.Dataset({"q_single": (("run_single", "checkpoint_single", "mode"), q)}, {"checkpoint_single": moments})
    return store.Result("fourier-meta", data, lived().manifest, {})


# R14 and R19


@pytest.mark.parametrize("who", ["all", "varied"])
@pytest.mark.parametrize(
    ("ratio", "top", "verdict"),
    [(1.78, 1.0, "reproduced"), (1.83, 1.0, "partly"), (1.0, 0.81, "reproduced"), (1.0, 0.79, "not")],
)
def test_a_meta_learner_takes_them_nearly_at_once(who: str, ratio: float, top: float, verdict: str) -> None:
    q = ramps(later(ratio, 10.0, 5 if who == "all" else 3), STEPS, top)
    found = (rules.meta_learner if who == "all" else rules.varied)(lived(**{f"q_{who}": q}))
    assert found.verdict == verdict, "of what is never found nobody knows when"
    assert found.n == (5 if who == "all" else 3)
    assert found.episodes == 768_000


def test_relative_to_the_asymptote_unfinished_waves_count_for_what_they_become() -> None:
    q = ramps(np.full((5, 5), 8.0), STEPS)
    q[..., 4] *= 0.5
    result = lived(q_all=q)
    assert np.isinf(rules.points_until(result, "all")[:, 4]).all()
    np.testing.assert_allclose(rules.points_until_own(result, "all"), 8.0)
    assert "relative to asymptote 1.0x" in rules.meta_learner(result).value


# R15


def test_progress_is_compared_where_half_of_the_error_is_left() -> None:
    together, staged = lived(), learned(later(6.4))
    found = rules.apart_at_half(staged, together)
    np.testing.assert_allclose(found["Meta-Learner"], 0, atol=1e-12)
    # By hand, on a fine grid: five ramps with 80% at 100, 235, 370, 505 and 640 steps.
    t = np.arange(0, 1000, 0.01)
    q = np.minimum(1, 0.8 * t[:, None] / np.linspace(100, 640, 5))
    half = int((np.square(1 - q).sum(axis=1) <= 2.5).argmax())
    np.testing.assert_allclose(found["Learner"], np.ptp(q[half]), atol=0.01)
    assert rules.shares_of_progress(staged, together).verdict == "reproduced"


@pytest.mark.parametrize(
    ("learner", "meta", "verdict"),
    [(0.51, 0.24, "reproduced"), (0.49, 0.24, "partly"), (0.51, 0.26, "partly"), (0.2, 0.3, "not")],
)
def test_bounds_of_progress(monkeypatch: pytest.MonkeyPatch, learner: float, meta: float, verdict: str) -> None:
    found = {"Learner": np.full(10, learner), "Meta-Learner": np.full(5, meta)}
    monkeypatch.setattr(rules, "apart_at_half", lambda *_: found)
    assert rules.shares_of_progress(learned(later(6.4)), lived()).verdict == verdict


def test_who_never_gets_half_way_cannot_be_compared() -> None:
    q = ramps(np.full((5, 5), 8.0), STEPS, top=0.2)
    found = rules.shares_of_progress(learned(later(6.4)), lived(q_all=q))
    assert found.verdict == "not"
    assert "never half learned" in found.value


# R16


@pytest.mark.parametrize(
    ("table", "gauss", "verdict"),
    [(1.19, 1.19, "reproduced"), (1.21, 1.19, "partly"), (1.19, 1.21, "partly"), (1.21, 1.21, "not")],
)
def test_bayes_finds_all_waves_together(table: float, gauss: float, verdict: str) -> None:
    q = {f"q_{name}": ramps(later(r, 10.0, 1)[0], STEPS) for name, r in {"table": table, "gauss": gauss}.items()}
    found = rules.bayes(lived(**q))
    assert found.verdict == verdict
    assert found.n is None


def test_the_order_of_waves_does_not_matter_to_bayes() -> None:
    backwards = ramps(later(1.5, 10.0, 1)[0][::-1], STEPS)
    assert rules.bayes(lived(q_table=backwards, q_gauss=backwards)).verdict == "not"


# R18


@pytest.mark.parametrize(
    ("most", "inside", "verdict"),
    [
        (0.09, 1.0, "reproduced"),
        (-0.09, 0.81, "reproduced"),
        (0.11, 1.0, "not"),
        (-0.11, 1.0, "not"),
        (0.0, 0.79, "partly"),
    ],
)
def test_what_a_world_lacks_is_not_found(most: float, inside: float, verdict: str) -> None:
    q = ramps(np.full((3, 5), 8.0), STEPS)
    q[..., :2] = 0
    q[:, 17, 1] = most
    found = rules.band(lived(q_band=q, q_in_band=ramps(np.full((3, 3), 8.0), STEPS, inside)))
    assert found.verdict == verdict
    assert found.interval == pytest.approx((abs(most), abs(most)))


# All of them


@pytest.mark.parametrize(
    "judge", [rules.meta_learner, rules.bayes, rules.single, rules.band, rules.varied], ids=lambda each: each.claim
)
def test_evidence_points_to_a_figure_of_the_page(judge: Callable[[store.Result], Evidence]) -> None:
    found = judge(lived())
    assert found.figure.startswith("wiggles.html#fig-wiggles-")
    assert found.profile == "laptop"


# Pictures


def well_formed(picture: Picture) -> str:
    ET.fromstring(picture.svg)
    assert picture.numbers
    return picture.alt


def test_the_picture_of_learning_says_when_each_wave_is_found() -> None:
    when = later(6.4, runs=5)
    q = ramps(when, UPDATES)
    times = {0.5: when * 0.625, 0.8: when}
    times[0.8][:, 4] = np.inf
    picture = draw.learning(q, UPDATES, times, "Learners", "steps")
    alt = well_formed(picture)
    assert "80% of wave 1: 100 steps." in alt
    assert "80% of wave 5: never." in alt
    assert [row["50% after, steps"] for row in picture.numbers][:2] == ["62", "150"]
    assert picture.numbers[0]["found at the end, median (5-95%)"] == "1 (1-1)"
    assert "found of a wave" in picture.svg
    one = {height: each[:1] for height, each in times.items()}
    well_formed(draw.learning(q[:1], UPDATES, one, "one", "steps", logarithmic=True))


def test_the_picture_of_progress_compares_at_equal_error() -> None:
    staged, together = ramps(later(6.4), UPDATES), ramps(np.full((5, 5), 8.0), STEPS)
    error = {name: np.square(1 - q).sum(axis=-1) for name, q in {"Learner": staged, "Meta": together}.items()}
    picture = draw.progress(error, {"Learner": staged, "Meta": together})
    alt = well_formed(picture)
    rows = {(row["who"], row["error gone"]): row for row in picture.numbers}
    assert len(set(list(rows["Meta", "50%"].values())[2:])) == 1
    # All waves alike: half of the squared error is left when 1 - q is the root of a half.
    assert float(rows["Meta", "50%"]["k = 3"]) == pytest.approx(1 - 0.5**0.5, abs=0.01)
    own = [float(rows["Learner", "50%"][f"k = {k}"]) for k in range(1, 6)]
    assert own == sorted(own, reverse=True)
    apart = rules.apart_at_half(learned(later(6.4)), lived())["Learner"]
    assert own[0] - own[-1] == pytest.approx(apart[0], abs=0.011)
    assert f"Learner {own[0]:.2f}, {own[1]:.2f}" in alt


def test_the_picture_of_errors_says_who_ends_where() -> None:
    loss = {"networks": np.full((5, 40), 0.1), "linear Bayesian": np.full((1, 40), 0.0002)}
    loss["networks"][:, -1] = [0.01, 0.02, 0.03, 0.04, 0.05]
    picture = draw.errors(loss, 0.01)
    alt = well_formed(picture)
    assert "noise, 0.0001. At the last step: networks 0.03; linear Bayesian 0.0002." in alt
    assert picture.numbers[0]["after 5"] == "0.1"
