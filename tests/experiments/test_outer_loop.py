"""What is learned first over outer training: rules on made-up courses of training, and the picture."""

import numpy as np
import pytest
import xarray as xr

from experiments import outer_loop_claims
from experiments.outer_loop_claims import Way, contexts_way, lead, learned_after, order
from experiments.outer_loop_figures import courses, side_by_side
from lib.claims.stability import holds_from
from lib.runner import store
from tests.pictures import check_picture

EPISODES = np.array([0, 100, 1_000, 10_000])


def way(first: list[float], last: list[float]) -> Way:
    return Way(EPISODES, np.stack([np.array([first, last]).T] * 3))


SMALL_FIRST = way([0.0, 0.2, 0.5, 0.9], [0.0, 0.4, 0.7, 0.9])
LARGE_FIRST = way([0.0, 0.4, 0.7, 0.9], [0.0, 0.2, 0.5, 0.9])
NOTHING_YET = way([0.0, 0.05, 0.05, 0.08], [0.0, 0.02, 0.03, 0.09])


def test_the_lead_is_looked_at_early_only() -> None:
    assert lead(SMALL_FIRST).tolist() == pytest.approx([0.2] * 3)
    assert lead(LARGE_FIRST).tolist() == pytest.approx([-0.2] * 3)
    assert lead(NOTHING_YET).tolist() == [0] * 3
    late = way([0.0, 0.4, 0.9, 0.9], [0.0, 0.5, 1.0, 1.0])  # ahead by 0.1 when both are done: does not count
    assert lead(late).tolist() == pytest.approx([0.1] * 3)


def test_learning_to_a_half_is_timed_between_checkpoints_and_may_never_come() -> None:
    after = learned_after(way([0.0, 0.0, 1.0, 1.0], [0.0, 0.1, 0.2, 0.3]))
    assert after.tolist() == [[550, np.inf]] * 3


@pytest.mark.parametrize(
    ("after", "verdict"),
    [
        ([1, 1, 2, 3, 4], "reproduced"),
        ([1, 1, 2, np.inf, np.inf], "reproduced"),
        ([1, 1, 1, 1, 1.9], "partly"),
        ([1, 3, 2, 3, 4], "partly"),
        ([4, 3, 2, 1, 1], "not"),
        ([np.inf] * 5, "not"),
        ([1] * 5, "not"),
    ],
)
def test_the_verdict_on_wiggles(after: list[float], verdict: str) -> None:
    assert order(np.array(after, float)) == verdict


