"""Does a machine keep more than it needs? The order in which exchangeable observations came is news to nobody.

Source: Mikulik et al. 2020, section 5 (heads-tails-heads and tails-heads-heads).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine, unroll
from lib.probes.behaviour import step_kl
from lib.tasks.prediction import PredictionTask


def order_kept(
    machine: Machine, task: PredictionTask, observations: Float[Tensor, "batch time"], rng: torch.Generator
) -> float:
    """How far apart two orders of the same observations land, relative to how far apart different observations do.

    0 for a machine with a minimal state; near 1 for one that tells orders apart as readily as histories.

    Raises:
        ValueError: if there are fewer than two histories, or all of them lead to one state.
    """
    same, permuted, others = (_end(machine, task, seen)[0] for seen in _reordered(observations, rng))
    apart = (same - others).square().sum(dim=1).mean().sqrt()
    if apart == 0:
        raise ValueError("all histories lead to one state")
    return float((same - permuted).square().sum(dim=1).mean().sqrt() / apart)


def order_said(
    machine: Machine, task: PredictionTask, observations: Float[Tensor, "batch time"], rng: torch.Generator
) -> tuple[float, float]:
    """KL divergence of the predictions after two orders of the same observations, and after different observations; in
    nats, averaged over histories.

    The former is 0 for every machine whose predictions are exchangeable, whatever its state keeps.

    Raises:
        ValueError: if there are fewer than two histories.
    """
    same, permuted, others = (
        task.predictive(_end(machine, task, seen)[1][:, None]) for seen in _reordered(observations, rng)
    )
    return step_kl(same, permuted).mean().item(), step_kl(same, others).mean().item()


def _reordered(observations: Float[Tensor, "batch time"], rng: torch.Generator) -> tuple[Tensor, Tensor, Tensor]:
    """Histories, the same in another order, and for each history another."""
    batch, steps = observations.shape
    if batch < 2:
        raise ValueError(f"{batch} history cannot be compared with others; at least 2 are needed")
    order = torch.stack([torch.randperm(steps, generator=rng) for _ in range(batch)])
    return observations, observations.gather(1, order), observations.roll(1, dims=0)


def _end(
    machine: Machine, task: PredictionTask, observations: Float[Tensor, "batch time"]
) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
    """The state after everything was seen, and the output then."""
    observation = task.inputs(
        torch.cat([observations, observations[:, :1]], dim=1)
    )  # the last observation is never told
    with torch.inference_mode():
        trace = unroll(machine, observation)
    return trace.states[:, -1].double(), trace.outputs[:, -1].double()
