"""Many LSTM agents of one shape as one program.

A step of a network of 48 units is mostly the overhead of calling its operations one by one; side by side, many networks
share it. On a GPU a network of 32 units leaves the device idle; thirty of them do not.
"""

from collections.abc import Mapping, Sequence

import torch
from jaxtyping import Float
from torch import Tensor
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
    names = [name for name, _ in agents[0].named_parameters()]
    return {name: torch.stack([agent.get_parameter(name).detach() for agent in agents]) for name in names}


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


class BatchedLSTM:
    """LSTM agents that are not deep, side by side, as a Mealy machine; it holds a copy of their weights.

    A batch is cut into as many equal parts as there are agents, in their order.

    Raises:
        ValueError: if there is no agent, or their shapes differ.
    """

    def __init__(self, agents: Sequence[LSTMAgent]) -> None:
        weights = stack(agents)
        first, self.count = agents[0], len(agents)
        self.input_size, self.output_size, self.width = first.input_size, first.output_size, first.width
        self.state_size = 2 * self.width

        # tanh(x) = 2 sigmoid(2x) - 1: with the content's drive doubled, one sigmoid serves all four gates.
        double = torch.tensor([1.0, 1.0, 2.0, 1.0]).repeat_interleave(self.width)
        self._start = weights["start"]
        drives = torch.cat([weights["memory.weight_ih_l0"], weights["memory.weight_hh_l0"]], dim=-1)
        self._drives = drives.mT.mul(double)
        self._bias = ((weights["memory.bias_ih_l0"] + weights["memory.bias_hh_l0"]) * double)[:, None]
        self._reads = weights["readout.weight"].mT.contiguous()
        self._offset = weights["readout.bias"][:, None]

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """The state that each agent has learned to begin with, for its part of the batch.

        Raises:
            ValueError: if the batch cannot be cut into equal parts.
        """
        if batch % self.count:
            raise ValueError(f"batch is {batch}; it must be a multiple of {self.count}, the number of machines")
        return self._start.repeat_interleave(batch // self.count, dim=0)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """As each agent has it: hidden units lie between -1 and 1, save where an episode begins."""
        hidden, cell = state.chunk(2, dim=-1)
        bound = self.initial_state(len(state))[:, : self.width].abs().clamp(min=1)
        return torch.cat([hidden.clamp(-bound, bound), cell], dim=-1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """One step of every agent."""
        hidden, cell = state.view(self.count, -1, self.state_size).chunk(2, dim=-1)
        seen = torch.cat([x.view(self.count, -1, self.input_size), hidden], dim=-1)
        write, forget, content, read = torch.baddbmm(self._bias, seen, self._drives).sigmoid().chunk(4, dim=-1)
        cell = torch.addcmul(write * (2 * content - 1), forget, cell)
        hidden = read * (2 * (2 * cell).sigmoid() - 1)
        output = torch.baddbmm(self._offset, hidden, self._reads)
        return torch.cat([hidden, cell], dim=-1).flatten(0, 1), output.flatten(0, 1)
