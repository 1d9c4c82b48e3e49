"""Interference between contexts: every rule just within and just outside its bounds, recipes, and pictures."""

import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments.contexts import claims as rules
from experiments.contexts import figures as draw
from experiments.contexts import specs as choosers
from lib.claims.criterion import Criterion
from lib.claims.stability import holds_from
from lib.optimal.contextual_dp import earns
from lib.plotting.style import Picture
from lib.runner import store
from lib.spec import key_of
from lib.tasks.contextual import Contextual
from lib.training.single_bandit import looked_at

RUNS, STEPS, BATCH = 7, 100, 128
MOMENTS = np.array([0, 1, 2, 5, 10, 20, 50, 100, 1_000, 10_000])
CHECKPOINTS = [0, 10, 100, 1_000]
BAYES = float(earns(Contextual(), STEPS).mean())


def result(variables: dict[str, Any], **coords: Any) -> store.Result:
    manifest = {"profile": "laptop", "episodes": {"a": 640_000, "b": 128}, "batch": BATCH}
    return store.Result("made-up", xr.Dataset(variables, coords), manifest, {})


def rising(moments: np.ndarray, when: float) -> np.ndarray:
    """A curve that passes 1/2 at a moment, on a straight line between two moments or at one of them."""
    return np.clip(0.5 + 0.3 * (moments - when) / when, 0.2, 0.98)


def learned(coupled: float, separate: float, strays: int = 3) -> store.Result:
    """Learners whose last context takes so many times as long as the first, which takes 10 steps; some stray."""
    q = np.empty((1, 2, RUNS, len(MOMENTS), 5))
    for place, ratio in enumerate((coupled, separate)):
        curves = np.stack([rising(MOMENTS, 10 * ratio ** (k / 4)) for k in range(5)], axis=-1)
        q[0, place] = curves
        q[0, place, :strays] = rising(MOMENTS, 10)[:, None]
    dims = ("way", "kind", "run", "moment", "k")
    return result({"q": (dims, q)}, way=[choosers.SOURCES], kind=["coupled", "separate"], moment=MOMENTS)


@pytest.mark.parametrize(
    ("coupled", "separate", "verdict"),
    [
        (400, 2, "reproduced"),
        (201, 2, "reproduced"),
        (199, 2, "partly"),
        (799, 2, "reproduced"),
        (801, 2, "partly"),
        (400, 4.1, "partly"),
        (400, 0.9, "partly"),
        (20, 2, "partly"),
        (19, 2, "not"),
        (2.7, 2.1, "not"),
    ],
)
def test_r20_asks_for_the_sources_ratios(coupled: float, separate: float, verdict: str) -> None:
    assert rules.interferes({"coupled": coupled, "separate": separate}) == verdict


def test_r20_looks_at_the_median_learner_that_climbs_as_the_sources() -> None:
    found = rules.learner_interferes(learned(10, 2))
    ratios = rules.learner_ratios(learned(10, 2))
    assert np.median(ratios["coupled"]) == pytest.approx(10, rel=0.2)
    assert np.median(ratios["separate"]) == pytest.approx(2, rel=0.2)
    assert found.verdict == "not"
    assert found.value.startswith("last over first: coupled ")
    assert found.value.endswith(f"of {RUNS} Learners each")
    assert (found.n, found.episodes) == (RUNS, 640_000)
    assert rules.said_ratio(np.array([1.0, 2.0, np.inf])) == "2.0x (1.0-never)"


def within(first: float, last: float) -> np.ndarray:
    """Curves within an episode, of contexts that pass 1/2 at these steps."""
    steps = np.arange(1, STEPS + 1)
    return np.stack([rising(steps, first + (last - first) * k / 4) for k in range(5)], axis=-1)


