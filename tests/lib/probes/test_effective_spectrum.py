"""Effective spectra, ridge regression and the closed form of gradient descent, against what is known exactly."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from experiments.linear.depth import BalancedNetworks, record_balanced
from experiments.linear.measure import RecordedLearners, flow_progress, record_learners
from lib.agents.lstm import LSTM
from lib.machine import Machine, unroll
from lib.optimal.ridge import RidgeAgent
from lib.probes.effective_spectrum import Effective, effective, effective_now, fitted
from lib.random import generator
from lib.tasks.linear import LinearMap
from lib.tasks.random_matrices import FixedSpectrum, MatrixNormal, OneMatrix, UniformSpectrum
from lib.training.gradient_flow import balanced_time, flow, imbalance, strength
from lib.training.single_task import Learners, learn, networks

SPECTRUM = (3.0, 2.0, 0.5)


@dataclass(frozen=True)
class Knows:
    """A machine that computes a share of one matrix, and something that no matrix computes."""

    matrix: Tensor
    share: float = 1.0
    constant: float = 0.0

    input_size, state_size, output_size = 6, 1, 3

    def initial_state(self, batch: int) -> Tensor:
        return torch.zeros(batch, 1)

    def nearest_state(self, state: Tensor) -> Tensor:
        return state

    def step(self, state: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
        """Computes nothing at first, and its share from the second step on."""
        known = (state > 0).float() * self.share
        return state + 1, known * (x[:, :3] @ self.matrix.T) + self.constant


def one_function(count: int, steps: int = 4) -> tuple[Tensor, object]:
    task = LinearMap(3, OneMatrix(SPECTRUM))
    return task.draw(1, torch.Generator())[0], task.sample(count, steps, generator("one function", 0))


# Effective spectra


@pytest.mark.parametrize("share", [1.0, 0.3, -2.0])
def test_a_machine_that_knows_its_function_has_all_of_each_mode(share: float) -> None:
    matrix, problems = one_function(5)
    found = effective(Knows(matrix, share), problems, generator("asked", 0))  # type: ignore[arg-type]
    expected = torch.full((5, 4, 3), share)
    expected[:, 0] = 0
    torch.testing.assert_close(found.progress, expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(found.spectra, expected * torch.tensor(SPECTRUM), atol=1e-5, rtol=1e-5)
    size = sum(s * s for s in SPECTRUM)
    assert found.errors[:, 0].mean().item() == pytest.approx(size, rel=0.2)
    assert found.errors[:, 1].mean().item() == pytest.approx((1 - share) ** 2 * size, rel=0.2, abs=1e-9)


def test_what_no_matrix_describes_is_in_the_error_and_hardly_in_the_matrix() -> None:
    matrix, problems = one_function(200, 2)
    found = effective(Knows(matrix, constant=2.0), problems, generator("asked", 0))  # type: ignore[arg-type]
    assert (found.progress[:, 1].mean(dim=0) - 1).abs().max() < 0.1
    torch.testing.assert_close(found.errors[:, 1], torch.full((200,), 12.0))


def test_each_mode_is_looked_at_by_itself() -> None:
    targets = LinearMap(3, FixedSpectrum(SPECTRUM)).draw(4, generator("targets", 0))
    u, _, vh = torch.linalg.svd(targets)
    own = (
        u @ torch.diag(torch.tensor([3.0, 0.0, 0.25])) @ vh + u @ torch.tensor([[0, 1.0, 1], [0, 0, 1], [0, 0, 0]]) @ vh
    )
    found = Effective(own, targets, torch.zeros(4)).progress
    torch.testing.assert_close(found, torch.tensor([1.0, 0.0, 0.5]).expand(4, -1), atol=1e-5, rtol=1e-5)


def test_there_is_no_share_of_nothing_and_too_few_probes_are_refused() -> None:
    nothing = Effective(torch.zeros(1, 2, 2), torch.diag(torch.tensor([1.0, 0.0]))[None], torch.zeros(1))
    with pytest.raises(ValueError, match="a singular value of 0"):
        _ = nothing.progress
    with pytest.raises(ValueError, match="1 probes of 2 numbers"):
        fitted(torch.ones(1, 1, 2), torch.ones(1, 1, 2))
    matrix, problems = one_function(1)
    with pytest.raises(ValueError, match="2 probes of 3 numbers"):
        effective(Knows(matrix), problems, generator("asked", 0), probes=2)  # type: ignore[arg-type]


def test_linear_networks_compute_the_product_of_their_layers() -> None:
    spec = Learners(LinearMap(3, FixedSpectrum(SPECTRUM)), 0, 4, hidden=(5,), spread=0.5)
    group = networks(spec, generator("layers", 0))
    targets = spec.task.draw(4, generator("targets", 0))
    first, second = group.weights
    found = effective_now(group, targets, generator("asked", 0), probes=20)
    torch.testing.assert_close(found.matrices, (first @ second).mT.detach(), atol=1e-5, rtol=1e-4)


def test_a_watched_group_learns_as_one_that_nobody_watches() -> None:
    spec = RecordedLearners(
        Learners(LinearMap(2, FixedSpectrum((2.0, 1.0))), 3, 4, learning_rate=0.01, updates=60), every=20
    )
    record = record_learners(spec)
    assert spec.moments.tolist() == [0, 20, 40, 60]
    assert record["progress"].shape == (4, 4, 2)
    assert (spec.seed, spec.episodes) == (3, 6_000)
    *_, last = learn(spec.learners)
    alone = effective_now(last.networks, last.functions, generator("other points", 0))
    torch.testing.assert_close(record["progress"][:, -1], alone.progress, atol=1e-4, rtol=1e-4)
    assert (record["error"][:, -1] < record["error"][:, 0]).all()
    with pytest.raises(ValueError, match="every is 50; it must divide 60 steps"):
        replace(spec, every=50)


# Ridge regression


@pytest.mark.parametrize(("size", "alpha", "noise"), [(2, 1.0, 0.01), (5, 1.0, 0.5), (3, 10.0, 0.1), (2, 0.1, 1.0)])
def test_the_posterior_is_that_of_the_formula(size: int, alpha: float, noise: float) -> None:
    problems = LinearMap(size, MatrixNormal(alpha), noise).sample(40, 12, generator("posterior", size))
    machine = RidgeAgent(size, alpha, noise)
    trace = unroll(machine, problems.inputs)
    x, y = problems.x.double(), problems.y.double()
    for t in range(12):
        before, mean, covariance = machine.read(trace.states[:, t])
        gram = x[:, :t].mT @ x[:, :t] + (noise / alpha) ** 2 * torch.eye(size, dtype=torch.float64)
        expected = torch.linalg.solve(gram, x[:, :t].mT @ y[:, :t]).mT
        torch.testing.assert_close(mean.double(), expected, atol=3e-4 * alpha, rtol=1e-3)
        inverse = torch.linalg.inv(gram) * (noise / alpha) ** 2
        torch.testing.assert_close(covariance.double(), inverse, atol=1e-5, rtol=1e-2)
        torch.testing.assert_close(before, problems.x[:, t])
        says = (expected @ x[:, t, :, None])[..., 0]
        torch.testing.assert_close(trace.outputs[:, t].double(), says, atol=2e-3 * alpha, rtol=2e-3)


@pytest.mark.parametrize(("size", "episodes", "bayes", "close"), [(2, 20_000, 0.3016, 0.006), (5, 8_000, 3.7555, 0.05)])
def test_the_error_over_an_episode_is_the_bayesians(size: int, episodes: int, bayes: float, close: float) -> None:
    task = LinearMap(size)
    problems = task.sample(episodes, 20, generator("bayes", size))
    error = (unroll(RidgeAgent.of(task), problems.inputs).outputs - problems.y).square().sum(dim=2)
    assert error.mean().item() == pytest.approx(bayes, abs=close)
    assert error[:, 0].mean().item() == pytest.approx(size**2, rel=0.03)


def test_on_average_each_mode_is_known_to_t_over_n_whatever_its_size() -> None:
    task = LinearMap(5, FixedSpectrum((20.0, 5.0, 1.0, 0.3, 0.1)), noise=1e-4)
    problems = task.sample(3_000, 8, generator("t over n", 0))
    found = effective(RidgeAgent(5, 1.0, 1e-4), problems, generator("asked", 0), probes=6).progress.mean(dim=0)
    expected = torch.tensor([0.0, 0.2, 0.4, 0.6, 0.8, 1, 1, 1])[:, None].expand(-1, 5)
    torch.testing.assert_close(found, expected, atol=0.03, rtol=0)


def test_the_ridge_agent_is_a_machine_with_states_that_can_be() -> None:
    task = LinearMap(3)
    machine = RidgeAgent.of(task)
    assert isinstance(machine, Machine)
    trace = unroll(machine, task.sample(50, 9, generator("states", 0)).inputs)
    assert trace.states.shape == (50, 9, machine.state_size)
    assert trace.states.dtype == trace.outputs.dtype == torch.float32
    reached = trace.states.flatten(0, 1)
    assert torch.equal(machine.nearest_state(reached), reached)
    assert torch.equal(machine.nearest_state(machine.initial_state(2)), machine.initial_state(2))
    anything = 9 * torch.randn(60, machine.state_size, generator=generator("anything", 0))
    near = machine.nearest_state(anything)
    assert torch.equal(machine.nearest_state(near), near)
    covariance = machine.read(near)[2]
    assert torch.equal(covariance, covariance.mT)
    shares = torch.linalg.eigvalsh(covariance)
    assert shares.min() > -1e-3
    assert shares.max() < 1 + 1e-3
    assert torch.equal(near[:, :12], anything[:, :12]), "the mean may be anything"
    after, said = machine.step(near, anything[:, :6])
    assert torch.isfinite(after).all()
    assert torch.isfinite(said).all()


def test_no_other_prior_makes_ridge_regression_optimal() -> None:
    for prior in (FixedSpectrum((2.0, 1.0)), UniformSpectrum(1.0, 3.0), OneMatrix((1.0, 1.0))):
        with pytest.raises(ValueError, match="optimal for a MatrixNormal prior only"):
            RidgeAgent.of(LinearMap(2, prior))
    with pytest.raises(ValueError, match=r"noise is 0\.0; it must be positive and finite"):
        RidgeAgent.of(LinearMap(2, noise=0.0))
    with pytest.raises(ValueError, match="size is 0; it must be at least 1"):
        RidgeAgent(0, 1.0, 1.0)


def test_a_network_is_asked_without_being_changed() -> None:
    task = LinearMap(2)
    network = LSTM(6).build(4, 2, generator("network", 0))
    problems = task.sample(3, 7, generator("asked without", 0))
    found = effective(network, problems, generator("asked", 0), probes=9)
    shorter = replace(problems, x=problems.x[:, :4], y=problems.y[:, :4])
    torch.testing.assert_close(
        effective(network, shorter, generator("asked", 0), probes=9).matrices, found.matrices[:, :4]
    )


# The closed form of gradient descent


@pytest.mark.parametrize(
    ("value", "c", "start"), [(2.5, 0.08, 0.0), (0.05, 0.08, 0.0), (1.0, 0.5, -0.2), (1.0, 1e-6, 0.01)]
)
def test_the_closed_form_solves_its_equation(value: float, c: float, start: float) -> None:
    steps = np.linspace(0, 4 / value * 1e3, 9)
    solved = solve_ivp(
        lambda _, s: 4e-3 * (value - s) * np.hypot(s, c), (0, steps[-1]), [start], t_eval=steps, rtol=1e-9, atol=1e-12
    )
    np.testing.assert_allclose(strength(steps, value, 1e-3, c, start), solved.y[0], atol=1e-6)


def test_balanced_layers_follow_the_logistic_curve() -> None:
    steps, start, value = np.linspace(0, 3_000, 7), 0.02, 1.5
    grown = np.exp(4e-3 * value * steps)
    logistic = value * grown / (grown - 1 + value / start)
    np.testing.assert_allclose(strength(steps, value, 1e-3, 1e-7, start), logistic, rtol=1e-5)


def test_networks_follow_the_closed_form() -> None:
    spec = Learners(LinearMap(2, FixedSpectrum((2.0, 1.0)), 0.0), 0, 30, hidden=(40,), learning_rate=4e-3, updates=300)
    record = record_learners(RecordedLearners(spec, every=20))["progress"].median(dim=0).values.numpy()
    steps, c = np.arange(0, 301, 20), imbalance(40, 0.1)
    for mode, value in enumerate((2.0, 1.0)):
        np.testing.assert_allclose(record[:, mode], strength(steps, value, 4e-3, c) / value, atol=0.08)


def test_every_learner_follows_the_flow_from_its_own_first_weights() -> None:
    task = LinearMap(2, FixedSpectrum((2.0, 0.1)), 0.0)
    spec = RecordedLearners(Learners(task, 1, 8, batch=400, learning_rate=2e-3, updates=600), every=100)
    record, flows = record_learners(spec)["progress"].numpy(), flow_progress(spec)
    np.testing.assert_allclose(flows[:, 0], record[:, 0], atol=1e-4)
    np.testing.assert_allclose(flows, record, atol=0.03)
    assert record[:, 0, 1].std() > 0.1, "Learners begin in different places"


def test_the_flow_is_the_limit_of_small_steps_at_any_depth() -> None:
    rng = np.random.default_rng(0)
    layers = [0.5 * rng.normal(size=(1, *shape)) for shape in ((2, 4), (4, 3), (3, 2))]
    target = np.array([[[2.0, 0.3], [0.0, 0.5]]])
    found = flow(layers, target, 1e-3, np.array([0, 100, 300]))
    now = [torch.tensor(layer, requires_grad=True) for layer in layers]
    for _ in range(30_000):
        loss = (now[0] @ now[1] @ now[2] - torch.tensor(target).mT).square().sum()
        slopes = torch.autograd.grad(loss, now)
        now = [(w - 1e-5 * g).detach().requires_grad_() for w, g in zip(now, slopes, strict=True)]
    np.testing.assert_allclose(found[:, 0], np.swapaxes(layers[0] @ layers[1] @ layers[2], 1, 2))
    np.testing.assert_allclose(found[:, 2], (now[0] @ now[1] @ now[2]).mT.detach().numpy(), atol=1e-3)
    with pytest.raises(ValueError, match="they must grow from 0"):
        flow(layers, target, 1e-3, np.array([1, 2]))


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_balanced_networks_take_as_long_as_their_equation_says(depth: int) -> None:
    spec = BalancedNetworks((2.0, 0.8), depth, start=0.05, learning_rate=1e-3, updates=1_500, every=1, count=2)
    q = record_balanced(spec)["progress"].numpy()
    assert q[:, 0].ravel() == pytest.approx([0.025, 0.0625] * 2, rel=1e-3)
    for mode, value in enumerate(spec.values):
        expected = balanced_time(value, depth, 1e-3, 0.05, 0.8)
        assert int((q[0, :, mode] >= 0.8).argmax()) == pytest.approx(expected, rel=0.02)


def test_adam_learns_small_modes_first_where_each_weight_belongs_to_one() -> None:
    spec = BalancedNetworks((2.0, 0.4), 2, "adam", turned=False, updates=1_000, count=1)
    first = (record_balanced(spec)["progress"][0] >= 0.8).int().argmax(dim=0)
    assert first[1] < first[0]
    with pytest.raises(ValueError, match=r"start is 0\.5; it must be positive and less than each"):
        replace(spec, start=0.5)


def test_numbers_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="all must be positive"):
        strength(np.array([1.0]), 0.0, 1e-3, 0.1)
    with pytest.raises(ValueError, match="0 hidden units"):
        imbalance(0, 0.1)
    with pytest.raises(ValueError, match="depth 0, learning rate"):
        balanced_time(2.0, 0, 1e-3, 0.01, 0.8)
