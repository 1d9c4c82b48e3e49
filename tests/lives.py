"""Lives in the one-armed world, written out: what machines that play it are compared with."""

from dataclasses import dataclass

import torch
from torch import Tensor

from lib.machine import Machine
from lib.optimal.one_armed import OneArmedProblem
from lib.random import generator


@dataclass(frozen=True)
class Lives:
    """What a machine did: `actions` by life and step; `inputs` it was told; the `states` it was in."""

    mu: Tensor
    actions: Tensor
    inputs: Tensor
    states: Tensor

    @property
    def pulls(self) -> Tensor:
        return self.actions.double().sum(dim=1)


def evenly(niche: OneArmedProblem, lives: int) -> Tensor:
    """Means of the unknown arm, spread over the prior without gaps."""
    return niche.mean + niche.sigma_p * torch.special.ndtri((torch.arange(lives).double() + 0.5) / lives)


def live(machine: Machine, niche: OneArmedProblem, mu: Tensor, seed: int = 0) -> Lives:
    """One life for each mean; rewards by the world's definition."""
    rng = generator("lives", seed)
    batch, steps = len(mu), niche.lifetime
    rewards = mu[:, None] + niche.sigma_l * torch.randn(batch, steps, generator=rng, dtype=torch.float64)
    state, observation = machine.initial_state(batch), torch.zeros(batch, 4)
    actions, inputs, states = [], [], []
    for t in range(steps):
        observation[:, 2] = 2 * t / (steps - 1) - 1 if steps > 1 else -1
        inputs.append(observation.clone())
        state, logits = machine.step(state, observation)
        action = (logits[:, 1] > logits[:, 0]).long()
        actions.append(action)
        states.append(state)
        observation = torch.zeros(batch, 4)
        observation[torch.arange(batch), action] = 1
        observation[:, 3] = (action * rewards[:, t]).float()
    return Lives(mu, torch.stack(actions, 1), torch.stack(inputs, 1), torch.stack(states, 1))


def earned(lives: Lives) -> tuple[float, float]:
    """Mean expected return over evenly spread lives, and its standard error: neighbours differ by luck alone."""
    each = lives.pulls * lives.mu
    return each.mean().item(), (each.diff().square().mean() / 2 / len(each)).sqrt().item()
