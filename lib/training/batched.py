"""Meta-training of many networks as one program: the same specs as alone, and the same records within rounding.

Predictors are stacked, which pays on a GPU. Acting agents play side by side, since a step of play is mostly overhead,
and each learns by itself, which pays on a CPU.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents import batched
from lib.agents.batched import BatchedLSTM
from lib.agents.lstm import LSTMAgent
from lib.random import generator
from lib.tasks.environment import Rollout, rollout_with
from lib.training.actor_critic import ActorCritic, Learner
from lib.training.loop import LARGEST_GRADIENT_NORM, Recorder, adam, check_finite
from lib.training.supervised import Supervised, untrained


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


def clip_by_run(weights: Sequence[Float[Tensor, "run ..."]]) -> None:
    """Scale each network's gradient down to the largest norm allowed, as `clip_grad_norm_` does for one network."""
    gradients = [weight.grad for weight in weights if weight.grad is not None]
    squares = torch.stack([gradient.flatten(1).square().sum(dim=1) for gradient in gradients])
    scale = (LARGEST_GRADIENT_NORM / (squares.sum(dim=0).sqrt() + 1e-6)).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(scale.view(-1, *[1] * (gradient.dim() - 1)))


def train_actors(specs: Sequence[ActorCritic]) -> list[dict[str, Tensor]]:
    """Train several agents that act and differ in their seeds alone.

    Returns:
        one record a spec, as `lib.training.actor_critic.train` makes it.

    Raises:
        ValueError: if there is no spec, or they differ in more than their seeds, or their agents are deep, or no LSTMs.
        FloatingPointError: if a loss stops being a finite number.
    """
    shared = _alike(specs)
    learners = [Learner.fresh(spec) for spec in specs]
    if not isinstance(learners[0].agent, LSTMAgent) or learners[0].agent.deep:
        raise ValueError(f"the agent is {shared.agent}; only LSTMs that are not deep play side by side")
    recorders = [Recorder(learner.agent.named_parameters, "earned", shared) for learner in learners]
    for update in range(shared.updates):
        drawn, chances = [], []
        for learner in learners:  # each has its own luck, in the order in which it would have it alone
            drawn.append(shared.task.sample(shared.batch, shared.steps, learner.rng))
            chances.append(torch.rand(shared.batch, shared.steps, generator=learner.rng))
        agents = BatchedLSTM([learner.agent for learner in learners])
        played = rollout_with(agents, shared.task, _joined(drawn), torch.cat(chances))
        for learner, recorder, episodes, own in zip(
            learners, recorders, drawn, _parted(played, len(specs)), strict=True
        ):
            recorder.points[update] = own.expected.sum(dim=1).mean()
            for _ in range(shared.epochs_per_batch):
                loss = learner.loss(own, episodes, update / shared.updates)
                learner.optimiser.descend(loss)
            check_finite(loss, update, learner.spec)
            recorder.checkpoint(update + 1)
    return [recorder.record for recorder in recorders]


def _alike(specs: Sequence[Any]) -> Any:
    """What specs share that differ in their seeds alone."""
    if len({replace(spec, seed=0) for spec in specs}) != 1:
        raise ValueError("networks that train together must have specs that differ in their seeds alone")
    return specs[0]


def _joined(drawn: Sequence[Any]) -> Any:
    """Batches of episodes as one."""
    return type(drawn[0])(*(torch.cat([getattr(each, f.name) for each in drawn]) for f in fields(drawn[0])))


def _parted(played: Rollout, parts: int) -> list[Rollout]:
    """A rollout, cut into as many equal parts."""
    cut = [getattr(played, field.name).chunk(parts) for field in fields(Rollout)]
    return [Rollout(*each) for each in zip(*cut, strict=True)]
