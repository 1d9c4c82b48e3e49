"""Meta-training of a regressor: many functions, squared error, backpropagation through time.

Source: Rabinowitz 2019, section 3.2.1, equation (4), and appendices A.2 and A.4.
"""

from dataclasses import dataclass
from typing import Any

from jaxtyping import Float
from torch import Tensor

from lib.agents.agent import AgentSpec
from lib.agents.lstm import LSTM
from lib.random import generator
from lib.spec import tagged, versioned
from lib.tasks.regression import Problems, RegressionTask
from lib.training.checks import check_at_least, check_learning_rate, check_one_of
from lib.training.loop import Objective, Optimiser, clip_each, constant, fit, one_cycle

RISE = 0.05  # the part of one cycle in which the learning rate rises


@tagged("Regressor")
@dataclass(frozen=True)
class Regressor:
    """Everything that determines the training of one Meta-Learner.

    Attributes:
        task: the world of functions.
        agent: architecture and initialisation.
        optimiser: "one-cycle" is ours: Adam, gradients clipped, a learning rate that rises and falls. "adam" and "sgd"
            are the source's: at one learning rate throughout, unclipped.
        learning_rate: its highest value, or its only one.
        checkpoints: about how many sets of weights are kept, from the first update to the last.

    Raises:
        ValueError: if a number is outside its range, or there is no such optimiser.
    """

    task: RegressionTask
    seed: int
    agent: AgentSpec = LSTM(64)  # noqa: RUF009 (frozen)
    steps: int = 20
    batch: int = 128
    updates: int = 12_000
    optimiser: str = "one-cycle"
    learning_rate: float = 1e-2
    checkpoints: int = 24

    def __post_init__(self) -> None:
        check_at_least(self, seed=0, steps=1, batch=1, updates=1, checkpoints=2)
        check_learning_rate("learning_rate", self.learning_rate)
        check_one_of("optimiser", self.optimiser, ("one-cycle", "adam", "sgd"))

    @property
    def episodes(self) -> int:
        """How many episodes the network sees."""
        return self.batch * self.updates


def untrained(spec: Regressor) -> Any:
    """The network that a training begins with."""
    return spec.agent.build(spec.task.input_size, spec.task.output_size, generator("initialise", spec.seed))


def optimiser(weights: list[Tensor], spec: Regressor) -> Optimiser:
    """What the spec asks for."""
    if spec.optimiser == "one-cycle":
        return one_cycle(weights, spec.learning_rate, spec.updates, clip_each(weights), RISE, momentum=False)
    return constant(spec.optimiser, weights, spec.learning_rate)


def squared_error(agent: Any, problems: Problems) -> Float[Tensor, ""]:
    """Equation (4): summed over the numbers of y, averaged over the episode and the batch."""
    loss: Tensor = (agent(problems.inputs) - problems.y).square().sum(dim=2).mean()
    return loss


@versioned("regression", 1)
def train(spec: Regressor, progress: bool = False) -> dict[str, Tensor]:
    """Train one Meta-Learner.

    Returns:
        `loss`, the squared error of each update's batch (equation 4), and the weights at each checkpoint as
        `<updates so far>/<parameter>`.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    agent = untrained(spec)
    rng = generator("train", spec.seed)
    objective = Objective[Problems](
        curve="loss",
        draw=lambda: spec.task.sample(spec.batch, spec.steps, rng),
        loss=lambda problems, _: squared_error(agent, problems),
        measure=lambda _, loss: loss,
        shown="squared error {:.3f}",
    )
    return fit(agent, objective, optimiser(list(agent.parameters()), spec), spec, progress)
