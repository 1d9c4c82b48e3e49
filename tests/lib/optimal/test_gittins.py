"""Gittins indices against published constants, against two slower ways to find them, and against their invariances."""

from functools import cache

import numpy as np
import pytest
import torch
from scipy.special import ndtr
from scipy.stats import norm

from lib.optimal import gittins_bernoulli, gittins_gaussian
from lib.optimal.bandit_agent import ConjugateBandit
from lib.optimal.gittins import TOLERANCE, GittinsAgent, IndexTable, index_table
from lib.tasks.bandits import BernoulliBandit, GaussianBandit

COINS, NORMAL = BernoulliBandit(1, 1), GaussianBandit(0, 1, 1)
table = cache(index_table)


@pytest.mark.parametrize(
    ("discount", "indices"),
    [
        (0.5, [0.5590, 0.7060, 0.3758, 0.5359]),
        (0.9, [0.7029, 0.8001, 0.5001, 0.6346]),
        (0.95, [0.7614, 0.8381, 0.5601, 0.6810]),
        (0.99, [0.8699, 0.9102, 0.7005, 0.7844]),
    ],
)
def test_indices_of_coins_are_the_published_ones(discount: float, indices: list[float]) -> None:
    """Beta(1, 1), (2, 1), (1, 2) and (2, 2), to four decimals."""
    found = table(COINS, 1, discount).values
    np.testing.assert_allclose([found[0, 0], found[1, 0], found[0, 1], found[1, 1]], indices, atol=5.1e-5)


@pytest.mark.parametrize(
    ("discount", "index", "within"), [(0.8, 0.505, 5e-4), (0.9, 0.7466, 5e-5), (0.95, 0.9956, 6e-5)]
)
def test_indices_of_normal_arms_are_the_known_ones(discount: float, index: float, within: float) -> None:
    assert table(NORMAL, 0, discount).values[0] == pytest.approx(index, abs=within)


@pytest.mark.parametrize(("a", "b", "discount"), [(1, 1, 0.9), (3, 2, 0.8), (0.5, 4, 0.7)])
def test_an_index_is_the_sure_reward_that_is_as_good_as_the_arm(a: float, b: float, discount: float) -> None:
    """Calibration by bisection, with a horizon far beyond what matters."""
    low, high = 0.0, 1.0
    while high - low > 1e-8:
        sure = (low + high) / 2
        value = np.maximum((a + np.arange(301)) / (a + b + 300), sure) / (1 - discount)
        for pulled in reversed(range(300)):
            p = (a + np.arange(pulled + 1)) / (a + b + pulled)
            pull = p * (1 + discount * value[1:]) + (1 - p) * discount * value[:-1]
            value = np.maximum(pull, sure / (1 - discount))
        low, high = (sure, high) if pull[0] > sure / (1 - discount) else (low, sure)
    assert index_table(BernoulliBandit(a, b), 0, discount).values[0, 0] == pytest.approx(low, abs=2e-6)


