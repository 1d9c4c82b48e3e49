"""Meta-training of a regressor: many functions, squared error, backpropagation through time.

Source: Rabinowitz 2019, section 3.2.1, equation (4), and appendices A.2 and A.4.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float
from torch import Tensor

from lib.agents import init
from lib.agents.agent import AgentSpec
from lib.agents.lstm import LSTM
from lib.random import generator
from lib.spec import added, tagged, versioned
from lib.tasks.regression import Problems, RegressionTask
from lib.training.checks import check_at_least, check_learning_rate, check_one_of
from lib.training.loop import Objective, Optimiser, alike, clip_each, constant, fit, one_cycle

RISE = 0.05  # the part of one cycle in which the learning rate rises


@tagged("Regressor")
@dataclass(frozen=True)
class Regressor:
    """Everything that determines the training of one Meta-Learner.

    Attributes:
        task: the world of functions.
        seed: of the first weights and of the episodes.
        agent: architecture and initialisation.
        steps: points of one function that make an episode.
        batch: episodes in an update.
        updates: steps of gradient descent.
        optimiser: "one-cycle" is ours: Adam, gradients clipped, a learning rate that rises and falls. "adam" and "sgd"
            are the source's: at one learning rate throughout, unclipped.
        learning_rate: its highest value, or its only one.
        checkpoints: about how many sets of weights are kept, from the first update to the last.
        scale: how large y is. It divides the first weights of y at the input, multiplies those of the readout and their
            learning rate, and divides the loss by its square.
        decay: of Adam's second moment, in one cycle.

    Raises:
        ValueError: if a number is outside its range, or there is no such optimiser, or scale or decay are other than
            1 and 0.999 where there is no cycle or no LSTM.
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
    scale: float = added(1.0)
    decay: float = added(0.999)

    def __post_init__(self) -> None:
        check_at_least(self, seed=0, steps=1, batch=1, updates=1, checkpoints=2)
        check_learning_rate("learning_rate", self.learning_rate)
        check_one_of("optimiser", self.optimiser, ("one-cycle", "adam", "sgd"))
        check_learning_rate("decay", self.decay)
        if self.scale <= 0:
            raise ValueError(f"scale is {self.scale}; it must be positive")
        if (self.scale, self.decay) == (1.0, 0.999):
            return
        if self.optimiser != "one-cycle" or not isinstance(self.agent, LSTM):
            raise ValueError(
                f"scale is {self.scale}, decay {self.decay}, with optimiser {self.optimiser!r} and {self.agent}; other "
                "than 1 and 0.999 they must have one-cycle and an LSTM"
            )

    @property
    def alike(self) -> "Regressor":
        """What it shares with those that can train side by side with it."""
        return alike(self)

    @property
    def episodes(self) -> int:
        """How many episodes the network sees."""
        return self.batch * self.updates


def untrained(spec: Regressor) -> Any:
    """The network that a training begins with."""
    agent = spec.agent.build(spec.task.input_size, spec.task.output_size, generator("initialise", spec.seed))
    if spec.scale != 1:
        init.scale_answers(agent.memory, agent.readout, spec.scale)
    return agent


def optimiser(agent: Any, spec: Regressor) -> Optimiser:
    """What the spec asks for."""
    weights = list(agent.parameters())
    if spec.optimiser != "one-cycle":
        return constant(spec.optimiser, weights, spec.learning_rate)
    clip = clip_each(weights)
    if spec.scale == 1:
        return cycle(weights, spec, clip)
    readout = list(agent.readout.parameters())
    others = [weight for weight in weights if all(weight is not each for each in readout)]
    return cycle([{"params": others}, {"params": readout}], spec, clip, [1.0, spec.scale])


def cycle(
    parameters: Sequence[Any], spec: Regressor, clip: Callable[[], object], times: Sequence[float] | None = None
) -> Optimiser:
    """One cycle, of as many updates as the spec says; of parameters in groups each has so many times its peak."""
    peak = spec.learning_rate if times is None else [each * spec.learning_rate for each in times]
    return one_cycle(parameters, peak, spec.updates, clip, rise=RISE, momentum=False, decay=spec.decay)


def squared_error(agent: Any, problems: Problems) -> Float[Tensor, ""]:
    """Equation (4): summed over the numbers of y, averaged over the episode and the batch."""
    return (agent(problems.inputs) - problems.y).square().sum(dim=2).mean()


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
        loss=lambda problems, _: squared_error(agent, problems) / spec.scale**2,
        measure=lambda _, loss: loss * spec.scale**2,
        shown="squared error {:.3f}",
    )
    return fit(agent, objective, optimiser(agent, spec), spec, progress)
