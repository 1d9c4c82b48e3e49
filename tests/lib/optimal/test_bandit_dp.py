"""The optimum of an episode, and exact returns: against hand and brute force, known constants, and invariances."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
import torch
from jaxtyping import Float
from scipy.stats import norm
from torch import Tensor

from lib.machine import Machine
from lib.optimal import bandit_dp_gaussian
from lib.optimal.bandit_agent import BanditAgent, ConjugateBandit, Return, posterior_mean
from lib.optimal.bandit_baselines import BayesUCB, Greedy, Thompson
from lib.optimal.bandit_dp import expected_return, optimum
from lib.optimal.gittins import GittinsAgent
from lib.tasks.bandits import BernoulliBandit, GaussianBandit

COINS, NORMAL, LITTLE_KNOWN = BernoulliBandit(1, 1), GaussianBandit(0, 1, 1), GaussianBandit(1, 0.25, 2)


@pytest.fixture(autouse=True)
def _coarse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tenth of the grid points: the errors, a hundred times larger, are told as before."""
    monkeypatch.setattr(bandit_dp_gaussian, "POINTS", 400)


gittins = cache(GittinsAgent.of)


@dataclass(frozen=True)
class Always(BanditAgent):
    """Pulls one arm whatever happens; arm -1 is either, by chance."""

    arm: int

    def says(self, total: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
        logits = torch.zeros(len(total), 2).to(total)
        if self.arm >= 0:
            logits[:, self.arm] = 50
        return logits


def by_brute_force(a: int, b: int, steps: int, discount: Fraction) -> Fraction:
    """The textbook's recursion, in fractions, over histories' counts."""

    @cache
    def value(counts: tuple[int, ...], left: int) -> Fraction:
        if not left:
            return Fraction(0)
        worths = []
        for arm in (0, 2):
            s, f = counts[arm : arm + 2]
            p = Fraction(a + s, a + b + s + f)
            won = tuple(c + (i == arm) for i, c in enumerate(counts))
            lost = tuple(c + (i == arm + 1) for i, c in enumerate(counts))
            worths.append(p + discount * (p * value(won, left - 1) + (1 - p) * value(lost, left - 1)))
        return max(worths)

    return value((0, 0, 0, 0), steps)


@pytest.mark.parametrize(
    ("a", "b", "best", "index", "greedy"),
    [(1, 1, 12.4313, 12.4205, 12.3654), (2, 1, 15.1815, 15.1753, 15.1408), (1, 2, 8.4272, 8.4178, 8.3879)],
)
def test_twenty_steps_of_coins(a: float, b: float, best: float, index: float, greedy: float) -> None:
    prior = BernoulliBandit(a, b)
    assert optimum(prior, 20).earns.value == pytest.approx(best, abs=5.1e-5)
    assert expected_return(prior, gittins(prior, 20, 0.95), 20).value == pytest.approx(index, abs=5.1e-5)
    assert expected_return(prior, Greedy(prior), 20).value == pytest.approx(greedy, abs=5.1e-5)


def test_twenty_discounted_steps_of_coins() -> None:
    assert optimum(COINS, 20, 0.95).earns.value == pytest.approx(7.8694, abs=5e-5)
    assert expected_return(COINS, gittins(COINS, 20, 0.95), 20, 0.95).value == pytest.approx(7.8631, abs=5e-5)


@pytest.mark.slow
def test_twenty_steps_of_normal_arms() -> None:
    """As on a grid twenty times as fine with thresholds set exactly; `test_regret` finds the same by playing."""
    assert optimum(NORMAL, 20).earns.value == pytest.approx(8.92667, abs=1e-4)
    assert expected_return(NORMAL, gittins(NORMAL, 20, 0.95), 20).value == pytest.approx(8.89607, abs=1e-4)
    assert expected_return(NORMAL, Greedy(NORMAL), 20).value == pytest.approx(8.50609, abs=1e-4)


@pytest.mark.parametrize(("a", "b", "steps", "discount"), [(1, 1, 1, 1), (1, 1, 6, 1), (3, 1, 5, 0.5), (1, 4, 7, 0.75)])
def test_short_episodes_of_coins_as_by_brute_force(a: int, b: int, steps: int, discount: float) -> None:
    exact = by_brute_force(a, b, steps, Fraction(discount))
    assert optimum(BernoulliBandit(a, b), steps, discount).earns.value == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize("discount", [1, 0.8])
def test_two_steps_of_normal_arms_by_hand(discount: float) -> None:
    """After one pull of either arm the better mean is pulled: E max(x', 1), x' normal around 1."""
    move = (1 / 0.25 - 1 / 2.25) ** 0.5
    best = optimum(LITTLE_KNOWN, 2, discount)
    assert best.earns.value == pytest.approx(1 + discount * (1 + move * norm.pdf(0)), abs=3 * best.earns.error)
    assert best.thresholds == pytest.approx(np.zeros((2, 2)), abs=1e-9)


@pytest.mark.parametrize("prior", [COINS, BernoulliBandit(0.5, 2), NORMAL, LITTLE_KNOWN], ids=str)
@pytest.mark.parametrize("discount", [1, 0.9])
def test_whatever_is_pulled_blindly_pays_the_prior_mean(prior: ConjugateBandit, discount: float) -> None:
    mean = prior.a / (prior.a + prior.b) if isinstance(prior, BernoulliBandit) else prior.mean
    for arm in (-1, 0, 1):
        found = expected_return(prior, Always(prior, arm), 9, discount)
        assert found.value == pytest.approx(mean * sum(discount**t for t in range(9)), abs=1e-9 + 3 * found.error)


@pytest.mark.parametrize("prior", [COINS, NORMAL], ids=str)
@pytest.mark.parametrize("discount", [1, 0.9])
def test_the_optimum_earns_what_it_says_and_nobody_earns_more(prior: ConjugateBandit, discount: float) -> None:
    best = optimum(prior, 9, discount)
    itself = expected_return(prior, best, 9, discount)
    assert itself.value == pytest.approx(best.earns.value, abs=1e-9 + 3 * (itself.error + best.earns.error))
    players: list[Machine] = [gittins(prior, 20, 0.95), Greedy(prior), Thompson(prior), BayesUCB(prior)]
    for player in players:
        found = expected_return(prior, player, 9, discount)
        assert found.value < best.earns.value - best.earns.error - found.error - 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("prior", [COINS, BernoulliBandit(0.5, 2), NORMAL, LITTLE_KNOWN], ids=str)
def test_when_the_future_fades_within_the_episode_the_index_is_optimal(prior: ConjugateBandit) -> None:
    """Gittins' theorem. After twenty steps a reward counts for less than a thousandth."""
    best = optimum(prior, 20, 0.7).earns
    index = expected_return(prior, gittins(prior, 20, 0.7), 20, 0.7)
    greedy = expected_return(prior, Greedy(prior), 20, 0.7)
    assert index.value == pytest.approx(best.value, abs=3e-6 + 2 * (best.error + index.error))
    assert greedy.value < best.value - 1e-4 - 2 * (best.error + greedy.error)


def test_no_other_discount_makes_the_index_optimal_in_twenty_steps() -> None:
    best = optimum(COINS, 20).earns.value
    assert all(expected_return(COINS, gittins(COINS, 20, d), 20).value < best - 1e-3 for d in (0.5, 0.8, 0.9, 0.95))


def test_arms_can_be_swapped() -> None:
    coins, normal = optimum(COINS, 9, 0.9), optimum(LITTLE_KNOWN, 9, 0.9)
    np.testing.assert_allclose(coins.lead, -coins.lead.transpose(2, 3, 0, 1), atol=1e-12)
    np.testing.assert_allclose(coins.values, coins.values.transpose(2, 3, 0, 1), atol=1e-12)
    np.testing.assert_allclose(normal.thresholds, -normal.thresholds.T, atol=1e-9)
    for player, state in ((coins, [2.0, 1, 2, 1]), (normal, [3.0, 0.7, 3, 0.7])):
        assert player.says(torch.tensor([state])).tolist() == [[50, 50]]


def test_normal_arms_have_no_zero_and_no_unit() -> None:
    plain, moved = optimum(NORMAL, 8, 0.9), optimum(GaussianBandit(5, 1, 1), 8, 0.9)
    stretched = optimum(GaussianBandit(0, 0.25, 0.25), 8, 0.9)
    assert moved.earns.value == pytest.approx(plain.earns.value + 5 * sum(0.9**t for t in range(8)))
    assert stretched.earns.value == pytest.approx(2 * plain.earns.value)
    np.testing.assert_allclose(moved.thresholds, plain.thresholds, atol=1e-9)
    np.testing.assert_allclose(stretched.thresholds, 2 * plain.thresholds, atol=1e-9)


@pytest.mark.parametrize("player", [None, Greedy, Thompson, "index"])
def test_the_error_of_the_grid_is_as_small_as_it_says(
    player: type | str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found() -> Return:
        if player is None:
            return optimum(NORMAL, 10).earns
        return expected_return(NORMAL, gittins(NORMAL, 20, 0.95) if player == "index" else player(NORMAL), 10)

    coarse = found()
    monkeypatch.setattr(bandit_dp_gaussian, "POINTS", 1600)
    fine = found()
    assert coarse.value == pytest.approx(fine.value, abs=coarse.error + fine.error)
    assert 0 < fine.error < 1e-4
    assert coarse.error < 2e-3


def test_the_better_arm_is_told_by_a_single_threshold() -> None:
    """What the normal optimum keeps is enough: the first arm is the better one above it, and nowhere below."""
    crossings = []

    def watch(n1: int, n2: int, d: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
        crossings.append(int((np.diff(np.sign(first - second)[abs(first - second) > 1e-9]) != 0).sum()))
        assert (first > second)[-1]
        assert (first < second)[0]
        return np.maximum(first, second)

    bandit_dp_gaussian._backward(NORMAL, 20, 1.0, watch, 400)
    assert len(crossings) == 210
    assert set(crossings) == {1}


def test_the_lesser_known_of_two_equal_arms_is_pulled_until_the_last_step() -> None:
    coins, normal = optimum(COINS, 10), optimum(NORMAL, 10)
    assert coins.lead[1, 1, 0, 0] < -1e-3
    assert normal.thresholds[2, 1] > 1e-3
    assert coins.lead[4, 4, 1, 0] == pytest.approx(5 / 10 - 2 / 3), "the last step is greedy"
    assert normal.thresholds[5, 4] == pytest.approx(0, abs=1e-9)
    assert coins.values[0, 0, 0, 0] == coins.earns.value
    assert coins.values[5, 0, 4, 0] == pytest.approx(6 / 7)
    assert (normal.thresholds[1:9, 0] > 0.1).all()


def test_exactly_what_the_optimum_does_next_is_what_its_tables_say() -> None:
    coins, normal = optimum(COINS, 10), optimum(LITTLE_KNOWN, 10)
    counts = torch.tensor([[1.0, 1, 0, 0], [0, 0, 1, 1], [2, 0, 0, 1]])
    assert coins.says(counts).tolist() == [[0, 50], [50, 0], [50, 0]]
    assert normal.thresholds[2, 1] > 0.01
    # Posterior means after 2 and 1 pulls that sum to s1 and s2: (.25 + 2 s1) / 4.25 and (.25 + 2 s2) / 2.25.
    means = torch.tensor([[1.0, 1.0 - normal.thresholds[2, 1] * share] for share in (0.9, 1.1)])
    sums = (means * torch.tensor([4.25, 2.25]) - 0.25) / 2
    counts = torch.stack([torch.tensor([2.0, 2]), sums[:, 0], torch.tensor([1.0, 1]), sums[:, 1]], dim=1)
    torch.testing.assert_close(posterior_mean(LITTLE_KNOWN, counts), means)
    assert normal.says(counts).tolist() == [[0, 50], [50, 0]]


@dataclass(frozen=True)
class Proud(BanditAgent):
    """Pulls the first arm if it seems good in itself: not priced by a difference."""

    def worth(self, counts: Float[Tensor, "batch 4"]) -> Float[Tensor, "batch 2"]:
        return torch.cat([posterior_mean(self.prior, counts)[:, :1], torch.full((len(counts), 1), 0.5).double()], dim=1)


def test_a_player_that_cannot_be_priced_is_named() -> None:
    with pytest.raises(ValueError, match="where both arms are equally much better"):
        expected_return(NORMAL, Proud(NORMAL), 5)
    assert expected_return(COINS, Proud(COINS), 5).value > 2.5
    three = GittinsAgent.of(BernoulliBandit(1, 1, arms=3), 2, 0.5)
    with pytest.raises(ValueError, match="a state of 6 numbers and 6 inputs does more than count; here both must be 4"):
        expected_return(COINS, three, 2)


@pytest.mark.parametrize("prior", [COINS, NORMAL], ids=str)
def test_bad_input_is_named(prior: ConjugateBandit) -> None:
    for steps in (0, -1):
        with pytest.raises(ValueError, match=f"steps is {steps}"):
            optimum(prior, steps)
        with pytest.raises(ValueError, match=f"steps is {steps}"):
            expected_return(prior, Greedy(prior), steps)
    for discount in (0, -0.5, 1.01, float("nan")):
        with pytest.raises(ValueError, match=f"discount is {discount}; it must be above 0 and at most 1"):
            optimum(prior, 5, discount)
        with pytest.raises(ValueError, match=f"discount is {discount}"):
            expected_return(prior, Greedy(prior), 5, discount)
    with pytest.raises(ValueError, match="arms is 3; bandits of 2 arms can be solved"):
        optimum(BernoulliBandit(1, 1, arms=3), 5)
