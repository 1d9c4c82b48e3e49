"""The neural tangent kernel of networks that learn one function each, and how fast it lets them find waves.

Gradient descent moves what a network says at x in proportion to what it lacks at x', times K(x, x'): the inner product
of the gradients of its outputs at both (Jacot, Gabriel and Hongler 2018). If the kernel stayed as it is, each of its
eigenfunctions would be learned by itself, at the rate of its eigenvalue. Low frequencies have the larger ones, which is
one account of why they are learned first (Rahaman et al. 2019).
"""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.agents.feedforward import FeedforwardNetworks
from lib.optimal.fourier_posterior import waves
from lib.probes.fourier import POINTS, grid, resolved

TOLERANCE = 1e-5  # of the largest eigenvalue: below it lies what single precision makes of zero


def tangent_kernel(networks: FeedforwardNetworks, points: int = POINTS) -> Float[Tensor, "learner point point"]:
    """K(x, x') of each network's one output, on the grid at which Fourier modes are looked at.

    Raises:
        ValueError: if the networks say more than one number.
    """
    if (outputs := networks.weights[-1].shape[-1]) != 1:
        raise ValueError(f"networks say {outputs} numbers; the kernel is of one")
    weights = list(networks.parameters())
    said = networks(grid(points).expand(len(weights[0]), -1, -1))[..., 0]
    rows = [torch.autograd.grad(each.sum(), weights, retain_graph=True) for each in said.unbind(dim=1)]
    gradients = torch.stack([torch.cat([each.flatten(1) for each in row], dim=1) for row in rows], dim=1)
    return (gradients @ gradients.mT).double()


def wave_rates(kernel: Float[Tensor, "learner point point"], modes: int) -> Float[Tensor, "learner mode"]:
    """How fast gradient descent begins to find each wave: the kernel's quadratic form on a wave of unit norm, averaged
    over its phase.

    Raises:
        ValueError: if the grid cannot resolve so many modes.
    """
    points = kernel.shape[-1]
    resolved(modes, points)
    unit = waves(grid(points), modes) / (points / 2) ** 0.5
    each = torch.einsum("pi,lpq,qi->li", unit, kernel, unit)
    return each.reshape(-1, modes, 2).mean(dim=-1)


def rank(kernel: Float[Tensor, "learner point point"]) -> Int[Tensor, " learner"]:
    """How many functions on the grid, as dimensions, the kernel lets each network change at all."""
    eigenvalues = torch.linalg.eigvalsh(kernel)
    return (eigenvalues > TOLERANCE * eigenvalues[:, -1:]).sum(dim=-1)
