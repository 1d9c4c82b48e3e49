"""The die bench: a reader throws, or has a hidden die thrown; a network and a Bayesian answer.

On the page it is a script (`book/_static/live/dice.js`) that needs no kernel and no network. Where it does not run, it
is a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.machine import Machine, unroll
from lib.optimal.conjugate import DirichletCategorical
from lib.tasks.categorical import CategoricalTask
from lib.widgets import weights
from lib.widgets.page_part import PagePart, live

SHOWN = ("", "1", "11", "123", "3332")  # where no script runs


def observation(task: CategoricalTask, throws: str) -> Float[Tensor, "1 time side"]:
    """The inputs that tell a machine about throws such as `1123`, from nothing seen to all of them seen.

    >>> observation(CategoricalTask((1, 1, 1)), "31")[0]
    tensor([[0., 0., 0.],
            [0., 0., 1.],
            [1., 0., 0.]])

    Raises:
        ValueError: if there is anything else in it than numbers of sides.
    """
    sides = "".join(map(str, range(1, task.sides + 1)))
    if not set(throws) <= set(sides):
        raise ValueError(f"throws {throws!r} hold more than the sides {', '.join(sides)}")
    return task.inputs(torch.tensor([[*(float(throw) - 1 for throw in throws), 0.0]]))  # the last is not told


def probabilities(machine: Machine, task: CategoricalTask, throws: str) -> Float[np.ndarray, " side"]:
    """The probability that a machine gives to each side after some throws."""
    with torch.inference_mode():
        outputs = unroll(machine, observation(task, throws)).outputs[0, -1]
        said: np.ndarray = task.predictive(outputs.double()).probs.numpy()
    return said


def three_sided(task: CategoricalTask) -> None:
    """Refuse dice for which the page has no colours and no keys.

    Raises:
        ValueError: if the dice do not have three sides.
    """
    if task.sides != 3:
        raise ValueError(f"these dice have {task.sides} sides; the page is made for 3")


@dataclass(frozen=True, repr=False)
class DieBench(PagePart):
    """A world of three-sided dice, and the network trained on it.

    Attributes:
        task: the world; the Bayesian's prior, and where the hidden dice come from.
        network: the network that predicts.
        seed: of the hidden dice and their throws on the page.
        played: throws that the bench begins with, as in "3332".

    Raises:
        ValueError: if the dice do not have three sides, a throw is none of them, or the network does not fit the world.
    """

    task: CategoricalTask
    network: LSTMAgent
    seed: int = 0
    played: str = ""

    def __post_init__(self) -> None:
        three_sided(self.task)
        observation(self.task, self.played)
        weights.must_fit(self.network, self.task.input_size, self.task.output_size)

    @property
    def bayes(self) -> DirichletCategorical:
        """The Bayes-optimal predictor for this world."""
        return DirichletCategorical(self.task)

    def table(self, histories: Sequence[str] = SHOWN) -> list[list[str]]:
        """The probability of each side after each history, ready to print; the first row and column are headings."""

        def cell(machine: Machine, throws: str) -> str:
            return " ".join(f"{p:.3f}" for p in probabilities(machine, self.task, throws))

        rows = [[throws or "nothing", cell(self.network, throws), cell(self.bayes, throws)] for throws in histories]
        return [["after", "network: 1, 2, 3", "Bayes: 1, 2, 3"], *rows]

    def _repr_html_(self) -> str:
        data = {
            "concentrations": list(self.task.concentrations),
            "weights": weights.weights(self.network),
            "seed": self.seed,
            "played": self.played,
        }
        return live("dice", self.table(), "Probability of each side of a die", data)
