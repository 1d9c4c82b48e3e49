"""The rules for the four bandits, just within and just outside their bounds; and the players that ship."""

import re

import numpy as np
import pytest
import torch
import xarray as xr

from experiments.bandits import claims as rules
from experiments.bandits import specs as players
from experiments.networks import load_network, untrained_network
from lib.agents.lstm import LSTMAgent
from lib.probes.benchmark import BANDITS
from lib.runner import store
from lib.spec import key_of
from lib.training.actor_critic import untrained
from tests.experiments.prediction.test_claims import EPISODES, RUNS, TASKS, most, predicted, result

ARMS = [row.name for row in BANDITS]
EARNS = [12.5, 15.0, 9.0, 40.0]


def acted(
    short: float = 0.04,
    error: float = 0.004,
    failing: int = 0,
    before: float = 2.0,
    discounted: float = 0.03,
    gaussian: float = 0.08,
) -> store.Result:
    """What the run `bandits` leaves, with one thing changed at a time; four networks of ten stray.

    Args:
        short: shortfall of most networks on the source's bandit, and on the other one of Bernoulli arms.
        error: standard error of every shortfall of these; of those that stray it is large.
        failing: on how many bandits, from the last, the shortfall is 0.11.
        before: shortfall of the untrained.
        discounted: shortfall of those trained on discounted rewards.
        gaussian: shortfall on the other two bandits.
    """
    shortfalls = [short, short, gaussian, gaussian]
    shortfalls[4 - failing :] = [0.11] * failing
    return result(
        "bandits",
        {
            "short_of_best": (("task", "run"), most(shortfalls)),
            "short_of_best_error": (("task", "run"), most(np.full(4, error), bad=9.0)),
            "short_untrained": (("task", "run"), most(np.full(4, before))),
            "short_discounted": (("bernoulli", "run"), most(np.full(2, discounted))),
            "short_discounted_error": (("bernoulli", "run"), most(np.full(2, error), bad=9.0)),
            "earns": (("task",), EARNS),
        },
        task=ARMS,
        bernoulli=ARMS[:2],
        run=range(RUNS),
    )


@pytest.mark.parametrize(
    ("short", "error", "verdict"),
    [
        (0.049, 0.005, "reproduced"),
        (0.049, 0.0052, "partly"),  # 2 x 1.96 x 0.0052 is more than 0.02
        (0.051, 0.005, "not"),
        (0.051, 0.0052, "not"),
        (-0.01, 0.005, "reproduced"),
    ],
)
def test_m03_asks_for_a_small_shortfall_that_was_well_measured(short: float, error: float, verdict: str) -> None:
    found = rules.regret_difference(acted(short, error))
    assert found.verdict == verdict
    assert found.value == f"{short:.4f} ± {1.96 * error:.4f} reward an episode"
    assert (found.n, found.episodes, found.profile) == (RUNS, EPISODES, "laptop")
    assert found.interval is not None
    assert found.interval[0] == pytest.approx(short)
    assert found.interval[1] == 1_000
    assert re.fullmatch(r"acting\.html#[a-z-]+", found.figure)


def test_m03_looks_at_the_bandit_of_the_source() -> None:
    elsewhere = acted()
    elsewhere.data["short_of_best"][1:] = 5.0
    assert rules.regret_difference(elsewhere).verdict == "reproduced"
    elsewhere.data["short_of_best"][0] = 5.0
    assert rules.regret_difference(elsewhere).verdict == "not"


@pytest.mark.parametrize(
    ("short", "errors", "value", "half_width"),
    [
        ([0.3, 0.1, 0.2], [9, 9, 0.5], 0.2, 0.98),
        ([0.4, 0.1, 0.2, 0.3], [9, 9, 0.5, 1.0], 0.25, 1.96),
        ([0.4, 0.1, 0.2, 0.3], [9, 9, 1.0, 0.5], 0.25, 1.96),
        ([0.7], [0.5], 0.7, 0.98),
    ],
)
def test_the_median_has_the_error_of_the_networks_in_the_middle(
    short: list[float], errors: list[float], value: float, half_width: float
) -> None:
    found = rules.in_the_middle(np.array(short), np.array(errors, dtype=float))
    assert (found.value, found.half_width) == pytest.approx((value, half_width))


