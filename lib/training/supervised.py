"""Meta-training of a predictor: many episodes, log-loss, backpropagation through time.

Source: Mikulik et al. 2020, section 3.1 ("RNN meta-learners"). Learning rate, batch and number of updates are ours: the
source gives them in an appendix that we do not have.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from lib.agents.memoryless import MemorylessAgent
from lib.agents.recurrent import RecurrentAgent
from lib.seeding import generator
from lib.specs import versioned
from lib.tasks.prediction import PredictionTask
from lib.training.checkpoints import log_spaced

LARGEST_GRADIENT = 1.0  # gradients are clipped to this norm


@dataclass(frozen=True)
class Supervised:
    """Everything that determines the training of one predictor.

    Adam with gradients clipped to norm 1; the learning rate rises to its peak over the first 30% of the updates and
    falls to nearly nothing over the rest (one cycle). Without `memory` the network has no recurrence.

    Raises:
        ValueError: if a number is outside its range.
    """

    task: PredictionTask
    seed: int
    width: int = 32
    steps: int = 20
    batch: int = 128
    updates: int = 2_000
    peak_learning_rate: float = 1e-2
    checkpoints: int = 30
    memory: bool = True

    def __post_init__(self) -> None:
        for name, least in {"seed": 0, "width": 1, "steps": 1, "batch": 1, "updates": 1, "checkpoints": 2}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {least}")
        if not 0 < self.peak_learning_rate < 1:
            raise ValueError(f"peak_learning_rate is {self.peak_learning_rate}; it must lie between 0 and 1")

    @property
    def episodes(self) -> int:
        """How many episodes the network sees."""
        return self.batch * self.updates


def untrained(spec: Supervised) -> RecurrentAgent | MemorylessAgent:
    """The network that a training begins with."""
    kind = RecurrentAgent if spec.memory else MemorylessAgent
    return kind(spec.task.input_size, spec.task.output_size, spec.width, generator("initialise", spec.seed))


def optimiser(
    parameters: Sequence[Tensor], spec: Supervised
) -> tuple[torch.optim.Adam, torch.optim.lr_scheduler.OneCycleLR]:
    """Adam, and the schedule of its learning rate."""
    adam = torch.optim.Adam(parameters, lr=spec.peak_learning_rate, fused=True)
    schedule = torch.optim.lr_scheduler.OneCycleLR(adam, max_lr=spec.peak_learning_rate, total_steps=spec.updates)
    return adam, schedule


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
    stream = generator("train", spec.seed)
    adam, schedule = optimiser(list(agent.parameters()), spec)
    keep = set(log_spaced(spec.updates, spec.checkpoints))
    record: dict[str, Tensor] = {}
    losses = torch.empty(spec.updates)

    def checkpoint(update: int) -> None:
        if update in keep:
            record.update({f"{update}/{name}": p.detach().cpu().clone() for name, p in agent.named_parameters()})

    checkpoint(0)
    bar: Any = tqdm(range(spec.updates), disable=not progress, unit="update")
    for update in bar:
        episodes = spec.task.sample(spec.batch, spec.steps, stream)
        prediction = spec.task.predictive(agent(episodes.inputs.to(device)))
        loss = -prediction.log_prob(episodes.observations.to(device)).sum(dim=1).mean()
        adam.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(agent.parameters(), LARGEST_GRADIENT)
        adam.step()
        schedule.step()
        losses[update] = loss.detach()
        if not torch.isfinite(losses[update]):
            raise FloatingPointError(f"the loss is {losses[update]} after {update + 1} updates of {spec}")
        if progress and update % 50 == 0:
            bar.set_postfix_str(f"log-loss {losses[update]:.2f} nats an episode")
        checkpoint(update + 1)
    return {"loss": losses, **record}
