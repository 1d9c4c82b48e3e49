"""Contextual bandits: the world, who plays it on the exact posterior, and what that earns."""

from itertools import pairwise, product

import numpy as np
import pytest
import torch
from scipy import stats

from lib.machine import Machine, unroll
from lib.optimal import contextual_dp as dp
from lib.optimal.contextual import ContextualAgent, Greedy, Matching, evidence
from lib.random import generator
from lib.tasks.contextual import Choices, Contextual
from lib.tasks.environment import Environment, rollout

WORLD = Contextual()
LOPSIDED = Contextual(contexts=2, actions=3, p_correct=0.7, p_incorrect=0.1)


def test_right_actions_are_independent_or_all_different() -> None:
    free = WORLD.draw(20_000, generator("contextual", 0))
    counts = np.bincount((free[:, 0] * 5 + free[:, 3]).numpy(), minlength=25)
    assert stats.chisquare(counts).pvalue > 0.001
    strict = Contextual(contexts=3, conflict=True).draw(20_000, generator("contextual", 1))
    kinds, seen = np.unique(strict.numpy(), axis=0, return_counts=True)
    assert len(kinds) == 60
    assert all(len(set(each)) == 3 for each in kinds.tolist())
    assert stats.chisquare(seen).pvalue > 0.001


def test_contexts_come_equally_often_and_rewards_as_often_as_they_should() -> None:
    episodes = LOPSIDED.sample(4_000, 20, generator("contextual", 2))
    assert stats.binomtest(int(episodes.asked.sum()), 80_000, 0.5).pvalue > 0.001
    place, _ = LOPSIDED.reset(episodes)
    paid: dict[bool, list[float]] = {True: [], False: []}
    for t in range(20):
        actions = torch.full((4_000,), t % 3)
        place, outcome = LOPSIDED.step(episodes, place, actions)
        right = actions == episodes.right()[:, t]
        assert torch.equal(outcome.expected, torch.where(right, 0.7, 0.1))
        for is_right, rewards in paid.items():
            rewards.extend(outcome.rewards[right == is_right].tolist())
    assert stats.binomtest(int(sum(paid[True])), len(paid[True]), 0.7).pvalue > 0.001
    assert stats.binomtest(int(sum(paid[False])), len(paid[False]), 0.1).pvalue > 0.001


def test_a_machine_is_told_this_context_and_the_action_and_reward_before() -> None:
    assert isinstance(LOPSIDED, Environment)
    episodes = Choices(torch.tensor([[2, 0]]), torch.tensor([[1, 0, 1]]), torch.tensor([[0.6, 0.6, 0.05]]), (0.1, 0.7))
    place, observation = LOPSIDED.reset(episodes)
    assert observation.tolist() == [[0, 1, 0, 0, 0, 0]]
    place, right = LOPSIDED.step(episodes, place, torch.tensor([0]))
    assert right.observation.tolist() == [[1, 0, 1, 0, 0, 1]]
    place, wrong = LOPSIDED.step(episodes, place, torch.tensor([0]))
    assert wrong.observation.tolist() == [[0, 1, 1, 0, 0, -1]]
    _, lucky = LOPSIDED.step(episodes, place, torch.tensor([2]))
    assert lucky.observation.tolist() == [[0, 0, 0, 0, 1, 1]], "after the last step no context is shown"
    assert [each.expected.item() for each in (right, wrong, lucky)] == pytest.approx([0.7, 0.1, 0.1])


def test_two_who_are_both_right_or_both_wrong_get_the_same() -> None:
    episodes = WORLD.sample(2_000, 1, generator("contextual", 3))
    one, other = (WORLD.step(episodes, 0, torch.full((2_000,), action))[1] for action in (0, 1))
    alike = one.expected == other.expected
    assert torch.equal(one.rewards[alike], other.rewards[alike])
    assert not torch.equal(one.rewards[~alike], other.rewards[~alike])


@pytest.mark.parametrize("name", ["p_correct", "p_incorrect"])
@pytest.mark.parametrize("bad", [-0.1, 1.1, float("nan")])
def test_probabilities_lie_between_nought_and_one(name: str, bad: float) -> None:
    with pytest.raises(ValueError, match=f"{name} is {bad}; a probability lies between 0 and 1"):
        Contextual(**{name: bad})


