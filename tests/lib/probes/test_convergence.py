"""Distances between many predictors, a map of them, and the moment at which something is learned."""

import numpy as np
import pytest
import torch
from torch.distributions import Distribution

from lib.agents.lstm import LSTMAgent
from lib.optimal.conjugate import bayes_optimal
from lib.probes.behaviour import predict, step_jensen_shannon
from lib.probes.benchmark import PREDICTION
from lib.probes.convergence import behavioural_distances, first_below, on_a_map
from lib.random import generator
from lib.tasks.prediction import PredictionTask

ONE_OF_EACH = [
    pytest.param(row.task, id=row.name)
    for row in PREDICTION
    if row.name in ("coin ½, ½", "die 2, 1, 1", "wait 3, 2", "reading 1, 4")
]


def predictors(task: PredictionTask) -> list[Distribution]:
    episodes = task.sample(20, 7, generator("convergence", 0))
    networks = [LSTMAgent(task.input_size, task.output_size, 4, generator("convergence", seed)) for seed in range(3)]
    return [predict(machine, task, episodes) for machine in (*networks, bayes_optimal(task), networks[0])]


@pytest.mark.parametrize("task", ONE_OF_EACH)
def test_distances_are_those_of_all_pairs(task: PredictionTask) -> None:
    everyone = predictors(task)
    distances = behavioural_distances(everyone)
    assert distances.shape == (5, 5)
    np.testing.assert_array_equal(distances, distances.T)
    np.testing.assert_array_equal(distances.diagonal(), np.zeros(5))
    assert (distances >= 0).all()
    assert distances[0, 4] == pytest.approx(0, abs=1e-12)
    assert distances[np.triu_indices(4, 1)].min() > 1e-3
    for i, j in ((0, 1), (1, 0), (3, 2), (0, 3)):
        by_episode = step_jensen_shannon(everyone[i], everyone[j]).sum(dim=1)
        assert by_episode.shape == (20,)
        assert distances[i, j] == pytest.approx(by_episode.mean().item(), rel=1e-9)


def apart(places: np.ndarray) -> np.ndarray:
    return np.linalg.norm(places[:, None] - places[None], axis=-1)


def test_a_map_keeps_the_distances_of_places_on_a_plane() -> None:
    distances = apart(np.random.default_rng(0).normal(size=(15, 2)) * [3, 1])
    placed = on_a_map(distances)
    assert placed.shape == (15, 2)
    np.testing.assert_allclose(apart(placed), distances, atol=0.02 * distances.max())
    np.testing.assert_array_equal(on_a_map(distances), placed)


@pytest.mark.parametrize("turn", [0.0, 0.5, 1.0, 2.0, 4.0])
def test_a_map_is_widest_from_left_to_right_and_its_last_place_is_on_the_right(turn: float) -> None:
    places = np.random.default_rng(2).normal(size=(12, 2)) * [5, 1]
    places[-1] = [15, 0.7]
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    placed = on_a_map(apart(places @ rotation), seed=int(2 * turn))
    np.testing.assert_allclose(placed.mean(axis=0), 0, atol=1e-9)
    assert np.ptp(placed[:, 0]) > 2 * np.ptp(placed[:, 1])
    assert placed[:, 0].argmax() == 11
    assert placed[-1, 1] >= 0


def test_a_map_of_more_than_a_plane_is_as_good_as_can_be() -> None:
    """Four places that are all one apart do not fit on a plane; the best map is known."""
    distances = np.ones((4, 4)) - np.eye(4)
    between = apart(on_a_map(distances))[np.triu_indices(4, 1)]
    stress = np.square(between - 1).sum()
    best = np.array([1, 1, 1, 1, 2**0.5, 2**0.5])  # a square: times the factor that minimises the stress
    factor = best.sum() / np.square(best).sum()
    assert stress == pytest.approx(np.square(factor * best - 1).sum(), abs=1e-3)


def test_the_first_moment_below_a_threshold() -> None:
    when = np.array([0, 1, 10, 100])
    falls = np.array([[3.0, 2, 0.5, 0.1], [3, 0.5, 2, 0.1], [0.5, 3, 3, 3], [3, 3, 3, 1.0]])
    assert first_below(falls, when, 1.0).tolist() == [10, 1, 0, np.inf]
    steps = np.stack([falls, falls + 9])
    assert first_below(steps, when, 1.0).shape == (2, 4)
    assert np.isinf(first_below(steps, when, 1.0)[1]).all()


def test_predictors_far_apart_are_farther_than_close_ones() -> None:
    coin = [torch.distributions.Bernoulli(probs=torch.full((2, 3), p, dtype=torch.float64)) for p in (0.1, 0.15, 0.9)]
    distances = behavioural_distances(coin)
    assert distances[0, 1] < distances[1, 2] < distances[0, 2] < 3 * np.log(2)
