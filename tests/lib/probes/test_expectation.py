"""Expectations, divergences and the Lomax distribution, against other ways to compute them."""

from collections.abc import Callable
from itertools import pairwise
from math import exp, inf, log

import numpy as np
import pytest
import torch
from scipy import integrate, stats
from torch.distributions import Bernoulli, Categorical, Distribution, Gamma, Normal

from lib.probes.behaviour import dissimilarity, step_jensen_shannon, step_kl
from lib.probes.expectation import expectation, rule
from lib.tasks.lomax import Lomax


def doubles(*values: float) -> torch.Tensor:
    """One episode of so many steps."""
    return torch.tensor([values], dtype=torch.float64)


def lomax(shape: float, scale: float) -> Lomax:
    return Lomax(doubles(shape), doubles(scale))


def normal(mean: float, deviation: float) -> Normal:
    return Normal(doubles(mean), doubles(deviation))


LogDensity = Callable[[float], float]


def over_waits(f: LogDensity, what: LogDensity) -> float:
    """Integral of `exp f * what` over x > 0, by adaptive quadrature over log x."""
    ends = np.linspace(-40, 60, 51)
    parts = [
        integrate.quad(lambda y: exp(f(exp(y)) + y) * what(exp(y)), low, high, epsabs=1e-15, epsrel=1e-11)[0]
        for low, high in pairwise(ends)
    ]
    return float(np.sum(parts))


def over_readings(f: LogDensity, what: LogDensity) -> float:
    """The same over -60 < x < 60."""
    ends = np.linspace(-60, 60, 121)
    parts = [
        integrate.quad(lambda x: exp(f(x)) * what(x), low, high, epsabs=1e-15, epsrel=1e-11)[0]
        for low, high in pairwise(ends)
    ]
    return float(np.sum(parts))


def of_lomax(shape: float, scale: float) -> LogDensity:
    return lambda x: log(shape / scale) - (shape + 1) * np.log1p(x / scale)


def of_normal(mean: float, deviation: float) -> LogDensity:
    return lambda x: -0.5 * ((x - mean) / deviation) ** 2 - log(deviation) - 0.5 * log(2 * np.pi)


def jensen_shannon(over: Callable[[LogDensity, LogDensity], float], p: LogDensity, q: LogDensity) -> float:
    def mixture(x: float) -> float:
        return float(np.logaddexp(p(x), q(x))) - log(2)

    return (over(p, lambda x: p(x) - mixture(x)) + over(q, lambda x: q(x) - mixture(x))) / 2


WAITS = [
    ((3, 2), (3.1, 2.2)),
    ((3, 2), (5, 4)),
    ((10, 10), (3, 2)),
    ((23, 15), (22, 14)),
    ((1.5, 1), (0.8, 2)),
    ((20, 20), (20, 200)),
]