def test_other_bad_input_is_named() -> None:
    for p in (0.5, 0.4):
        with pytest.raises(ValueError, match=f"p_correct is {p} and p_incorrect 0.5; the right action must pay more"):
            Contextual(p_correct=p, p_incorrect=0.5)
    with pytest.raises(ValueError, match="6 contexts in conflict need as many right actions; there are 5 actions"):
        Contextual(contexts=6, conflict=True)
    assert Contextual(contexts=6).contexts == 6, "without conflict there may be more contexts than actions"
    with pytest.raises(ValueError, match="contexts is 0; it must be at least 1"):
        Contextual(contexts=0)
    with pytest.raises(ValueError, match="actions is 1; it must be at least 2"):
        Contextual(actions=1)
    with pytest.raises(ValueError, match="0 episodes of 5 steps"):
        WORLD.sample(0, 5, generator("contextual", 4))
    with pytest.raises(ValueError, match="2 episodes of 0 steps"):
        WORLD.sample(2, 0, generator("contextual", 4))
    with pytest.raises(ValueError, match=r"right actions of \(1, 5\), up to 5, are not of"):
        WORLD.given(torch.full((1, 5), 5), 3, generator("contextual", 4))
    episodes = WORLD.sample(2, 1, generator("contextual", 4))
    with pytest.raises(ValueError, match="2 contexts; the episodes have 5"):
        LOPSIDED.reset(episodes)
    with pytest.raises(ValueError, match="action 5 is none; there are 0 to 4"):
        WORLD.step(episodes, 0, torch.tensor([0, 5]))
    with pytest.raises(ValueError, match="step 2 is asked for; these episodes have 1"):
        WORLD.step(episodes, 1, torch.tensor([0, 0]))
    with pytest.raises(ValueError, match="this player takes them for independent"):
        Greedy(Contextual(conflict=True))


def posterior(world: Contextual, inputs: torch.Tensor) -> np.ndarray:
    """The chance that each action is right in the last step's context, by Bayes' rule over all combinations."""
    kinds = np.array(list(product(range(world.actions), repeat=world.contexts)))
    weights = np.ones(len(kinds))
    for now, after in pairwise(inputs):
        context, action = int(now[: world.contexts].argmax()), int(after[world.contexts : -1].argmax())
        pays = np.where(kinds[:, context] == action, world.p_correct, world.p_incorrect)
        weights *= pays if after[-1] > 0 else 1 - pays
    last = int(inputs[-1, : world.contexts].argmax())
    return np.bincount(kinds[:, last], weights, minlength=world.actions) / weights.sum()


@pytest.mark.parametrize("world", [LOPSIDED, Contextual(contexts=3, actions=4)])
def test_the_posterior_is_that_of_enumeration(world: Contextual) -> None:
    episodes = world.sample(20, 15, generator("contextual", 5))
    lived = rollout(Matching(world), world, episodes, generator("contextual", 6))
    for episode, policies in zip(lived.inputs, lived.policies, strict=True):
        for t in (0, 1, 4, 14):
            np.testing.assert_allclose(policies[t].numpy(), posterior(world, episode[: t + 1]), atol=1e-5)
    greedy = unroll(Greedy(world), lived.inputs).outputs.softmax(dim=2)
    best = lived.policies >= lived.policies.max(dim=2, keepdim=True).values - 1e-5
    torch.testing.assert_close(greedy, best / best.sum(dim=2, keepdim=True), atol=1e-6, rtol=0)


def test_a_reward_makes_an_action_four_times_as_likely() -> None:
    assert evidence(WORLD) == pytest.approx((np.log(4), -np.log(4)))
    inputs = torch.zeros(1, 4, 11)
    inputs[0, :, 0] = 1
    inputs[0, 1:, 7] = 1
    inputs[0, 1:, 10] = torch.tensor([1.0, 1.0, -1.0])
    said = unroll(Matching(WORLD), inputs).outputs[0]
    odds = (said[:, 2] - said[:, 0]).exp()
    assert odds.tolist() == pytest.approx([1, 4, 16, 4], rel=1e-5)


def test_chances_of_nought_and_one_are_believed() -> None:
    sure = Contextual(contexts=1, actions=3, p_correct=1, p_incorrect=0)
    episodes = sure.sample(500, 6, generator("contextual", 7))
    lived = rollout(Greedy(sure), sure, episodes, generator("contextual", 8))
    found = lived.rewards.cumsum(dim=1)[:, :-1] > 0
    assert (lived.rewards[:, 1:][found] == 1).all()
    assert (lived.rewards[:, 3:] == 1).all(), "three actions, none of them tried twice in vain"


