"""Advantage actor-critic: meta-training of an agent that acts, with V-trace where it learns off policy.

Sources: Mikulik et al. 2020, section 3.1 (return, IMPALA); Lange and Sprekeler 2020, section 2 (A2C). Learning rate,
batch, schedules and number of updates are ours: the sources give them in appendices that we do not have.
"""

from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from lib.agents.agent import AgentSpec
from lib.agents.lstm import DeepLSTM
from lib.random import generator
from lib.spec import added, renamed, tagged, versioned
from lib.tasks.environment import Environment, Rollout, rollout
from lib.training.checks import check_at_least, check_learning_rate, check_one_of
from lib.training.loop import ONE_CYCLE, SCHEDULES, Objective, Optimiser, adam, clip_each, fit
from lib.training.schedules import Linear
from lib.training.vtrace import vtrace


@tagged("ActorCritic")
@dataclass(frozen=True)
class ActorCritic:
    """Everything that determines the training of one acting agent.

    Adam with gradients clipped to norm 1. The policy sees actions and rewards and nothing else. The critic, which is
    thrown away after training, also sees the episode's privileged variables, such as the arms' true means; and what the
    agent learns from is the mean of the arm that it pulled, not the noisy reward. Neither changes what is optimal; both
    take noise out.

    Attributes:
        task: the environment.
        seed: of the first weights and of the episodes.
        agent: architecture and initialisation.
        steps: of an episode.
        batch: episodes in an update.
        updates: batches that are played.
        epochs_per_batch: how often the agent learns from each batch of episodes.
        use_vtrace: whether V-trace corrects for what the agent has learned since it played; if not, it learns as if it
            had just played, which holds for the first epoch only.
        peak_learning_rate: the learning rate's highest value.
        entropy: weight of the policy's entropy, in reward a nat.
        discount: gamma of the return.
        lambda_: of the return.
        checkpoints: about how many sets of weights are kept, from the first update to the last.
        schedule: of the learning rate: one cycle, or its peak throughout (constant).

    Raises:
        ValueError: if a number is outside its range, or there is no such schedule.
    """

    task: Environment
    seed: int
    agent: AgentSpec = DeepLSTM(64)  # noqa: RUF009 (frozen)
    steps: int = 20
    batch: int = 256
    updates: int = 1_500
    epochs_per_batch: int = renamed("passes", default=1)
    use_vtrace: bool = renamed("corrected", default=True)
    peak_learning_rate: float = 5e-3
    entropy: Linear = Linear(0.5, 0.0, 0.8)  # noqa: RUF009
    discount: Linear = Linear(1.0, 1.0)  # noqa: RUF009
    lambda_: float = renamed("trace", default=0.95)
    checkpoints: int = 30
    schedule: str = added(ONE_CYCLE)

    def __post_init__(self) -> None:
        check_at_least(self, seed=0, steps=1, batch=1, updates=1, epochs_per_batch=1, checkpoints=2)
        check_one_of("schedule", self.schedule, SCHEDULES)
        check_learning_rate("peak_learning_rate", self.peak_learning_rate)
        for end in (self.discount.start, self.discount.end):
            if not 0 < end <= 1:
                raise ValueError(f"discount is {end}; it must be more than 0 and at most 1")

    @property
    def episodes(self) -> int:
        """How many episodes the network sees; each is played once, however often it is learned from."""
        return self.batch * self.updates


class Critic(nn.Module):
    """The value of what is still to come, from the agent's features, privileged variables, and the time left.

    No policy earns less than the worst action at every step, or more than the best. So the critic says where between
    the two the agent will be, and need not learn the scale of rewards or to count down.
    """

    def __init__(self, width: int, privileged: int, rng: torch.Generator) -> None:
        super().__init__()
        self.first = nn.Linear(width + privileged + 1, width)
        self.second = nn.Linear(width, 1)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(width**-0.5), width**-0.5, generator=rng)

    def forward(
        self, features: Float[Tensor, "batch time width"], episodes: Any, discount: float
    ) -> Float[Tensor, "batch time"]:
        """The discounted sum of the rewards to come, at each step."""
        batch, steps, _ = features.shape
        clock = torch.linspace(-1, 1, steps, dtype=features.dtype)
        privileged = episodes.privileged[:, None].expand(-1, steps, -1)
        seen = torch.cat([features, privileged, clock[None, :, None].expand(batch, -1, 1)], dim=-1)
        between = self.second(functional.relu(self.first(seen)))[..., 0].sigmoid()
        least, most = (end[:, None] for end in episodes.reward_bounds.unbind(dim=1))
        return steps_left(steps, discount) * (least + (most - least) * between)


