"""Meta-training of an agent whose every step is judged by its own reward: REINFORCE with a learned baseline.

What an action teaches may pay later, and a return would credit it with that. In a contextual bandit it need not:
whoever always takes the action that is most likely right learns as much as is worth learning
(`lib.optimal.contextual_dp` finds no better player). So each action is credited with its own reward, and later luck
adds no noise.

Source: Rabinowitz 2019, section 5.2.1 and appendix A.6 (REINFORCE, Adam). Baseline, entropy and schedule are ours.
"""

from dataclasses import dataclass, fields
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm import tqdm

from lib.agents.blueprints import Lean
from lib.agents.lean import LeanAgent
from lib.seeding import generator
from lib.specs import versioned
from lib.tasks.acting import Play, play
from lib.tasks.contextual import Choices, Contextual
from lib.training.checkpoints import log_spaced
from lib.training.schedules import Linear

LARGEST_GRADIENT = 1.0  # gradients are clipped to this norm
RISE = 0.02  # the part of training in which the learning rate rises


@dataclass(frozen=True)
class Reinforce:
    """Everything that determines the training of one Meta-Learner of contextual bandits.

    Adam with gradients clipped to norm 1 and a learning rate of one cycle.

    Attributes:
        task: the world.
        agent: how the network is built.
        steps: of an episode in training.
        gradient: "sampled" credits the action taken with the reward that it got, less a baseline; "expected" credits
            each action with what it pays on average, as if all had been tried.
        peak_learning_rate: its highest value.
        entropy: weight of the policy's entropy, in reward a nat.
        checkpoints: about how many sets of weights are kept, from the first update to the last.

    Raises:
        ValueError: if a number is outside its range, or there is no such gradient.
    """

    task: Contextual
    seed: int
    agent: Lean = Lean(64)  # noqa: RUF009 (frozen)
    steps: int = 100
    batch: int = 128
    updates: int = 4_000
    gradient: str = "sampled"
    peak_learning_rate: float = 1e-2
    entropy: Linear = Linear(0.03, 0.0)  # noqa: RUF009
    checkpoints: int = 24

    def __post_init__(self) -> None:
        for name, least in {"seed": 0, "steps": 1, "batch": 1, "updates": 1, "checkpoints": 2}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {least}")
        if not 0 < self.peak_learning_rate < 1:
            raise ValueError(f"peak_learning_rate is {self.peak_learning_rate}; it must lie between 0 and 1")
        if self.gradient not in ("sampled", "expected"):
            raise ValueError(f"gradient is {self.gradient!r}; there are sampled, expected")

    @property
    def episodes(self) -> int:
        """How many episodes the network sees."""
        return self.batch * self.updates


def untrained(spec: Reinforce) -> LeanAgent:
    """The network that a training begins with."""
    return spec.agent.build(spec.task.input_size, spec.task.output_size, generator("initialise", spec.seed))


@versioned("reinforce", 1)
def train(spec: Reinforce, progress: bool = False) -> dict[str, Tensor]:
    """Train one Meta-Learner.

    Returns:
        `earned`, the mean reward a step that each update's batch can expect, and the weights at each checkpoint as
        `<updates so far>/<parameter>`.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    agent = untrained(spec)
    baseline = nn.Linear(spec.agent.width, 1)
    for parameter in baseline.parameters():
        nn.init.zeros_(parameter)
    parameters = [*agent.parameters(), *baseline.parameters()]
    adam = torch.optim.Adam(parameters, lr=spec.peak_learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        adam, spec.peak_learning_rate, total_steps=spec.updates, pct_start=RISE
    )
    stream = generator("train", spec.seed)
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
        played = play(agent, spec.task, episodes, stream)
        earned[update] = played.expected.mean()
        loss = _loss(agent, baseline, played, episodes, spec, spec.entropy.at(update / spec.updates))
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(parameters, LARGEST_GRADIENT)
        adam.step()
        schedule.step()
        if not torch.isfinite(loss):
            raise FloatingPointError(f"the loss is {loss.item()} after {update + 1} updates of {spec}")
        if progress and update % 50 == 0:
            bar.set_postfix_str(f"earned {earned[update]:.3f} a step")
        checkpoint(update + 1)
    return {"earned": earned, **record}


def _loss(
    agent: LeanAgent, baseline: nn.Linear, played: Play, episodes: Choices, spec: Reinforce, price: float
) -> Float[Tensor, ""]:
    """Policy gradient, squared error of the baseline, and entropy; in units of what it is worth to be right."""
    lived = Play(*(getattr(played, field.name).clone() for field in fields(played)))  # gradients may look at clones
    begin = agent.start.expand(1, len(lived.inputs), -1).chunk(2, dim=-1)
    remembered, _ = agent.memory(lived.inputs, tuple(each.contiguous() for each in begin))
    log_policy = agent.readout(remembered).log_softmax(dim=-1)
    wrong, right = episodes.chances
    entropy = -(log_policy.exp() * log_policy).sum(dim=-1).mean()
    if spec.gradient == "expected":
        q = log_policy.gather(2, episodes.right()[..., None]).exp()
        loss: Tensor = -q.mean() - price * entropy / (right - wrong)
        return loss
    # What the baseline learns shapes the memory too: to foresee rewards one must remember what was right.
    foreseen = baseline(remembered)[..., 0]
    taken = log_policy.gather(2, lived.actions[..., None])[..., 0]
    actor = -((lived.rewards - foreseen.detach()) * taken).mean()
    critic = (lived.rewards - foreseen).square().mean() / 2
    loss = (actor - price * entropy) / (right - wrong) + critic
    return loss
