"""Input of the wrong type or shape: refused in one line that names the value and what is allowed.

In tests every annotation is checked at run time; a reader's own script has no such help, so it is turned off here.
"""

import re
from collections.abc import Callable
from typing import Any

import jaxtyping
import numpy as np
import pytest
import torch

from lib.agents.feedforward import FeedforwardNetworks
from lib.agents.lstm import LSTMAgent
from lib.agents.transformer import Transformer
from lib.machine import unroll
from lib.optimal.bandit_baselines import Greedy
from lib.optimal.conjugate import BetaBernoulli, DirichletCategorical
from lib.optimal.switching_filter import SwitchingFilter
from lib.probes.behaviour import every_history, observation, probability_of_heads
from lib.probes.benchmark import PREDICTION
from lib.random import generator
from lib.tasks.bandits import BernoulliBandit
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask
from lib.tasks.change_point_coin import ChangePointCoinTask
from lib.tasks.contextual import Contextual
from lib.tasks.environment import rollout
from lib.tasks.fourier import Fourier
from lib.tasks.gridworld import GridWorld
from lib.tasks.linear import LinearMap
from lib.tasks.one_armed import OneArmed
from lib.tasks.switching_coin import SwitchingCoinTask
from lib.training.single_bandit import PolicyLearners
from lib.training.single_task import Learners
from lib.training.supervised import Supervised

COIN, DIE, ARMS = BernoulliTask(1, 1), CategoricalTask((1, 1, 1)), BernoulliBandit(1, 1)
BAYES = BetaBernoulli(COIN)


@pytest.fixture(autouse=True)
def unchecked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)


def test_one_history_is_no_sequence_of_histories() -> None:
    said = "histories is 'HTH'; it must be a sequence of histories, such as ['HTH']"
    with pytest.raises(TypeError, match=re.escape(said)):
        probability_of_heads(BAYES, COIN, "HTH")


@pytest.mark.parametrize("task", [DIE, *(row.task for row in PREDICTION if row.family != "Bernoulli")], ids=str)
def test_only_a_coin_has_heads(task: Any) -> None:
    said = f"task is {task}; a history of H and T needs a coin, whose predictions are Bernoulli"
    with pytest.raises(ValueError, match=re.escape(said)):
        observation(task, "HT")
    with pytest.raises(ValueError, match=re.escape(said)):
        probability_of_heads(DirichletCategorical(DIE), task, ["HT"])


def test_a_coin_that_switches_has_heads() -> None:
    task = SwitchingCoinTask(0.8, 0.5)
    assert probability_of_heads(SwitchingFilter(task), task, ["", "HHHH"]) == pytest.approx([0.5, 0.5])


def test_histories_have_a_whole_number_of_flips() -> None:
    with pytest.raises(TypeError, match="'float' object cannot be interpreted as an integer"):
        every_history(2.5)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [0.5, 1.0, True, "0", None])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    said = re.escape(f"seed is {seed!r}; it must be a whole number")
    makes: list[Callable[[], Any]] = [
        lambda: generator("anything", seed),
        lambda: Supervised(COIN, seed=seed),
        lambda: Learners(LinearMap(), seed=seed, count=1),
        lambda: PolicyLearners(seed=seed),
    ]
    for make in makes:
        with pytest.raises(ValueError, match=said):
            make()


def test_numpys_whole_numbers_are_seeds() -> None:
    assert generator("anything", np.int64(3)).initial_seed() == generator("anything", 3).initial_seed()


def test_inputs_are_a_tensor_of_three_axes() -> None:
    with pytest.raises(TypeError, match=r"inputs are of type ndarray; they must be a torch\.Tensor"):
        unroll(BAYES, np.zeros((4, 5, 2)))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"inputs are of type list; they must be a torch\.Tensor"):
        unroll(BAYES, [[[1.0, 0.0]]])  # type: ignore[arg-type]
    for shape in ((5, 2), (1, 4, 5, 2)):
        with pytest.raises(ValueError, match=rf"inputs have shape {re.escape(str(shape))}; it must be \(batch, time"):
            unroll(BAYES, torch.zeros(shape))


DRAWS: dict[str, Callable[[Any], Any]] = {
    **{row.name: lambda rng, task=row.task: task.sample(5, 20, rng) for row in PREDICTION},
    "coin that switches": lambda rng: SwitchingCoinTask(0.8, 0.1).sample(5, 20, rng),
    "coins with change points": lambda rng: ChangePointCoinTask(1, 1, (0.1,)).sample(5, 20, rng),
    "bandit": lambda rng: ARMS.sample(5, 20, rng),
    "one-armed bandit": lambda rng: OneArmed(1, 1).sample(5, 20, rng),
    "contextual bandit": lambda rng: Contextual().sample(5, 20, rng),
    "grid": lambda rng: GridWorld().sample(5, 20, rng),
    "waves": lambda rng: Fourier().sample(5, 20, rng),
    "rollout": lambda rng: rollout(Greedy(ARMS), ARMS, ARMS.sample(5, 20, generator("rollout", 0)), rng),
    "LSTM": lambda rng: LSTMAgent(2, 1, 8, rng),
    "transformer": lambda rng: Transformer(8).build(2, 1, rng),
    "Learners": lambda rng: FeedforwardNetworks((1, 1), 2, False, None, rng),
}


@pytest.mark.parametrize("bad", [0, None])
@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_chance_comes_from_a_generator(draw: Callable[[Any], Any], bad: Any) -> None:
    with pytest.raises(TypeError, match=rf"rng is {bad}; it must be a torch\.Generator, as lib\.random"):
        draw(bad)
    draw(generator("bad input", 0))
