"""Random draws that torch's generators do not offer, by inverse transform.

A uniform number goes in, the quantile function of the distribution maps it. One uniform number makes one draw, so the
streams of two agents stay aligned, and a draw can be stratified by stratifying its uniforms.
"""

import torch
from jaxtyping import Float
from scipy import special
from torch import Tensor


def beta(a: float, b: float, size: int, generator: torch.Generator) -> Float[Tensor, " size"]:
    """Draws from Beta(a, b), as float32 on the generator's device."""
    uniform = torch.rand(size, generator=generator, device=generator.device, dtype=torch.float64)
    quantiles = special.betaincinv(a, b, uniform.cpu().numpy())
    return torch.from_numpy(quantiles).to(generator.device, torch.float32)
