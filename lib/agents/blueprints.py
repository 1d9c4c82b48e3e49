"""How to build a network that a spec asks for."""

from dataclasses import dataclass

import torch
from torch import nn

from lib.agents.lean import LeanAgent
from lib.agents.recurrent import RecurrentAgent


@dataclass(frozen=True)
class Layered:
    """Encoder, LSTM, decoder and readout, with torch's own initialisation: Mikulik et al. 2020, section 3.1."""

    width: int = 64

    def __post_init__(self) -> None:
        _at_least_one(self.width)

    def build(self, input_size: int, output_size: int, generator: torch.Generator) -> RecurrentAgent:
        """A fresh network."""
        return RecurrentAgent(input_size, output_size, self.width, generator)


@dataclass(frozen=True)
class Lean:
    """LSTM and readout: Lange and Sprekeler 2020, section 2.

    Attributes:
        input_gain: by how much the weights of the inputs are larger than torch's own.
        orthogonal: whether the recurrent weights of each gate are an orthogonal matrix.
        forget: added to the forget gate's bias, so that memories last from the beginning.
    """

    width: int = 48
    input_gain: float = 1.0
    orthogonal: bool = False
    forget: float = 0.0

    def __post_init__(self) -> None:
        _at_least_one(self.width)
        if self.input_gain <= 0:
            raise ValueError(f"input_gain is {self.input_gain}; it must be positive")

    def build(self, input_size: int, output_size: int, generator: torch.Generator) -> LeanAgent:
        """A fresh network."""
        agent = LeanAgent(input_size, output_size, self.width, generator)
        parameters = agent.memory.get_parameter
        with torch.no_grad():
            parameters("weight_ih_l0").mul_(self.input_gain)
            parameters("bias_ih_l0")[self.width : 2 * self.width] += self.forget
            if self.orthogonal:
                for gate in parameters("weight_hh_l0").chunk(4):
                    nn.init.orthogonal_(gate, generator=generator)
        return agent


Blueprint = Layered | Lean


def _at_least_one(width: int) -> None:
    if width < 1:
        raise ValueError(f"width is {width}; it must be at least 1")
