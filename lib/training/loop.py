"""The outer loop: episodes in, gradient steps, weights kept at checkpoints.

Four losses plug into it: log-loss (`supervised`), squared error (`regression`), actor-critic (`actor_critic`) and
REINFORCE (`reinforce`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn
from tqdm import tqdm

from lib.checkpoints import log_spaced

LARGEST_GRADIENT_NORM = 1.0
ONE_CYCLE, CONSTANT = SCHEDULES = ("one cycle", "constant")  # courses of a learning rate
RISE = 0.3  # the part of one cycle in which the learning rate rises, if a trainer says nothing else

Batch = TypeVar("Batch")


@runtime_checkable
class Schedule(Protocol):
    """What all specs of meta-training say of their course."""

    @property
    def updates(self) -> int: ...

    @property
    def checkpoints(self) -> int: ...


def alike(spec: Any) -> Any:
    """What a spec shares with those that can train side by side with it: all but its seed, and which fixed tasks it
    sees.
    """
    return replace(spec, seed=0, task=getattr(spec.task, "as_played", spec.task))


@dataclass(frozen=True)
class Optimiser:
    """A torch optimiser, the schedule of its learning rate, and how gradients are clipped before a step."""

    optimiser: torch.optim.Optimizer
    schedule: torch.optim.lr_scheduler.LRScheduler | None = None
    clip: Callable[[], object] | None = None

    def descend(self, loss: Float[Tensor, ""]) -> None:
        """One step down the gradient of a loss."""
        self.optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if self.clip is not None:
            self.clip()
        self.optimiser.step()
        if self.schedule is not None:
            self.schedule.step()


def clip_each(*groups: Sequence[Tensor]) -> Callable[[], object]:
    """Clipping of the gradients of each group of parameters to norm 1."""
    return lambda: [nn.utils.clip_grad_norm_(parameters, LARGEST_GRADIENT_NORM) for parameters in groups]


def clip_by_run(weights: Sequence[Float[Tensor, "run ..."]]) -> Float[Tensor, " run"]:
    """Scale each network's gradient down to the largest norm allowed, as `clip_grad_norm_` does for one network; return
    the norms before.
    """
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    squares = torch.stack([gradient.flatten(1).square().sum(dim=1) for gradient in gradients])
    norms: Tensor = squares.sum(dim=0).sqrt()
    scale = (LARGEST_GRADIENT_NORM / (norms + 1e-6)).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(scale.view(-1, *[1] * (gradient.dim() - 1)))
    return norms


def one_cycle(
    parameters: Sequence[Tensor] | Sequence[dict[str, Any]],
    peak: float | list[float],
    steps: int,
    clip: Callable[[], object],
    rise: float = RISE,
    momentum: bool = True,
    decay: float = 0.999,
) -> Optimiser:
    """Adam with a learning rate that rises to its peak over a part `rise` of the steps and falls to nearly nothing over
    the rest (Smith and Topin 2019); if `momentum`, the decay of the first moment moves the other way. `decay` is that
    of the second. Of parameters in torch's groups each group has its own peak.
    """
    adam = torch.optim.Adam(parameters, lr=peak if isinstance(peak, float) else peak[0], betas=(0.9, decay), fused=True)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        adam, max_lr=peak, total_steps=steps, pct_start=rise, cycle_momentum=momentum
    )
    return Optimiser(adam, cycle, clip)


def constant(
    kind: str, parameters: Sequence[Tensor], learning_rate: float, clip: Callable[[], object] | None = None
) -> Optimiser:
    """Adam ("adam") or plain gradient descent ("sgd") at one learning rate."""
    make = {"adam": torch.optim.Adam, "sgd": torch.optim.SGD}[kind]
    return Optimiser(make(parameters, lr=learning_rate, fused=True), clip=clip)


def adam(
    schedule: str,
    parameters: Sequence[Tensor],
    learning_rate: float,
    steps: int,
    clip: Callable[[], object],
    rise: float = RISE,
) -> Optimiser:
    """Adam by one of the `SCHEDULES`: one cycle with this peak, or this learning rate throughout."""
    if schedule == CONSTANT:
        return constant("adam", parameters, learning_rate, clip)
    return one_cycle(parameters, learning_rate, steps, clip, rise)


@dataclass(frozen=True)
class Objective(Generic[Batch]):
    """What a trainer plugs into the loop.

    Attributes:
        curve: the name of the learning curve in the record.
        draw: a batch of episodes.
        loss: of a batch, when a part of the training between 0 and 1 is done.
        measure: the point of the learning curve that a batch and its last loss give.
        shown: how the progress bar says it.
        epochs: how often each batch is learned from.
    """

    curve: str
    draw: Callable[[], Batch]
    loss: Callable[[Batch, float], Float[Tensor, ""]]
    measure: Callable[[Batch, Float[Tensor, ""]], Float[Tensor, ""]]
    shown: str
    epochs: int = 1


class Recorder:
    """The record of one training: a learning curve, and weights at checkpoints spaced evenly on a logarithmic scale."""

    def __init__(self, weights: Callable[[], Iterable[tuple[str, Tensor]]], curve: str, schedule: Schedule) -> None:
        self._weights, self._curve = weights, curve
        self._keep = set(log_spaced(schedule.updates, schedule.checkpoints))
        self._kept: dict[str, Tensor] = {}
        self.points = torch.empty(schedule.updates)
        self.checkpoint(0)

    def checkpoint(self, update: int) -> None:
        """Keep the weights after so many updates, if they are to be kept."""
        if update in self._keep:
            self._kept |= {f"{update}/{name}": value.detach().cpu().clone() for name, value in self._weights()}

    @property
    def record(self) -> dict[str, Tensor]:
        """The curve by its name, and weights as `<updates so far>/<parameter>`."""
        return {self._curve: self.points, **self._kept}


def fit(
    network: Any, objective: Objective[Any], optimiser: Optimiser, spec: Schedule, progress: bool = False
) -> dict[str, Tensor]:
    """Train a network.

    Returns:
        the learning curve by its name, and the weights at each checkpoint as `<updates so far>/<parameter>`.

    Raises:
        FloatingPointError: if the loss stops being a finite number.
    """
    recorder = Recorder(network.named_parameters, objective.curve, spec)
    bar: Any = tqdm(range(spec.updates), disable=not progress, unit="update")
    for update in bar:
        batch = objective.draw()
        for _ in range(objective.epochs):
            loss = objective.loss(batch, update / spec.updates)
            optimiser.descend(loss)
        recorder.points[update] = objective.measure(batch, loss.detach())
        check_finite(loss, update, spec)
        if progress and update % 50 == 0:
            bar.set_postfix_str(objective.shown.format(recorder.points[update].item()))
        recorder.checkpoint(update + 1)
    return recorder.record


def check_finite(loss: Float[Tensor, ""], update: int, spec: Any) -> None:
    """Refuse to go on from a loss that is no number.

    Raises:
        FloatingPointError: if the loss is not finite.
    """
    if not torch.isfinite(loss):
        raise FloatingPointError(f"the loss is {loss.item()} after {update + 1} updates of {spec}")
