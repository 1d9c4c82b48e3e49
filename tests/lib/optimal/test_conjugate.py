"""Bayesian predictors against closed forms, exact enumeration and numerical integration."""

from itertools import product
from math import comb, exp, factorial, lgamma, log, pi, prod

import numpy as np
import pytest
import torch
from scipy import integrate, special, stats

from lib.machine import unroll
from lib.optimal.conjugate import BetaBernoulli, Conjugate, DirichletCategorical, GammaExponential, NormalNormal
from lib.random import generator
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask
from lib.tasks.exponential import ExponentialTask
from lib.tasks.gaussian import GaussianTask

T = 20


def log_likelihood(machine: Conjugate, observations: torch.Tensor) -> torch.Tensor:
    """The sum of what the predictions, one after another, say of the observations."""
    outputs = unroll(machine, machine.prior.inputs(observations)).outputs.double()
    return machine.prior.predictive(outputs).log_prob(observations.double()).sum(dim=1)


def expected_log_loss(machine: Conjugate, sides: int) -> float:
    """Exact: by exchangeability, one sequence for each set of counts stands for all of its orders."""
    counts = [each for each in product(range(T + 1), repeat=sides - 1) if sum(each) <= T]
    whole = [(*each, T - sum(each)) for each in counts]
    observations = torch.tensor([[float(s) for s, n in enumerate(each) for _ in range(n)] for each in whole])
    log_p = log_likelihood(machine, observations)
    orders = torch.tensor([factorial(T) / prod(map(factorial, each)) for each in whole], dtype=torch.float64)
    assert (orders * log_p.exp()).sum().item() == pytest.approx(1, abs=1e-5)
    return -(orders * log_p.exp() * log_p).sum().item()


@pytest.mark.parametrize(
    ("a", "b", "loss", "never_learns"),
    [(1, 1, 11.1472, 2.7157), (2, 1, 10.9757, 1.7546), (2, 2, 12.5503, 1.3126), (0.5, 0.5, 9.0721, 4.7908)],
)
def test_loss_on_twenty_flips_is_the_exact_one(a: float, b: float, loss: float, never_learns: float) -> None:
    exact = expected_log_loss(BetaBernoulli(BernoulliTask(a, b)), 2)
    assert exact == pytest.approx(loss, abs=1e-4)
    p = a / (a + b)
    assert -T * (p * log(p) + (1 - p) * log(1 - p)) - exact == pytest.approx(never_learns, abs=1e-4)


@pytest.mark.parametrize(
    ("prior", "loss", "never_learns"), [((1, 1, 1), 18.5785, 3.3937), ((2, 1, 1), 18.3542, 2.4402)]
)
def test_loss_on_twenty_throws_is_the_exact_one(prior: tuple[float, ...], loss: float, never_learns: float) -> None:
    exact = expected_log_loss(DirichletCategorical(CategoricalTask(prior)), 3)
    assert exact == pytest.approx(loss, abs=1e-4)
    shares = [each / sum(prior) for each in prior]
    assert -T * sum(p * log(p) for p in shares) - exact == pytest.approx(never_learns, abs=1e-4)


def log_loss_of_linear(machine: NormalNormal) -> float:
    """Exact: the mean said at each step is linear in the readings, whose covariance is known; the variance is fixed."""
    prior = machine.prior
    probes = torch.cat([torch.zeros(1, T), torch.eye(T)])
    mean, log_variance = unroll(machine, prior.inputs(probes)).outputs.double().unbind(dim=-1)
    weight = mean[1:] - mean[0]  # of each reading (row) in each mean (column)
    off = prior.mean - mean[0] - prior.mean * weight.sum(dim=0)
    covariance = torch.full((T, T), 1 / prior.prior_precision, dtype=torch.float64)
    covariance += torch.eye(T, dtype=torch.float64) / prior.precision
    error = torch.eye(T, dtype=torch.float64) - weight
    squared = (error.T @ covariance @ error).diagonal() + off.square()
    return (0.5 * (log(2 * pi) + log_variance[0] + squared / log_variance[0].exp())).sum().item()


def test_loss_on_twenty_readings_is_the_exact_one() -> None:
    exact = log_loss_of_linear(NormalNormal(GaussianTask(0, 1, 1)))
    assert exact == pytest.approx(29.9010, abs=1e-4)
    assert T * 0.5 * log(2 * pi * exp(1) * 2) - exact == pytest.approx(5.4092, abs=1e-4)


