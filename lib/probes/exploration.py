"""How much a player of a one-armed world explores, and what it earns.

Both are measured over any number of episodes, a batch at a time, so that memory does not grow with them.

Source: Lange and Sprekeler 2020, section 3: mean number of pulls of the unknown arm on bandits with sigma_p = 0, whose
unknown arms pay -1.
"""

from collections.abc import Iterator

import torch
from jaxtyping import Float
from torch import Tensor
from torch.special import ndtri

from lib.machine import Machine
from lib.probes.regret import Estimate
from lib.tasks.environment import Rollout, rollout
from lib.tasks.one_armed import OneArmed

AT_ONCE = 4_000  # episodes


def mean_return(machine: Machine, task: OneArmed, steps: int, episodes: int, rng: torch.Generator) -> Estimate:
    """What a player earns in an episode of a world, in reward.

    What the unknown arm pays on average is drawn once from every one of `episodes` slices of its prior, all equally
    likely; and what counts is what a pulled arm pays on average. Both leave the expectation as it is.

    Returns:
        The mean and its standard error, from the differences between neighbouring slices.

    Raises:
        ValueError: if there are fewer than 2 episodes, or their number is odd.
    """
    if episodes < 2 or episodes % 2:
        raise ValueError(
            f"asked for {episodes} episodes; slices of a prior come in pairs, so it must be even, from 2 on"
        )
    inside = torch.rand(episodes, generator=rng, dtype=torch.float64)
    slices = (torch.arange(episodes, dtype=torch.float64) + inside.clamp(1e-9, 1 - 1e-9)) / episodes
    mu = (task.mean + task.sigma_p * ndtri(slices)).float()
    totals = torch.cat([each.expected.double().sum(dim=1) for each in _played(machine, task, mu, steps, rng)])
    differences = totals[0::2] - totals[1::2]
    return Estimate(totals.mean().item(), differences.square().sum().sqrt().item() / episodes)


def pulls(
    machine: Machine, task: OneArmed, mu: float, steps: int, episodes: int, rng: torch.Generator
) -> Float[Tensor, " time"]:
    """How likely a player is to pull the unknown arm at each step if that pays `mu` on average.

    The sum is the mean number of pulls in an episode. Probabilities are averaged, not actions, which takes out some of
    the chance.

    Raises:
        ValueError: if there are no episodes.
    """
    if episodes < 1:
        raise ValueError(f"asked for {episodes} episodes; it must be at least 1")
    likely = torch.zeros(steps, dtype=torch.float64)
    for each in _played(machine, task, torch.full((episodes,), float(mu)), steps, rng):
        likely += each.policies[..., 1].double().sum(dim=0)
    return likely / episodes


def _played(
    machine: Machine, task: OneArmed, mu: Float[Tensor, " batch"], steps: int, rng: torch.Generator
) -> Iterator[Rollout]:
    for some in torch.split(mu, AT_ONCE):
        yield rollout(machine, task, task.given(some, steps, rng), rng)
