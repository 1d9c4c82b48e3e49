"""Worlds with a fixed number of tasks: who is drawn, and how they differ from the prior's."""

from typing import Any

import jaxtyping
import pytest
import torch
from scipy import stats

from lib.random import generator
from lib.spec import describe, key_of
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.fixed import FixedCoins, FixedFunctions
from lib.tasks.linear import LinearFunction


def test_episodes_are_about_the_tasks_of_the_set_each_as_often() -> None:
    coins, functions = FixedCoins(4, 7), FixedFunctions(4, 7)
    drawn = coins.sample(4_000, 3, generator("fixed", 0)).parameters[:, 0]
    values, counts = drawn.unique(return_counts=True)
    assert torch.equal(values, coins.biases.sort().values)
    assert stats.chisquare(counts.numpy()).pvalue > 0.001
    drawn = functions.sample(4_000, 3, generator("fixed", 1)).functions
    values, counts = drawn.unique(dim=0, return_counts=True)
    assert values.shape == (4, 1, 4)
    assert {tuple(each.flatten().tolist()) for each in values} == {
        tuple(each.flatten().tolist()) for each in functions.functions
    }
    assert stats.chisquare(counts.numpy()).pvalue > 0.001


def test_a_set_is_the_same_whenever_it_is_asked_and_another_number_is_another_set() -> None:
    for kind in (FixedCoins, FixedFunctions):
        names = ("biases", "functions")
        one, same, other, more = (
            next(getattr(task, name) for name in names if hasattr(task, name))
            for task in (kind(8, 1), kind(8, 1), kind(8, 2), kind(9, 1))
        )
        assert torch.equal(one, same)
        assert not torch.isclose(one, other).any()
        assert len(more) == 9
    coins = FixedCoins(3)
    coins.biases.zero_()
    assert coins.biases.min() > 0, "a reader can change the set"


def test_the_tasks_of_a_large_set_follow_the_prior() -> None:
    assert stats.kstest(FixedCoins(5_000, 0, BernoulliTask(2, 5)).biases.numpy(), stats.beta(2, 5).cdf).pvalue > 0.001
    assert stats.kstest(FixedFunctions(2_000).functions.flatten().numpy(), stats.norm().cdf).pvalue > 0.001


def test_a_function_is_a_scalar_product_seen_through_noise() -> None:
    task = FixedFunctions(2, 0, LinearFunction(3, 0.25))
    problems = task.sample(500, 20, generator("fixed", 2))
    noise = problems.y - (problems.x * problems.functions).sum(dim=2, keepdim=True)
    assert stats.kstest((noise / 0.25).flatten().numpy(), stats.norm().cdf).pvalue > 0.001
    assert stats.kstest(problems.x.flatten().numpy(), stats.norm().cdf).pvalue > 0.001
    assert (task.input_size, task.output_size, task.noise) == (4, 1, 0.25)


@pytest.mark.parametrize("kind", [FixedCoins, FixedFunctions])
@pytest.mark.parametrize("wrong", [0, -3, 2_000_000, 1.5, True])
def test_a_set_without_tasks_is_refused(kind: Any, wrong: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # it would be the first to refuse
    with pytest.raises(ValueError, match=rf"tasks is {wrong!r}; it must be a whole number from 1 to 1,000,000"):
        kind(wrong)


@pytest.mark.parametrize("kind", [FixedCoins, FixedFunctions])
def test_sets_are_numbered_from_nought(kind: Any) -> None:
    with pytest.raises(ValueError, match="which is -1; the number of a set must be a whole number, 0 or more"):
        kind(3, -1)


def test_functions_need_a_size_and_noise_that_is_some() -> None:
    with pytest.raises(ValueError, match="size is 0; it must be at least 1"):
        LinearFunction(0)
    with pytest.raises(ValueError, match="noise is -1; a standard deviation must be finite and at least 0"):
        LinearFunction(3, -1)


def test_a_set_says_everything_that_determines_it() -> None:
    described = describe(FixedFunctions(16, 3))
    assert described == {
        "type": "FixedFunctions",
        "tasks": 16,
        "which": 3,
        "prior": {"type": "LinearFunction", "size": 4, "noise": 0.5},
    }
    assert len({key_of(FixedCoins(m, which)) for m in (1, 2) for which in (0, 1)}) == 4
