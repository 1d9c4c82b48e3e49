"""Optimal agents of the grid world: they remember which cells may still hold a goal, and follow a plan.

Source: the world is Lange and Sprekeler's (2020, section 4). They compare networks with no optimum.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from lib.optimal.bandit_agent import CERTAIN_LOGIT
from lib.optimal.gridworld_dp import Plan, plan
from lib.tasks.grid_geometry import MOVES, moves
from lib.tasks.gridworld import GOALS, START, GridWorld


@dataclass(frozen=True)
class GridAgent:
    """Agent that follows a plan. State: its cell, then a 1 for each cell that may hold the medium goal, else 0, then
    the same for the high goal. Output: logits of the next move; moves that are equally good have equal chances.

    It reads off the time that it is told how many steps are left. Told a time of another lifetime, it takes its own
    clock to run faster or slower, as a network must.

    Attributes:
        plan: what to do.
        lifetime: how long it believes that a life lasts, in steps.

    Raises:
        ValueError: if the plan is not made for so long a life.
    """

    plan: Plan
    lifetime: int

    def __post_init__(self) -> None:
        if not 1 <= self.lifetime <= self.plan.lifetime:
            raise ValueError(f"lifetime is {self.lifetime}; this plan is made for 1 to {self.plan.lifetime} steps")

    @property
    def world(self) -> GridWorld:
        """Where it lives."""
        return self.plan.world

    @property
    def input_size(self) -> int:
        """As many as it is told."""
        return self.world.input_size

    @property
    def output_size(self) -> int:
        """A logit for each move."""
        return self.world.output_size

    @property
    def state_size(self) -> int:
        """A cell, and what may be where."""
        return 1 + len(self.world.mediums) + len(self.world.highs)

    @property
    def earns(self) -> float:
        """What it can expect of a life, counted as its plan counts."""
        return float(self.plan.values[self.lifetime])

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """At the start; the goals may be anywhere."""
        state = torch.ones(batch, self.state_size)
        state[:, 0] = self.world.number(START)
        return state

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """A cell is a whole number, a goal may be in a cell or not, and it is somewhere."""
        cell, *beliefs = self._parts(state)
        near = [cell.round().clamp(0, self.world.cells - 1)]
        for belief in beliefs:
            likeliest = belief == belief.max(dim=1, keepdim=True).values
            near.append(((belief > 0.5) | likeliest).to(state))
        return torch.cat(near, dim=1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch move"]]:
        """Learn from where the last move led and what it paid, and choose the next."""
        world = self.world
        before, *beliefs = self._parts(state)
        acted, rewards, time = x[:, world.cells : -2], x[:, -2], x[:, -1]
        entered = moves(world.side)[before.long()[:, 0], acted.argmax(dim=1)]
        entered = torch.where(acted.any(dim=1), entered, -1)  # nowhere, before the first move
        now = x[:, : world.cells].argmax(dim=1)
        numbers = ([world.number(cell) for cell in cells] for cells in (world.mediums, world.highs))
        knows = [
            _learned(belief > 0.5, entered[:, None] == torch.tensor(cells), rewards > 0)
            for belief, cells in zip(beliefs, numbers, strict=True)
        ]
        sets = ((each * 2 ** torch.arange(each.shape[1])).sum(dim=1).numpy() for each in knows)
        done = ((time.double() + 1) / 2 * (self.lifetime - 1)).round().long()
        left = (self.lifetime - done).clamp(1, self.lifetime)
        choices = torch.from_numpy(self.plan.choices[(left - 1).numpy(), now.numpy(), *sets]).long()
        best = (choices[:, None] >> torch.arange(len(MOVES))) & 1
        return torch.cat([now[:, None], *knows], dim=1).to(state), CERTAIN_LOGIT * best.to(x)

    def _parts(self, state: Float[Tensor, "batch state"]) -> tuple[Tensor, ...]:
        return torch.tensor_split(state, [1, 1 + len(self.world.mediums)], dim=1)


def _learned(
    may: Bool[Tensor, "batch cell"], entered: Bool[Tensor, "batch cell"], paid: Bool[Tensor, " batch"]
) -> Bool[Tensor, "batch cell"]:
    """Where a goal may be, after one cell was entered and paid or did not."""
    observation = torch.where(paid[:, None], entered, may & ~entered)
    one_of_these = entered.any(dim=1, keepdim=True)
    possible = observation.any(
        dim=1, keepdim=True
    )  # in states to which something else led, the last cell may be empty too
    return torch.where(one_of_these & possible, observation, may)


def optimum(world: GridWorld, lifetime: int) -> GridAgent:
    """Bayes-optimal agent of a grid world, for lives of so many steps.

    >>> round(optimum(GridWorld(), 10).earns, 2)
    1.25

    Raises:
        ValueError: if the lifetime is less than 1.
    """
    return GridAgent(plan(world, lifetime), lifetime)


def devoted(world: GridWorld, lifetime: int, goal: str) -> GridAgent:
    """Agent that looks for one of the goals as fast as that can be done, and then returns to it for the rest of its
    life. It enters others only where it is all the same to it.

    Raises:
        ValueError: if there is no such goal, or the lifetime is less than 1.
    """
    if goal not in GOALS:
        raise ValueError(f"goal is {goal!r}; it must be one of {', '.join(GOALS)}")
    worth = [reward * (name == goal) for name, reward in zip(GOALS, world.rewards, strict=True)]
    return GridAgent(plan(world, lifetime, worth), lifetime)
