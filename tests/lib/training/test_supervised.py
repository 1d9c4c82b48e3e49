"""The outer loop: it learns, it is repeatable, it refuses what makes no sense."""

from dataclasses import replace

import pytest
import torch

from lib.agents.lstm import DeepLSTM, LSTMAgent
from lib.checkpoints import kept, log_spaced, weights_at
from lib.optimal.conjugate import BetaBernoulli
from lib.probes import behaviour
from lib.random import generator
from lib.spec import describe
from lib.tasks.bernoulli import BernoulliTask
from lib.training.supervised import Supervised, train

SHORT = Supervised(BernoulliTask(0.5, 0.5), seed=77, agent=DeepLSTM(16), updates=300, checkpoints=6)


@pytest.fixture(scope="module")
def record() -> dict[str, torch.Tensor]:
    return train(SHORT)


def distance(record: dict[str, torch.Tensor], checkpoint: int) -> float:
    task = SHORT.task
    episodes = task.sample(1_000, 20, generator("test", 0))
    machine = LSTMAgent.from_weights(weights_at(record, checkpoint))
    optimal = behaviour.predict(BetaBernoulli(BernoulliTask(0.5, 0.5)), task, episodes)
    return behaviour.dissimilarity(optimal, behaviour.predict(machine, task, episodes))


def test_training_brings_a_network_close_to_bayes(record: dict[str, torch.Tensor]) -> None:
    assert distance(record, 0) > 3
    assert distance(record, 300) < 0.15
    assert record["loss"][-50:].mean().item() == pytest.approx(9.07, abs=0.5)


def test_the_same_spec_gives_the_same_weights(record: dict[str, torch.Tensor]) -> None:
    again = train(SHORT)
    assert again.keys() == record.keys()
    assert all(torch.equal(again[name], record[name]) for name in record)
    other = train(replace(SHORT, seed=78, updates=2, checkpoints=2))
    assert not torch.equal(other["0/readout.weight"], record["0/readout.weight"])


def test_checkpoints_are_kept_at_log_spaced_moments(record: dict[str, torch.Tensor]) -> None:
    assert kept(record) == log_spaced(300, 6) == [0, 1, 4, 17, 72, 300]
    with pytest.raises(KeyError, match=r"no weights at 5; there are weights at 0, 1, 17, 300, 4, 72"):
        weights_at(record, 5)


def test_two_checkpoints_are_the_first_and_the_last() -> None:
    assert log_spaced(2_000, 2) == [0, 2_000]
    assert log_spaced(1, 2) == [0, 1]


@pytest.mark.parametrize(("updates", "count"), [(1, 30), (2, 2), (20, 30), (2_000, 30), (100_000, 30)])
def test_checkpoints_grow_from_the_untrained_network_to_the_trained_one(updates: int, count: int) -> None:
    moments = log_spaced(updates, count)
    assert (moments[0], moments[-1]) == (0, updates)
    assert moments == sorted(set(moments))
    assert 2 <= len(moments) <= count
    assert all(type(moment) is int for moment in moments)


def test_checkpoints_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="asked for 1 checkpoints in 5 updates; at least 2 and 1 are needed"):
        log_spaced(5, 1)
    with pytest.raises(ValueError, match="asked for 2 checkpoints in 0 updates"):
        log_spaced(0, 2)


def test_training_and_evaluation_never_share_episodes() -> None:
    seeds = [
        generator(purpose, seed).initial_seed() for purpose in ("train", "initialise", "test") for seed in range(99)
    ]
    assert len(set(seeds)) == len(seeds)
    with pytest.raises(ValueError, match="seed is -1"):
        generator("train", -1)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("updates", 0, "updates is 0; it must be at least 1"),
        ("checkpoints", 1, "checkpoints is 1; it must be at least 2"),
        ("seed", -1, "seed is -1"),
        ("peak_learning_rate", 0.0, "peak_learning_rate is 0.0"),
    ],
)
def test_a_spec_that_makes_no_sense_is_refused(field: str, value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(SHORT, **{field: value})


def test_a_training_that_diverges_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: BernoulliTask, outputs: torch.Tensor) -> torch.distributions.Bernoulli:
        return torch.distributions.Bernoulli(logits=outputs[..., 0] * float("inf"), validate_args=False)

    monkeypatch.setattr(BernoulliTask, "predictive", broken)
    with pytest.raises(FloatingPointError, match="after 1 updates"):
        train(replace(SHORT, updates=3, checkpoints=2))


def test_a_constant_learning_rate_is_its_own_spec_and_moves_by_it_from_the_first_step() -> None:
    """The first step of Adam moves every weight by the learning rate; one cycle begins at a 25th of its peak."""
    once = replace(SHORT, updates=4, checkpoints=3)
    constant = replace(once, schedule="constant")
    assert "schedule" not in describe(once)
    assert describe(constant) == {**describe(once), "schedule": "constant"}
    for spec, moved in ((once, once.peak_learning_rate / 25), (constant, once.peak_learning_rate)):
        record = train(spec)
        step = (weights_at(record, 1)["readout.bias"] - weights_at(record, 0)["readout.bias"]).abs()
        torch.testing.assert_close(step, torch.full_like(step, moved), rtol=1e-3, atol=0)
    with pytest.raises(ValueError, match="schedule is 'linear'; there are one cycle, constant"):
        replace(SHORT, schedule="linear")
