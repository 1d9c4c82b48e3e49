"""Every rule on small made-up results, just within and just outside its bounds."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments import ledger
from experiments.coins import claims as coins
from experiments.prediction import claims as prediction
from experiments.prediction import claims_exact, claims_memory, claims_simulation
from lib.claims.evidence import Evidence, at_most_partly, by_share, count
from lib.probes.behaviour import every_history
from lib.probes.benchmark import PREDICTION
from lib.runner import store

TASKS = [row.name for row in PREDICTION]
DIE = "die 1, 1, 1"
RUNS = 10
UPDATES, EPISODES = 2_000, 256_000


def result(name: str, variables: Mapping[str, Any], **coords: Any) -> store.Result:
    manifest = {"profile": "laptop", "episodes": {"k": EPISODES, "l": 128}, "checkpoint": UPDATES}
    return store.Result(name, xr.Dataset(dict(variables), coords), manifest, {})


def most(values: Any, bad: float = 1_000.0, strays: int = 4) -> np.ndarray:
    """The same for every network but a few, which are far off; the last axis is that of the networks."""
    networks = np.repeat(np.asarray(values)[..., None], RUNS, axis=-1)
    networks[..., :strays] = bad
    return networks


# Two worlds of coins


def coins_that_stray(fair: float, bent: float) -> store.Result:
    histories = every_history(5)
    bayes = np.full((2, 63), 0.5)
    said = np.repeat(bayes[:, None], RUNS, axis=1)
    said[0, :, 17] += fair
    said[1, :, 40] -= bent
    return result(
        "coins",
        {"heads": (("world", "run", "history"), said), "heads_bayes": (("world", "history"), bayes)},
        world=["fair", "bent"],
        run=range(RUNS),
        history=histories,
    )


@pytest.mark.parametrize(
    ("fair", "bent", "verdict"),
    [(0.004, 0.009, "reproduced"), (0.004, 0.011, "partly"), (0.02, 0.009, "partly"), (0.02, 0.011, "not")],
)
def test_b01_counts_the_worlds_that_stay_within_a_hundredth(fair: float, bent: float, verdict: str) -> None:
    found = coins.fair_and_bent_coins(coins_that_stray(fair, bent))
    assert found.verdict == verdict
    assert found.interval == (max(fair, bent), max(fair, bent))
    assert (found.n, found.episodes) == (RUNS, EPISODES)


def test_b01_is_about_the_median_network_in_each_world() -> None:
    made_up = coins_that_stray(0.004, 0.009)
    made_up.data["heads"][:, :4, 5] += 0.3
    found = coins.fair_and_bent_coins(made_up)
    assert found.verdict == "reproduced"
    assert found.value == "fair: 0.0040; bent: 0.0090"
    assert found.interval == (0.009, 0.3)


# Behaviour and convergence on the prediction tasks

CHECKPOINTS = [0, 1, 100, 199, 200, UPDATES]
MOMENTS = 3


def distances(untrained: tuple[float, float], trained: tuple[float, float]) -> np.ndarray:
    """Between ten networks at three moments, and Bayes; each pair is the distance from Bayes and from each other."""
    found = np.full((RUNS * MOMENTS + 1,) * 2, 9.0)
    for moment, (from_bayes, from_each_other) in {0: untrained, MOMENTS - 1: trained}.items():
        networks = np.arange(RUNS) * MOMENTS + moment
        found[np.ix_(networks, networks)] = from_each_other
        found[networks, -1] = found[-1, networks] = from_bayes
    np.fill_diagonal(found, 0)
    return found


def learned_at(first: int | None, last: int | None) -> np.ndarray:
    """Divergence (run, checkpoint, step); the first ten steps are learned at one checkpoint, the last at another."""
    kl = np.full((RUNS, len(CHECKPOINTS), 20), 0.0051)
    for moment, steps in ((first, slice(0, 10)), (last, slice(10, 20))):
        if moment is not None:
            kl[:, CHECKPOINTS.index(moment) :, steps] = 0.0049
    return kl


def predicted(
    within: float = 0.01,
    beyond: float = 0.01,
    kl: np.ndarray | None = None,
    cloud: np.ndarray | None = None,
    excess: float = 0.01,
    shares: Mapping[str, float] | None = None,
    strays: float = 0.01,
    tasks: list[str] = TASKS,
) -> store.Result:
    """What the run `prediction` leaves, with one thing changed at a time.

    Args:
        within: summed divergence over the 20 steps of training, of most networks.
        beyond: over the ten steps after them.
        kl: divergence on the way, in every task.
        cloud: distances, in every task.
        excess: final log-loss over that of Bayes, of most networks.
        shares: of the untrained divergence that is left, by task; 0.5% in the others.
        strays: how far one prediction for the dice is from that of Bayes.
        tasks: their names.
    """
    each = len(tasks)
    kl = learned_at(100, 200) if kl is None else kl
    cloud = distances((1, 0.5), (0.01, 0.01)) if cloud is None else cloud
    at_the_end = np.repeat([within / 20] * 20 + [beyond / 10] * 10, each).reshape(30, each).T
    untrained = [within / {**dict.fromkeys(tasks, 0.005), **(shares or {})}[task] for task in tasks]
    log_loss = np.full((each, len(CHECKPOINTS)), 18.0)
    log_loss[:, -1] = 10 + excess
    sides = np.random.default_rng(0).integers(0, 3, size=(3, 20))
    before = np.cumsum(np.eye(3)[sides], axis=1) - np.eye(3)[sides]
    says = np.full((len(CHECKPOINTS), 3, 20, 3), 0.9)
    says[-1] = (before + 1) / (before + 1).sum(axis=-1, keepdims=True)
    says[-1, 2, 19, 1] += strays
    return result(
        "prediction",
        {
            "kl": (("task", "run", "checkpoint", "step"), np.repeat(kl[None], each, axis=0)),
            "log_loss": (("task", "checkpoint", "run"), most(log_loss)),
            "log_loss_bayes": (("task",), np.full(each, 10.0)),
            "kl_at_the_end": (("task", "longer", "run"), most(at_the_end)),
            "kl_untrained": (("task", "run"), most(untrained)),
            "distance": (("task", "one", "other"), np.repeat(cloud[None], each, axis=0)),
            "says": (("checkpoint", "episode", "step", "side"), says),
            "throws": (("episode", "step"), sides),
        },
        task=tasks,
        run=range(RUNS),
        checkpoint=CHECKPOINTS,
        moment=range(MOMENTS),
        longer=range(1, 31),
    )


@pytest.mark.parametrize(
    ("within", "beyond", "verdict"), [(0.0199, 9.0, "reproduced"), (0.0201, 0.0, "not"), (0.0, 0.0, "reproduced")]
)
def test_m02_adds_up_the_steps_of_training_on_the_die(within: float, beyond: float, verdict: str) -> None:
    found = prediction.three_episodes_of_a_die(predicted(within=within, beyond=beyond))
    assert found.verdict == verdict
    assert found.value == f"{within:.4f} nats over 20 steps, {beyond:.4f} over the next ten"


@pytest.mark.parametrize(
    ("first", "last", "verdict", "ratio"),
    [
        (100, 200, "reproduced", "2.0x"),
        (200, 100, "reproduced", "2.0x"),
        (100, 199, "not", "2.0x"),
        (100, 100, "not", "1.0x"),
        (0, 1, "not", "1.0x"),
        (0, None, "reproduced", "2,000x"),
        (None, None, "not", "1.0x"),
    ],
)
@pytest.mark.filterwarnings("ignore:An input array is constant")
def test_m04_compares_the_last_step_learned_with_the_first(
    first: int | None, last: int | None, verdict: str, ratio: str
) -> None:
    """Nothing is learned before the first update has been made, nor later than at the end."""
    found = prediction.staggered(predicted(kl=learned_at(first, last)))
    assert found.verdict == verdict
    assert found.value.startswith(f"die: {ratio}")
    assert ("at least 2x in 10 of 10 tasks" in found.value) == (verdict == "reproduced")


@pytest.mark.parametrize(("first", "last", "order"), [(100, 200, "+0.87"), (200, 100, "-0.87")])
def test_m04_says_which_steps_are_learned_first(first: int, last: int, order: str) -> None:
    assert f"with the step {order}" in prediction.staggered(predicted(kl=learned_at(first, last))).value


def test_the_time_at_which_a_step_is_learned_is_counted_in_episodes() -> None:
    times = prediction.crossing_times(predicted(kl=learned_at(100, None)))
    assert times.shape == (len(TASKS), RUNS, 20)
    assert np.unique(times[..., :10]).tolist() == [100 * 128]
    assert np.unique(times[..., 10:]).tolist() == [EPISODES]


@pytest.mark.parametrize(
    ("from_bayes", "from_each_other", "verdict"),
    [(0.049, 0.0245, "reproduced"), (0.051, 0.0245, "partly"), (0.049, 0.0255, "partly"), (0.051, 0.0255, "not")],
)
def test_m05_asks_what_is_left_of_two_distances(from_bayes: float, from_each_other: float, verdict: str) -> None:
    found = prediction.all_converge(predicted(cloud=distances((1, 0.5), (from_bayes, from_each_other))))
    assert found.verdict == verdict
    assert found.value.startswith(f"{from_bayes:.1%} left of the distance from Bayes")


def test_the_clouds_are_those_of_the_networks_at_their_first_and_last_moment() -> None:
    found = prediction.clouds(predicted(cloud=distances((1, 0.5), (0.25, 0.125))), DIE)
    assert found == pytest.approx(
        {
            "untrained, from Bayes": 1,
            "untrained, from each other": 0.5,
            "trained, from Bayes": 0.25,
            "trained, from each other": 0.125,
        }
    )


@pytest.mark.parametrize(("excess", "verdict"), [(0.0199, "reproduced"), (0.0201, "not"), (-0.01, "reproduced")])
def test_m06_takes_the_loss_of_bayes_away(excess: float, verdict: str) -> None:
    assert prediction.loss_reaches_bayes(predicted(excess=excess)).verdict == verdict


@pytest.mark.parametrize(("strays", "verdict"), [(0.049, "reproduced"), (-0.049, "reproduced"), (0.051, "not")])
def test_b02_looks_for_the_prediction_furthest_from_bayes(strays: float, verdict: str) -> None:
    found = prediction.typical_episodes(predicted(strays=strays))
    assert found.verdict == verdict
    assert "never further than 0.05" in found.value or "never further than 0.049" in found.value


# Structure

THERE, BACK = "RNN to Opt", "Opt to RNN"


def simulated() -> store.Result:
    """What the run `simulation` leaves when every claim holds; a test spoils it."""
    state = np.full((len(TASKS), 2, 2, 3), 1.0)  # task, trained, direction, map
    state[:, 0, :, 0], state[:, 1, :, 0] = 0.5, 0.05
    output = np.full((len(TASKS), 2, 2, 3), 1.0)
    output[:, 1, 0, 0], output[:, 1, 1, 0] = 0.01, 0.02
    n = [{"categorical": 3}.get(row.family, 2) for row in PREDICTION]
    explained = np.full((len(TASKS), 2, 10), 0.01)
    for task, size in enumerate(n):
        explained[task, 1, :size] = 0.81 / size
    axes = ("task", "trained", "direction", "map", "run")
    return result(
        "simulation",
        {
            "state": (axes, most(state)),
            "output": (axes, most(output, strays=0)),
            "explained": (("task", "trained", "component", "run"), most(explained, bad=0.05)),
            "order_kept": (("task", "trained", "run"), most(np.full((len(TASKS), 2), 0.051), bad=2.0)),
            "n": (("task",), n),
        },
        task=TASKS,
        trained=[False, True],
        run=range(RUNS),
        direction=[THERE, BACK],
        map=["mlp", "linear", "constant"],
        component=range(1, 11),
    )


def spoilt(variable: str, value: float, **where: Any) -> store.Result:
    found = simulated()
    found.data[variable].loc[where] = value
    return found


def test_m10_needs_low_errors_in_both_directions() -> None:
    assert claims_simulation.four_panels(simulated()).verdict == "reproduced"
    for direction in (THERE, BACK):
        here = {"task": DIE, "trained": True, "direction": direction, "map": "mlp"}
        assert claims_simulation.four_panels(spoilt("state", 0.0999, **here)).verdict == "reproduced"
        assert claims_simulation.four_panels(spoilt("state", 0.1001, **here)).verdict == "not"
        other = {**here, "task": TASKS[0]}
        assert claims_simulation.four_panels(spoilt("state", 0.9, **other)).verdict == "reproduced"
    assert "RNN to Opt: MSE 0.0500; Opt to RNN: MSE 0.0500" in claims_simulation.four_panels(simulated()).value


def test_m10_needs_lower_errors_than_untrained_networks_have() -> None:
    fresh = {"task": DIE, "trained": False, "direction": THERE, "map": "mlp"}
    assert claims_simulation.four_panels(spoilt("state", 0.0501, **fresh)).verdict == "reproduced"
    assert claims_simulation.four_panels(spoilt("state", 0.05, **fresh)).verdict == "not"


@pytest.mark.parametrize(("failing", "verdict"), [(0, "reproduced"), (4, "partly"), (5, "not")])
@pytest.mark.parametrize("everyone", [True, False])
def test_m21_holds_where_nearly_every_network_keeps_the_order(failing: int, verdict: str, everyone: bool) -> None:
    where = {"task": TASKS[:failing], "trained": True, "run": list(range(RUNS)) if everyone else [9]}
    found = claims_simulation.not_minimal(spoilt("order_kept", 0.049, **where))
    assert found.verdict == verdict
    assert f"above 0.05 in {10 - failing} of 10" in found.value


@pytest.mark.parametrize(
    ("state", "output", "verdict"),
    [(0.099, 0.099, "reproduced"), (0.101, 0.099, "partly"), (0.099, 0.101, "partly"), (0.101, 0.101, "not")],
)
def test_b03_asks_for_states_and_outputs_of_bayes_in_the_network(state: float, output: float, verdict: str) -> None:
    here = {"task": DIE, "trained": True, "direction": BACK, "map": "mlp"}
    found = spoilt("state", state, **here)
    found.data["output"].loc[here] = output
    found.data["state"].loc[{**here, "direction": THERE}] = 5.0
    assert claims_simulation.step_by_step(found).verdict == verdict


# Memory and long episodes

FOUR = ["coin ½, ½", DIE, "wait 3, 2", "reading 0, 1"]


def remembered(at_32: float = 0.05, at_64: float = 0.05, failing: int = 4, without: float = 0.6) -> store.Result:
    """What the run `memory` leaves; the first so many of four tasks have the widths asked for."""
    widths = np.tile([1.0, 0.05, 0.05], (4, 1))
    widths[:failing, 1:] = at_32, at_64
    return result(
        "memory",
        {
            "kl_of_window": (("task", "window"), np.tile(np.linspace(3, 0, 20), (len(TASKS), 1))),
            "kl_of_width": (("task4", "width", "run"), most(widths)),
            "kl_without_memory": (("task4", "run"), most(np.full(4, without))),
        },
        task=TASKS,
        task4=FOUR,
        window=range(20),
        width=[2, 32, 64],
        run=range(RUNS),
    )


STEP = [*range(1, 31), 100, 1_000, 5_000]


def followed(late_at: int, tasks: list[str], divergence: float = 0.0051) -> store.Result:
    """What the run `horizon` leaves when some tasks are off at one step."""
    kl = np.full((len(TASKS), len(STEP)), 0.0049)
    kl[[TASKS.index(task) for task in tasks], STEP.index(late_at)] = divergence
    return result("horizon", {"kl": (("task", "step", "run"), most(kl))}, task=TASKS, run=range(RUNS), step=STEP)


@pytest.mark.parametrize(
    ("late_at", "failing", "verdict"),
    [
        (30, 0, "reproduced"),
        (30, 1, "not"),
        (1, 1, "not"),
        (100, 5, "reproduced"),
        (100, 6, "partly"),
        (1_000, 5, "reproduced"),
        (1_000, 6, "partly"),
        (1_000, 10, "partly"),
        (5_000, 10, "reproduced"),
    ],
)
def test_b04_asks_all_tasks_at_thirty_and_half_at_a_thousand(late_at: int, failing: int, verdict: str) -> None:
    found = claims_memory.long_episodes(followed(late_at, TASKS[:failing]))
    assert found.verdict == verdict
    at_30 = 10 - failing if late_at <= 30 else 10
    at_1000 = 10 - failing if late_at <= 1_000 else 10
    assert f"to step 30: {at_30} of 10" in found.value
    assert f"to step 1,000: {at_1000} of 10" in found.value


# Finite machines


def test_m01_and_b05_say_no_when_the_machines_say_no(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (claims_exact.exact_simulation().verdict, claims_exact.direction().verdict) == ("reproduced", "reproduced")
    histories, counts = claims_exact.coins()
    monkeypatch.setattr(claims_exact, "coins", lambda: (counts, histories))
    assert (claims_exact.exact_simulation().verdict, claims_exact.direction().verdict) == ("not", "not")
    monkeypatch.setattr(claims_exact, "coins", lambda: (counts, counts))
    assert (claims_exact.exact_simulation().verdict, claims_exact.direction().verdict) == ("partly", "not")


@pytest.mark.slow
def test_exact_evidence_has_no_networks_and_no_episodes() -> None:
    for judge in (rule for rule in ledger.CRITERIA.values() if not rule.runs and rule.claim not in ledger.OF_ROWS):
        found = judge()
        assert (found.interval, found.n, found.episodes, found.profile) == (None, None, None, "exact")


# All of them

MADE_UP: Mapping[str, Callable[[], store.Result]] = {
    "coins": lambda: coins_that_stray(0, 0),
    "prediction": predicted,
    "simulation": simulated,
    "memory": remembered,
    "horizon": lambda: followed(30, []),
}


@pytest.mark.parametrize(
    "claim", [claim for claim, rule in ledger.CRITERIA.items() if rule.runs and MADE_UP.keys() >= {*rule.runs}]
)
def test_evidence_says_how_much_is_behind_it_and_where_to_look(claim: str) -> None:
    own, judge = ledger.CRITERIA[claim].runs, ledger.CRITERIA[claim]
    found = judge(*(MADE_UP[run]() for run in own))
    runs = 1 if claim == "B02" else RUNS  # one network is shown
    assert (found.n, found.episodes, found.profile) == (runs, EPISODES, "laptop")
    assert re.fullmatch(r"[a-z-]+\.html#[a-z-]+", found.figure)
    assert found.verdict in ("reproduced", "partly")
    assert found.value
    if found.interval is not None:
        assert found.interval[0] <= found.interval[1]


def test_a_verdict_outside_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="verdict is 'splendid'; it must be one of reproduced, partly, not"):
        Evidence("splendid", "", None, 1, 1, "laptop", "")


def test_a_claim_that_holds_everywhere_is_reproduced_and_in_most_cases_partly() -> None:
    assert [by_share([True] * k + [False] * (10 - k)) for k in (10, 9, 6, 5, 0)] == [
        "reproduced",
        *("partly", "partly"),
        *("not", "not"),
    ]
    assert by_share([True, False], partly=0.4) == "partly"
    assert [at_most_partly(verdict) for verdict in ("reproduced", "partly", "not")] == ["partly", "partly", "not"]
    assert count({"a": True, "b": True}) == "2 of 2"
    assert count({"a": False, "b": True, "c": False}) == "1 of 3 (not: a; c)"