def test_the_index_of_a_normal_arm_is_what_a_plain_grid_tends_to() -> None:
    """A grid of posterior means, linear between its points, twice; the error falls with the square of the step."""

    def on_a_grid(step: float, discount: float = 0.9, pulls: int = 120) -> float:
        x = np.arange(-6, 6 + step / 2, step)
        worth = x / (1 - discount)
        for pulled in reversed(range(pulls)):
            move = (1 / (1 + pulled) - 1 / (2 + pulled)) ** 0.5
            away = (np.arange(-(len(x) // 2), len(x) // 2 + 1) * step) / move
            hinge = move * (away * ndtr(away) + norm.pdf(away))
            tents = np.diff(hinge, 2) / step
            above = np.convolve(np.maximum(worth, 0) - np.maximum(x, 0) / (1 - discount), tents, "same")
            z = x / move
            worth = x + discount * (above + (x * ndtr(z) + move * norm.pdf(z)) / (1 - discount))
        return float(-np.interp(0, worth, x))

    coarse, fine = on_a_grid(0.04), on_a_grid(0.02)
    assert table(NORMAL, 0, 0.9).values[0] == pytest.approx(fine + (fine - coarse) / 3, abs=1e-5)


def test_who_hardly_cares_for_the_future_adds_hardly_more_than_one_look_ahead() -> None:
    """To first order in the discount, an index exceeds the mean by discount * E max(0, next mean - mean)."""
    little = 1e-3
    coins, normal = index_table(BernoulliBandit(2, 3), 0, little), index_table(GaussianBandit(7, 3, 2), 0, little)
    rise = 2 / 5 * (3 / 6 - 2 / 5)
    move = (1 / 3 - 1 / 5) ** 0.5
    assert coins.values[0, 0] - 2 / 5 == pytest.approx(little * rise, rel=2e-3)
    assert normal.values[0] == pytest.approx(little * move * norm.pdf(0), rel=2e-3)


@pytest.mark.parametrize("prior", [BernoulliBandit(0.5, 3), GaussianBandit(1, 0.25, 4)], ids=str)
def test_a_table_is_as_accurate_as_it_says(prior: ConjugateBandit) -> None:
    found = index_table(prior, 10, 0.9)
    assert 0 < found.error <= TOLERANCE
    longer = gittins_bernoulli if isinstance(prior, BernoulliBandit) else gittins_gaussian
    low, high = longer.bracket(prior, 10, 0.9, 200)  # type: ignore[arg-type]
    assert (abs(found.values - (low + high) / 2) <= found.error + (high - low).max() / 2).all()


@pytest.mark.parametrize("prior", [COINS, NORMAL], ids=str)
def test_the_bracket_closes_from_both_sides(prior: ConjugateBandit) -> None:
    module = gittins_bernoulli if isinstance(prior, BernoulliBandit) else gittins_gaussian
    low, high = module.bracket(prior, 3, 0.9, 16)  # type: ignore[arg-type]
    lower, higher = module.bracket(prior, 3, 0.9, 4)  # type: ignore[arg-type]
    assert (lower < low).all()
    assert (low < high).all()
    assert (high < higher).all()


def test_indices_of_coins_rise_with_successes_and_fall_with_failures_and_with_knowledge() -> None:
    values = table(COINS, 20, 0.95).values
    won, lost = np.indices(values.shape)
    assert (np.diff(values, axis=0) > 0).all()
    assert (np.diff(values, axis=1) < 0).all()
    assert (values > (1 + won) / (2 + won + lost)).all(), "an index lies above the posterior mean"
    assert (np.diff(np.diag(values)) < 0).all(), "the better known of two coins with one mean is worth less"


def test_what_normal_arms_have_to_teach_falls_with_pulls_and_matters_more_to_the_patient() -> None:
    patient, less = table(NORMAL, 20, 0.9).values, table(NORMAL, 20, 0.8).values
    assert (np.diff(patient) < 0).all()
    assert (patient > less).all()
    assert (less > 0).all()
    assert (table(COINS, 20, 0.9).values > table(COINS, 20, 0.8).values).all()


@pytest.mark.slow
def test_normal_arms_have_no_zero_no_unit_and_no_past() -> None:
    values = table(NORMAL, 20, 0.9).values
    moved = index_table(GaussianBandit(-3, 1, 1), 20, 0.9)
    stretched = index_table(GaussianBandit(0, 1 / 4, 1 / 4), 20, 0.9)
    later = index_table(GaussianBandit(0, 6, 1), 15, 0.9)  # five rewards, made a prior
    np.testing.assert_allclose(moved.values, values, atol=1e-9)
    np.testing.assert_allclose(stretched.values, 2 * values, atol=3e-6)
    np.testing.assert_allclose(later.values, values[5:], atol=2e-6)


def test_coins_have_no_past_either() -> None:
    later = index_table(BernoulliBandit(3, 2), 6, 0.9)
    np.testing.assert_allclose(later.values, table(COINS, 20, 0.9).values[2:9, 1:8], atol=2e-6)


def test_the_player_pulls_the_arm_of_larger_index_though_its_mean_may_be_smaller() -> None:
    player = GittinsAgent(COINS, table(COINS, 20, 0.9))
    # Means 1/2 and 9/14, and 1/2 and 3/4; indices .703 and .690, and .703 and .811.
    counts = torch.tensor([[0.0, 0, 8, 4], [0, 0, 5, 1], [2, 1, 2, 1], [0, 0, 0, 0]])
    expected = torch.tensor([[1, 0], [0, 1], [0.5, 0.5], [0.5, 0.5]])
    torch.testing.assert_close(player.says(counts).softmax(dim=1), expected)
    normal = GittinsAgent(GaussianBandit(1, 1, 1), index_table(GaussianBandit(1, 1, 1), 20, 0.9))
    # Posterior means 1 and (1 + 2 * 1.5) / 3 = 1.33; bonuses .7466 and .3465.
    assert normal.worth(torch.tensor([[0.0, 0, 2, 3]], dtype=torch.float64))[0].tolist() == pytest.approx(
        [1.7466, 1.6799], abs=1e-4
    )
    assert normal.says(torch.tensor([[0.0, 0, 2, 3], [1, 2, 1, 2]])).tolist() == [[50, 0], [50, 50]]


@pytest.mark.parametrize("discount", [0, 1, -0.1, 1.5, float("nan"), float("inf")])
def test_discounts_that_have_no_index_are_named(discount: float) -> None:
    for prior in (COINS, NORMAL):
        with pytest.raises(ValueError, match=f"discount is {discount}; it must lie strictly between 0 and 1"):
            index_table(prior, 20, discount)


def test_a_negative_number_of_pulls_is_named() -> None:
    with pytest.raises(ValueError, match="pulls is -1"):
        index_table(COINS, -1, 0.9)


def test_a_table_of_another_world_is_refused() -> None:
    with pytest.raises(ValueError, match=r"BernoulliBandit\(a=1.0, b=1.0, arms=2\) is of no use for Gauss"):
        GittinsAgent(NORMAL, table(COINS, 20, 0.9))


def test_a_table_is_arrays_and_numbers() -> None:
    found = table(NORMAL, 20, 0.9)
    assert isinstance(found, IndexTable)
    assert found.values.dtype == np.float64
    assert found.values.shape == (21,)
    assert table(COINS, 20, 0.9).values.shape == (21, 21)
    assert np.isfinite(table(COINS, 20, 0.9).values).all()
