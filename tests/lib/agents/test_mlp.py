"""The network without memory: it knows its last input and nothing else."""

from dataclasses import replace

import pytest
import torch

from lib.agents.lstm import DeepLSTM, LSTMAgent
from lib.agents.mlp import MLP, MLPAgent
from lib.checkpoints import kept, log_spaced, weights_at
from lib.machine import unroll
from lib.optimal.conjugate import DirichletCategorical
from lib.optimal.limited_memory import Windowed
from lib.probes.behaviour import dissimilarity, predict
from lib.random import generator
from lib.tasks.categorical import CategoricalTask
from lib.training import batched
from lib.training.supervised import Supervised, train, untrained

DIE = CategoricalTask((1, 1, 1))
SHORT = Supervised(DIE, seed=77, agent=MLP(16), steps=10, updates=300, checkpoints=4)


def agent(width: int = 9) -> MLPAgent:
    return MLPAgent(2, 3, width, generator("test", 0))


@pytest.fixture(scope="module")
def record() -> dict[str, torch.Tensor]:
    return train(SHORT)


def test_what_came_before_changes_nothing() -> None:
    machine = agent()
    past = torch.randn(2, 4, 6, 2, generator=generator("inputs", 0))
    past[1, :, 3] = past[0, :, 3]
    one, other = (unroll(machine, each).outputs for each in past)
    assert torch.equal(one[:, 3], other[:, 3])
    assert not torch.equal(one[:, 2], other[:, 2])


def test_it_has_one_state_a_vector_of_no_numbers() -> None:
    machine = agent()
    trace = unroll(machine, torch.randn(4, 6, 2, generator=generator("inputs", 1)))
    assert machine.state_size == 0
    assert trace.states.shape == (4, 6, 0)


def test_stepping_and_one_pass_say_the_same() -> None:
    machine, inputs = agent(), torch.randn(4, 6, 2, generator=generator("inputs", 2))
    torch.testing.assert_close(unroll(machine, inputs).outputs, machine(inputs))
    weights = machine.state_dict()
    hidden = torch.relu(inputs @ weights["encoder.weight"].T + weights["encoder.bias"])
    hidden = torch.relu(hidden @ weights["decoder.weight"].T + weights["decoder.bias"])
    by_hand = hidden @ weights["readout.weight"].T + weights["readout.bias"]
    torch.testing.assert_close(machine(inputs), by_hand, rtol=1e-5, atol=1e-6)


def test_it_can_be_made_from_its_weights() -> None:
    machine = agent()
    twin = MLPAgent.from_weights(machine.state_dict())
    inputs = torch.randn(2, 5, 2, generator=generator("inputs", 3))
    assert torch.equal(twin(inputs), machine(inputs))
    with pytest.raises(ValueError, match="width 0; each must be at least 1"):
        agent(width=0)


def distances(record: dict[str, torch.Tensor], checkpoint: int) -> tuple[float, float]:
    """From the Bayesian who remembers one throw, and from the one who remembers all."""
    episodes = DIE.sample(1_000, SHORT.steps, generator("test", 0))
    bayes = DirichletCategorical(DIE)
    learned = predict(MLPAgent.from_weights(weights_at(record, checkpoint)), DIE, episodes)
    one, all_of_them = (dissimilarity(predict(m, DIE, episodes), learned) for m in (Windowed(bayes, 1), bayes))
    return one, all_of_them


def test_training_brings_it_close_to_a_bayesian_with_a_window_of_one_and_no_closer(
    record: dict[str, torch.Tensor],
) -> None:
    """What is best on average over an episode, given one throw, is close to what is best after one throw."""
    before, after = distances(record, 0), distances(record, 300)
    assert before[0] > 0.2
    assert after[0] < 0.02
    assert after[1] > 0.5


def test_its_record_begins_with_the_untrained_network_and_holds_no_memory(record: dict[str, torch.Tensor]) -> None:
    fresh = untrained(SHORT)
    assert isinstance(fresh, MLPAgent)
    first = weights_at(record, 0)
    assert first.keys() == dict(fresh.named_parameters()).keys()
    assert all(torch.equal(value, fresh.get_parameter(name)) for name, value in first.items())
    assert not any("memory" in name for name in record)
    assert kept(record) == log_spaced(300, 4)


def test_networks_with_memory_begin_their_records_untrained_too() -> None:
    spec = replace(SHORT, agent=DeepLSTM(16), updates=2, checkpoints=2)
    fresh = untrained(spec)
    assert isinstance(fresh, LSTMAgent)
    first = weights_at(train(spec), 0)
    assert first.keys() == dict(fresh.named_parameters()).keys()
    assert all(torch.equal(value, fresh.get_parameter(name)) for name, value in first.items())


def test_networks_without_memory_cannot_be_stacked() -> None:
    with pytest.raises(ValueError, match="only LSTMs are stacked, train others one by one"):
        batched.train_predictors([SHORT, replace(SHORT, seed=78)])
