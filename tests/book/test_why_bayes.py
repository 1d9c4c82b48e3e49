"""The theorem behind meta-training: excess log-loss is summed KL divergence from the posterior predictive."""

import pytest
import torch

from experiments.prediction import figures_theorem as draw
from lib.machine import Machine
from lib.optimal.conjugate import bayes_optimal
from lib.probes.behaviour import predict, step_kl
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.prediction import Episodes
from tests.pictures import check_picture

TASK = BernoulliTask(1, 1)
FLIPS = 6


def every_sequence() -> Episodes:
    """All sequences of six flips, one an episode."""
    flips = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * FLIPS)
    return Episodes(torch.full((len(flips), 1), 0.5), flips, TASK.inputs(flips))


@pytest.mark.parametrize("other", [BernoulliTask(1, 1), BernoulliTask(10, 10), BernoulliTask(0.5, 3)], ids=str)
def test_excess_loss_is_summed_divergence(other: BernoulliTask) -> None:
    """By enumeration: sequences are weighted by the mixture, so nothing is sampled."""
    episodes = every_sequence()
    machine: Machine = bayes_optimal(other)
    bayes, predicted = (predict(each, TASK, episodes) for each in (bayes_optimal(TASK), machine))
    loss, entropy = (-each.log_prob(episodes.observations).sum(dim=1) for each in (predicted, bayes))
    weights = (-entropy).exp()
    assert weights.sum().item() == pytest.approx(1)
    excess = (weights * (loss - entropy)).sum().item()
    divergence = (weights * step_kl(bayes, predicted).sum(dim=1)).sum().item()
    assert excess == pytest.approx(divergence, abs=1e-6)  # machines speak in single precision
    assert (excess > 1e-3) == (other != TASK)


def test_the_picture_says_both_numbers() -> None:
    excess = {"near": torch.tensor([0.2, 0.4]), "far": torch.tensor([3.0, 5.0])}
    kl = {"near": torch.tensor([0.3, 0.3]), "far": torch.tensor([4.0, 4.2])}
    check_picture(
        lambda: draw.excess_is_divergence(excess, kl), 2, r"near: 0\.3 ± 0\.2 and 0\.3 nats\. far: 4 ± 2 and 4\.1"
    )


def test_a_mean_that_no_logarithmic_axis_can_show_is_named() -> None:
    worse, fine = {"odd": torch.tensor([-1.0, 0.5])}, {"odd": torch.tensor([1.0, 1.0])}
    with pytest.raises(ValueError, match=r"the mean of 'odd' is -0\.25; on logarithmic axes it must be positive"):
        draw.excess_is_divergence(worse, fine)
