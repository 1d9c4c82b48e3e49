"""Amended rules on small made-up results, just within and just outside their bounds."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments.bandits import claims_fresh as acting
from experiments.bandits.figures_fresh import better_arm, fed
from experiments.prediction import claims_fresh as predicting
from experiments.structure_claims import bayes_into_networks_by_episodes
from lib.claims.criterion import Criterion
from lib.plotting.order import apart_over_training, order_of_learning
from lib.probes.benchmark import BANDITS, PREDICTION
from lib.runner import store
from lib.training.loop import ONE_CYCLE
from tests.pictures import check_picture

RUNS, STEPS = 10, 20
CHECKPOINTS = [0, 1, 2, 4, 8, 16]
UPDATES, EPISODES = 16, 1_600
ARMS = [row.name for row in BANDITS]
TASKS = [row.name for row in PREDICTION]


def result(name: str, variables: Mapping[str, Any], **coords: Any) -> store.Result:
    manifest = {"profile": "laptop", "episodes": {"k": EPISODES}, "checkpoint": UPDATES}
    return store.Result(name, xr.Dataset(dict(variables), coords), manifest, {})


def gaps(early: Mapping[float, int], late: Mapping[float, int]) -> np.ndarray:
    """(run, checkpoint, step): the gap falls below each threshold at a checkpoint, early steps and late ones apart;
    step 1 is there from the beginning.
    """
    found = np.full((RUNS, len(CHECKPOINTS), STEPS), 1.0)
    for steps, when in ((slice(1, 10), early), (slice(10, None), late)):
        for threshold, checkpoint in sorted(when.items(), reverse=True):
            found[:, CHECKPOINTS.index(checkpoint) :, steps] = threshold * 0.99
    found[:, :, 0] = 0
    return found


def learned(late: tuple[int, int, int], thresholds: tuple[float, ...]) -> np.ndarray:
    """Early steps fall below all thresholds at the second checkpoint, late ones at these."""
    return gaps(dict.fromkeys(thresholds, 2), dict(zip(thresholds, late, strict=True)))


STAGGERED = [((2, 4, 4), "reproduced"), ((2, 2, 4), "partly"), ((2, 2, 2), "not"), ((4, 8, 16), "reproduced")]


def distances(from_optimum: list[float], from_each_other: list[float]) -> np.ndarray:
    """(checkpoint, one, other); the optimum is last."""
    found = np.zeros((len(CHECKPOINTS), RUNS + 1, RUNS + 1))
    for own, optimum, other in zip(found, from_optimum, from_each_other, strict=True):
        own[:] = other
        own[-1] = own[:, -1] = optimum
        np.fill_diagonal(own, 0)
    return found


def ordered(late: tuple[int, int, int] = (2, 4, 4), apart: np.ndarray | None = None) -> store.Result:
    own = learned(late, predicting.THRESHOLDS)
    control = learned((2, 2, 2), predicting.THRESHOLDS)
    between = distances([1.0] * 5 + [0.01], [0.1] * 5 + [0.001]) if apart is None else apart
    return result(
        "order",
        {
            "kl": (("schedule", "run", "checkpoint", "step"), np.stack([own, control])),
            "predictions_apart": (("schedule", "checkpoint", "one", "other"), np.stack([between, between])),
        },
        schedule=[ONE_CYCLE, "constant"],
        checkpoint=CHECKPOINTS,
    )


def acted(late: tuple[int, int, int] = (2, 4, 4), policies: np.ndarray | None = None) -> store.Result:
    between = distances([1.0] * 6, [0.1] * 6) if policies is None else policies
    return result(
        "bandit-order",
        {
            "regret_on_the_way": (("task", "run", "checkpoint", "step"), learned(late, acting.THRESHOLDS)[None]),
            "policies_apart": (("task", "checkpoint", "one", "other"), between[None]),
        },
        task=ARMS[:1],
        checkpoint=CHECKPOINTS,
    )


@pytest.mark.parametrize(("late", "verdict"), STAGGERED)
def test_m04_and_m07_count_the_thresholds_at_which_steps_are_learned_apart(
    late: tuple[int, int, int], verdict: str
) -> None:
    predicted, played = predicting.staggered(ordered(late)), acting.staggered(acted(late))
    assert predicted.verdict == played.verdict == verdict
    assert predicted.statistic == played.statistic == late[1] / 2
    assert "with a constant learning rate 1.0x at 0.01" in predicted.value


def test_step_one_does_not_count() -> None:
    made_up = ordered((2, 2, 2))
    made_up.data["kl"][..., 0] = 1.0  # never learned
    assert predicting.staggered(made_up).verdict == "not"


@pytest.mark.parametrize(
    ("optimum", "other", "verdict"), [(0.05, 0.005, "reproduced"), (0.051, 0.005, "partly"), (0.051, 0.0051, "not")]
)
def test_m05_holds_what_is_left_against_the_largest_during_training(optimum: float, other: float, verdict: str) -> None:
    found = predicting.all_converge(ordered(apart=distances([0.2, 1, 1, 1, 1, optimum], [0.01, 0.1, 0, 0, 0, other])))
    assert found.verdict == verdict


@pytest.mark.parametrize("rule", [acting.all_converge, acting.all_converge_at_rest])
def test_m08_is_about_returns_and_says_what_policies_do(rule: Criterion) -> None:
    made_up = acted()
    made_up.data["regret_on_the_way"][:, ::2, -1, 2] = 2.0
    assert rule(made_up).verdict == "not"
    made_up.data["regret_on_the_way"][:, :, -1] = 0.0
    made_up.data["regret_on_the_way"][:, 3, 2] = 2.0
    found = rule(made_up)
    assert found.verdict == "reproduced"
    assert found.value.endswith("of policies' divergence 100.0% and 100.0%")


def episodes_compared(better: int) -> store.Result:
    """So many prediction tasks in which Opt to RNN is worse in every network; one episode in each says the contrary."""
    output = np.ones((len(TASKS), 5, 2, 1, 9))
    output[:better, :, 1] = 2.0
    output[:, :, 0, :, 4] = 10_000.0
    dims = ("task", "run", "direction", "map", "episode")
    return result(
        "simulation-episodes",
        {"output": (dims, output)},
        task=TASKS,
        run=range(5),
        direction=["RNN to Opt", "Opt to RNN"],
        map=["mlp"],
    )


def bandits_compared(better: int) -> store.Result:
    reward = np.ones((len(ARMS), RUNS, 2, 1))
    reward[:better, :, 1] = 2.0
    dims = ("task", "run", "direction", "map")
    return result(
        "bandit-simulation",
        {"reward": (("condition", *dims), reward[None])},
        condition=["trained"],
        task=ARMS,
        direction=["RNN to Opt", "Opt to RNN"],
        map=["mlp"],
    )


@pytest.mark.parametrize(
    ("predicted", "played", "verdict"),
    [(8, 0, "reproduced"), (7, 0, "partly"), (5, 0, "not"), (0, 3, "partly"), (5, 3, "reproduced")],
)
def test_m14_goes_by_the_median_episode_and_counts_halves(predicted: int, played: int, verdict: str) -> None:
    assert bayes_into_networks_by_episodes(episodes_compared(predicted), bandits_compared(played)).verdict == verdict


def test_m14_asks_for_every_network_that_predicts() -> None:
    made_up = episodes_compared(8)
    made_up.data["output"][7, 2, 1] = 0.5
    assert bayes_into_networks_by_episodes(made_up, bandits_compared(0)).verdict == "partly"


def reservoirs(worst: float) -> store.Result:
    state = np.full((len(ARMS), 3, RUNS), 0.02)
    state[:, 0] = 0.5  # the narrow ones decide nothing
    state[2, 1] = worst
    return result(
        "reservoir",
        {"state": (("task", "condition", "run"), state)},
        task=ARMS,
        condition=["Sonnet's, 64 units", "Sonnet's, 256 units", "trained"],
        run=range(RUNS),
    )


@pytest.mark.parametrize(("worst", "verdict"), [(0.0999, "reproduced"), (0.1001, "partly")])
def test_m15_bounds_untrained_networks_of_the_source_s_width_that_are_fed(worst: float, verdict: str) -> None:
    found = acting.reservoir(reservoirs(worst))
    assert (found.verdict, found.statistic) == (verdict, worst)
    assert "Sonnet's, 64 units: 0.500 to 0.500" in found.value


def remembered(without: float = 1.0) -> store.Result:
    return result(
        "memory",
        {
            "kl_of_window": (("task", "window"), np.tile(np.geomspace(1, 1e-3, 6), (10, 1))),
            "kl_without_memory": (("task4", "run"), np.full((4, RUNS), without)),
            "kl_of_width": (("task4", "width", "run"), np.full((4, 1, RUNS), 0.05)),
        },
        width=[32],
        run=range(RUNS),
    )


def limited(last: float = 0.05) -> store.Result:
    short = np.array([[0.5, 0.2, 0.1, last]] * 2)
    return result(
        "bandit-memory", {"short_of_window": (("bernoulli", "window"), short)}, bernoulli=ARMS[:2], window=range(4)
    )


def played_by_width(two: float = 0.3) -> store.Result:
    return result("bandits", {"short_of_width": (("width", "few"), [[two] * 3, [0.1] * 3])}, width=[2, 64])


@pytest.mark.parametrize(
    ("without", "last", "two", "verdict"),
    [
        (0.5, 0.05, 0.31, "reproduced"),
        (0.49, 0.05, 0.31, "partly"),
        (0.5, 0.0, 0.31, "partly"),
        (0.5, 0.11, 0.31, "partly"),
        (0.49, 0.11, 0.29, "not"),
    ],
)
def test_m20_asks_for_the_best_player_with_a_window(without: float, last: float, two: float, verdict: str) -> None:
    assert acting.reduced_memory(remembered(without), played_by_width(two), limited(last)).verdict == verdict


@pytest.mark.parametrize("rule", [predicting.longer_lives, predicting.longer_lives_again])
@pytest.mark.parametrize(("task", "verdict"), [(0.005, "reproduced"), (0.0051, "partly")])
def test_x06_asks_the_median_network_at_every_step(rule: Criterion, task: float, verdict: str) -> None:
    kl = np.full((len(TASKS), RUNS, 4), 0.001)
    kl[3, :, 2] = task
    kl[:, 0] = 1.0  # a stray
    made_up = result(
        "longer-lives", {"kl": (("task", "run", "step"), kl)}, task=TASKS, run=range(RUNS), step=[1, 30, 1_000, 5_000]
    )
    found = rule(made_up)
    assert found.verdict == verdict
    assert found.value.startswith("within 0.005 nats to step 5,000 in")


def test_pictures_say_when_steps_are_learned_and_how_alike_networks_become() -> None:
    seen = np.array(CHECKPOINTS) * 100.0
    own = {"one way": learned((2, 4, 8), predicting.THRESHOLDS)}
    check_picture(
        lambda: order_of_learning(seen, own, predicting.THRESHOLDS, "nats"),
        5,
        r"one way, step 20: below 0\.002 nats after 800",
    )
    lines = {"from Bayes": np.array([1.0, 2, 1, 1, 1, 0.5]), "from each other": np.array([1.0, 1, 4, 1, 1, 0.4])}
    check_picture(
        lambda: apart_over_training(seen, {"divergence": lines}, 0.05),
        2,
        r"from each other: largest after 200 episodes, 10\.00% left",
    )
    state = {"untrained": {ARMS[0]: np.full(5, 0.2)}, "trained": {ARMS[0]: np.full(5, 0.03)}}
    check_picture(lambda: fed(state, 0.1), 2, r"two arms, Beta\(1, 1\), untrained: 0\.2\. .*, trained: 0\.03")
    pulled = np.tile(np.linspace(0.5, 0.9, 30), (5, 1))
    check_picture(
        lambda: better_arm(pulled, np.linspace(0.5, 0.91, 30), np.full(30, 0.7), 20),
        4,
        r"At the last step networks 0\.9, the optimum 0\.91, greed 0\.7",
    )
