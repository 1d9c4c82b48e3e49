"""Turns to the safe goal when time runs out: how often walkers take them, and what that is worth to them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from experiments.gridworld.measure import lived
from lib.machine import Machine
from lib.probes.trajectories import after_visits
from lib.tasks.gridworld import GridWorld

Array = np.ndarray
LEFT = (2, 3, 4)  # steps left; the last stands for more, too


@dataclass(frozen=True)
class Turns:
    """What a walker does after a visit to a hidden goal, where time is too short to reach it again, but not the safe
    one.

    Attributes:
        lives: share of lives in which that comes about.
        turned: how often the next visit is to a goal that pays less, by `LEFT`; NaN without a case.
        worth: what the safe goal would pay in the time that is left in all these cases, as a share of the return.
        missed: how much of the return more there would be if the walker earned that instead of what it earns.
    """

    lives: float
    turned: Float[Array, " left"]
    worth: float
    missed: float


def turns(machine: Machine, steps: int, world: GridWorld, times: int) -> Turns:
    """What it does in lives of so many steps in every grid of a world, each so many times."""
    played, own = lived(machine, steps, world, times)
    then = after_visits(own)
    rewards = played.rewards.double()
    after = rewards.flip(1).cumsum(1).flip(1) - rewards
    could = world.safe_reward * (then.left // own.distance[:, :1])
    left = [then.left == steps for steps in LEFT[:-1]] + [then.left >= LEFT[-1]]
    return Turns(
        then.short.any(dim=1).double().mean().item(),
        np.array([then.lesser[then.short & those].double().mean().item() for those in left]),
        (could[then.short].sum() / rewards.sum()).item(),
        ((could - after)[then.short].sum() / rewards.sum()).item(),
    )


def middle(each: Sequence[Turns]) -> Float[Array, "3 left"]:
    """Least, median and most of how often networks turn, of those that have a case; NaN if none has."""
    turned = np.stack([own.turned for own in each])
    known = ~np.isnan(turned).all(axis=0)
    found = np.full((3, len(LEFT)), np.nan)
    found[:, known] = np.nanquantile(turned[:, known], [0, 0.5, 1], axis=0)
    return found
