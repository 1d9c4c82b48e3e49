"""What walkers do, on walks written out; how many dimensions a cloud of states takes up."""

import math

import numpy as np
import pytest
import torch

from lib.agents.lstm import LSTM
from lib.machine import Machine, unroll
from lib.optimal.gridworld import optimum
from lib.probes.state_geometry import explained, participation_ratio, variances
from lib.probes.time_rescaling import TimeRescaled
from lib.probes.trajectories import (
    NONE,
    Trajectories,
    after_first,
    entropy_by_cell,
    entropy_by_choice,
    lesser_next,
    occupancy,
    perplexity,
    trajectories,
    visits,
    way_lengths,
)
from lib.random import generator
from lib.tasks.environment import Rollout, rollout
from lib.tasks.gridworld import STAGED, Grids


def scripted(grids: Grids, *paths: str) -> Rollout:
    """These moves (u, r, d, l), each made with probability one half, the next one in the circle with the other."""
    place, observation = STAGED.reset(grids)
    actions = torch.tensor([["urdl".index(move) for move in path] for path in paths])
    policies = torch.zeros(*actions.shape, 4).scatter_(2, actions[..., None], 0.5)
    policies.scatter_(2, (actions[..., None] + 1) % 4, 0.5)
    inputs, rewards = [], []
    for action in actions.unbind(dim=1):
        inputs.append(observation)
        place, outcome = STAGED.step(grids, place, action)
        observation = outcome.observation
        rewards.append(outcome.rewards)
    paid = torch.stack(rewards, 1)
    return Rollout(torch.stack(inputs, 1), policies, actions, paid, paid)


# The high goal is at the top left and the medium one at (1, 3).
WANDERS = "rluuuuu" + "uuuuu" + "ur"  # to the high goal in 7 steps, again in 5, then to the safe one
STAYS = "uuur" + "uuruuurr" + "ll"  # to the medium goal in 4 steps; then upwards from (1, 2), into it again and on


@pytest.fixture(scope="module")
def lives() -> Trajectories:
    grids = STAGED.given((1, 3), (0, 5), 14, batch=2)
    return trajectories(scripted(grids, WANDERS, STAYS), grids)


def test_walks_follow_what_was_played(lives: Trajectories) -> None:
    assert lives.entered[0].tolist() == [1, 0, 6, 12, 18, 24, 30, 6, 12, 18, 24, 30, 6, 7]
    assert lives.stood[0].tolist() == [0, 1, 0, 6, 12, 18, 24, 0, 6, 12, 18, 24, 0, 6]
    goals = [[NONE] * 14, [NONE] * 14]
    for life, step, goal in ((0, 6, 2), (0, 11, 2), (0, 13, 0), (1, 3, 1), (1, 7, 1)):
        goals[life][step] = goal
    assert lives.goal.tolist() == goals
    assert lives.distance.tolist() == [[2, 4, 5]] * 2
    assert visits(lives).tolist() == [0.5, 1, 1]
    torch.testing.assert_close(lives.entropy, torch.full((2, 14), math.log(2), dtype=torch.float64))


def test_ways_are_counted_from_the_last_goal(lives: Trajectories) -> None:
    first, later = way_lengths(lives, 2)
    assert (first[0], later[0]) == (7, 5)
    assert first[1].isnan()
    assert later[1].isnan()
    first, later = way_lengths(lives, 1)
    assert (first[1], later[1]) == (4, 4)
    assert way_lengths(lives, 0)[0][0] == 2
    assert way_lengths(lives, 0)[1][0].isnan()


def test_a_lesser_goal_is_taken_when_time_is_short(lives: Trajectories) -> None:
    """Two steps are left after the second visit to the high goal: too few for it. All other visits leave time."""
    short, enough = lesser_next(lives)
    assert (short, enough) == (1.0, 0.0)
    grids = STAGED.given((1, 3), (0, 5), 9, batch=2)
    turns = trajectories(scripted(grids, "uuuuu" + "rrrr", "uuuuu" + "uuur"), grids)
    short, enough = lesser_next(turns)
    assert short == 0.5, "one walks to the medium goal and the other nowhere"
    assert math.isnan(enough)


def test_where_they_are(lives: Trajectories) -> None:
    shares = occupancy(lives, 36)
    assert shares.sum() == pytest.approx(1)
    assert shares[30] == 2 / 28, "goals are entered, although nobody stays there"
    assert perplexity(np.array([shares, np.full(36, 1 / 36)])) == pytest.approx(
        [math.exp(-sum(share * math.log(share) for share in shares if share)), 36]
    )


