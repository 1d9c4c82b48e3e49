"""The best player while randomness is paid: by hand, by its two ends, and by climbing as the trainer does."""

from math import exp

import numpy as np
import pytest
import torch
from torch import Tensor

from lib.optimal.bandit_agent import chances
from lib.optimal.bandit_dp import expected_return, optimum
from lib.optimal.entropy_regularised import entropy_regularised_optimum
from lib.tasks.bandits import BernoulliBandit

COINS, BENT = BernoulliBandit(1, 1), BernoulliBandit(2, 1)


def sure(lead: float, weight: float) -> float:
    """Probability of the better of two arms."""
    return 1 / (1 + exp(-lead / weight))


@pytest.mark.parametrize("weight", [0.05, 0.3])
def test_two_pulls_by_hand(weight: float) -> None:
    player = entropy_regularised_optimum(COINS, 2, weight)
    after = np.array([[0.0, 0, 0, 0], [1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0, 1]])
    stays, leaves = sure(2 / 3 - 1 / 2, weight), sure(1 / 2 - 1 / 3, weight)
    expected = [[0.5, 0.5], [stays, 1 - stays], [1 - leaves, leaves], [leaves, 1 - leaves]]
    np.testing.assert_allclose(chances(player, after), expected, rtol=1e-12)
    won = stays * 2 / 3 + (1 - stays) / 2
    lost = leaves / 2 + (1 - leaves) / 3
    assert player.earns.value == pytest.approx(1 / 2 + (won + lost) / 2)


@pytest.mark.parametrize("prior", [COINS, BENT])
@pytest.mark.parametrize("weight", [0.02, 0.5])
def test_what_it_says_it_earns_is_what_its_policy_earns(prior: BernoulliBandit, weight: float) -> None:
    player = entropy_regularised_optimum(prior, 12, weight)
    assert player.earns.value == pytest.approx(expected_return(prior, player, 12).value, rel=1e-12)


@pytest.mark.parametrize("prior", [COINS, BENT])
def test_it_is_the_optimum_if_nothing_is_paid_and_plays_at_random_if_all_is(prior: BernoulliBandit) -> None:
    best = optimum(prior, 12).earns.value
    earns = [entropy_regularised_optimum(prior, 12, weight).earns.value for weight in (1e-6, 0.02, 0.1, 0.5, 1e6)]
    assert earns[0] == pytest.approx(best, abs=1e-9)
    assert (np.diff(earns) < 0).all()
    assert earns[-1] == pytest.approx(12 * prior.a / (prior.a + prior.b), abs=1e-5)


def test_a_policy_gradient_with_an_entropy_bonus_comes_to_rest_at_it() -> None:
    """A table of logits, one pair for each state, climbs expected reward plus the entropy of each choice on its way. As
    in the trainer, only rewards are credited to earlier choices.
    """
    weight, steps = 0.2, 3
    player = entropy_regularised_optimum(COINS, steps, weight)
    logits = torch.zeros((steps,) * 4 + (2,), dtype=torch.float64, requires_grad=True)

    def climb(counts: tuple[int, int, int, int], left: int) -> tuple[Tensor, Tensor]:
        """Objective from a state on, in which each state counts alike, and the reward expected from there."""
        nothing = torch.zeros((), dtype=torch.float64)
        if not left:
            return nothing, nothing
        policy = logits[counts].softmax(dim=0)
        below, worths = nothing, []
        for arm in (0, 2):
            p = (1 + counts[arm]) / (2 + counts[arm] + counts[arm + 1])
            worth = torch.full((), p, dtype=torch.float64)
            for place, chance in ((arm, p), (arm + 1, 1 - p)):
                grown = list(counts)
                grown[place] += 1
                objective, reward = climb((grown[0], grown[1], grown[2], grown[3]), left - 1)
                below, worth = below + objective, worth + chance * reward
            worths.append(worth)
        expected = (policy * torch.stack(worths).detach()).sum()
        return below + expected - weight * (policy * policy.log()).sum(), expected.detach()

    climber = torch.optim.SGD([logits], lr=4.0)
    for _ in range(80):
        climber.zero_grad()
        (-climb((0, 0, 0, 0), steps)[0]).backward()
        climber.step()
    leads = (logits[..., 0] - logits[..., 1]).detach().numpy() * weight
    reached = np.indices(leads.shape).sum(axis=0) < steps
    np.testing.assert_allclose(leads[reached], player.lead[reached], atol=1e-6)


@pytest.mark.parametrize("weight", [0.0, -1.0, float("inf"), float("nan")])
def test_a_weight_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match=f"weight is {weight}; it must be positive and finite"):
        entropy_regularised_optimum(COINS, 3, weight)


def test_three_arms_no_step_and_too_many_pulls_are_refused() -> None:
    with pytest.raises(ValueError, match="arms is 3; bandits of 2 arms"):
        entropy_regularised_optimum(BernoulliBandit(1, 1, 3), 3, 0.1)
    with pytest.raises(ValueError, match="steps is 0"):
        entropy_regularised_optimum(COINS, 0, 0.1)
    with pytest.raises(ValueError, match="3 pulls were seen"):
        entropy_regularised_optimum(COINS, 3, 0.1).says(torch.tensor([[3.0, 0, 0, 0]]))