def result(ways: dict[str, Way]) -> store.Result:
    """As much of the result of linear-meta as the rule reads."""
    data = {}
    for name, each in ways.items():
        run = "run_2d" if name == "ours" else "few"
        dims = (run, f"checkpoint_{name}", "spectrum_way", "step", "mode_2d")
        data[f"way_{name}"] = (dims, each.q[:, :, None, None])
    coords = {f"checkpoint_{name}": EPISODES // 10 for name in ways}
    manifest = {"batches": dict.fromkeys(ways, 10), "profile": "laptop"}
    return store.Result("linear-meta", xr.Dataset(data, coords), manifest, {})


@pytest.mark.parametrize(
    ("sgd", "adam", "verdict"),
    [
        (SMALL_FIRST, SMALL_FIRST, "reproduced"),
        (NOTHING_YET, SMALL_FIRST, "partly"),
        (LARGE_FIRST, SMALL_FIRST, "partly"),
        (LARGE_FIRST, NOTHING_YET, "not"),
    ],
)
def test_the_verdict_on_lines(sgd: Way, adam: Way, verdict: str) -> None:
    found = outer_loop_claims.reversed_order(result({"sgd": sgd, "adam": adam, "ours": LARGE_FIRST}))
    assert found.verdict == verdict
    assert found.episodes == 10_000
    assert found.n == 3
    assert "our beginning: ahead in 0%" in found.value


def test_the_verdict_on_lines_rests_on_the_last_step_of_an_episode() -> None:
    both = result({"sgd": SMALL_FIRST, "adam": SMALL_FIRST, "ours": SMALL_FIRST})
    turned = both.data.map(lambda each: xr.concat([each * 0, each], "step").isel(step=[1, 0]))
    assert outer_loop_claims.reversed_order(store.Result("linear-meta", turned, both.manifest, {})).verdict == "not"


def test_the_lead_is_looked_at_as_though_training_had_ended_sooner() -> None:
    turns = way([0.0, 0.4, 0.3, 0.9], [0.0, 0.2, 0.7, 0.9])
    rule = outer_loop_claims.reversed_order
    assert rule.course is not None
    found = rule.course(result({"sgd": SMALL_FIRST, "adam": turns, "ours": LARGE_FIRST}))
    assert found == {0: False, 100: False, 1_000: True, 10_000: True}
    assert rule(result({"sgd": SMALL_FIRST, "adam": LARGE_FIRST, "ours": LARGE_FIRST})).statistic == 0


def test_waves_are_staggered_from_when_the_first_is_learned() -> None:
    slow_first, fast = np.array([[0.0, 0.1, 0.6, 0.9], [0.0, 0.1, 0.2, 0.3]]).T, np.ones((4, 2))
    data = {
        "outer_q_plain": (("run_plain", "checkpoint_plain", "mode"), np.stack([slow_first] * 3)),
        "outer_q": (("run_all", "checkpoint", "mode"), np.stack([fast] * 3)),
    }
    coords = {"checkpoint_plain": EPISODES // 10, "checkpoint": EPISODES // 10}
    manifest = {"batch": {"plain": 10, "all": 10}, "profile": "laptop"}
    fourier = store.Result("fourier-meta", xr.Dataset(data, coords), manifest, {})
    found = outer_loop_claims.staggered(fourier)
    assert (found.verdict, found.statistic) == ("reproduced", 0)
    assert holds_from(outer_loop_claims.staggered, [fourier]) == 1_000


def test_the_picture_says_what_its_numbers_say() -> None:
    panels = {"one": (EPISODES, SMALL_FIRST.q), "another": (EPISODES, NOTHING_YET.q)}
    drawn = courses(panels, ["large", "small"])
    assert "one: after 1,000, 1,000 episodes; at the end of training 0.9, 0.9." in drawn.alt
    assert "another: after never, never episodes" in drawn.alt
    assert len(drawn.numbers) == 4
    assert drawn.svg.count("<svg") == 1
    with pytest.raises(ValueError, match="one has 2 modes; there are 1 names"):
        courses(panels, ["large"])


@pytest.mark.slow
def test_several_worlds_stand_side_by_side() -> None:
    small_first, large_first, nothing_yet = (0.8 * each.q for each in (SMALL_FIRST, LARGE_FIRST, NOTHING_YET))
    rows = {
        "ours": {"lines": (EPISODES, small_first), "waves": (EPISODES, small_first[..., [0, 1, 1]])},
        "theirs": {"lines": (EPISODES, large_first), "waves": (EPISODES, nothing_yet[..., [0, 1, 1]])},
    }
    modes = {"lines": ["large", "small"], "waves": ["slow", "middling", "fast"]}
    check_picture(
        lambda: side_by_side(rows, modes), 4, r"lines, ours: large after 10,000, small after 1,000\. lines, t"
    )
    found = [[*row.values()][-2:] for row in side_by_side(rows, modes).numbers]
    assert found[1:] == [
        ["large: 1,000", "small: 10,000"],
        ["slow: 10,000", "fast: 1,000"],
        ["slow: never", "fast: never"],
    ]
    with pytest.raises(ValueError, match="ours, waves: has 3 modes; there are 2 names"):
        side_by_side(rows, modes | {"waves": ["slow", "fast"]})


def test_contexts_are_looked_at_at_the_end_of_an_episode() -> None:
    q = np.random.default_rng(0).random((4, 3, 5, 2))  # checkpoint, run, step, k
    data = xr.Dataset({"curves_coupled": (("checkpoint", "run", "step", "k"), q)}, {"checkpoint": EPISODES // 10})
    found = contexts_way(store.Result("context-meta", data, {"batch": 10}, {}), "coupled")
    assert found.episodes.tolist() == EPISODES.tolist()
    assert np.array_equal(found.q, q[:, :, -1].swapaxes(0, 1))
