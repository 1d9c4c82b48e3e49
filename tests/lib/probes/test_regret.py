"""Rollouts, and what they say of a player: against exact returns, by hand, and with better and worse luck."""

from collections.abc import Callable
from functools import cache

import pytest
import torch

from lib.agents.lstm import LSTMAgent
from lib.machine import unroll
from lib.optimal import bandit_dp_gaussian
from lib.optimal.bandit_agent import BanditAgent, ConjugateBandit
from lib.optimal.bandit_baselines import BayesUCB, Greedy, Thompson
from lib.optimal.bandit_dp import expected_return, optimum
from lib.optimal.gittins import GittinsAgent
from lib.probes.regret import Estimate, expected_difference, regret, reward_difference
from lib.random import generator
from lib.tasks.bandits import Bandits, BernoulliBandit, GaussianBandit
from lib.tasks.environment import Rollout, pick, rollout

COINS, NORMAL = BernoulliBandit(1, 1), GaussianBandit(0, 1, 1)
STEPS, EPISODES = 20, 4_000


@cache
def player(kind: str, prior: ConjugateBandit) -> BanditAgent:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bandit_dp_gaussian, "POINTS", 400)
        if kind == "optimum":
            return optimum(prior, STEPS)
        if kind == "Gittins":
            return GittinsAgent.of(prior, STEPS, 0.9)
        return {"greedy": Greedy, "Thompson": Thompson, "UCB": BayesUCB}[kind](prior)


@cache
def bandits(prior: ConjugateBandit, seed: int = 0) -> Bandits:
    return prior.sample(EPISODES, STEPS, generator("regret", seed))


@cache
def played(kind: str, prior: ConjugateBandit, seed: int = 0, luck: int = 0) -> Rollout:
    return rollout(player(kind, prior), prior, bandits(prior, seed), generator("luck", luck))


PRIORS = pytest.mark.parametrize("prior", [COINS, NORMAL], ids=str)


