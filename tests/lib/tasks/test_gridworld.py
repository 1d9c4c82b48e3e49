"""The grid world: where its goals are, what moves lead to, and what a machine is told."""

import numpy as np
import pytest
import torch
from scipy import stats

from lib.random import generator
from lib.tasks.environment import Environment
from lib.tasks.gridworld import EARLY, STAGED, Grids, GridWorld

UP, RIGHT, DOWN, LEFT = range(4)


def walk(episodes: Grids, path: list[int]) -> list[tuple[int, float, list[float]]]:
    """Cell, reward and what was told after each move of a batch's first episode."""
    place, _ = STAGED.reset(episodes)
    found = []
    for action in path:
        place, outcome = STAGED.step(episodes, place, torch.full((len(episodes.medium),), action))
        assert torch.equal(outcome.rewards, outcome.expected), "rewards are not noisy"
        found.append((int(place.cells[0]), round(outcome.rewards[0].item(), 4), outcome.observation[0].tolist()))
    return found


def test_goals_are_where_the_source_has_them() -> None:
    assert isinstance(STAGED, Environment)
    assert STAGED.mediums == ((1, 3), (2, 3), (3, 3), (3, 2), (3, 1))
    assert len(STAGED.highs) == len(set(STAGED.highs)) == 11
    assert all(5 in cell for cell in STAGED.highs)
    assert (STAGED.rewards, EARLY.rewards) == ((0.25, 0.65, 1.0), (0.1, 0.5, 1.0))
    assert EARLY.text((1, 3), (5, 0)) == (
        "h h h h h h\n. . . . . h\n. M m m . h\n. . . m . h\n. S . m . h\n. . . . . H"
    )


def test_every_pair_of_places_is_equally_likely() -> None:
    drawn = STAGED.sample(22_000, 3, generator("grid", 0))
    counts = np.bincount((drawn.medium * 11 + drawn.high).numpy(), minlength=55)
    assert stats.chisquare(counts).pvalue > 0.001
    every = STAGED.every(3, times=2)
    assert np.bincount((every.medium * 11 + every.high).numpy()).tolist() == [2] * 55
    assert torch.equal(every.goals[:55], every.goals[55:])


def test_a_walk_by_hand() -> None:
    grids = STAGED.given((1, 3), (0, 5), steps=30)
    there = walk(grids, [LEFT, DOWN, UP, RIGHT, UP, UP, RIGHT, UP, LEFT, UP])
    #        at the walls, then the safe goal; past it upwards, and into the medium goal from the right
    assert [cell for cell, _, _ in there] == [0, 0, 6, 0, 6, 12, 13, 0, 0, 6]
    assert [reward for _, reward, _ in there] == [0, 0, 0, 0.25, 0, 0, 0, 0.65, 0, 0]
    again = walk(grids, [UP] * 5 + [RIGHT] * 7)
    assert [reward for _, reward, _ in again] == [0, 0, 0, 0, 1] + [0] * 7
    assert [cell for cell, _, _ in again[5:]] == [1, 2, 3, 4, 5, 5, 5], "no high goal at the right, and no way out"
    assert walk(STAGED.given((3, 1), (0, 5), 3), [RIGHT] * 3)[-1][0] == 3, "no goal below the third row"


def test_a_machine_is_told_cell_action_reward_and_time() -> None:
    grids = STAGED.given((1, 3), (0, 5), steps=5, batch=2)
    _, first = STAGED.reset(grids)
    assert first.tolist() == [[1.0, *[0.0] * 40, -1.0]] * 2
    observation = [said for _, _, said in walk(grids, [RIGHT, UP, DOWN, UP, RIGHT])]
    for said, cell, action, reward, moment in zip(
        observation,
        (1, 0, 0, 6, 0),
        (RIGHT, UP, DOWN, UP, RIGHT),
        (0, 0.25, 0, 0, 0.25),
        (-0.5, 0, 0.5, 1, 1.5),
        strict=True,
    ):
        assert np.flatnonzero(said[:40]).tolist() == [cell, 36 + action]
        assert said[40:] == [reward, moment]
    assert STAGED.input_size == len(observation[0]) == 42


