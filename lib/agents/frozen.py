"""A deep LSTM that learns to read its memory and not to make it: the reservoir control.

Source: Jaeger 2001 and Maass et al. 2002, echo state networks and liquid state machines. What such a network can do
takes no structure learned in the memory.
"""

from dataclasses import dataclass

import torch

from lib.agents.agent import check_positive
from lib.agents.lstm import LSTMAgent
from lib.spec import tagged


@tagged("Frozen")
@dataclass(frozen=True)
class FrozenLSTM:
    """Encoder, LSTM, decoder and readout of one width, initialised as `DeepLSTM`; only the last two are trained.

    Raises:
        ValueError: if the width is less than 1.
    """

    width: int = 32

    def __post_init__(self) -> None:
        check_positive(self, "width")

    def build(self, input_size: int, output_size: int, rng: torch.Generator) -> LSTMAgent:
        """A fresh network."""
        agent = LSTMAgent(input_size, output_size, self.width, rng)
        agent.encoder.requires_grad_(False)
        agent.memory.requires_grad_(False)
        return agent
