"""Meta-training of many networks as one program: the same specs as alone, and the same records within rounding.

Stacking predictors pays on a GPU. Stacking agents that act pays on a CPU too, where a step of one is mostly overhead.
"""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from lib.agents import batched
from lib.agents.bptt import Tape
from lib.agents.lstm import LSTMAgent
from lib.random import generator
from lib.training import regression
from lib.training.actor_critic import ActorCritic
from lib.training.batched_actors import Learners, Played
from lib.training.loop import Optimiser, Recorder, adam, alike, check_finite, clip_by_run, constant
from lib.training.regression import Regressor
from lib.training.supervised import Supervised, untrained

Watch = Callable[[int, Learners, Played], object]


def train_predictors(specs: Sequence[Supervised], device: str = "cpu") -> list[dict[str, Tensor]]:
    """Train several predictors that differ in their seeds alone, or else in which fixed tasks they see.

    Each network sees the episodes it would see alone, has its gradient clipped by its own norm, and is optimised by
    itself, since Adam works on each number separately. LSTMs that are not deep learn from what their units did, with
    the backward pass written out; on a CPU that pays.

    Returns:
        one record a spec, as `lib.training.supervised.train` makes it.

    Raises:
        ValueError: if there is no spec, or they differ in more than their seeds, or their agents are no LSTMs, or they
            are not deep and the device is another than a processor.
        FloatingPointError: if a loss stops being a finite number.
    """
    shared = shared_by(specs)
    students = _Students(specs, [untrained(spec) for spec in specs], device)
    stacked = list(students.weights.values())
    optimiser = adam(shared.schedule, stacked, shared.peak_learning_rate, shared.updates, lambda: clip_by_run(stacked))

    def losses() -> Tensor:
        drawn = students.sample()
        predicted = students.outputs([episodes.inputs for episodes in drawn])
        seen = torch.stack([episodes.observations for episodes in drawn]).to(device)
        return -shared.task.predictive(predicted).log_prob(seen).sum(dim=2).mean(dim=1)

    return students.taught(losses, optimiser)


def train_regressors(specs: Sequence[Regressor], device: str = "cpu") -> list[dict[str, Tensor]]:
    """Train several regressors that differ in their seeds alone, or else in which fixed tasks they see.

    Returns:
        one record a spec, as `lib.training.regression.train` makes it, within rounding.

    Raises:
        ValueError: if there is no spec, or they differ in more than their seeds, or their agents are no LSTMs, or deep,
            or their scale is not 1, or the device is another than a processor.
        FloatingPointError: if a loss stops being a finite number.
    """
    shared = shared_by(specs)
    if shared.scale != 1:
        raise ValueError(f"scale is {shared.scale}; only networks at a scale of 1 are stacked")
    students = _Students(specs, [regression.untrained(spec) for spec in specs], device)
    stacked = list(students.weights.values())
    if shared.optimiser == "one-cycle":
        optimiser = regression.cycle(stacked, shared, lambda: clip_by_run(stacked))
    else:
        optimiser = constant(shared.optimiser, stacked, shared.learning_rate)

    def losses() -> Tensor:
        drawn = students.sample()
        predicted = students.outputs([problems.inputs for problems in drawn])
        return (predicted - torch.stack([problems.y for problems in drawn])).square().sum(dim=3).mean(dim=(1, 2))

    return students.taught(losses, optimiser)


