"""The bandit with one known arm: what it pays, and what a machine is told."""

import pytest
import torch
from scipy import stats

from lib.random import generator
from lib.tasks.environment import Environment
from lib.tasks.one_armed import OneArmed

TASK = OneArmed(0.7, 2)


def test_means_follow_the_prior_and_rewards_their_mean() -> None:
    bandits = TASK.sample(20_000, 3, generator("one-armed", 0))
    mu = bandits.means[:, 1]
    assert stats.kstest(mu.numpy(), stats.norm(-1, 0.7).cdf).pvalue > 0.001
    noise = (bandits.reward_table[:, 1] - mu[:, None]) / 2
    assert stats.kstest(noise.flatten().numpy(), stats.norm().cdf).pvalue > 0.001
    assert stats.kstest(noise.square().sum(dim=1).numpy(), stats.chi2(3).cdf).pvalue > 0.001
    assert (bandits.means[:, 0] == 0).all()
    assert (bandits.reward_table[:, 0] == 0).all()
    assert torch.equal(bandits.reward_bounds[:, 0], mu.clamp(max=0))
    assert torch.equal(bandits.reward_bounds[:, 1], mu.clamp(min=0))


def test_a_machine_is_told_action_time_and_reward() -> None:
    assert isinstance(TASK, Environment)
    bandits = TASK.given(torch.tensor([3.0, -1.0]), 5, generator("one-armed", 1))
    place, observation = TASK.reset(bandits)
    assert observation.tolist() == [[0, 0, -1, 0]] * 2
    place, first = TASK.step(bandits, place, torch.tensor([1, 0]))
    assert first.observation[0].tolist() == [0, 1, -0.5, bandits.reward_table[0, 1, 0].item()]
    assert first.observation[1].tolist() == [1, 0, -0.5, 0]
    assert first.expected.tolist() == [3, 0]
    assert torch.equal(first.rewards, first.observation[:, 3])
    for _ in range(3):
        place, last = TASK.step(bandits, place, torch.tensor([0, 1]))
    assert last.observation[:, 2].tolist() == [1, 1], "the last step of a life is at time 1"
    assert last.rewards[1] == bandits.reward_table[1, 1, 2], "the third pull pays what the tape holds third"


def test_a_life_of_one_step() -> None:
    bandits = TASK.sample(2, 1, generator("one-armed", 2))
    place, _ = TASK.reset(bandits)
    _, outcome = TASK.step(bandits, place, torch.tensor([1, 1]))
    assert torch.equal(outcome.expected, bandits.means[:, 1])


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf")])
def test_deviations_must_be_positive(bad: float) -> None:
    with pytest.raises(ValueError, match=f"sigma_p is {float(bad)}; it must be positive and finite"):
        OneArmed(bad, 1)
    with pytest.raises(ValueError, match=f"sigma_l is {float(bad)}; it must be positive and finite"):
        OneArmed(1, bad)


def test_other_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="mean is nan; it must be finite"):
        OneArmed(1, 1, float("nan"))
    with pytest.raises(ValueError, match="0 episodes of 5 steps"):
        TASK.sample(0, 5, generator("one-armed", 3))
    with pytest.raises(ValueError, match="2 episodes of 0 steps"):
        TASK.given(torch.zeros(2), 0, generator("one-armed", 3))
    bandits = TASK.sample(2, 1, generator("one-armed", 4))
    with pytest.raises(ValueError, match="action 2 is not an arm"):
        TASK.step(bandits, bandits.no_pulls(), torch.tensor([0, 2]))
