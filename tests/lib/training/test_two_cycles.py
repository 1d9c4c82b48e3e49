"""Training in two cycles: the second begins with what the first has made, and with nothing else of it."""

from dataclasses import replace

import pytest
import torch

from experiments.gridworld.specs import cold, in_two_cycles
from lib.agents.lstm import LSTM
from lib.checkpoints import kept, weights_at
from lib.tasks.gridworld import EARLY, STAGED
from lib.training import batched
from lib.training.two_cycles import TwoCycles, train, train_batched


def short(seed: int) -> TwoCycles:
    spec = in_two_cycles(6, seed, updates=(4, 3), width=8)
    return replace(spec, first=replace(spec.first, batch=8), second=replace(spec.second, batch=8))


def test_the_second_cycle_begins_where_the_first_ended() -> None:
    specs = [short(1), short(2)]
    together = train_batched(specs)
    first = batched.train_actors([spec.first for spec in specs])
    for one, record in zip(first, together, strict=True):
        begun, ended = weights_at(record, 0), weights_at(one, 4)
        assert all(torch.equal(begun[name], ended[name]) for name in ended)
        assert not torch.equal(weights_at(record, 3)["readout.weight"], begun["readout.weight"])
        torch.testing.assert_close(record["earned_first"], one["earned"])
        assert record["earned"].shape == (3,)
        assert kept(record)[-1] == 3
    alone = train(specs[0])
    for name, value in alone.items():
        torch.testing.assert_close(together[0][name], value, rtol=1e-3, atol=1e-4)
    assert specs[0].episodes == 8 * 7


def test_a_walker_of_two_cycles_grows_up_elsewhere() -> None:
    spec = in_two_cycles(20, 7)
    assert (spec.first.task, spec.second.task) == (EARLY, STAGED)
    assert (spec.seed, spec.steps, spec.episodes) == (7, 20, 160_000)
    assert spec.alike == in_two_cycles(20, 8).alike != in_two_cycles(10, 7).alike
    assert cold(spec).first == spec.first
    assert cold(spec).second.entropy.start < spec.second.entropy.start


def test_one_network_with_luck_of_its_own_lives_through_both() -> None:
    spec = short(1)
    with pytest.raises(ValueError, match="seed is 1 in both cycles"):
        replace(spec, second=replace(spec.second, seed=1))
    with pytest.raises(ValueError, match="steps is 6 at first and then 7"):
        replace(spec, second=replace(spec.second, steps=7))
    with pytest.raises(ValueError, match="agent is LSTM"):
        replace(spec, second=replace(spec.second, agent=LSTM(9)))
    with pytest.raises(ValueError, match="the device is 'cuda'"):
        train_batched([spec], device="cuda")
