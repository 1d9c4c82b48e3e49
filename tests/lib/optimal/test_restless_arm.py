"""An arm that may switch: the world, and optimal play against integration, closed recursions and play."""

from functools import cache, partial

import numpy as np
import pytest
import torch
from scipy.integrate import quad
from scipy.stats import norm

from lib.optimal.exploration_threshold import exploration_threshold
from lib.optimal.restless_arm import RestlessAgent, restless_threshold, solve, value
from lib.optimal.switching_filter import after_flip
from lib.random import generator
from lib.tasks.environment import Environment, rollout
from lib.tasks.restless_arm import RestlessOneArmed

TASK = RestlessOneArmed(1.5, 0.7, 0.1)


def test_the_arm_switches_at_its_hazard_whether_it_is_pulled_or_not() -> None:
    episodes = TASK.sample(20_000, 20, generator("restless", 0))
    assert episodes.means.unique().tolist() == pytest.approx([-2.5, 0.5])
    assert episodes.means.mean().item() == pytest.approx(-1, abs=0.02)
    assert episodes.means.std().item() == pytest.approx(1.5, abs=0.01)
    assert (episodes.means.diff(dim=1) != 0).double().mean().item() == pytest.approx(0.1, abs=0.003)
    noise = (episodes.rewards - episodes.means) / 0.7
    assert (noise.mean().item(), noise.std().item()) == pytest.approx((0, 1), abs=0.01)
    assert torch.equal(episodes.reward_bounds[:, 0], episodes.means.amin(dim=1).clamp(max=0))
    assert (episodes.reward_bounds[:, 1] >= 0).all()


def test_a_machine_is_told_action_time_and_reward() -> None:
    assert isinstance(TASK, Environment)
    episodes = TASK.along(torch.tensor([[3.0, -1, 2], [1, 1, -1]]), generator("restless", 1))
    place, observation = TASK.reset(episodes)
    assert observation.tolist() == [[0, 0, -1, 0]] * 2
    place, first = TASK.step(episodes, place, torch.tensor([1, 0]))
    assert first.observation[0].tolist() == [0, 1, 0, episodes.rewards[0, 0].item()]
    assert first.observation[1].tolist() == [1, 0, 0, 0]
    assert first.expected.tolist() == [3, 0]
    place, second = TASK.step(episodes, place, torch.tensor([0, 1]))
    assert second.rewards[1] == episodes.rewards[1, 1], "a first pull at step 2 pays what the arm pays at step 2"
    _, last = TASK.step(episodes, place, torch.tensor([1, 1]))
    assert last.expected.tolist() == [2, -1]
    assert second.observation[:, 2].tolist() == [1, 1], "the last step of a life is at time 1"


def test_an_ended_episode_and_a_third_arm_are_refused() -> None:
    episodes = TASK.sample(2, 1, generator("restless", 2))
    place, _ = TASK.reset(episodes)
    with pytest.raises(ValueError, match="action 2 is not an arm; arms are numbered 0 to 1"):
        TASK.step(episodes, place, torch.tensor([2, 0]))
    place, _ = TASK.step(episodes, place, torch.tensor([1, 0]))
    with pytest.raises(ValueError, match="step 2 is asked for; these episodes were drawn for 1"):
        TASK.step(episodes, place, torch.tensor([1, 0]))


@pytest.mark.parametrize("hazard", [0.0, 0.05, 0.3])
def test_two_steps_by_integration(hazard: float) -> None:
    sigma_p, sigma_l, mean = 3.0, 1.3, -1.0

    def second(reward: float) -> float:
        good, bad = norm.pdf(reward, mean + sigma_p, sigma_l), norm.pdf(reward, mean - sigma_p, sigma_l)
        p = good / (good + bad)
        p = p * (1 - hazard) + (1 - p) * hazard
        return float((good + bad) / 2 * max(0.0, mean + sigma_p * (2 * p - 1)))

    explored = mean + quad(second, -30, 30, points=[mean], epsabs=1e-10)[0]
    fine = solve(sigma_p, sigma_l, hazard, 2, points=1025)
    assert fine.by_lifetime[2] == pytest.approx(max(0, explored), abs=2e-4)
    assert abs(solve(sigma_p, sigma_l, hazard, 2).by_lifetime[2] - max(0, explored)) < 3e-3


@pytest.mark.parametrize("hazard", [0.02, 0.1, 0.25])
def test_without_noise_a_pull_tells_the_state(hazard: float) -> None:
    """Then beliefs are known by what was seen last and how long ago."""
    sigma_p, mean = 2.0, -1.0

    @cache
    def best(left: int, good: bool | None, ago: int) -> float:
        if left == 0:
            return 0.0
        p = 0.5 + ((1 - 2 * hazard) ** ago * (0.5 if good else -0.5) if good is not None else 0)
        rest = best(left - 1, good, ago + 1)
        after = p * best(left - 1, True, 1) + (1 - p) * best(left - 1, False, 1)
        return max(rest, mean + sigma_p * (2 * p - 1) + after)

    assert solve(sigma_p, 0.05, hazard, 30).by_lifetime[30] == pytest.approx(best(30, None, 0), rel=5e-3)


