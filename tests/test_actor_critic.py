"""The outer loop of agents that act: it learns, it is repeatable, it refuses what makes no sense."""

from dataclasses import replace

import pytest
import torch

from lib.agents.recurrent import RecurrentAgent
from lib.machines import unroll
from lib.probes import regret
from lib.seeding import generator
from lib.tasks.bandits import BernoulliBandit
from lib.training.actor_critic import ActorCritic, play, train, untrained
from lib.training.checkpoints import kept, weights_at

SHORT = ActorCritic(BernoulliBandit(1, 1), seed=77, width=16, batch=64, updates=150, checkpoints=4)


@pytest.fixture(scope="module")
def record() -> dict[str, torch.Tensor]:
    return train(SHORT)


def earns(record: dict[str, torch.Tensor], checkpoint: int) -> float:
    bandits = SHORT.task.sample(2_000, 20, generator("test", 0))
    agent = RecurrentAgent.from_weights(weights_at(record, checkpoint))
    return regret.play(agent, SHORT.task, bandits, generator("test", 1)).expected.sum(dim=1).mean().item()


def test_training_earns_more_than_chance(record: dict[str, torch.Tensor]) -> None:
    assert earns(record, 0) == pytest.approx(10, abs=0.3)
    assert earns(record, 150) > 11.2
    assert record["earned"][-20:].mean() > record["earned"][:20].mean() + 1


def test_the_same_spec_gives_the_same_weights(record: dict[str, torch.Tensor]) -> None:
    again = train(SHORT)
    assert again.keys() == record.keys()
    assert all(torch.equal(again[name], record[name]) for name in record)


def test_a_record_holds_the_agent_and_not_the_critic(record: dict[str, torch.Tensor]) -> None:
    assert kept(record)[0] == 0
    assert kept(record)[-1] == SHORT.updates
    names = set(weights_at(record, 0))
    assert names == {name for name, _ in untrained(SHORT).named_parameters()}
    for name, parameter in untrained(SHORT).named_parameters():
        assert torch.equal(weights_at(record, 0)[name], parameter)


def test_what_was_played_can_be_learned_from_on_policy() -> None:
    agent, task = untrained(SHORT), SHORT.task
    bandits = task.sample(8, 20, generator("test", 2))
    played = play(agent, task, bandits, 20, generator("test", 3))
    with torch.inference_mode():
        log_policy = unroll(agent, played.inputs).outputs.log_softmax(dim=-1)
    own = log_policy.gather(2, played.actions[..., None])[..., 0]
    torch.testing.assert_close(own, played.log_probabilities, rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(played.earned, bandits.means.gather(1, played.actions))
    assert (played.inputs[:, 0] == 0).all()
    assert (played.inputs.sum(dim=-1)[:, 1:] == 1).all(), "each step tells one success or one failure"


def test_several_passes_learn_from_the_same_episodes() -> None:
    twice = replace(SHORT, updates=3, passes=2, checkpoints=2)
    assert twice.episodes == 3 * 64
    once = train(replace(twice, passes=1))
    found = train(twice)
    assert torch.equal(found["earned"][:1], once["earned"][:1])
    assert not torch.equal(found["3/readout.weight"], once["3/readout.weight"])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"passes": 0}, "passes is 0; it must be at least 1"),
        ({"steps": 0}, "steps is 0"),
        ({"peak_learning_rate": 1.5}, "peak_learning_rate is 1.5"),
    ],
)
def test_bad_settings_are_named(change: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SHORT, **change)
