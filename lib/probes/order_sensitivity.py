"""Order sensitivity of a state: the order of exchangeable observations is nothing that a minimal machine would keep.

Source: Mikulik et al. 2020, section 5 (heads-tails-heads and tails-heads-heads).
"""

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine, unroll
from lib.tasks.prediction import PredictionTask


def order_kept(
    machine: Machine, task: PredictionTask, observations: Float[Tensor, "batch time"], rng: torch.Generator
) -> float:
    """How far apart two orders of the same observations land, relative to how far apart different observations do.

    0 for a machine with a minimal state; near 1 for one that tells orders apart as readily as histories.

    Raises:
        ValueError: if there are fewer than two histories, or all of them lead to one state.
    """
    batch, steps = observations.shape
    if batch < 2:
        raise ValueError(f"{batch} history cannot be compared with others; at least 2 are needed")
    order = torch.stack([torch.randperm(steps, generator=rng) for _ in range(batch)])
    same, permuted, others = (
        _last_state(machine, task, seen)
        for seen in (observations, observations.gather(1, order), observations.roll(1, dims=0))
    )
    apart = (same - others).square().sum(dim=1).mean().sqrt()
    if apart == 0:
        raise ValueError("all histories lead to one state")
    return float((same - permuted).square().sum(dim=1).mean().sqrt() / apart)


def _last_state(
    machine: Machine, task: PredictionTask, observations: Float[Tensor, "batch time"]
) -> Float[Tensor, "batch state"]:
    """The state after everything was seen."""
    observation = task.inputs(
        torch.cat([observations, observations[:, :1]], dim=1)
    )  # the last observation is never told
    with torch.inference_mode():
        return unroll(machine, observation).states[:, -1].double()
