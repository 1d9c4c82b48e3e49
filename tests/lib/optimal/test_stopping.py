"""The best way to explore: against constants, a plain trapezoid rule, its own policy's walk, and machines."""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import torch
from scipy.special import comb
from scipy.stats import multivariate_normal, norm

from lib.machine import Machine, unroll
from lib.optimal import explore_then_commit as fixed
from lib.optimal import stopping
from lib.optimal.exploration_threshold import Value, exploration_threshold
from lib.optimal.explore_then_commit import ExploreThenCommit
from lib.optimal.first_passage import survival
from lib.optimal.one_armed import OneArmedAgent, OneArmedProblem
from lib.optimal.stopping import Stopping, StoppingAgent, solve
from lib.random import generator
from tests.lives import Lives, earned, evenly, live

NICHE = OneArmedProblem(1.0, 1.0, 100)
optimum = cache(solve)


@pytest.mark.parametrize(("sigma_l", "value", "pulls"), [(1.0, 5.62, 2.2), (2.0, 3.06, 3.6)])
def test_values_and_pulls_are_the_known_ones(sigma_l: float, value: float, pulls: float) -> None:
    found = optimum(1.0, sigma_l, 100)
    assert float(found.value) == pytest.approx(value, abs=5.1e-3)
    assert float(found.pulls()) == pytest.approx(pulls, abs=5.1e-2)
    assert float(found.pulls(-1.0)) == float(found.pulls())


def by_trapezoid(sigma_p: float, sigma_l: float, lifetime: int, mean: float) -> float:
    """The recursion as it is written, each expectation by the trapezoid rule."""
    x = np.linspace(-8, 8, 1601) * sigma_p
    x += mean - x[np.abs(x - mean).argmin()]
    weights = np.full(len(x), x[1] - x[0])
    weights[[0, -1]] /= 2
    v = [1 / (sigma_p**-2 + n * sigma_l**-2) for n in range(lifetime)]
    values = np.zeros(len(x))
    for n in reversed(range(lifetime)):
        k = v[n] / (v[n] + sigma_l**2) ** 0.5
        beyond = (x - x[-1]) / k
        top = (lifetime - 1 - n) * (x * norm.cdf(beyond) + k * norm.pdf(beyond))
        values = np.maximum(0, x + norm.pdf(x[:, None], x, k).T @ (weights * values) + top)
    return float(values[np.abs(x - mean).argmin()])


@pytest.mark.slow
@pytest.mark.parametrize("place", [(1.5, 1.0, 12, -1.0), (2.0, 3.0, 10, -1.0), (0.6, 1.0, 8, 0.2), (2.0, 2.0, 5, -0.5)])
def test_a_plain_trapezoid_rule_finds_the_same(place: tuple[float, float, int, float]) -> None:
    assert float(optimum(*place).value) == pytest.approx(by_trapezoid(*place), abs=4e-4)
    assert float(optimum(*place).value) > 0


@pytest.mark.parametrize("mean", [-2.0, -0.3, 0.3])
def test_one_step_leaves_nothing_to_learn_and_two_one_thing(mean: float) -> None:
    assert float(solve(1.2, 0.8, 1, mean).value) == pytest.approx(max(mean, 0), abs=1e-12)
    once = float(fixed.expected_return(1, 1.2, 0.8, 2, mean))
    assert float(solve(1.2, 0.8, 2, mean, points=4096).first) == pytest.approx(once, abs=2e-6)


@pytest.mark.parametrize("place", [(1.0, 1.0, 100), (1.0, 2.0, 50), (2.0, 0.5, 100), (0.7, 1.0, 100), (1.0, 4.0, 20)])
def test_the_error_is_no_less_than_it_says(place: tuple[float, float, int]) -> None:
    found, finer = optimum(*place), solve(*place, points=8192)
    assert 0 < float(found.error) < 1e-3 * max(1, 40 * float(found.value))
    assert abs(float(found.first - finer.first)) < float(found.error)
    ratio = float(found.error / solve(*place, points=2048).error)
    assert 2.5 < ratio < 6, "half the step, a quarter of the error"


@pytest.mark.parametrize(("sigma_p", "sigma_l", "mean"), [(1.0, 1.0, -1.0), (1.0, 2.0, -1.0), (0.5, 1.0, 0.3)])
def test_the_policy_earns_its_value_over_the_prior(sigma_p: float, sigma_l: float, mean: float) -> None:
    """Pulls at each true mean, by the walk of the sum of rewards, times that mean: no grid of the recursion's."""
    found = solve(sigma_p, sigma_l, 50, mean, points=4096)
    z = np.linspace(-7, 7, 281)
    mu = mean + sigma_p * z
    value = np.trapezoid(norm.pdf(z) * mu * found.pulls(mu), z)
    assert value == pytest.approx(float(found.value), abs=3e-5)


