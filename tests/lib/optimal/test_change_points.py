"""Coins with change points: the world, and both exact filters against a sum over every way to cut a sequence."""

from functools import cache
from itertools import pairwise, product

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.special import betaln

from lib.machine import unroll
from lib.optimal.bias_filter import BiasFilter
from lib.optimal.conjugate import BetaBernoulli
from lib.optimal.run_length_filter import RunLengthFilter
from lib.random import generator
from lib.spec import key_of
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.change_point_coin import ChangePointCoinTask

TOSSES = 6
TASKS = [
    ChangePointCoinTask(0.5, 0.5, (0.1,)),
    ChangePointCoinTask(2, 1, (0.05, 0.4)),
    ChangePointCoinTask(1, 3, (0.9,)),
]


def of_cuts(task: ChangePointCoinTask, hazard: float, tosses: tuple[float, ...], cuts: tuple[int, ...]) -> float:
    """The probability of tosses, and of a swap after those of them that are marked."""
    ends = [0, *(place + 1 for place, cut in enumerate(cuts) if cut), len(tosses)]
    probability = hazard ** sum(cuts) * (1 - hazard) ** (len(cuts) - sum(cuts))
    for begins, stops in pairwise(ends):
        heads = sum(tosses[begins:stops])
        probability *= of_run(task, heads, stops - begins - heads)
    return probability


@cache
def of_run(task: ChangePointCoinTask, heads: float, tails: float) -> float:
    """The probability of tosses of one coin."""
    return float(np.exp(betaln(task.a + heads, task.b + tails) - betaln(task.a, task.b)))


