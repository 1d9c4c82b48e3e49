"""Rules for swapped coins, just within and just outside their bounds, on made-up results."""

from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments.switching import claims as rules
from lib.claims.stability import holds_from
from lib.runner import store

RUNS, LONGER, WITHIN = 5, 6, 4
STEPS = {"known": 2, "hidden": 4}


def switching(
    known: float = 0.004,
    hidden: float = 0.01,
    stationary: float = 4.0,
    single: float = 0.2,
    read: tuple[float, float] = (0.01, 0.1),
    state: tuple[float, float] = (0.05, 0.05),
    output: tuple[float, float] = (0.01, 0.02),
    recovered: tuple[float, float] = (0.01, 1.0),
) -> store.Result:
    """Networks that are all alike.

    Args:
        known: KL over an episode, as for `hidden`, `stationary` and `single`.
        read: KL of what is read off trained and untrained networks; that of the prior is 0.2.
        state: D_s of trained networks by direction; of untrained ones 0.5, and 1 of a map that ignores the state.
        output: D_o likewise; 0.9 and 1.
        recovered: of trained and untrained networks.
    """
    kl = np.full((2, RUNS, LONGER), 9.0)  # beyond an episode nothing counts
    for place, (total, steps) in enumerate(zip((known, hidden), STEPS.values(), strict=True)):
        kl[place, :, :steps] = total / steps
    others = np.full((2, LONGER), 9.0)
    for place, steps in enumerate(STEPS.values()):
        others[place, :steps] = stationary / steps
    assuming = np.stack([others * 2, others * single / stationary], axis=1)
    off = np.full((2, 2, RUNS, WITHIN), 0.0)
    off[1, 1], off[1, 0] = read
    off[0, :, :, 2:] = np.nan
    dims: dict[str, Any] = {
        "steps": (("world",), list(STEPS.values())),
        "seen": (("world", "moment"), [[0, 32, 64], [0, 64, 128]]),
        "on_the_way": (("world", "run", "moment"), np.stack([np.tile([9.0, 0.009, 0.004], (RUNS, 1))] * 2)),
        "kl": (("world", "run", "step"), kl),
        "kl_stationary": (("world", "step"), others),
        "kl_assuming": (("world", "assumed", "step"), assuming),
        "read": (("world", "trained", "run", "within"), off),
        "read_without": (("world", "trained", "run", "within"), np.where(np.isnan(off), np.nan, 0.2)),
        "state": (("trained", "run", "direction", "map"), by_condition(state, 0.5)),
        "output": (
            ("trained", "run", "direction", "map", "episode"),
            np.repeat(by_condition(output, 0.9)[..., None], 3, axis=-1),
        ),
        "recovered": (
            ("trained", "run", "map"),
            np.stack([np.tile([each, 1.0], (RUNS, 1)) for each in reversed(recovered)]),
        ),
    }
    coords = {
        "world": list(STEPS),
        "run": range(RUNS),
        "step": range(1, LONGER + 1),
        "within": range(1, WITHIN + 1),
        "assumed": [0.1, 0.05],
        "trained": [False, True],
        "direction": ["RNN to Opt", "Opt to RNN"],
        "map": ["mlp", "constant"],
    }
    return store.Result(
        "switching", xr.Dataset(dims, coords), {"profile": "laptop", "episodes": {"a": 64, "b": 128}}, {}
    )


def by_condition(trained: tuple[float, float], untrained: float) -> np.ndarray:
    """(trained, run, direction, map)."""
    found = np.ones((2, RUNS, 2, 2))
    found[0, :, :, 0] = untrained
    found[1, :, :, 0] = trained
    return found


@pytest.mark.parametrize(
    ("known", "stationary", "verdict"),
    [(0.0099, 4.0, "reproduced"), (0.0101, 4.0, "partly"), (0.0099, 0.9, "partly"), (0.02, 1.0, "not")],
)
def test_n05_asks_for_nats_and_for_a_share_of_what_stationary_bayes_loses(
    known: float, stationary: float, verdict: str
) -> None:
    found = rules.known_hazard(switching(known=known, stationary=stationary))
    assert found.verdict == verdict
    assert (found.n, found.episodes) == (RUNS, 64)
    assert found.statistic == pytest.approx(known)
    assert f"{known:.4f} nats" in found.value


def test_n05_says_since_when_it_holds() -> None:
    assert holds_from(rules.known_hazard, [switching()]) == 32


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "reproduced"),
        ({"hidden": 0.0199}, "reproduced"),
        ({"hidden": 0.0201}, "not"),
        ({"single": 0.009}, "not"),
        ({"read": (0.0199, 0.1)}, "reproduced"),
        ({"read": (0.0201, 0.1)}, "partly"),
        ({"read": (0.0199, 0.039)}, "partly"),
    ],
)
def test_n06_asks_for_behaviour_and_then_for_the_posterior(changed: dict[str, Any], verdict: str) -> None:
    found = rules.hidden_hazard(switching(**changed))
    assert found.verdict == verdict
    assert found.episodes == 128


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "reproduced"),
        ({"state": (0.099, 0.099), "output": (0.089, 0.089)}, "reproduced"),
        ({"state": (0.05, 0.101)}, "partly"),
        ({"output": (0.01, 0.091)}, "partly"),
        ({"state": (0.101, 0.05)}, "not"),
        ({"output": (0.091, 0.02)}, "not"),
        ({"recovered": (0.11, 1.0)}, "not"),
    ],
)
def test_n07_asks_for_both_directions_and_for_a_control(changed: dict[str, Any], verdict: str) -> None:
    found = rules.filter_and_network(switching(**changed))
    assert found.verdict == verdict
    if not changed:
        assert "Opt to RNN is worse in 5 of 5" in found.value
        assert found.statistic == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("changed", "broken"),
    [({}, None), ({"state": (0.101, 0.05)}, 0), ({"output": (0.01, 0.091)}, 1), ({"recovered": (0.101, 1.0)}, 2)],
)
def test_each_part_of_n07_can_be_asked_of_another_run(changed: dict[str, Any], broken: int | None) -> None:
    holds = rules.simulates(switching(**changed))
    assert list(holds) == ["RNN to Opt", "Opt to RNN", "control"]
    assert list(holds.values()) == [part != broken for part in range(3)]
