"""GRU agent: a gated recurrent unit and a readout.

Source: Cho et al. 2014; the cell is torch's, with the reset gate applied after the recurrent product.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from lib.agents import init
from lib.agents.agent import Network, OfWidth
from lib.spec import tagged


class GRUAgent(Network):
    """A gated recurrent unit, as a Mealy machine. Its state is its hidden vector; the first one, `start`, is learned.

    Raises:
        ValueError: if a size is less than 1.
    """

    def __init__(self, input_size: int, output_size: int, width: int, rng: torch.Generator) -> None:
        super().__init__(input_size, output_size, width)
        with torch.device("meta"):
            self.memory = nn.GRU(input_size, width, batch_first=True)
            self.readout = nn.Linear(width, output_size)
            self.start = nn.Parameter(torch.empty(width))
        init.uniform_by_fan_in(self, input_size, width, rng)

    @property
    def state_size(self) -> int:
        """The hidden vector."""
        return self.width

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """The state that was learned to begin with."""
        return self.start.expand(batch, -1)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Hidden units lie between -1 and 1, save where an episode begins."""
        bound = self.start.abs().clamp(min=1)
        return state.clamp(-bound, bound)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """One step, with the cell written out."""
        into, back, bias, other_bias = self.memory.parameters()
        driven, recurrent = functional.linear(x, into, bias), functional.linear(state, back, other_bias)
        (reset, update, content), (own_reset, own_update, own_content) = driven.chunk(3, -1), recurrent.chunk(3, -1)
        keep = (update + own_update).sigmoid()
        candidate = (content + (reset + own_reset).sigmoid() * own_content).tanh()
        state = keep * state + (1 - keep) * candidate
        return state, self.outputs(state)

    def features(self, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time width"]:
        """The hidden vectors along a sequence, in one pass of `nn.GRU`."""
        return self.memory(inputs, self.start.expand(1, len(inputs), -1).contiguous())[0]


@tagged("GRU")
@dataclass(frozen=True)
class GRU(OfWidth):
    """A GRU and a readout."""

    network = GRUAgent
