"""A trained machine of one layer: an LSTM and a linear readout, nothing before and nothing between.

Source: Lange and Sprekeler 2020, section 2 (recurrent actor-critic); Rabinowitz 2019, section 3.2.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from lib.agents.initial import check_sizes


class LeanAgent(nn.Module):
    """LSTM and readout, as a Mealy machine.

    State: hidden and cell vectors, in this order, as one vector of `2 * width`. The state that every episode begins
    from is a parameter; it starts at zeros.

    Fresh parameters are uniform within one over the square root of the width, as torch's own are, but drawn from the
    generator given.

    Raises:
        ValueError: if a size is less than 1.
    """

    def __init__(self, input_size: int, output_size: int, width: int, generator: torch.Generator) -> None:
        check_sizes(input_size, output_size, width)
        super().__init__()
        self.input_size = input_size
        self.output_size = output_size
        self.width = width
        with torch.device("meta"):  # torch's own initialisation would draw from its global generator
            self.memory = nn.LSTM(input_size, width, batch_first=True)
            self.readout = nn.Linear(width, output_size)
        self.to_empty(device="cpu")
        self.start = nn.Parameter(torch.zeros(2 * width))
        for parameter in (*self.memory.parameters(), *self.readout.parameters()):
            nn.init.uniform_(parameter, -(width**-0.5), width**-0.5, generator=generator)

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor]) -> "LeanAgent":
        """The network that these weights belong to; its sizes are read off them.

        Raises:
            ValueError: if the weights are not those of such a network.
        """
        try:
            output_size, width = weights["readout.weight"].shape
            agent = cls(weights["memory.weight_ih_l0"].shape[1], output_size, width, torch.Generator())
            agent.load_state_dict(dict(weights))
        except (KeyError, RuntimeError) as error:
            raise ValueError(f"these are not the weights of a lean agent: {error}") from error
        return agent

    @property
    def state_size(self) -> int:
        """Hidden and cell vectors together."""
        return 2 * self.width

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """The state that was learned to begin from."""
        return self.start.expand(batch, -1)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Hidden units lie between -1 and 1, save where an episode begins; cells may hold any number."""
        hidden, cell = state.chunk(2, dim=-1)
        begin = self.start[: self.width].abs().clamp(min=1)
        return torch.cat([hidden.clamp(-begin, begin), cell], dim=-1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """One step of the network, with the LSTM cell written out."""
        hidden, cell = state.chunk(2, dim=-1)
        into, back, *biases = self.memory.parameters()
        gates = torch.addmm(functional.linear(x, into, biases[0] + biases[1]), hidden, back.t())
        write, forget, content, read = gates.chunk(4, dim=-1)
        cell = torch.addcmul(write.sigmoid() * content.tanh(), forget.sigmoid(), cell)
        hidden = read.sigmoid() * cell.tanh()
        output: Tensor = self.readout(hidden)
        return torch.cat([hidden, cell], dim=-1), output

    def forward(self, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time output"]:
        """The outputs along a sequence in one pass of `nn.LSTM`: what `unroll` gives, faster, without the states."""
        hidden, cell = self.start.expand(1, len(inputs), -1).chunk(2, dim=-1)
        remembered, _ = self.memory(inputs, (hidden.contiguous(), cell.contiguous()))
        output: Tensor = self.readout(remembered)
        return output
