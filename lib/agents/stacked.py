"""Many trained machines of one shape as one program: every weight gains a leading axis, one entry a network.

On a GPU a network of 32 units leaves the device idle; thirty of them side by side do not. The arithmetic is that of
`lib.agents.recurrent`, with batched products.
"""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from lib.agents.recurrent import RecurrentAgent

Weights = Mapping[str, Tensor]


def stack(agents: Sequence[RecurrentAgent]) -> dict[str, Tensor]:
    """The weights of several agents, stacked by name.

    Raises:
        ValueError: if there is no agent, or their shapes differ.
    """
    shapes = {(agent.input_size, agent.output_size, agent.width) for agent in agents}
    if len(shapes) != 1:
        raise ValueError(f"cannot stack agents of {len(shapes)} shapes (input, output, width): {sorted(shapes)}")
    names = [name for name, _ in agents[0].named_parameters()]
    return {name: torch.stack([agent.get_parameter(name).detach() for agent in agents]) for name in names}


def outputs(
    weights: Weights, inputs: Float[Tensor, "run batch time feature"]
) -> Float[Tensor, "run batch time output"]:
    """What each network says along its own sequences: `RecurrentAgent.forward`, for all networks at once."""
    runs, batch, steps, _ = inputs.shape
    encoded = functional.relu(_affine(weights, "encoder.weight", "encoder.bias", inputs.flatten(1, 2)))
    driven = _affine(weights, "memory.weight_ih_l0", "memory.bias_ih_l0", encoded).view(runs, batch, steps, -1)
    driven = driven + weights["memory.bias_hh_l0"][:, None, None]
    recurrent = weights["memory.weight_hh_l0"].mT
    hidden = cell = driven.new_zeros(runs, batch, recurrent.shape[1])
    said = []
    for drive in driven.unbind(dim=2):
        write, forget, content, read = torch.baddbmm(drive, hidden, recurrent).chunk(4, dim=-1)
        cell = forget.sigmoid() * cell + write.sigmoid() * content.tanh()
        hidden = read.sigmoid() * cell.tanh()
        said.append(hidden)
    decoded = functional.relu(_affine(weights, "decoder.weight", "decoder.bias", torch.stack(said, 2).flatten(1, 2)))
    return _affine(weights, "readout.weight", "readout.bias", decoded).view(runs, batch, steps, -1)


def _affine(weights: Weights, weight: str, bias: str, x: Float[Tensor, "run n in"]) -> Float[Tensor, "run n out"]:
    return torch.baddbmm(weights[bias][:, None], x, weights[weight].mT)