def test_entropy_by_cell_and_by_choice(lives: Trajectories) -> None:
    changed = Trajectories(
        lives.stood, lives.entered, lives.goal, lives.distance, torch.arange(28.0).reshape(2, 14).double()
    )
    by_cell = entropy_by_cell(changed, 36)
    assert by_cell[1] == 1
    assert by_cell[24] == (6 + 11) / 2
    assert by_cell[35] == 0, "nobody stood there"
    when = after_first(changed, 2)
    assert when.sum(dim=1).tolist() == [7, 0]
    assert when[0].nonzero()[:, 0].tolist() == list(range(7, 14))
    best = torch.tensor([[1] * 8 + [2, 3, 4, 1, 1, 4]] * 2)
    one, several = entropy_by_choice(changed, best, when)
    assert one == (7 + 11 + 12) / 3
    assert several == (8 + 9) / 2
    assert math.isnan(entropy_by_choice(changed, best, when & (best == 1))[1])


def test_the_optimum_does_all_of_it() -> None:
    agent = optimum(STAGED, 20)
    grids = STAGED.every(20, times=4)
    played = rollout(agent, STAGED, grids, generator("walks", 0))
    lives = trajectories(played, grids)
    assert visits(lives) == pytest.approx([2.25, 3.19, 0], abs=0.15)
    short, enough = lesser_next(lives)
    assert short == 1
    assert 0 < enough < 0.3, "three visits to the safe goal can be worth more than one to a medium goal six steps away"
    best = (unroll(agent, played.inputs).outputs > 0).sum(dim=2)
    one, several = entropy_by_choice(lives, best, torch.ones_like(best, dtype=torch.bool))
    assert one == pytest.approx(0, abs=1e-9)
    assert math.log(2) - 1e-9 <= several <= math.log(3)


def test_what_was_played_elsewhere_is_refused() -> None:
    grids = STAGED.given((1, 3), (0, 5), 14, batch=2)
    with pytest.raises(ValueError, match="2 lives of 14 steps were played; these are 2 grids for 9 steps"):
        trajectories(scripted(grids, WANDERS, STAYS), STAGED.given((1, 3), (0, 5), 9, batch=2))


def test_dimensions_of_clouds_with_known_shapes() -> None:
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(6, 6)))[0]
    scales = np.sqrt([4.0, 3.0, 2.0, 1.0, 0.0, 0.0])
    standard = rng.normal(size=(20_000, 6))
    found = variances(standard * scales @ turn + 5)
    assert found == pytest.approx([4, 3, 2, 1, 0, 0], abs=0.12)
    assert participation_ratio(found) == pytest.approx(100 / 30, abs=0.1)
    assert explained(found) == pytest.approx(0.9, abs=0.01)
    assert explained(found, 1) == pytest.approx(0.4, abs=0.01)
    assert participation_ratio(variances(standard @ turn)) == pytest.approx(6, abs=0.02)


def test_clouds_without_dimensions_are_refused() -> None:
    with pytest.raises(ValueError, match="1 states have no variance"):
        variances(np.zeros((1, 3)))
    with pytest.raises(ValueError, match="all states are the same"):
        participation_ratio(variances(np.ones((5, 3))))
    for along, components in ((np.zeros(3), 3), (np.ones(3), 0)):
        with pytest.raises(ValueError, match="explain nothing"):
            explained(along, components)


def test_a_wound_clock_runs_as_in_another_life() -> None:
    agent = LSTM(8).build(STAGED.input_size, STAGED.output_size, generator("walks", 1))
    for lasting, observation, heard in (
        (9, [-1, -0.75, -0.5, 0, 0.5, 1], [-1, -0.5, 0, 1, 1, 1]),
        (3, [-1, 0, 1], [-1, -0.5, 0]),
        (5, [-1, 0.5, 1], [-1, 0.5, 1]),
    ):
        wound = TimeRescaled(agent, 5, lasting)
        assert isinstance(wound, Machine)
        x = STAGED.reset(STAGED.given((1, 3), (0, 5), 5, len(observation)))[1]
        x[:, -1] = torch.tensor(heard)
        state = agent.initial_state(len(observation))
        expected = agent.step(state, x)
        x[:, -1] = torch.tensor(observation)
        for one, other in zip(wound.step(state, x), expected, strict=True):
            assert torch.equal(one, other)
    assert not torch.equal(TimeRescaled(agent, 5, 3).step(state, x)[1], agent.step(state, x)[1])
    for name, wrong in (("believed", (1, 5)), ("lasting", (5, 1))):
        with pytest.raises(ValueError, match=f"{name} is 1; a life in which time passes"):
            TimeRescaled(agent, *wrong)
