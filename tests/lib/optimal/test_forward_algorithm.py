"""Hidden Markov models: the world, and the forward algorithm against a sum over every hidden path."""

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
import torch

from lib.machine import unroll
from lib.optimal.forward_algorithm import ForwardAlgorithm, onto_simplex
from lib.optimal.switching_filter import SwitchingFilter
from lib.random import generator
from lib.spec import key_of
from lib.tasks.hidden_markov import HiddenMarkovTask, mess3
from lib.tasks.switching_coin import SwitchingCoinTask

UNEVEN = HiddenMarkovTask(((0.7, 0.2, 0.1), (0.1, 0.9, 0.0), (0.3, 0.3, 0.4)), ((0.5, 0.5), (0.9, 0.1), (0.2, 0.8)))
TASKS = [mess3(0.15, 0.6), mess3(0.02, 0.6), UNEVEN, HiddenMarkovTask(((1.0,),), ((0.3, 0.7),))]


def of_path(task: HiddenMarkovTask, path: tuple[int, ...], seen: tuple[int, ...]) -> float:
    """The probability of hidden states and of the symbols of all but the last of them."""
    probability = task.stationary[path[0]]
    for before, after in pairwise(path):
        probability *= task.transitions[before][after]
    for state, symbol in zip(path, seen, strict=False):
        probability *= task.emissions[state][symbol]
    return probability


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_it_sums_over_every_hidden_path(task: HiddenMarkovTask) -> None:
    sequences = list(product(range(task.symbols), repeat=4))
    trace = unroll(ForwardAlgorithm(task), task.inputs(torch.tensor(sequences).float()).double())
    for seen, states, outputs in zip(sequences, trace.states, trace.outputs, strict=True):
        for t in range(4):
            paths = list(product(range(task.states), repeat=t + 1))
            weights = np.array([of_path(task, path, seen[:t]) for path in paths])
            now = np.array([weights[[path[-1] == k for path in paths]].sum() for k in range(task.states)])
            expected = now / weights.sum() @ np.array(task.emissions)
            np.testing.assert_allclose(outputs[t].exp(), expected, atol=1e-12)
            if t:  # the belief is about the state that emitted the last symbol, one step before
                before = np.array([weights[[path[-2] == k for path in paths]].sum() for k in range(task.states)])
                np.testing.assert_allclose(states[t], before / weights.sum(), atol=1e-12)
    np.testing.assert_allclose(trace.states[:, 0], np.broadcast_to(task.stationary, (len(sequences), task.states)))


def test_the_filter_of_the_coin_that_switches_is_a_special_case() -> None:
    coin = SwitchingCoinTask(0.8, 0.1)
    task = HiddenMarkovTask(((0.9, 0.1), (0.1, 0.9)), ((0.8, 0.2), (0.2, 0.8)))
    tosses = coin.sample(20, 30, generator("forward algorithm", 0)).observations
    logits = unroll(SwitchingFilter(coin), coin.inputs(tosses)).outputs[..., 0]
    heads = unroll(ForwardAlgorithm(task), task.inputs(1 - tosses)).outputs[..., 0].exp()  # heads are the first symbol
    torch.testing.assert_close(heads, logits.sigmoid())


def test_a_chain_that_forgets_at_once_teaches_nothing() -> None:
    task = mess3(1 / 3, 0.9)
    says = unroll(ForwardAlgorithm(task), task.sample(5, 9, generator("forward algorithm", 1)).inputs).outputs.exp()
    torch.testing.assert_close(says, torch.full_like(says, 1 / 3))
    assert task.memory < 0.05


@pytest.mark.parametrize("task", TASKS, ids=str)
def test_the_stationary_distribution_stays(task: HiddenMarkovTask) -> None:
    np.testing.assert_allclose(np.array(task.stationary) @ np.array(task.transitions), task.stationary, atol=1e-14)
    assert sum(task.stationary) == pytest.approx(1)