def test_who_may_look_sees_where_goals_are_and_what_they_are_worth() -> None:
    drawn = STAGED.every(4)
    assert drawn.privileged.sum(dim=1).tolist() == [2.0] * 55
    assert torch.equal(drawn.privileged[:, :5].argmax(dim=1), drawn.medium)
    assert torch.equal(drawn.privileged[:, 5:].argmax(dim=1), drawn.high)
    pays = drawn.pays.gather(1, drawn.goals)
    torch.testing.assert_close(pays, torch.tensor([STAGED.rewards]).expand(55, -1))
    torch.testing.assert_close(drawn.pays.sum(dim=1), torch.full((55,), 1.9))
    assert STAGED.given((3, 3), (5, 5), 4).reward_bounds.tolist() == [[0, 0.125]]
    assert STAGED.given((3, 3), (5, 0), 4).reward_bounds.tolist() == [[0, torch.tensor(0.2).item()]]
    assert STAGED.given((1, 3), (5, 5), 4).reward_bounds.tolist() == [[0, torch.tensor(0.65 / 4).item()]]


def test_a_life_too_short_for_any_goal_pays_nothing() -> None:
    for path in ([UP], [RIGHT]):
        assert [reward for _, reward, _ in walk(STAGED.given((1, 3), (0, 5), 1), path)] == [0]
    with pytest.raises(ValueError, match="1 steps were taken; these lives are over"):
        walk(STAGED.given((1, 3), (0, 5), 1), [UP, UP])


def test_a_small_world() -> None:
    small = GridWorld(safe=(1, 0), side=4)
    assert (small.mediums, len(small.highs), small.input_size) == (((1, 1),), 7, 22)
    assert small.text((1, 1), (3, 3), at=(0, 0)) == "h h h H\n. . . h\n. M . h\no S . h"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"side": 3}, "side is 3; a grid with a third row from the top has at least 4"),
        ({"safe": (0, 0)}, "safe is the start"),
        ({"safe": (2, 3)}, r"safe is \(2, 3\), which is where a medium goal may be"),
        ({"safe": (5, 0)}, r"safe is \(5, 0\), which is where a high goal may be"),
        ({"safe": (6, 1)}, r"cell \(6, 1\) is outside of a grid of 6 by 6"),
        ({"side": 4}, r"safe is \(1, 1\), which is where a medium goal may be"),
        ({"safe_reward": 0}, "rewards are 0.0, 0.65, 1.0; they must be positive and finite, and grow"),
        ({"medium_reward": 0.2}, "they must be positive and finite, and grow"),
        ({"high_reward": float("inf")}, "they must be positive and finite, and grow"),
        ({"high_reward": float("nan")}, "they must be positive and finite, and grow"),
    ],
)
def test_a_world_that_cannot_be_is_refused(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        GridWorld(**wrong)  # type: ignore[arg-type]


def test_other_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match=r"the medium goal is at \(1, 1\); it can be at \(1, 3\), \(2, 3\)"):
        STAGED.given((1, 1), (0, 5), 5)
    with pytest.raises(ValueError, match=r"the high goal is at \(0, 0\); it can be at \(0, 5\)"):
        STAGED.given((1, 3), (0, 0), 5)
    for batch, steps in ((0, 5), (5, 0)):
        with pytest.raises(ValueError, match=f"asked for {batch} episodes of {steps} steps"):
            STAGED.sample(batch, steps, generator("grid", 1))
        with pytest.raises(ValueError, match=f"asked for {batch} episodes of {steps} steps"):
            STAGED.every(steps, batch)
        with pytest.raises(ValueError, match=f"asked for {batch} episodes of {steps} steps"):
            STAGED.given((1, 3), (0, 5), steps, batch)
    grids = STAGED.every(5)
    for action in (4, -1):
        with pytest.raises(ValueError, match=f"action {action} is none of 0 to 3"):
            STAGED.step(grids, STAGED.reset(grids)[0], torch.tensor([0] * 54 + [action]))