def met(
    coupled: float = 12.0,
    separate: float = 12.0,
    way: float = 0.97,
    halfway: tuple[int, int] = (2, 1),
    gaps: tuple[tuple[float, float], tuple[float, float]] = ((0.6, 0.3), (0.5, 0.3)),
    plain: bool = True,
) -> store.Result:
    """What the run `context-meta` leaves, with one thing changed at a time; three networks of seven stray.

    Args:
        coupled, separate: last over first at the end.
        way: of the coupled networks from chance to Bayes at the end.
        halfway: the checkpoint at which coupled and separate ones are halfway.
        gaps: of coupled and of separate ones, first less last context, halfway and at the end; where given, curves at
            the end of the episode are these and no ratio can be read off them.
        plain: whether networks with plain weights do as the others.
    """
    variables: dict[str, Any] = {}
    world = Contextual()
    for place, (kind, ratio) in enumerate((("coupled", coupled), ("separate", separate))):
        curves = np.zeros((len(CHECKPOINTS), RUNS, STEPS, 5))
        curves[:] = within(6, 6 * ratio)
        middle, end = gaps[place]
        curves[halfway[place], :, -1] = 0.9 - middle * np.linspace(0, 1, 5)
        curves[-1, :, -1] = 0.98 - end * np.linspace(0, 1, 5)
        curves[-1, :3] = within(20, 20)
        share = np.where(np.arange(len(CHECKPOINTS)) >= halfway[place], 0.6, 0.1)
        share[-1] = way
        earned = np.tile(world.chance + share * (BAYES - world.chance), (RUNS, 1))
        for name in (kind, f"plain_{kind}"):
            run = "run" if name == kind else "few"
            own = earned if name == kind or plain else np.full_like(earned, world.chance)
            variables[f"curves_{name}"] = (("checkpoint", run, "step", "k"), curves)
            variables[f"earned_{name}"] = ((run, "checkpoint"), own)
    bayes = np.stack([np.stack([within(4, 50)] * 2), np.stack([within(9, 60)] * 2)])
    variables["bayes"] = (("player", "kind", "step", "k"), bayes)
    return result(
        variables,
        checkpoint=CHECKPOINTS,
        step=range(1, STEPS + 1),
        player=["greedy", "matching"],
        kind=["coupled", "separate"],
    )


@pytest.mark.parametrize(
    ("coupled", "separate", "way", "verdict"),
    [
        (12.0, 12.0, 0.951, "reproduced"),
        (12.0, 12.0, 0.949, "partly"),
        (12.2, 10.0, 0.96, "reproduced"),
        (12.8, 10.0, 0.96, "partly"),
        (7.3, 10.0, 0.96, "partly"),
        (12.8, 10.0, 0.94, "not"),
    ],
)
def test_r21_asks_for_parity_and_for_skill(coupled: float, separate: float, way: float, verdict: str) -> None:
    found = rules.meta_learner_does_not(met(coupled, separate, way))
    assert found.verdict == verdict
    assert f"{way:.1%} of the way to Bayes" in found.value
    assert f"coupled {coupled:.1f}x" in found.value
    assert (found.n, found.profile) == (RUNS, "laptop")
    assert found.statistic == pytest.approx(coupled / separate, rel=0.01)


def test_a_context_that_is_never_learned_is_no_parity() -> None:
    below = ((0.6, 0.6), (0.5, 0.5))  # the last context ends below 1/2
    never = met(30.0, 12.0, gaps=((0.6, 0.6), (0.5, 0.3)))  # the last context would pass 1/2 at step 180
    assert rules.meta_learner_does_not(never).verdict == "partly"
    assert "coupled never" in rules.meta_learner_does_not(never).value
    assert rules.meta_learner_does_not(never).interval is None
    assert rules.meta_learner_does_not(never).statistic == np.inf
    assert rules.meta_learner_does_not(met(30.0, 30.0, gaps=below)).verdict == "partly", "nothing is learned alike"


