"""Memoryless agent: a multilayer perceptron that knows the last input and nothing before it.

Source: Mikulik et al. 2020, section 4.1 and appendix D.7 (reduced-memory agents), which gives no details; ours is the
deep LSTM agent with its LSTM taken out.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from lib.agents import init
from lib.agents.agent import Network, check_positive
from lib.spec import tagged


class MLPAgent(Network):
    """Encoder, decoder and readout, as a Mealy machine with a single state: a vector of no numbers.

    Raises:
        ValueError: if a size is less than 1.
    """

    state_size = 0

    def __init__(self, input_size: int, output_size: int, width: int, rng: torch.Generator) -> None:
        super().__init__(input_size, output_size, width)
        with torch.device("meta"):
            self.encoder = nn.Linear(input_size, width)
            self.decoder = nn.Linear(width, width)
            self.readout = nn.Linear(width, output_size)
        init.uniform_by_fan_in(self, input_size, width, rng)

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor]) -> "MLPAgent":
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
        """The output that the last input alone leads to."""
        return state, self.outputs(self.features(x))

    def features(self, inputs: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch width"]:
        """What the encoder makes of each input."""
        return functional.relu(self.encoder(inputs))

    def outputs(self, features: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch output"]:
        """What the decoder and the readout make of features."""
        return super().outputs(functional.relu(self.decoder(features)))


@tagged("MLP")
@dataclass(frozen=True)
class MLP:
    """A memoryless network of one width.

    Raises:
        ValueError: if the width is less than 1.
    """

    width: int = 32

    def __post_init__(self) -> None:
        check_positive(self, "width")

    def build(self, input_size: int, output_size: int, rng: torch.Generator) -> MLPAgent:
        """A fresh network."""
        return MLPAgent(input_size, output_size, self.width, rng)
