"""Explore n times, then commit: closed form, integral, simulation and a machine that does it, one against another."""

import math

import numpy as np
import pytest
import torch
from scipy.stats import norm

from lib.optimal import explore_then_commit as fixed
from lib.optimal.explore_then_commit import ExploreThenCommit
from lib.optimal.one_armed import OneArmedProblem
from lib.random import generator
from tests.lives import earned, evenly, live

KNOWN = [((3, 1.0, 1.0, 100), 2.16778), ((5, 0.7, 2.0, 20), -4.97752), ((10, 1.5, 0.5, 100), 10.16384)]


@pytest.mark.parametrize(("place", "known"), KNOWN)
def test_expected_returns_are_the_known_ones(place: tuple[int, float, float, int], known: float) -> None:
    assert float(fixed.expected_return(*place)) == pytest.approx(known, abs=5.1e-6)


@pytest.mark.parametrize(
    ("n", "sigma_p", "sigma_l", "lifetime", "mean"),
    [
        *((*place, -1.0) for place, _ in KNOWN),
        (1, 0.2, 5.0, 50, -1.0),
        (40, 3.0, 0.01, 60, -1.0),
        (7, 0.5, 1.0, 30, 0.4),
        (20, 1.0, 1.0, 20, -2.0),
        (0, 1.0, 1.0, 20, -2.0),
        (0, 1.0, 1.0, 20, 2.0),
    ],
)
def test_the_closed_form_is_what_integration_gives(
    n: int, sigma_p: float, sigma_l: float, lifetime: int, mean: float
) -> None:
    place = (n, sigma_p, sigma_l, lifetime, mean)
    assert fixed.integrated_return(*place) == pytest.approx(float(fixed.expected_return(*place)), abs=1e-8)


@pytest.mark.parametrize(("place", "known"), KNOWN)
def test_the_closed_form_is_what_simulation_gives(place: tuple[int, float, float, int], known: float) -> None:
    sampled = fixed.simulated_return(*place, episodes=60_000, rng=generator("explore", 0))
    assert abs(sampled.value - known) < 3 * sampled.standard_error
    assert sampled.standard_error < 0.3
    again = fixed.simulated_return(*place, episodes=60_000, rng=generator("explore", 0))
    other = fixed.simulated_return(*place, episodes=60_000, rng=generator("explore", 1))
    assert again == sampled
    assert other != sampled


