"""How contexts are learned: copies of one machine, counterfactual questions, and contexts in the order of learning."""

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import Tensor

from lib.agents.lstm import LSTM
from lib.machine import Machine, unroll
from lib.optimal.contextual import Greedy, Matching
from lib.probes import contexts
from lib.probes.contexts import IndependentCopies
from lib.random import generator
from lib.tasks.contextual import Contextual
from lib.tasks.environment import rollout

WORLD, ALONE = Contextual(), Contextual(contexts=1)


@pytest.mark.parametrize("kind", [Greedy, Matching])
def test_copies_of_the_bayesian_of_one_context_are_the_bayesian_of_all(kind: type[Greedy]) -> None:
    episodes = WORLD.sample(50, 60, generator("contexts", 0))
    whole = rollout(kind(WORLD), WORLD, episodes, generator("contexts", 1))
    copies = rollout(IndependentCopies(kind(ALONE), 5), WORLD, episodes, generator("contexts", 1))
    torch.testing.assert_close(copies.policies, whole.policies)
    assert torch.equal(copies.actions, whole.actions)


def test_a_copy_lives_through_its_own_steps_and_no_others() -> None:
    network = LSTM(8, input_gain=4.0).build(ALONE.input_size, ALONE.output_size, generator("test", 0))
    episodes = WORLD.sample(6, 40, generator("contexts", 2))
    lived = rollout(IndependentCopies(network, 5), WORLD, episodes, generator("contexts", 3))
    for episode in range(6):
        for context in range(5):
            own = (episodes.asked[episode] == context).nonzero()[:, 0]
            observation = torch.zeros(1, len(own), ALONE.input_size)
            observation[0, :, 0] = 1
            for visit, before in enumerate(own[:-1], start=1):
                observation[0, visit, 1 + lived.actions[episode, before]] = 1
                observation[0, visit, -1] = 2 * lived.rewards[episode, before] - 1
            with torch.inference_mode():
                expected = unroll(network, observation).outputs[0].softmax(dim=1)
            torch.testing.assert_close(lived.policies[episode, own], expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("alone", [Greedy(ALONE), LSTM(4).build(7, 5, generator("test", 1))])
def test_copies_are_a_machine(alone: Machine) -> None:
    machine = IndependentCopies(alone, 5)
    assert isinstance(machine, Machine)
    assert (machine.input_size, machine.output_size) == (WORLD.input_size, WORLD.output_size)
    inputs = rollout(machine, WORLD, WORLD.sample(4, 9, generator("contexts", 4)), generator("contexts", 5)).inputs
    with torch.inference_mode():
        trace = unroll(machine, inputs)
        assert trace.states.shape == (4, 9, machine.state_size)
        reached = trace.states.flatten(0, 1)
        assert torch.equal(machine.nearest_state(reached), reached)
        before = reached.clone()
        machine.step(reached, inputs[:1, 3].expand(len(reached), -1))
        assert torch.equal(reached, before)
        anything = 9 * torch.randn(20, machine.state_size, generator=generator("contexts", 6))
        near = machine.nearest_state(anything)
        assert torch.equal(machine.nearest_state(near), near)


def test_what_cannot_be_copied_is_refused() -> None:
    with pytest.raises(ValueError, match="contexts is 0; it must be at least 1"):
        IndependentCopies(Greedy(ALONE), 0)
    with pytest.raises(ValueError, match="takes 11 inputs and says 5; a player of one context takes two more"):
        IndependentCopies(Greedy(WORLD), 5)


@dataclass(frozen=True)
class Parrot:
    """Repeats the action before, in every context but the last, where it takes action 1."""

    input_size = 6
    state_size = 1
    output_size = 3

    def initial_state(self, batch: int) -> Tensor:
        return torch.zeros(batch, 1)

    def nearest_state(self, state: Tensor) -> Tensor:
        return state

    def step(self, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        said = 50 * x[:, 2:5]
        said[x[:, 1] > 0.5] = torch.tensor([0.0, 50.0, 0.0])
        return state, said


def test_every_context_is_asked_at_every_step_and_the_asking_leaves_no_trace() -> None:
    world = Contextual(contexts=2, actions=3)
    episodes = world.given(torch.tensor([[0, 1], [2, 0]]), 30, generator("contexts", 7))
    chances = contexts.policies(Parrot(), world, episodes, generator("contexts", 8))
    lived = rollout(Parrot(), world, episodes, generator("contexts", 8))
    assert chances.shape == (2, 30, 2, 3)
    np.testing.assert_allclose(chances[:, :, 1], np.broadcast_to([0, 1, 0], (2, 30, 3)), atol=1e-6)
    repeated = torch.nn.functional.one_hot(lived.actions[:, :-1], 3).numpy()
    np.testing.assert_allclose(chances[:, 1:, 0], repeated, atol=1e-6)
    np.testing.assert_allclose(chances[:, 0, 0], 1 / 3, atol=1e-6)
    q = contexts.probed(Parrot(), world, episodes, generator("contexts", 8))
    np.testing.assert_allclose(q[0, :, 1], 1, atol=1e-6)
    np.testing.assert_allclose(q[1, :, 1], 0, atol=1e-6)
    np.testing.assert_allclose(q[1, 1:, 0], repeated[1, :, 2], atol=1e-6)
    asked = np.take_along_axis(chances, episodes.asked.numpy()[..., None, None], axis=2)[:, :, 0]
    np.testing.assert_allclose(asked, lived.policies.numpy(), atol=1e-6)


def test_told_apart_is_nought_for_one_answer_and_one_for_opposite_answers() -> None:
    same = np.broadcast_to([0.2, 0.8], (1, 4, 3, 2))
    assert contexts.context_tv(same) == pytest.approx(np.zeros(4))
    opposite = np.array([[[[1.0, 0.0], [0.0, 1.0]]]])
    assert contexts.context_tv(opposite) == pytest.approx([1.0])
    half = np.array([[[[1.0, 0.0], [0.5, 0.5], [0.5, 0.5]]]])
    assert contexts.context_tv(half) == pytest.approx([1 / 3])


def test_contexts_are_ordered_run_by_run_by_their_average_over_time() -> None:
    q = np.array([[[0.1, 0.9, 0.5], [0.3, 0.9, 0.5]], [[0.5, 0.0, 0.0], [0.5, 0.6, 1.2]]])
    ordered = contexts.in_order(q)
    assert ordered[0].tolist() == [[0.9, 0.5, 0.1], [0.9, 0.5, 0.3]]
    assert ordered[1].tolist() == [[0.0, 0.5, 0.0], [1.2, 0.5, 0.6]]
    late = np.array([[[0.9, 0.0], [0.2, 0.0], [0.0, 1.0]]])
    assert contexts.in_order(late)[0, 0].tolist() == [0.9, 0.0]
    assert contexts.in_order(late, np.array([0, 1, 10]))[0, 0].tolist() == [0.0, 0.9], "time counts, not points"


def test_shuffling_keeps_each_context_and_breaks_what_binds_them() -> None:
    chance = np.random.default_rng(0)
    shared = chance.random((500, 1, 1)) + np.zeros((500, 3, 4))  # all contexts of a run alike
    found = contexts.shuffled(shared, generator("contexts", 9))
    for context in range(4):
        assert np.array_equal(np.sort(found[:, 0, context]), np.sort(shared[:, 0, context]))
        assert np.array_equal(found[:, 0, context], found[:, 2, context]), "a curve stays whole"
    assert abs(np.corrcoef(found[:, 0].T)[0, 1:]).max() < 0.15
    assert np.allclose(contexts.in_order(shared).std(axis=2), 0)
    assert contexts.in_order(found)[:, 0, 0].mean() > 0.7, "sorting alone makes a first and a last"


def test_last_over_first() -> None:
    curves = np.array([[[0.2, 0.2], [0.6, 0.2], [1.0, 0.4], [1.0, 0.6]]])
    times = contexts.steps_to(curves, np.arange(1, 5), 0.5)
    assert times.tolist() == [[1.75, 3.5]]
    assert contexts.last_over_first(times).tolist() == [2.0]
    never = np.array([[2.0, np.nan], [np.nan, np.nan], [np.inf, np.inf]])
    assert np.isinf(contexts.last_over_first(never)).all()
    assert np.isnan(contexts.steps_to(curves, np.arange(1, 5), 0.9)[0, 1])
