"""How sure a verdict is: resamples of made-up networks, against what can be worked out by hand."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from lib.claims.criterion import Criterion, criterion
from lib.claims.evidence import Evidence
from lib.claims.ledger import Row
from lib.claims.stability import (
    FRAGILE,
    Stability,
    holds_from,
    seeds_shared,
    shared_with_the_first,
    stability,
)
from lib.runner import store

RESAMPLES = 1_000
SCORES = np.random.default_rng(3).normal(2.0, 1.0, 20)


def made(specs: Any = (), **variables: tuple[tuple[str, ...], Any]) -> store.Result:
    """A result with these variables, of which networks lie along `run`."""
    return store.Result("made-up", xr.Dataset(variables), {"specs": dict(specs)}, {})


def judged_by(judge: Callable[..., tuple[bool, float | None]], results: int = 1) -> Criterion:
    """A criterion that a function decides: whether it is met, and the number that decides."""

    def rule(*found: store.Result) -> Evidence:
        """Z01: a number. Reproduced if it is there."""
        met, statistic = judge(*found)
        return Evidence("reproduced" if met else "not", "", None, 1, 1, "laptop", "page.html#figure", statistic)

    return criterion("Z01", *[f"run-{place}" for place in range(results)], fixed="2026-11-28")(rule)


def test_a_verdict_that_hangs_on_one_network_of_ten_stands_as_often_as_that_one_is_drawn() -> None:
    one_of_ten = made(good=(("run",), np.eye(10)[3]))
    found = stability(judged_by(lambda result: (result.data.good.values.any(), None)), [one_of_ten], RESAMPLES)
    exact = 1 - 0.9**10
    assert found.stands == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / RESAMPLES))
    assert found.interval is None
    assert Row("Z01", "beyond", "", "a claim", stands=found.stands).fragile
    assert found.stands is not None
    assert found.stands < FRAGILE


def test_a_verdict_that_hangs_on_most_of_ten_networks_stands_as_the_binomial_says() -> None:
    six_of_ten = made(good=(("run",), np.arange(10) < 6))
    most = judged_by(lambda result: (result.data.good.values.mean() > 0.5, float(result.data.good.values.mean())))
    found = stability(most, [six_of_ten], RESAMPLES)
    exact = sum(math.comb(10, k) * 0.6**k * 0.4 ** (10 - k) for k in range(6, 11))
    assert found.stands == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / RESAMPLES))
    assert found.interval == (0.3, 0.9)


def test_a_verdict_that_all_networks_share_always_stands() -> None:
    alike = made(good=(("run",), np.ones(10)))
    everyone = judged_by(lambda result: (result.data.good.values.all(), 1.0))
    assert stability(everyone, [alike], 50) == Stability(1.0, (1.0, 1.0))
    assert not Row("Z01", "beyond", "", "a claim", stands=1.0).fragile


def test_the_interval_is_that_of_a_direct_bootstrap() -> None:
    median = judged_by(lambda result: (True, float(np.median(result.data.score.values))))
    result = made(score=(("run",), SCORES))
    found = stability(median, [result], 4_000)
    rng = np.random.default_rng(11)
    direct = np.quantile(np.median(rng.choice(SCORES, (20_000, 20)), axis=1), [0.025, 0.975])
    assert found.interval == pytest.approx(direct, abs=0.06)
    assert direct[1] - direct[0] > 0.5
    assert stability(median, [result], 200) == stability(median, [result], 200)
    assert stability(median, [result], 200) != stability(median, [result], 200, seed=1)


@pytest.mark.parametrize("data", [{"x": (("mode",), np.arange(5.0))}, {"x": (("run", "mode"), np.ones((1, 5)))}])
def test_where_nothing_is_sampled_there_is_nothing_to_resample(data: dict[str, Any]) -> None:
    rule = judged_by(lambda result: (True, float(result.data.x.values.max())))
    assert stability(rule, [made(**data)], 10) == Stability(None, None)


def test_networks_that_a_rule_does_not_read_are_not_sampled() -> None:
    both = made(x=(("mode",), np.arange(5.0)), score=(("run",), SCORES))
    both = replace(both, data=both.data.assign_coords(run=range(len(SCORES))))
    largest = judged_by(lambda result: (True, float(result.data.x.values.max())))
    assert stability(largest, [both], 10) == Stability(None, None)


@pytest.mark.parametrize("resamples", [0, -1])
def test_there_must_be_a_resample(resamples: int) -> None:
    with pytest.raises(ValueError, match=f"resamples is {resamples}; it must be at least 1"):
        stability(judged_by(lambda result: (True, None)), [made(score=(("run",), SCORES))], resamples)


def test_all_that_was_measured_of_a_network_stays_together_and_results_do_not() -> None:
    result = made(score=(("run",), SCORES), twice=(("mode", "run"), 2 * SCORES[None]), other=(("few",), SCORES))

    def within(one: store.Result) -> tuple[bool, float]:
        return bool((one.data.twice.values[0] == 2 * one.data.score.values).all()), 0.0

    assert stability(judged_by(within), [result], 50).stands == 1

    def between(one: store.Result, other: store.Result) -> tuple[bool, float]:
        return bool((one.data.score.values == other.data.score.values).all()), 0.0

    assert stability(judged_by(between, 2), [result, result], 50).stands == 0

    def along_two_axes(one: store.Result) -> tuple[bool, float]:
        return bool((one.data.score.values == one.data.other.values).all()), 0.0

    assert stability(judged_by(along_two_axes), [result], 50).stands == 0


def test_distances_between_networks_are_drawn_with_them() -> None:
    runs, moments = 4, 3
    names = np.append((10 * np.arange(runs)[:, None] + np.arange(moments)).ravel(), 99)  # the optimum is last
    pairs = 100 * names[:, None] + names
    result = made(
        distance=(("one", "other"), pairs),
        name=(("run",), 10 * np.arange(runs)),
        seen=(("moment",), np.arange(moments)),
    )

    def fits(one: store.Result) -> tuple[bool, float]:
        drawn = np.append((one.data.name.values[:, None] + one.data.seen.values).ravel(), 99)
        return bool((one.data.distance.values == 100 * drawn[:, None] + drawn).all()), float(drawn.sum())

    found = stability(judged_by(fits), [result], 50)
    assert found.stands == 1
    assert found.interval is not None
    assert found.interval[0] < found.interval[1]

    alone = replace(result, data=result.data[["distance"]].assign_coords(run=range(runs), moment=range(moments)))
    nearest = judged_by(lambda one: (True, float(one.data.distance.values[:-1].min())))
    least = stability(nearest, [alone], 50).interval
    assert least is not None
    assert least[0] < least[1]


@pytest.mark.parametrize(
    ("never", "interval"),
    [(1, "infinite above"), (0, "known")],
    ids=["one of ten never learns", "all learn"],
)
def test_a_number_that_takes_for_ever_has_no_upper_end(never: int, interval: str) -> None:
    times = np.where(np.arange(10) < never, np.inf, np.arange(10.0))
    slowest = judged_by(lambda result: (True, float(result.data.time.values.max())))
    found = stability(slowest, [made(time=(("run",), times))], 200)
    assert (found.interval is None) == (interval == "infinite above")


def test_a_few_resamples_without_a_number_do_not_hide_the_interval() -> None:
    def ratio(result: store.Result) -> tuple[bool, float]:
        kept = result.data.score.values[result.data.score.values > 0]
        return True, float(kept.min()) if kept.size > 3 else float("nan")

    found = stability(judged_by(ratio), [made(score=(("run",), np.arange(-4.0, 4.0)))], 200)
    assert found.interval == (1.0, 2.0)


# Over outer training


def course(*holds: bool) -> Criterion:
    return Criterion("Z01", judged_by(lambda: (True, None)).judge, (), "2026-11-28", course=lambda: at(*holds))


def at(*holds: bool) -> dict[int, bool]:
    """In no order, after 0, 100, 200... episodes."""
    return dict(reversed([(100 * place, each) for place, each in enumerate(holds)]))


@pytest.mark.parametrize(
    ("holds", "since"),
    [
        ((False, True, True), 100),
        ((False, True, False, True, True), 300),
        ((True, True), 0),
        ((True, True, False), None),
        ((False, False), None),
    ],
    ids=["holds", "falls, and holds again", "from the beginning", "not at the end", "never"],
)
def test_a_finding_holds_from_where_it_stays(holds: tuple[bool, ...], since: int | None) -> None:
    assert holds_from(course(*holds), []) == since


def test_without_checkpoints_nobody_knows_since_when_a_finding_holds() -> None:
    assert holds_from(judged_by(lambda: (True, None)), []) is None


# Seeds and keys


def test_seeds_are_shared_if_two_specs_of_one_result_have_the_same() -> None:
    apart = made({"a": {"seed": 0}, "b": {"training": {"seed": 1}}})
    shared = made({"a": {"seed": 0}, "b": {"training": {"seed": 0}}})
    assert not seeds_shared([apart])
    assert not seeds_shared([apart, apart])
    assert seeds_shared([apart, shared])


def test_networks_of_the_first_rule_are_counted_among_the_fresh_alone() -> None:
    first = judged_by(lambda *_: (True, None))
    words = {"amends": first, "reason": "it read a figure wrongly", "fresh": ("new",)}
    amended = Criterion("Z01", first.judge, ("old", "new"), "2026-11-28", **words)
    old, new = made({"a": {}, "b": {}}), made({"b": {}, "c": {}})
    assert shared_with_the_first(amended, [old, new], [old]) == 1
    assert shared_with_the_first(amended, [old, made({"c": {}})], [old]) == 0
