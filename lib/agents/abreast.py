"""Several lean machines of one shape as one machine: they take a step in the time that one would take for little more.

A step of a network of 48 units is mostly the overhead of calling its operations one by one. Side by side, many
networks share it.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents.lean import LeanAgent


class Abreast:
    """Lean machines side by side, as a Mealy machine; it holds a copy of their weights.

    A batch is cut into as many equal parts as there are machines, in their order.

    Raises:
        ValueError: if there is no machine, or their shapes differ.
    """

    def __init__(self, agents: Sequence[LeanAgent]) -> None:
        shapes = {(agent.input_size, agent.output_size, agent.width) for agent in agents}
        if len(shapes) != 1:
            raise ValueError(f"cannot put {len(shapes)} shapes (input, output, width) abreast: {sorted(shapes)}")
        self.input_size, self.output_size, self.width = shapes.pop()
        self.state_size = 2 * self.width
        self.count = len(agents)

        def of_each(*names: str) -> Tensor:
            return torch.stack([torch.cat([a.get_parameter(n).detach() for n in names], dim=-1) for a in agents])

        # tanh(x) = 2 sigmoid(2x) - 1: with the content's drive doubled, one sigmoid serves all four gates.
        double = torch.tensor([1.0, 1.0, 2.0, 1.0]).repeat_interleave(self.width)
        self._start = of_each("start")
        self._drives = of_each("memory.weight_ih_l0", "memory.weight_hh_l0").mT.mul(double)
        self._bias = ((of_each("memory.bias_ih_l0") + of_each("memory.bias_hh_l0")) * double)[:, None]
        self._reads = of_each("readout.weight").mT.contiguous()
        self._offset = of_each("readout.bias")[:, None]

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """The state that each machine has learned to begin from, for its part of the batch.

        Raises:
            ValueError: if the batch cannot be cut into equal parts.
        """
        if batch % self.count:
            raise ValueError(f"batch is {batch}; it must be a multiple of {self.count}, the number of machines")
        return self._start.repeat_interleave(batch // self.count, dim=0)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """As each machine has it: hidden units lie between -1 and 1, save where an episode begins."""
        hidden, cell = state.chunk(2, dim=-1)
        begin = self.initial_state(len(state))[:, : self.width].abs().clamp(min=1)
        return torch.cat([hidden.clamp(-begin, begin), cell], dim=-1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """One step of every machine."""
        hidden, cell = state.view(self.count, -1, self.state_size).chunk(2, dim=-1)
        seen = torch.cat([x.view(self.count, -1, self.input_size), hidden], dim=-1)
        write, forget, content, read = torch.baddbmm(self._bias, seen, self._drives).sigmoid().chunk(4, dim=-1)
        cell = torch.addcmul(write * (2 * content - 1), forget, cell)
        hidden = read * (2 * (2 * cell).sigmoid() - 1)
        output = torch.baddbmm(self._offset, hidden, self._reads)
        return torch.cat([hidden, cell], dim=-1).flatten(0, 1), output.flatten(0, 1)
