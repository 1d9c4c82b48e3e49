"""What is measured of a walker, trained or optimal: what it earns in lives of any length, where it goes, how it walks,
and how many dimensions its hidden units take up.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float

from lib.agents.lstm import LSTMAgent
from lib.machine import Machine, unroll
from lib.probes import trajectories as look
from lib.probes.state_geometry import explained, participation_ratio, variances
from lib.probes.time_rescaling import TimeRescaled
from lib.random import generator
from lib.runner.store import variable
from lib.tasks.environment import Rollout, rollout
from lib.tasks.gridworld import GridWorld

Array = np.ndarray

# Of each number that `behaviour` returns: further dimensions, units, and meaning.
MEASURED: Mapping[str, tuple[tuple[str, ...], str, str]] = {
    "visits": (("goal",), "visits an episode", "how often each goal is entered"),
    "visits_long": (("goal",), "visits an episode", "how often each goal is entered in the longest lives"),
    "occupancy": (("cell",), "", "share of steps that lead into each cell"),
    "occupancy_long": (("cell",), "", "share of steps that lead into each cell, in the longest lives"),
    "ways": (
        ("way",),
        "steps",
        "way from the start to the high goal, in lives that visit it twice or more; -1 if there are none",
    ),
    "twice": ((), "", "share of lives that visit the high goal twice or more"),
    "lesser": (
        ("time",),
        "",
        "after a visit to the medium or high goal, how often the next is to a goal that pays less; -1 without a case",
    ),
    "entropy_by_cell": (("cell",), "nats", "entropy of the choice in each cell; 0 where nobody stood"),
    "entropy_by_choice": (
        ("best",),
        "nats",
        "entropy of the choice after a hidden goal was found, by how many moves are best; -1 without a case",
    ),
}


def lived(machine: Machine, steps: int, world: GridWorld, times: int) -> tuple[Rollout, look.Trajectories]:
    """Lives of so many steps in every grid of a world, each so many times."""
    grids = world.every(steps, times)
    played = rollout(machine, world, grids, generator("walks", 0))
    return played, look.trajectories(played, grids)


def earned(machine: Machine, steps: int, world: GridWorld, times: int) -> float:
    """Mean return of such lives."""
    return lived(machine, steps, world, times)[0].rewards.double().sum(dim=1).mean().item()


def in_every_lifetime(
    machine: Machine, trained: int, lives: Sequence[int], world: GridWorld, times: int
) -> tuple[list[float], list[float]]:
    """Mean return in lives of each length: with time from -1 to 1 in each, and with the clock of those trained for."""
    scaled = [earned(machine, steps, world, times) for steps in lives]
    as_trained = [earned(TimeRescaled(machine, trained, steps), steps, world, times) for steps in lives]
    return scaled, as_trained


def behaviour(
    machine: Machine, optimum: Machine, steps: int, longest: int, world: GridWorld, times: int
) -> dict[str, Any]:
    """What `MEASURED` names, and `earned`, in lives of the length trained for and in the longest.

    Args:
        optimum: says which moves are best.
    """
    played, own = lived(machine, steps, world, times)
    _, long = lived(machine, longest, world, times)
    lengths, twice = _ways(own)
    with torch.inference_mode():
        choices = (unroll(optimum, played.inputs).outputs > 0).sum(dim=2)
    found = look.after_first(own, 1) | look.after_first(own, 2)
    return {
        "earned": played.rewards.double().sum(dim=1).mean().item(),
        "visits": look.visits(own),
        "visits_long": look.visits(long),
        "occupancy": look.occupancy(own, world.cells),
        "occupancy_long": look.occupancy(long, world.cells),
        "ways": lengths,
        "twice": twice,
        "lesser": _no_case(look.lesser_next(own)),
        "entropy_by_cell": look.entropy_by_cell(own, world.cells),
        "entropy_by_choice": _no_case(look.entropy_by_choice(own, choices, found)),
    }


def turns(machine: Machine, steps: int, believed: int, world: GridWorld, times: int) -> Float[Array, " time"]:
    """How often a goal that pays less comes next, where time is short and where it is not, in lives of so many steps
    with the clock of `believed` steps; -1 without a case.
    """
    return _no_case(look.lesser_next(lived(TimeRescaled(machine, believed, steps), steps, world, times)[1]))


def _no_case(values: Any) -> Float[Array, " each"]:
    return np.asarray(np.nan_to_num(np.asarray(values, dtype=float), nan=-1.0))


def _ways(lives: look.Trajectories) -> tuple[Float[Array, " way"], float]:
    """First and later ways to the high goal, and the shortest, in lives with two visits; and the share of those."""
    first, later = look.way_lengths(lives, 2)
    both = ~later.isnan()
    shortest = lives.distance[:, 2].double()
    return _no_case([each[both].mean().item() for each in (first, later, shortest)]), both.double().mean().item()


def hidden_units(machine: LSTMAgent, steps: int, world: GridWorld, times: int) -> Float[Array, "batch time unit"]:
    """Hidden units of a network along such lives."""
    played, _ = lived(machine, steps, world, times)
    with torch.inference_mode():
        found: Array = unroll(machine, played.inputs).states[..., : machine.width].numpy()
    return found


def dimensions(machine: LSTMAgent, steps: int, world: GridWorld, times: int) -> tuple[float, float]:
    """Participation ratio (Gao et al. 2017), and the share of variance of the first three components."""
    along = variances(hidden_units(machine, steps, world, times).reshape(-1, machine.width))
    return participation_ratio(along), explained(along)


def measured(
    names: Sequence[str], axis: str, networks: Sequence[Any], best: Sequence[Any], suffix: str = "", more: str = ""
) -> dict[str, tuple[Sequence[str], Array, dict[str, str]]]:
    """Variables of these measurements: of networks by lifetime and run, and of the optimum by lifetime.

    Args:
        axis: the name of the lifetimes' axis.
        suffix: of the variables' names.
        more: added to their meaning.
    """
    found = {}
    for name in names:
        dims, units, long_name = MEASURED[name]
        of_networks, of_best = [[each[name] for each in row] for row in networks], [each[name] for each in best]
        found[f"{name}{suffix}"] = variable((axis, "run", *dims), of_networks, units, f"{long_name}{more}")
        optimum = "; of the optimum for that lifetime" + more.replace(";", ",")
        found[f"best_{name}{suffix}"] = variable((axis, *dims), of_best, units, f"{long_name}{optimum}")
    return found
