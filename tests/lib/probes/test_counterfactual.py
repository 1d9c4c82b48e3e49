"""Questions that a machine forgets having been asked, and heights that curves reach."""

import numpy as np
import pytest
import torch

from lib.agents.lstm import LSTMAgent
from lib.machine import unroll
from lib.probes.counterfactual import counterfactual
from lib.probes.crossing_time import crossing_time
from lib.random import generator

AGENT = LSTMAgent(3, 2, 6, generator("forks", 0), deep=False)
INPUTS = torch.randn(4, 5, 3, generator=generator("forks", 1))


def test_a_fork_says_what_the_machine_would_have_said() -> None:
    asked = torch.randn(4, 7, 2, generator=generator("forks", 2))
    for t, said in enumerate(counterfactual(AGENT, INPUTS, asked)):
        for probe in range(7):
            other = INPUTS.clone()
            other[:, t, :2] = asked[:, probe]
            expected = unroll(AGENT, other[:, : t + 1]).outputs[:, -1]
            assert (said[:, probe] - expected).abs().max() < 1e-6
    assert t == 4


def test_one_set_of_probes_serves_all_episodes() -> None:
    asked = torch.randn(1, 3, 1, generator=generator("forks", 3))
    alike = list(counterfactual(AGENT, INPUTS, asked))
    apart = list(counterfactual(AGENT, INPUTS, asked.expand(4, -1, -1)))
    assert all(torch.equal(one, other) for one, other in zip(alike, apart, strict=True))


def test_a_machine_that_is_asked_late_says_what_it_says_then() -> None:
    asked = torch.randn(4, 3, 2, generator=generator("forks", 4))
    whole, late = (list(counterfactual(AGENT, INPUTS, asked, since)) for since in (0, 3))
    assert all(torch.equal(one, other) for one, other in zip(whole[3:], late, strict=True))
    for none in (-1, 5):
        with pytest.raises(ValueError, match=f"since is {none}; episodes have steps 0 to 4"):
            next(counterfactual(AGENT, INPUTS, asked, none))


def test_probes_must_fit_the_machine() -> None:
    with pytest.raises(ValueError, match="inputs have 2 features; this machine takes 3"):
        next(counterfactual(AGENT, INPUTS[..., :2], torch.zeros(1, 1, 1)))
    with pytest.raises(ValueError, match="1 probes of 4 features"):
        next(counterfactual(AGENT, INPUTS, torch.zeros(1, 1, 4)))
    with pytest.raises(ValueError, match="0 probes of 1 features"):
        next(counterfactual(AGENT, INPUTS, torch.zeros(1, 0, 1)))


def test_heights_are_reached_between_moments_at_once_or_never() -> None:
    curves = np.array([[0.0, 1.0, 0.0, 1.0], [0.9, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 0.5], [0.0, 0.0, 0.0, 0.4]])
    found = crossing_time(curves, np.array([0.0, 4.0, 8.0, 16.0]), 0.5)
    assert found.tolist()[:3] == [2, 0, 16]
    assert np.isnan(found[3])


def test_moments_must_grow() -> None:
    with pytest.raises(ValueError, match="moments grow"):
        crossing_time(np.zeros((1, 2)), np.array([1.0, 1.0]), 0.5)
