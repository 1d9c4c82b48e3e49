"""Meta-training of a regressor: many functions, squared error, backpropagation through time.

Source: Rabinowitz 2019, section 3.2.1, equation (4), and appendices A.2 and A.4.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from lib.agents.blueprints import Lean
from lib.agents.lean import LeanAgent
from lib.agents.scattered import Scattered
from lib.seeding import generator
from lib.specs import versioned
from lib.tasks.regression import RegressionTask
from lib.training.checkpoints import log_spaced

LARGEST_GRADIENT = 1.0  # gradients are clipped to this norm when the learning rate goes through one cycle
RISE = 0.05  # the part of such a cycle in which the learning rate rises


@dataclass(frozen=True)
class Regressor:
    """Everything that determines the training of one Meta-Learner.

    Attributes:
        task: the world of functions.
        agent: how the network is built.
        optimiser: "one-cycle" is ours: Adam, gradients clipped, a learning rate that rises and falls. "adam" and "sgd"
            are the source's: at one learning rate throughout, unclipped.
        learning_rate: its highest value, or its only one.
        checkpoints: about how many sets of weights are kept, from the first update to the last.

    Raises:
        ValueError: if a number is outside its range, or there is no such optimiser.
    """

    task: RegressionTask
    seed: int
    agent: Lean | Scattered = Lean(64)  # noqa: RUF009 (frozen)
    steps: int = 20
    batch: int = 128
    updates: int = 12_000
    optimiser: str = "one-cycle"
    learning_rate: float = 1e-2
    checkpoints: int = 24

    def __post_init__(self) -> None:
        for name, least in {"seed": 0, "steps": 1, "batch": 1, "updates": 1, "checkpoints": 2}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {least}")
        if not 0 < self.learning_rate < 1:
            raise ValueError(f"learning_rate is {self.learning_rate}; it must lie between 0 and 1")
        if self.optimiser not in ("one-cycle", "adam", "sgd"):
            raise ValueError(f"optimiser is {self.optimiser!r}; there are one-cycle, adam, sgd")

    @property
    def episodes(self) -> int:
        """How many episodes the network sees."""
        return self.batch * self.updates


def untrained(spec: Regressor) -> LeanAgent:
    """The network that a training begins with."""
    return spec.agent.build(spec.task.input_size, spec.task.output_size, generator("initialise", spec.seed))


def optimiser(
    parameters: Sequence[Tensor], spec: Regressor
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """What the spec asks for, and the schedule of its learning rate."""
    if spec.optimiser == "one-cycle":
        adam = torch.optim.Adam(parameters, lr=spec.learning_rate, fused=True)
        cycle = torch.optim.lr_scheduler.OneCycleLR(
            adam, spec.learning_rate, total_steps=spec.updates, pct_start=RISE, cycle_momentum=False
        )
        return adam, cycle
    plain: torch.optim.Optimizer
    if spec.optimiser == "adam":
        plain = torch.optim.Adam(parameters, lr=spec.learning_rate, fused=True)
    else:
        plain = torch.optim.SGD(parameters, lr=spec.learning_rate, fused=True)
    return plain, torch.optim.lr_scheduler.ConstantLR(plain, factor=1.0)


@versioned("regression", 1)
def train(spec: Regressor, progress: bool = False) -> dict[str, Tensor]:
    """Train one Meta-Learner.

    Returns:
        `loss`, the squared error of each update's batch, summed over the numbers of y and averaged over the episode
        (equation 4), and the weights at each checkpoint as `<updates so far>/<parameter>`.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    agent = untrained(spec)
    stream = generator("train", spec.seed)
    stepper, schedule = optimiser(list(agent.parameters()), spec)
    keep = set(log_spaced(spec.updates, spec.checkpoints))
    record: dict[str, Tensor] = {}
    losses = torch.empty(spec.updates)

    def checkpoint(update: int) -> None:
        if update in keep:
            record.update({f"{update}/{name}": p.detach().clone() for name, p in agent.named_parameters()})

    checkpoint(0)
    bar: Any = tqdm(range(spec.updates), disable=not progress, unit="update")
    for update in bar:
        problems = spec.task.sample(spec.batch, spec.steps, stream)
        loss = (agent(problems.inputs) - problems.y).square().sum(dim=2).mean()
        stepper.zero_grad()
        loss.backward()
        if spec.optimiser == "one-cycle":
            nn.utils.clip_grad_norm_(agent.parameters(), LARGEST_GRADIENT)
        stepper.step()
        schedule.step()
        losses[update] = loss.detach()
        if not torch.isfinite(losses[update]):
            raise FloatingPointError(f"the loss is {losses[update]} after {update + 1} updates of {spec}")
        if progress and update % 50 == 0:
            bar.set_postfix_str(f"squared error {losses[update]:.3f}")
        checkpoint(update + 1)
    return {"loss": losses, **record}