def test_r22_asks_both_bayesians() -> None:
    alike = met()
    found = rules.bayes_does_not(alike)
    assert found.verdict == "reproduced"
    assert found.value.startswith("last over first, greedy: coupled 12.5")
    for player in (0, 1):
        off = met()
        off.data["bayes"][player, 0] = within(4, 51)
        assert rules.bayes_does_not(off).verdict == "not"


@pytest.mark.parametrize(
    ("halfway", "gaps", "plain", "verdict"),
    [
        ((2, 1), ((0.6, 0.3), (0.5, 0.3)), True, "reproduced"),
        ((2, 1), ((0.6, 0.3), (0.5, 0.3)), False, "partly"),
        ((1, 1), ((0.6, 0.3), (0.5, 0.3)), True, "partly"),
        ((2, 1), ((0.54, 0.3), (0.5, 0.3)), True, "partly"),
        ((2, 1), ((0.6, 0.36), (0.5, 0.3)), True, "partly"),
        ((2, 1), ((0.54, 0.36), (0.5, 0.3)), True, "not"),
        ((1, 1), ((0.54, 0.3), (0.5, 0.3)), True, "not"),
    ],
)
def test_r25_asks_for_three_things_of_two_kinds(
    halfway: tuple[int, int], gaps: tuple[tuple[float, float], tuple[float, float]], plain: bool, verdict: str
) -> None:
    result = met(halfway=halfway, gaps=gaps, plain=plain)
    found = rules.outer_loop(result)
    assert found.verdict == verdict, found.value
    assert ("more episodes than we ran" in found.value) == (not plain)


@pytest.mark.parametrize("rule", [rules.meta_learner_does_not, rules.outer_loop], ids=["R21", "R25"])
def test_a_finding_holds_from_where_training_could_have_ended(rule: Criterion) -> None:
    last = CHECKPOINTS[-1] * BATCH
    assert rule.course is not None
    assert list(rule.course(met())) == [update * BATCH for update in CHECKPOINTS]
    assert holds_from(rule, [met()]) == last
    assert holds_from(rule, [met(coupled=20.0, way=0.9, plain=False)]) is None


def test_r25_counts_six_parts() -> None:
    assert rules.outer_loop(met()).statistic == 1
    assert rules.outer_loop(met(plain=False)).statistic == 0.5
    assert rules.outer_loop(met(halfway=(1, 1))).statistic == pytest.approx(4 / 6)


def test_halfway_is_read_off_between_checkpoints() -> None:
    coupled = rules.Outer.of(met(), "coupled")
    assert coupled.there
    low, high = 10 * BATCH, 100 * BATCH
    assert coupled.halfway == pytest.approx(np.full(RUNS, low + 0.8 * (high - low)))
    assert coupled.gap == pytest.approx(np.full(RUNS, 0.6))
    assert np.median(coupled.gap_at_the_end) == pytest.approx(0.3)
    assert rules.way_to_bayes(np.array([0.32, BAYES]), STEPS) == pytest.approx([0, 1])


# Recipes


def test_the_source_is_repeated_in_its_own_sizes() -> None:
    spec = choosers.learners("laptop", choosers.SOURCES, coupled=True)
    assert (spec.count, spec.batch, spec.learning_rate, spec.optimiser) == (50, 200, 1e-4, "adam")
    assert spec.gradient == "sampled"
    assert spec.task.conflict
    assert spec.spread == pytest.approx(5**-0.5)
    assert choosers.seeds("laptop", choosers.NETWORKS) == range(15)
    for network in choosers.meta("laptop", choosers.INDEPENDENT, range(15)):
        assert network.agent.width == 64
        assert network.episodes <= 1_000_000
        assert not network.task.conflict
    (alone,) = choosers.meta("laptop", choosers.ALONE, [0])
    (together,) = choosers.meta("laptop", choosers.INDEPENDENT, [0])
    assert (alone.steps, together.steps) == (24, 60)
    assert alone.updates == together.updates


