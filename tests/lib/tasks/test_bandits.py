"""Worlds with several arms: what they pay, and what they tell."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy import stats

from lib.probes.benchmark import BANDITS, DISCOUNT, STEPS
from lib.random import generator
from lib.tasks.bandits import Bandits, BanditTask, BernoulliBandit, GaussianBandit

WORLDS: list[BanditTask] = [BernoulliBandit(2, 5), BernoulliBandit(1, 1, arms=3), GaussianBandit(1, 4, 0.25)]
TASKS = pytest.mark.parametrize("task", WORLDS, ids=str)


def played(task: BanditTask, bandits: Bandits, order: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Rewards and inputs of pulling the same arms in every bandit."""
    pulls, rewards, inputs = bandits.no_pulls(), [], []
    for arm in order:
        actions = torch.full((len(pulls),), arm)
        reward, pulls = bandits.pull(actions, pulls)
        rewards.append(reward)
        inputs.append(task.observation(actions, reward))
    return torch.stack(rewards, dim=1), torch.stack(inputs, dim=1)


def test_the_table_holds_four_tasks_one_of_them_the_sources() -> None:
    assert len(BANDITS) == len({row.name for row in BANDITS}) == len({row.task for row in BANDITS}) == 4
    assert [row.task for row in BANDITS if row.chosen_by == "source"] == [BernoulliBandit(1, 1)]
    assert {row.chosen_by for row in BANDITS} == {"source", "ours"}
    assert {row.family for row in BANDITS} == {"Bernoulli", "Gaussian"}
    assert all(row.task.arms == 2 for row in BANDITS)
    assert (STEPS, DISCOUNT) == (20, 0.95)


@TASKS
def test_bandits_have_the_shapes_they_promise(task: BanditTask) -> None:
    assert isinstance(task, BanditTask)
    bandits = task.sample(5, 11, generator("bandits", 0))
    assert bandits.means.shape == (5, task.arms)
    assert bandits.reward_table.shape == (5, task.arms, 11)
    assert bandits.means.dtype == bandits.reward_table.dtype == torch.float32
    rewards, inputs = played(task, bandits, [1, 0, 1])
    assert rewards.shape == (5, 3)
    assert inputs.shape == (5, 3, task.input_size)
    assert (task.input_size, task.output_size) == (2 * task.arms, task.arms)


@TASKS
def test_the_generator_decides_everything(task: BanditTask) -> None:
    torch.manual_seed(0)
    one = task.sample(4, 8, generator("bandits", 1))
    torch.manual_seed(1)
    same = task.sample(4, 8, generator("bandits", 1))
    other = task.sample(4, 8, generator("bandits", 2))
    assert torch.equal(one.means, same.means)
    assert torch.equal(one.reward_table, same.reward_table)
    assert not torch.equal(one.means, other.means)
    assert not torch.equal(one.reward_table, other.reward_table)


@TASKS
def test_the_next_pull_of_an_arm_pays_the_same_whenever_it_comes(task: BanditTask) -> None:
    bandits = task.sample(50, 4, generator("bandits", 3))
    early, _ = played(task, bandits, [0, 0, 1, 1])
    late, _ = played(task, bandits, [1, 0, 1, 0])
    assert torch.equal(early[:, [0, 1]], late[:, [1, 3]])
    assert torch.equal(early[:, [2, 3]], late[:, [0, 2]])
    assert torch.equal(early, bandits.reward_table[:, :2, :2].flatten(1))
    assert not torch.equal(early[:, 0], early[:, 1])


def test_pulls_are_counted_and_those_given_stay_as_they_were() -> None:
    bandits = BernoulliBandit(1, 1).sample(3, 5, generator("bandits", 4))
    before = bandits.no_pulls()
    _, after = bandits.pull(torch.tensor([0, 1, 1]), before)
    _, later = bandits.pull(torch.tensor([0, 0, 1]), after)
    assert before.tolist() == [[0, 0]] * 3
    assert later.tolist() == [[2, 0], [1, 1], [0, 2]]


def test_what_is_told_adds_up_to_what_a_bayesian_counts() -> None:
    coins = BernoulliBandit(1, 1, arms=3)
    rewards, inputs = played(coins, coins.sample(40, 6, generator("bandits", 5)), [2, 0, 2, 2])
    won, lost = inputs.sum(dim=1).view(40, 3, 2).unbind(dim=-1)
    assert torch.equal(won, torch.stack([rewards[:, 1], torch.zeros(40), rewards[:, [0, 2, 3]].sum(dim=1)], dim=1))
    assert torch.equal(won + lost, torch.tensor([1.0, 0, 3]).expand(40, 3))
    normal = GaussianBandit(1, 2, 3)
    rewards, inputs = played(normal, normal.sample(40, 6, generator("bandits", 6)), [1, 0, 1])
    total = inputs.sum(dim=1)
    assert torch.equal(total[:, [0, 2]], torch.tensor([1.0, 2]).expand(40, 2))
    torch.testing.assert_close(total[:, [1, 3]], torch.stack([rewards[:, 1], rewards[:, 0] + rewards[:, 2]], dim=1))


