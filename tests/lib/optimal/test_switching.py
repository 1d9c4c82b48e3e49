"""A coin that switches: the world, and the forward algorithm against a sum over every hidden path."""

from itertools import pairwise, product

import pytest
import torch

from lib.machine import unroll
from lib.optimal.switching_filter import SwitchingFilter, after_flip
from lib.random import generator
from lib.spec import key_of
from lib.tasks.switching_coin import SwitchingCoinTask

TASKS = [SwitchingCoinTask(0.8, 0.1), SwitchingCoinTask(0.3, 0.4), SwitchingCoinTask(0.9, 0), SwitchingCoinTask(0.7, 1)]


def of_path(task: SwitchingCoinTask, coins: tuple[int, ...], tosses: tuple[float, ...]) -> float:
    """The probability of hidden coins (0: the one with `bias`) and of the tosses of all but the last of them."""
    probability = 0.5
    for before, after in pairwise(coins):
        probability *= task.hazard if before != after else 1 - task.hazard
    for coin, toss in zip(coins, tosses, strict=False):
        probability *= task.bias if (coin == 0) == (toss == 1) else 1 - task.bias
    return probability


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_filter_sums_over_every_hidden_path(task: SwitchingCoinTask) -> None:
    every = torch.tensor(list(product((0.0, 1.0), repeat=6)))
    trace = unroll(SwitchingFilter(task), task.inputs(every))
    for tosses, states, outputs in zip(every.tolist(), trace.states, trace.outputs, strict=True):
        for seen in range(6):
            paths = list(product((0, 1), repeat=seen + 1))
            likely = torch.tensor([of_path(task, path, tosses[:seen]) for path in paths], dtype=torch.float64)
            first = likely[torch.tensor([path[-1] == 0 for path in paths])].sum() / likely.sum()
            assert states[seen].sigmoid().item() == pytest.approx(first.item(), abs=1e-5)
            heads = first * task.bias + (1 - first) * (1 - task.bias)
            assert outputs[seen].sigmoid().item() == pytest.approx(heads.item(), abs=1e-5)


def test_without_a_hazard_it_is_bayes_with_two_coins_for_whom_order_is_no_matter() -> None:
    task = SwitchingCoinTask(0.7, 0)
    tosses = task.sample(50, 12, generator("two coins", 0)).observations
    says = unroll(SwitchingFilter(task), task.inputs(tosses)).outputs[:, -1, 0].sigmoid()
    heads = tosses[:, :-1].sum(dim=1)
    likely = torch.stack([p**heads * (1 - p) ** (11 - heads) for p in (0.7, 0.3)])
    posterior = likely[0] / likely.sum(dim=0)
    torch.testing.assert_close(says, 0.7 * posterior + 0.3 * (1 - posterior))


def test_with_a_hazard_order_matters_and_the_last_toss_most() -> None:
    task = SwitchingCoinTask(0.8, 0.1)
    orders = torch.tensor([[1.0, 1, 0, 0], [0, 1, 1, 0]])  # the last is not told
    early, late = unroll(SwitchingFilter(task), task.inputs(orders)).outputs[:, -1, 0].sigmoid().tolist()
    assert early < late - 0.1


def test_at_a_hazard_of_one_half_nothing_is_learned() -> None:
    task = SwitchingCoinTask(0.9, 0.5)
    trace = unroll(SwitchingFilter(task), task.sample(20, 15, generator("memoryless", 0)).inputs)
    torch.testing.assert_close(trace.outputs, torch.zeros(20, 15, 1))
    torch.testing.assert_close(trace.states, torch.zeros(20, 15, 1))


def test_a_long_run_of_heads_ends_no_surer_than_the_hazard_allows() -> None:
    task = SwitchingCoinTask(0.99, 0.1)
    machine = SwitchingFilter(task)
    last = unroll(machine, task.inputs(torch.ones(1, 400))).states[0, -1].sigmoid().item()
    assert last == pytest.approx(0.9, abs=2e-3)
    near = machine.nearest_state(torch.tensor([[-7.0], [0.0], [7.0]]))
    torch.testing.assert_close(near.sigmoid(), torch.tensor([[0.1], [0.5], [0.9]]))


def test_coins_switch_at_their_hazard_and_heads_come_at_their_bias() -> None:
    task = SwitchingCoinTask(0.8, 0.1)
    episodes = task.sample(20_000, 20, generator("contract", 30))
    bias, tosses = episodes.parameters, episodes.observations
    assert sorted(bias.unique().tolist()) == pytest.approx([0.2, 0.8])
    switched = (bias[:, 1:] != bias[:, :-1]).double()
    assert switched.mean().item() == pytest.approx(0.1, abs=0.003)  # 5 standard errors
    assert (switched[:, 1:] * switched[:, :-1]).mean().item() == pytest.approx(0.01, abs=0.001)
    assert (bias[:, 0] == bias.max()).double().mean().item() == pytest.approx(0.5, abs=0.018)
    assert tosses[bias == bias.max()].double().mean().item() == pytest.approx(0.8, abs=0.005)
    assert tosses[bias == bias.min()].double().mean().item() == pytest.approx(0.2, abs=0.005)


def test_a_flip_after_a_flip_is_a_flip() -> None:
    log_odds = torch.linspace(-3, 3, 7)
    torch.testing.assert_close(after_flip(after_flip(log_odds, 0.1), 0.2), after_flip(log_odds, 0.1 * 0.8 + 0.9 * 0.2))


@pytest.mark.parametrize("bad", [0, 1, -0.1, float("nan")])
def test_a_bias_is_no_certainty(bad: float) -> None:
    with pytest.raises(ValueError, match=rf"bias is {bad}; it must lie between 0 and 1"):
        SwitchingCoinTask(bad, 0.1)


@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_a_hazard_is_a_probability(bad: float) -> None:
    with pytest.raises(ValueError, match=rf"hazard is {bad}; it must be a probability, from 0 to 1"):
        SwitchingCoinTask(0.8, bad)
    assert key_of(SwitchingCoinTask(0.8, 0)) == key_of(SwitchingCoinTask(0.8, 0.0))
