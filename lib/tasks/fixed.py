"""Worlds with a fixed number of tasks: M are drawn from a prior once, and every episode is about one of them.

Raventos et al. 2023 call M the task diversity. As M grows the world becomes that of the prior.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli

from lib.random import generator
from lib.spec import tagged
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.linear import LinearFunction
from lib.tasks.prediction import Episodes, check_draw
from lib.tasks.regression import RegressionTask

MOST = 1_000_000  # tasks; a set of more would not be listed


@tagged("FixedCoins")
@dataclass(frozen=True)
class FixedCoins:
    """M coins whose biases were drawn from a Beta prior once; every episode is about one of them, each as likely.

    Observations, inputs and outputs are those of a `BernoulliTask`.

    Attributes:
        tasks: M, how many coins there are.
        which: the number of the set, among all that could have been drawn.
        prior: where the biases come from.

    Raises:
        ValueError: if there is less than one coin, or more than `MOST`, or the number of the set is negative.
    """

    tasks: int
    which: int = 0
    prior: BernoulliTask = BernoulliTask(1, 1)  # noqa: RUF009 (frozen)

    input_size = BernoulliTask.input_size
    output_size = BernoulliTask.output_size

    def __post_init__(self) -> None:
        check_set(self.tasks, self.which)

    @property
    def as_played(self) -> BernoulliTask:
        """What the episodes of several sets have in common: networks of all of them can train side by side."""
        return self.prior

    @property
    def biases(self) -> Float[Tensor, " task"]:
        """The probability of heads of each coin."""
        return _drawn_biases(self).clone()

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Episodes:
        """Choose `batch` coins of the set and flip each `steps` times.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        bias = _drawn_biases(self)[torch.randint(self.tasks, (batch,), generator=rng)][:, None]
        flips = torch.bernoulli(bias.expand(batch, steps), generator=rng)
        return Episodes(bias, flips, self.inputs(flips))

    def inputs(self, observations: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time 2"]:
        """One-hot (heads, tails) of the flip before; zeros before the first."""
        return self.prior.inputs(observations)

    def predictive(self, outputs: Float[Tensor, "*batch 1"]) -> Bernoulli:
        """The coin that a machine expects, from its log-odds of heads."""
        return self.prior.predictive(outputs)


@tagged("FixedFunctions")
@dataclass(frozen=True)
class FixedFunctions(RegressionTask):
    """M linear functions that were drawn from a prior once; every episode is about one of them, each as likely.

    Attributes:
        tasks: M, how many functions there are.
        which: the number of the set, among all that could have been drawn.
        prior: where the functions come from; it says the noise, too.

    Raises:
        ValueError: if there is less than one function, or more than `MOST`, or the number of the set is negative.
    """

    tasks: int
    which: int = 0
    prior: LinearFunction = LinearFunction()  # noqa: RUF009 (frozen)

    def __post_init__(self) -> None:
        check_set(self.tasks, self.which)

    @property
    def as_played(self) -> LinearFunction:
        """What the episodes of several sets have in common: networks of all of them can train side by side."""
        return self.prior

    @property
    def noise(self) -> float:  # type: ignore[override]
        """Of the prior's observations."""
        return self.prior.noise

    @property
    def x_size(self) -> int:
        """Numbers in x."""
        return self.prior.x_size

    @property
    def y_size(self) -> int:
        """Numbers in y."""
        return self.prior.y_size

    @property
    def functions(self) -> Float[Tensor, "task y x"]:
        """The functions of the set."""
        return _drawn_functions(self).clone()

    def draw(self, batch: int, rng: torch.Generator) -> Float[Tensor, "batch y x"]:
        """Functions of the set."""
        return _drawn_functions(self)[torch.randint(self.tasks, (batch,), generator=rng)]

    def places(self, batch: int, steps: int, rng: torch.Generator) -> Float[Tensor, "batch time x"]:
        """As the prior's."""
        return self.prior.places(batch, steps, rng)

    def at(
        self, functions: Float[Tensor, "batch y x"], x: Float[Tensor, "batch time x"]
    ) -> Float[Tensor, "batch time y"]:
        """As the prior's."""
        return self.prior.at(functions, x)


def check_set(tasks: Any, which: Any) -> None:
    """Refuse a set of no tasks.

    Raises:
        ValueError: if M is no whole number from 1 to `MOST`, or the number of the set is none from 0 on.
    """
    if not isinstance(tasks, int) or isinstance(tasks, bool) or not 1 <= tasks <= MOST:
        raise ValueError(f"tasks is {tasks!r}; it must be a whole number from 1 to {MOST:,}")
    if not isinstance(which, int) or isinstance(which, bool) or which < 0:
        raise ValueError(f"which is {which!r}; the number of a set must be a whole number, 0 or more")


@cache
def _drawn_biases(task: FixedCoins) -> Float[Tensor, " task"]:
    rng = generator(f"{task.tasks} fixed coins", task.which)
    return task.prior.sample(task.tasks, 1, rng).parameters[:, 0]


@cache
def _drawn_functions(task: FixedFunctions) -> Float[Tensor, "task y x"]:
    return task.prior.draw(task.tasks, generator(f"{task.tasks} fixed functions", task.which))