def test_a_simulation_counts_every_episode_however_few_fit_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where all arms pay 2, every episode of 10 steps earns 20."""
    for at_once in (1, 30, 77):
        monkeypatch.setattr(fixed, "AT_ONCE", at_once)
        sampled = fixed.simulated_return(3, 1e-7, 1e-7, 10, 2.0, episodes=25, rng=generator("explore", 2))
        assert sampled.value == pytest.approx(20, abs=1e-4)
        assert 0 <= sampled.standard_error < 1e-3


def test_the_standard_error_of_a_simulation_is_that_of_its_means() -> None:
    runs = [
        fixed.simulated_return(2, 1.0, 1.0, 20, episodes=400, rng=generator("explore", 10 + seed))
        for seed in range(200)
    ]
    spread = np.std([run.value for run in runs], ddof=1)
    assert np.mean([run.standard_error for run in runs]) == pytest.approx(spread, rel=0.15)


def test_the_best_n_and_what_it_earns() -> None:
    assert fixed.best_n(1.0, np.array([1.0, 2.0]), 100).tolist() == [2, 0]
    assert fixed.value(1.0, np.array([1.0, 2.0]), 100).round(2).tolist() == [2.27, 0]
    assert int(fixed.best_n(1.0, 1.0, 100, 0.5)) > 0
    assert int(fixed.best_n(1.0, 1.0, 1)) == 0


def test_all_n_at_once_are_each_by_itself() -> None:
    sigma_p, sigma_l = np.array([[0.5], [1.5]]), np.array([0.3, 1.0, 4.0])
    everything = fixed.returns(sigma_p, sigma_l, 12)
    assert everything.shape == (2, 3, 13)
    for i, j, n in np.ndindex(2, 3, 13):
        alone = fixed.expected_return(n, float(sigma_p[i, 0]), float(sigma_l[j]), 12)
        assert everything[i, j, n] == pytest.approx(float(alone), abs=1e-12)
    assert fixed.best_n(sigma_p, sigma_l, 12).shape == fixed.value(sigma_p, sigma_l, 12).shape == (2, 3)
    np.testing.assert_array_equal(fixed.value(sigma_p, sigma_l, 12), everything.max(axis=-1))


def test_not_to_look_earns_nothing_and_to_look_for_a_whole_life_earns_the_mean() -> None:
    everything = fixed.returns(0.7, 1.3, 30)
    assert everything[0] == 0
    assert everything[-1] == pytest.approx(-30)
    assert fixed.returns(0.7, 1.3, 30, 0.2)[0] == pytest.approx(6), "an arm thought good is pulled unseen"
    assert fixed.expected_return(np.array([0, 30]), 0.7, 1.3, 30).tolist() == pytest.approx([0, -30])


def test_near_the_edge_two_ways_of_life_are_better_than_what_lies_between() -> None:
    def peaks(sigma_p: float) -> list[int]:
        j = np.pad(fixed.returns(sigma_p, 1.0, 100), 1, constant_values=-np.inf)
        return np.flatnonzero((j[1:-1] > j[:-2]) & (j[1:-1] > j[2:])).tolist()

    assert len(peaks(0.87)) == 2
    assert peaks(0.87)[0] == 0
    assert peaks(0.4) == [0]
    assert len(peaks(2.0)) == 1
    assert peaks(2.0)[0] > 0


def test_pulls_are_those_of_exploration_and_of_a_commitment_that_may_be_wrong() -> None:
    n, sigma_p, sigma_l, lifetime, mu = 4, 0.8, 1.5, 50, -0.3
    rewards = mu + sigma_l * norm.rvs(size=(200_000, n), random_state=0)
    believed = (-1 / sigma_p**2 + rewards.sum(axis=1) / sigma_l**2) / (1 / sigma_p**2 + n / sigma_l**2)
    commits = believed > 0
    expected = n + (lifetime - n) * commits.mean()
    error = (lifetime - n) * commits.std() / len(commits) ** 0.5
    assert abs(float(fixed.pulls(n, sigma_p, sigma_l, lifetime, mu=mu)) - expected) < 3 * error
    held_out = float(fixed.pulls(2, 1.0, 1.0, 100))
    assert held_out == float(fixed.pulls(2, 1.0, 1.0, 100, mu=-1.0))
    assert held_out == pytest.approx(2 + 98 * norm.cdf(-3 / 2**0.5))
    assert float(fixed.pulls(2, 1.0, 1.0, 100, -0.5)) == float(fixed.pulls(2, 1.0, 1.0, 100, -0.5, mu=-0.5))


def test_pulls_at_the_ends() -> None:
    assert fixed.pulls(np.array([0, 10]), 1.0, 1.0, 10).tolist() == [0, 10]
    assert float(fixed.pulls(0, 1.0, 1.0, 10, 0.1)) == 10
    assert float(fixed.pulls(1, 1.0, 1.0, 10, mu=50.0)) == pytest.approx(10)
    many = fixed.pulls(2, 1.0, np.array([0.5, 1.0]), 10, mu=np.array([[-2.0], [0.0], [2.0]]))
    assert many.shape == (3, 2)
    assert (np.diff(many, axis=0) > 0).all()


@pytest.mark.parametrize(
    "niche",
    [OneArmedProblem(1.0, 1.0, 100), OneArmedProblem(1.5, 0.5, 20), OneArmedProblem(0.5, 2.0, 30, 0.2)],
    ids=str,
)
def test_the_machine_earns_what_the_theory_says(niche: OneArmedProblem) -> None:
    place = (niche.sigma_p, niche.sigma_l, niche.lifetime, niche.mean)
    machine = ExploreThenCommit.best(niche)
    assert machine.n == int(fixed.best_n(*place))
    value, error = earned(live(machine, niche, evenly(niche, 20_000)))
    assert abs(value - float(fixed.value(*place))) < 3 * error
    assert error < 0.05 * abs(value)


@pytest.mark.parametrize("n", [0, 1, 3, 25])
def test_the_machine_pulls_as_often_as_the_theory_says(n: int) -> None:
    niche = OneArmedProblem(1.0, 1.0, 25)
    pulls = live(ExploreThenCommit(niche, n), niche, torch.full((20_000,), -0.2, dtype=torch.float64)).pulls
    expected = float(fixed.pulls(n, 1.0, 1.0, 25, mu=-0.2))
    assert abs(pulls.mean().item() - expected) <= 3 * pulls.std().item() / len(pulls) ** 0.5 + 1e-12


def test_who_committed_looks_neither_back_nor_forward() -> None:
    """After one reward of 4 every later one is -9; after one of 1, not enough, arm 0 is all that follows."""
    machine = ExploreThenCommit(OneArmedProblem(1.0, 1.0, 6), 1)
    for first, action in ((4.0, 1), (0.9, 0)):
        state, observation = machine.initial_state(1), torch.tensor([[0.0, 0.0, -1.0, 0.0]])
        taken = []
        for t in range(6):
            state, logits = machine.step(state, observation)
            taken.append(int(logits.argmax()))
            reward = first if t == 0 else -9.0 * taken[-1]
            observation = torch.tensor([[1.0 - taken[-1], taken[-1], 2 * (t + 1) / 5 - 1, reward]])
        assert taken == [1] + 5 * [action]
        assert state.tolist() == [pytest.approx([1, first])]


@pytest.mark.parametrize("n", [-1, 101])
def test_more_or_fewer_pulls_than_a_life_has_are_named(n: int) -> None:
    said = f"n is {n}; it must be a whole number of pulls from 0 to the lifetime, 100"
    with pytest.raises(ValueError, match=said):
        fixed.expected_return(n, 1.0, 1.0, 100)
    with pytest.raises(ValueError, match=said):
        fixed.expected_return(np.array([0, n]), 1.0, 1.0, 100)
    with pytest.raises(ValueError, match=said):
        fixed.pulls(n, 1.0, 1.0, 100)
    with pytest.raises(ValueError, match=said):
        fixed.integrated_return(n, 1.0, 1.0, 100)
    with pytest.raises(ValueError, match=said):
        fixed.simulated_return(n, 1.0, 1.0, 100, episodes=5, rng=generator("explore", 0))
    with pytest.raises(ValueError, match=said):
        ExploreThenCommit(OneArmedProblem(1.0, 1.0, 100), n)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
@pytest.mark.parametrize("name", ["sigma_p", "sigma_l"])
def test_deviations_must_be_positive(name: str, bad: float) -> None:
    given = {"sigma_p": 1.0, "sigma_l": 1.0, name: bad}
    with pytest.raises(ValueError, match=f"{name} is {bad}; it must be positive and finite"):
        fixed.returns(**given, lifetime=5)
    with pytest.raises(ValueError, match=f"{name} is {bad}; it must be positive and finite"):
        OneArmedProblem(**given, lifetime=5)
    with pytest.raises(ValueError, match=f"{name} is {bad}; it must be positive and finite"):
        fixed.value(**{**given, name: np.array([1.0, bad])}, lifetime=5)


@pytest.mark.parametrize("lifetime", [0, -3])
def test_a_life_has_a_step(lifetime: int) -> None:
    with pytest.raises(ValueError, match=f"lifetime is {lifetime}; it must be a whole number of steps, at least 1"):
        fixed.best_n(1.0, 1.0, lifetime)
    with pytest.raises(ValueError, match=f"lifetime is {lifetime}; it must be a whole number of steps, at least 1"):
        OneArmedProblem(1.0, 1.0, lifetime)


@pytest.mark.parametrize("mean", [math.nan, math.inf])
def test_a_mean_is_a_number(mean: float) -> None:
    with pytest.raises(ValueError, match=f"mean is {mean}; it must be finite"):
        fixed.value(1.0, 1.0, 5, mean)


def test_one_episode_has_no_standard_error() -> None:
    with pytest.raises(ValueError, match="episodes is 1; a standard error needs at least 2"):
        fixed.simulated_return(1, 1.0, 1.0, 5, episodes=1, rng=generator("explore", 0))
