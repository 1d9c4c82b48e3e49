"""A linear readout of distributions."""

import pytest
import torch

from lib.probes import soft_readout
from lib.random import generator


def test_what_is_there_up_to_a_softmax_is_read() -> None:
    rng = generator("soft readout", 0)
    features = 3 + 5 * torch.randn(400, 6, generator=rng)
    targets = (features @ torch.randn(6, 3, generator=rng) / 5).softmax(dim=1)
    readout = soft_readout.fit(features[:300], targets[:300])
    unseen = targets[300:]
    apart = soft_readout.divergence(unseen, readout.log_probabilities(features[300:]))
    assert apart.mean() < 1e-3
    assert (readout.log_probabilities(features).exp().sum(dim=1) - 1).abs().max() < 1e-9


def test_of_features_that_say_nothing_the_mean_is_read() -> None:
    rng = generator("soft readout", 1)
    targets = torch.rand(4_000, 3, generator=rng)
    targets = targets / targets.sum(dim=1, keepdim=True)
    readout = soft_readout.fit(torch.randn(4_000, 2, generator=rng), targets)
    said = readout.log_probabilities(torch.zeros(1, 2)).exp()[0]
    torch.testing.assert_close(said, targets.double().mean(dim=0), atol=0.01, rtol=0)


def test_divergence_is_zero_of_oneself_and_takes_impossible_things_for_nothing() -> None:
    exact = torch.tensor([[0.0, 0.5, 0.5]])
    assert soft_readout.divergence(exact, torch.tensor([[1e-9, 0.5, 0.5]]).log()).item() == pytest.approx(0, abs=1e-6)
    assert soft_readout.divergence(exact, torch.full((1, 3), 1 / 3).log()).item() == pytest.approx(0.405465, abs=1e-5)


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="3 features and 2 targets; there must be as many"):
        soft_readout.fit(torch.zeros(3, 2), torch.full((2, 2), 0.5))
    with pytest.raises(ValueError, match="targets are not distributions"):
        soft_readout.fit(torch.zeros(2, 2), torch.tensor([[0.5, 0.6], [0.5, 0.5]]))
