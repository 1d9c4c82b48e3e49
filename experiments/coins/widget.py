"""The coin bench: a reader flips, two networks and two Bayesians answer.

On the page it is a script (`book/_static/live/coins.js`) that needs no kernel and no network. Where it does not run, it
is a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lib.agents.lstm import LSTMAgent
from lib.machine import unroll
from lib.optimal.conjugate import BetaBernoulli
from lib.probes.behaviour import every_history, observation, probability_of_heads
from lib.probes.state_geometry import principal_plane
from lib.random import generator
from lib.tasks.bernoulli import BernoulliTask
from lib.widgets import weights
from lib.widgets.page_part import check_letters, live

LATTICE = 7  # the lattice of counts is drawn up to this many flips
SHOWN = ("", "H", "HH", "HHH", "HT", "T", "TT")  # where no script runs


@dataclass(frozen=True)
class TaskAgent:
    """A world of coins, and the network trained on it.

    Raises:
        ValueError: if the network predicts something else.
    """

    world: BernoulliTask
    network: LSTMAgent

    def __post_init__(self) -> None:
        weights.must_fit(self.network, self.world.input_size, self.world.output_size)

    @property
    def bayes(self) -> BetaBernoulli:
        """The Bayes-optimal predictor for this world."""
        return BetaBernoulli(self.world)


@dataclass(frozen=True)
class CoinBench:
    """Worlds of coins in which a network and a Bayesian answer a reader's flips.

    Attributes:
        seats: world and network, by the name of the world.
        played: flips that the bench begins with, as in "HHH".
        maps: whether states are drawn too.

    Raises:
        ValueError: if a flip is neither H nor T.
    """

    seats: Mapping[str, TaskAgent]
    played: str = ""
    maps: bool = True

    def __post_init__(self) -> None:
        check_letters(self.played, "flips", "HT")

    def says(self, histories: Sequence[str]) -> dict[str, dict[str, np.ndarray]]:
        """The probability of heads after each history, by world and by machine."""
        return {
            name: {
                "network": probability_of_heads(seat.network, seat.world, histories),
                "Bayes": probability_of_heads(seat.bayes, seat.world, histories),
            }
            for name, seat in self.seats.items()
        }

    def __repr__(self) -> str:
        return "\n".join("  ".join(cell.ljust(13) for cell in row).rstrip() for row in self.table(SHOWN))

    def table(self, histories: Sequence[str]) -> list[list[str]]:
        """What each machine says of heads after each history, ready to print; the first row and column are headings."""
        columns = [(f"{name} {who}", p) for name, both in self.says(histories).items() for who, p in both.items()]
        rows = [[h or "nothing", *(f"{p[i]:.3f}" for _, p in columns)] for i, h in enumerate(histories)]
        return [["after", *(title for title, _ in columns)], *rows]

    def _repr_html_(self) -> str:
        worlds = [_seat(name, seat) | (_map(seat) if self.maps else {}) for name, seat in self.seats.items()]
        data = {"worlds": worlds, "played": self.played}
        return live("coins", self.table(SHOWN), "What each machine says of heads", data)


def _seat(name: str, seat: TaskAgent) -> dict[str, Any]:
    """What the page needs of one side: the prior and the weights."""
    return {"name": name, "a": seat.world.a, "b": seat.world.b, "weights": weights.weights(seat.network)}


def _map(seat: TaskAgent) -> dict[str, Any]:
    """The principal plane of the states in held-out episodes, heads to the right and time upwards, with a few of those
    states, and the place of every count of heads and tails: the mean over all orders of the same flips.
    """
    task = seat.world
    with torch.inference_mode():
        trace = unroll(seat.network, task.sample(200, 20, generator("coin bench", 0)).inputs)
        counts = unroll(seat.bayes, trace.inputs).states.flatten(0, 1).numpy()
        states = trace.states.flatten(0, 1).double().numpy()
        heads = task.predictive(trace.outputs).probs.flatten().double().numpy()
        plane = principal_plane(states, upward=np.stack([heads, counts.sum(axis=1)], axis=1))
        cloud = np.column_stack([plane.project(states), heads])[::19]
        places: dict[tuple[int, int], list[np.ndarray]] = {}
        for history in every_history(LATTICE):
            state = unroll(seat.network, observation(task, history)).states[0, -1].double().numpy()
            places.setdefault((history.count("H"), history.count("T")), []).append(plane.project(state))
    return {
        "plane": {"mean": weights.rounded(plane.mean, 6), "axes": weights.rounded(plane.axes, 6)},
        "explained": weights.rounded(plane.explained),
        "cloud": weights.rounded(cloud, 3),
        "lattice": [[h, t, *weights.rounded(np.mean(where, axis=0), 3)] for (h, t), where in places.items()],
    }
