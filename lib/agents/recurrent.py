"""The trained machine: encoder, LSTM, decoder, readout.

Source: Mikulik et al. 2020, section 3.1 ("RNN meta-learners"): three layers of equal width and a linear readout.
"""

from collections.abc import Mapping

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from lib.agents.initial import check_sizes, fill


class RecurrentAgent(nn.Module):
    """A recurrent network with memory, as a Mealy machine.

    State: the LSTM's hidden and cell vectors, in this order, as one vector of `2 * width`. Output: whatever the task
    reads from it (logits, log-parameters). Encoder and decoder end in a rectifier.

    Fresh parameters are uniform within one over the square root of the number of inputs, as torch's own layers are, but
    drawn from the generator given.

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
            self.encoder = nn.Linear(input_size, width)
            self.memory = nn.LSTM(width, width, batch_first=True)
            self.decoder = nn.Linear(width, width)
            self.readout = nn.Linear(width, output_size)
        fill(self, input_size, width, generator)

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor]) -> "RecurrentAgent":
        """The network that these weights belong to; its sizes are read off them.

        Raises:
            ValueError: if the weights are not those of such a network.
        """
        try:
            width, input_size = weights["encoder.weight"].shape
            agent = cls(input_size, len(weights["readout.weight"]), width, torch.Generator())
            agent.load_state_dict(dict(weights))
        except (KeyError, RuntimeError) as error:
            raise ValueError(f"these are not the weights of a recurrent agent: {error}") from error
        return agent

    @property
    def state_size(self) -> int:
        """Hidden and cell vectors together."""
        return 2 * self.width

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """Hidden and cell vectors of zeros: nothing is carried from one episode to the next."""
        return self.encoder.weight.new_zeros(batch, self.state_size)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Hidden units lie between -1 and 1; cells may hold any number."""
        hidden, cell = state.chunk(2, dim=-1)
        return torch.cat([hidden.clamp(-1, 1), cell], dim=-1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """One step of the network, with the LSTM cell written out: equation (1) of Mikulik et al. 2020."""
        hidden, cell = state.chunk(2, dim=-1)
        weight = self.memory.get_parameter
        gates = functional.linear(self._encode(x), weight("weight_ih_l0"), weight("bias_ih_l0"))
        gates = gates + functional.linear(hidden, weight("weight_hh_l0"), weight("bias_hh_l0"))
        write, forget, content, read = gates.chunk(4, dim=-1)
        cell = forget.sigmoid() * cell + write.sigmoid() * content.tanh()
        hidden = read.sigmoid() * cell.tanh()
        return torch.cat([hidden, cell], dim=-1), self._decode(hidden)

    def forward(self, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time output"]:
        """The outputs along a sequence in one pass of `nn.LSTM`: what `unroll` gives, faster, without the states."""
        hidden, _ = self.memory(self._encode(inputs))
        return self._decode(hidden)

    def _encode(self, x: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch width"]:
        return functional.relu(self.encoder(x))

    def _decode(self, hidden: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch output"]:
        output: Tensor = self.readout(functional.relu(self.decoder(hidden)))
        return output