@pytest.mark.parametrize(("one", "other"), WAITS)
def test_divergence_of_waits_is_that_of_adaptive_quadrature(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    p, q = of_lomax(*one), of_lomax(*other)
    exact = over_waits(p, lambda x: p(x) - q(x))
    assert step_kl(lomax(*one), lomax(*other)).item() == pytest.approx(exact, abs=1e-9)


@pytest.mark.parametrize(("one", "other"), WAITS)
def test_jensen_shannon_of_waits_is_that_of_adaptive_quadrature(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    exact = jensen_shannon(over_waits, of_lomax(*one), of_lomax(*other))
    assert step_jensen_shannon(lomax(*one), lomax(*other)).item() == pytest.approx(
        exact, abs=1e-5 if exact > 0.1 else 1e-9
    )


@pytest.mark.parametrize(
    ("one", "other", "error"),
    [
        ((0, 1), (0.1, 1.1), 1e-12),
        ((0, 1), (1, 1.4), 1e-9),
        ((1, 5**0.5), (0, 1), 1e-4),
        ((0, 1), (5, 1), 1e-5),
    ],
)
def test_jensen_shannon_of_readings_is_that_of_adaptive_quadrature(
    one: tuple[float, float], other: tuple[float, float], error: float
) -> None:
    exact = jensen_shannon(over_readings, of_normal(*one), of_normal(*other))
    assert step_jensen_shannon(normal(*one), normal(*other)).item() == pytest.approx(exact, abs=error)


def test_waits_with_equal_means_are_told_apart() -> None:
    """Two exponentials with these means would be the same: that shortcut is not what we compute."""
    one, other = lomax(3, 2), lomax(5, 4)
    assert one.mean.item() == other.mean.item() == 1
    assert step_kl(one, other).item() == pytest.approx(0.0078713, abs=1e-6)
    assert step_jensen_shannon(one, other).item() > 0.001


def test_divergence_from_waits_of_the_same_scale_is_that_of_exponentials() -> None:
    """log(1 + x / scale) is exponential with the shape as its rate: there a closed form exists."""
    assert step_kl(lomax(4, 7), lomax(2.5, 7)).item() == pytest.approx(log(4 / 2.5) + 2.5 / 4 - 1, abs=1e-12)
    assert step_kl(lomax(0.3, 7), lomax(0.3, 7)).item() == pytest.approx(0, abs=1e-12)


def test_divergence_of_readings_is_the_closed_form() -> None:
    kl = step_kl(normal(1, 2), normal(-1, 3)).item()
    assert kl == pytest.approx(log(3 / 2) + (4 + 4) / (2 * 9) - 0.5)


def test_expectations_under_readings_and_waits_are_their_moments() -> None:
    readings = normal(1.5, 2)
    assert expectation(readings, lambda x: x).item() == pytest.approx(1.5)
    assert expectation(readings, lambda x: (x - 1.5) ** 4).item() == pytest.approx(3 * 2**4)
    waits = lomax(5, 3)
    assert expectation(waits, torch.ones_like).item() == pytest.approx(1, abs=1e-12)
    assert expectation(waits, lambda x: torch.log1p(x / 3)).item() == pytest.approx(1 / 5, abs=1e-12)
    assert expectation(waits, lambda x: x).item() == pytest.approx(3 / 4, abs=1e-6)


def test_expectations_under_coins_and_dice_are_sums() -> None:
    dice = Categorical(probs=torch.tensor([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]], dtype=torch.float64))
    torch.testing.assert_close(expectation(dice, lambda x: x.double() ** 2), doubles(0.3 + 4 * 0.5, 0)[0])
    coins = Bernoulli(probs=doubles(0.25, 1))
    torch.testing.assert_close(expectation(coins, lambda x: 3 * x + 1), doubles(1.75, 4))


NEVER = Categorical(logits=torch.tensor([[[-inf, 0.0, 0.0]]], dtype=torch.float64))
SURE = Categorical(logits=torch.tensor([[[-inf, 0.0, -inf]]], dtype=torch.float64))


def test_what_never_happens_costs_nothing_however_surprising() -> None:
    assert expectation(NEVER, lambda x: torch.where(x == 0, inf, 1.0)).item() == pytest.approx(1)
    assert expectation(NEVER, lambda x: torch.where(x == 0, torch.nan, 1.0)).item() == pytest.approx(1)
    assert step_jensen_shannon(NEVER, SURE).item() == pytest.approx(0.5 * log(4 / 3) + 0.25 * (log(2 / 3) + log(2)))
    assert step_jensen_shannon(NEVER, NEVER).item() == pytest.approx(0, abs=1e-15)


def test_dice_that_share_no_side_are_log_two_apart() -> None:
    first = Categorical(logits=torch.tensor([[[0.0, 0.0, -inf]]], dtype=torch.float64))
    last = Categorical(logits=torch.tensor([[[-inf, -inf, 0.0]]], dtype=torch.float64))
    assert step_jensen_shannon(first, last).item() == pytest.approx(log(2), abs=1e-15)


def test_divergence_of_dice_is_their_sum() -> None:
    p, q = [0.2, 0.3, 0.5], [0.6, 0.3, 0.1]
    one, other = (Categorical(probs=torch.tensor([[each]], dtype=torch.float64)) for each in (p, q))
    assert step_kl(one, other).item() == pytest.approx(sum(a * log(a / b) for a, b in zip(p, q, strict=True)))
    middle = [(a + b) / 2 for a, b in zip(p, q, strict=True)]
    by_hand = sum(0.5 * a * log(a / m) + 0.5 * b * log(b / m) for a, b, m in zip(p, q, middle, strict=True))
    assert step_jensen_shannon(one, other).item() == pytest.approx(by_hand)


FAMILIES = {
    "coins": (Bernoulli(probs=doubles(0.2, 0.5, 1e-9)), Bernoulli(probs=doubles(0.7, 0.5, 1 - 1e-9))),
    "dice": (
        Categorical(probs=torch.tensor([[[0.2, 0.3, 0.5]]], dtype=torch.float64)),
        Categorical(probs=torch.tensor([[[0.9, 0.05, 0.05]]], dtype=torch.float64)),
    ),
    "waits": (Lomax(doubles(3, 3), doubles(2, 2)), Lomax(doubles(10, 1), doubles(10, 9))),
    "readings": (Normal(doubles(0, 0), doubles(1, 1)), Normal(doubles(1, 9), doubles(1.5, 1))),
}


@pytest.mark.parametrize("family", FAMILIES)
def test_jensen_shannon_is_symmetric_nought_for_twins_and_at_most_log_two(family: str) -> None:
    one, other = FAMILIES[family]
    there, back = step_jensen_shannon(one, other), step_jensen_shannon(other, one)
    torch.testing.assert_close(there, back, rtol=0, atol=1e-15)
    assert there.shape == one.batch_shape
    assert there.max() > 0.01
    assert (there <= log(2) + 1e-9).all()
    torch.testing.assert_close(step_jensen_shannon(one, one), torch.zeros_like(there), rtol=0, atol=1e-15)


def test_equation_two_sums_over_steps_and_averages_over_episodes_of_waits_too() -> None:
    optimal = Lomax(torch.tensor([[3.0, 4], [5, 6]]).double(), torch.tensor([[2.0, 2], [2, 2]]).double())
    learned = Lomax(torch.tensor([[3.0, 3], [3, 3]]).double(), torch.tensor([[2.0, 2], [2, 2]]).double())
    steps = [log(a / 3) + 3 / a - 1 for a in (3, 4, 5, 6)]
    assert dissimilarity(optimal, learned) == pytest.approx(sum(steps) / 2)


def test_a_distribution_without_a_rule_is_named() -> None:
    unknown: Distribution = Gamma(torch.ones(1), torch.ones(1))
    with pytest.raises(TypeError, match=r"no rule to integrate over Gamma\("):
        rule(unknown)


@pytest.mark.parametrize(("shape", "scale"), [(0.4, 3.0), (1.0, 1.0), (2.5, 0.1), (30.0, 20.0)])
def test_lomax_is_that_of_scipy(shape: float, scale: float) -> None:
    ours, theirs = lomax(shape, scale), stats.lomax(shape, scale=scale)
    x = torch.tensor([[0.0], [0.1], [2.0], [300.0]], dtype=torch.float64)
    np.testing.assert_allclose(ours.log_prob(x), theirs.logpdf(x.numpy()), rtol=1e-12)
    p = torch.tensor([[0.0], [0.05], [0.5], [0.95], [0.999]], dtype=torch.float64)
    np.testing.assert_allclose(ours.icdf(p), theirs.ppf(p.numpy()), rtol=1e-12)
    assert ours.median.item() == pytest.approx(theirs.median())
    if shape > 1:
        assert ours.mean.item() == pytest.approx(theirs.mean())
    if shape > 2:
        assert ours.variance.item() == pytest.approx(theirs.var())


@pytest.mark.parametrize("shape", [0.5, 1.0])
def test_a_tail_too_heavy_for_a_mean_is_named_and_the_median_offered(shape: float) -> None:
    waits = Lomax(doubles(3, shape), doubles(1, 1))
    with pytest.raises(
        ValueError, match=rf"shape {shape:g} has no mean; its shape must be more than 1\. The median exists"
    ):
        _ = waits.mean
    assert waits.median[0, 1].item() == pytest.approx(2 ** (1 / shape) - 1)


@pytest.mark.parametrize("shape", [1.5, 2.0])
def test_a_tail_too_heavy_for_a_variance_is_named_and_the_median_offered(shape: float) -> None:
    waits = Lomax(doubles(3, shape), doubles(1, 1))
    with pytest.raises(
        ValueError, match=rf"shape {shape:g} has no variance; its shape must be more than 2\. The median exists"
    ):
        _ = waits.variance
    assert waits.mean[0, 1].item() == pytest.approx(1 / (shape - 1))


def test_a_lomax_of_no_shape_or_no_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        lomax(0, 1)
    with pytest.raises(ValueError, match="scale"):
        lomax(1, -1)
