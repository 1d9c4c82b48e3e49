"""Amended rules on linear functions, just within and just outside their bounds; and the pictures beside them."""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments.linear import claims_fresh as rules
from experiments.linear import claims_learner, figures_again
from lib.runner import store
from tests.experiments.linear.test_claims import FIVE, MEAN, NEVER, STEPS, reaches

LEARNERS, RUNS = 6, 10
TWO = ((2.5, 0.05), (2.2, 0.1))
ORDERED = (100.0, 120.0, 140.0, 160.0, 300.0)


def again(
    ratio: float = 9.0,
    off: float = 0.0,
    slow: Sequence[float] = ORDERED,
    adam: Sequence[float] = ORDERED,
    halved: tuple[float, float] = (2.0, 0.7),
    spreads: tuple[float, float] = (0.6, 0.15),
    meta: Sequence[float] = (4, 4, 4, 4, 4),
    single: Sequence[float] = (500, 800),
) -> store.Result:
    """What the run `linear-again` leaves, with one thing changed at a time.

    Args:
        off: how far one mode of one Learner is from its flow.
        halved: how many times as long the halved target takes, with gradient descent and with Adam.
        spreads: largest less smallest q, of Learners and of Meta-Learners.
    """
    moments, points, updates = np.arange(0, 8_001, 25), np.arange(STEPS), np.arange(0, 3_001, 100)
    two = np.stack([np.stack([reaches((500, 500 * ratio), moments)] * LEARNERS)] * 2)
    flow = two.copy()
    flow[1, 2, :, 0] += off

    def five(times: Sequence[float], longer: float) -> np.ndarray:
        half = [longer * t for t in times]
        own = np.stack([reaches(times, moments), reaches(times, moments), reaches(half, moments)])
        return np.repeat(own[:, None], LEARNERS, axis=1)

    slowly = five(slow, halved[0])
    if spreads[0] < 0.6:
        slowly[0] = np.linspace(0, 1, len(moments))[:, None] + spreads[0] * np.eye(5)[0]
    plain = np.zeros((RUNS, 3, STEPS, 5))
    plain[:, 0, 3, 0] = spreads[1]
    antithetic = np.stack([reaches(meta, points), *[reaches((4,) * 5, points)] * 2])
    spectra = (MEAN, FIVE[2], tuple(s / 2 for s in MEAN))
    data = {
        "values_2d": (("spectrum_2d", "mode_2d"), np.array(TWO)),
        "progress_2d": (("spectrum_2d", "learner", "moment_2d", "mode_2d"), two),
        "flow_2d": (("spectrum_2d", "learner", "moment_2d", "mode_2d"), flow),
        "values_5d": (("spectrum_5d", "mode_5d"), np.array(spectra)),
        "values_adam": (("spectrum_5d", "mode_5d"), np.array(spectra)),
        "progress_5d": (("spectrum_5d", "learner", "moment_5d", "mode_5d"), slowly),
        "progress_adam": (("spectrum_5d", "learner", "moment_adam", "mode_5d"), five(adam, halved[1])),
        "progress_meta": (("run_meta", "spectrum_5d", "step", "mode_5d"), plain),
        "antithetic_meta": (("run_meta", "spectrum_5d", "step", "mode_5d"), np.stack([antithetic] * RUNS)),
        "ridge_plain": (("spectrum_5d", "step", "mode_5d"), plain[0]),
        "values_single": (("spectrum_single", "mode_2d"), np.array([(2.5, 0.5), (1.5, 0.75)])),
        "progress_single": (
            ("spectrum_single", "run_single", "checkpoint_single", "mode_2d"),
            np.repeat(np.stack([reaches(single, updates)] * 2)[:, None], RUNS, axis=1),
        ),
    }
    coords = {"moment_2d": moments, "moment_5d": moments, "moment_adam": moments, "checkpoint_single": updates}
    manifest = {
        "profile": "laptop", "episodes": {"k": 320_000}, "single_episodes": 280_000,
    }  # fmt: skip
    return store.Result("linear-again", xr.Dataset(data, coords), manifest, {})


def both(**changes: Any) -> tuple[store.Result, store.Result]:
    """The same as Learners and as Meta-Learners of five dimensions: `linear-again`, `linear-five`."""
    made = again(**changes)
    return made, made


@pytest.mark.parametrize(
    ("ratio", "off", "verdict"),
    [(9.0, 0.019, "reproduced"), (9.0, 0.021, "partly"), (10.7, 0, "reproduced"), (10.9, 0, "partly"),
     (7.1, 0, "partly"), (0.9, 0, "not")],
)  # fmt: skip
def test_r01_wants_every_learner_near_its_own_flow(ratio: float, off: float, verdict: str) -> None:
    found = rules.follows_its_own_flow(again(ratio, off))
    assert found.verdict == verdict
    assert f"{off:.3f}" in found.value
    assert found.n == LEARNERS


