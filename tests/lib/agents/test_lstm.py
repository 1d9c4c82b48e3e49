"""The trained machine: its written-out cell, its initialisation, its weights."""

import pytest
import torch

from lib.agents.lstm import LSTMAgent
from lib.machine import unroll
from lib.random import generator


def agent(width: int = 9) -> LSTMAgent:
    return LSTMAgent(2, 3, width, generator("test", 0))


def test_the_written_out_cell_is_that_of_torch() -> None:
    machine, inputs = agent(), torch.randn(4, 12, 2, generator=generator("inputs", 0))
    trace = unroll(machine, inputs)
    torch.testing.assert_close(trace.outputs, machine(inputs), rtol=1e-5, atol=1e-6)
    _, (hidden, cell) = machine.memory(torch.relu(machine.encoder(inputs)))
    torch.testing.assert_close(trace.states[:, -1], torch.cat([hidden[0], cell[0]], dim=-1), rtol=1e-5, atol=1e-6)


def test_a_network_can_be_made_from_its_weights() -> None:
    machine = agent()
    twin = LSTMAgent.from_weights(machine.state_dict())
    inputs = torch.randn(2, 5, 2, generator=generator("inputs", 1))
    assert torch.equal(twin(inputs), machine(inputs))
    assert set(machine.state_dict()) >= {"encoder.weight", "memory.weight_ih_l0", "decoder.weight", "readout.weight"}


def test_other_weights_are_refused() -> None:
    weights = agent().state_dict()
    del weights["memory.weight_hh_l0"]
    with pytest.raises(ValueError, match=r"(?s)not the weights.*memory.weight_hh_l0"):
        LSTMAgent.from_weights(weights)
    with pytest.raises(ValueError, match=r"width 0; each must be at least 1"):
        agent(width=0)
