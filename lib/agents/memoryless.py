"""A network without memory: it knows the last input and nothing before it.

Source: Mikulik et al. 2020, section 4.1 and appendix D.7 (reduced-memory agents), which gives no details; ours is the
recurrent agent with its LSTM taken out.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from lib.agents.initial import check_sizes, fill


class MemorylessAgent(nn.Module):
    """Encoder, decoder and readout, as a Mealy machine with a single state: a vector of no numbers.

    Raises:
        ValueError: if a size is less than 1.
    """

    state_size = 0

    def __init__(self, input_size: int, output_size: int, width: int, generator: torch.Generator) -> None:
        check_sizes(input_size, output_size, width)
        super().__init__()
        self.input_size = input_size
        self.output_size = output_size
        self.width = width
        with torch.device("meta"):  # torch's own initialisation would draw from its global generator
            self.encoder = nn.Linear(input_size, width)
            self.decoder = nn.Linear(width, width)
            self.readout = nn.Linear(width, output_size)
        fill(self, input_size, width, generator)

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor]) -> "MemorylessAgent":
        """The network that these weights belong to; its sizes are read off them."""
        width, input_size = weights["encoder.weight"].shape
        agent = cls(input_size, len(weights["readout.weight"]), width, torch.Generator())
        agent.load_state_dict(dict(weights))
        return agent

    def initial_state(self, batch: int) -> Float[Tensor, "batch 0"]:
        """Nothing."""
        return self.encoder.weight.new_zeros(batch, 0)

    def nearest_state(self, state: Float[Tensor, "batch 0"]) -> Float[Tensor, "batch 0"]:
        """There is only one."""
        return state

    def step(
        self, state: Float[Tensor, "batch 0"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch 0"], Float[Tensor, "batch output"]]:
        """Say something about the last input."""
        return state, self(x)

    def forward(self, inputs: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch output"]:
        """The outputs along a sequence, each from its own input."""
        hidden = functional.relu(self.encoder(inputs))
        output: Tensor = self.readout(functional.relu(self.decoder(hidden)))
        return output