@cache
def grid(lifetime: int) -> tuple[np.ndarray, np.ndarray, Stopping]:
    sigma_p, sigma_l = np.meshgrid(np.linspace(0.1, 2, 9), np.linspace(0.2, 4, 7))
    return sigma_p, sigma_l, solve(sigma_p, sigma_l, lifetime, points=256)


def test_no_fixed_number_of_pulls_does_better() -> None:
    for lifetime in (5, 40):
        sigma_p, sigma_l, found = grid(lifetime)
        rule = fixed.value(sigma_p, sigma_l, lifetime)
        assert (found.value >= rule).all()
        assert (found.value[rule > 0] > rule[rule > 0]).all()


def test_who_is_told_everything_does_better() -> None:
    sigma_p, _, found = grid(40)
    observation = 40 * (sigma_p * norm.pdf(1 / sigma_p) - norm.cdf(-1 / sigma_p))
    assert (found.value <= observation).all()


def test_uncertain_worlds_clear_rewards_and_long_lives_are_worth_more() -> None:
    (_, _, short), (_, _, long) = grid(20), grid(40)
    assert (np.diff(long.first, axis=1) >= 0).all()
    assert (np.diff(long.first, axis=0) <= 0).all()
    assert (long.first >= short.first).all()
    assert (long.value > short.value)[long.value > 0].all()


def test_reward_has_no_unit() -> None:
    found, tenfold = optimum(1.0, 1.0, 100), solve(10.0, 10.0, 100, -10.0)
    assert float(tenfold.value) == pytest.approx(10 * float(found.value))
    assert float(tenfold.pulls()) == pytest.approx(float(found.pulls()))
    np.testing.assert_allclose(tenfold.boundaries, 10 * found.boundaries, atol=1e-9)


def test_niches_together_are_niches_alone() -> None:
    sigma_p, sigma_l = np.linspace(0.3, 2, 50), np.linspace(3, 0.4, 50)
    together = solve(sigma_p, sigma_l, 15, points=256)
    assert together.boundaries.shape == (50, 15)
    pulls = together.pulls(np.array([[-1.0], [0.5]]))
    assert pulls.shape == (2, 50)
    for i in (0, 31, 32, 49):
        alone = solve(float(sigma_p[i]), float(sigma_l[i]), 15, points=256)
        assert float(alone.first) == pytest.approx(together.first[i])
        np.testing.assert_allclose(alone.boundaries, together.boundaries[i])
        assert [float(alone.pulls(-1.0)), float(alone.pulls(0.5))] == pytest.approx(pulls[:, i].tolist())


def test_boundaries_rise_to_nothing() -> None:
    for sigma_l in (0.5, 1.0, 3.0):
        boundaries = optimum(1.0, sigma_l, 100).boundaries
        assert (boundaries[:-1] < 0).all()
        assert boundaries[-1] == pytest.approx(0, abs=1e-9)
        assert (np.diff(boundaries) > -1e-3).all()


def test_where_exploring_does_not_pay_no_arm_is_pulled_however_good() -> None:
    found = optimum(0.3, 1.0, 20)
    assert float(found.first) < 0
    assert float(found.value) == 0
    assert found.survival(3.0).tolist() == [0] * 20


def test_better_arms_are_pulled_more_and_good_ones_for_ever() -> None:
    found = optimum(1.0, 1.0, 100)
    pulls = found.pulls(np.array([-3.0, -1, -0.2, 0.2, 1, 5]))
    assert (np.diff(pulls) > 0).all()
    assert pulls[0] > 1
    assert pulls[-1] == pytest.approx(100, abs=1e-3)
    chances = found.survival(-0.2)
    assert chances[0] == 1
    assert (np.diff(chances) <= 0).all()


def test_hopeless_arms_and_sure_ones_need_no_grid() -> None:
    found = solve(np.array([0.05, 0.05]), 1.0, 30, -1.0)
    assert found.first.tolist() == [-1, -1]
    sure = solve(np.array([0.05, 0.15, 0.2]), 1.0, 30, 1.0)
    assert sure.value.tolist() == pytest.approx([30] * 3, rel=1e-6)
    assert sure.pulls().tolist() == pytest.approx([30] * 3, abs=1e-4)


def test_a_walk_stays_positive_as_often_as_sparre_andersen_says() -> None:
    n = np.arange(25)
    bounds = np.where(n == 0, -1.0, 0.0)
    np.testing.assert_allclose(survival(bounds, np.array(0.0)), comb(2 * n, n) / 4.0**n, atol=1e-7)