def test_no_two_groups_or_networks_are_the_same() -> None:
    ours = choosers.meta("laptop", choosers.INDEPENDENT, range(3))
    plain = choosers.plain_meta("laptop", choosers.INDEPENDENT, range(3))
    expected = choosers.meta("laptop", choosers.INDEPENDENT, range(3), "expected")
    spread = [choosers.spread_out("laptop", each, kind) for each in choosers.SPREADS for kind in (True, False)]
    groups = [choosers.learners("laptop", way, kind) for way in choosers.WAYS for kind in (True, False)]
    everyone = [*ours, *plain, *expected, *spread, *groups]
    assert len({key_of(spec) for spec in everyone}) == len(everyone) == 29
    assert len({tuple(looked_at(spec)) for spec in (*spread, *groups)}) == 1, "they share an axis of moments"


# Pictures


def course(last: float) -> draw.Course:
    curves = np.stack([within(6, 6 * last)] * 4)
    return draw.Course(curves, np.arange(1, STEPS + 1))


def sound(picture: Picture) -> None:
    ET.fromstring(picture.svg)
    assert "nan" not in picture.alt
    assert "inf" not in picture.alt.replace("information", "")
    assert all("nan" not in cell and "inf" not in cell for row in picture.numbers for cell in row.values())
    assert len({tuple(row) for row in picture.numbers}) == 1


def test_contexts_in_turn_says_when_the_first_and_the_last_are_learned() -> None:
    shown = draw.in_turn({"coupled": course(10), "separate": course(30)}, "steps")
    sound(shown)
    assert shown.numbers[0]["first at 0.5 after"] == "6"
    assert shown.numbers[0]["last at 0.5 after"] == "60"
    assert shown.numbers[0]["last over first at 0.5"] == "10x (10-10)"
    assert shown.numbers[1]["last over first at 0.5"] == "never (never-never)"
    assert "coupled: 0.5 is reached after 6 in the first and 60 in the last, 10x." in shown.alt
    log = draw.in_turn({"one": course(5)}, "steps", logarithmic=True)
    sound(log)
    assert log.svg != draw.in_turn({"one": course(5)}, "steps").svg


def test_ratios_by_height_and_by_spread() -> None:
    shown = draw.by_height({"coupled": course(10), "separate": course(2)}, (0.4, 0.5, 0.6), {"coupled": 400.0})
    sound(shown)
    assert shown.numbers[0]["at 0.5"] == "10x (10-10)"
    assert "separate: 2x at 0.4, 2x at 0.6." in shown.alt
    ratios = {"coupled": [np.array([2.0, 3.0, 4.0]), np.array([5.0, np.inf, np.inf])]}
    spread = draw.by_spread((0.1, 1.0), ratios, 0.45, 400.0)
    sound(spread)
    assert [row["coupled, last over first"] for row in spread.numbers] == ["3x (2-4)", "never (5-never)"]
    assert "coupled: 3x at 0.10, never at 1.00." in spread.alt


def test_the_outer_loop_says_who_gets_halfway_and_when() -> None:
    episodes = np.array([0, 1_000, 10_000])
    slow, fast = np.array([[0, 0.2, 0.7]] * 3), np.array([[0.0, 0.6, 1.0]] * 3)
    shown = draw.outer({"coupled": (episodes, slow), "separate": (episodes, fast), "plain": (episodes, 0 * slow)})
    sound(shown)
    assert [row["halfway after"] for row in shown.numbers] == ["10,000 episodes", "1,000 episodes", "never"]
    assert "coupled: halfway after 10,000 episodes, at the end 70.0%." in shown.alt
    rows = {kind: {"early": course(2).curves, "late": course(10).curves} for kind in ("coupled", "separate")}
    stages = draw.stages(rows, ["early", "late"])
    sound(stages)
    first, last = within(6, 60)[-1, 0], within(6, 60)[-1, -1]
    assert stages.numbers[1]["apart"] == f"{first - last:.2f}"
    assert len(stages.numbers) == 4