@pytest.mark.parametrize(
    ("spreads", "verdict"),
    [((0.6, 0.19), "reproduced"), ((0.6, 0.21), "partly"), ((0.45, 0.19), "partly"), ((0.3, 0.19), "not")],
)
def test_r04_looks_at_the_largest_spread_over_the_course(spreads: tuple[float, float], verdict: str) -> None:
    found = rules.apart_over_the_course(*both(spreads=spreads))
    assert found.verdict == verdict
    assert (found.n, found.episodes) == (RUNS, 320_000)


@pytest.mark.parametrize(
    ("slow", "adam", "halved", "verdict", "statistic"),
    [
        (ORDERED, ORDERED, (2.0, 0.7), "reproduced", 1),
        (ORDERED, ORDERED, (2.0, 1.1), "partly", 0.75),
        (ORDERED, ORDERED, (0.9, 0.7), "partly", 0.75),
        (ORDERED, (100, 120, 140, 160, 199), (2.0, 0.7), "not", 0.25),
        ((100, 140, 120, 160, 300), ORDERED, (2.0, 0.7), "not", 0.25),
    ],
)
def test_r07_wants_the_order_within_and_its_turn_across(
    slow: Sequence[float], adam: Sequence[float], halved: tuple[float, float], verdict: str, statistic: float
) -> None:
    found = rules.with_adam_and_across_norms(again(slow=slow, adam=adam, halved=halved))
    assert (found.verdict, found.statistic) == (verdict, statistic)
    assert f"halved targets {halved[1]:.2f}x" in found.value


@pytest.mark.parametrize(
    ("meta", "slow", "verdict"),
    [
        ((4, 4, 4, 4, 4.5), ORDERED, "reproduced"),
        ((4, 8, 4, 8, 4), ORDERED, "reproduced"),
        ((4, 4, 4, 4, 4.7), ORDERED, "partly"),
        ((4.7, 4, 4, 4, 4), ORDERED, "partly"),
        ((4, 4, 4, 4, 4), (100, 120, 140, 160, 190), "partly"),
        ((4.7, 4, 4, 4, 4), (100, 120, 140, 160, 190), "not"),
        ((4, 4, 4, 4, NEVER), ORDERED, "partly"),
    ],
)
def test_r08_is_two_sided(meta: Sequence[float], slow: Sequence[float], verdict: str) -> None:
    found = rules.five_dimensions_two_sided(*both(meta=meta, slow=slow))
    assert found.verdict == verdict
    assert found.statistic == pytest.approx(meta[-1] / meta[0], rel=0.02)


@pytest.mark.parametrize(
    ("times", "verdict"), [((500, 751), "reproduced"), ((500, 749), "not"), ((500, NEVER), "reproduced")]
)
def test_r12_wants_half_as_long_again(times: Sequence[float], verdict: str) -> None:
    found = claims_learner.recurrent_learner(again(single=times))
    assert (found.verdict, found.n, found.episodes) == (verdict, RUNS, 280_000)


def test_a_picture_of_flows_says_how_far_learners_are_from_theirs() -> None:
    moments, q = np.arange(0, 1001, 100.0), np.stack([reaches((200, 800), np.arange(0, 1001, 100))] * 3)
    made = figures_again.own_flow(
        np.array([2.0, 0.5]), moments, q, q + 0.01, np.array([[200.0, 800]] * 3), np.array([[199.0, 799]] * 3)
    )
    assert ET.fromstring(made.svg).get("aria-label") == made.alt
    assert "0.0100 from its flow" in made.alt
    assert "after 800 (800-800) steps" in made.alt


def test_a_picture_of_depth_says_what_theory_and_networks_have() -> None:
    made = figures_again.by_depth(
        np.array([1.0, 2, 3]),
        {
            "gradient descent": np.array([[1.0, 1], [4, 4], [5, 5]]),
            "Adam": np.array([[1.5, 2], [1.5, 2], [1.4, 2]]),
        },
        np.array([1.0, 4.0, 4.9]),
        np.array([0.2, 0.4, 0.5]),
        5.0,
    )
    assert ET.fromstring(made.svg).get("aria-label") == made.alt
    assert "By theory 1.00 with 1 layer and 4.90 with 3, towards a line at 5" in made.alt
    assert made.numbers[1]["gradient descent"].startswith("4")
