"""Bayesians of wiggles: against posteriors written out, and against each other."""

from itertools import product

import numpy as np
import pytest
import torch

from lib.machine import Machine, unroll
from lib.optimal.fourier_posterior import GaussianFourierPosterior, PhaseTable, waves
from lib.probes.fourier import along_episode
from lib.random import generator
from lib.tasks.fourier import Fourier

WORLD = Fourier()
SMALL = Fourier((1.0, 0.5), noise=0.1)


def gaussian_posterior(world: Fourier, x: np.ndarray, y: np.ndarray, at: np.ndarray) -> float:
    """The mean of a Gaussian process with the world's covariance, by its kernel: no basis, no sums."""
    a = np.array(world.amplitudes)[:, None, None]
    k = np.arange(1, len(a) + 1)[:, None, None]
    scale = 1 / 6 if world.varied else 1 / 2

    def kernel(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return np.asarray((scale * a**2 * np.cos(2 * np.pi * k * (one[:, None] - other))).sum(axis=0))

    seen = kernel(x, x) + world.noise**2 * np.eye(len(x))
    return float((kernel(np.array([at]), x) @ np.linalg.solve(seen, y)).item())


@pytest.mark.parametrize("world", [SMALL, Fourier((0.0, 1.0, 2.0), noise=0.2), Fourier((1.0, 0.5), True, 0.1)], ids=str)
def test_the_linear_bayesian_is_a_gaussian_process(world: Fourier) -> None:
    problems = world.sample(3, 7, generator("bayes", 0))
    said = unroll(GaussianFourierPosterior(world), problems.inputs).outputs[..., 0]
    x, y = problems.x[..., 0].double().numpy(), problems.y[..., 0].double().numpy()
    assert said[:, 0].tolist() == [0, 0, 0]
    for episode in range(3):
        for t in range(1, 7):
            expected = gaussian_posterior(world, x[episode, :t], y[episode, :t], x[episode, t])
            assert said[episode, t].item() == pytest.approx(expected, abs=2e-4)


def test_the_table_is_bayes_rule_over_every_function_in_it() -> None:
    machine = PhaseTable(SMALL, bins=5)
    problems = SMALL.sample(3, 6, generator("bayes", 1))
    said = unroll(machine, problems.inputs).outputs[..., 0]
    phases = [2 * np.pi * (i + 0.5) / 5 for i in range(5)]
    x, y = problems.x[..., 0].double().numpy(), problems.y[..., 0].double().numpy()
    for episode, t in product(range(3), range(6)):
        weights, answers = [], []
        for one, other in product(phases, phases):

            def g(at: np.ndarray, one: float = one, other: float = other) -> np.ndarray:
                return np.asarray(np.sin(2 * np.pi * at + one) + 0.5 * np.sin(4 * np.pi * at + other))

            residual = y[episode, :t] - g(x[episode, :t])
            weights.append(np.exp(-0.5 * (residual**2).sum() / machine.expected_noise**2))
            answers.append(g(x[episode, t]))
        assert said[episode, t].item() == pytest.approx(np.average(answers, weights=weights), abs=1e-5)


def test_the_misfit_is_how_far_functions_are_from_the_table() -> None:
    """The nearest function, found by trying all; the mean square over phases and places."""
    machine = PhaseTable(SMALL, bins=8)
    functions = SMALL.draw(4_000, generator("bayes", 2))
    lattice = machine._lattice().float()
    found = 0.0
    for k in range(2):  # waves of different frequency are orthogonal, so each has its own nearest
        distance = (functions[:, None, k] - lattice[k]).square().sum(dim=-1).min(dim=1).values
        found += distance.mean().item() / 2
    assert machine.misfit**2 == pytest.approx(found, rel=0.03)
    assert machine.expected_noise == pytest.approx((0.1**2 + machine.misfit**2) ** 0.5)
    assert PhaseTable(SMALL, 8, 0.3).expected_noise == 0.3


def test_a_finer_table_is_closer_to_the_truth() -> None:
    problems = SMALL.sample(60, 12, generator("bayes", 3))
    errors = [
        (unroll(PhaseTable(SMALL, bins), problems.inputs).outputs - problems.y)[:, 6:].square().mean().item()
        for bins in (3, 6, 12, 48)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 2 * SMALL.noise**2


def test_in_a_world_of_fixed_amplitudes_a_fine_table_needs_fewer_points() -> None:
    problems = SMALL.sample(300, 4, generator("bayes", 4))
    fine, linear = (
        (unroll(m, problems.inputs).outputs - problems.y)[:, 3].square().mean()
        for m in (PhaseTable(SMALL, 48), GaussianFourierPosterior(SMALL))
    )
    assert fine < 0.8 * linear


@pytest.mark.parametrize("machine", [GaussianFourierPosterior(SMALL), PhaseTable(SMALL, 6)], ids=["linear", "table"])
def test_they_are_machines(machine: Machine) -> None:
    assert isinstance(machine, Machine)
    problems = SMALL.sample(4, 5, generator("bayes", 5))
    trace = unroll(machine, problems.inputs)
    assert trace.states.shape == (4, 5, machine.state_size)
    assert trace.states.dtype == trace.outputs.dtype == torch.float32
    torch.testing.assert_close(machine.nearest_state(trace.states[:, 3]), trace.states[:, 3])
    odd = machine.nearest_state(torch.full((1, machine.state_size), -3.0))
    assert odd[0, -2].item() == -0.5
    assert odd[0, -1].item() == 0
    assert odd[0, 0].item() == 0


def test_the_order_of_points_does_not_matter() -> None:
    problems = SMALL.sample(3, 6, generator("bayes", 6))
    order = torch.tensor([3, 0, 4, 1, 2, 5])
    machine = GaussianFourierPosterior(SMALL)
    x, y = problems.x[:, order], problems.y[:, order]
    observation = torch.cat([x, torch.cat([torch.zeros(3, 1, 1), y[:, :-1]], dim=1)], dim=-1)
    one, other = unroll(machine, problems.inputs), unroll(machine, observation)
    torch.testing.assert_close(one.states[:, -1], other.states[:, -1], atol=1e-5, rtol=1e-5)
    assert not torch.allclose(one.states[:, 2], other.states[:, 2])


def test_the_y_of_a_step_belongs_to_the_x_of_the_step_before() -> None:
    machine = GaussianFourierPosterior(SMALL)
    state, _ = machine.step(machine.initial_state(1), torch.tensor([[0.2, 9.0]]))
    assert (machine.coefficients(state) == 0).all(), "the first y that is told belongs to no x"
    state, _ = machine.step(state, torch.tensor([[-0.4, 1.0]]))
    _, products = machine.sums(state)
    torch.testing.assert_close(products[0], waves(torch.tensor([0.2]), 2).double(), atol=1e-6, rtol=0)


def test_projections_of_what_is_believed_are_products_of_coefficients() -> None:
    machine = GaussianFourierPosterior(WORLD)
    problems = WORLD.sample(5, 8, generator("bayes", 7))
    trace = unroll(machine, problems.inputs)
    found = along_episode(machine, WORLD, problems, 5)
    for t in range(8):
        believed = machine.coefficients(trace.states[:, t])
        torch.testing.assert_close(
            (believed * problems.functions).sum(dim=-1).double(), found.q[:, t], atol=1e-5, rtol=0
        )


def test_what_cannot_be_inferred_is_refused() -> None:
    for kind in (GaussianFourierPosterior, PhaseTable):
        with pytest.raises(ValueError, match="noise is 0"):
            kind(Fourier(noise=0.0))
        with pytest.raises(ValueError, match="there is nothing to infer"):
            kind(Fourier((0.0, 0.0)))
        with pytest.raises(ValueError, match="only is 3"):
            kind(Fourier(only=3))
    with pytest.raises(ValueError, match="amplitudes vary; the table holds phases only"):
        PhaseTable(Fourier(varied=True))
    with pytest.raises(ValueError, match="bins is 1; there must be 2 or more"):
        PhaseTable(WORLD, 1)
    with pytest.raises(ValueError, match=r"bins is 32; .* at most 16,777,216 functions of 5 modes"):
        PhaseTable(WORLD, 32)
    with pytest.raises(ValueError, match="noise is -1; it must be positive"):
        PhaseTable(WORLD, noise=-1)
