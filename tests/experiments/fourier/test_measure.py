"""The first part of a training is the whole training, stopped there."""

from dataclasses import replace

import pytest
import torch

from experiments.fourier import specs
from experiments.fourier.measure import FirstPart, train_first_part
from lib.checkpoints import weights_at
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