@pytest.mark.parametrize("hazard", [0.0, 0.05])
def test_the_agent_earns_what_its_plan_says(hazard: float) -> None:
    task = RestlessOneArmed(2, 1, hazard)
    agent = RestlessAgent.of(task, 30)
    episodes = task.sample(40_000, 30, generator("restless, play", 0))
    earned = rollout(agent, task, episodes, generator("restless, play", 1)).expected.double().sum(dim=1)
    error = (earned.std() / len(earned) ** 0.5).item()
    assert earned.mean().item() == pytest.approx(agent.plan.by_lifetime[30], abs=4 * error)


def test_no_other_threshold_on_the_belief_earns_more() -> None:
    """A plan's advantages rise with the belief; whoever asks for more or for less certainty earns less."""
    task = RestlessOneArmed(2, 1, 0.05)
    agent = RestlessAgent.of(task, 30)
    assert (np.diff(agent.plan.advantages, axis=1) >= -1e-9).all()
    episodes = task.sample(40_000, 30, generator("restless, play", 2))

    def earns(shift: float) -> float:
        plan = solve(2, 1, 0.05, 30)
        moved = RestlessAgent(task, type(plan)(plan.log_odds, plan.values, plan.advantages + shift))
        return rollout(moved, task, episodes, generator("restless, play", 3)).expected.sum(dim=1).mean().item()

    assert max(earns(-0.5), earns(0.5)) < earns(0.0)


def test_who_left_comes_back_only_where_the_arm_may_have_changed() -> None:
    bad = torch.full((400,), -3.0)
    for hazard, comes_back in ((0.0, False), (0.05, True)):
        task = RestlessOneArmed(2, 1, hazard)
        episodes = task.given(bad, 40, generator("restless, back", 0))
        actions = rollout(RestlessAgent.of(task, 40), task, episodes, generator("restless, back", 1)).actions
        assert bool((actions.diff(dim=1) == 1).any()) == comes_back


def test_the_belief_is_that_of_the_forward_algorithm() -> None:
    agent = RestlessAgent.of(TASK, 5)
    state, _ = agent.step(agent.initial_state(1), torch.tensor([[0.0, 0, -1, 0]]))
    assert state.item() == 0
    state, _ = agent.step(state, torch.tensor([[0.0, 1, -0.5, 0.5]]))  # it paid what a good arm pays
    good, bad = norm.logpdf(0.5, 0.5, 0.7), norm.logpdf(0.5, -2.5, 0.7)
    torch.testing.assert_close(state, after_flip(torch.tensor([[good - bad]]), 0.1).float())
    drifted, _ = agent.step(state, torch.tensor([[1.0, 0, 0, 0]]))
    torch.testing.assert_close(drifted, after_flip(state, 0.1))
    assert (agent.nearest_state(torch.tensor([[9.0]])).sigmoid()).item() == pytest.approx(0.9)


def test_the_edge_rises_with_the_hazard_and_falls_with_the_lifetime_until_the_hazard_bounds_it() -> None:
    hazards, lives = (0.0, 0.02, 0.1, 0.3), (5, 20, 80)
    edges = np.array([[restless_threshold(1.0, h, life) for h in hazards] for life in lives])
    assert (np.diff(edges, axis=1) > 0).all()
    assert (np.diff(edges, axis=0) <= 0).all()
    assert edges[1, 0] - edges[2, 0] > 0.05
    assert edges[1, 3] - edges[2, 3] < 0.01
    found = exploration_threshold(np.array([0.5, 1.0]), 20, partial(value, hazard=0.1))
    np.testing.assert_allclose(restless_threshold(np.array([0.5, 1.0]), 0.1, 20), found, rtol=1e-3)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match=r"hazard is 0\.6; it must be from 0 \(never\) to 0\.5"):
        RestlessOneArmed(1, 1, 0.6)
    with pytest.raises(ValueError, match=r"sigma_l is 0\.0; it must be positive and finite"):
        RestlessOneArmed(1, 0, 0.1)
    with pytest.raises(ValueError, match=r"mean is nan; it must be finite"):
        RestlessOneArmed(1, 1, 0.1, float("nan"))
    with pytest.raises(ValueError, match=r"hazard is 0\.5; it must be from 0 to below 0\.5"):
        restless_threshold(1.0, 0.5, 20)
    with pytest.raises(ValueError, match="points is 64; it must be an odd number, at least 33"):
        solve(1, 1, 0.1, 20, points=64)
    with pytest.raises(ValueError, match="lifetime is 0"):
        solve(1, 1, 0.1, 0)
