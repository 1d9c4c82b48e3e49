"""Explorers of one-armed worlds: one set of hyperparameters for all of them."""

from dataclasses import replace

import pytest
import torch

from experiments.one_armed.specs import explorer
from lib.tasks.one_armed import OneArmed
from lib.training.actor_critic import train


def test_worlds_and_lifetimes_share_everything_else() -> None:
    one, other = explorer(1, 2, 100, 0), explorer(0.3, 0.5, 20, 7)
    assert (one.task, one.steps, one.seed) == (OneArmed(1, 2), 100, 0)
    assert replace(other, task=one.task, steps=100, seed=0) == one


def test_an_explorer_can_be_trained() -> None:
    spec = explorer(1, 1, 5, 0, updates=3)
    record = train(spec)
    assert record["earned"].shape == (3,)
    assert record["3/memory.weight_hh_l0"].shape == (4 * 48, 48)
    assert not torch.equal(record["3/readout.weight"], record["0/readout.weight"])


def test_a_world_must_make_sense() -> None:
    with pytest.raises(ValueError, match="sigma_l is 0"):
        explorer(1, 0, 5, 0)
    with pytest.raises(ValueError, match="steps is 0"):
        explorer(1, 1, 0, 0)
