"""The antithetic probe: exact for ridge regression, and with a far smaller standard error on small modes."""

import pytest
import torch

from lib.agents.lstm import LSTM
from lib.optimal.ridge import RidgeAgent
from lib.probes.antithetic import antithetic_progress
from lib.probes.effective_spectrum import effective
from lib.random import generator
from lib.tasks.linear import LinearMap
from lib.tasks.random_matrices import FixedSpectrum

PAIR = FixedSpectrum((2.5, 0.05))


def test_for_ridge_regression_it_finds_exactly_what_the_mode_contributes() -> None:
    noise = 0.3
    problems = LinearMap(2, PAIR, noise).sample(50, 6, generator("antithetic", 0))
    found = antithetic_progress(RidgeAgent(2, 1.0, noise), problems, generator("asked", 0), probes=8)
    _, _, vh = torch.linalg.svd(problems.functions.double())
    for t in range(6):
        x = problems.x[:, :t].double()
        gram = x.mT @ x
        known = torch.linalg.solve(gram + noise**2 * torch.eye(2), gram)  # E[W] = W times this, and noise
        expected = torch.einsum("bki,bij,bkj->bk", vh, known.mT, vh)
        torch.testing.assert_close(found[:, t].double(), expected, atol=2e-3, rtol=0)


def test_the_end_alone_is_the_end_of_the_whole() -> None:
    problems = LinearMap(2, PAIR).sample(3, 6, generator("antithetic", 0))
    network = LSTM(8).build(4, 2, generator("antithetic", 1))
    whole, end = (
        antithetic_progress(network, problems, generator("asked", 0), probes=4, since=since) for since in (0, 5)
    )
    # Fewer rows at a time may be added in another order; other questions would differ in the first digit.
    torch.testing.assert_close(end, whole[:, 5:], atol=1e-6, rtol=1e-5)


def test_its_expectation_is_that_of_the_plain_probe_and_its_standard_error_far_smaller() -> None:
    noise = 0.1
    problems = LinearMap(2, PAIR, noise).sample(1_000, 7, generator("antithetic", 1))
    machine = RidgeAgent(2, 1.0, noise)
    own = antithetic_progress(machine, problems, generator("asked", 0), modes=[1], probes=8)[:, -1, 0]
    plain = effective(machine, problems, generator("asked", 0), probes=8).progress[:, -1, 1]
    assert own.std() < plain.std() / 20
    assert abs(own.mean() - plain.mean()) < 4 * plain.std() / len(plain) ** 0.5


def test_what_a_network_says_of_large_modes_does_not_reach_the_small_one() -> None:
    problems = LinearMap(2, PAIR).sample(200, 4, generator("antithetic", 4))
    network = LSTM(16, 3.0, True, 1.0).build(4, 2, generator("network", 0))
    own = antithetic_progress(network, problems, generator("asked", 0), modes=[1])[:, -1, 0]
    plain = effective(network, problems, generator("asked", 0)).progress[:, -1, 1]
    assert own.std() < plain.std() / 4


def test_modes_that_targets_do_not_have_are_refused() -> None:
    machine = RidgeAgent(2, 1.0, 0.01)
    problems = LinearMap(2, PAIR).sample(2, 2, generator("antithetic", 2))
    with pytest.raises(ValueError, match=r"modes are \[2\]; targets have modes 0 to 1"):
        antithetic_progress(machine, problems, generator("asked", 0), modes=[2])
    nothing = LinearMap(2, FixedSpectrum((1.0, 0.0))).sample(2, 2, generator("antithetic", 3))
    nothing.functions[:, :, 1] = 0
    nothing.functions[:, 1] = 0
    with pytest.raises(ValueError, match="singular value of 0 at mode 1"):
        antithetic_progress(machine, nothing, generator("asked", 0))
