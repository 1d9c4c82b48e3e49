"""The Bayesian coin predictor against closed forms."""

from math import comb, log

import pytest
import torch

from lib.machines import unroll
from lib.optimal.conjugate import BetaBernoulli
from lib.tasks.bernoulli import Bernoulli

T = 20


def expected_log_loss(task: Bernoulli) -> float:
    """Exact: by exchangeability, one sequence for each number of heads stands for all of its orders."""
    flips = torch.tensor([[1.0] * heads + [0.0] * (T - heads) for heads in range(T + 1)])
    outputs = unroll(BetaBernoulli(task), task.inputs(flips)).outputs.double()
    log_p = task.predictive(outputs).log_prob(flips.double()).sum(dim=1)
    return -sum(comb(T, heads) * log_p[heads].exp().item() * log_p[heads].item() for heads in range(T + 1))


@pytest.mark.parametrize(
    ("a", "b", "loss", "never_learns"),
    [(1, 1, 11.1472, 2.7157), (2, 1, 10.9757, 1.7546), (2, 2, 12.5503, 1.3126), (0.5, 0.5, 9.0721, 4.7908)],
)
def test_loss_over_twenty_steps_is_the_exact_one(a: float, b: float, loss: float, never_learns: float) -> None:
    task = Bernoulli(a, b)
    exact = expected_log_loss(task)
    assert exact == pytest.approx(loss, abs=1e-4)
    p = a / (a + b)
    assert -T * (p * log(p) + (1 - p) * log(1 - p)) - exact == pytest.approx(never_learns, abs=1e-4)


def test_every_sequence_of_flips_has_some_probability_and_all_together_one() -> None:
    task = Bernoulli(0.5, 3)
    flips = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 8)
    outputs = unroll(BetaBernoulli(task), task.inputs(flips)).outputs.double()
    assert task.predictive(outputs).log_prob(flips.double()).sum(dim=1).exp().sum().item() == pytest.approx(1, abs=1e-6)


def test_the_state_is_the_count_and_order_does_not_matter() -> None:
    machine = BetaBernoulli(Bernoulli(2, 5))
    flips = torch.tensor([[1.0, 0, 1, 0], [0, 1, 1, 0]])
    trace = unroll(machine, machine.prior.inputs(flips))
    assert trace.states[:, -1].tolist() == [[2, 1], [2, 1]]
    assert trace.outputs[0, -1].sigmoid().item() == pytest.approx((2 + 2) / (2 + 5 + 3))
