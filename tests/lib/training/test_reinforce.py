"""Meta-training on contextual bandits: gradients, records, and that a network learns."""

from dataclasses import replace

import pytest
import torch

from lib.agents.lstm import LSTM, DeepLSTM, LSTMAgent
from lib.checkpoints import kept, weights_at
from lib.random import generator
from lib.tasks.contextual import Contextual
from lib.tasks.environment import rollout
from lib.training.batched_reinforce import train_together
from lib.training.reinforce import Reinforce, policy_gradient_loss, train, untrained
from lib.training.schedules import Linear

SMALL = Reinforce(Contextual(contexts=2, actions=3), 0, LSTM(8), steps=12, batch=8, updates=5, checkpoints=4)


def slope(spec: Reinforce, seed: int) -> torch.Tensor:
    """The gradient of the loss with respect to the readout's bias, for one batch."""
    agent, rng = untrained(spec), generator("test", seed)
    baseline = torch.nn.Linear(spec.agent.width, 1)
    torch.nn.init.zeros_(baseline.weight)
    torch.nn.init.constant_(baseline.bias, 0.3)
    episodes = spec.task.sample(spec.batch, spec.steps, rng)
    played = rollout(agent, spec.task, episodes, rng)
    policy_gradient_loss(agent, baseline, played, episodes, spec, 0.0).backward()
    assert agent.readout.bias.grad is not None
    return agent.readout.bias.grad


def test_sampled_and_expected_gradients_agree_on_average() -> None:
    """At one step nothing depends on what was sampled before, so that both have the same mean."""
    spec = replace(SMALL, agent=LSTM(8, input_gain=20.0), steps=1, batch=40_000)
    sampled, expected = (slope(replace(spec, gradient=kind), 0) for kind in ("sampled", "expected"))
    assert expected.abs().max() < 6e-3, "right actions are even over the prior"
    torch.testing.assert_close(sampled, expected, atol=8e-3, rtol=0)
    skewed = replace(spec, task=Contextual(contexts=1, actions=3), steps=2)
    sampled, expected = (slope(replace(skewed, gradient=kind), 1) for kind in ("sampled", "expected"))
    torch.testing.assert_close(sampled, expected, atol=8e-3, rtol=0)


def test_the_same_spec_makes_the_same_record() -> None:
    one, other = train(SMALL), train(SMALL)
    assert set(one) == set(other)
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert not torch.equal(train(replace(SMALL, seed=1))["earned"], one["earned"])


@pytest.mark.parametrize("gradient", ["sampled", "expected"])
def test_a_record_holds_rewards_and_checkpoints(gradient: str) -> None:
    spec = replace(SMALL, gradient=gradient)
    record = train(spec)
    assert record["earned"].shape == (5,)
    assert kept(record)[0] == 0
    assert kept(record)[-1] == 5
    first, last = (LSTMAgent.from_weights(weights_at(record, each)) for each in (0, 5))
    for name, parameter in untrained(spec).named_parameters():
        assert torch.equal(first.get_parameter(name), parameter)
    assert not torch.equal(first.readout.weight, last.readout.weight)
    assert spec.episodes == 40


def test_the_baseline_shapes_the_memory_when_actions_are_sampled() -> None:
    """With one action's worth of policy gradient taken away, the memory still has one."""
    spec = replace(SMALL, entropy=Linear(0.0, 0.0))
    agent, rng = untrained(spec), generator("test", 2)
    baseline = torch.nn.Linear(8, 1)
    episodes = spec.task.sample(8, 12, rng)
    with torch.no_grad():
        agent.readout.weight.zero_()  # then the policy's gradient does not reach the memory
    played = rollout(agent, spec.task, episodes, rng)
    policy_gradient_loss(agent, baseline, played, episodes, spec, 0.0).backward()
    assert agent.memory.weight_hh_l0.grad is not None
    assert agent.memory.weight_hh_l0.grad.abs().max() > 0


@pytest.mark.parametrize("schedule", ["one cycle", "constant"])
@pytest.mark.parametrize("gradient", ["sampled", "expected"])
def test_networks_trained_side_by_side_become_what_they_become_alone(gradient: str, schedule: str) -> None:
    of_all = replace(SMALL, gradient=gradient, schedule=schedule, updates=30, entropy=Linear(0.2, 0.0))
    specs = [replace(of_all, seed=seed) for seed in (3, 4, 5)]
    for spec, record in zip(specs, train_together(specs), strict=True):
        alone = train(spec)
        assert set(record) == set(alone)
        for name, values in alone.items():
            torch.testing.assert_close(record[name], values, rtol=1e-3, atol=1e-4)
        assert not torch.equal(alone["30/memory.weight_hh_l0"], alone["0/memory.weight_hh_l0"])


def test_the_schedule_decides_what_is_learned() -> None:
    cycle, steady = (train(replace(SMALL, schedule=schedule)) for schedule in ("one cycle", "constant"))
    assert torch.equal(cycle["0/readout.weight"], steady["0/readout.weight"])
    assert not torch.allclose(cycle["5/readout.weight"], steady["5/readout.weight"])


def test_what_cannot_train_together_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in their seeds alone"):
        train_together([SMALL, replace(SMALL, steps=7)])
    with pytest.raises(ValueError, match="only LSTMs that are not deep"):
        train_together([replace(SMALL, agent=DeepLSTM(8))])
    with pytest.raises(ValueError, match="device is 'cuda'"):
        train_together([SMALL], "cuda")


def test_a_network_learns_one_context_in_seconds() -> None:
    spec = Reinforce(
        Contextual(contexts=1, actions=2),
        0,
        LSTM(16, input_gain=4.0, orthogonal=True, forget_bias=1.0),
        steps=10,
        batch=64,
        updates=120,
        checkpoints=2,
    )
    agent = LSTMAgent.from_weights(weights_at(train(spec), 120))
    episodes = spec.task.sample(4_000, 10, generator("evaluate", 0))
    earned = rollout(agent, spec.task, episodes, generator("evaluate", 1)).expected.mean(dim=0)
    assert earned[0] == pytest.approx(0.5, abs=0.02)
    assert earned[-1] > 0.68  # the greedy Bayesian: 0.73


def test_bad_input_is_named() -> None:
    for name, bad, allowed in (
        ("seed", -1, "must be at least 0"),
        ("steps", 0, "must be at least 1"),
        ("batch", 0, "must be at least 1"),
        ("updates", 0, "must be at least 1"),
        ("checkpoints", 1, "must be at least 2"),
        ("peak_learning_rate", 0.0, "must lie between 0 and 1"),
        ("gradient", "natural", "there are sampled, expected"),
        ("schedule", "warm", "there are one cycle, constant"),
    ):
        with pytest.raises(ValueError, match=f"{name} is {bad!r}; .*{allowed}"):
            replace(SMALL, **{name: bad})
