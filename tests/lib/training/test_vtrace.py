"""V-trace against hand-computed cases, and the returns it must equal on policy."""

from math import log

import pytest
import torch

from lib.training.schedules import Linear
from lib.training.vtrace import vtrace

REWARDS = torch.tensor([[1.0, 0.0, 2.0]])
VALUES = torch.tensor([[0.5, 1.0, 1.5]])


def test_on_policy_a_target_is_the_discounted_sum_of_rewards_to_come() -> None:
    found = vtrace(torch.zeros(1, 3), REWARDS, VALUES, discount=0.5)
    torch.testing.assert_close(found.values, torch.tensor([[1 + 0 + 0.25 * 2, 0 + 0.5 * 2, 2.0]]))
    torch.testing.assert_close(found.advantages, found.values - VALUES)


def test_with_a_trace_of_zero_a_target_looks_one_step_ahead() -> None:
    found = vtrace(torch.zeros(1, 3), REWARDS, VALUES, discount=0.9, trace=0.0)
    torch.testing.assert_close(found.values, torch.tensor([[1 + 0.9 * 1.0, 0 + 0.9 * 1.5, 2.0]]))


def test_off_policy_by_hand() -> None:
    """Ratios 1/2, 3 (cut to 1), 1/4; equation (1) of Espeholt et al. 2018, written out."""
    ratios = torch.tensor([[log(0.5), log(3.0), log(0.25)]])
    gamma, lam = 0.9, 0.8
    d3 = 0.25 * (2 - 1.5)
    d2 = 1.0 * (0 + gamma * 1.5 - 1.0)
    d1 = 0.5 * (1 + gamma * 1.0 - 0.5)
    c1, c2 = lam * 0.5, lam * 1.0
    v3 = 1.5 + d3
    v2 = 1.0 + d2 + gamma * c2 * d3
    v1 = 0.5 + d1 + gamma * c1 * d2 + gamma**2 * c1 * c2 * d3
    found = vtrace(ratios, REWARDS, VALUES, gamma, lam)
    torch.testing.assert_close(found.values, torch.tensor([[v1, v2, v3]]))
    advantages = [0.5 * (1 + gamma * v2 - 0.5), 1.0 * (0 + gamma * v3 - 1.0), 0.25 * (2 - 1.5)]
    torch.testing.assert_close(found.advantages, torch.tensor([advantages]))


def test_ratios_are_cut_off_where_asked() -> None:
    ratios = torch.full((1, 3), log(3.0))
    wide = vtrace(ratios, REWARDS, VALUES, 0.9, largest_ratio=2.0)
    assert wide.advantages[0, 2].item() == pytest.approx(2 * (2 - 1.5))


def test_episodes_do_not_mix() -> None:
    both = vtrace(torch.zeros(2, 3), REWARDS.repeat(2, 1) * torch.tensor([[1.0], [9.0]]), VALUES.repeat(2, 1), 0.9)
    alone = vtrace(torch.zeros(1, 3), REWARDS, VALUES, 0.9)
    torch.testing.assert_close(both.values[:1], alone.values)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"discount": 1.1}, "discount is 1.1"),
        ({"discount": 0.9, "trace": -0.1}, "trace is -0.1"),
        ({"discount": 0.9, "largest_ratio": 0.0}, "largest_ratio is 0.0; it must be positive"),
    ],
)
def test_what_makes_no_sense_is_named(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        vtrace(torch.zeros(1, 3), REWARDS, VALUES, **arguments)


def test_a_schedule_goes_in_a_straight_line_and_stays() -> None:
    falling = Linear(1.0, 0.2, over=0.4)
    assert [falling.at(p) for p in (0, 0.2, 0.4, 1)] == pytest.approx([1.0, 0.6, 0.2, 0.2])
    with pytest.raises(ValueError, match="over is 0"):
        Linear(1.0, 0.0, over=0)