def test_a_walk_with_a_drift_and_moving_bounds_is_a_normal_vector() -> None:
    bounds, drift = np.array([[-0.1, 0.4, -1.0], [-1.0, -3.0, 2.0]]), np.array([0.7, -0.5])
    found = survival(bounds, drift)
    for b, d, chances in zip(bounds, drift, found, strict=True):
        both = multivariate_normal.cdf([d - b[1], 2 * d - b[2]], cov=[[1, 1], [1, 2]])
        np.testing.assert_allclose(chances, [1, norm.cdf(d - b[1]), both], atol=1e-7)


def test_bounds_that_nobody_or_everybody_passes() -> None:
    never, always, late = [np.inf] * 4, [-np.inf] * 4, [-np.inf, -np.inf, np.inf, -np.inf]
    found = survival(np.array([never, always, late]), np.zeros(3))
    np.testing.assert_allclose(found, [[0] * 4, [1] * 4, [1, 1, 0, 0]], atol=1e-12)
    assert survival(np.array([[-1.0], [1.0]]), np.zeros(2)).tolist() == [[1], [0]]


@cache
def player(niche: OneArmedProblem) -> StoppingAgent:
    return StoppingAgent.of(niche)


@cache
def of_a_life(niche: OneArmedProblem) -> Lives:
    return live(player(niche), niche, evenly(niche, 20_000))


@pytest.mark.parametrize("niche", [NICHE, OneArmedProblem(1.5, 2.0, 40), OneArmedProblem(0.5, 2.0, 30, 0.2)], ids=str)
def test_the_machine_earns_what_the_theory_says(niche: OneArmedProblem) -> None:
    value, error = earned(of_a_life(niche))
    expected = float(optimum(niche.sigma_p, niche.sigma_l, niche.lifetime, niche.mean).value)
    assert abs(value - expected) < 3 * error
    assert error < 0.02 * expected + 0.02


@pytest.mark.parametrize("mu", [-1.0, -0.1])
def test_the_machine_pulls_as_often_as_the_theory_says(mu: float) -> None:
    pulls = live(player(NICHE), NICHE, torch.full((20_000,), mu, dtype=torch.float64)).pulls
    expected = float(optimum(1.0, 1.0, 100).pulls(mu))
    assert abs(pulls.mean().item() - expected) < 3 * pulls.std().item() / len(pulls) ** 0.5


def test_the_machine_never_comes_back_and_counts_what_it_pulled() -> None:
    lives = of_a_life(NICHE)
    assert (lives.actions.diff(dim=1) <= 0).all()
    before = lives.actions[:, :-1].sum(dim=1)
    assert torch.equal(lives.states[:, -1, 0].long(), before)
    torch.testing.assert_close(lives.states[:, -1, 1], lives.inputs[:, :, 3].sum(dim=1), atol=1e-3, rtol=1e-4)


def test_after_a_pause_a_life_is_a_shorter_one() -> None:
    """With n pulls behind and so many steps ahead, it does not matter how long the pause was."""
    long, short = player(OneArmedProblem(1.0, 1.5, 20)), player(OneArmedProblem(1.0, 1.5, 14))
    for n in (0, 3, 7):
        np.testing.assert_allclose(long.boundaries[n, n + 6], short.boundaries[n, n])
    assert np.isnan(long.boundaries[5, 4])
    np.testing.assert_allclose(np.diag(long.boundaries), solve(1.0, 1.5, 20).boundaries, atol=2e-3)


def test_the_same_arm_is_worth_another_look_early_and_none_late() -> None:
    machine, state = player(NICHE), torch.tensor([[3.0, -1.0]])
    early, late = (torch.tensor([[1.0, 0, time, 0]]) for time in (-0.9, 0.999))
    assert machine.step(state, early)[1].tolist() == [[0, 50]]
    assert machine.step(state, late)[1].tolist() == [[50, 0]]