@pytest.mark.parametrize("machine", [Greedy(WORLD), Matching(LOPSIDED)])
def test_it_is_a_machine(machine: ContextualAgent) -> None:
    assert isinstance(machine, Machine)
    world = machine.prior
    inputs = rollout(machine, world, world.sample(4, 9, generator("contextual", 9)), generator("contextual", 10)).inputs
    trace = unroll(machine, inputs)
    assert trace.states.shape == (4, 9, machine.state_size)
    reached = trace.states.flatten(0, 1)
    assert torch.equal(machine.nearest_state(reached), reached)
    assert torch.equal(machine.nearest_state(machine.initial_state(2)), machine.initial_state(2))
    anything = 9 * torch.randn(20, machine.state_size, generator=generator("contextual", 11))
    near = machine.nearest_state(anything)
    assert torch.equal(machine.nearest_state(near), near)
    assert machine.step(near, inputs[:1, 1].expand(20, -1))[1].isfinite().all()
    alone = unroll(machine, inputs[1:2])
    torch.testing.assert_close(alone.outputs[0], trace.outputs[1])


def test_greed_earns_what_was_found_beforehand() -> None:
    paid = dp.earns(WORLD, 100)
    assert paid.mean() == pytest.approx(0.6444, abs=3e-4)
    assert paid[:20].mean() == pytest.approx(0.436, abs=1e-3)
    assert paid[-20:].mean() == pytest.approx(0.762, abs=1e-3)
    assert paid[0] == pytest.approx(WORLD.chance) == pytest.approx(0.32)


@pytest.mark.parametrize(("machine", "player"), [(Greedy(WORLD), "greedy"), (Matching(WORLD), "matching")])
def test_played_episodes_earn_what_was_worked_out(machine: Machine, player: dp.Player) -> None:
    episodes = WORLD.sample(6_000, 40, generator("contextual", 12))
    played = rollout(machine, WORLD, episodes, generator("contextual", 13)).expected
    exact = dp.earns(WORLD, 40, player)
    for part in (slice(0, 10), slice(10, 40)):
        each = played[:, part].double().mean(dim=1)
        error = float(each.std()) / len(each) ** 0.5
        assert abs(float(each.mean()) - exact[part].mean()) < 4 * error
        assert error < 0.003


def brute(world: Contextual, visits: int) -> float:
    """The value of the best policy, over all histories of actions and rewards."""

    def value(weights: np.ndarray, left: int) -> float:
        if not left:
            return 0.0
        worths = []
        for action in range(world.actions):
            pays = np.where(np.arange(world.actions) == action, world.p_correct, world.p_incorrect)
            paid, missed = weights * pays, weights * (1 - pays)
            worths.append(paid.sum() + value(paid, left - 1) + value(missed, left - 1))
        return max(worths)

    return value(np.full(world.actions, 1 / world.actions), visits)


@pytest.mark.parametrize(("world", "visits"), [(LOPSIDED, 5), (Contextual(actions=2, p_correct=0.9), 7)])
def test_the_optimum_is_that_of_all_histories(world: Contextual, visits: int) -> None:
    assert dp.best_by_visit(world, visits).sum() == pytest.approx(brute(world, visits), abs=1e-9)


@pytest.mark.parametrize("chances", [(0.8, 0.2), (0.95, 0.5), (0.3, 0.2), (0.5, 0.05)])
def test_greed_costs_nothing_and_matching_does(chances: tuple[float, float]) -> None:
    world = Contextual(actions=4, p_correct=chances[0], p_incorrect=chances[1])
    best = dp.best_by_visit(world, 10).sum()
    assert dp.by_visit(world, 10, dp.greedy).sum() == pytest.approx(best, abs=1e-9)
    assert dp.by_visit(world, 10, dp.matching).sum() < best - 1e-3


def test_what_cannot_be_worked_out_is_refused() -> None:
    for work in (lambda: dp.by_visit(WORLD, 0, dp.greedy), lambda: dp.best_by_visit(WORLD, 0)):
        with pytest.raises(ValueError, match="visits is 0; there must be at least 1"):
            work()
    with pytest.raises(ValueError, match="paid has 3 visits; in 4 steps there can be as many"):
        dp.in_an_episode(np.zeros(3), 5, 4)