def test_paths_and_symbols_have_their_probabilities_from_the_first_step_on() -> None:
    episodes = UNEVEN.sample(40_000, 6, generator("hidden markov", 2))
    path, seen = episodes.parameters.long(), episodes.observations.long()
    for t in (0, 5):
        shares = torch.bincount(path[:, t], minlength=3) / 40_000
        np.testing.assert_allclose(shares, UNEVEN.stationary, atol=0.0125)  # 5 standard errors
    for state in range(3):
        after = torch.bincount(path[:, 1:][path[:, :-1] == state], minlength=3).double()
        np.testing.assert_allclose(after / after.sum(), UNEVEN.transitions[state], atol=0.017)
        symbols = torch.bincount(seen[path == state], minlength=2).double()
        np.testing.assert_allclose(symbols / symbols.sum(), UNEVEN.emissions[state], atol=0.015)
    assert not ((path[:, :-1] == 1) & (path[:, 1:] == 2)).any(), "a transition of probability 0 was taken"


def test_mess3_is_the_process_of_its_source() -> None:
    """The labelled transition matrices of Shai et al. 2024: a y on the diagonal of a state's own symbol, and so on."""
    x, a = 0.15, 0.6
    b, y = (1 - a) / 2, 1 - 2 * x
    task = mess3(x, a)
    labelled = np.einsum("ij,jk->kij", np.array(task.transitions), np.array(task.emissions))
    first = [[a * y, b * x, b * x], [a * x, b * y, b * x], [a * x, b * x, b * y]]
    np.testing.assert_allclose(labelled[0], first)
    assert task.memory == pytest.approx(-1 / np.log(1 - 3 * x))
    assert key_of(task) == key_of(mess3(0.15, 0.6)) != key_of(mess3(0.15, 0.5))


EVEN = ((0.5, 0.5), (0.5, 0.5))
WRONG: list[tuple[Any, Any, str]] = [
    (((0.9, 0.2), (0.5, 0.5)), EVEN, r"row 0 of transitions is \(0.9, 0.2\), with sum 1.1; it must .* sum to 1"),
    (EVEN, ((0.5, 0.5), (0.6, 0.3)), r"row 1 of emissions is \(0.6, 0.3\), with sum 0.9"),
    (((1.5, -0.5), (0.5, 0.5)), EVEN, "row 0 of transitions"),
    (((float("nan"), 1), (0.5, 0.5)), EVEN, "row 0 of transitions"),
    (((0.5, 0.5),), EVEN, "transitions lead from 1 states to 2"),
    (((0.5, 0.5), (1.0,)), EVEN, r"transitions have rows of \[2, 1\] numbers"),
    ((), EVEN, r"transitions have rows of \[\] numbers"),
    (EVEN, ((0.5, 0.5),), "emissions are given in 1 states; the chain has 2"),
    (((1.0, 0.0), (0.0, 1.0)), EVEN, "more than one stationary distribution"),
]


@pytest.mark.parametrize(("transitions", "emissions", "said"), WRONG, ids=[said[:24] for _, _, said in WRONG])
def test_matrices_that_are_no_model_are_refused(transitions: Any, emissions: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        HiddenMarkovTask(transitions, emissions)


@pytest.mark.parametrize(("x", "a", "said"), [(0, 0.6, "x is 0"), (0.6, 0.6, "x is 0.6"), (0.1, 1.2, "a is 1.2")])
def test_a_process_outside_of_its_family_is_refused(x: float, a: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        mess3(x, a)


def test_the_nearest_belief_is_the_nearest_point_of_the_simplex() -> None:
    points = torch.randn(200, 3, generator=generator("simplex", 0)).double()
    near = onto_simplex(points)
    assert (near >= 0).all()
    torch.testing.assert_close(near.sum(dim=1), torch.ones(200).double())
    fine = torch.tensor([(i, j, 50 - i - j) for i in range(51) for j in range(51 - i)]).double() / 50
    best = torch.cdist(points, fine).min(dim=1).values
    assert ((points - near).norm(dim=1) <= best + 1e-9).all()