@pytest.mark.parametrize(
    ("task", "prior", "reward"),
    [
        (BernoulliBandit(2, 5), stats.beta(2, 5).cdf, None),
        (GaussianBandit(1, 4, 0.25), stats.norm(1, 0.5).cdf, stats.norm(0, 2).cdf),
    ],
    ids=["Bernoulli", "Gaussian"],  # processes must agree on the names of tests, and a distribution's holds an address
)
def test_arms_follow_their_prior_one_by_one_and_rewards_their_arm(
    task: BanditTask, prior: Callable[..., object], reward: Callable[..., object] | None
) -> None:
    bandits = task.sample(20_000, 10, generator("bandits", 7))
    for arm in range(2):
        assert stats.kstest(bandits.means[:, arm].numpy(), prior).pvalue > 0.001
    assert abs(np.corrcoef(bandits.means.T.numpy())[0, 1]) < 4 / 20_000**0.5
    noise = bandits.reward_table - bandits.means[:, :, None]
    flat = noise.flatten(1)
    assert abs(np.corrcoef(flat.T.numpy()) - np.eye(20)).max() < 5 / 20_000**0.5, "one pull tells of another's luck"
    if reward is not None:
        assert stats.kstest(noise.flatten().numpy(), reward).pvalue > 0.001
    else:
        assert set(bandits.reward_table.unique().tolist()) == {0, 1}
        wins = np.bincount(bandits.reward_table.sum(dim=2).flatten().int().numpy(), minlength=11)
        expected = 40_000 * stats.betabinom(10, 2, 5).pmf(np.arange(11))
        assert stats.chisquare(wins, expected).pvalue > 0.001


@TASKS
@pytest.mark.parametrize("bad", [-1, 3])
def test_an_action_that_is_no_arm_is_named(task: BanditTask, bad: int) -> None:
    bandits = task.sample(2, 3, generator("bandits", 8))
    actions = torch.tensor([0, bad])
    said = rf"action {bad} is not an arm; arms are numbered 0 to {task.arms - 1}"
    with pytest.raises(ValueError, match=said):
        bandits.pull(actions, bandits.no_pulls())
    with pytest.raises(ValueError, match=said):
        task.observation(actions, torch.zeros(2))


def test_a_tape_that_has_ended_is_named() -> None:
    bandits = BernoulliBandit(1, 1).sample(2, 3, generator("bandits", 9))
    with pytest.raises(ValueError, match="pulled 4 times; these bandits were drawn for 3"):
        played(BernoulliBandit(1, 1), bandits, [1, 1, 0, 1, 1])


@pytest.mark.parametrize("bad", [0, -1, float("nan"), float("inf")])
def test_priors_that_cannot_be_are_named(bad: float) -> None:
    with pytest.raises(ValueError, match=rf"Beta prior has a={float(bad)}"):
        BernoulliBandit(bad, 1)
    with pytest.raises(ValueError, match=rf"Beta prior has b={float(bad)}"):
        BernoulliBandit(1, bad)
    with pytest.raises(ValueError, match=rf"Normal prior has prior_precision={float(bad)}"):
        GaussianBandit(0, bad, 1)
    with pytest.raises(ValueError, match=rf"Normal prior has precision={float(bad)}"):
        GaussianBandit(0, 1, bad)


@pytest.mark.parametrize(("batch", "steps"), [(0, 20), (-1, 20), (5, 0)])
def test_nothing_is_not_drawn(batch: int, steps: int) -> None:
    for task in WORLDS:
        with pytest.raises(ValueError, match=f"{batch} episodes of {steps} steps"):
            task.sample(batch, steps, generator("bandits", 0))


@pytest.mark.parametrize("arms", [1, 0, -2])
def test_one_arm_is_no_bandit(arms: int) -> None:
    with pytest.raises(ValueError, match=f"arms={arms}; it must have at least 2"):
        BernoulliBandit(1, 1, arms)
    with pytest.raises(ValueError, match=f"arms={arms}; it must have at least 2"):
        GaussianBandit(0, 1, 1, arms)
    with pytest.raises(ValueError, match="mean=nan"):
        GaussianBandit(float("nan"), 1, 1)
