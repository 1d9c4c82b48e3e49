"""Prompts: the other world's Bayesian, the search, the rule and the pictures."""

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch
import xarray as xr

from experiments.prompts import claims as rules
from experiments.prompts import figures as draw
from experiments.prompts import search
from lib.agents.lstm import LSTMAgent
from lib.random import generator
from lib.runner import store
from tests.pictures import check_picture

TWO = search.TARGETS["two coins"]


@pytest.fixture(scope="module")
def network(coins: store.Result) -> LSTMAgent:
    key = coins.data.network.sel(world="bent", run=0).item()
    return LSTMAgent.from_weights(coins.weights(key, coins.manifest["checkpoint"]))


def test_the_bayesian_of_another_world_weighs_its_coins() -> None:
    for tosses in product((0.0, 1.0), repeat=4):
        said = search.bayesian(TWO, torch.tensor([tosses]))[0].sigmoid().tolist()
        for t, each in enumerate(said):
            likely = [np.prod([p if toss else 1 - p for toss in tosses[:t]]) for p in TWO]
            assert each == pytest.approx(np.dot(likely, TWO) / np.sum(likely))
    assert search.bayesian((0.7,), torch.ones(1, 5))[0].sigmoid().tolist() == pytest.approx([0.7] * 5)


def test_tosses_of_an_episode_are_of_one_coin() -> None:
    heads = search.toss(TWO, 4_000, generator("test", 0)).mean(dim=1)
    assert (heads < 0.5).double().mean().item() == pytest.approx(0.5, abs=0.05)
    assert heads[heads > 0.5].mean().item() == pytest.approx(0.8, abs=0.02)


def test_a_prompt_comes_first_and_tosses_one_step_late() -> None:
    said = search.told(search.vectors("HT"), torch.tensor([[1.0, 0.0, 1.0]]))[0].tolist()
    assert said == [[0, 0], [1, 0], [0, 1], [1, 0], [0, 1]]


def test_the_best_prompt_is_the_one_that_says_what_the_world_is_like(network: LSTMAgent) -> None:
    tosses = search.toss((0.95,), 40, generator("test", 1))
    hard = search.best_hard(network, (0.95,), 3, tosses)
    assert hard == "HHH"
    with torch.inference_mode():
        every = [
            search.divergence(network, search.vectors("".join(each)), (0.95,), tosses).item()
            for each in product("HT", repeat=3)
        ]
        assert search.divergence(network, search.vectors(hard), (0.95,), tosses).item() == pytest.approx(min(every))


def test_a_soft_prompt_goes_on_from_where_it_begins_and_leaves_the_weights_alone(network: LSTMAgent) -> None:
    before = {name: value.clone() for name, value in network.state_dict().items()}
    wanted = search.PromptSearch(search.searches("smoke")[0].predictor, (0.7,), longest=2, updates=25, batch=32)
    begin = search.vectors("HT")
    soft = search.best_soft(network, (0.7,), begin, wanted)
    tosses = search.toss((0.7,), 200, generator("test", 2))
    with torch.inference_mode():
        first, last = (search.divergence(network, each, (0.7,), tosses) for each in (begin, soft))
    assert last < 0.9 * first
    assert torch.equal(begin, search.vectors("HT"))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())


def test_foreign_symbols_are_refused() -> None:
    with pytest.raises(ValueError, match="the prompt 'HXT' holds X; it must be made of H and T"):
        search.vectors("HXT")
    assert search.vectors("").shape == (0, 2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"target": (0.2, 1.0)}, r"target is \(0.2, 1.0\); it must hold biases between 0 and 1"),
        ({"target": ()}, r"target is \(\); it must hold biases between 0 and 1"),
        ({"longest": 0}, "longest is 0; it must be at least 1"),
        ({"updates": 0}, "updates is 0; it must be at least 1"),
    ],
)
def test_a_search_that_cannot_be_made_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(search.searches("smoke")[0], **wrong)


def prompts(one: float, two: tuple[float, float]) -> store.Result:
    """What is left, as shares: of one coin by the soft prompt, of two coins by the hard and by the soft one."""
    kl = np.array([[[2.0, 1.0, 2 * one]] * 5, [[3.0, 3 * two[0], 3 * two[1]]] * 5])
    coords = {"target": list(search.TARGETS), "run": range(5), "prompt": list(search.PROMPTS)}
    data = xr.Dataset({"kl": (("target", "run", "prompt"), kl)}, coords)
    return store.Result("prompts", data, {"profile": "laptop", "episodes": {"a": 64}}, {})


@pytest.mark.parametrize(
    ("one", "two", "verdict"),
    [
        (0.099, (0.9, 0.101), "reproduced"),
        (0.099, (0.9, 0.099), "partly"),
        (0.099, (0.099, 0.5), "partly"),
        (0.101, (0.9, 0.9), "not"),
    ],
)
def test_n14_asks_for_one_coin_and_against_two(one: float, two: tuple[float, float], verdict: str) -> None:
    found = rules.a_prompt_is_a_prior(prompts(one, two))
    assert found.verdict == verdict
    assert found.statistic == pytest.approx(one)


def test_pictures_say_what_they_show() -> None:
    names = list(search.PROMPTS)
    kl = {world: np.tile([2.0, 1.0, 0.1], (5, 1)) for world in search.TARGETS}
    check_picture(lambda: draw.left(kl, names), 6, r"one coin, none: 100%; one coin, hard: 50%; one coin, soft: 5%")
    says = {world: np.full((5, 3, 4), 0.6) for world in search.TARGETS}
    bayes = {world: np.full(4, 0.7) for world in search.TARGETS}
    check_picture(lambda: draw.ahead(says, bayes, names), 8, r"one coin, its Bayesian: 0\.70, then 0\.70")
