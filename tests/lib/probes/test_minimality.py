"""Minimal machines, and the best player with a window."""

from itertools import product

import numpy as np
import pytest
import torch

from lib.optimal.bandit_dp import optimum
from lib.optimal.windowed_policy import best_windowed
from lib.probes.minimality import CountStates, coarsest_partition
from lib.random import generator
from lib.tasks.bandits import BernoulliBandit
from lib.tasks.environment import rollout

COINS = BernoulliBandit(1, 1)


def test_states_that_differ_two_steps_later_only_are_kept_apart() -> None:
    """A counter of ones modulo 3 that says whether it comes to 0, and a copy of one of its states."""
    classes = coarsest_partition(np.array([[1], [2], [0], [2]]), np.array([[0], [0], [1], [0]]))
    assert classes[1] == classes[3]
    assert len(set(classes[:3])) == 3


def test_the_optimum_of_an_episode_is_not_minimal() -> None:
    """The referee's numbers, found by another program: 8,855 states, 3,105 classes, 1,867 on inputs of its own play."""
    own = CountStates.of(optimum(COINS, 20))
    assert len(own.counts) == 8_855
    assert own.classes().max() + 1 == 3_105
    assert own.classes(own_play=True).max() + 1 == 1_867
    assert CountStates.of(optimum(BernoulliBandit(2, 1), 20)).classes().max() + 1 == 3_296


def test_merged_states_choose_alike_whatever_follows() -> None:
    own = CountStates.of(optimum(COINS, 5))
    classes = own.classes()

    def choices(state: int) -> list[int]:
        """Whatever follows, in a fixed order."""
        after = [int(n) for n in own.transition[state]]
        return [int(own.choice[state]), *(c for n in after for c in (choices(n) if n >= 0 else [9]))]

    said = [tuple(choices(state)) for state in range(len(own.counts))]
    for one, other in product(range(len(said)), repeat=2):
        assert (classes[one] == classes[other]) == (said[one] == said[other])
    assert own.reached.sum() < len(own.reached)


def test_what_is_no_machine_is_refused() -> None:
    with pytest.raises(ValueError, match="transitions lead from 0 to 4; there are 1 states"):
        coarsest_partition(np.array([[0, 4]]), np.array([[0]]))


@pytest.mark.parametrize("prior", [COINS, BernoulliBandit(2, 1), BernoulliBandit(0.5, 3)])
def test_a_window_over_everything_is_the_optimum_and_none_is_one_arm_for_ever(prior: BernoulliBandit) -> None:
    assert best_windowed(prior, 5, 4).earns == pytest.approx(optimum(prior, 5).earns.value, abs=1e-9)
    assert best_windowed(prior, 5, 0).earns == pytest.approx(5 * prior.a / (prior.a + prior.b), abs=1e-9)
    earned = [best_windowed(prior, 7, window).earns for window in range(5)]
    assert earned == sorted(earned)


def test_no_policy_of_a_short_game_with_a_window_of_one_earns_more() -> None:
    """All 2 + 2^4 + 2^4 policies of three steps, by playing all that can happen with means on a fine grid."""
    grid = (np.arange(400) + 0.5) / 400
    p = np.stack(np.meshgrid(grid, grid, indexing="ij"))
    best = 0.0
    for first, second, third in product((0, 1), product((0, 1), repeat=2), product((0, 1), repeat=4)):
        value = p[first].copy()
        for won in (True, False):
            chance = p[first] if won else 1 - p[first]
            arm = second[int(not won)]
            value += chance * p[arm]
            for again in (True, False):
                chance_too = chance * (p[arm] if again else 1 - p[arm])
                value += chance_too * p[third[2 * arm + int(not again)]]
        best = max(best, float(value.mean()))
    assert best_windowed(COINS, 3, 1).earns == pytest.approx(best, abs=1e-4)


def test_a_player_with_a_window_earns_what_it_says() -> None:
    player = best_windowed(COINS, 8, 2)
    bandits = COINS.sample(40_000, 8, generator("test", 0))
    earned = rollout(player, COINS, bandits, generator("test", 1)).expected.double().sum(dim=1)
    assert earned.mean().item() == pytest.approx(player.earns, abs=3 * earned.std().item() / 200)
    state = torch.tensor([[6.0, 3.0]])
    with pytest.raises(ValueError, match="step 9 of an episode of 8"):
        player.step(torch.tensor([[7.0, 3.0]]), torch.zeros(1, 4))
    mixed = torch.cat([state, player.initial_state(1)])
    assert torch.equal(player.step(mixed, torch.zeros(2, 4))[1][:1], player.step(state, torch.zeros(1, 4))[1])
    with pytest.raises(ValueError, match="window -1"):
        best_windowed(COINS, 3, -1)


def test_a_window_of_one_is_searched_from_many_beginnings() -> None:
    """From eight beginnings the search once ended at a shortfall of 0.684; from 2,000 at 0.506."""
    short = optimum(COINS, 20).earns.value - best_windowed(COINS, 20, 1).earns
    assert short == pytest.approx(0.5064, abs=1e-3)
