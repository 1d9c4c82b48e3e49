"""Which optimum: bounds, disagreements, power, their rules and pictures, and tables of indices that ship."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import torch
import xarray as xr
from scipy.stats import norm

from experiments.bandits import claims_optima as rules
from experiments.bandits import figures as draw
from experiments.bandits.gittins_tables import load_gittins_table
from lib.optimal.bandit_agent import BanditAgent, ConjugateBandit
from lib.optimal.bandit_baselines import Greedy, Thompson
from lib.optimal.bandit_dp import expected_return, optimum
from lib.optimal.bandit_dp_bernoulli import BernoulliOptimum
from lib.optimal.gittins import GittinsAgent, index_table
from lib.optimal.oracle import blind, knowing
from lib.plotting.cards_of_play import CardOfPlay
from lib.plotting.style import Picture
from lib.probes import power
from lib.probes.benchmark import BANDITS
from lib.probes.disagreement import disagreements
from lib.probes.power import ESTIMATORS, Match, differences, repeated
from lib.probes.regret import expected_difference, reward_difference
from lib.random import generator
from lib.runner import store
from lib.tasks.bandits import BernoulliBandit, GaussianBandit
from lib.tasks.environment import rollout
from tests.pictures import check_picture

COINS, NORMAL = BernoulliBandit(1, 1), GaussianBandit(0, 1, 1)
STEPS = 12
TASKS = [row.name for row in BANDITS]
FAMILIES = {row.name: row.family for row in BANDITS}


@cache
def best(steps: int = STEPS) -> BernoulliOptimum:
    found = optimum(COINS, steps)
    assert isinstance(found, BernoulliOptimum)
    return found


@cache
def by_index() -> GittinsAgent:
    return GittinsAgent.of(COINS, STEPS, 0.9)


# Who knows the means, and who does not look


@pytest.mark.parametrize(
    ("prior", "largest", "mean"),
    [
        (COINS, 2 / 3, 1 / 2),
        (BernoulliBandit(2, 1), 4 / 5, 2 / 3),
        (BernoulliBandit(1, 1, arms=3), 3 / 4, 1 / 2),
        (GaussianBandit(0, 1, 1), np.pi**-0.5, 0),
        (GaussianBandit(1, 0.25, 1), 1 + 2 * np.pi**-0.5, 1),
        (GaussianBandit(-2, 1, 1, arms=3), -2 + 1.5 * np.pi**-0.5, -2),
    ],
    ids=str,
)
def test_means_of_the_best_arm_and_of_any_arm_are_the_known_ones(
    prior: ConjugateBandit, largest: float, mean: float
) -> None:
    assert knowing(prior, 1).value == pytest.approx(largest, abs=1e-9)
    assert knowing(prior, 4, 0.5).value == pytest.approx(1.875 * largest, abs=1e-9)
    assert knowing(prior, 4).error < 1e-9
    assert blind(prior, 20).value == pytest.approx(20 * mean)
    assert blind(prior, 3, 0.5).value == pytest.approx(1.75 * mean)


@pytest.mark.parametrize("of", [knowing, blind])
def test_episodes_without_steps_and_discounts_that_are_none_are_named(of: Callable[..., object]) -> None:
    with pytest.raises(ValueError, match="steps is 0; an episode has at least 1"):
        of(COINS, 0)
    for discount in (0, 1.5, float("nan")):
        with pytest.raises(ValueError, match=f"discount is {discount}; it must be above 0 and at most 1"):
            of(COINS, 3, discount)


# Where two players would do different things


@pytest.mark.parametrize("playing", [Greedy(COINS), Thompson(COINS), by_index()], ids=lambda each: type(each).__name__)
def test_what_a_player_falls_short_is_the_sum_of_what_each_wrong_pull_costs(playing: BanditAgent) -> None:
    """Along her own play: exact, and sensitive to every probability on the way."""
    found = disagreements(COINS, playing, best(), STEPS)
    cost = abs(best().lead[tuple(found.counts.T)])
    short = best().earns.value - expected_return(COINS, playing, STEPS).value
    assert short > 0.001
    assert (found.reached * found.apart * cost).sum() == pytest.approx(short, abs=1e-12)


def test_disagreements_are_counted_by_the_step_and_as_often_as_they_are_met() -> None:
    found = disagreements(COINS, best(), Greedy(COINS), STEPS)
    bandits = COINS.sample(20_000, STEPS, generator("disagreement", 0))
    lived = rollout(best(), COINS, bandits, generator("disagreement", 1))
    counts = lived.inputs.cumsum(dim=1)
    would = Greedy(COINS).says(counts.flatten(0, 1)).softmax(dim=1).reshape(lived.policies.shape)
    met = abs(would - lived.policies)[..., 0].mean(dim=0).numpy()
    exact = found.by_step(STEPS)
    assert exact.shape == (STEPS,)
    assert exact[0] == exact[-1] == 0
    assert exact.max() > 0.05
    np.testing.assert_allclose(met, exact, atol=4 * (0.25 / 20_000) ** 0.5)


def test_nobody_disagrees_with_herself() -> None:
    found = disagreements(COINS, best(), best(), STEPS)
    assert len(found.counts) == 0
    assert found.by_step(3).tolist() == [0, 0, 0]


def test_what_cannot_be_walked_is_named() -> None:
    three = BernoulliBandit(1, 1, arms=3)
    with pytest.raises(ValueError, match="arms is 3; players of 2 arms can be compared here"):
        disagreements(three, Greedy(three), Greedy(three), 5)
    with pytest.raises(ValueError, match="steps is 0; an episode has at least 1"):
        disagreements(COINS, best(), best(), 0)


# How many episodes it takes


@cache
def sums() -> torch.Tensor:
    return differences(Match(COINS, STEPS, 30_000), best(), Greedy(COINS))


def test_all_four_estimators_have_the_exact_gap_as_their_mean() -> None:
    gap = best().earns.value - expected_return(COINS, Greedy(COINS), STEPS).value
    errors = sums().std(dim=1) / 30_000**0.5
    assert sums().shape == (4, 30_000)
    assert (abs(sums().mean(dim=1) - gap) < 4 * errors).all()
    smaller, between, also, largest = sums()[[3, 1, 2, 0]].std(dim=1).tolist()
    assert smaller < between < also < largest
    assert largest > 3 * between


def test_estimators_are_those_of_the_probes(monkeypatch: pytest.MonkeyPatch) -> None:
    match = Match(NORMAL, 5, 300)
    one, other = Thompson(NORMAL), Greedy(NORMAL)
    found = differences(match, one, other)
    bandits, others = (NORMAL.sample(300, 5, generator(f"power, {whose} bandits", 0)) for whose in ("the", "other"))
    first, same = (rollout(each, NORMAL, bandits, generator("power, the luck", 0)) for each in (one, other))
    apart = rollout(other, NORMAL, others, generator("power, other luck", 0))
    value, error = repeated(found, 300)
    expected = [
        reward_difference(first, apart),
        reward_difference(first, same),
        expected_difference(first, apart),
        expected_difference(first, same),
    ]
    assert abs(value[:2, 0]).tolist() == pytest.approx([each.value for each in expected[:2]])
    assert value[2:, 0].tolist() == pytest.approx([each.value for each in expected[2:]])
    assert error[:, 0].tolist() == pytest.approx([each.standard_error for each in expected])
    monkeypatch.setattr(power, "BATCH", 120)
    in_parts = differences(match, one, other)
    assert in_parts.shape == (4, 300)
    assert len(in_parts[0].unique()) == 300, "every batch has episodes of its own"


def test_experiments_share_no_episode() -> None:
    made_up = torch.arange(10.0).repeat(4, 1)
    value, error = repeated(made_up, 3)
    assert value[0].tolist() == [1, 4, 7]
    assert error[0].tolist() == pytest.approx([3**-0.5] * 3)


def test_experiments_that_cannot_be_are_named() -> None:
    for episodes in (1, 11):
        with pytest.raises(ValueError, match=f"episodes is {episodes}; it must be at least 2 and at most 10"):
            repeated(torch.zeros(4, 10), episodes)
    with pytest.raises(ValueError, match="episodes is 1; a comparison needs at least 2"):
        Match(COINS, 5, 1)
    with pytest.raises(ValueError, match="steps is 0; an episode has at least 1"):
        Match(COINS, 0, 5)


# Rules


def priced(*short: float, error: float = 0.0) -> store.Result:
    """A result in which the Gittins player falls so much short of the optimum, bandit by bandit."""
    earns = np.array([[[13.0, 12.0, 12.0 - each], [9.0, 8.0, 0.0]] for each in short])
    data = xr.Dataset(
        {
            "earns": (("task", "weighing", "player"), earns),
            "earns_error": (("task", "weighing", "player"), np.full(earns.shape, error / 2)),
        },
        {
            "task": TASKS[: len(short)],
            "weighing": ["undiscounted", "discounted"],
            "player": ["knowing the means", "optimum", "Gittins"],
        },
    )
    return store.Result("gittins", data, {"profile": "laptop"}, {})


@pytest.mark.parametrize(
    ("short", "error", "verdict"),
    [
        ((0.01, 0.02, 0.03, 0.049), 0.0, "reproduced"),
        ((0.01, 0.02, 0.03, 0.051), 0.0, "partly"),
        ((0.01, 0.02, 0.03, 0.049), 0.002, "partly"),
        ((0.051, 0.02, 0.03, 0.04), 0.0, "not"),
        ((-0.003, 0.02, 0.03, 0.04), 0.002, "not"),
        ((0.01, 0.02, -0.001, 0.04), 0.002, "reproduced"),
    ],
)
def test_m22_is_about_what_the_index_costs(short: tuple[float, ...], error: float, verdict: str) -> None:
    found = rules.bayes_optimal_by_index(priced(*short, error=error))
    assert found.verdict == verdict
    assert (found.interval, found.n, found.episodes, found.profile) == (None, None, None, "laptop")
    assert f"{min(short):.3f} to {max(short):.3f} reward" in found.value


@pytest.mark.parametrize(
    ("short", "error", "verdict"),
    [
        ((0.01, 0.02, 0.03, 0.06), 0.0009, "reproduced"),
        ((0.01, 0.02, 0.03, 0.06), 0.0011, "partly"),
        ((0.01, 0.02, 0.03, 0.06), 0.0031, "not"),
        ((0.01, 0.02, 0.03), 0.0, "partly"),
        ((0.01, 0.0, 0.03, 0.06), 0.0001, "partly"),
    ],
)
def test_x03_wants_differences_that_are_sharper_than_their_error(
    short: tuple[float, ...], error: float, verdict: str
) -> None:
    found = rules.side_by_side(priced(*short, error=error))
    assert found.verdict == verdict
    assert f"two arms, Beta(1, 1): 12.0000 and {12 - short[0]:.4f}" in found.value


def powered(printed: float, sees: float, gap: float = 0.066) -> store.Result:
    """A result with such a standard error at 500 episodes, as printed, and such a share of large ones that see."""
    shape = (4, 2, len(ESTIMATORS))
    error, different = np.full(shape, 9.0), np.full(shape, 0.5)
    error[0, 0, ESTIMATORS.index("sampled, apart")] = printed
    error[0, 1, ESTIMATORS.index("expected, common")] = 0.003
    different[0, 1, ESTIMATORS.index("expected, common")] = sees
    dims = ("task", "episodes", "estimator")
    data = xr.Dataset(
        {"gap": (("task",), [gap, 9, 9, 9]), "standard_error": (dims, error), "different": (dims, different)},
        {"task": TASKS, "episodes": [500, 100_000], "estimator": list(ESTIMATORS)},
    )
    return store.Result("bandit-power", data, {"profile": "laptop"}, {})


@pytest.mark.parametrize(
    ("printed", "sees", "verdict"),
    [(0.067, 0.95, "reproduced"), (0.065, 0.95, "partly"), (0.067, 0.94, "partly"), (0.065, 0.94, "not")],
)
def test_x02_wants_one_metric_blind_and_the_other_seeing(printed: float, sees: float, verdict: str) -> None:
    found = rules.blind_metric(powered(printed, sees))
    assert found.verdict == verdict
    assert found.value == (
        f"gap 0.0660 reward; standard error {printed:.3f} as printed with 500 episodes, "
        "0.0030 with both tricks and 100,000"
    )


@pytest.mark.parametrize(
    ("apart", "common", "sees", "verdict"),
    [
        (0.49, 0.49, 0.95, "reproduced"),
        (0.51, 0.1, 0.95, "partly"),
        (0.1, 0.51, 0.95, "partly"),
        (0.1, 0.1, 0.94, "partly"),
    ],
)
def test_x02_wants_too_little_power_in_both_readings_on_both_bandits(
    apart: float, common: float, sees: float, verdict: str
) -> None:
    result = powered(9.0, 0.99)
    result.data["different"].loc[{"episodes": 500}] = 0.3
    result.data["different"].loc[{"episodes": 100_000}] = 0.99
    for name, share in (("sampled, apart", apart), ("sampled, common", common)):
        result.data["different"].loc[{"task": TASKS[1], "episodes": 500, "estimator": name}] = share
    result.data["different"].loc[{"task": TASKS[1], "episodes": 100_000}] = sees
    assert rules.powerless_metric(result).verdict == verdict
    result.data["different"].loc[{"task": TASKS[0], "episodes": 500}] = 0.6
    assert rules.powerless_metric(result).verdict == ("not" if verdict == "partly" else "partly")


def test_half_of_all_experiments_see_a_gap_that_is_1_96_standard_errors_wide() -> None:
    enough = rules.needed(5.0, 0.5, float(norm.ppf(0.9)))
    seen = norm.cdf(0.5 / (5.0 / enough**0.5) - 1.96)
    assert seen == pytest.approx(0.9, abs=1e-4)
    assert rules.needed(5.0, 0.5) == pytest.approx((1.96 * 10) ** 2)


# Pictures


def pictures() -> dict[str, tuple[Callable[[], Picture], int, str]]:
    falling = np.linspace(0.3, 0.1, 6)
    stays = np.full((4, 4), np.nan)
    stays[np.add.outer(range(4), range(4)) < 4] = 1.0
    tries, early = stays.copy(), stays.copy()
    tries[0, 1] = early[0, 1] = 0.0  # both
    tries[0, 3] = 0.0  # the index only
    shortfalls = {
        "knowing the means": np.array([-1.0, -0.9, -2.0, -3.0]),
        "Gittins": np.array([0.01, 0.006, 0.03, 0.034]),
        "greedy": np.array([0.07, 0.04, 0.4, 1.5]),
    }
    discounts = np.array([0.5, 0.9, 0.95])
    short = np.array([[0.03, 0.0076, 0.011], [0.02, 0.004, 0.006], [0.2, 0.027, 0.03], [0.7, 0.05, 0.034]])
    errors = np.outer([0.3, 0.03], [1, 0.5, 0.9, 0.1])
    return {
        "indices": (
            lambda: draw.indices([0.5, 0.9], 0.5 + np.stack([falling / 2, falling]), np.stack([falling, 2 * falling])),
            2,
            r"0\.6500 .* 0\.5, 0\.8000 at .* 0\.9; .* 10 pulls 0\.5500 and 0\.6000.* 0\.6000 at first and 0\.2000",
        ),
        "states": (
            lambda: draw.states(early, tries, FAMILIES, np.outer([1, 2, 3, 4], np.linspace(0, 0.1, 4))),
            4,
            r"of 4 steps.* In 1 states the optimum stays .* all after 3 pulls or more; in 0 .* Beta\(1, 1\): 0\.2 of 4",
        ),
        "price": (
            lambda: draw.price(FAMILIES, shortfalls, discounts, short, 0.95, 20),
            4,
            r"Gittins: 0\.006 to 0\.034\. greedy: 0\.04 to 1\.5\..* 0\.9 for .* \(0\.0076\).* 0\.95 for .* N\(1, 4\)",
        ),
        "power": (
            lambda: draw.power(
                ESTIMATORS,
                0.0659,
                {ESTIMATORS[0]: np.array([-0.3, 0.1, -0.1, 0.4]), ESTIMATORS[3]: np.full(4, 0.06)},
                500,
                np.array([500, 50_000]),
                errors,
                [50_000, 900, 40_000, 700],
            ),
            4,
            r"0\.0659 reward.* 'sampled, apart' 50% of them .* 'expected, common' 0%\..* 0\.3 at 500; 50,000 episodes",
        ),
    }


@pytest.mark.parametrize("name", list(pictures()))
def test_every_picture_says_what_its_numbers_say(name: str) -> None:
    check_picture(*pictures()[name], holes=name == "states")


def test_the_card_of_a_run_that_trains_nothing_says_so() -> None:
    manifest: dict[str, Any] = {
        "run": "gittins",
        "profile": "laptop",
        "episodes": {"a": 500, "b": 500},
        "specs": {"a": {}, "b": {}},
        "seconds": 200,
        "device": "cpu",
        "versions": {"python": "3.11"},
    }
    card = CardOfPlay(manifest)
    assert card.facts["Networks"] == "none; nothing is trained"
    assert card.facts["Episodes played"] == "500 of each bandit"
    assert card.facts["Cost"] == "3 minutes of one core (cpu)"
    assert CardOfPlay({**manifest, "seconds": 42}).facts["Cost"].startswith("42 seconds")
    assert card.line == "Run gittins, laptop profile: nothing is trained"
    assert card.facts["Made on"] == "a processor that was not recorded"
    assert CardOfPlay({**manifest, "processor": "fast"}).facts["Made on"] == "fast"
    assert "make results RUN=gittins" in card._repr_html_()
    assert repr(card).splitlines()[1] == "Networks: none; nothing is trained"


# What ships


@cache
def shipped() -> store.Result:
    return store.load("gittins")


@pytest.mark.parametrize("row", BANDITS, ids=TASKS)
def test_tables_that_ship_are_those_that_would_be_found_again(row: Any) -> None:
    table, fresh = load_gittins_table(shipped(), row, 0.8), index_table(row.task, 20, 0.8)
    np.testing.assert_allclose(table.values, fresh.values, atol=1e-12)
    assert (table.prior, table.discount) == (row.task, 0.8)
    assert table.error == pytest.approx(fresh.error)
    player = GittinsAgent(row.task, table)
    bandits = row.task.sample(50, 20, generator("shipped tables", 0))
    one, other = (
        rollout(each, row.task, bandits, generator("luck", 0)) for each in (player, GittinsAgent(row.task, fresh))
    )
    assert torch.equal(one.actions, other.actions)


def test_every_table_is_as_accurate_as_was_asked_for() -> None:
    errors = shipped().data.index_error
    assert float(errors.max()) <= 1e-6
    assert {0.5, 0.8, 0.9, 0.95, 0.99} <= set(errors.discount.values)


def test_what_is_not_there_is_named_with_what_there_is() -> None:
    with pytest.raises(ValueError, match=r"no indices at discount 0\.123; it has 0\.5, 0\.6"):
        load_gittins_table(shipped(), BANDITS[0], 0.123)
    others = store.Result("gittins", shipped().data.isel(bernoulli=[1]), {}, {})
    with pytest.raises(ValueError, match="no indices of 'arms 1, 1'; it has arms 2, 1"):
        load_gittins_table(others, BANDITS[0], 0.95)


@pytest.mark.parametrize(
    ("task", "weighing", "player", "value"),
    [
        ("arms 1, 1", "undiscounted", "optimum", 12.4313),
        ("arms 1, 1", "undiscounted", "Gittins", 12.4205),
        ("arms 1, 1", "undiscounted", "greedy", 12.3654),
        ("arms 2, 1", "undiscounted", "optimum", 15.1815),
        ("arms 2, 1", "undiscounted", "Gittins", 15.1753),
        ("arms 2, 1", "undiscounted", "greedy", 15.1408),
        ("arms 1, 1", "discounted", "optimum", 7.8694),
        ("arms 1, 1", "discounted", "Gittins", 7.8631),
    ],
)
def test_returns_that_ship_are_the_known_ones(task: str, weighing: str, player: str, value: float) -> None:
    assert float(shipped().data.earns.sel(task=task, weighing=weighing, player=player)) == pytest.approx(
        value, abs=6e-5
    )


def test_returns_that_ship_were_met_in_play() -> None:
    data = shipped().data
    off = data.played - data.earns.sel(weighing="undiscounted", player=data.actor)
    assert float(abs(off / data.played_error).max()) < 4.5


def test_the_power_that_ships_is_what_theory_says() -> None:
    """Standard errors fall with the root of the number; shares are those of a normal distribution."""
    data = store.load("bandit-power").data
    own = data.sel(task="arms 1, 1")
    assert float(own.gap) == pytest.approx(12.4313 - 12.3654, abs=1e-4)
    shrunk = own.standard_error * data.episodes**0.5 / own.deviation
    np.testing.assert_allclose(shrunk.values, 1, atol=0.02)
    misled = norm.cdf(-own.gap / own.standard_error.sel(episodes=500))
    experiments = float(data.experiments.sel(episodes=500))
    off = abs(own.misled.sel(episodes=500) - misled)
    assert (off < 4 * (0.25 / experiments) ** 0.5 + 0.005).all()
    sees = own.different.sel(episodes=100_000)
    assert float(sees.sel(estimator="expected, common")) == 1
    assert float(sees.sel(estimator="sampled, apart")) < 1
