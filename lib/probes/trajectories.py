"""Trajectories in a grid: goals visited, occupancy, lengths of ways, and entropy of choices.

Source: Lange and Sprekeler 2020, section 4, figures 4, 5 and 7. It shows trajectories; the rates are ours.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from lib.tasks.environment import Rollout
from lib.tasks.grid_geometry import moves
from lib.tasks.gridworld import GOALS, Grids

NONE = -1  # where a goal's number would be


@dataclass(frozen=True)
class Trajectories:
    """Trajectories of a batch of lives.

    Attributes:
        stood: the cell before each step.
        entered: the cell that each step led into; a goal too, although nobody stays there.
        goal: which goal is there, 0 to 2 from safe to high; else `NONE`.
        distance: of each goal from the start, in steps.
        entropy: of the choice of each step, in nats.
    """

    stood: Int[Tensor, "batch time"]
    entered: Int[Tensor, "batch time"]
    goal: Int[Tensor, "batch time"]
    distance: Int[Tensor, "batch 3"]
    entropy: Float[Tensor, "batch time"]

    @property
    def steps(self) -> int:
        """In a life."""
        return self.goal.shape[1]


def trajectories(played: Rollout, grids: Grids) -> Trajectories:
    """Trajectories of a rollout.

    Raises:
        ValueError: if it was not played in these grids.
    """
    world = grids.world
    if played.actions.shape != (len(grids.medium), grids.steps):
        lived = " lives of ".join(map(str, played.actions.shape))
        raise ValueError(f"{lived} steps were played; these are {len(grids.medium)} grids for {grids.steps} steps")
    stood = played.inputs[..., : world.cells].argmax(dim=2)
    entered = moves(world.side)[stood, played.actions]
    here = entered[..., None] == grids.goals[:, None]
    goal = torch.where(here.any(dim=2), here.int().argmax(dim=2), NONE)
    distance = grids.goals % world.side + grids.goals // world.side
    policies = played.policies.double()
    return Trajectories(stood, entered, goal, distance, -torch.special.xlogy(policies, policies).sum(dim=2))


def visits(lives: Trajectories) -> Float[np.ndarray, " goal"]:
    """Visits to each goal in a life, on average."""
    return np.array([(lives.goal == goal).double().sum(dim=1).mean().item() for goal in range(len(GOALS))])


def occupancy(lives: Trajectories, cells: int) -> Float[np.ndarray, " cell"]:
    """Occupancy: the share of steps that lead into each cell."""
    return np.bincount(lives.entered.flatten().numpy(), minlength=cells) / lives.entered.numel()


def perplexity(shares: Float[np.ndarray, "*batch cell"]) -> Float[np.ndarray, "*batch"]:
    """Perplexity of shares, the exponential of their entropy: over how many cells they are spread.

    >>> perplexity(np.array([[0.25, 0.25, 0.25, 0.25], [1, 0, 0, 0]]))
    array([4., 1.])
    """
    logs = np.log(shares, where=shares > 0, out=np.zeros(shares.shape))
    return np.asarray(np.exp(-(shares * logs).sum(axis=-1)))


def way_lengths(lives: Trajectories, goal: int) -> tuple[Float[Tensor, " batch"], Float[Tensor, " batch"]]:
    """Lengths of ways from the start to a goal, in steps: the first time, and on average of all later times; NaN
    where there is none. A way begins when the last one has ended, at a goal.
    """
    times = torch.arange(1, lives.steps + 1).expand_as(lives.goal)
    ends = torch.where(lives.goal == NONE, 0, times).cummax(dim=1).values
    length = (times - torch.nn.functional.pad(ends, (1, 0))[:, :-1]).double()
    arrived = lives.goal == goal
    number = arrived.cumsum(dim=1)
    first, later = arrived & (number == 1), arrived & (number > 1)
    return tuple(  # type: ignore[return-value]
        torch.where(those, length, 0).sum(dim=1) / those.sum(dim=1) for those in (first, later)
    )


@dataclass(frozen=True)
class AfterVisits:
    """What follows each visit to the medium or the high goal.

    Attributes:
        short: whether it is such a visit, with too little time left to reach the same goal again, but not the safe one.
        enough: whether it is such a visit, with time to reach the same goal again.
        lesser: whether the next visit in this life is to a goal that pays less.
        left: steps after this one.
    """

    short: Bool[Tensor, "batch time"]
    enough: Bool[Tensor, "batch time"]
    lesser: Bool[Tensor, "batch time"]
    left: Int[Tensor, "batch time"]


def after_visits(lives: Trajectories) -> AfterVisits:
    """What follows each visit to a hidden goal."""
    coming, ways = [], torch.full((len(lives.goal),), NONE)
    for goal in reversed(lives.goal.unbind(dim=1)):
        coming.append(ways)
        ways = torch.where(goal == NONE, ways, goal)
    then = torch.stack(coming[::-1], dim=1)
    left = (lives.steps - torch.arange(1, lives.steps + 1)).expand_as(lives.goal)
    again = lives.distance.gather(1, lives.goal.clamp(min=0))
    hidden = lives.goal > 0
    short = hidden & (left < again) & (left >= lives.distance[:, :1])
    return AfterVisits(short, hidden & (left >= again), (then < lives.goal) & (then != NONE), left)


def lesser_next(lives: Trajectories) -> tuple[float, float]:
    """After a visit to the medium or the high goal, how often the next visit in this life is to one that pays less:
    where time is too short to reach the same again, but not for the safe one; and where it is not. NaN without a case.
    """
    then = after_visits(lives)
    return tuple(then.lesser[those].double().mean().item() for those in (then.short, then.enough))  # type: ignore


def entropy_by_cell(lives: Trajectories, cells: int) -> Float[np.ndarray, " cell"]:
    """Mean entropy of the choice in each cell, in nats; 0 where nobody stood."""
    stood = lives.stood.flatten().numpy()
    summed = np.bincount(stood, weights=lives.entropy.flatten().numpy(), minlength=cells)
    return summed / np.maximum(np.bincount(stood, minlength=cells), 1)


def after_first(lives: Trajectories, goal: int) -> Bool[Tensor, "batch time"]:
    """The steps after a goal was visited for the first time."""
    known = (lives.goal == goal).cumsum(dim=1) > 0
    return torch.nn.functional.pad(known, (1, 0))[:, :-1]


def entropy_by_choice(
    lives: Trajectories, best: Int[Tensor, "batch time"], when: Bool[Tensor, "batch time"]
) -> tuple[float, float]:
    """Mean entropy where one move is best, and where two or three are equally good, in nats; NaN without a case.

    Args:
        best: how many moves are best at each step.
        when: the steps to look at.
    """
    kinds = when & (best == 1), when & (best > 1) & (best < 4)
    return tuple(lives.entropy[those].mean().item() for those in kinds)  # type: ignore[return-value]
