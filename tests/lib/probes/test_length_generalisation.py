"""Divergence along long episodes: the same numbers as on short ones, however the episode is cut."""

import numpy as np
import pytest
import torch

from lib.agents.lstm import LSTMAgent
from lib.optimal.conjugate import Conjugate, bayes_optimal
from lib.optimal.limited_memory import Windowed
from lib.probes.behaviour import predict, step_kl
from lib.probes.benchmark import PREDICTION
from lib.probes.length_generalisation import spans, step_kl_along
from lib.random import generator
from lib.tasks.prediction import PredictionTask

STEPS = 23
ONE_OF_EACH = [
    pytest.param(row.task, id=row.name)
    for row in PREDICTION
    if row.name in ("coin ½, ½", "die 2, 1, 1", "wait 3, 2", "reading 1, 4")
]


@pytest.mark.parametrize("task", ONE_OF_EACH)
@pytest.mark.parametrize("chunk", [1, 7, 22, 23, 50])
def test_every_cut_gives_what_the_whole_gives(task: PredictionTask, chunk: int) -> None:
    episodes = task.sample(4, STEPS, generator("horizon", 0))
    optimal = bayes_optimal(task)
    learned = LSTMAgent(task.input_size, task.output_size, 6, generator("horizon", 1))
    along = step_kl_along(optimal, learned, task, episodes, chunk)
    whole = step_kl(predict(optimal, task, episodes), predict(learned, task, episodes)).mean(dim=0).numpy()
    assert along.shape == (STEPS,)
    assert along.dtype == np.float64
    np.testing.assert_allclose(along, whole, rtol=1e-6)
    assert along.min() > 1e-4


def test_the_optimal_machine_comes_first() -> None:
    task = PREDICTION[2].task
    episodes = task.sample(50, STEPS, generator("horizon", 2))
    bayes = bayes_optimal(task)
    assert isinstance(bayes, Conjugate)
    forgetful = Windowed(bayes, 1)
    there, back = (step_kl_along(*pair, task, episodes) for pair in ((bayes, forgetful), (forgetful, bayes)))
    assert np.abs(there - back).max() > 0.02
    expected = step_kl(predict(bayes, task, episodes), predict(forgetful, task, episodes)).mean(dim=0)
    np.testing.assert_allclose(there, expected.numpy(), rtol=1e-6, atol=1e-12)


def test_a_machine_is_nowhere_away_from_itself() -> None:
    task = PREDICTION[6].task
    episodes = task.sample(3, 120, generator("horizon", 3))
    kl = step_kl_along(bayes_optimal(task), bayes_optimal(task), task, episodes)
    np.testing.assert_allclose(kl, np.zeros(120), atol=1e-15)


@pytest.mark.parametrize("task", ONE_OF_EACH)
def test_a_bayesian_who_counts_to_thousands_in_single_precision_is_still_one(task: PredictionTask) -> None:
    episodes = task.sample(2, 5_000, generator("horizon", 4))
    bayes = bayes_optimal(task)
    state = bayes.initial_state(2)
    for x in episodes.inputs.unbind(dim=1):
        state, _ = bayes.step(state, x)
    nothing = torch.zeros(2, bayes.input_size)
    exact = bayes.step(episodes.inputs.double().sum(dim=1), nothing.double())[1]
    said = bayes.step(state, nothing)[1].double()
    assert step_kl(task.predictive(exact[:, None]), task.predictive(said[:, None])).abs().max() < 1e-8


def test_spans_that_begin_beyond_the_end_are_refused() -> None:
    assert spans(5, 5) == [1, 2, 3, 4, 5]
    for early in (0, 6):
        with pytest.raises(ValueError, match=f"early is {early}; it must be at least 1 and at most 5"):
            spans(5, early)
