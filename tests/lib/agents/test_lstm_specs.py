"""The network of one layer, and the blueprints that networks are built by."""

import pytest
import torch

from lib.agents.lstm import LSTM, DeepLSTM, LSTMAgent
from lib.machine import Machine, unroll
from lib.random import generator
from lib.spec import describe


def agent(**changes: float) -> LSTMAgent:
    return LSTM(width=6, **changes).build(3, 2, generator("lean", 0))  # type: ignore[arg-type]


def test_it_is_a_machine_whose_steps_are_those_of_nn_lstm() -> None:
    network = agent(input_gain=2, forget_bias=1)
    assert isinstance(network, Machine)
    with torch.no_grad():
        network.start.copy_(torch.randn(12, generator=generator("lean", 1)))
        inputs = torch.randn(4, 7, 3, generator=generator("lean", 2))
        trace = unroll(network, inputs)
        torch.testing.assert_close(network(inputs), trace.outputs)
        hidden, _ = network.memory(inputs, tuple(network.start.expand(1, 4, 12).contiguous().chunk(2, dim=-1)))
        torch.testing.assert_close(hidden, trace.states[:, :, :6])


def test_the_first_state_is_learned() -> None:
    network = agent()
    assert (network.start == 0).all()
    network(torch.ones(2, 3, 3)).sum().backward()
    assert network.start.grad is not None
    assert (network.start.grad != 0).any()


def test_weights_make_the_same_network() -> None:
    one = agent(forget_bias=1)
    other = LSTMAgent.from_weights({name: p.detach() for name, p in one.named_parameters()})
    inputs = torch.ones(1, 2, 3)
    assert torch.equal(one(inputs), other(inputs))
    with pytest.raises(ValueError, match="not the weights of an LSTM agent"):
        LSTMAgent.from_weights({"readout.weight": torch.ones(2, 2)})


def test_a_blueprint_changes_what_it_says_and_nothing_else() -> None:
    plain = dict(agent().named_parameters())
    louder = dict(agent(input_gain=3).named_parameters())
    lasting = dict(agent(forget_bias=1).named_parameters())
    assert torch.equal(louder["memory.weight_ih_l0"], 3 * plain["memory.weight_ih_l0"])
    assert torch.equal(louder["memory.weight_hh_l0"], plain["memory.weight_hh_l0"])
    added = lasting["memory.bias_ih_l0"] - plain["memory.bias_ih_l0"]
    assert added.round(decimals=5).tolist() == [0] * 6 + [1] * 6 + [0] * 12
    turned = agent(orthogonal=True).memory.get_parameter("weight_hh_l0")
    for gate in turned.chunk(4):
        torch.testing.assert_close(gate @ gate.t(), torch.eye(6), atol=1e-5, rtol=0)
    bound = 6**-0.5
    assert max(p.abs().max().item() for p in plain.values()) <= bound
    assert plain["memory.weight_hh_l0"].abs().max() > 0.9 * bound


def test_sonnets_first_weights_count_both_inputs_of_a_gate_and_remember_from_the_beginning() -> None:
    network = LSTM(240, beginning="sonnet").build(4, 2, generator("lean", 0))
    weights = {name: p.detach() for name, p in network.named_parameters()}
    deviation = 244**-0.5
    for name in ("memory.weight_ih_l0", "memory.weight_hh_l0", "memory.bias_ih_l0"):
        drawn = weights[name].clone()
        if drawn.dim() == 1:
            drawn[240:480] -= 1
        assert 1.9 * deviation < drawn.abs().max() < 2.001 * deviation, name
        assert drawn.std().item() == pytest.approx(0.88 * deviation, rel=0.1), name
    assert weights["memory.bias_ih_l0"][240:480].mean().item() == pytest.approx(1, abs=0.05)
    assert (weights["memory.bias_hh_l0"] == 0).all()
    assert (weights["readout.bias"] == 0).all()
    assert weights["readout.weight"].std().item() == pytest.approx(0.88 * 240**-0.5, rel=0.1)
    assert (weights["start"] == 0).all()
    assert "beginning" not in describe(LSTM(60))


def test_generators_decide_everything() -> None:
    for blueprint in (LSTM(6, orthogonal=True), LSTM(6, beginning="sonnet"), DeepLSTM(6)):
        torch.manual_seed(0)
        one = blueprint.build(3, 2, generator("lean", 0))
        torch.manual_seed(1)
        same, other = (blueprint.build(3, 2, generator("lean", seed)) for seed in (0, 1))
        for a, b, c in zip(one.parameters(), same.parameters(), other.parameters(), strict=True):
            assert torch.equal(a, b)
            assert (a == 0).all() or not torch.equal(a, c)


def test_hidden_units_stay_within_one_and_cells_where_they_are() -> None:
    network = LSTMAgent(2, 1, 2, generator("lean", 0), deep=False)
    assert network.nearest_state(torch.tensor([[3.0, -0.5, 3.0, -9.0]])).tolist() == [[1, -0.5, 3, -9]]
    with torch.no_grad():
        network.start.fill_(2.0)
    assert network.nearest_state(network.initial_state(1)).tolist() == [[2, 2, 2, 2]]


def test_sizes_must_make_sense() -> None:
    for blueprint in (LSTM, DeepLSTM):
        with pytest.raises(ValueError, match="width is 0; it must be at least 1"):
            blueprint(0)
    with pytest.raises(ValueError, match="input_gain is -1; it must be positive"):
        LSTM(6, input_gain=-1)
    with pytest.raises(ValueError, match="beginning is 'keras'; it must be one of torch, sonnet"):
        LSTM(6, beginning="keras")
    with pytest.raises(ValueError, match="sizes are input 0, output 1, width 2"):
        LSTMAgent(0, 1, 2, generator("lean", 0), deep=False)