@pytest.mark.parametrize(("mean", "prior_precision", "precision"), [(1, 0.25, 1), (-3, 2, 0.5)])
def test_loss_on_readings_is_the_entropy_of_all_of_them(mean: float, prior_precision: float, precision: float) -> None:
    covariance = np.full((T, T), 1 / prior_precision) + np.eye(T) / precision
    entropy = 0.5 * (T * log(2 * pi * exp(1)) + np.linalg.slogdet(covariance)[1])
    assert log_loss_of_linear(NormalNormal(GaussianTask(mean, prior_precision, precision))) == pytest.approx(entropy)


def entropy_of_waits(a: float, b: float) -> float:
    """Of T waits together: b / (b + their sum) has a Beta(a, T) distribution, so the mean of its logarithm is known."""
    log_sum = log(b) + special.digamma(a + T) - special.digamma(a)
    return float(lgamma(a) - lgamma(a + T) - a * log(b) + (a + T) * log_sum)


@pytest.mark.parametrize(("a", "b"), [(3, 2), (10, 10)])
def test_loss_on_twenty_waits_is_their_entropy(a: float, b: float) -> None:
    machine = GammaExponential(ExponentialTask(a, b))
    losses = -log_likelihood(machine, machine.prior.sample(100_000, T, generator("conjugate", 0)).observations)
    error = losses.std().item() / 100_000**0.5
    assert error < 0.05
    assert losses.mean().item() == pytest.approx(entropy_of_waits(a, b), abs=4 * error)


def test_every_sequence_of_flips_has_some_probability_and_all_together_one() -> None:
    flips = torch.cartesian_prod(*[torch.tensor([0.0, 1.0])] * 8)
    log_p = log_likelihood(BetaBernoulli(BernoulliTask(0.5, 3)), flips)
    assert log_p.exp().sum().item() == pytest.approx(1, abs=1e-6)


def marginal(machine: Conjugate, seen: torch.Tensor) -> float:
    """Log-likelihood of a whole episode with its parameter integrated out, in closed form."""
    prior, n = machine.prior, len(seen)
    if isinstance(prior, BernoulliTask):
        heads = float(seen.sum())
        return float(special.betaln(prior.a + heads, prior.b + n - heads) - special.betaln(prior.a, prior.b))
    if isinstance(prior, CategoricalTask):
        alpha = np.array(prior.concentrations)
        counts = np.bincount(seen.long().numpy(), minlength=prior.sides)
        ways = special.gammaln(alpha + counts).sum() - special.gammaln(alpha).sum()
        return float(special.gammaln(alpha.sum()) - special.gammaln(alpha.sum() + n) + ways)
    if isinstance(prior, ExponentialTask):
        summed = float(seen.double().sum())
        shape = prior.a + n
        return prior.a * log(prior.b) - lgamma(prior.a) + lgamma(shape) - shape * log(prior.b + summed)
    covariance = np.full((n, n), 1 / prior.prior_precision) + np.eye(n) / prior.precision
    return float(stats.multivariate_normal(np.full(n, prior.mean), covariance).logpdf(seen.double().numpy()))


MACHINES = [
    BetaBernoulli(BernoulliTask(0.5, 3)),
    DirichletCategorical(CategoricalTask((0.5, 1, 2, 4))),
    GammaExponential(ExponentialTask(3, 2)),
    GammaExponential(ExponentialTask(0.7, 10)),
    NormalNormal(GaussianTask(1, 0.25, 1)),
    NormalNormal(GaussianTask(-3, 2, 0.5)),
]
each_machine = pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: str(machine.prior))


@each_machine
def test_predictions_one_after_another_are_the_likelihood_of_the_whole(machine: Conjugate) -> None:
    seen = machine.prior.sample(8, 15, generator("conjugate", 1)).observations
    expected = torch.tensor([marginal(machine, each) for each in seen], dtype=torch.float64)
    torch.testing.assert_close(log_likelihood(machine, seen), expected, rtol=1e-6, atol=1e-4)


