"""The trained machine: its written-out cell, its initialisation, its weights."""

import pytest
import torch

from lib.agents.lstm import LSTMAgent
from lib.machine import unroll
from lib.random import generator


def agent(seed: int = 0, width: int = 9) -> LSTMAgent:
    return LSTMAgent(2, 3, width, generator("test", seed))


def test_the_written_out_cell_is_that_of_torch() -> None:
    machine, inputs = agent(), torch.randn(4, 12, 2, generator=generator("inputs", 0))
    trace = unroll(machine, inputs)
    torch.testing.assert_close(trace.outputs, machine(inputs), rtol=1e-5, atol=1e-6)
    _, (hidden, cell) = machine.memory(torch.relu(machine.encoder(inputs)))
    torch.testing.assert_close(trace.states[:, -1], torch.cat([hidden[0], cell[0]], dim=-1), rtol=1e-5, atol=1e-6)


def test_initial_weights_come_from_the_generator_alone() -> None:
    before = torch.random.get_rng_state()
    one, same, other = agent(0), agent(0), agent(1)
    assert torch.equal(torch.random.get_rng_state(), before), "making a network used torch's global randomness"
    for a, b, c in zip(one.parameters(), same.parameters(), other.parameters(), strict=True):
        assert torch.equal(a, b)
        assert not torch.equal(a, c)


def test_initial_weights_have_the_scale_of_torchs_own_layers() -> None:
    machine = agent(width=64)
    bound = {name: (2 if name.startswith("encoder") else 64) ** -0.5 for name, _ in machine.named_parameters()}
    for name, parameter in machine.named_parameters():
        assert parameter.abs().max() <= bound[name]
        if parameter.numel() > 100:
            assert parameter.std().item() == pytest.approx(bound[name] / 3**0.5, rel=0.15)


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
