"""Many LSTM agents of one shape as one program.

On a GPU a network of 32 units leaves the device idle; thirty of them do not. How agents that act share the overhead of
their steps is in `lib.agents.bptt`.
"""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from lib.agents.lstm import LSTMAgent

Weights = Mapping[str, Tensor]


def stack(agents: Sequence[LSTMAgent]) -> dict[str, Tensor]:
    """The weights of several agents by name, each with a leading axis `run`.

    Raises:
        ValueError: if there is no agent, or their shapes differ.
    """
    shapes = {(agent.input_size, agent.output_size, agent.width, agent.deep) for agent in agents}
    if len(shapes) != 1:
        raise ValueError(f"cannot batch agents of {len(shapes)} shapes (input, output, width, deep): {sorted(shapes)}")
    return stack_modules(agents)


def stack_modules(modules: Sequence[nn.Module]) -> dict[str, Tensor]:
    """The same for any modules of one shape, without a look at them."""
    names = [name for name, _ in modules[0].named_parameters()]
    return {name: torch.stack([module.get_parameter(name).detach() for module in modules]) for name in names}


def outputs(
    weights: Weights, inputs: Float[Tensor, "run batch time feature"]
) -> Float[Tensor, "run batch time output"]:
    """The outputs of deep agents along sequences of their own: `LSTMAgent.forward`, for all networks at once."""
    runs, batch, steps, _ = inputs.shape
    encoded = functional.relu(_affine(weights, "encoder.weight", "encoder.bias", inputs.flatten(1, 2)))
    driven = _affine(weights, "memory.weight_ih_l0", "memory.bias_ih_l0", encoded).view(runs, batch, steps, -1)
    driven = driven + weights["memory.bias_hh_l0"][:, None, None]
    recurrent = weights["memory.weight_hh_l0"].mT
    hidden = cell = driven.new_zeros(runs, batch, recurrent.shape[1])
    remembered = []
    for drive in driven.unbind(dim=2):
        write, forget, content, read = torch.baddbmm(drive, hidden, recurrent).chunk(4, dim=-1)
        cell = forget.sigmoid() * cell + write.sigmoid() * content.tanh()
        hidden = read.sigmoid() * cell.tanh()
        remembered.append(hidden)
    features = torch.stack(remembered, 2).flatten(1, 2)
    decoded = functional.relu(_affine(weights, "decoder.weight", "decoder.bias", features))
    return _affine(weights, "readout.weight", "readout.bias", decoded).view(runs, batch, steps, -1)


def _affine(weights: Weights, weight: str, bias: str, x: Float[Tensor, "run n in"]) -> Float[Tensor, "run n out"]:
    return torch.baddbmm(weights[bias][:, None], x, weights[weight].mT)
