"""Rules that need a result of either half: each can say yes and no."""

from typing import Any

import numpy as np
import pytest

from experiments import benchmark_claims as rules
from lib.probes.benchmark import BANDITS, in_words
from lib.runner import store
from tests.experiments.prediction.test_claims import TASKS, predicted, remembered, result

ARMS = [row.name for row in BANDITS]


def acted(tasks: list[str] = ARMS, two: float = 0.9) -> store.Result:
    """What the run `bandits` leaves when everything holds."""
    window = np.geomspace(2.0, 0.01, 20)
    return result(
        "bandits",
        {
            "short_of_window": (("task", "window"), np.tile(window, (len(tasks), 1))),
            "short_of_width": (("width", "few"), np.array([[two, two, 9.0], [0.1, 0.1, -9.0]])),
        },
        task=tasks,
        window=range(20),
        width=[2, 64],
        few=range(3),
    )


@pytest.mark.parametrize(("tasks", "verdict"), [(0, "partly"), (3, "partly"), (4, "reproduced")])
def test_m19_counts_the_tasks(tasks: int, verdict: str) -> None:
    found = rules.gallery(predicted(), acted(ARMS[:tasks]))
    assert (found.verdict, found.value) == (verdict, f"{10 + tasks} of 14 tasks")


def judge(of_prediction: store.Result | None = None, of_action: store.Result | None = None) -> Any:
    return rules.reduced_memory(of_prediction or remembered(without=0.6), of_action or acted())


def test_m20_is_reproduced_where_memory_counts_everywhere() -> None:
    found = judge()
    assert found.verdict == "reproduced"
    assert "at least 12x as far" in found.value
    assert "in 4 of 4" in found.value
    assert "2 units fall short by 0.90, 64 by 0.100" in found.value


def test_m20_needs_every_place_in_the_window_and_memory_in_the_predictor() -> None:
    assert judge(remembered(without=0.501)).verdict == "reproduced"
    assert judge(remembered(without=0.499)).verdict == "partly"
    level = remembered()
    level.data["kl_of_window"].loc[{"task": TASKS[7], "window": 12}] = level.data.kl_of_window[7, 11]
    assert judge(level).verdict == "partly"


@pytest.mark.parametrize("spoil", [{"window": 5, "to": 5.0}, {"window": 5, "to": 0.001}, {"window": 19, "to": 0.5}])
def test_m20_needs_longer_windows_to_cost_less_in_every_bandit(spoil: dict[str, float]) -> None:
    short = acted()
    short.data["short_of_window"].loc[{"task": ARMS[2], "window": spoil["window"]}] = spoil["to"]
    found = judge(None, short)
    assert found.verdict == "partly"
    assert f"in 3 of 4 (not: {in_words(ARMS[2])})" in found.value


@pytest.mark.parametrize(("two", "verdict"), [(0.301, "reproduced"), (0.299, "partly")])
def test_m20_needs_players_that_are_too_small(two: float, verdict: str) -> None:
    assert judge(None, acted(two=two)).verdict == verdict


def test_m20_is_not_reproduced_where_most_of_it_fails() -> None:
    level = remembered(without=0.1)
    level.data["kl_of_window"].loc[{"task": TASKS[7], "window": 12}] = level.data.kl_of_window[7, 11]
    assert judge(level, acted(two=0.1)).verdict == "not"
