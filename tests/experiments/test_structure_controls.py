"""Amended rules for structure on made-up results, just within and just outside their bounds."""

from typing import Any

import numpy as np
import pytest

from experiments import structure_controls as rules
from experiments.bandits.claims_simulation import BACK, OWN, THERE, TRAINED
from lib.probes.benchmark import in_words
from lib.runner import store
from tests.experiments.prediction.test_claims import RUNS, TASKS, result, simulated
from tests.experiments.test_structure_claims import ARMS, acted

PREDICTED, PLAYED = TASKS[:4], ARMS[:3]
MAPS = ["mlp", "constant"]


def frozen(state: float = 0.2, output: float = 0.05) -> store.Result:
    """What the run `frozen` leaves, as shares of what a constant map makes, which is 2."""

    def half(tasks: list[str], share: float) -> np.ndarray:
        found = np.full((len(tasks), 3, 2, 2), 2.0)  # task, network, direction, map
        found[..., 0] *= share
        found[:, 0] *= 9  # one network that is far off
        return found

    predicts, plays = (("task", "run"), ("bandit", "few"))
    by_map = ("direction", "map")
    return result(
        "frozen",
        {
            "state": ((*predicts, *by_map), half(PREDICTED, state)),
            "output": ((*predicts, *by_map), half(PREDICTED, output)),
            "state_of_players": ((*plays, *by_map), half(PLAYED, state)),
            "reward": ((*plays, *by_map), half(PLAYED, output)),
        },
        task=PREDICTED,
        run=range(3),
        bandit=PLAYED,
        few=range(3),
        direction=[THERE, BACK],
        map=MAPS,
    )


@pytest.mark.parametrize(
    ("state", "output", "counted"), [(0.11, 0.05, 7), (0.05, 0.11, 7), (0.09, 0.09, 0), (0.2, 0.2, 7)]
)
def test_m16_asks_that_a_memory_of_chance_fails_by_states_or_by_outputs(
    state: float, output: float, counted: int
) -> None:
    found = rules.untrained_memory_does_not_share(frozen(state, output), simulated(), acted())
    assert found.verdict == ("reproduced" if counted else "not")
    assert f"does not share in {counted} of 7" in found.value
    assert found.n == 3


def test_m16_asks_that_trained_networks_pass_the_same_test() -> None:
    simulation = simulated()
    simulation.data["output"].loc[{"task": PREDICTED[1], "trained": True, "direction": THERE, "map": "mlp"}] = 0.11
    found = rules.untrained_memory_does_not_share(frozen(), simulation, acted())
    assert (found.verdict, "6 of 7" in found.value) == ("partly", True)


def drawn(left: float = 0.05, way: float = 0.4, **apart: Any) -> store.Result:
    """What `prediction` or `bandits` leaves: what the first network still misses at the end, and how far the median one
    has come on the map.
    """
    tasks, missed = apart.get("tasks", TASKS), apart.get("missed", "kl")
    on_the_way = np.full((len(tasks), RUNS, 3, 20), 1.0)
    on_the_way[:, :, -1] = 9.0
    on_the_way[:, 0, -1] = left
    distance = np.zeros((len(tasks), RUNS * 2 + 1, RUNS * 2 + 1))
    distance[:, :-1, -1] = np.tile([1.0, way], RUNS)
    distance[:, -1] = distance[:, :, -1]
    return result(
        "drawn",
        {
            missed: (("task", "run", "checkpoint", "step"), on_the_way),
            "distance": (("task", "one", "other"), distance),
            "kl_untrained": (("task", "run"), np.full((len(tasks), RUNS), 2.0)),
        },
        task=tasks,
        run=range(RUNS),
        moment=range(2),
    )


def embedded(one: store.Result, error: float, **trained: Any) -> store.Result:
    """The first network's larger error, of which a constant map makes 1."""
    one.data["state"].loc[{**trained, "run": 0, "direction": BACK, "map": "mlp"}] = error
    one.data["state"].loc[{**trained, "run": 0, "direction": THERE, "map": "mlp"}] = error / 2
    one.data["state"].loc[{"map": "constant"}] = 1.0
    return one


def shown(left: float = 0.05, way: float = 0.4, error: float = 0.09) -> list[store.Result]:
    return [
        drawn(left, way),
        embedded(simulated(), error, trained=True),
        drawn(left, way, tasks=ARMS, missed="regret_on_the_way"),
        embedded(acted(), error, condition=TRAINED),
    ]


@pytest.mark.parametrize(
    ("left", "way", "error", "counted"),
    [(0.09, 0.49, 0.09, 14), (0.11, 0.4, 0.05, 0), (0.05, 0.51, 0.05, 0), (0.05, 0.4, 0.11, 0)],
)
def test_m19_looks_at_each_picture(left: float, way: float, error: float, counted: int) -> None:
    found = rules.gallery_shows(*shown(left, way, error))
    assert found.verdict == ("reproduced" if counted else "not")
    assert f"in {counted} of 14" in found.value


def test_m19_names_the_task_that_does_not_show_it() -> None:
    prediction, *others = shown()
    prediction.data["kl"].loc[{"task": TASKS[3], "run": 0, "checkpoint": 2}] = 0.2
    found = rules.gallery_shows(prediction, *others)
    assert (found.verdict, f"13 of 14 (not: {in_words(TASKS[3])})" in found.value) == ("partly", True)


def fresh(left: float = 0.09, error: float = 0.09) -> list[store.Result]:
    """What the fresh ensembles leave: all that is missed, 2 untrained, and D_s, 2 by a constant."""

    def state(*shape: int) -> np.ndarray:
        found = np.full((*shape, 2, 2), 2.0)
        found[..., 0] *= error
        found[..., 0, 0] /= 2
        return found

    episodes = result(
        "simulation-episodes",
        {
            "kl_at_the_end": (("task", "run"), np.full((len(TASKS), 5), 2 * left)),
            "state": (("task", "run", "direction", "map"), state(len(TASKS), 5)),
        },
        task=TASKS,
        run=range(5),
        direction=[THERE, BACK],
        map=MAPS,
    )
    again = result(
        "bandits-again",
        {
            "short_of_best": (("task", "run"), np.full((len(ARMS), 5), 2 * left)),
            "short_untrained": (("task", "run"), np.full((len(ARMS), 5), 2.0)),
            "state": (("task", "run", "condition", "direction", "map"), state(len(ARMS), 5, 2)),
        },
        task=ARMS,
        run=range(5),
        condition=[OWN, TRAINED],
        direction=[THERE, BACK],
        map=MAPS,
    )
    return [drawn(), episodes, again]


@pytest.mark.parametrize(("left", "error", "counted"), [(0.09, 0.09, 14), (0.11, 0.09, 0), (0.09, 0.11, 0)])
def test_m19_by_fresh_networks_asks_for_convergence_and_for_structure(left: float, error: float, counted: int) -> None:
    found = rules.tasks_show(*fresh(left, error))
    assert found.verdict == ("reproduced" if counted else "not")
    assert f"in {counted} of 14" in found.value


def test_m19_by_fresh_networks_does_not_hang_on_one() -> None:
    prediction, episodes, again = fresh()
    again.data["state"].loc[{"task": ARMS[2], "run": 3, "condition": TRAINED}] = 2.0
    assert rules.tasks_show(prediction, episodes, again).verdict == "reproduced"
    again.data["state"].loc[{"task": ARMS[2], "condition": TRAINED, "map": "mlp"}] = 2.0
    assert rules.tasks_show(prediction, episodes, again).verdict == "partly"
