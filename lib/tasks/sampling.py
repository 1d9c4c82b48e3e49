"""Random draws that torch's generators do not offer, by inverse transform.

A uniform number goes in, the quantile function of the distribution maps it. One uniform number makes one draw, so the
streams of two agents stay aligned, and a draw can be stratified by stratifying its uniforms.
"""

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float
from scipy import special
from torch import Tensor


def beta(a: float, b: float, size: int, rng: torch.Generator) -> Float[Tensor, " size"]:
    """Draws from Beta(a, b), as float32 on the generator's device."""
    return _float32(special.betaincinv(a, b, _uniform(rng, size)), rng)


def gamma(shape: float, rate: float, size: int, rng: torch.Generator) -> Float[Tensor, " size"]:
    """Draws from Gamma(shape, rate), as float32 on the generator's device."""
    return _float32(special.gammaincinv(shape, _uniform(rng, size)) / rate, rng)


def dirichlet(concentrations: Sequence[float], size: int, rng: torch.Generator) -> Float[Tensor, "size category"]:
    """Draws from a Dirichlet distribution, as float32 on the generator's device: Gamma draws, divided by their sum."""
    draws = special.gammaincinv(np.asarray(concentrations), _uniform(rng, size, len(concentrations)))
    return _float32(draws / draws.sum(axis=1, keepdims=True), rng)


def _uniform(rng: torch.Generator, *size: int) -> Float[np.ndarray, "..."]:
    return torch.rand(size, generator=rng, device=rng.device, dtype=torch.float64).cpu().numpy()


def _float32(draws: Float[np.ndarray, "..."], rng: torch.Generator) -> Float[Tensor, "..."]:
    return torch.from_numpy(draws).to(rng.device, torch.float32)