def run_length(cuts: tuple[int, ...]) -> int:
    return cuts[::-1].index(1) if 1 in cuts else len(cuts)


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_filters_sum_over_every_way_to_cut_the_past(task: ChangePointCoinTask) -> None:
    """Enumerated: for each sequence of tosses every set of swaps, and every hazard, weighed by its probability."""
    every = list(product((0.0, 1.0), repeat=TOSSES))
    inputs = task.inputs(torch.tensor([[*tosses, 0.0] for tosses in every]))  # the last is not told
    by_run, by_bias = RunLengthFilter(task, TOSSES), BiasFilter(task, TOSSES // 2 + 1)
    runs, biases = unroll(by_run, inputs), unroll(by_bias, inputs)
    for tosses, run_state, bias_state, said in zip(
        every, runs.states[:, -1], biases.states[:, -1], runs.outputs[:, -1, 0], strict=True
    ):
        of_run_length, of_hazard = torch.zeros(TOSSES + 1).double(), torch.zeros(len(task.hazards)).double()
        heads = 0.0
        for place, hazard in enumerate(task.hazards):
            for cuts in product((0, 1), repeat=TOSSES):
                likely = of_cuts(task, hazard, tosses, cuts)
                of_run_length[run_length(cuts)] += likely
                of_hazard[place] += likely
                ends = TOSSES - run_length(cuts)
                seen = sum(tosses[ends:])
                heads += likely * (task.a + seen) / (task.a + task.b + TOSSES - ends)
        torch.testing.assert_close(
            by_run.run_lengths(run_state).double(), of_run_length / of_run_length.sum(), atol=1e-5, rtol=0
        )
        torch.testing.assert_close(by_run.hazards(run_state).double(), of_hazard / of_hazard.sum(), atol=1e-5, rtol=0)
        torch.testing.assert_close(by_bias.hazards(bias_state).double(), of_hazard / of_hazard.sum(), atol=1e-5, rtol=0)
        assert said.sigmoid().item() == pytest.approx(heads / float(of_hazard.sum()), abs=1e-5)
    torch.testing.assert_close(biases.outputs, runs.outputs, atol=1e-5, rtol=0)


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_two_exact_filters_agree_and_with_too_few_coins_they_do_not(task: ChangePointCoinTask) -> None:
    inputs = task.sample(40, 31, generator("two filters", 0)).inputs  # thirty tosses are told
    right = unroll(RunLengthFilter(task, 30), inputs).outputs
    torch.testing.assert_close(unroll(BiasFilter(task, 16), inputs).outputs, right, atol=2e-5, rtol=0)
    assert (unroll(BiasFilter(task, 2), inputs).outputs - right).abs().max() > 2e-4


def test_a_hazard_of_almost_nothing_is_bayes_for_a_coin_that_stays() -> None:
    inputs = BernoulliTask(2, 1).sample(20, 15, generator("stays", 0)).inputs
    stays = unroll(BetaBernoulli(BernoulliTask(2, 1)), inputs).outputs
    for machine in (RunLengthFilter, BiasFilter):
        swapped = unroll(machine(ChangePointCoinTask(2, 1, (1e-7,)), 15), inputs).outputs
        torch.testing.assert_close(swapped, stays, atol=1e-4, rtol=0)


def test_if_the_coin_is_always_swapped_nothing_is_learned() -> None:
    task = ChangePointCoinTask(2, 1, (1 - 1e-7,))
    for machine in (RunLengthFilter(task, 12), BiasFilter(task, 7)):
        said = unroll(machine, task.sample(9, 12, generator("always", 0)).inputs).outputs.sigmoid()
        torch.testing.assert_close(said, torch.full((9, 12, 1), 2 / 3), atol=1e-5, rtol=0)


def test_what_came_before_a_swap_is_forgotten_by_both_filters_not_by_stationary_bayes() -> None:
    task = ChangePointCoinTask(0.5, 0.5, (0.1,))
    turned = task.inputs(torch.cat([torch.ones(1, 15), torch.zeros(1, 6)], dim=1))
    stays = unroll(BetaBernoulli(BernoulliTask(0.5, 0.5)), turned).outputs[0, -1].sigmoid().item()
    exact = unroll(RunLengthFilter(task, 20), turned).outputs[0, -1].sigmoid().item()
    assert stays > 0.7
    assert exact < 0.25
    lengths = RunLengthFilter(task, 20).run_lengths(unroll(RunLengthFilter(task, 20), turned).states[0, -1])
    assert lengths.argmax() == 5, "five tails were told, and the coin is as old as they"


def test_runs_longer_than_the_longest_are_dropped_and_the_filter_goes_on() -> None:
    task = ChangePointCoinTask(0.5, 0.5, (0.1,))
    short, whole = (
        unroll(RunLengthFilter(task, n), task.inputs(torch.ones(1, 80))).outputs[0, :, 0].sigmoid() for n in (20, 80)
    )
    torch.testing.assert_close(short[:21], whole[:21])
    assert short[-1] == pytest.approx(whole[-1].item(), abs=0.05)


def test_coins_are_swapped_at_their_hazard_for_others_from_the_prior() -> None:
    task = ChangePointCoinTask(2, 1, (0.1, 0.3))
    episodes = task.sample(4_000, 30, generator("swapped", 0))
    bias, hazard = episodes.parameters[:, :-1], episodes.parameters[:, -1]
    assert sorted(set(hazard.tolist())) == pytest.approx([0.1, 0.3])
    swapped = (bias[:, 1:] != bias[:, :-1]).double()
    for each in task.hazards:
        of = torch.isclose(hazard, torch.tensor(each))
        assert of.double().mean().item() == pytest.approx(0.5, abs=0.04)
        assert swapped[of].mean().item() == pytest.approx(each, abs=0.01)
    for step in (0, 29):
        assert stats.kstest(bias[:, step].double().numpy(), stats.beta(2, 1).cdf).pvalue > 0.001
    before, after = bias[:, 9][swapped[:, 9] == 1], bias[:, 10][swapped[:, 9] == 1]
    assert abs(stats.pearsonr(before, after).statistic) < 0.15, "a new coin has nothing of the old one"
    near = (episodes.observations - bias).double().mean(dim=0)
    assert near.abs().max() < 0.04


@pytest.mark.parametrize("bad", [0, 1, -0.1, 1.1, float("nan")])
def test_a_hazard_lies_between_never_and_always(bad: float) -> None:
    with pytest.raises(ValueError, match=rf"hazard is {float(bad)}; it must lie between 0 and 1"):
        ChangePointCoinTask(1, 1, (0.1, bad))


def test_other_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="hazards is empty; there must be at least one"):
        ChangePointCoinTask(1, 1, ())
    with pytest.raises(ValueError, match=r"Beta prior has a=0\.0"):
        ChangePointCoinTask(0, 1, (0.1,))
    with pytest.raises(ValueError, match="longest is 0; a run length of at least 1 must be allowed"):
        RunLengthFilter(TASKS[0], 0)
    with pytest.raises(ValueError, match="nodes is 0; there must be at least 1"):
        BiasFilter(TASKS[0], 0)
    assert key_of(ChangePointCoinTask(1, 1, (0.5,))) == key_of(ChangePointCoinTask(1.0, 1.0, (0.5,)))
