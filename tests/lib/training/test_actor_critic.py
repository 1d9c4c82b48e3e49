"""The outer loop of agents that act: it learns, it is repeatable, it refuses what makes no sense."""

from dataclasses import replace

import pytest
import torch

from lib.agents.lstm import LSTM, DeepLSTM, LSTMAgent
from lib.agents.transformer import Transformer
from lib.checkpoints import kept, weights_at
from lib.machine import unroll
from lib.random import generator
from lib.tasks.bandits import BernoulliBandit
from lib.tasks.environment import rollout
from lib.tasks.one_armed import OneArmed
from lib.training.actor_critic import ActorCritic, Critic, train, untrained

SHORT = ActorCritic(BernoulliBandit(1, 1), seed=77, agent=DeepLSTM(16), batch=64, updates=150, checkpoints=4)


@pytest.fixture(scope="module")
def record() -> dict[str, torch.Tensor]:
    return train(SHORT)


def earns(record: dict[str, torch.Tensor], checkpoint: int) -> float:
    bandits = SHORT.task.sample(2_000, 20, generator("test", 0))
    agent = LSTMAgent.from_weights(weights_at(record, checkpoint))
    return rollout(agent, SHORT.task, bandits, generator("test", 1)).expected.sum(dim=1).mean().item()


def test_training_earns_more_than_chance(record: dict[str, torch.Tensor]) -> None:
    assert earns(record, 0) == pytest.approx(10, abs=0.3)
    assert earns(record, 150) > 11.2
    assert record["earned"][-20:].mean() > record["earned"][:20].mean() + 1


def test_the_same_spec_gives_the_same_weights() -> None:
    shorter = replace(SHORT, updates=20)
    record, again = train(shorter), train(shorter)
    assert again.keys() == record.keys()
    assert all(torch.equal(again[name], record[name]) for name in record)


def test_a_record_holds_the_agent_and_not_the_critic(record: dict[str, torch.Tensor]) -> None:
    assert kept(record)[0] == 0
    assert kept(record)[-1] == SHORT.updates
    names = set(weights_at(record, 0))
    assert names == {name for name, _ in untrained(SHORT).named_parameters()}
    for name, parameter in untrained(SHORT).named_parameters():
        assert torch.equal(weights_at(record, 0)[name], parameter)


@pytest.mark.parametrize(
    "spec",
    [
        SHORT,
        replace(SHORT, task=OneArmed(1, 1), agent=LSTM(12)),
        replace(SHORT, agent=Transformer(8, context=20)),
    ],
    ids=["layered", "lean", "transformer"],
)
def test_one_pass_says_what_was_said_step_by_step(spec: ActorCritic) -> None:
    agent = untrained(spec)
    played = rollout(agent.stepwise(), spec.task, spec.task.sample(8, 20, generator("test", 2)), generator("test", 3))
    with torch.inference_mode():
        torch.testing.assert_close(agent(played.inputs).softmax(dim=-1), played.policies)
        torch.testing.assert_close(unroll(agent, played.inputs).outputs.softmax(dim=-1), played.policies)


def test_the_critic_stays_between_the_worst_and_the_best() -> None:
    bandits = SHORT.task.sample(500, 20, generator("test", 4))
    hidden = torch.randn(500, 20, 16, generator=generator("test", 5))
    for discount in (1.0, 0.9):
        values = 1.0 * Critic(16, 2, generator("test", 6))(100 * hidden, bandits, discount)
        to_come = torch.stack([sum(torch.tensor(discount) ** k for k in range(20 - t)) for t in range(20)])  # type: ignore[misc]
        least, most = (end[:, None] * to_come for end in bandits.reward_bounds.unbind(dim=1))
        assert (values >= least - 1e-5).all()
        assert (values <= most + 1e-5).all()
        reached = ((values - least) / (most - least))[:, 0]
        assert reached.min() < 0.1, "the critic cannot say everything between the two"
        assert reached.max() > 0.9


def test_a_lean_network_learns_too() -> None:
    """Where arms hardly differ, the unknown one is not worth a pull; a fresh network pulls it half of the time."""
    spec = ActorCritic(OneArmed(0.1, 1), seed=77, agent=LSTM(12), steps=10, batch=64, updates=150, checkpoints=2)
    record = train(spec)
    bandits = spec.task.sample(500, 10, generator("test", 7))
    pulled = [
        rollout(LSTMAgent.from_weights(weights_at(record, at)), spec.task, bandits, generator("test", 8)).actions
        for at in (0, 150)
    ]
    assert pulled[0].float().mean() > 0.3
    assert pulled[1].float().mean() < 0.05


def test_several_passes_learn_from_the_same_episodes() -> None:
    twice = replace(SHORT, updates=3, epochs_per_batch=2, checkpoints=2)
    assert twice.episodes == 3 * 64
    once = train(replace(twice, epochs_per_batch=1))
    found, uncorrected = train(twice), train(replace(twice, use_vtrace=False))
    assert not torch.equal(found["3/readout.weight"], uncorrected["3/readout.weight"])
    at_once = train(replace(twice, epochs_per_batch=1, use_vtrace=False))
    torch.testing.assert_close(once["3/readout.weight"], at_once["3/readout.weight"], atol=1e-3, rtol=0)
    assert torch.equal(found["earned"][:1], once["earned"][:1])
    assert not torch.equal(found["3/readout.weight"], once["3/readout.weight"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"epochs_per_batch": 0}, "epochs_per_batch is 0; it must be at least 1"),
        ({"steps": 0}, "steps is 0"),
        ({"peak_learning_rate": 1.5}, "peak_learning_rate is 1.5"),
    ],
)
def test_bad_settings_are_named(change: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SHORT, **change)
