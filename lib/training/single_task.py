"""Learners: networks that learn one function each, by gradient descent. Many of them run as one program.

Source: Rabinowitz 2019, sections 3.1 and 4.1, and appendices A.1 and A.3.

The loss is summed over the numbers of y and averaged over the batch: torch's own mean would divide by both, and with it
the source's learning rates would need several times the source's number of steps.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents.feedforward import FeedforwardNetworks
from lib.agents.init import check_beginning
from lib.random import generator
from lib.spec import added, tagged
from lib.tasks.regression import RegressionTask
from lib.training.checks import check_at_least, check_learning_rate, check_one_of
from lib.training.loop import constant


@tagged("Learners")
@dataclass(frozen=True)
class Learners:
    """Everything that determines a group of Learners, each with a function of its own.

    Attributes:
        task: the world from which their functions are drawn, one each.
        seed: of the group.
        count: how many Learners.
        hidden: units of each hidden layer.
        relu: whether hidden units are rectified; if not, networks are linear.
        spread: standard deviation of the first weights, drawn from a normal distribution that is cut off at two of
            them; if None, `beginning` decides.
        optimiser: "sgd" or "adam".
        learning_rate: throughout.
        batch: points in a step.
        updates: steps of gradient descent.
        beginning: whose first weights: "torch" or "sonnet" (`lib.agents.init`).

    Raises:
        ValueError: if a number is outside its range, or there is no such optimiser or beginning, or a beginning other
            than torch's is asked for and a spread as well.
    """

    task: RegressionTask
    seed: int
    count: int
    hidden: tuple[int, ...] = (10,)
    relu: bool = False
    spread: float | None = 0.1
    optimiser: str = "sgd"
    learning_rate: float = 1e-3
    batch: int = 100
    updates: int = 4_000
    beginning: str = added("torch")

    def __post_init__(self) -> None:
        check_at_least(self, seed=0, count=1, batch=1, updates=1)
        if any(units < 1 for units in self.hidden):
            raise ValueError(f"hidden is {self.hidden}; each layer must have at least 1 unit")
        if self.spread is not None and self.spread <= 0:
            raise ValueError(f"spread is {self.spread}; it must be positive")
        check_learning_rate("learning_rate", self.learning_rate)
        check_one_of("optimiser", self.optimiser, ("sgd", "adam"))
        check_beginning(self.beginning)
        if self.spread is not None and self.beginning != "torch":
            raise ValueError(
                f"beginning is {self.beginning!r} and spread {self.spread}; with a beginning, it must be None"
            )

    @property
    def episodes(self) -> int:
        """Points that each Learner sees: to it, every point is an episode."""
        return self.batch * self.updates


def networks(spec: Learners, rng: torch.Generator) -> FeedforwardNetworks:
    """The networks of a group with their first weights."""
    sizes = (spec.task.x_size, *spec.hidden, spec.task.y_size)
    return FeedforwardNetworks(sizes, spec.count, spec.relu, spec.spread, rng, spec.beginning)


@dataclass(frozen=True)
class Moment:
    """A group of Learners somewhere on its way.

    Attributes:
        update: steps so far.
        functions: what they learn.
        networks: what they are by now; gone on with as soon as the next moment is asked for.
        losses: mean squared error of each on the batch that it has just learned from, summed over the numbers of y;
            infinite before the first.
    """

    update: int
    functions: Float[Tensor, "learner *function"]
    networks: FeedforwardNetworks
    losses: Float[Tensor, " learner"]


def learn(spec: Learners) -> Iterator[Moment]:
    """Let a group learn, and stop after every step to let someone look.

    Raises:
        FloatingPointError: if a loss stops being a finite number.
    """
    rng = generator("learn", spec.seed)
    functions = spec.task.draw(spec.count, generator("what to learn", spec.seed))
    group = networks(spec, generator("initialise learners", spec.seed))
    optimiser = constant(spec.optimiser, list(group.parameters()), spec.learning_rate)
    losses = torch.full((spec.count,), float("inf"))
    yield Moment(0, functions, group, losses)
    for update in range(1, spec.updates + 1):
        points = spec.task.given(functions, spec.batch, rng)
        losses = (group(points.x) - points.y).square().sum(dim=2).mean(dim=1)
        optimiser.descend(losses.sum())
        if not losses.isfinite().all():
            raise FloatingPointError(f"losses are {losses.tolist()} after {update} updates of {spec}")
        yield Moment(update, functions, group, losses.detach())
