"""Rules for networks that predict a hidden Markov model: each can say every verdict, and reads what it says."""

import numpy as np
import pytest
import xarray as xr

from experiments.belief import claims, specs
from lib.runner import store

CHAINS, AGENTS = tuple(specs.CHAINS), (*claims.RECURRENT, *claims.TRANSFORMER)


def result(
    kl: dict[tuple[str, str], float] | None = None, read: dict[tuple[str, str], float] | None = None
) -> store.Result:
    """Three networks of each agent on each chain; the median is so many nats from the filter in 4 steps, and its belief
    keeps such a share of the untrained network's loss. Elsewhere both are far below their bounds.
    """
    shape = (len(CHAINS), len(AGENTS), 3)
    nats, shares = np.full((*shape, 4), 0.001), np.full(shape, 0.01)
    for chain, one in enumerate(CHAINS):
        for agent, other in enumerate(AGENTS):
            nats[chain, agent] = (kl or {}).get((one, other), 0.004) / 4
            shares[chain, agent] = (read or {}).get((one, other), 0.01)
    nats[:, :, 0], nats[:, :, 2], shares[:, :, 0], shares[:, :, 2] = 0.0, 9.0, 0.0, 9.0  # one better, one worse
    lost = np.stack([0.2 * shares, np.full(shape, 0.2), np.full(shape, 5.0)], axis=-1)
    data = xr.Dataset(
        {"kl": (("chain", "agent", "run", "step"), nats), "read_kl": (("chain", "agent", "run", "state"), lost)},
        {"chain": list(CHAINS), "agent": list(AGENTS), "run": range(3), "state": list(claims.CONTROLS)},
    )
    return store.Result("made-up", data, {"profile": "laptop", "episodes": {"a": 100}}, {})


EVERY = {(chain, agent): 0.02 for chain in CHAINS for agent in AGENTS}
SLOW = ("long memory", "GRU")


@pytest.mark.parametrize(
    ("kl", "filters", "static"),
    [
        ({}, "reproduced", "not"),
        ({SLOW: 0.0099}, "reproduced", "not"),
        ({SLOW: 0.0101}, "partly", "partly"),
        (EVERY, "not", "reproduced"),
        ({("Mess3", "transformer"): 9.0}, "reproduced", "not"),
    ],
    ids=["all", "just all", "one fails", "none", "a transformer is not asked"],
)
def test_n01_asks_four_cases_and_n04_says_the_contrary(
    kl: dict[tuple[str, str], float], filters: str, static: str
) -> None:
    found, contrary = claims.recurrent_networks_filter(result(kl)), claims.no_belief_transport(result(kl))
    assert (found.verdict, contrary.verdict) == (filters, static)
    worst = max([value for (_, agent), value in kl.items() if agent in claims.RECURRENT], default=0.004)
    assert found.statistic == contrary.statistic == pytest.approx(worst)
    assert found.n == 3
    held = 4 - sum(value > claims.NEAR for (_, agent), value in kl.items() if agent in claims.RECURRENT)
    assert f"{held} of 4" in contrary.value
    assert f"GRU, long memory {kl.get(SLOW, 0.004):.4f} nats" in found.value


@pytest.mark.parametrize(
    ("read", "verdict"),
    [({}, "reproduced"), ({SLOW: 0.049}, "reproduced"), ({SLOW: 0.051}, "partly"), (EVERY, "reproduced")],
)
def test_n02_holds_each_network_against_its_own_beginning(read: dict[tuple[str, str], float], verdict: str) -> None:
    found = claims.belief_is_linear(result(read=read))
    assert found.verdict == verdict
    assert f"GRU, long memory {read.get(SLOW, 0.01):.1%}" in found.value
    assert claims.belief_is_linear(result(read={key: 0.5 for key in EVERY})).verdict == "not"


def test_n03_asks_both_of_transformers_alone() -> None:
    one = ("Mess3", "transformer")
    assert claims.transformers_do_the_same(result({SLOW: 9.0}, {SLOW: 9.0})).verdict == "reproduced"
    far, blind = (
        claims.transformers_do_the_same(result({one: 0.02})),
        claims.transformers_do_the_same(result(read={one: 0.2})),
    )
    assert (far.verdict, blind.verdict) == ("partly", "partly")
    assert far.statistic == pytest.approx(2)
    assert blind.statistic == pytest.approx(4)
    both = claims.transformers_do_the_same(result(EVERY, {key: 0.5 for key in EVERY}))
    assert both.verdict == "not"
    assert "transformer, Mess3 0.0200 nats" in both.value
    assert "read transformer, long memory 50.0%" in both.value


def test_the_networks_that_are_judged_have_seeds_of_their_own_and_one_recipe_an_agent() -> None:
    by_case = specs.predictors("laptop", AGENTS)
    assert {len(own) for own in by_case.values()} == {5}
    for agent in AGENTS:
        recipes = {(spec.agent, spec.steps, spec.batch, spec.updates) for c in CHAINS for spec in by_case[c, agent]}
        assert len(recipes) == 1
    assert min(spec.seed for own in by_case.values() for spec in own) >= specs.FIRST_SEED
