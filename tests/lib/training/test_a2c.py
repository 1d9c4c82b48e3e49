"""A2C with a value head: its gradient is autograd's, and what acts afterwards is the network without its value."""

from dataclasses import replace

import pytest
import torch

from lib.agents.lstm import LSTM, DeepLSTM
from lib.random import generator
from lib.tasks.environment import pick
from lib.tasks.one_armed import OneArmed
from lib.training import a2c
from lib.training.a2c import A2C, Learners

SPEC = A2C(OneArmed(1.2, 2.0), 3, steps=10, batch=8, updates=3, agent=LSTM(8))


def test_the_gradient_is_that_of_autograd_on_one_network() -> None:
    together = Learners([SPEC, replace(SPEC, seed=4, task=OneArmed(0.5, 1.0))])
    losses = together.losses(together.play(), 0.3)
    losses.sum().backward()  # type: ignore[no-untyped-call]
    agent, rng = SPEC.agent.build(4, 3, generator("initialise", 3)), generator("train", 3)
    episodes = SPEC.task.sample(8, 10, rng)
    chances = torch.rand(8, 10, generator=rng)
    (place, told), state = SPEC.task.reset(episodes), agent.initial_state(8)
    inputs, taken, paid = [], [], []
    for chance in chances.unbind(dim=1):
        inputs.append(told)
        state, output = agent.step(state, told)
        taken.append(pick(output[:, :2].softmax(dim=1), chance))
        place, outcome = SPEC.task.step(episodes, place, taken[-1])
        paid.append(outcome.rewards)
        told = outcome.observation
    outputs = agent.outputs(agent.features(torch.stack(inputs, dim=1)))
    log_policy, value = outputs[..., :2].log_softmax(dim=-1), outputs[..., 2]
    gamma, price = SPEC.discount.at(0.3), SPEC.entropy.at(0.3)
    wanted = torch.stack([sum(gamma**k * paid[t + k] for k in range(10 - t)) for t in range(10)], dim=1)  # type: ignore[misc]
    likely = log_policy.gather(2, torch.stack(taken, dim=1)[..., None])[..., 0]
    loss = -(wanted - value).detach() * likely + 0.5 * (wanted - value) ** 2
    loss = (loss + price * (log_policy.exp() * log_policy).sum(dim=-1)).mean()
    loss.backward()  # type: ignore[no-untyped-call]
    assert losses[0].item() == pytest.approx(loss.item(), rel=1e-5)
    for name, parameter in agent.named_parameters():
        found, expected = together.agents[name].grad, parameter.grad
        assert found is not None
        assert expected is not None
        assert (found[0] - expected).norm() <= 1e-5 * expected.norm(), name


def test_what_acts_is_the_network_without_its_value() -> None:
    record = a2c.train(SPEC)
    assert record["3/readout.weight"].shape == (3, 8)
    agent = a2c.policy_of(SPEC, record)
    assert torch.equal(agent.readout.weight, record["3/readout.weight"][:2])
    assert (agent.input_size, agent.output_size) == (4, 2)
    assert SPEC.episodes == 24


def test_bad_specs_are_named() -> None:
    with pytest.raises(ValueError, match="value_weight is 0; it must be more than 0"):
        replace(SPEC, value_weight=0)
    with pytest.raises(ValueError, match="learning_rate is 1"):
        replace(SPEC, learning_rate=1)
    with pytest.raises(ValueError, match="only LSTMs that are not deep"):
        Learners([replace(SPEC, agent=DeepLSTM(8))])
