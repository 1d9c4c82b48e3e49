"""Rules for the structure of players, alone and together with predictors: each can say yes and no."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from experiments import structure_claims
from experiments.bandits import claims_simulation as rules
from experiments.bandits.claims_simulation import BACK, BORROWED, OWN, POLICY, REWARD, SOURCES, THERE, TRAINED
from experiments.bandits.measure import CONDITIONS
from experiments.prediction import claims_simulation
from lib.claims.criterion import Criterion
from lib.claims.evidence import Evidence
from lib.claims.stability import stability
from lib.probes.benchmark import BANDITS, in_words
from lib.runner import store
from tests.experiments.prediction.test_claims import EPISODES, RUNS, TASKS, most, result, simulated
from tests.experiments.prediction.test_claims import spoilt as spoilt_simulation

ARMS = [row.name for row in BANDITS]
DIE = "die 1, 1, 1"


def acted() -> store.Result:
    """What the run `bandit-simulation` leaves when every claim holds; a test spoils it."""
    axes = ("task", "condition", "direction", "map", "run")
    state = np.full((len(ARMS), len(CONDITIONS), 2, 3), 1.0)
    state[:, :, :, 0] = np.array([0.08, 0.07, 0.05])[None, :, None]
    output = np.full(state.shape, 1.0)
    output[:, 2, 0, 0], output[:, 2, 1, 0] = 0.01, 0.02
    explained = np.full((len(ARMS), len(CONDITIONS), 10), 0.01)
    explained[:, 2, :4] = 0.81 / 4
    return result(
        "bandit-simulation",
        {
            "state": (axes, most(state)),
            "reward": (axes, most(output, strays=0)),
            "policy": (axes, most(output, strays=0)),
            "explained": (("task", "condition", "component", "run"), most(explained, bad=0.05)),
            "state_by_forget": (("forget", "run"), most(np.array([0.3, 0.15, 0.025]))),
            "n": (("task",), [4] * len(ARMS)),
        },
        task=ARMS,
        condition=list(CONDITIONS),
        run=range(RUNS),
        direction=[THERE, BACK],
        map=["mlp", "linear", "constant"],
        component=range(1, 11),
        forget=[0.0, 1.0, 2.0],
    )


def spoilt(variable: str, value: float, **where: Any) -> store.Result:
    found = acted()
    found.data[variable].loc[where] = value
    return found


def test_m11_needs_low_errors_in_both_directions_on_the_sources_bandit() -> None:
    assert rules.four_panels(acted()).verdict == "reproduced"
    assert "RNN to Opt: MSE 0.0500; Opt to RNN: MSE 0.0500" in rules.four_panels(acted()).value
    for direction in (THERE, BACK):
        here = {"task": SOURCES, "condition": TRAINED, "direction": direction, "map": "mlp"}
        assert rules.four_panels(spoilt("state", 0.069, **here)).verdict == "reproduced"
        assert rules.four_panels(spoilt("state", 0.1001, **here)).verdict == "not"
        assert rules.four_panels(spoilt("state", 0.9, **{**here, "task": ARMS[1]})).verdict == "reproduced"
        null = {**here, "map": "constant"}
        assert rules.four_panels(spoilt("state", 0.499, **null)).verdict == "not"


def test_m11_holds_networks_against_untrained_ones_with_the_same_input() -> None:
    here = {"task": SOURCES, "direction": THERE, "map": "mlp"}
    assert rules.four_panels(spoilt("state", 0.0499, condition=BORROWED, **here)).verdict == "not"
    assert rules.four_panels(spoilt("state", 0.0499, condition=OWN, **here)).verdict == "reproduced"


SPOILS: Mapping[str, tuple[str, dict[str, Any], float, float]] = {
    "states against the null map": ("state", {"condition": TRAINED, "map": "constant"}, 0.501, 0.499),
    "states against the untrained": ("state", {"condition": BORROWED, "map": "mlp"}, 0.0501, 0.0499),
    "rewards against the null map": ("reward", {"condition": TRAINED, "map": "constant"}, 0.1001, 0.0999),
    "rewards against the untrained": ("reward", {"condition": BORROWED, "map": "mlp"}, 0.1001, 0.0999),
}


@pytest.mark.parametrize("bound", SPOILS)
def test_m13_holds_in_a_bandit_where_states_and_rewards_are_both_low(bound: str) -> None:
    variable, where, within, outside = SPOILS[bound]
    here = {**where, "task": ARMS[1], "direction": THERE}
    assert all(rules.networks_into_bayes_holds(acted()).values())
    assert all(rules.networks_into_bayes_holds(spoilt(variable, within, **here)).values())
    held = rules.networks_into_bayes_holds(spoilt(variable, outside, **here))
    assert held == {task: task != ARMS[1] for task in ARMS}
    elsewhere = spoilt(variable, outside, **{**here, "direction": BACK})
    assert all(rules.networks_into_bayes_holds(elsewhere).values())


@pytest.mark.parametrize("judge", [rules.networks_into_bayes_holds, rules.bayes_into_networks_holds])
def test_a_claim_can_be_judged_by_rewards_or_by_policies(judge: Callable[..., dict[str, bool]]) -> None:
    for spoil, other in ((REWARD, POLICY), (POLICY, REWARD)):
        bad = spoilt(spoil, 0.5, condition=TRAINED, direction=THERE, map="mlp")
        assert not any(judge(bad, spoil).values())
        assert all(judge(bad, other).values())
    assert judge(acted()) == judge(acted(), REWARD)


def test_m14_holds_in_a_bandit_where_the_way_back_is_worse_for_nearly_every_network() -> None:
    assert all(rules.bayes_into_networks_holds(acted()).values())
    one = spoilt("reward", 0.0, task=ARMS[2], condition=TRAINED, direction=BACK, map="mlp", run=3)
    assert rules.bayes_into_networks_holds(one) == {task: task != ARMS[2] for task in ARMS}


def test_m17_adds_up_as_many_components_as_there_are_statistics() -> None:
    assert all(rules.few_components_holds(acted()).values())
    few = spoilt("explained", 0.19, task=ARMS[3], condition=TRAINED, component=4)
    assert rules.few_components_holds(few) == {task: task != ARMS[3] for task in ARMS}
    assert np.median(rules.explained_by_n(few)[ARMS[3]]) == pytest.approx(0.81 * 3 / 4 + 0.19)


@pytest.mark.parametrize(
    ("failing", "verdict"), [(0, "reproduced"), (1, "reproduced"), (2, "partly"), (3, "partly"), (4, "not")]
)
@pytest.mark.parametrize("spoil", ["state", "reward"])
def test_m15_holds_where_untrained_states_can_be_read_though_outputs_cannot(
    failing: int, verdict: str, spoil: str
) -> None:
    here = {"task": ARMS[:failing], "condition": OWN, "direction": THERE, "map": "mlp"}
    within, outside = {"state": (0.0999, 0.1001), "reward": (0.1001, 0.0999)}[spoil]
    assert rules.reservoir(spoilt(spoil, within, **here)).verdict == "reproduced"
    found = rules.reservoir(spoilt(spoil, outside, **here))
    assert found.verdict == verdict
    assert f"holds in {4 - failing} of 4" in found.value


def test_m15_says_how_low_in_both_directions_and_what_the_forget_gate_does() -> None:
    found = rules.reservoir(spoilt("state", 0.09, task=ARMS[1], condition=OWN, direction=BACK, map="mlp"))
    assert "RNN to Opt: Dₛ untrained 0.080 to 0.080, trained 0.050 to 0.050" in found.value
    assert "Opt to RNN: Dₛ untrained 0.080 to 0.090, trained 0.050 to 0.050" in found.value
    assert "+2 at the forget gates, first bandit: 0.025" in found.value
    assert found.interval is not None
    assert found.interval[0] == 0.08


# Both halves

Judge = Callable[[store.Result, store.Result], Evidence]
JUDGES: list[Judge] = [
    structure_claims.networks_into_bayes,
    structure_claims.bayes_into_networks,
    structure_claims.untrained_do_not_share,
    structure_claims.few_components,
]


@pytest.mark.parametrize("judge", JUDGES)
def test_a_claim_that_holds_in_both_halves_is_reproduced(judge: Judge) -> None:
    found = judge(simulated(), acted())
    assert found.verdict == "reproduced"
    assert (found.n, found.episodes, found.profile) == (RUNS, EPISODES, "laptop")
    assert re.fullmatch(r"hood\.html#fig-hood-[a-z]+", found.figure)


@pytest.mark.parametrize(
    ("predicting", "acting", "verdict"), [(1, 0, "partly"), (0, 1, "partly"), (4, 2, "partly"), (5, 2, "not")]
)
def test_m13_and_m17_count_all_fourteen(predicting: int, acting: int, verdict: str) -> None:
    tasks = list(simulated().data.task.values)[:predicting]
    one = spoilt_simulation("state", 0.2, task=tasks, trained=True, direction=THERE, map="mlp")
    other = spoilt("state", 0.2, task=ARMS[:acting], condition=TRAINED, direction=THERE, map="mlp")
    found = structure_claims.networks_into_bayes(one, other)
    assert found.verdict == verdict
    assert f"prediction: low in {10 - predicting} of 10" in found.value
    assert f"bandits: low in {4 - acting} of 4" in found.value
    one = spoilt_simulation("explained", 0.1, task=tasks, trained=True, component=1)
    other = spoilt("explained", 0.1, task=ARMS[:acting], condition=TRAINED, component=1)
    found = structure_claims.few_components(one, other)
    assert found.verdict == verdict
    assert f"prediction: at least 80% in {10 - predicting} of 10" in found.value
    assert f"bandits: at least 80% in {4 - acting} of 4" in found.value


@pytest.mark.parametrize(("predicting", "acting", "verdict"), [(4, 2, "reproduced"), (4, 3, "not"), (7, 0, "not")])
def test_m14_needs_more_than_half_of_fourteen(predicting: int, acting: int, verdict: str) -> None:
    tasks = list(simulated().data.task.values)[:predicting]
    one = spoilt_simulation("output", 0.0, task=tasks, trained=True, direction=BACK, map="mlp", run=3)
    other = spoilt("reward", 0.0, task=ARMS[:acting], condition=TRAINED, direction=BACK, map="mlp", run=3)
    found = structure_claims.bayes_into_networks(one, other)
    assert found.verdict == verdict
    assert f"worse in {10 - predicting} of 10" in found.value
    assert f"{4 - acting} of 4" in found.value
    assert "by the divergence of policies in 4" in found.value


def test_m16_in_all_needs_the_die_and_the_bandit() -> None:
    for direction in (THERE, BACK):
        fresh = spoilt_simulation("output", 0.05, task=DIE, trained=False, direction=direction, map="mlp")
        assert structure_claims.untrained_do_not_share(fresh, acted()).verdict == "partly"
        played = spoilt("reward", 0.05, task=SOURCES, condition=OWN, direction=direction, map="mlp")
        found = structure_claims.untrained_do_not_share(simulated(), played)
        assert found.verdict == "partly"
        assert f"bandit, {direction} {5 if direction == THERE else 2}x" in found.value


def test_halves_of_different_sizes_are_not_put_together() -> None:
    small = acted()
    small = store.Result(small.name, small.data, {**small.manifest, "profile": "smoke"}, {})
    with pytest.raises(ValueError, match="bandit-simulation has 10, smoke profile; the two halves"):
        structure_claims.few_components(simulated(), small)


def test_the_larger_number_of_episodes_is_told() -> None:
    long = acted()
    long = store.Result(long.name, long.data, {**long.manifest, "episodes": {"k": 384_000}}, {})
    assert structure_claims.few_components(simulated(), long).episodes == 384_000


# The prediction half, while all bandits hold


def together(judge: Judge, predicted: store.Result) -> Evidence:
    return judge(predicted, acted())


SPOILS_OF_PREDICTION: Mapping[str, tuple[str, dict[str, Any], float, float]] = {
    "states against the null map": ("state", {"trained": True, "map": "mlp"}, 0.0999, 0.1001),
    "states against the untrained": ("state", {"trained": False, "map": "mlp"}, 0.0501, 0.0499),
    "outputs against the null map": ("output", {"trained": True, "map": "mlp"}, 0.0999, 0.1001),
    "outputs against the untrained": ("output", {"trained": False, "map": "mlp"}, 0.1001, 0.0999),
}


@pytest.mark.parametrize("bound", SPOILS_OF_PREDICTION)
@pytest.mark.parametrize(("failing", "verdict"), [(1, "partly"), (6, "partly"), (7, "not"), (10, "not")])
def test_m13_in_prediction_holds_where_states_and_outputs_are_both_low(bound: str, failing: int, verdict: str) -> None:
    variable, where, within, outside = SPOILS_OF_PREDICTION[bound]
    here = {**where, "task": TASKS[:failing], "direction": THERE}
    kept = together(structure_claims.networks_into_bayes, spoilt_simulation(variable, within, **here))
    assert (kept.verdict, "low in 10 of 10" in kept.value) == ("reproduced", True)
    lost = together(structure_claims.networks_into_bayes, spoilt_simulation(variable, outside, **here))
    assert (lost.verdict, f"low in {10 - failing} of 10" in lost.value) == (verdict, True)
    elsewhere = together(
        structure_claims.networks_into_bayes, spoilt_simulation(variable, outside, **{**here, "direction": BACK})
    )
    assert "low in 10 of 10" in elsewhere.value


@pytest.mark.parametrize(("failing", "verdict"), [(0, "reproduced"), (6, "reproduced"), (7, "not"), (10, "not")])
def test_m14_in_prediction_holds_where_the_way_back_is_worse_for_nearly_every_network(
    failing: int, verdict: str
) -> None:
    one = {"task": TASKS[:failing], "trained": True, "direction": BACK, "map": "mlp", "run": 3}
    found = together(structure_claims.bayes_into_networks, spoilt_simulation("output", 0.0, **one))
    assert found.verdict == verdict
    assert f"worse in {10 - failing} of 10" in found.value
    everyone = {key: value for key, value in one.items() if key != "run"}
    assert (
        together(structure_claims.bayes_into_networks, spoilt_simulation("output", 0.0101, **everyone)).verdict
        == "reproduced"
    )
    assert (
        together(structure_claims.bayes_into_networks, spoilt_simulation("output", 0.0099, **everyone)).verdict
        == verdict
    )


def test_m14_in_prediction_gives_the_difference_on_the_die_with_its_interval() -> None:
    assert together(structure_claims.bayes_into_networks, simulated()).interval == (0.01, 0.01)


def test_m16_in_prediction_needs_ten_times_the_trained_dissimilarity_in_both_directions() -> None:
    assert together(structure_claims.untrained_do_not_share, simulated()).verdict == "reproduced"
    for direction, trained in {THERE: 0.01, BACK: 0.02}.items():
        fresh = {"task": DIE, "trained": False, "direction": direction, "map": "mlp"}
        assert (
            together(
                structure_claims.untrained_do_not_share, spoilt_simulation("output", 10.1 * trained, **fresh)
            ).verdict
            == "reproduced"
        )
        assert (
            together(
                structure_claims.untrained_do_not_share, spoilt_simulation("output", 9.9 * trained, **fresh)
            ).verdict
            == "partly"
        )


@pytest.mark.parametrize(("failing", "verdict"), [(0, "reproduced"), (6, "partly"), (7, "not")])
def test_m17_in_prediction_adds_up_as_many_components_as_there_are_statistics(failing: int, verdict: str) -> None:
    first = {"task": TASKS[:failing], "trained": True, "component": 1}
    found = together(structure_claims.few_components, spoilt_simulation("explained", 0.2, **first))
    assert found.verdict == verdict
    assert f"at least 80% in {10 - failing} of 10" in found.value
    shares = claims_simulation.explained_by_n(simulated())
    assert {task: float(np.median(each)) for task, each in shares.items()} == pytest.approx(dict.fromkeys(TASKS, 0.81))
    slightly = spoilt_simulation("explained", 0.0, task=DIE, trained=True, component=1)
    slightly.data["explained"].loc[{"task": DIE, "trained": True, "component": [1, 2, 3]}] = 0.2666
    assert f"in 9 of 10 (not: {in_words(DIE)})" in together(structure_claims.few_components, slightly).value


NEAR_BAYES, GREED_MISSES = 0.02, 0.04  # nats and reward an episode


def freshly_predicted(kl: float, output: float) -> store.Result:
    """What the rules of all fourteen tasks read of fresh predictors."""
    compared = np.stack([np.full((len(TASKS), 1, RUNS, 4), each) for each in (output, 1.0)], axis=1)
    return result(
        "simulation-episodes",
        {
            "kl_at_the_end": (("task", "run"), np.full((len(TASKS), RUNS), kl)),
            "output": (("task", "map", "direction", "run", "episode"), compared),
            "state": (("task", "map", "direction", "run"), compared[..., 0]),
        },
        task=TASKS,
        run=range(RUNS),
        map=["mlp", "constant"],
        direction=[THERE],
        episode=range(4),
    )


def freshly_acted(short: float, reward: float, state: float = 0.01) -> store.Result:
    """The same of fresh players; the last bandit is the one in question."""
    axes = ("task", "run", "condition", "direction", "map")
    of_short, of_reward = np.full((len(ARMS), RUNS), 0.001), np.full((len(ARMS), RUNS, 1, 1, 2), 0.001)
    of_state = np.full(of_reward.shape, 0.01)
    of_state[..., 1] = 1.0
    of_short[-1], of_reward[-1, ..., 0], of_state[-1, ..., 0] = short, reward, state
    return result(
        "bandits-third",
        {
            "short_of_best": (("task", "run"), of_short),
            "short_of_greed": (("task",), np.full(len(ARMS), GREED_MISSES)),
            "reward": (axes, of_reward),
            "state": (axes, of_state),
        },
        task=ARMS,
        run=range(RUNS),
        condition=[TRAINED],
        direction=[THERE],
        map=["mlp", "constant"],
    )


@pytest.mark.parametrize("rule", [structure_claims.all_tasks_behave, structure_claims.all_tasks_behave_in_the_end])
def test_m12_holds_players_against_greed(rule: Criterion) -> None:
    good, bound = freshly_predicted(NEAR_BAYES, 0.01), 0.25 * GREED_MISSES
    assert rule(good, freshly_acted(bound - 1e-4, 0.001)).verdict == "reproduced"
    assert rule(good, freshly_acted(bound + 1e-4, 0.001)).verdict == "partly"
    assert rule(freshly_predicted(NEAR_BAYES + 1e-4, 0.01), freshly_acted(0.001, 0.001)).verdict == "not"


@pytest.mark.parametrize(
    "rule", [structure_claims.networks_into_optimum, structure_claims.networks_into_optimum_by_more]
)
def test_m13_asks_for_states_and_for_what_follows_from_them(rule: Criterion) -> None:
    good, bound = freshly_predicted(0.001, 0.01), 0.25 * GREED_MISSES
    assert rule(good, freshly_acted(0.001, bound - 1e-4)).verdict == "reproduced"
    assert rule(good, freshly_acted(0.001, bound + 1e-4)).verdict == "partly"
    assert rule(good, freshly_acted(0.001, 0.001, state=0.11)).verdict == "partly"
    assert rule(freshly_predicted(0.001, 0.11), freshly_acted(0.001, 0.001)).verdict == "not"


def test_m13_takes_gaussian_arms_from_their_own_networks() -> None:
    good, bound = freshly_predicted(0.001, 0.01), 0.25 * GREED_MISSES
    rule, third = structure_claims.networks_into_optimum_by_most, freshly_acted(0.001, bound + 1e-4)
    in_question = third.data.task.values[-1:]

    def translated(reward: float) -> store.Result:
        measured = freshly_acted(0.001, reward).data.sel(task=in_question)[["short_of_greed", "reward", "state"]]
        return replace(third, name="gaussian-arms", data=measured)

    assert rule(good, third, translated(bound - 1e-4)).verdict == "reproduced"
    assert rule(good, third, translated(bound + 1e-4)).verdict == "partly"
    assert rule(freshly_predicted(0.001, 0.11), third, translated(0.001)).verdict == "not"
    sure = stability(rule, (good, third, translated(bound - 1e-4)), resamples=5)
    assert sure.stands == 1.0, "networks of one result are drawn without those of another"
