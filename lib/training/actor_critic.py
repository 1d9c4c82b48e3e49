"""Meta-training of an agent that acts: play, then learn from what was played, with V-trace corrections.

Source: Mikulik et al. 2020, section 3.1 (return, IMPALA). Learning rate, batch, schedules and number of updates are
ours: the source gives them in an appendix that we do not have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional
from tqdm import tqdm

from lib.agents.recurrent import RecurrentAgent
from lib.probes.regret import pick
from lib.seeding import generator
from lib.tasks.bandits import Bandits, BanditTask
from lib.training.checkpoints import log_spaced
from lib.training.schedules import Linear
from lib.training.vtrace import vtrace

LARGEST_GRADIENT = 1.0  # gradients are clipped to this norm


@dataclass(frozen=True)
class ActorCritic:
    """Everything that determines the training of one acting agent.

    Adam with gradients clipped to norm 1 and a learning rate of one cycle. The policy sees actions and rewards and
    nothing else. The critic, which is thrown away after training, also sees the arms' true means; and what the agent
    learns from is the mean of the arm that it pulled, not the noisy reward. Neither changes what is optimal; both take
    noise out.

    Attributes:
        task: the world.
        passes: how often the agent learns from each batch of episodes; from the second on, V-trace corrects.
        entropy: weight of the policy's entropy, in reward a nat.
        discount: gamma of the return.
        trace: lambda of the return.

    Raises:
        ValueError: if a number is outside its range.
    """

    task: BanditTask
    seed: int
    width: int = 64
    steps: int = 20
    batch: int = 256
    updates: int = 1_500
    passes: int = 1
    peak_learning_rate: float = 5e-3
    entropy: Linear = Linear(0.1, 0.0, 0.8)  # noqa: RUF009 (frozen)
    discount: Linear = Linear(1.0, 1.0)  # noqa: RUF009
    trace: float = 0.95
    checkpoints: int = 30

    def __post_init__(self) -> None:
        least = {"seed": 0, "width": 1, "steps": 1, "batch": 1, "updates": 1, "passes": 1, "checkpoints": 2}
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
    """The value of what is still to come, from the agent's hidden units, the arms' true means, and the time left."""

    def __init__(self, width: int, arms: int, weights: torch.Generator) -> None:
        super().__init__()
        self.first = nn.Linear(width + arms + 1, width)
        self.second = nn.Linear(width, 1)
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -(width**-0.5), width**-0.5, generator=weights)

    def forward(
        self, hidden: Float[Tensor, "batch time width"], means: Float[Tensor, "batch arm"]
    ) -> Float[Tensor, "batch time"]:
        """Value per step left, times the steps left: the critic need not learn to count down."""
        batch, steps, _ = hidden.shape
        left = 1 - torch.arange(steps, dtype=hidden.dtype) / steps
        seen = [hidden, means[:, None].expand(-1, steps, -1), left[None, :, None].expand(batch, -1, 1)]
        value: Tensor = self.second(functional.relu(self.first(torch.cat(seen, dim=-1))))[..., 0]
        return value * left * steps


@dataclass(frozen=True)
class Played:
    """A batch of episodes as an agent played them.

    Attributes:
        inputs: what the agent was told at each step.
        actions: which arm it pulled.
        log_probabilities: that it gave to the arms it pulled.
        earned: mean of the arm that was pulled.
    """

    inputs: Float[Tensor, "batch time feature"]
    actions: Int[Tensor, "batch time"]
    log_probabilities: Float[Tensor, "batch time"]
    earned: Float[Tensor, "batch time"]


def play(agent: RecurrentAgent, task: BanditTask, bandits: Bandits, steps: int, chance: torch.Generator) -> Played:
    """Let an agent play a batch of episodes, step by step, without gradients."""
    batch = len(bandits.means)
    inputs, actions, log_probabilities = [torch.zeros(batch, task.input_size)], [], []
    uniform = torch.rand(steps, batch, generator=chance)
    with torch.inference_mode():
        state = agent.initial_state(batch)
        pulls = bandits.untouched()
        for t in range(steps):
            state, logits = agent.step(state, inputs[t])
            log_policy = logits.log_softmax(dim=-1)
            action = pick(log_policy.exp(), uniform[t])
            rewards, pulls = bandits.pay(action, pulls)
            actions.append(action)
            log_probabilities.append(log_policy.gather(1, action[:, None])[:, 0])
            inputs.append(task.told(action, rewards))
        chosen = torch.stack(actions, dim=1)
        told, probabilities = torch.stack(inputs[:-1], dim=1), torch.stack(log_probabilities, dim=1)
        earned = bandits.means.gather(1, chosen)
    told, chosen, probabilities, earned = (each.clone() for each in (told, chosen, probabilities, earned))
    return Played(told, chosen, probabilities, earned)  # cloned out of inference mode


def optimiser(
    parameters: Sequence[Tensor], spec: ActorCritic
) -> tuple[torch.optim.Adam, torch.optim.lr_scheduler.OneCycleLR]:
    """Adam, and the schedule of its learning rate."""
    adam = torch.optim.Adam(parameters, lr=spec.peak_learning_rate, fused=True)
    total = spec.updates * spec.passes
    return adam, torch.optim.lr_scheduler.OneCycleLR(adam, max_lr=spec.peak_learning_rate, total_steps=total)


def untrained(spec: ActorCritic) -> RecurrentAgent:
    """The network that a training begins with."""
    return RecurrentAgent(spec.task.input_size, spec.task.output_size, spec.width, generator("initialise", spec.seed))


def train(spec: ActorCritic, progress: bool = False) -> dict[str, Tensor]:
    """Train one agent.

    Returns:
        `earned`, the mean reward of each update's batch an episode, and the agent's weights at each checkpoint as
        `<updates so far>/<parameter>`.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    agent = untrained(spec)
    critic = Critic(spec.width, spec.task.output_size, generator("initialise the critic", spec.seed))
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
        bandits = spec.task.sample(spec.batch, spec.steps, stream)
        played = play(agent, spec.task, bandits, spec.steps, stream)
        earned[update] = played.earned.sum(dim=1).mean()
        for _ in range(spec.passes):
            loss = _loss(agent, critic, played, bandits.means, spec, update / spec.updates)
            adam.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(parameters, LARGEST_GRADIENT)
            adam.step()
            schedule.step()
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss.item()} after {update + 1} updates of {spec}")
        if progress and update % 50 == 0:
            bar.set_postfix_str(f"earned {earned[update]:.2f} an episode")
        checkpoint(update + 1)
    return {"earned": earned, **record}


def _loss(
    agent: RecurrentAgent,
    critic: Critic,
    played: Played,
    means: Float[Tensor, "batch arm"],
    spec: ActorCritic,
    progress: float,
) -> Float[Tensor, ""]:
    """Policy gradient with V-trace advantages, squared error of the critic, and entropy."""
    hidden, _ = agent.memory(functional.relu(agent.encoder(played.inputs)))
    logits = agent.readout(functional.relu(agent.decoder(hidden)))
    log_policy = logits.log_softmax(dim=-1)
    log_probabilities = log_policy.gather(2, played.actions[..., None])[..., 0]
    values = critic(hidden.detach(), means)
    targets = vtrace(
        (log_probabilities - played.log_probabilities).detach(),
        played.earned,
        values.detach(),
        spec.discount.at(progress),
        spec.trace,
    )
    actor = -(targets.advantages * log_probabilities).mean()
    wrong = (targets.values - values).square().mean() / 2
    entropy = -(log_policy.exp() * log_policy).sum(dim=-1).mean()
    loss: Tensor = actor + wrong - spec.entropy.at(progress) * entropy
    return loss
