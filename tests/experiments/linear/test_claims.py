"""Straight lines: every rule just within and just outside its bounds, and pictures that say what their numbers say."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments.linear import claims as rules
from experiments.linear import claims_learner, figures_matrices, modes
from experiments.linear import figures as draw
from lib.claims.stability import holds_from
from lib.plotting import style
from lib.runner import store
from lib.training.gradient_flow import imbalance, strength

TWO = ((2.5, 0.05), (1.4, 0.4))
BEYOND = ((3.0, 0.5), (8.0, 0.5))
MEAN = (3.6, 2.6, 1.7, 1.0, 0.3)
FIVE = (MEAN, tuple(s / 2 for s in MEAN), (4.0, 2.0, 1.0, 0.4, 0.08))
LEARNERS, RUNS, STEPS = 5, 10, 20
NEVER = float("inf")


def reaches(times: Sequence[float], moments: np.ndarray, end: float = 1.0) -> np.ndarray:
    """Shares (moment, mode) that rise along straight lines and are 0.8 at these times."""
    lines = [np.zeros(len(moments)) if t == NEVER else np.minimum(0.8 * moments / t, end) for t in times]
    return np.stack(lines, axis=-1)


def learned(
    ratio: float = 9.0,
    adam: Sequence[float] = (100, 150, 200, 250, 300),
    five: Sequence[float] = (100, 150, 200, 250, 300),
    relu: Sequence[float] = (1000, 1600),
    shift: float = 0.0,
    by_theory: bool = True,
) -> store.Result:
    """What the run `linear-learner` leaves, with one thing changed at a time."""
    moments = np.arange(0, 10_001, 25)
    c = imbalance(claims_learner.HIDDEN, claims_learner.SPREAD)
    two = np.stack([np.stack([strength(moments, s, 1e-3, c) / s for s in pair], axis=-1) for pair in TWO])
    if not by_theory:
        two = np.stack([reaches((600, 600 * ratio), moments), reaches((600, 900), moments)])
    long = np.arange(0, 2_001, 10)

    def all_of(one: np.ndarray) -> np.ndarray:
        return np.repeat(one[:, None], LEARNERS, axis=1)

    def falls(q: np.ndarray, values: Sequence[Sequence[float]]) -> np.ndarray:
        sizes = np.square(np.array(values))[:, None, None]
        return (sizes * np.square(1 - q)).sum(axis=-1)

    fives = np.stack([reaches(five, long)] * 3)
    adams = np.stack([reaches(adam, long)] * 3)
    relus = np.stack([reaches(relu, long)] * 2)
    data: dict[str, Any] = {}
    coords: dict[str, Any] = {"learner": range(LEARNERS)}
    for kind, q, values, when in (
        ("2d", all_of(two + shift), TWO, moments),
        ("5d", all_of(fives), FIVE, long),
        ("adam", all_of(adams), FIVE, long),
        ("relu", all_of(relus), ((2.5, 1.0), (2.0, 0.5)), long),
    ):
        coords[f"moment_{kind}"] = when
        data[f"values_{kind}"] = ((f"spectrum_{kind}", f"mode_{kind}"), np.array(values))
        data[f"progress_{kind}"] = ((f"spectrum_{kind}", "learner", f"moment_{kind}", f"mode_{kind}"), q)
        data[f"error_{kind}"] = ((f"spectrum_{kind}", "learner", f"moment_{kind}"), falls(q, values))
    return store.Result("linear-learner", xr.Dataset(data, coords), {"profile": "laptop", "episodes": {"k": 10**6}}, {})


def met(
    ratio: float = 1.0,
    runs: int = RUNS,
    five: Sequence[float] = (4, 4, 4, 4, 4),
    beyond: Sequence[float] = (0.7, 0.4),
    ten: Sequence[float] = (1.0, 1.0, 0.7, 0.4),
    ridge: float = 0.0,
    even: tuple[float, float] = (1.0, 1.0),
) -> store.Result:
    """What the run `linear-meta` leaves, with one thing changed at a time.

    Args:
        ratio: of the times of the pair of 50 to 1.
        beyond: q at the end beyond the prior, by size.
        ten: the same of all larger modes at scale 10, within and beyond.
        ridge: how far ridge regression is from t/5.
        even: time and q at the end below the interval, over those within.
    """
    points = np.arange(STEPS)

    def every(one: np.ndarray, count: int = runs) -> np.ndarray:
        return np.repeat(one[None], count, axis=0)

    two = np.stack(
        [reaches((8, 8 * ratio), points), reaches((8, 8), points)]
        + [np.stack([reaches((2,), points, end)[:, 0], reaches((2,), points)[:, 0]], axis=-1) for end in beyond]
    )
    tens = np.stack([np.stack([reaches((2,), points, end)[:, 0]] * 2, axis=-1) for end in (1, 1, *ten[2:])])
    fives = np.stack([reaches(five, points)] * 3)
    line = np.minimum(points / 5, 1)[:, None] + ridge * (points > 0)[:, None] * np.eye(5)[0]
    flat = np.stack([reaches((8, 8 * even[0] * even[1]), points) * [1, even[1]]] * 2)
    off = (np.square(np.array(FIVE))[:, None] * np.square(1 - fives)).sum(axis=-1)
    off_ridge = (np.square(np.array(FIVE))[:, None] * np.square(1 - np.stack([line] * 3))).sum(axis=-1)
    mode, mode5 = "mode_2d", "mode_5d"
    data = {
        "values_2d": (("spectrum_2d", mode), np.array(TWO + BEYOND)),
        "progress_2d": (("run_2d", "spectrum_2d", "step", mode), every(two)),
        "values_ten": (("spectrum_ten", mode), 10 * np.array(TWO + BEYOND)),
        "progress_ten": (("run_ten", "spectrum_ten", "step", mode), every(tens, 3)),
        "values_5d": (("spectrum_5d", mode5), np.array(FIVE)),
        "progress_5d": (("run_5d", "spectrum_5d", "step", mode5), every(fives)),
        "off_5d": (("run_5d", "spectrum_5d", "step"), every(off)),
        "ridge_5d": (("spectrum_5d", "step", mode5), np.stack([line] * 3)),
        "ridge_off_5d": (("spectrum_5d", "step"), off_ridge),
        "values_even": (("spectrum_even", mode), np.array([(2.5, 0.5), (1.5, 0.2)])),
        "progress_even": (("run_even", "spectrum_even", "step", mode), every(flat, 3)),
    }
    coords: dict[str, Any] = {"step": points + 1}
    coords |= {f"run_{name}": range(count) for name, count in {"2d": runs, "5d": runs, "ten": 3, "even": 3}.items()}
    manifest = {"profile": "laptop", "episodes": {"k": 1_600_000, "l": 600_000}}
    return store.Result("linear-meta", xr.Dataset(data, coords), manifest, {})


# Times


def test_a_mode_counts_as_learned_at_80_percent_of_it_between_two_points() -> None:
    q = np.array([[0.0, 0.0], [0.6, 0.1], [1.0, 0.2]])
    np.testing.assert_allclose(modes.points_until(q), [1.5, NEVER])
    assert modes.later(np.array([[100.0, NEVER], [100.0, 250.0]])).tolist() == [NEVER, 2.5]
    assert modes.apart(np.array([4.0, 2.0, 3.0])) == 2
    assert modes.times_as_long(float("inf")) == "never learned"


@pytest.mark.parametrize(
    ("times", "ordered"),
    [((1, 2, 3), True), ((1, 3, 2), False), ((1, 1, 2), False), ((1, 2, NEVER), True), ((1, NEVER, 3), False),
     ((NEVER, NEVER), False)],
)  # fmt: skip
def test_modes_are_in_order_if_each_is_later_than_all_larger_ones(times: tuple[float, ...], ordered: bool) -> None:
    assert modes.in_order(np.array(times, dtype=float)) is ordered


def test_modes_of_all_targets_line_up_by_size() -> None:
    q = np.arange(8.0).reshape(1, 2, 1, 4)[..., :2]
    values, own = modes.by_value(np.array([[2.0, 0.1], [3.0, 1.0]]), q)
    assert values.tolist() == [0.1, 1.0, 2.0, 3.0]
    assert own[0, :, 0].tolist() == [1, 5, 0, 4]


# R01, R07, R09


def test_r01_is_reproduced_by_learners_that_follow_the_closed_form() -> None:
    found = claims_learner.large_modes_first(learned())
    assert found.verdict == "reproduced"
    assert found.value.startswith("singular value 0.05 over 2.5: 8.")
    assert found.value.endswith("from the closed form 0.00")
    assert (found.n, found.profile) == (LEARNERS, "laptop")


@pytest.mark.parametrize(("shift", "verdict"), [(0.005, "reproduced"), (-0.12, "partly")])
def test_r01_wants_curves_near_the_closed_form(shift: float, verdict: str) -> None:
    assert claims_learner.large_modes_first(learned(shift=shift)).verdict == verdict


@pytest.mark.parametrize(("ratio", "verdict"), [(9.0, "partly"), (0.9, "not")])
def test_r01_wants_the_order_before_anything_else(ratio: float, verdict: str) -> None:
    assert claims_learner.large_modes_first(learned(ratio, by_theory=False)).verdict == verdict


@pytest.mark.parametrize(
    ("times", "verdict"),
    [((100, 120, 140, 160, 201), "reproduced"), ((100, 120, 140, 160, 199), "not"), ((100, 120, 110, 160, 300), "not"),
     ((100, 120, 140, 160, NEVER), "reproduced")],
)  # fmt: skip
def test_r07_wants_the_order_and_twice_the_time(times: Sequence[float], verdict: str) -> None:
    assert claims_learner.with_adam(learned(adam=times)).verdict == verdict


@pytest.mark.parametrize(
    ("times", "verdict"), [((500, 751), "reproduced"), ((500, 749), "not"), ((500, NEVER), "reproduced")]
)
def test_r09_wants_half_as_long_again(times: Sequence[float], verdict: str) -> None:
    assert claims_learner.rectified(learned(relu=times)).verdict == verdict


# R02


def test_r02_holds_for_standard_normal_matrices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MATRICES", 60_000)
    rules.drawn.cache_clear()
    found = rules.spectra_of_chance()
    assert found.verdict == "reproduced"
    monkeypatch.setattr(rules, "EDGES", {2: 2.653, 5: 4.1})
    assert rules.spectra_of_chance().verdict == "partly"
    rules.drawn.cache_clear()


# R03 to R06, R08, R10, R11


@pytest.mark.parametrize(
    ("ratio", "runs", "verdict"),
    [(1.14, 10, "reproduced"), (1.14, 9, "partly"), (1.16, 10, "partly"), (1.49, 10, "partly"), (1.51, 10, "not"),
     (NEVER, 10, "not")],
)  # fmt: skip
def test_r03_wants_nearly_the_same_time_and_ten_networks(ratio: float, runs: int, verdict: str) -> None:
    found = rules.concurrent(learned(), met(ratio, runs))
    assert found.verdict == verdict
    assert found.n == runs
    assert found.statistic == pytest.approx(ratio, rel=0.01)


@pytest.mark.parametrize(("runs", "since"), [(10, 640), (9, None)])
def test_r03_is_asked_of_the_widest_pair_over_training(runs: int, since: int | None) -> None:
    points = np.arange(STEPS)
    near, *wide = (reaches((8, 8 * ratio), points) for ratio in (9, 1.3, 1.14, 1.0))
    way = np.stack([np.stack([near, each]) for each in wide])  # checkpoint, spectrum, step, mode
    data = {
        "values_way": (("spectrum_way", "mode_2d"), np.array([(1.2, 0.8), (2.4, 0.2)])),
        "way_ours": (("run_2d", "checkpoint_ours", "spectrum_way", "step", "mode_2d"), np.stack([way] * runs)),
    }
    meta = store.Result(
        "linear-meta", xr.Dataset(data, {"checkpoint_ours": [0, 10, 100]}), {"batches": {"ours": 64}}, {}
    )
    assert holds_from(rules.concurrent, [learned(), meta]) == since


def test_r03_says_how_many_times_as_many_steps_a_learner_takes() -> None:
    slow = modes.steps_until(learned(), "2d")[:, 0]
    factors = slow / 8
    assert (
        f"{factors.min():,.0f} to {factors.max():,.0f} times as many steps" in rules.concurrent(learned(), met()).value
    )


def test_r04_compares_at_half_the_error() -> None:
    each = rules.spreads(learned(), met())
    assert each["ridge"].item() == pytest.approx(0, abs=1e-9)
    assert rules.by_performance(learned(), met()).verdict == "partly", "the Learner's modes are not far apart here"
    late = learned(five=(100, 400, 800, 1600, NEVER))
    assert rules.by_performance(late, met()).verdict == "reproduced"
    assert rules.by_performance(late, met(five=(2, 4, 6, 9, 15))).verdict == "not"
    assert rules.by_performance(learned(five=(100,) * 5), met()).verdict == "not"


def test_q_at_an_error_lies_between_two_moments() -> None:
    q = np.array([[0.0], [0.4], [0.8]])
    error = np.array([10.0, 6.0, 2.0])
    assert rules.at_error(q, error, 0.5).tolist() == pytest.approx([0.5])
    assert rules.at_error(q, error, 0.1).tolist() == pytest.approx([0.8])
    assert rules.at_error(q, error, 1.0).tolist() == pytest.approx([0.0])


@pytest.mark.parametrize(
    ("ends", "verdict"),
    [((0.9, 0.69), "reproduced"), ((0.9, 0.71), "not"), ((1.0, 0.5), "partly"), ((0.5, 0.6), "partly")],
)
def test_r05_wants_ever_less_beyond_the_prior(ends: Sequence[float], verdict: str) -> None:
    assert rules.fails_beyond(met(beyond=ends)).verdict == verdict


@pytest.mark.parametrize(("off", "verdict"), [(0.09, "reproduced"), (0.11, "not"), (-0.11, "not")])
def test_r06_wants_t_over_n(off: float, verdict: str) -> None:
    assert rules.ridge_is_concurrent(met(ridge=off)).verdict == verdict


@pytest.mark.parametrize(
    ("five", "slow", "verdict"),
    [
        ((4, 4, 4, 4, 4.5), (100, 120, 140, 160, 210), "reproduced"),
        ((4, 4, 4, 4, 4.7), (100, 120, 140, 160, 210), "partly"),
        ((4, 4, 4, 4, 4.5), (100, 120, 140, 160, 190), "partly"),
        ((4, 4, 4, 4, 4.7), (100, 120, 140, 160, 190), "not"),
    ],
)
def test_r08_wants_both_halves(five: Sequence[float], slow: Sequence[float], verdict: str) -> None:
    assert rules.five_dimensions(learned(five=slow), met(five=five)).verdict == verdict


def test_a_cutoff_lies_between_two_values() -> None:
    values = np.array([1.0, 2.0, 4.0])
    assert rules.cutoff(values, np.array([1.0, 0.9, 0.7])) == pytest.approx(3.0)
    assert rules.cutoff(values, np.array([1.0, 0.9, 0.8])) == NEVER
    assert np.isnan(rules.cutoff(values, np.array([0.7, 0.9, 0.9])))


@pytest.mark.parametrize(
    ("ten", "verdict"),
    [((1, 1, 0.7, 0.4), "reproduced"), ((0.7, 0.7, 0.7, 0.7), "reproduced"), ((1, 1, 1, 1), "partly")],
)
def test_r10_wants_the_cutoff_to_move_with_the_prior(ten: Sequence[float], verdict: str) -> None:
    assert rules.moves_with_the_prior(met(ten=ten)).verdict == verdict


def test_r10_needs_networks_that_fail_somewhere_and_learn_something() -> None:
    assert rules.moves_with_the_prior(met(beyond=(1.0, 1.0))).verdict == "not"


@pytest.mark.parametrize(
    ("even", "verdict"),
    [((1.14, 0.91), "reproduced"), ((1.3, 0.95), "partly"), ((1.0, 0.85), "partly"), ((1.3, 0.85), "not")],
)
def test_r11_wants_small_values_learned_as_well_and_as_fast(even: tuple[float, float], verdict: str) -> None:
    assert rules.below_the_prior(met(even=even)).verdict == verdict


# Pictures

VALUES = np.array([0.1, 1.0, 4.0])
POINTS = np.arange(STEPS)


def some_shares(times: Sequence[float] = (8, 4, 2)) -> np.ndarray:
    return np.repeat(np.moveaxis(reaches(times, POINTS), 1, 0)[None], 4, axis=0)


def the_dynamics(times: Sequence[float] = (8, 4, 2), **options: Any) -> style.Picture:
    shares = some_shares(times)
    until = {height: modes.until(shares[..., None], POINTS.astype(float), height)[..., 0] for height in (0.5, 0.8)}
    return draw.dynamics(VALUES, POINTS, shares, until, unit="points", whose="Somebody", **options)


def the_performance() -> style.Picture:
    q = reaches((2, 8), POINTS)[None]
    return draw.performance(np.array([2.0, 1.0]), {"one": (q, 5 - 4 * q[..., 0] - q[..., 1])})


PICTURES: dict[str, Callable[[], style.Picture]] = {
    "dynamics": the_dynamics,
    "with theory and an edge": lambda: the_dynamics(theory=some_shares()[0], edge=2.653, logarithmic=True),
    "never": lambda: the_dynamics((NEVER, 4, 2)),
    "performance": the_performance,
    "spectra": lambda: draw.spectra(
        {"one": (VALUES[None, ::-1], np.array([[[1.0, 2.0, 9.0], [2.0, 4.0, NEVER]]]))}, "steps"
    ),
    "chance": lambda: figures_matrices.chance({2: np.abs(np.random.default_rng(0).normal(size=(500, 2)))}),
    "ends": lambda: figures_matrices.ends({"one": (VALUES, some_shares()[..., -1])}, {"one": (2.0,)}),
    "two panels": lambda: figures_matrices.ends(
        {"one": (VALUES, some_shares()[..., -1])}, {"one": (1.0, 2.0)}, {"one": np.array([[2.0, 3.0, NEVER]] * 4)}
    ),
    "errors": lambda: figures_matrices.errors({"2D": (np.full((3, 20), 0.4), np.full(20, 0.3))}),
    "curves": lambda: figures_matrices.curves({"2D": (POINTS + 1, np.full((3, 20), 0.45), 0.3)}),
}


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_well_formed_and_says_its_finding(name: str) -> None:
    made = PICTURES[name]()
    assert ET.fromstring(made.svg).get("aria-label") == made.alt
    assert len(made.alt.split()) > 12
    assert "nan" not in made.alt.lower()
    assert not any("nan" in cell for row in made.numbers for cell in row.values())


def test_a_picture_of_dynamics_says_when_modes_are_learned() -> None:
    made = the_dynamics(edge=2.653)
    assert [row["singular value"] for row in made.numbers] == ["0.1", "1", "4"]
    assert [row["80% after, median (5-95%)"] for row in made.numbers] == ["8 (8-8)", "4 (4-4)", "2 (2-2)"]
    assert "80% of the largest is reached after 2 (2-2), of the smallest after 8 (8-8)" in made.alt
    assert "beyond which lie 1 of the values" in made.alt
    assert the_dynamics((NEVER, 4, 2)).numbers[0]["80% after, median (5-95%)"] == "never"


def test_a_picture_of_performance_says_how_far_modes_are_apart() -> None:
    made = the_performance()
    half = next(row for row in made.numbers if row["error gone"] == "50%")
    q = {value: float(half[f"q of {value}"]) for value in ("2.00", "1.00")}
    assert 4 * q["2.00"] + q["1.00"] == pytest.approx(2.5, abs=0.1)
    assert q["2.00"] == pytest.approx(4 * q["1.00"], abs=0.05)
    assert re.search(rf"apart by {half['largest less smallest']} \(one\)", made.alt)


def test_errors_and_curves_say_how_far_above_ridge_they_are() -> None:
    assert "33% above it" in PICTURES["errors"]().alt
    assert "50% above ridge regression" in PICTURES["curves"]().alt
    assert PICTURES["two panels"]().numbers[2]["points until 80%"] == "never"
