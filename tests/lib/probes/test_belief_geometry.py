"""Belief geometry: a readout finds what is linear, and the price of a wrong belief is the price of its predictions."""

import numpy as np
import pytest
import torch

from lib.machine import unroll
from lib.optimal.forward_algorithm import ForwardAlgorithm
from lib.probes import belief_geometry
from lib.probes.behaviour import step_kl
from lib.random import generator
from lib.tasks.hidden_markov import mess3

TASK = mess3(0.05, 0.7)


@pytest.fixture(scope="module")
def beliefs() -> np.ndarray:
    inputs = TASK.sample(60, 12, generator("belief geometry", 0)).inputs.double()
    return unroll(ForwardAlgorithm(TASK), inputs).states.numpy()


def test_what_is_linear_is_read_without_loss(beliefs: np.ndarray) -> None:
    rng = np.random.default_rng(0)
    features = beliefs @ rng.normal(size=(3, 7)) + 2
    read = belief_geometry.fit(features[:30], beliefs[:30])(features[30:])
    np.testing.assert_allclose(read, beliefs[30:], atol=1e-9)
    assert belief_geometry.explained(beliefs[30:], read) == pytest.approx(1)
    assert belief_geometry.predictive_kl(ForwardAlgorithm(TASK), beliefs[30:], read).max() < 1e-12


def test_what_is_not_linear_costs_as_much_as_its_predictions_do(beliefs: np.ndarray) -> None:
    off = np.full_like(beliefs, 1 / 3)
    found = belief_geometry.predictive_kl(ForwardAlgorithm(TASK), beliefs, off)
    says = torch.from_numpy(beliefs @ np.array(TASK.transitions) @ np.array(TASK.emissions))
    by_hand = (says * (says * 3).log()).sum(dim=-1)
    torch.testing.assert_close(found, by_hand)
    assert belief_geometry.explained(beliefs, np.broadcast_to(beliefs.mean((0, 1)), beliefs.shape)) == pytest.approx(0)


def test_a_belief_off_the_simplex_counts_as_its_nearest_point() -> None:
    machine, exact = ForwardAlgorithm(TASK), np.array([[[1.0, 0.0, 0.0]]])
    assert belief_geometry.predictive_kl(machine, exact, np.array([[[1.7, -0.2, -0.5]]])).item() == pytest.approx(0)
    inside = belief_geometry.predictive_kl(machine, exact, np.array([[[0.4, 0.4, 0.2]]])).item()
    said = [TASK.predictive(machine.predicted(torch.tensor([[each]]))) for each in ([1.0, 0, 0], [0.4, 0.4, 0.2])]
    assert inside == pytest.approx(step_kl(*said).item(), rel=1e-5)


def test_shuffled_beliefs_are_the_same_at_other_moments(beliefs: np.ndarray) -> None:
    mixed = belief_geometry.shuffled(beliefs, generator("belief geometry", 1))
    assert mixed.shape == beliefs.shape
    np.testing.assert_array_equal(np.sort(mixed[..., 0], axis=None), np.sort(beliefs[..., 0], axis=None))
    read = belief_geometry.fit(beliefs[:30], mixed[:30])(beliefs[30:])
    assert belief_geometry.explained(beliefs[30:], read) < 0.5


def test_too_little_is_refused() -> None:
    with pytest.raises(ValueError, match="4 moments do not fix a map from 7 features"):
        belief_geometry.fit(np.zeros((4, 7)), np.zeros((4, 3)))
    with pytest.raises(ValueError, match="all beliefs are the same"):
        belief_geometry.explained(np.zeros((4, 3)), np.zeros((4, 3)))