@pytest.mark.slow
@PRIORS
@pytest.mark.parametrize("kind", ["optimum", "Gittins", "greedy", "Thompson", "UCB"])
def test_sampled_returns_agree_with_exact_ones(
    kind: str, prior: ConjugateBandit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within four standard errors: expected and collected rewards, and the lead over a player who pulls blindly."""
    monkeypatch.setattr(bandit_dp_gaussian, "POINTS", 400)
    exact = expected_return(prior, player(kind, prior), STEPS)
    found, drawn = played(kind, prior), bandits(prior)
    mean = prior.mean if isinstance(prior, GaussianBandit) else 0.5
    blind = drawn.means.mean(dim=1) * STEPS  # whose expectation is the prior mean's: it takes the bandits' luck away
    for rewards in (found.rewards, found.expected):
        lead = rewards.sum(dim=1).double() - blind
        error = lead.std().item() / EPISODES**0.5
        assert lead.mean().item() + STEPS * mean == pytest.approx(exact.value, abs=4 * error + exact.error)
        assert error < 0.2


@PRIORS
def test_the_lead_of_the_optimum_agrees_with_the_exact_price_of_greed(prior: ConjugateBandit) -> None:
    price = {COINS: 12.43126 - 12.36535, NORMAL: 8.92667 - 8.50609}[prior]
    lead = expected_difference(played("optimum", prior), played("greedy", prior))
    assert lead.value == pytest.approx(price, abs=4 * lead.standard_error)
    assert lead.standard_error < price / 4, "too few episodes to tell"


@PRIORS
def test_a_play_is_what_happened(prior: ConjugateBandit) -> None:
    found, drawn = played("Thompson", prior), bandits(prior)
    assert found.policies.shape == (EPISODES, STEPS, 2)
    assert found.inputs.shape == (EPISODES, STEPS, 4)
    assert found.actions.dtype == torch.int64
    torch.testing.assert_close(found.policies.sum(dim=2), torch.ones(EPISODES, STEPS))
    pulls = drawn.no_pulls()
    for t in range(STEPS):
        rewards, pulls = drawn.pull(found.actions[:, t], pulls)
        assert torch.equal(rewards, found.rewards[:, t])
        if t + 1 < STEPS:
            assert torch.equal(prior.observation(found.actions[:, t], rewards), found.inputs[:, t + 1])
    assert (found.inputs[:, 0] == 0).all()
    assert torch.equal(found.expected, drawn.means.gather(1, found.actions))
    assert (regret(found, drawn) >= 0).all()
    best = drawn.means.amax(dim=1)[:, None].expand(-1, STEPS)
    torch.testing.assert_close(regret(found, drawn) + found.expected, best)
    with torch.inference_mode():
        again = unroll(player("Thompson", prior), found.inputs).outputs.softmax(dim=2)
    torch.testing.assert_close(again, found.policies)


@PRIORS
def test_generators_decide_everything(prior: ConjugateBandit) -> None:
    one = played("Thompson", prior)
    torch.manual_seed(3)
    same = rollout(player("Thompson", prior), prior, bandits(prior), generator("luck", 0))
    other = played("Thompson", prior, luck=1)
    assert torch.equal(one.actions, same.actions)
    assert torch.equal(one.rewards, same.rewards)
    assert not torch.equal(one.actions, other.actions)
    assert expected_difference(one, same).value == reward_difference(one, same).value == 0


def test_players_of_nearly_equal_policies_mostly_do_the_same() -> None:
    """Who differs only in what she does with probability p shares all other actions while nothing differed before."""
    optimal, thompson = played("optimum", COINS), played("Thompson", COINS)
    first = optimal.actions[:, 0]
    assert torch.equal(first, thompson.actions[:, 0])
    assert first.float().mean().item() == pytest.approx(0.5, abs=4 * 0.5 / EPISODES**0.5)
    share = (played("optimum", COINS).actions == played("Gittins", COINS).actions).float().mean().item()
    assert share > 0.9


def test_actions_come_as_often_as_the_policy_says_and_by_one_uniform_number() -> None:
    policy = torch.tensor([[0.1, 0.2, 0.7]]).expand(30_000, 3)
    chance = torch.rand(30_000, generator=generator("regret", 1))
    actions = pick(policy, chance)
    frequencies = actions.bincount(minlength=3) / 30_000
    torch.testing.assert_close(frequencies, policy[0], atol=4 * 0.5 / 30_000**0.5, rtol=0)
    moved = pick(torch.tensor([[0.12, 0.2, 0.68]]).expand(30_000, 3), chance)
    assert (moved != actions).float().mean().item() == pytest.approx(0.04, abs=0.005)
    edge = pick(torch.tensor([[0.0, 1.0], [1.0, 0.0], [0.3, 0.6999]]), torch.tensor([0.0, 0.999999, 0.99999]))
    assert edge.tolist() == [1, 0, 1]


def test_a_thompson_player_acts_as_often_as_she_says() -> None:
    found = played("Thompson", COINS)
    excess = (found.actions == 1).double() - found.policies[..., 1].double()
    error = (found.policies.prod(dim=2).sum() ** 0.5).item()
    assert abs(excess.sum().item()) < 4 * error


@PRIORS
def test_common_luck_makes_differences_plain(prior: ConjugateBandit) -> None:
    """Optimum against Gittins: the same bandits and the same luck, other luck, other bandits."""
    optimal, index = played("optimum", prior), played("Gittins", prior)
    common = expected_difference(optimal, index)
    uncommon = expected_difference(optimal, played("Gittins", prior, luck=1))
    unpaired = expected_difference(optimal, played("Gittins", prior, seed=1))
    sampled = reward_difference(optimal, index)
    assert common.standard_error < 0.7 * uncommon.standard_error < 0.3 * unpaired.standard_error
    assert common.standard_error < sampled.standard_error < 0.5 * unpaired.standard_error
    alone = reward_difference(optimal, played("Gittins", prior, seed=1)).standard_error
    sd = optimal.rewards.sum(dim=1).std().item()
    assert alone == pytest.approx(sd * (2 / EPISODES) ** 0.5, rel=0.1)
    if prior is COINS:
        assert sd == pytest.approx(5.19, abs=0.25)


def a_play(rewards: list[list[float]], expected: list[list[float]]) -> Rollout:
    shape = (len(rewards), len(rewards[0]))
    empty = torch.zeros(*shape, 2)
    return Rollout(empty, empty, torch.zeros(shape, dtype=torch.long), torch.tensor(rewards), torch.tensor(expected))


def test_differences_by_hand() -> None:
    one = a_play([[1.0, 0.0], [0.0, 0.0]], [[0.9, 0.5], [0.2, 0.2]])
    other = a_play([[1.0, 1.0], [1.0, 1.0]], [[0.5, 0.5], [0.2, 0.0]])
    sampled = reward_difference(one, other)
    assert sampled.value == 1.5  # (1 - 2 + 0 - 2) / 2, without its sign
    assert sampled.standard_error == pytest.approx(0.5)  # of -1 and -2
    expected = expected_difference(one, other)
    assert expected.value == pytest.approx(0.3)  # of .4 and .2
    assert expected.standard_error == pytest.approx(0.1)
    assert expected_difference(other, one).value == pytest.approx(-0.3)


def test_a_network_plays_like_anyone() -> None:
    network = LSTMAgent(4, 2, 8, generator("regret", 2))
    drawn = COINS.sample(50, 6, generator("regret", 3))
    found = rollout(network, COINS, drawn, generator("regret", 4))
    assert found.rewards.shape == (50, 6)
    assert not found.policies.requires_grad
    with torch.inference_mode():
        torch.testing.assert_close(unroll(network, found.inputs).outputs.softmax(dim=2), found.policies)
    few = rollout(network, COINS, Bandits(drawn.means[7:9], drawn.reward_table[7:9]), generator("regret", 5))
    assert few.rewards.shape == (2, 6)


def test_strangers_are_named() -> None:
    three = BernoulliBandit(1, 1, arms=3)
    drawn = COINS.sample(5, 4, generator("regret", 6))
    with pytest.raises(ValueError, match="has 3 arms; the bandits have 2"):
        rollout(Greedy(three), three, drawn, generator("regret", 7))
    with pytest.raises(ValueError, match=r"tells 4 numbers and knows 2 actions; the machine takes 6 and says 3"):
        rollout(Greedy(three), COINS, drawn, generator("regret", 7))
    alone = a_play([[1.0]], [[1.0]])
    with pytest.raises(ValueError, match="1 episode has no standard error"):
        reward_difference(alone, alone)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("measure", [reward_difference, expected_difference])
def test_rewards_must_be_finite(measure: Callable[[Rollout, Rollout], Estimate], bad: float) -> None:
    one, other = a_play([[1.0, 0.0]] * 3, [[0.5, 0.5]] * 3), a_play([[1.0, 0.0]] * 3, [[0.5, 0.5]] * 3)
    spoilt = [[1.0, 0.0], [1.0, bad], [1.0, 0.0]]
    with pytest.raises(ValueError, match="rewards of episode 1 at step 1 are not both finite"):
        measure(one, a_play(spoilt, spoilt))
    assert measure(one, other).value == 0
