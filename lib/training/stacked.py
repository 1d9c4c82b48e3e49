"""Supervised meta-training of many networks as one program: the same specs as `lib.training.supervised`, and the same
records within rounding. It pays on a GPU; on a CPU, one network after another is faster.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents import stacked
from lib.agents.recurrent import RecurrentAgent
from lib.seeding import generator
from lib.training.checkpoints import log_spaced
from lib.training.supervised import LARGEST_GRADIENT, Supervised, optimiser, untrained


def train(specs: Sequence[Supervised], device: str = "cpu") -> list[dict[str, Tensor]]:
    """Train several predictors that differ in their seeds alone.

    Each network sees the episodes it would see alone, has its gradient clipped by its own norm, and is optimised by
    itself, since Adam works on each number separately.

    Returns:
        one record a spec, as `lib.training.supervised.train` makes it.

    Raises:
        ValueError: if there is no spec, or they differ in more than their seeds, or their networks have no memory.
        FloatingPointError: if a loss stops being a finite number.
    """
    if len({replace(spec, seed=0) for spec in specs}) != 1:
        raise ValueError("networks that train together must have specs that differ in their seeds alone")
    shared = specs[0]
    if not shared.memory:
        raise ValueError("networks without memory cannot be stacked; train them one by one")
    agents = [agent for agent in map(untrained, specs) if isinstance(agent, RecurrentAgent)]
    weights = {name: value.to(device).requires_grad_() for name, value in stacked.stack(agents).items()}
    streams = [generator("train", spec.seed) for spec in specs]
    adam, schedule = optimiser(list(weights.values()), shared)
    keep = set(log_spaced(shared.updates, shared.checkpoints))
    losses = torch.empty(shared.updates, len(specs), device=device)
    records: list[dict[str, Tensor]] = [{} for _ in specs]

    def checkpoint(update: int) -> None:
        if update in keep:
            for name, value in weights.items():
                for record, own in zip(records, value.detach().cpu().clone().unbind(), strict=True):
                    record[f"{update}/{name}"] = own.clone()

    checkpoint(0)
    for update in range(shared.updates):
        drawn = [shared.task.sample(shared.batch, shared.steps, stream) for stream in streams]
        said = stacked.outputs(weights, torch.stack([episodes.inputs for episodes in drawn]).to(device))
        seen = torch.stack([episodes.observations for episodes in drawn]).to(device)
        loss = -shared.task.predictive(said).log_prob(seen).sum(dim=2).mean(dim=1)
        adam.zero_grad()
        loss.sum().backward()  # type: ignore[no-untyped-call]
        _clip([value.grad for value in weights.values() if value.grad is not None])
        adam.step()
        schedule.step()
        losses[update] = loss.detach()
        checkpoint(update + 1)
    if not torch.isfinite(losses).all():
        first, network = (~torch.isfinite(losses)).nonzero()[0].tolist()
        raise FloatingPointError(f"the loss is {losses[first, network]} after {first + 1} updates of {specs[network]}")
    return [{"loss": loss.clone(), **record} for loss, record in zip(losses.cpu().unbind(dim=1), records, strict=True)]


def _clip(gradients: Sequence[Float[Tensor, "run ..."]]) -> None:
    """Scale each network's gradient down to the largest norm allowed, as `clip_grad_norm_` does for one network."""
    squares = torch.stack([gradient.flatten(1).square().sum(dim=1) for gradient in gradients])
    scale = (LARGEST_GRADIENT / (squares.sum(dim=0).sqrt() + 1e-6)).clamp(max=1)
    for gradient in gradients:
        gradient.mul_(scale.view(-1, *[1] * (gradient.dim() - 1)))
