"""LSTM agents: with an encoder and a decoder around the memory, or without.

Sources: Mikulik et al. 2020, section 3.1 (encoder, LSTM, decoder of equal width, linear readout); Lange and Sprekeler
2020, section 2, and Rabinowitz 2019, section 3.2 (LSTM and readout); Hochreiter and Schmidhuber 1997.
"""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional

from lib.agents import init
from lib.agents.agent import Network, OfWidth, check_positive
from lib.spec import added, renamed, tagged


class LSTMAgent(Network):
    """A long short-term memory network, as a Mealy machine.

    State: hidden and cell vectors, in this order, as one vector of `2 * width`. If `deep`, an encoder and a decoder,
    each with a rectifier, surround the memory, and episodes begin with a state of zeros; if not, the state that they
    begin with is a parameter, `start`, which begins at zeros.

    Fresh parameters are torch's own, uniform by fan-in, drawn from the generator given.

    Raises:
        ValueError: if a size is less than 1.
    """

    def __init__(self, input_size: int, output_size: int, width: int, rng: torch.Generator, deep: bool = True) -> None:
        super().__init__(input_size, output_size, width)
        self.deep = deep
        with torch.device("meta"):
            if deep:
                self.encoder = nn.Linear(input_size, width)
            self.memory = nn.LSTM(width if deep else input_size, width, batch_first=True)
            if deep:
                self.decoder = nn.Linear(width, width)
            else:
                self.start = nn.Parameter(torch.empty(2 * width))
            self.readout = nn.Linear(width, output_size)
        init.uniform_by_fan_in(self, input_size, width, rng)

    @classmethod
    def from_weights(cls, weights: Mapping[str, Tensor]) -> "LSTMAgent":
        """The network that these weights belong to; sizes and depth are read off them.

        Raises:
            ValueError: if the weights are not those of such a network.
        """
        deep = "encoder.weight" in weights
        try:
            output_size, width = weights["readout.weight"].shape
            input_size = weights["encoder.weight" if deep else "memory.weight_ih_l0"].shape[1]
            agent = cls(input_size, output_size, width, torch.Generator(), deep)
            agent.load_state_dict(dict(weights))
        except (KeyError, RuntimeError) as error:
            raise ValueError(f"these are not the weights of an LSTM agent: {error}") from error
        return agent

    @property
    def state_size(self) -> int:
        """Hidden and cell vectors together."""
        return 2 * self.width

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """Zeros, or the state that was learned to begin with."""
        return self.readout.weight.new_zeros(batch, self.state_size) if self.deep else self.start.expand(batch, -1)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Hidden units lie between -1 and 1, save where an episode begins; cells may hold any number."""
        hidden, cell = state.chunk(2, dim=-1)
        bound = self.initial_state(1)[0, : self.width].abs().clamp(min=1)
        return torch.cat([hidden.clamp(-bound, bound), cell], dim=-1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """One step, with the LSTM cell written out: equation (1) of Mikulik et al. 2020."""
        hidden, cell = state.chunk(2, dim=-1)
        write, forget, content, read = self._gates(self._encode(x), hidden).chunk(4, dim=-1)
        if self.deep:
            cell = forget.sigmoid() * cell + write.sigmoid() * content.tanh()
        else:
            cell = torch.addcmul(write.sigmoid() * content.tanh(), forget.sigmoid(), cell)
        hidden = read.sigmoid() * cell.tanh()
        return torch.cat([hidden, cell], dim=-1), self.outputs(hidden)

    def _gates(
        self, x: Float[Tensor, "batch in"], hidden: Float[Tensor, "batch width"]
    ) -> Float[Tensor, "batch gates"]:
        into, back, bias, other_bias = self.memory.parameters()
        if self.deep:  # the order of additions decides the last bits of what trainings of either kind have played
            return functional.linear(x, into, bias) + functional.linear(hidden, back, other_bias)
        return torch.addmm(functional.linear(x, into, bias + other_bias), hidden, back.t())

    def features(self, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time width"]:
        """The hidden vectors along a sequence, in one pass of `nn.LSTM`."""
        if self.deep:
            hidden, _ = self.memory(self._encode(inputs))
        else:
            begin = self.start.expand(1, len(inputs), -1).chunk(2, dim=-1)
            hidden, _ = self.memory(inputs, tuple(each.contiguous() for each in begin))
        return hidden

    def outputs(self, features: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch output"]:
        """What the decoder and the readout make of hidden vectors."""
        return super().outputs(functional.relu(self.decoder(features)) if self.deep else features)

    def _encode(self, x: Float[Tensor, "*batch feature"]) -> Float[Tensor, "*batch in"]:
        return functional.relu(self.encoder(x)) if self.deep else x

    def with_forget_bias(self, added: float) -> "LSTMAgent":
        """A copy with so much added to the bias of its forget gate."""
        changed = deepcopy(self)
        init.add_forget_bias(changed.memory, added)
        return changed


@tagged("Layered")
@dataclass(frozen=True)
class DeepLSTM(OfWidth):
    """Encoder, LSTM, decoder and readout: Mikulik et al. 2020, section 3.1."""

    width: int = 64

    network = LSTMAgent


@tagged("Lean")
@dataclass(frozen=True)
class LSTM:
    """LSTM and readout: Lange and Sprekeler 2020, section 2.

    Attributes:
        width: units.
        input_gain: by how much the weights of the inputs are larger than `beginning` has them.
        orthogonal: whether the recurrent weights of each gate are an orthogonal matrix.
        forget_bias: added to the forget gate's bias, so that memories last from the beginning.
        beginning: whose first weights: "torch" or "sonnet" (`lib.agents.init`).

    Raises:
        ValueError: if the width is less than 1, or the gain not positive, or there is no such beginning.
    """

    width: int = 48
    input_gain: float = 1.0
    orthogonal: bool = False
    forget_bias: float = renamed("forget", default=0.0)
    beginning: str = added("torch")

    def __post_init__(self) -> None:
        check_positive(self, "width")
        if self.input_gain <= 0:
            raise ValueError(f"input_gain is {self.input_gain}; it must be positive")
        init.check_beginning(self.beginning)

    def build(self, input_size: int, output_size: int, rng: torch.Generator) -> LSTMAgent:
        """A fresh network."""
        agent = LSTMAgent(input_size, output_size, self.width, rng, deep=False)
        if self.beginning == "sonnet":
            init.sonnet_lstm(agent.memory, rng)
            init.sonnet_linear(agent.readout, rng)
        init.scale_inputs(agent.memory, self.input_gain)
        init.add_forget_bias(agent.memory, self.forget_bias)
        if self.orthogonal:
            init.orthogonal_gates(agent.memory, rng)
        return agent


@tagged("Scattered")
@dataclass(frozen=True)
class TiledLSTM:
    """LSTM and readout whose units begin by tiling the interval of the first input, from -1/2 to 1/2.

    Ours: with torch's own initialisation a network of 64 units learns low frequencies long before high ones, and the
    fifth hardly at all within the episodes that we can pay for.

    Attributes:
        width: units.
        steepness: standard deviation of the first input's weights.
        others: standard deviation of the weights of other inputs.
        forget_bias: the forget gate's bias, apart from the tiling.

    Raises:
        ValueError: if the width is less than 1, or a standard deviation not positive.
    """

    width: int = 64
    steepness: float = 20.0
    others: float = 0.5
    forget_bias: float = renamed("forget", default=1.0)

    def __post_init__(self) -> None:
        check_positive(self, "width")
        for name in ("steepness", "others"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be positive")

    def build(self, input_size: int, output_size: int, rng: torch.Generator) -> LSTMAgent:
        """A fresh network."""
        agent = LSTMAgent(input_size, output_size, self.width, rng, deep=False)
        init.tile_inputs(agent.memory, self.steepness, self.others, rng)
        init.add_forget_bias(agent.memory, self.forget_bias)
        init.orthogonal_gates(agent.memory, rng)
        return agent