@pytest.mark.parametrize("niche", [NICHE, OneArmedProblem(1.0, 1.0, 1)], ids=str)
@pytest.mark.parametrize("make", [player, ExploreThenCommit.best], ids=["stopping", "fixed"])
def test_players_are_machines(make: Callable[[OneArmedProblem], OneArmedAgent], niche: OneArmedProblem) -> None:
    machine = make(niche)
    assert isinstance(machine, Machine)
    assert (machine.input_size, machine.state_size, machine.output_size) == (4, 2, 2)
    lives = live(machine, niche, evenly(niche, 50))
    trace = unroll(machine, lives.inputs)
    assert trace.outputs.dtype == trace.states.dtype == torch.float32
    assert torch.equal(trace.states, lives.states)
    assert torch.equal(trace.outputs.argmax(dim=2), lives.actions)
    reached = lives.states.flatten(0, 1)
    assert torch.equal(machine.nearest_state(reached), reached)
    anything = 30 * torch.randn(500, 2, generator=generator("stopping", 0))
    kept = anything.clone()
    near = machine.nearest_state(anything)
    assert torch.equal(anything, kept), "the state given was changed"
    assert torch.equal(machine.nearest_state(near), near)
    assert (near[near[:, 0] == 0, 1] == 0).all()
    for t in {0, niche.lifetime // 2, niche.lifetime - 1}:
        _, logits = machine.step(near, lives.inputs[:1, t].expand(500, 4))
        assert torch.isin(logits, torch.tensor([0.0, 50.0])).all(), f"it does not know what to do at step {t}"


@pytest.mark.parametrize(
    ("lifetime", "sigma_l", "of_fixed", "of_adaptive"),
    [
        (20, 1.0, 1.15, 1.05),
        (50, 1.0, 1.00, 0.80),
        (100, 1.0, 0.90, 0.70),
        (20, 2.0, 1.50, 1.25),
        (50, 2.0, 1.25, 0.95),
        (100, 2.0, 1.10, 0.85),
    ],
)
def test_edges_are_the_known_ones(lifetime: int, sigma_l: float, of_fixed: float, of_adaptive: float) -> None:
    """The known ones are the first multiples of 0.05 at which exploring pays."""
    for value, known in ((fixed.value, of_fixed), (stopping.value, of_adaptive)):
        found = float(exploration_threshold(sigma_l, lifetime, value))
        assert known - 0.05 < found <= known


@pytest.mark.parametrize("value", [fixed.value, stopping.value])
def test_an_edge_has_nothing_on_one_side_and_something_on_the_other(value: Value) -> None:
    sigma_l = np.array([0.3, 1.0, 3.0])
    found = exploration_threshold(sigma_l, 15, value)
    assert found.shape == (3,)
    assert (np.diff(found) > 0).all()
    assert (value(found * (1 - 2e-4), sigma_l, 15, -1.0) == 0).all()
    assert (value(found * (1 + 2e-4), sigma_l, 15, -1.0) > 0).all()
    assert (exploration_threshold(sigma_l, 30, value) < found).all()
    np.testing.assert_allclose(exploration_threshold(4 * sigma_l, 15, value, -4.0), 4 * found, rtol=2e-4)


def test_an_edge_far_out_is_found() -> None:
    found = float(exploration_threshold(50.0, 2, fixed.value))
    assert found > 8
    assert float(fixed.value(found * 1.001, 50.0, 2)) > 0


def test_worlds_without_an_edge_are_named() -> None:
    with pytest.raises(ValueError, match="lifetime is 1; in fewer than 2 steps"):
        exploration_threshold(1.0, 1, fixed.value)
    with pytest.raises(ValueError, match=r"mean is 0.0; from 0 on"):
        exploration_threshold(1.0, 5, fixed.value, 0.0)
    with pytest.raises(ValueError, match="tolerance is 0; it must be above 0"):
        exploration_threshold(1.0, 5, fixed.value, tolerance=0)
    with pytest.raises(ValueError, match=r"sigma_l is -1.0; it must be positive"):
        exploration_threshold(-1.0, 5, fixed.value)


@pytest.mark.parametrize("points", [0, 62, 101])
def test_grids_too_coarse_are_named(points: int) -> None:
    with pytest.raises(ValueError, match=f"points is {points}; it must be an even number, at least 64"):
        solve(1.0, 1.0, 5, points=points)
    with pytest.raises(ValueError, match=f"points is {points}; it must be an even number, at least 64"):
        StoppingAgent.of(NICHE, points=points)


@pytest.mark.parametrize("bad", [0.0, -1.0, math.nan, math.inf])
def test_improper_worlds_are_named(bad: float) -> None:
    with pytest.raises(ValueError, match=f"sigma_p is {bad}; it must be positive and finite"):
        solve(bad, 1.0, 5)
    with pytest.raises(ValueError, match=f"sigma_l is {bad}; it must be positive and finite"):
        solve(1.0, np.array([1.0, bad]), 5)
    with pytest.raises(ValueError, match="lifetime is 0; it must be a whole number of steps"):
        solve(1.0, 1.0, 0)
    with pytest.raises(ValueError, match="mean is nan; it must be finite"):
        solve(1.0, 1.0, 5, math.nan)


def test_walks_that_are_none_are_named() -> None:
    with pytest.raises(ValueError, match="a boundary is NaN"):
        survival(np.array([0.0, math.nan]), np.array(0.0))
    with pytest.raises(ValueError, match="drift is inf; it must be finite"):
        survival(np.zeros((2, 3)), np.array([0.0, math.inf]))