def steps_left(steps: int, discount: float) -> Float[Tensor, " time"]:
    """How many steps are left of an episode at each of them, itself included, and discounted.

    >>> steps_left(3, 0.5)
    tensor([1.7500, 1.5000, 1.0000])
    """
    return torch.full((steps,), discount).pow(torch.arange(steps)).cumsum(dim=0).flip(0)


@dataclass(frozen=True)
class Learner:
    """One agent and all that it learns with."""

    spec: ActorCritic
    agent: Any
    critic: Critic
    optimiser: Optimiser
    rng: torch.Generator

    @classmethod
    def fresh(cls, spec: ActorCritic) -> "Learner":
        """What a training begins with."""
        agent = untrained(spec)
        privileged = spec.task.sample(1, spec.steps, generator("count the secrets", 0)).privileged.shape[1]
        critic = Critic(spec.agent.width, privileged, generator("initialise the critic", spec.seed))
        own, values = list(agent.parameters()), list(critic.parameters())
        steps = spec.updates * spec.epochs_per_batch
        clip = clip_each(own, values)
        optimiser = adam(spec.schedule, [*own, *values], spec.peak_learning_rate, steps, clip)
        return cls(spec, agent, critic, optimiser, generator("train", spec.seed))

    def loss(self, played: Rollout, episodes: Any, progress: float) -> Float[Tensor, ""]:
        """Policy gradient with V-trace advantages, squared error of the critic, and entropy."""
        discount = self.spec.discount.at(progress)
        features = self.agent.features(played.inputs)
        log_policy = self.agent.outputs(features).log_softmax(dim=-1)
        log_probabilities = _of(played.actions, log_policy)
        values = self.critic(features.detach(), episodes, discount)
        log_ratios = log_probabilities.detach() - _of(played.actions, played.policies).log()
        if not self.spec.use_vtrace:
            log_ratios = torch.zeros_like(log_ratios)
        targets = vtrace(log_ratios, played.expected, values.detach(), discount, self.spec.lambda_)
        actor = -(targets.advantages * log_probabilities).mean()
        critic = (targets.values - values).square().mean() / 2
        entropy = -(log_policy.exp() * log_policy).sum(dim=-1).mean()
        return actor + critic - self.spec.entropy.at(progress) * entropy


def untrained(spec: ActorCritic) -> Any:
    """The network that a training begins with."""
    return spec.agent.build(spec.task.input_size, spec.task.output_size, generator("initialise", spec.seed))


@versioned("actor-critic", 1)
def train(spec: ActorCritic, progress: bool = False) -> dict[str, Tensor]:
    """Train one agent.

    Returns:
        `earned`, the mean reward of each update's batch an episode, and the agent's weights at each checkpoint as
        `<updates so far>/<parameter>`.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    learner = Learner.fresh(spec)

    def draw() -> tuple[Any, Rollout]:
        episodes = spec.task.sample(spec.batch, spec.steps, learner.rng)
        return episodes, rollout(learner.agent.stepwise(), spec.task, episodes, learner.rng)

    objective = Objective[tuple[Any, Rollout]](
        curve="earned",
        draw=draw,
        loss=lambda batch, done: learner.loss(batch[1], batch[0], done),
        measure=lambda batch, _: batch[1].expected.sum(dim=1).mean(),
        shown="earned {:.2f} an episode",
        epochs=spec.epochs_per_batch,
    )
    return fit(learner.agent, objective, learner.optimiser, spec, progress)


def _of(actions: Int[Tensor, "batch time"], table: Float[Tensor, "batch time action"]) -> Float[Tensor, "batch time"]:
    return table.gather(2, actions[..., None])[..., 0]