@pytest.mark.parametrize(
    ("changed", "failing"),
    [
        ({}, set()),
        ({"short": 0.051}, {"arms 1, 1", "arms 2, 1"}),
        ({"gaussian": 0.091}, {"arms of mean 0, 1"}),  # a hundredth of 9, and of 40
        ({"gaussian": 0.41}, {"arms of mean 0, 1", "arms of mean 1, 4"}),
        ({"discounted": 0.051}, {"arms 1, 1, discounted", "arms 2, 1, discounted"}),
        ({"error": 0.0128}, {name for name in ARMS[:2]} | {f"{name}, discounted" for name in ARMS[:2]}),
    ],
)
def test_targets_ask_for_a_shortfall_within_bounds_that_was_measured_better_than_them(
    changed: dict[str, float], failing: set[str]
) -> None:
    targets = rules.targets(acted(**changed))
    assert [target.what for target in targets] == [*ARMS, "arms 1, 1, discounted", "arms 2, 1, discounted"]
    assert [target.bound for target in targets] == pytest.approx([0.05, 0.05, 0.09, 0.4, 0.05, 0.05])
    assert {target.what for target in targets if not target.met} == failing


@pytest.mark.parametrize("failing", range(5))
def test_a_bandit_counts_within_a_tenth_of_a_reward(failing: int) -> None:
    holds = rules.all_bandits_behave(acted(gaussian=0.099, failing=failing))
    assert list(holds) == ARMS
    assert list(holds.values()) == [True] * (4 - failing) + [False] * failing


def test_a_bandit_on_which_the_untrained_do_as_well_does_not_count() -> None:
    assert not any(rules.all_bandits_behave(acted(before=0.04, gaussian=0.04)).values())


@pytest.mark.parametrize(
    ("predictors", "bandits", "verdict"),
    [(0, 0, "reproduced"), (1, 0, "partly"), (0, 1, "partly"), (2, 4, "partly"), (3, 4, "not"), (7, 0, "not")],
)
def test_m12_counts_all_fourteen_tasks(predictors: int, bandits: int, verdict: str) -> None:
    found = rules.all_tasks_behave_together(
        predicted(shares=dict.fromkeys(TASKS[:predictors], 0.0101)), acted(failing=bandits)
    )
    assert found.verdict == verdict
    assert f"{10 - predictors} of 10" in found.value
    assert f"{4 - bandits} of 4" in found.value
    assert (found.n, found.episodes, found.profile, found.interval) == (RUNS, EPISODES, "laptop", None)


def test_m12_rests_on_the_fewest_networks_and_says_both_sizes() -> None:
    fewer = acted()
    made = store.Result(fewer.name, fewer.data.isel(run=slice(6)), {**fewer.manifest, "profile": "paper"}, {})
    made.manifest["episodes"]["k"] = 999_999  # type: ignore[index]
    found = rules.all_tasks_behave_together(predicted(), made)
    assert (found.n, found.episodes, found.profile) == (6, 999_999, "laptop and paper")


# The players that ship


def test_a_shipped_player_is_the_one_that_was_trained() -> None:
    row = BANDITS[1]
    trained, other = (untrained(spec) for spec in players.players("smoke", BANDITS[2:3]))
    spec = players.players("smoke", (row,))[1]
    key = key_of(spec)
    weights = {f"{key}/10/{name}": p.detach().numpy() for name, p in trained.named_parameters()}
    manifest = {"profile": "smoke", "checkpoint": 10, "specs": {key: {}}}
    shipped = store.Result("bandits", xr.Dataset(), manifest, weights)
    found = load_network(shipped, row, 1)
    assert isinstance(found, LSTMAgent)
    assert all(torch.equal(one, two) for one, two in zip(found.parameters(), trained.parameters(), strict=True))
    assert not torch.equal(found.encoder.weight, other.get_parameter("encoder.weight"))
    fresh = untrained_network(shipped, row, 1)
    assert torch.equal(fresh.encoder.weight, untrained(spec).get_parameter("encoder.weight"))
    assert not torch.equal(fresh.readout.weight, untrained_network(shipped, row, 0).readout.weight)
    with pytest.raises(KeyError, match="knows no network of"):
        load_network(shipped, row, 0)
