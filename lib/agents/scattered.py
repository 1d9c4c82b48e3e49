"""A lean network whose units begin by dividing an interval among themselves.

Ours: with torch's own initialisation a network of 64 units learns low frequencies long before high ones, and the fifth
hardly at all within the episodes that we can pay for.
"""

from dataclasses import dataclass

import torch
from torch import nn

from lib.agents.lean import LeanAgent


@dataclass(frozen=True)
class Scattered:
    """LSTM and readout, for machines told one number x between -1/2 and 1/2, and then others.

    Every gate of every unit sees w (x - u), with w from Normal(0, steepness^2) and u even on the interval: it switches
    at a place of its own, more or less sharply. Other inputs get weights from Normal(0, others^2). Recurrent weights of
    each gate are an orthogonal matrix.

    Attributes:
        width: units.
        steepness: of the switching.
        others: standard deviation of the weights of other inputs.
        forget: the forget gate's bias, apart from the switching.

    Raises:
        ValueError: if the width is less than 1, or a standard deviation not positive.
    """

    width: int = 64
    steepness: float = 20.0
    others: float = 0.5
    forget: float = 1.0

    def __post_init__(self) -> None:
        if self.width < 1:
            raise ValueError(f"width is {self.width}; it must be at least 1")
        for name in ("steepness", "others"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be positive")

    def build(self, input_size: int, output_size: int, generator: torch.Generator) -> LeanAgent:
        """A fresh network."""
        agent = LeanAgent(input_size, output_size, self.width, generator)
        into, back, bias, other_bias = agent.memory.parameters()
        with torch.no_grad():
            into.normal_(0, self.others, generator=generator)
            into[:, 0].normal_(0, self.steepness, generator=generator)
            bias.copy_(-into[:, 0] * (torch.rand(4 * self.width, generator=generator) - 0.5))
            bias[self.width : 2 * self.width] += self.forget
            other_bias.zero_()
            for gate in back.chunk(4):
                nn.init.orthogonal_(gate, generator=generator)
        return agent
