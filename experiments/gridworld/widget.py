"""Walkers on the page: place the goals, choose two networks that were trained for lives of different lengths, and watch
both, each beside the best walker for the life that it lives.

On the page it is a script (`book/_static/live/walkers.js`) that needs no kernel and no network. Where it does not run,
it is a table of what each network does in one grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import torch

from lib.agents.lstm import LSTMAgent
from lib.optimal.gridworld import GridAgent
from lib.optimal.gridworld_dp import plan
from lib.probes.trajectories import trajectories, visits
from lib.random import generator
from lib.tasks.environment import rollout, rollout_with
from lib.tasks.grid_geometry import Cell
from lib.tasks.gridworld import GOALS, STAGED, GridWorld
from lib.widgets import weights
from lib.widgets.page_part import PagePart, live


@dataclass(frozen=True)
class LifetimeAgent:
    """A network, and for how long lives were when it was trained.

    Attributes:
        lifetime: in steps.
        network: the walker.

    Raises:
        ValueError: if the lifetime is less than 2.
    """

    lifetime: int
    network: LSTMAgent

    def __post_init__(self) -> None:
        if self.lifetime < 2:
            raise ValueError(f"lifetime is {self.lifetime}; a life to watch has at least 2 steps")


@dataclass(frozen=True, repr=False)
class GridWorldBench(PagePart):
    """Two networks of several, in the same grid with the same luck.

    Attributes:
        grown: the networks.
        world: their world.
        longest: steps of a long life, for all.
        medium: where the medium goal is at first.
        high: where the high goal is at first.
        seed: of the luck on the page.

    Raises:
        ValueError: if there are fewer than two networks, one does not fit the world or lives longer than the longest,
            or a goal cannot be there.
    """

    grown: Sequence[LifetimeAgent]
    world: GridWorld = STAGED
    longest: int = 100
    medium: Cell = (3, 2)
    high: Cell = (5, 4)
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.grown) < 2:
            raise ValueError(f"there are {len(self.grown)} networks; it takes 2 to compare")
        for each in self.grown:
            name = f"the network trained for {each.lifetime} steps"
            weights.must_fit(each.network, self.world.input_size, self.world.output_size, name)
            if each.lifetime > self.longest:
                raise ValueError(f"a lifetime is {each.lifetime}; the longest here is {self.longest}")
        self.world.given(self.medium, self.high, self.longest)

    @cached_property
    def best(self) -> dict[int, list[str]]:
        """Moves of the optimal walker for every length of life that is lived here, in every grid of the world; where
        several moves are equally good it takes the first. So there is no luck in them.
        """
        whole, found = plan(self.world, self.longest), {}
        for steps in sorted({each.lifetime for each in self.grown} | {self.longest}):
            grids = self.world.every(steps)
            least = torch.full((len(grids.medium), steps), 1e-6)  # picks the first move of those that are likely
            actions = rollout_with(GridAgent(whole, steps), self.world, grids, least).actions
            found[steps] = ["".join(map(str, each)) for each in actions.tolist()]
        return found

    def table(self) -> list[list[str]]:
        """What each network does in 100 lives of its own length, on average; the first row and column are headings."""
        rows = [["trained for", "earns", *(f"{goal} goal" for goal in GOALS)]]
        for each in self.grown:
            grids = self.world.given(self.medium, self.high, each.lifetime, batch=100)
            played = rollout(each.network, self.world, grids, generator("live walkers", self.seed))
            counts = visits(trajectories(played, grids))
            earned = played.rewards.sum(dim=1).mean().item()
            rows.append([f"{each.lifetime} steps", f"{earned:.2f}", *(f"{count:.1f}" for count in counts)])
        return rows

    def _repr_html_(self) -> str:
        world = self.world
        data = {
            "grown": [{"lifetime": each.lifetime, "weights": weights.weights(each.network)} for each in self.grown],
            "side": world.side,
            "rewards": world.rewards,
            "safe": world.number(world.safe),
            "mediums": [world.number(cell) for cell in world.mediums],
            "highs": [world.number(cell) for cell in world.highs],
            "medium": world.mediums.index(self.medium),
            "high": world.highs.index(self.high),
            "longest": self.longest,
            "best": {str(steps): moves for steps, moves in self.best.items()},
            "seed": self.seed,
        }
        caption = "What networks do in one grid, in lives of the length that they were trained for: visits of each goal"
        return live("walkers", self.table(), caption, data)
