"""Bayesians with too little memory: equal to Bayes where memory suffices, forgetful as said where it does not."""

import pytest
import torch

from lib.machine import unroll
from lib.optimal.conjugate import BetaBernoulli, Conjugate, DirichletCategorical, GammaExponential, NormalNormal
from lib.optimal.limited_memory import Saturating, Windowed
from lib.probes.behaviour import dissimilarity, predict
from lib.random import generator
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask
from lib.tasks.exponential import ExponentialTask
from lib.tasks.gaussian import GaussianTask

ALL = [
    BetaBernoulli(BernoulliTask(0.5, 3)),
    DirichletCategorical(CategoricalTask((2, 1, 1))),
    GammaExponential(ExponentialTask(3, 2)),
    NormalNormal(GaussianTask(1, 0.25, 1)),
]
COUNTING = ALL[:2]


def named(machine: Conjugate) -> str:
    return type(machine.prior).__name__


each_bayes = pytest.mark.parametrize("bayes", ALL, ids=named)
each_counter = pytest.mark.parametrize("bayes", COUNTING, ids=named)


@each_bayes
@pytest.mark.parametrize("window", [8, 30])
def test_a_window_over_everything_is_bayes(bayes: Conjugate, window: int) -> None:
    """Nine observations, of which the last is never told."""
    inputs = bayes.prior.sample(20, 9, generator("bounded", 0)).inputs
    torch.testing.assert_close(unroll(Windowed(bayes, window), inputs).outputs, unroll(bayes, inputs).outputs)


@each_bayes
def test_a_window_one_too_short_is_bayes_until_the_last_step(bayes: Conjugate) -> None:
    inputs = bayes.prior.sample(20, 9, generator("bounded", 1)).inputs
    short, whole = unroll(Windowed(bayes, 7), inputs).outputs, unroll(bayes, inputs).outputs
    torch.testing.assert_close(short[:, :8], whole[:, :8])
    assert (short[:, 8] - whole[:, 8]).abs().amax(dim=1).min() > 1e-4


@each_bayes
def test_a_window_of_nought_says_what_the_prior_says_for_ever(bayes: Conjugate) -> None:
    machine = Windowed(bayes, 0)
    inputs = bayes.prior.sample(5, 7, generator("bounded", 2)).inputs
    assert machine.state_size == 0
    prior = bayes.says(torch.zeros(1, bayes.state_size))
    assert torch.equal(unroll(machine, inputs).outputs, prior.expand(5, 7, -1))


@each_bayes
@pytest.mark.parametrize("window", [1, 3])
def test_a_window_says_what_bayes_says_of_the_last_few(bayes: Conjugate, window: int) -> None:
    seen = bayes.prior.sample(5, 10, generator("bounded", 3)).observations
    said = unroll(Windowed(bayes, window), bayes.prior.inputs(seen)).outputs
    for t in range(window, 10):
        last = torch.cat([seen[:, t - window : t], seen[:, :1]], dim=1)  # what comes after is not told
        torch.testing.assert_close(said[:, t], unroll(bayes, bayes.prior.inputs(last)).outputs[:, -1])


def test_a_window_keeps_the_order_of_what_it_holds() -> None:
    bayes = BetaBernoulli(BernoulliTask(1, 1))
    trace = unroll(Windowed(bayes, 2), bayes.prior.inputs(torch.tensor([[1.0, 0, 0, 1, 1]])))
    assert trace.states[0].tolist() == [[0, 0, 0, 0], [0, 0, 1, 0], [1, 0, 0, 1], [0, 1, 0, 1], [0, 1, 1, 0]]


@each_counter
def test_counters_that_never_fill_are_those_of_bayes(bayes: Conjugate) -> None:
    inputs = bayes.prior.sample(20, 9, generator("bounded", 4)).inputs
    assert torch.equal(unroll(Saturating(bayes, 8), inputs).outputs, unroll(bayes, inputs).outputs)
    assert not torch.equal(unroll(Saturating(bayes, 4), inputs).outputs, unroll(bayes, inputs).outputs)


def test_counters_stop_one_by_one() -> None:
    machine = Saturating(BetaBernoulli(BernoulliTask(1, 1)), 2)
    trace = unroll(machine, BernoulliTask(1, 1).inputs(torch.tensor([[1.0, 1, 1, 0, 1, 0]])))
    assert trace.states[0].tolist() == [[0, 0], [1, 0], [2, 0], [2, 0], [2, 1], [2, 1]]
    assert trace.outputs[0, -1].sigmoid().item() == pytest.approx(3 / 5)
    assert machine.nearest_state(torch.tensor([[5.0, -1], [1, 2]])).tolist() == [[2, 0], [1, 2]]


@each_counter
def test_counters_that_count_nothing_never_learn(bayes: Conjugate) -> None:
    inputs = bayes.prior.sample(5, 7, generator("bounded", 5)).inputs
    assert torch.equal(unroll(Saturating(bayes, 0), inputs).outputs, unroll(Windowed(bayes, 0), inputs).outputs)


@each_bayes
def test_each_further_place_in_the_window_brings_bayes_closer(bayes: Conjugate) -> None:
    episodes = bayes.prior.sample(2_000, 8, generator("bounded", 6))
    optimal = predict(bayes, bayes.prior, episodes)
    far = [dissimilarity(optimal, predict(Windowed(bayes, w), bayes.prior, episodes)) for w in range(8)]
    assert far == sorted(far, reverse=True)
    assert far[0] > 0.3
    assert far[7] == pytest.approx(0, abs=1e-5)


def test_the_divergence_of_one_who_never_learns_is_the_exact_one() -> None:
    bayes = DirichletCategorical(CategoricalTask((1, 1, 1)))
    episodes = bayes.prior.sample(20_000, 20, generator("bounded", 7))
    never = predict(Windowed(bayes, 0), bayes.prior, episodes)
    assert dissimilarity(predict(bayes, bayes.prior, episodes), never) == pytest.approx(3.3937, abs=0.05)


def test_a_memory_of_less_than_nothing_is_refused() -> None:
    bayes = BetaBernoulli(BernoulliTask(1, 1))
    with pytest.raises(ValueError, match="window is -1; it must be 0 or more"):
        Windowed(bayes, -1)
    with pytest.raises(ValueError, match="counters stop at -2; it must be 0 or more"):
        Saturating(bayes, -2)
