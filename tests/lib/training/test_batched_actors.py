"""Agents side by side do, learn and keep what they would alone."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from experiments.one_armed import specs as explorers
from experiments.one_armed.measure_crowd import ExplorationAtEnd, measure_end, measure_end_batched
from experiments.one_armed.specs import explorer
from lib.agents.batched import BatchedLSTM
from lib.agents.lstm import LSTM, DeepLSTM, LSTMAgent
from lib.machine import Machine, unroll
from lib.random import generator
from lib.runner.sweep import sweep
from lib.tasks.bandits import BernoulliBandit
from lib.tasks.environment import rollout, rollout_with
from lib.training import batched
from lib.training.actor_critic import ActorCritic, train

SHORT = replace(explorer(1.0, 2.0, 10, 0, updates=12), batch=16, agent=LSTM(8, 2.0, True, 1.0), checkpoints=3)
SPECS = [replace(SHORT, seed=seed) for seed in (3, 4, 5)]
CROWD = [ExplorationAtEnd(SHORT, seed, 20, 4) for seed in (3, 4, 5)]


def agents(count: int = 3) -> list[LSTMAgent]:
    found = [LSTMAgent(4, 2, 12, generator("abreast", seed), deep=False) for seed in range(count)]
    for seed, agent in enumerate(found):  # an episode may begin anywhere
        torch.nn.init.normal_(agent.start, std=2.0, generator=generator("abreast, start", seed))
    return found


def test_machines_abreast_do_what_each_does_alone() -> None:
    each = agents()
    together = BatchedLSTM(each)
    assert isinstance(together, Machine)
    inputs = torch.randn(3 * 5, 7, 4, generator=generator("abreast", 9))
    with torch.inference_mode():
        trace = unroll(together, inputs)
        for place, agent in enumerate(each):
            own = slice(5 * place, 5 * place + 5)
            alone = unroll(agent, inputs[own])
            torch.testing.assert_close(trace.outputs[own], alone.outputs, rtol=1e-5, atol=1e-6)
            torch.testing.assert_close(trace.states[own], alone.states, rtol=1e-5, atol=1e-6)


def test_states_out_of_reach_are_brought_back_as_each_would() -> None:
    each = agents()
    far = 5 * torch.randn(6, 24, generator=generator("abreast", 8))
    alone = torch.cat([agent.nearest_state(some) for agent, some in zip(each, far.chunk(3), strict=True)])
    assert torch.equal(BatchedLSTM(each).nearest_state(far), alone)
    assert not torch.equal(alone, far)


def test_with_chance_given_play_is_play() -> None:
    agent, task = agents(1)[0], SHORT.task
    episodes = task.sample(20, 10, generator("abreast", 1))
    chance = torch.rand(20, 10, generator=generator("abreast", 2))
    one, other = (
        rollout(agent, task, episodes, generator("abreast", 2)),
        rollout_with(agent, task, episodes, chance),
    )
    for name in ("inputs", "policies", "actions", "rewards", "expected"):
        assert torch.equal(getattr(one, name), getattr(other, name))


@pytest.mark.parametrize(
    "shared",
    [SHORT, replace(SHORT, task=BernoulliBandit(1, 1), epochs_per_batch=2)],
    ids=["explorers", "a bandit, learned from twice"],
)
def test_agents_trained_side_by_side_become_what_they_become_alone(shared: ActorCritic) -> None:
    specs = [replace(shared, seed=seed) for seed in (3, 4, 5)]
    together = batched.train_actors(specs)
    for spec, record in zip(specs, together, strict=True):
        alone = train(spec)
        assert record.keys() == alone.keys()
        for name in alone:
            torch.testing.assert_close(record[name], alone[name], rtol=1e-3, atol=1e-4, msg=f"{name} of {spec}")
    assert not torch.equal(together[0]["12/readout.weight"], together[1]["12/readout.weight"])


def test_whoever_grows_in_a_crowd_is_as_if_it_had_grown_alone(tmp_path: Path) -> None:
    plain = sweep(measure_end, CROWD, tmp_path / "plain", executor="serial", progress=False)
    packed = sweep(
        measure_end, CROWD, tmp_path / "packed", executor="stacked:2", together=measure_end_batched, progress=False
    )
    for one, two in zip(plain, packed, strict=True):
        assert (one.key, one.manifest["specs"]) == (two.key, two.manifest["specs"])
        assert one.manifest["trainer"] == two.manifest["trainer"] == ["alike", 1]
        assert one.arrays.keys() == two.arrays.keys() == {"earned", "error", "pulls", "better"}
        assert one.arrays["pulls"].shape == (10,)
        for name, value in one.arrays.items():
            torch.testing.assert_close(
                torch.from_numpy(two.arrays[name]), torch.from_numpy(value), rtol=1e-3, atol=1e-4
            )
    assert not torch.equal(*(torch.from_numpy(each.arrays["pulls"]) for each in plain[:2]))


def test_what_cannot_go_side_by_side_is_refused() -> None:
    with pytest.raises(ValueError, match="differ in their seeds alone"):
        batched.train_actors([SHORT, replace(SHORT, steps=11)])
    with pytest.raises(ValueError, match="differ in their seeds alone"):
        batched.train_actors([])
    with pytest.raises(ValueError, match="only LSTMs that are not deep play side by side"):
        batched.train_actors([replace(SHORT, agent=DeepLSTM(8))])
    with pytest.raises(ValueError, match="2 shapes"):
        BatchedLSTM([LSTMAgent(4, 2, width, generator("abreast", 0), deep=False) for width in (3, 4)])
    with pytest.raises(ValueError, match="0 shapes"):
        BatchedLSTM([])
    with pytest.raises(ValueError, match="batch is 4; it must be a multiple of 3"):
        BatchedLSTM(agents()).initial_state(4)
    with pytest.raises(ValueError, match="the device is 'cuda'"):
        measure_end_batched(CROWD, "cuda")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"explorer": replace(SHORT, seed=1)}, "the explorer's seed is 1"),
        ({"explorer": replace(SHORT, task=BernoulliBandit(1, 1))}, "explorers live in one-armed worlds"),
        ({"seed": -1}, "seed is -1; it must be at least 0"),
        ({"precise": 21}, "precise is 21; it must be even"),
        ({"held_out": 0}, "held_out is 0; it must be at least 1"),
    ],
)
def test_a_crowd_is_of_explorers_without_seeds(change: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(CROWD[0], **change)


def test_crowds_are_worlds_that_take_turns() -> None:
    wanted = explorers.ensembles("laptop")
    assert [spec.own.task.sigma_p for spec in wanted[:3]] == list(explorers.ENSEMBLES.values())
    assert [spec.own.seed for spec in wanted[::3]] == list(range(100))
    assert {spec.episodes for spec in wanted} == {192_000}
