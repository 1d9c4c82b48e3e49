"""Speed of convergence against width: the rule can say yes and no."""

import numpy as np
import pytest

from experiments.bandits import claims_fresh as rules
from lib.runner import store
from tests.experiments.prediction.test_claims import TASKS, result

FOUR, WIDTHS, SEEN = TASKS[:4], [4, 8, 16], [0, 100, 200, 400]


def falls_at(*checkpoints: int) -> np.ndarray:
    """(width, network, checkpoint): far off, and near from one checkpoint on; the third network never is."""
    found = np.full((len(WIDTHS), 3, len(SEEN)), 0.51)
    for own, first in zip(found, checkpoints, strict=True):
        own[:2, first:] = 0.49
    return found


def trained(players: tuple[int, int, int] = (3, 2, 1), one: tuple[int, int, int] = (3, 2, 1)) -> store.Result:
    predictors = np.stack([falls_at(*one), *[falls_at(3, 2, 1)] * 3])
    return result(
        "capacity",
        {
            "kl_on_the_way": (("task4", "width", "run", "checkpoint"), predictors),
            "short_on_the_way": (("units", "run", "checkpoint"), falls_at(*players)),
            "seen": (("width", "checkpoint"), np.array([SEEN, SEEN, SEEN])),
            "seen_by_players": (("units", "checkpoint"), np.array([SEEN, SEEN, SEEN]) * 1_000),
        },
        task4=FOUR,
        width=WIDTHS,
        units=WIDTHS,
        run=range(3),
    )


def test_m18_holds_where_every_wider_network_is_faster() -> None:
    found = rules.speed_by_width(trained())
    assert (found.verdict, "in 5 of 5 tasks" in found.value) == ("reproduced", True)
    assert "two arms, Beta(1, 1): 400.0k, 200.0k, 100.0k" in found.value
    assert "(0 within 1, 0 within 0.25)" in found.value


@pytest.mark.parametrize("players", [(2, 2, 1), (1, 2, 3), (3, 1, 2), (3, 2, 4)])
def test_m18_wants_each_width_to_be_faster_than_the_next_narrower(players: tuple[int, int, int]) -> None:
    found = rules.speed_by_width(trained(players))
    assert (found.verdict, "4 of 5 (not: two arms, Beta(1, 1))" in found.value) == ("partly", True)


def test_m18_lets_the_narrowest_never_come_near() -> None:
    assert rules.speed_by_width(trained(one=(4, 2, 1))).verdict == "reproduced"
    assert rules.speed_by_width(trained(one=(4, 4, 1))).verdict == "partly"
