"""The deep LSTM as DeepMind's library Sonnet would initialise it.

Mikulik et al. 2020 do not say how they initialise; Sonnet's defaults are likely. What can be read from an untrained
network depends on them. Where networks are trained, the network of one layer begins so by its spec,
`LSTM(beginning="sonnet")`.
"""

from dataclasses import dataclass

import torch
from torch import nn

from lib.agents import init
from lib.agents.agent import check_positive
from lib.agents.lstm import LSTMAgent
from lib.spec import tagged


@tagged("Sonnet")
@dataclass(frozen=True)
class SonnetLSTM:
    """Encoder, LSTM, decoder and readout of one width, with Sonnet's initialisation: weights from a normal distribution
    of standard deviation one over the square root of the number of inputs, truncated at two of these, and zero biases
    but for the forget gate's. For gates, inputs from below and from the past count apart here; Sonnet v1 counts them
    together, and draws the biases of gates too (`lib.agents.init.sonnet_lstm`).

    Attributes:
        width: units.
        forget_bias: the forget gate's bias.

    Raises:
        ValueError: if the width is less than 1.
    """

    width: int = 256
    forget_bias: float = 1.0

    def __post_init__(self) -> None:
        check_positive(self, "width")

    def build(self, input_size: int, output_size: int, rng: torch.Generator) -> LSTMAgent:
        """A fresh network."""
        agent = LSTMAgent(input_size, output_size, self.width, torch.Generator())
        for parameter in agent.parameters():
            if parameter.dim() == 1:
                nn.init.zeros_(parameter)
            else:
                init.truncated_normal(parameter, parameter.shape[1] ** -0.5, rng)
        init.add_forget_bias(agent.memory, self.forget_bias)
        return agent
