"""Meta-training of an agent that acts: play, then learn from what was played, with V-trace corrections.

Source: Mikulik et al. 2020, section 3.1 (return, IMPALA). Learning rate, batch, schedules and number of updates are
ours: the source gives them in an appendix that we do not have.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from lib.agents.blueprints import Blueprint, Layered
from lib.agents.lean import LeanAgent
from lib.agents.recurrent import RecurrentAgent
from lib.seeding import generator
from lib.specs import versioned
from lib.tasks.acting import ActingTask, Play, play
from lib.training.checkpoints import log_spaced
from lib.training.schedules import Linear
from lib.training.vtrace import vtrace

LARGEST_GRADIENT = 1.0  # gradients of the agent and of the critic are clipped to this norm, each for itself

Network = RecurrentAgent | LeanAgent


@dataclass(frozen=True)
class ActorCritic:
    """Everything that determines the training of one acting agent.

    Adam with gradients clipped to norm 1 and a learning rate of one cycle. The policy sees actions and rewards and
    nothing else. The critic, which is thrown away after training, also sees the episode's secrets, such as the arms'
    true means; and what the agent learns from is the mean of the arm that it pulled, not the noisy reward. Neither
    changes what is optimal; both take noise out.

    Attributes:
        task: the world.
        agent: how the network is built.
        passes: how often the agent learns from each batch of episodes.
        corrected: whether V-trace corrects for what the agent has learned since it played; if not, it learns as if it
            had just played, which holds for the first pass only.
        entropy: weight of the policy's entropy, in reward a nat.
        discount: gamma of the return.
        trace: lambda of the return.

    Raises:
        ValueError: if a number is outside its range.
    """

    task: ActingTask
    seed: int
    agent: Blueprint = Layered(64)  # noqa: RUF009 (frozen)
    steps: int = 20
    batch: int = 256
    updates: int = 1_500
    passes: int = 1
    corrected: bool = True
    peak_learning_rate: float = 5e-3
    entropy: Linear = Linear(0.5, 0.0, 0.8)  # noqa: RUF009
    discount: Linear = Linear(1.0, 1.0)  # noqa: RUF009
    trace: float = 0.95
    checkpoints: int = 30

    def __post_init__(self) -> None:
        least = {"seed": 0, "steps": 1, "batch": 1, "updates": 1, "passes": 1, "checkpoints": 2}
        for name, smallest in least.items():
            if getattr(self, name) < smallest:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {smallest}")
        if not 0 < self.peak_learning_rate < 1:
            raise ValueError(f"peak_learning_rate is {self.peak_learning_rate}; it must lie between 0 and 1")
        for end in (self.discount.start, self.discount.end):
            if not 0 < end <= 1:
                raise ValueError(f"discount is {end}; it must be more than 0 and at most 1")

    @property
    def episodes(self) -> int:
        """How many episodes the network sees; each is played once, however often it is learned from."""
        return self.batch * self.updates


class Critic(nn.Module):
    """The value of what is still to come, from the agent's hidden units, the episode's secrets, and the time left.

    No policy earns less than the worst action at every step, or more than the best. So the critic says where between
    the two the agent will be, and need not learn the scale of rewards or to count down.
    """

    def __init__(self, width: int, secrets: int, weights: torch.Generator) -> None:
        super().__init__()
        self.first = nn.Linear(width + secrets + 1, width)
        self.second = nn.Linear(width, 1)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(width**-0.5), width**-0.5, generator=weights)

    def forward(
        self, hidden: Float[Tensor, "batch time width"], episodes: Any, discount: float
    ) -> Float[Tensor, "batch time"]:
        """The discounted sum of the rewards to come, at each step."""
        batch, steps, _ = hidden.shape
        clock = torch.linspace(-1, 1, steps, dtype=hidden.dtype)
        secrets = episodes.secrets[:, None].expand(-1, steps, -1)
        seen = torch.cat([hidden, secrets, clock[None, :, None].expand(batch, -1, 1)], dim=-1)
        between = self.second(functional.relu(self.first(seen)))[..., 0].sigmoid()
        left = torch.full((steps,), discount).pow(torch.arange(steps)).cumsum(dim=0).flip(0)
        least, most = (end[:, None] for end in episodes.extremes.unbind(dim=1))
        value: Tensor = left * (least + (most - least) * between)
        return value


def _to_learn_from(played: Play) -> Play:
    """The same outside of inference mode, where gradients can look at it."""
    return Play(*(getattr(played, field.name).clone() for field in fields(played)))


def optimiser(
    parameters: Sequence[Tensor], spec: ActorCritic
) -> tuple[torch.optim.Adam, torch.optim.lr_scheduler.OneCycleLR]:
    """Adam, and the schedule of its learning rate."""
    adam = torch.optim.Adam(parameters, lr=spec.peak_learning_rate, fused=True)
    total = spec.updates * spec.passes
    return adam, torch.optim.lr_scheduler.OneCycleLR(adam, max_lr=spec.peak_learning_rate, total_steps=total)


def untrained(spec: ActorCritic) -> Network:
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
    agent = untrained(spec)
    secrets = spec.task.sample(1, spec.steps, generator("count the secrets", 0)).secrets.shape[1]
    critic = Critic(spec.agent.width, secrets, generator("initialise the critic", spec.seed))
    stream = generator("train", spec.seed)
    parameters = [*agent.parameters(), *critic.parameters()]
    adam, schedule = optimiser(parameters, spec)
    keep = set(log_spaced(spec.updates, spec.checkpoints))
    record: dict[str, Tensor] = {}
    earned = torch.empty(spec.updates)

    def checkpoint(update: int) -> None:
        if update in keep:
            record.update({f"{update}/{name}": p.detach().clone() for name, p in agent.named_parameters()})

    checkpoint(0)
    bar: Any = tqdm(range(spec.updates), disable=not progress, unit="update")
    for update in bar:
        episodes = spec.task.sample(spec.batch, spec.steps, stream)
        played = _to_learn_from(play(agent, spec.task, episodes, stream))
        earned[update] = played.expected.sum(dim=1).mean()
        for _ in range(spec.passes):
            loss = _loss(agent, critic, played, episodes, spec, update / spec.updates)
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            for network in (agent, critic):
                nn.utils.clip_grad_norm_(network.parameters(), LARGEST_GRADIENT)
            adam.step()
            schedule.step()
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss.item()} after {update + 1} updates of {spec}")
        if progress and update % 50 == 0:
            bar.set_postfix_str(f"earned {earned[update]:.2f} an episode")
        checkpoint(update + 1)
    return {"earned": earned, **record}


def _loss(
    agent: Network, critic: Critic, played: Play, episodes: Any, spec: ActorCritic, progress: float
) -> Float[Tensor, ""]:
    """Policy gradient with V-trace advantages, squared error of the critic, and entropy."""
    discount = spec.discount.at(progress)
    with _watched(agent.memory) as remembered:
        log_policy = agent(played.inputs).log_softmax(dim=-1)
    log_probabilities = _of(played.actions, log_policy)
    values = critic(remembered[0].detach(), episodes, discount)
    log_ratios = log_probabilities.detach() - _of(played.actions, played.policies).log()
    if not spec.corrected:
        log_ratios = torch.zeros_like(log_ratios)
    targets = vtrace(log_ratios, played.expected, values.detach(), discount, spec.trace)
    actor = -(targets.advantages * log_probabilities).mean()
    wrong = (targets.values - values).square().mean() / 2
    entropy = -(log_policy.exp() * log_policy).sum(dim=-1).mean()
    loss: Tensor = actor + wrong - spec.entropy.at(progress) * entropy
    return loss


def _of(actions: Int[Tensor, "batch time"], table: Float[Tensor, "batch time action"]) -> Float[Tensor, "batch time"]:
    return table.gather(2, actions[..., None])[..., 0]


@contextmanager
def _watched(memory: nn.LSTM) -> Iterator[list[Tensor]]:
    """What an LSTM hands on while the network around it runs."""
    seen: list[Tensor] = []
    hook = memory.register_forward_hook(lambda _module, _inputs, outputs: seen.append(outputs[0]))
    try:
        yield seen
    finally:
        hook.remove()
