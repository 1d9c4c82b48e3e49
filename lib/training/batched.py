"""Meta-training of many networks as one program: the same specs as alone, and the same records within rounding.

Stacking predictors pays on a GPU. Stacking agents that act pays on a CPU too, where a step of one is mostly overhead.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from lib.agents import batched
from lib.agents.lstm import LSTMAgent
from lib.random import generator
from lib.training.actor_critic import ActorCritic
from lib.training.batched_actors import Learners, Played
from lib.training.loop import Recorder, adam, check_finite, clip_by_run
from lib.training.supervised import Supervised, untrained

Watch = Callable[[int, Learners, Played], object]


def train_predictors(specs: Sequence[Supervised], device: str = "cpu") -> list[dict[str, Tensor]]:
    """Train several predictors that differ in their seeds alone.

    Each network sees the episodes it would see alone, has its gradient clipped by its own norm, and is optimised by
    itself, since Adam works on each number separately.

    Returns:
        one record a spec, as `lib.training.supervised.train` makes it.

    Raises:
        ValueError: if there is no spec, or they differ in more than their seeds, or their agents are no deep LSTMs.
        FloatingPointError: if a loss stops being a finite number.
    """
    shared = _alike(specs)
    agents = [untrained(spec) for spec in specs]
    if not (isinstance(agents[0], LSTMAgent) and agents[0].deep):
        raise ValueError(f"the agent is {shared.agent}; only deep LSTMs are stacked, train others one by one")
    weights = {name: value.to(device).requires_grad_() for name, value in batched.stack(agents).items()}
    stacked = list(weights.values())
    optimiser = adam(shared.schedule, stacked, shared.peak_learning_rate, shared.updates, lambda: clip_by_run(stacked))
    rngs = [generator("train", spec.seed) for spec in specs]
    recorders = [Recorder(_of_run(weights, run), "loss", shared) for run in range(len(specs))]
    for update in range(shared.updates):
        drawn = [shared.task.sample(shared.batch, shared.steps, rng) for rng in rngs]
        predicted = batched.outputs(weights, torch.stack([episodes.inputs for episodes in drawn]).to(device))
        seen = torch.stack([episodes.observations for episodes in drawn]).to(device)
        losses = -shared.task.predictive(predicted).log_prob(seen).sum(dim=2).mean(dim=1)
        optimiser.descend(losses.sum())
        for recorder, spec, loss in zip(recorders, specs, losses.detach().cpu(), strict=True):
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
    _as_played(specs)
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
    shared = _as_played(specs)
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


def _as_played(specs: Sequence[Any]) -> Any:
    return _alike([replace(spec, task=getattr(spec.task, "as_played", spec.task)) for spec in specs])


def _alike(specs: Sequence[Any]) -> Any:
    """What specs share that differ in their seeds alone."""
    if len({replace(spec, seed=0) for spec in specs}) != 1:
        raise ValueError("networks that train together must have specs that differ in their seeds alone")
    return specs[0]