class _Students:
    """LSTMs side by side that are told whole episodes, each with episodes of its own."""

    def __init__(self, specs: Sequence[Any], agents: Sequence[Any], device: str) -> None:
        if not isinstance(agents[0], LSTMAgent):
            raise ValueError(f"the agent is {specs[0].agent}; only LSTMs are stacked, train others one by one")
        self._deep = agents[0].deep
        if not self._deep and device != "cpu":
            raise ValueError(f"device is {device!r}; LSTMs that are not deep are stacked on a cpu")
        self._specs, self._device, shared = specs, device, specs[0]
        self.weights = {name: value.to(device).requires_grad_() for name, value in batched.stack(agents).items()}
        self._tape = None if self._deep else Tape(self.weights, shared.batch, shared.steps)
        self._rngs = [generator("train", spec.seed) for spec in specs]

    def sample(self) -> list[Any]:
        """A batch of episodes for each."""
        return [
            spec.task.sample(spec.batch, spec.steps, rng) for spec, rng in zip(self._specs, self._rngs, strict=True)
        ]

    def outputs(self, inputs: Sequence[Tensor]) -> Tensor:
        """What each says along its episodes: (run, batch, time, output)."""
        told = torch.stack(list(inputs)).to(self._device)
        if self._tape is None:
            return batched.outputs(self.weights, told)
        self._tape.rewind()
        with torch.no_grad():
            for x in told.unbind(dim=2):
                self._tape.step(x)
        return self._tape.outputs().permute(1, 3, 0, 2)

    def taught(self, losses: Callable[[], Tensor], optimiser: Optimiser) -> list[dict[str, Tensor]]:
        """The records of a whole course of training."""
        shared = self._specs[0]
        recorders = [Recorder(_of_run(self.weights, run), "loss", shared) for run in range(len(self._specs))]
        for update in range(shared.updates):
            found = losses()
            optimiser.descend(found.sum())
            for recorder, spec, loss in zip(recorders, self._specs, found.detach().cpu(), strict=True):
                recorder.points[update] = loss
                check_finite(loss, update, spec)
                recorder.checkpoint(update + 1)
        return [recorder.record for recorder in recorders]


def _of_run(weights: batched.Weights, run: int) -> Callable[[], list[tuple[str, Tensor]]]:
    return lambda: [(name, value[run]) for name, value in weights.items()]


def train_actors(specs: Sequence[ActorCritic], watch: Watch | None = None) -> list[dict[str, Tensor]]:
    """Train several agents that act and differ in their seeds alone, or else in one-armed worlds.

    What their units do while they play is kept and learned from: there is one forward pass an update, not two.

    Args:
        specs: of the agents.
        watch: looks on after each update, and is told how many there were before.

    Returns:
        one record a spec, as `lib.training.actor_critic.train` makes it.

    Raises:
        ValueError: if there is no spec, or they differ in more than their seeds, or their agents are deep, or no LSTMs.
        FloatingPointError: if a loss stops being a finite number.
    """
    shared_by(specs)
    return learn(Learners(specs), specs, watch)


def learn(learners: Any, specs: Sequence[Any], watch: Watch | None = None) -> list[dict[str, Tensor]]:
    """The whole course of training of agents that are there already, as `train_actors`.

    Args:
        learners: `lib.training.batched_actors.Learners`, or what plays, has `losses` and an `optimiser` as they do.
        specs: of the agents; besides what all specs say, how many `epochs_per_batch`.
        watch: as there.

    Raises:
        ValueError: as `train_actors`.
        FloatingPointError: if a loss stops being a finite number.
    """
    shared = shared_by(specs)
    recorders = [Recorder(_of_run(learners.agents, run), "earned", shared) for run in range(len(specs))]
    for update in range(shared.updates):
        played = learners.play()
        for epoch in range(shared.epochs_per_batch):
            if epoch:
                learners.repeat()
            losses = learners.losses(played, update / shared.updates)
            learners.optimiser.descend(losses.sum())
        if watch is not None:
            watch(update, learners, played)
        earned = played.expected.sum(dim=0).mean(dim=1)
        for recorder, spec, loss, point in zip(recorders, specs, losses.detach(), earned, strict=True):
            recorder.points[update] = point
            check_finite(loss, update, spec)
            recorder.checkpoint(update + 1)
    return [recorder.record for recorder in recorders]


def shared_by(specs: Sequence[Any]) -> Any:
    """What specs share that differ in their seeds alone, or else in which fixed tasks they see.

    Raises:
        ValueError: if there is no spec, or they differ in more.
    """
    shared = {alike(spec) for spec in specs}
    if len(shared) != 1:
        raise ValueError("networks that train together must have specs that differ in their seeds alone")
    return shared.pop()
