"""A grid with three goals that nobody sees: one is always at the same place and pays little, two must be found.

Source: Lange and Sprekeler 2020, section 4 and figure 4. Side, start, moves, how many cells each goal may be in, and
what happens on entering one are the source's. It leaves open what goals pay and where the safe one is; see `GridWorld`.
"""

from dataclasses import dataclass
from itertools import product
from math import isfinite
from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.spec import tagged
from lib.tasks.environment import Outcome
from lib.tasks.grid_geometry import MOVES, Cell, corner, moves, telling
from lib.tasks.prediction import at_least_one, check_draw

GOALS = ("safe", "medium", "high")
START: Cell = (0, 0)
SMALLEST = 4  # side: with less there is no third row from the top but the start's


@dataclass(frozen=True)
class Grids:
    """A batch of grids; nothing else in them is left to chance.

    Attributes:
        world: where they come from.
        medium: which of the world's cells for it holds the medium goal.
        high: which of the world's cells for it holds the high goal.
        steps: for how long one lives in them.
    """

    world: "GridWorld"
    medium: Int[Tensor, " batch"]
    high: Int[Tensor, " batch"]
    steps: int

    @property
    def goals(self) -> Int[Tensor, "batch 3"]:
        """The numbers of the cells of the safe, the medium and the high goal."""
        world = self.world
        medium, high = (torch.tensor([world.number(cell) for cell in cells]) for cells in (world.mediums, world.highs))
        safe = torch.full_like(self.medium, world.number(world.safe))
        return torch.stack([safe, medium[self.medium], high[self.high]], dim=1)

    @property
    def pays(self) -> Float[Tensor, "batch cell"]:
        """What it pays to enter each cell."""
        return torch.zeros(len(self.medium), self.world.cells).scatter_(
            1, self.goals, torch.tensor([self.world.rewards]).expand(len(self.medium), -1)
        )

    @property
    def privileged(self) -> Float[Tensor, "batch secret"]:
        """Where the medium and the high goal are, one-hot."""
        eyes = (torch.eye(len(cells)) for cells in (self.world.mediums, self.world.highs))
        return torch.cat([eye[where] for eye, where in zip(eyes, (self.medium, self.high), strict=True)], dim=1)

    @property
    def reward_bounds(self) -> Float[Tensor, "batch 2"]:
        """Nothing; and what a step pays on average to one who walks to the best of the goals over and over again."""
        columns, rows = self.goals % self.world.side, self.goals // self.world.side
        best = (torch.tensor(self.world.rewards) / (columns + rows)).max(dim=1).values
        return torch.stack([torch.zeros_like(best), best], dim=1)


class Where(NamedTuple):
    """Where the episodes of a batch are.

    Attributes:
        cells: the number of the cell of each.
        taken: how many steps were taken.
        pays: what it pays to enter each cell.
    """

    cells: Int[Tensor, " batch"]
    taken: int
    pays: Float[Tensor, "batch cell"]


