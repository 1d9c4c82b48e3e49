"""How strongly contexts are coupled: readings, pictures, and the amended rule for the outer loop."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments.contexts import claims as first_rules
from experiments.contexts import claims_fresh as rules
from experiments.contexts import figures_coupling as draw
from experiments.contexts import specs as choosers
from lib.claims.stability import holds_from
from lib.probes.quantiles import median_interval
from lib.runner import store
from lib.spec import describe, key_of
from lib.training.loop import CONSTANT
from lib.training.single_bandit import looked_at
from tests.experiments.contexts.test_claims import BATCH, CHECKPOINTS, RUNS, met
from tests.pictures import check_picture

COUPLINGS = (0.0, 1.0, 5.0, 25.0, 70.0)


def steady(
    halfway: tuple[int, int] = (2, 1), gaps: tuple[tuple[float, float], tuple[float, float]] = ((0.6, 0.3), (0.5, 0.3))
) -> store.Result:
    """What the run `context-plain` leaves; separate networks are looked at at half as many episodes."""
    whole = met(halfway=halfway, gaps=gaps)
    variables: dict[str, Any] = {}
    for kind, axis in (("coupled", "checkpoint"), ("separate", "checkpoint_separate")):
        curves, earned = (whole.data[f"{name}_{kind}"].values for name in ("curves", "earned"))
        variables[f"curves_plain_{kind}"] = ((axis, "run", "step", "k"), curves)
        variables[f"earned_plain_{kind}"] = (("run", axis), earned)
    coords = {
        "checkpoint": CHECKPOINTS,
        "checkpoint_separate": [each // 2 for each in CHECKPOINTS],
        "step": whole.data.step,
    }
    return store.Result("context-plain", xr.Dataset(variables, coords), whole.manifest, {})


@pytest.mark.parametrize(
    ("halfway", "gaps", "verdict"),
    [
        ((2, 1), ((0.6, 0.3), (0.5, 0.3)), "reproduced"),
        ((0, 1), ((0.6, 0.3), (0.5, 0.3)), "partly"),
        ((2, 1), ((0.54, 0.3), (0.5, 0.3)), "partly"),
        ((2, 1), ((0.6, 0.349), (0.5, 0.3)), "reproduced"),
        ((2, 1), ((0.6, 0.36), (0.5, 0.3)), "partly"),
    ],
)
def test_r25_asks_fresh_networks_for_all_three(
    halfway: tuple[int, int], gaps: tuple[tuple[float, float], tuple[float, float]], verdict: str
) -> None:
    found = rules.outer_loop(met(plain=False), steady(halfway, gaps))
    assert found.verdict == verdict, found.value
    assert found.n == RUNS
    assert f"gaps at the end {gaps[0][1] - gaps[1][1]:+.2f} apart" in found.value


def test_r25_is_no_better_than_networks_that_begin_our_way() -> None:
    assert rules.outer_loop(met(gaps=((0.6, 0.36), (0.5, 0.3))), steady()).verdict == "partly"
    assert rules.outer_loop(met(halfway=(1, 1), gaps=((0.6, 0.36), (0.5, 0.3))), steady()).verdict == "not"


def test_r25_says_how_many_times_as_long_and_reads_each_kind_along_its_own_axis() -> None:
    coupled, separate = rules.steady(steady())
    both = first_rules.Outer.of(met(), "separate")
    assert separate.halfway == pytest.approx(both.halfway / 2)
    found = rules.outer_loop(met(), steady())
    assert found.statistic == pytest.approx(np.median(coupled.halfway) / np.median(separate.halfway))
    assert rules.outer_loop.amends is first_rules.outer_loop
    assert rules.outer_loop.fresh == ("context-plain",)


def test_r25_holds_from_where_training_could_have_ended() -> None:
    last = CHECKPOINTS[-1] * BATCH
    assert rules.outer_loop.course is not None
    assert list(rules.outer_loop.course(met(), steady())) == [update * BATCH for update in CHECKPOINTS]
    assert holds_from(rules.outer_loop, [met(), steady()]) == last
    assert holds_from(rules.outer_loop, [met(), steady(gaps=((0.6, 0.36), (0.5, 0.3)))]) is None


# Recipes


def test_readings_change_what_they_say() -> None:
    base = describe(choosers.read_otherwise("laptop", "as above", True))
    assert describe(choosers.learners("laptop", choosers.SOURCES, True)) | {"learning_rate": 1e-3} == base
    changed = {
        reading: {name for name, value in own.items() if base.get(name) != value} - {"learning_rate"}
        for reading in choosers.READINGS
        for own in [describe(choosers.read_otherwise("laptop", reading, True))]
    }
    assert changed["as above"] == changed["Adam at 0.1"] == set()
    assert changed["certain rewards"] == {"task"}
    assert changed["expected, SGD, biases drawn"] == {"gradient", "optimiser", "bias_spread"}
    everyone = [choosers.read_otherwise("laptop", name, kind) for name in choosers.READINGS for kind in (True, False)]
    assert len({key_of(spec) for spec in everyone}) == len(everyone)


def test_couplings_change_one_rate() -> None:
    specs = [choosers.of_coupling("laptop", gamma, True) for gamma in choosers.COUPLINGS]
    assert [spec.coupling for spec in specs] == list(choosers.COUPLINGS)
    assert {key_of(replace(spec, coupling=1.0)) for spec in specs} == {key_of(specs[2])}
    assert len({tuple(looked_at(spec)) for spec in specs}) == 1, "they share an axis of moments"


def test_networks_at_a_constant_rate_are_nobody_elses() -> None:
    known = {seed for spec in store.load("context-meta").manifest["specs"].values() for seed in [spec["seed"]]}
    coupled = choosers.steady_meta("laptop", choosers.INDEPENDENT, choosers.STEADY)
    separate = choosers.steady_meta("laptop", choosers.ALONE, choosers.STEADY)
    assert known.isdisjoint({spec.seed for spec in (*coupled, *separate)})
    for spec in (*coupled, *separate):
        assert spec.schedule == CONSTANT
        assert spec.entropy.start == spec.entropy.end
        assert describe(spec.agent) == {
            "type": "Lean",
            "width": 64,
            "input_gain": 1.0,
            "orthogonal": False,
            "forget": 0.0,
        }
    assert coupled[0].episodes > 1_500_000 > separate[0].episodes


# Numbers and pictures


def test_a_time_of_nothing_is_never() -> None:
    found = draw.ratios(np.array([[2.0, 3.0, 10.0], [2.0, 3.0, 0.0]]))
    assert found.tolist() == [5.0, np.inf]
    assert draw.surely(np.array([*[2.0] * 30, *[np.inf] * 20])) == "2x (2-never)"
    assert draw.surely(np.full(9, np.inf)) == "never (never-never)"


def test_intervals_of_the_median_hold_it_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    held = [low <= 1.0 <= high for low, high in (median_interval(rng.lognormal(size=25)) for _ in range(2_000))]
    assert 0.94 < np.mean(held) < 0.99
    with pytest.raises(ValueError, match=r"level is 1\.5; it must lie between 0 and 1"):
        median_interval(np.arange(3.0), 1.5)


def test_resampling_says_how_sure_a_ratio_of_means_is() -> None:
    def ratio(runs: np.ndarray) -> float:
        return float(np.divide(*runs.mean(axis=0)))

    rng = np.random.default_rng(1)
    runs = np.stack([rng.normal(6, 1, 40), rng.normal(2, 0.2, 40)], axis=1)
    said = draw.resampled(ratio, runs, "test")
    low, high = (float(each) for each in said.split("(")[1].rstrip(")").split("-"))
    assert low < 3 < high
    assert high - low < 0.6
    assert said == draw.resampled(ratio, runs, "test")


def test_the_ratio_grows_with_the_coupling() -> None:
    rng = np.random.default_rng(2)
    noise = rng.uniform(0.5, 2, (len(COUPLINGS), 30))
    coupled = np.array([3.0, 4, 15, 120, 450])[:, None] * noise
    coupled[-1, :5] = np.inf
    found = {"coupled": coupled, "separate": 2.8 * noise}
    networks = {"a network": np.array([20.0, 30.0])}
    check_picture(
        lambda: draw.by_coupling(COUPLINGS, found, {"coupled": 400.0, "separate": 2.0}, networks),
        len(COUPLINGS),
        r"Separate: \S+ throughout\. Couplings of untrained networks: a network 20\.0 to 30\.0\.",
    )


def test_the_coupling_is_followed_over_training() -> None:
    episodes = np.array([0, 100, 1_000, 10_000])
    cosines, way = np.array([[0.97, 0.98, 0.99, 0.9]] * 3), np.array([[0, 0.1, 0.3, 1.0]] * 3)
    check_picture(
        lambda: draw.over_training(episodes, cosines, way, (episodes, way)),
        4,
        r"0 episodes 0\.00 of the way, coupling 32\.3; after 1,000 episodes 0\.30 of the way, coupling 99\.0; .*9\.0\.",
    )
