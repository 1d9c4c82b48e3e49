"""Instruments, on what is known exactly."""

from math import log

import numpy as np
import pytest
import torch
from torch.distributions import Bernoulli as Coin

from lib.agents.lstm import LSTMAgent
from lib.machine import unroll
from lib.optimal.conjugate import BetaBernoulli
from lib.probes import behaviour
from lib.probes.quantiles import percentiles
from lib.probes.state_geometry import principal_plane
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask


def coin(*rows: list[float]) -> Coin:
    return Coin(probs=torch.tensor(rows, dtype=torch.float64))


def test_equation_two_sums_over_steps_and_averages_over_episodes() -> None:
    fair, bent = coin([0.5, 0.5], [0.5, 0.5]), coin([0.9, 0.5], [0.9, 0.9])
    one = 0.5 * log(0.5 / 0.9) + 0.5 * log(0.5 / 0.1)
    assert behaviour.dissimilarity(fair, bent) == pytest.approx((one + 2 * one) / 2)
    assert behaviour.dissimilarity(bent, bent) == 0
    assert behaviour.dissimilarity(fair, bent) != pytest.approx(behaviour.dissimilarity(bent, fair))


def test_jensen_shannon_is_symmetric_and_at_most_log_two() -> None:
    one, other = coin([0.2, 0.5]), coin([0.7, 0.5])
    there, back = behaviour.step_jensen_shannon(one, other), behaviour.step_jensen_shannon(other, one)
    torch.testing.assert_close(there, back)
    assert there[0, 1] == 0
    by_hand = sum(
        0.5 * p * log(p / ((p + q) / 2)) + 0.5 * q * log(q / ((p + q) / 2)) for p, q in ((0.2, 0.7), (0.8, 0.3))
    )
    assert there[0, 0].item() == pytest.approx(by_hand)
    extremes = behaviour.step_jensen_shannon(coin([1e-12]), coin([1 - 1e-12]))
    assert extremes.item() == pytest.approx(log(2))


def test_what_bayes_says_after_a_history_is_a_ratio_of_counts() -> None:
    task = BernoulliTask(10, 10)
    said = behaviour.probability_of_heads(BetaBernoulli(task), task, ["", "H", "T", "HHT", "HTH"])
    assert said == pytest.approx([0.5, 11 / 21, 10 / 21, 12 / 23, 12 / 23])


def test_histories_are_all_there_once() -> None:
    histories = behaviour.every_history(5)
    assert len(histories) == len(set(histories)) == 63
    assert max(map(len, histories)) == 5
    with pytest.raises(ValueError, match="'HX' holds more than H and T"):
        behaviour.observation(BernoulliTask(1, 1), "HX")


def test_a_probe_reads_any_machine_in_double_precision() -> None:
    task = BernoulliTask(1, 1)
    episodes = task.sample(3, 5, torch.Generator().manual_seed(0))
    predicted = behaviour.predict(BetaBernoulli(task), task, episodes)
    assert predicted.probs.dtype == torch.float64
    torch.testing.assert_close(predicted.logits.float(), unroll(BetaBernoulli(task), episodes.inputs).outputs[..., 0])


def test_a_machine_of_another_task_is_named() -> None:
    die = CategoricalTask((1, 1, 1))
    episodes = die.sample(3, 5, torch.Generator().manual_seed(0))
    says_too_little = LSTMAgent(3, 2, 4, torch.Generator().manual_seed(0))
    with pytest.raises(
        ValueError, match=r"says 2 numbers and CategoricalTask\(.*\) reads 3; was it trained on another task"
    ):
        behaviour.predict(says_too_little, die, episodes)


def test_spread_is_over_the_first_axis() -> None:
    values = np.stack([np.arange(11.0), np.arange(11.0) * 10], axis=1)
    summed = percentiles(values)
    assert summed.median.tolist() == [5, 50]
    assert summed.low.tolist() == pytest.approx([0.5, 5])
    assert summed.high.tolist() == pytest.approx([9.5, 95])


def test_the_principal_plane_is_the_plane_of_largest_variance_the_right_way_up() -> None:
    chance = np.random.default_rng(0)
    placed = chance.normal(size=(500, 2)) * [5, 2]
    basis = np.linalg.qr(chance.normal(size=(6, 2)))[0]
    states = placed @ basis.T + 3
    plane = principal_plane(states, upward=-placed)
    assert plane.explained.sum() == pytest.approx(1)
    centred = placed - placed.mean(axis=0)
    overlap = np.corrcoef(np.hstack([plane.project(states), centred]).T)
    assert overlap[0, 2] == pytest.approx(-1, abs=0.01)
    assert overlap[1, 3] == pytest.approx(-1, abs=0.01)
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-12)
    with pytest.raises(ValueError, match="2 states of 6 dimensions do not span a plane"):
        principal_plane(states[:2])
