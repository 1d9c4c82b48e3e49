"""Fading memory: how long a machine's state echoes what it was told.

Source: Mikulik et al. 2020, section 5 (the reservoir effect). An untrained recurrent network keeps an echo of its
inputs that fades; a machine that counts keeps all of them alike.
"""

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine, unroll


def memory_of_inputs(machine: Machine, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, " time"]:
    """Memory of inputs: how far the last state moves if one input is replaced by zeros, by how many steps ago it came:
    root mean square over episodes, relative to the last input.

    1 everywhere for a machine that adds up inputs of one length.

    Raises:
        ValueError: if the last input moves the state nowhere, so that there is nothing to compare with.
    """
    steps = inputs.shape[1]
    moved = []
    with torch.inference_mode():
        reached = unroll(machine, inputs).states[:, -1]
        for ago in range(steps):
            untold = inputs.clone()
            untold[:, steps - 1 - ago] = 0
            distance = (unroll(machine, untold).states[:, -1] - reached).square().sum(dim=1)
            moved.append(distance.mean().sqrt())
    if moved[0] == 0:
        raise ValueError("the last input moves the state nowhere; its echo cannot be measured against that")
    return torch.stack(moved) / moved[0]
