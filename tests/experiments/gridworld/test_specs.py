"""Walkers of grid worlds: one set of hyperparameters for all lifetimes."""

from dataclasses import replace

import pytest
import torch

from experiments.gridworld.specs import OTHER, WORLD, lifetimes, walker, walkers, walkers_elsewhere
from lib.tasks.gridworld import EARLY, STAGED
from lib.training.actor_critic import train


def test_lifetimes_share_everything_else() -> None:
    one, other = walker(STAGED, 100, 0), walker(EARLY, 5, 7)
    assert (one.task, one.steps, one.seed) == (STAGED, 100, 0)
    assert replace(other, task=STAGED, steps=100, seed=0) == one


def test_five_networks_of_each_lifetime_and_a_few_elsewhere() -> None:
    made = walkers("laptop")
    assert [(spec.steps, spec.seed) for spec in made] == [(t, s) for t in (5, 10, 20, 50, 100) for s in range(5)]
    assert {spec.task for spec in made} == {WORLD}
    elsewhere = walkers_elsewhere("laptop")
    assert {spec.task for spec in elsewhere} == {OTHER} != {WORLD}
    assert {spec.steps for spec in elsewhere} < set(lifetimes("laptop"))
    assert {spec.updates for spec in (*made, *elsewhere)} == {2_500}
    for profile in ("smoke", "paper"):
        assert [spec.steps for spec in walkers(profile)] == sorted(spec.steps for spec in walkers(profile))


def test_a_walker_can_be_trained() -> None:
    record = train(walker(STAGED, 4, 0, updates=3, width=8))
    assert record["earned"].shape == (3,)
    assert record["3/memory.weight_ih_l0"].shape == (4 * 8, 42)
    assert not torch.equal(record["3/readout.weight"], record["0/readout.weight"])


def test_a_life_must_make_sense() -> None:
    with pytest.raises(ValueError, match="steps is 0"):
        walker(STAGED, 0, 0)
    with pytest.raises(ValueError, match="width is 0"):
        walker(STAGED, 5, 0, width=0)
    with pytest.raises(ValueError, match="there is no profile 'huge'"):
        walkers("huge")