@tagged("GridWorld")
@dataclass(frozen=True)
class GridWorld:
    """Walk up, right, down or left; who would leave the grid stays. To enter a goal pays, and leads back to the start.

    A machine is told (its cell, one-hot; its last action, one-hot; the last reward; time). Time runs from -1 at the
    first step to 1 at the last, whatever the lifetime.

    The high goal is in the outermost row or column. The medium one is in the third of these, counted from outside: only
    so do they have five cells without the borders. The source draws the safe goal near the start and says no more. Ours
    is one step up and one to the right: two steps away, and one can walk around it.

    Rewards are ours too. They must grow from safe to high. With those given here, the best that can be done goes from
    the safe goal over the medium to the high one while lives grow from 10 to 50 steps, which are the source's. With
    others it does so while they grow from 5 to 15 (`EARLY`), and where the safe goal is a single step away it leaps
    from safe to high (`LEAPING`): the stages that the source sees say something about its rewards.

    Attributes:
        safe_reward: what the goal pays that is always at the same place.
        medium_reward: what the nearer of the hidden goals pays.
        high_reward: what the farther pays.
        safe: where the safe goal is.
        side: cells in a row.

    Raises:
        ValueError: if the grid is too small, the rewards are not finite, positive and growing, or the safe goal is
            outside, on the start, or where another may be.
    """

    safe_reward: float = 0.25
    medium_reward: float = 0.65
    high_reward: float = 1.0
    safe: Cell = (1, 1)
    side: int = 6

    output_size = len(MOVES)

    def __post_init__(self) -> None:
        if self.side < SMALLEST:
            raise ValueError(f"side is {self.side}; a grid with a third row from the top has at least {SMALLEST}")
        for name in GOALS:
            object.__setattr__(self, f"{name}_reward", float(getattr(self, f"{name}_reward")))
        low, middle, high = self.rewards
        if not (0 < low < middle < high and isfinite(high)):
            raise ValueError(f"rewards are {low}, {middle}, {high}; they must be positive and finite, and grow")
        object.__setattr__(self, "safe", tuple(self.safe))
        taken = {"the start": [START], "a medium goal may be": self.mediums, "a high goal may be": self.highs}
        for what, cells in taken.items():
            if self.safe in cells:
                raise ValueError(f"safe is {self.safe}, which is where {what}" if "goal" in what else f"safe is {what}")
        self.number(self.safe)

    @property
    def rewards(self) -> tuple[float, float, float]:
        """What the safe, the medium and the high goal pay."""
        return self.safe_reward, self.medium_reward, self.high_reward

    @property
    def mediums(self) -> tuple[Cell, ...]:
        """The cells in one of which the medium goal is."""
        return corner(self.side - 3, 1)

    @property
    def highs(self) -> tuple[Cell, ...]:
        """The cells in one of which the high goal is."""
        return corner(self.side - 1, 0)

    @property
    def cells(self) -> int:
        """How many there are."""
        return self.side**2

    @property
    def input_size(self) -> int:
        """Cell, action, reward and time."""
        return self.cells + len(MOVES) + 2

    def number(self, cell: Cell) -> int:
        """Cells are numbered from the start to the right, then row by row upwards.

        Raises:
            ValueError: if the cell is outside.
        """
        column, row = cell
        if not (0 <= column < self.side and 0 <= row < self.side):
            raise ValueError(f"cell {cell} is outside of a grid of {self.side} by {self.side}")
        return column + self.side * row

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Grids:
        """Draw `batch` grids in which to live for `steps` steps; any lifetime will do, too short ones pay nothing.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        medium, high = (torch.randint(len(cells), (batch,), generator=rng) for cells in (self.mediums, self.highs))
        return Grids(self, medium, high, steps)

    def every(self, steps: int, times: int = 1) -> Grids:
        """Every pair of places of the goals, so many times each: all equally likely, and nothing left to chance.

        Raises:
            ValueError: if steps or times is less than 1.
        """
        at_least_one(times, steps)
        pairs = torch.tensor(list(product(range(len(self.mediums)), range(len(self.highs))))).repeat(times, 1)
        return Grids(self, pairs[:, 0], pairs[:, 1], steps)

    def given(self, medium: Cell, high: Cell, steps: int, batch: int = 1) -> Grids:
        """Grids with their goals in these cells.

        Raises:
            ValueError: if a goal cannot be there, or batch or steps is less than 1.
        """
        at_least_one(batch, steps)
        for name, cell, cells in (("medium", medium, self.mediums), ("high", high, self.highs)):
            if cell not in cells:
                raise ValueError(f"the {name} goal is at {cell}; it can be at {', '.join(map(str, cells))}")
        near, far = (
            torch.full((batch,), cells.index(cell)) for cells, cell in ((self.mediums, medium), (self.highs, high))
        )
        return Grids(self, near, far, steps)

    def reset(self, episodes: Grids) -> tuple[Where, Float[Tensor, "batch feature"]]:
        """At the start; nothing was done, and it is early."""
        observation = torch.zeros(len(episodes.medium), self.input_size)
        observation[:, self.number(START)] = 1
        observation[:, -1] = -1
        return Where(torch.full_like(episodes.medium, self.number(START)), 0, episodes.pays), observation

    def step(self, episodes: Grids, place: Where, actions: Int[Tensor, " batch"]) -> tuple[Where, Outcome]:
        """Take a step in each grid.

        Raises:
            ValueError: if an action is none of the four, or the lives are over.
        """
        if place.taken >= episodes.steps:
            raise ValueError(f"{episodes.steps} steps were taken; these lives are over")
        try:
            entered = moves(self.side)[place.cells].gather(1, actions[:, None])
        except RuntimeError as error:
            wrong = actions[(actions < 0) | (actions >= len(MOVES))].tolist()
            raise ValueError(f"action {wrong[0]} is none of 0 to {len(MOVES) - 1}") from error
        rewards = place.pays.gather(1, entered)[:, 0]
        cells = torch.where(rewards > 0, self.number(START), entered[:, 0])
        taken = place.taken + 1
        observation = telling(self.side)[cells * len(MOVES) + actions]
        observation[:, -2] = rewards
        observation[:, -1] = 2 * taken / max(episodes.steps - 1, 1) - 1
        return Where(cells, taken, place.pays), Outcome(observation, rewards, rewards)

    def text(self, medium: Cell, high: Cell, at: Cell | None = None) -> str:
        """A grid in letters: S, M and H for the goals, o for the walker, and where else goals may be m and h.

        >>> print(GridWorld().text(medium=(3, 2), high=(0, 5), at=(0, 1)))
        H h h h h h
        . . . . . h
        . m m m . h
        . . . M . h
        o S . m . h
        . . . . . h
        """
        signs = {**dict.fromkeys(self.mediums, "m"), **dict.fromkeys(self.highs, "h")}
        signs |= {self.safe: "S", medium: "M", high: "H"}
        if at is not None:
            signs[at] = "o"
        rows = ([signs.get((column, row), ".") for column in range(self.side)] for row in reversed(range(self.side)))
        return "\n".join(map(" ".join, rows))


STAGED = GridWorld()
EARLY = GridWorld(0.1, 0.5, 1.0)
LEAPING = GridWorld(0.1, 0.5, 1.0, safe=(1, 0))