@each_machine
def test_the_state_is_a_sum_and_order_does_not_matter(machine: Conjugate) -> None:
    episodes = machine.prior.sample(6, 9, generator("conjugate", 2))
    order = torch.randperm(8, generator=generator("conjugate", 3))
    shuffled = torch.cat([episodes.observations[:, :8][:, order], episodes.observations[:, 8:]], dim=1)
    one, other = (unroll(machine, machine.prior.inputs(seen)) for seen in (episodes.observations, shuffled))
    torch.testing.assert_close(one.states[:, -1], episodes.inputs.sum(dim=1))
    torch.testing.assert_close(one.states[:, -1], other.states[:, -1])
    torch.testing.assert_close(one.outputs[:, -1], other.outputs[:, -1])
    assert not torch.equal(one.outputs[:, 4], other.outputs[:, 4])


def test_after_some_flips_heads_have_the_probability_of_laplace() -> None:
    machine = BetaBernoulli(BernoulliTask(2, 5))
    trace = unroll(machine, machine.prior.inputs(torch.tensor([[1.0, 0, 1, 0]])))
    assert trace.states[0, -1].tolist() == [2, 1]
    assert trace.outputs[0, -1].sigmoid().item() == pytest.approx((2 + 2) / (2 + 5 + 3))


def test_after_some_throws_every_side_has_the_probability_of_laplace() -> None:
    machine = DirichletCategorical(CategoricalTask((2, 1, 1)))
    outputs = unroll(machine, machine.prior.inputs(torch.tensor([[2.0, 0, 2, 0]]))).outputs
    expected = torch.tensor([[2, 1, 1], [2, 1, 2], [3, 1, 2], [3, 1, 3]]) / torch.tensor([[4], [5], [6], [7]])
    torch.testing.assert_close(machine.prior.predictive(outputs[0]).probs, expected)


SEEN = [0.3, 1.7, 0.2, 4.0]


def test_the_next_wait_is_expected_as_the_posterior_over_rates_has_it() -> None:
    machine = GammaExponential(ExponentialTask(3, 2))
    outputs = unroll(machine, machine.prior.inputs(torch.tensor([[*SEEN, 0.0]]))).outputs.double()
    expects = machine.prior.predictive(outputs[0])
    for n in range(len(SEEN) + 1):
        posterior = stats.gamma(3 + n, scale=1 / (2 + sum(SEEN[:n])))
        for x in (0.0, 0.5, 2.0, 10.0):
            density = integrate.quad(lambda r, x=x, p=posterior: r * exp(-r * x) * p.pdf(r), 0, np.inf, epsrel=1e-10)[0]
            assert expects.log_prob(torch.tensor(x, dtype=torch.float64))[n].item() == pytest.approx(
                log(density), abs=1e-5
            )


def test_the_next_reading_is_expected_as_the_posterior_over_quantities_has_it() -> None:
    """The posterior by Bayes' rule on a grid: prior times likelihood, over its integral."""
    machine = NormalNormal(GaussianTask(1, 0.25, 2))
    outputs = unroll(machine, machine.prior.inputs(torch.tensor([[*SEEN, 0.0]]))).outputs.double()
    expects = machine.prior.predictive(outputs[0])
    quantity = np.linspace(-30, 30, 60_001)
    noise = 0.5**0.5
    for n in range(len(SEEN) + 1):
        weight = stats.norm(1, 2).pdf(quantity)
        for reading in SEEN[:n]:
            weight = weight * stats.norm(quantity, noise).pdf(reading)
        for x in (-2.0, 0.0, 1.5, 4.0):
            density = float((weight * stats.norm(quantity, noise).pdf(x)).sum() / weight.sum())
            assert expects.log_prob(torch.tensor(x, dtype=torch.float64))[n].item() == pytest.approx(
                log(density), abs=1e-5
            )


def test_uniform_coins_make_every_number_of_heads_equally_likely() -> None:
    flips = torch.tensor([[1.0] * heads + [0.0] * (T - heads) for heads in range(T + 1)])
    log_p = log_likelihood(BetaBernoulli(BernoulliTask(1, 1)), flips)
    ways = torch.tensor([comb(T, heads) for heads in range(T + 1)], dtype=torch.float64)
    torch.testing.assert_close(
        ways * log_p.exp(), torch.full((T + 1,), 1 / (T + 1), dtype=torch.float64), rtol=1e-5, atol=0
    )
