"""The first part of a training is the whole training, stopped there; Bayesians find what they are known to find."""

from dataclasses import replace

import pytest
import torch

from experiments.fourier import specs
from experiments.fourier.measure import AskedBayesians, FirstPart, ask_bayesians, train_first_part
from lib.checkpoints import weights_at
from lib.tasks.fourier import Fourier
from lib.training.regression import train

WHOLE = replace(specs.meta_learners("smoke", "all", 1)[0], updates=12)


def test_the_first_part_has_the_weights_that_the_whole_has_there() -> None:
    part = train_first_part(FirstPart(WHOLE, 4, checkpoints=3))
    whole = train(replace(WHOLE, checkpoints=30))
    for name, weight in weights_at(whole, 4).items():
        torch.testing.assert_close(weights_at(part, 4)[name], weight, rtol=0, atol=0)
    assert not torch.equal(weights_at(train(replace(WHOLE, updates=4)), 4)["readout.weight"], weight)


def test_a_part_is_no_larger_than_the_whole_which_is_a_cycle() -> None:
    assert FirstPart(WHOLE, 12).episodes == WHOLE.episodes
    with pytest.raises(ValueError, match="updates is 13; the whole has 12"):
        FirstPart(WHOLE, 13)
    with pytest.raises(ValueError, match="optimiser is 'adam'; it must be one-cycle"):
        FirstPart(replace(WHOLE, optimiser="adam"), 4)


def test_bayesians_find_waves_point_by_point() -> None:
    asked = ask_bayesians(AskedBayesians(Fourier((1.0, 1.0)), 40, bins=16, steps=8, first=2, last=7))
    assert asked["points"].tolist() == [2, 3, 4, 5, 6, 7]
    assert asked["table"].shape == (40, 6, 2)
    torch.testing.assert_close(asked["linear"][:, 0], torch.zeros(40, 2))
    mean = asked["linear"].mean(dim=(0, 2))
    torch.testing.assert_close(mean[[2, 4]], torch.tensor([0.5, 1.0]), atol=0.1, rtol=0)  # of four unknowns
    assert asked["table"][:, -1].mean() > 0.97


def test_the_table_is_asked_at_steps_of_the_episode() -> None:
    with pytest.raises(ValueError, match="first is 5, last 12; both must be among 12 steps, in order"):
        AskedBayesians(Fourier(), 4, last=12)
