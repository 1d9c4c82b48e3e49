"""Second ensembles: networks that no first ensemble knows, and recipes that say what they change."""

import pytest

from experiments.bandits import specs as players
from experiments.bandits.specs_order import constant_price_players, players_by_width
from experiments.prediction import lengthening
from experiments.prediction import specs as predictors
from experiments.prediction.specs_order import FRESH, fresh_predictors, ordered_predictors
from lib.checkpoints import log_spaced
from lib.probes.benchmark import PREDICTION, SOURCES_BANDIT, SOURCES_DIE
from lib.runner import store
from lib.spec import describe
from lib.tasks.bandits import GaussianBandit
from lib.training.loop import CONSTANT, ONE_CYCLE
from lib.training.schedules import Linear

FRESHLY_TRAINED = [
    *fresh_predictors("laptop"),
    *(spec for schedule in (ONE_CYCLE, CONSTANT) for spec in ordered_predictors("laptop", SOURCES_DIE, schedule)),
    *constant_price_players("laptop"),
    *(spec for each in players_by_width("laptop").values() for spec in each),
]


@pytest.mark.parametrize("run", ["prediction", "bandits", "memory"])
def test_fresh_seeds_are_those_of_no_network_that_ships(run: str) -> None:
    shipped = {described["seed"] for described in store.load(run).manifest["specs"].values()}
    assert shipped.isdisjoint({spec.seed for spec in FRESHLY_TRAINED})
    assert min(spec.seed for spec in FRESHLY_TRAINED) == FRESH


def changed(one: object, other: object) -> set[str]:
    first, second = describe(one), describe(other)
    return {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}


def test_fresh_predictors_differ_from_the_first_in_what_they_say() -> None:
    first = predictors.predictors("laptop", (SOURCES_DIE,))[0]
    assert changed(first, fresh_predictors("laptop", (SOURCES_DIE,))[0]) == {"seed"}
    cycle, constant = (ordered_predictors("laptop", SOURCES_DIE, schedule)[0] for schedule in (ONE_CYCLE, CONSTANT))
    assert changed(first, cycle) == {"seed", "checkpoints"}
    assert changed(cycle, constant) == {"schedule", "peak_learning_rate"}
    assert len(log_spaced(cycle.updates, cycle.checkpoints)) > 60


def test_players_of_the_second_ensemble_pay_one_price_for_entropy() -> None:
    first, second = players.players("laptop", (SOURCES_BANDIT,))[0], constant_price_players("laptop")[0]
    assert changed(first, second) == {"seed", "batch", "peak_learning_rate", "entropy", "checkpoints", "schedule"}
    assert second.entropy == Linear(0.01, 0.01)
    assert len(log_spaced(second.updates, second.checkpoints)) > 60
    assert players_by_width("laptop")[64] == constant_price_players("laptop")[:3]


def test_a_third_ensemble_has_seeds_of_its_own_and_plays_one_bandit_for_longer() -> None:
    third = players.third_players("laptop")
    taken = {spec.seed for spec in FRESHLY_TRAINED}
    assert {spec.seed for each in third.values() for spec in each}.isdisjoint(taken)
    for row, each in third.items():
        says = changed(players.players("laptop", (row,))[0], each[0])
        assert says == ({"seed", "updates"} if row.name == players.TIGHT else {"seed"})


def test_a_fourth_ensemble_has_seeds_of_its_own_and_plays_gaussian_arms_as_the_first() -> None:
    fourth = players.gaussian_players("laptop")
    third = [spec for each in players.third_players("laptop").values() for spec in each]
    assert {spec.seed for each in fourth.values() for spec in each}.isdisjoint(
        {spec.seed for spec in [*third, *FRESHLY_TRAINED]}
    )
    assert [type(row.task) for row in fourth] == [GaussianBandit] * 2
    for row, each in fourth.items():
        assert {*map(len, fourth.values())} == {5}
        assert changed(players.players("laptop", (row,))[0], each[0]) == {"seed"}


def test_longer_lives_again_have_seeds_of_their_own_and_twice_as_long_a_second_part() -> None:
    first, again = lengthening.lengthened_predictors("laptop"), lengthening.longer_again("laptop")
    taken = {spec.seed for spec in [*first, *FRESHLY_TRAINED]}
    assert {spec.seed for spec in again}.isdisjoint(taken)
    assert {spec.begun.task for spec in again} == {row.task for row in PREDICTION}
    assert {spec.updates for spec in again} == {2 * first[0].updates}
