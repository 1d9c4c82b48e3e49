"""The geometry of a grid: its cells by their numbers, where moves lead, and how a cell and a move are told.

Source: Lange and Sprekeler 2020, section 4.
"""

from functools import cache

import torch
from jaxtyping import Float, Int
from torch import Tensor

Cell = tuple[int, int]  # column and row; both are 0 at the bottom left

MOVES: dict[str, Cell] = {"up": (0, 1), "right": (1, 0), "down": (0, -1), "left": (-1, 0)}


def corner(ring: int, first: int) -> tuple[Cell, ...]:
    """A row from the left to a corner, then the column down from it, both without their first few cells."""
    return (
        *((column, ring) for column in range(first, ring + 1)),
        *((ring, row) for row in reversed(range(first, ring))),
    )


@cache
def moves(side: int) -> Int[Tensor, "cell action"]:
    """To which cell each move leads from each cell."""
    with torch.inference_mode(False):
        columns, rows = torch.arange(side**2) % side, torch.arange(side**2) // side
        reached = [
            (columns + right).clamp(0, side - 1) + side * (rows + up).clamp(0, side - 1) for right, up in MOVES.values()
        ]
        return torch.stack(reached, dim=1)


@cache
def telling(side: int) -> Float[Tensor, "cell_and_action feature"]:
    """What a machine is told on arriving in each cell by each action, without reward and time."""
    with torch.inference_mode(False):
        cells, actions = torch.eye(side**2), torch.eye(len(MOVES))
        both = [cells.repeat_interleave(len(MOVES), dim=0), actions.repeat(side**2, 1)]
        return torch.cat([*both, torch.zeros(len(both[0]), 2)], dim=1)
