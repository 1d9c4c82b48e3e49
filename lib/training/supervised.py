"""Supervised meta-training of a predictor: many episodes, log-loss, backpropagation through time.

Source: Mikulik et al. 2020, section 3.1 ("RNN meta-learners"). Learning rate, batch and number of updates are ours: the
source gives them in an appendix that we do not have.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jaxtyping import Float
from torch import Tensor

from lib.agents.agent import AgentSpec
from lib.agents.lstm import DeepLSTM
from lib.agents.mlp import MLP
from lib.checkpoints import weights_at
from lib.random import generator
from lib.spec import added, fields_of, tagged, versioned
from lib.tasks.prediction import Episodes, PredictionTask
from lib.training.checks import check_at_least, check_learning_rate, check_one_of
from lib.training.loop import ONE_CYCLE, SCHEDULES, Objective, adam, alike, clip_each, fit


@tagged("Supervised")
@dataclass(frozen=True)
class Supervised:
    """Everything that determines the training of one predictor.

    Adam with gradients clipped to norm 1; the learning rate rises to its peak over the first 30% of the updates and
    falls to nearly nothing over the rest (one cycle), or has the height of that peak throughout (constant).

    Attributes:
        task: the world to be predicted.
        seed: of the first weights and of the episodes.
        agent: architecture and initialisation.
        steps: of an episode.
        batch: episodes in an update.
        updates: steps of gradient descent.
        peak_learning_rate: the learning rate's highest value.
        checkpoints: about how many sets of weights are kept, from the first update to the last.
        schedule: one of `lib.training.loop.SCHEDULES`.

    Raises:
        ValueError: if a number is outside its range, or there is no such schedule.
    """

    task: PredictionTask
    seed: int
    agent: AgentSpec = DeepLSTM(32)  # noqa: RUF009 (frozen)
    steps: int = 20
    batch: int = 128
    updates: int = 2_000
    peak_learning_rate: float = 1e-2
    checkpoints: int = 30
    schedule: str = added(ONE_CYCLE)

    def __post_init__(self) -> None:
        check_at_least(self, seed=0, steps=1, batch=1, updates=1, checkpoints=2)
        check_one_of("schedule", self.schedule, SCHEDULES)
        check_learning_rate("peak_learning_rate", self.peak_learning_rate)

    def described(self) -> dict[str, Any]:
        """Fields by their tags. The first two agents were told apart by a width and by whether they have a memory."""
        said = fields_of(self)
        if isinstance(self.agent, (DeepLSTM, MLP)):
            del said["agent"]
            said |= {"width": self.agent.width, "memory": isinstance(self.agent, DeepLSTM)}
        return said

    @property
    def alike(self) -> "Supervised":
        """What it shares with those that can train side by side with it."""
        return alike(self)

    @property
    def episodes(self) -> int:
        """How many episodes the network sees."""
        return self.batch * self.updates


def untrained(spec: Supervised) -> Any:
    """The network that a training begins with."""
    return spec.agent.build(spec.task.input_size, spec.task.output_size, generator("initialise", spec.seed))


def trained(spec: Supervised, record: Mapping[str, Any], updates: int | None = None) -> Any:
    """The network that the record of a training holds, after so many updates; after the last, if nothing is said.

    Raises:
        KeyError: if it holds no weights there; the message says where it does.
    """
    agent = untrained(spec)
    agent.load_state_dict(weights_at(record, spec.updates if updates is None else updates))
    return agent


def log_loss(task: PredictionTask, agent: Any, episodes: Episodes, device: str = "cpu") -> Float[Tensor, ""]:
    """The negative log-probability of the observations, in nats an episode, averaged over a batch."""
    prediction = task.predictive(agent(episodes.inputs.to(device)))
    return -prediction.log_prob(episodes.observations.to(device)).sum(dim=1).mean()


@versioned("supervised", 1)
def train(spec: Supervised, device: str = "cpu", progress: bool = False) -> dict[str, Tensor]:
    """Train one predictor.

    Episodes are drawn on the CPU on every device, so that a spec stands for the same episodes everywhere.

    Returns:
        `loss`, the log-loss of each update's batch in nats an episode, and the weights at each checkpoint as
        `<updates so far>/<parameter>`.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    agent = untrained(spec).to(device)
    rng = generator("train", spec.seed)
    objective = Objective[Episodes](
        curve="loss",
        draw=lambda: spec.task.sample(spec.batch, spec.steps, rng),
        loss=lambda episodes, _: log_loss(spec.task, agent, episodes, device),
        measure=lambda _, loss: loss,
        shown="log-loss {:.2f} nats an episode",
    )
    weights = list(agent.parameters())
    optimiser = adam(spec.schedule, weights, spec.peak_learning_rate, spec.updates, clip_each(weights))
    return fit(agent, objective, optimiser, spec, progress)
