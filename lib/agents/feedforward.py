"""Feedforward networks of one shape, side by side: the networks of Rabinowitz's Learners.

Source: Rabinowitz 2019, sections 3.1 and 4.1, and appendices A.1 and A.3.
"""

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn

from lib.agents import init
from lib.random import check_generator


class FeedforwardNetworks(nn.Module):
    """Feedforward networks side by side, each with weights of its own.

    Linear ones have no biases, as in equation (1) of the source.

    Args:
        sizes: numbers of x, units of each hidden layer, numbers of y.
        count: how many networks.
        relu: whether hidden units are rectified; if not, networks are linear.
        spread: standard deviation of the first weights, from a normal distribution that is cut off at two of them; if
            None, `beginning` decides.
        rng: of the first weights.
        beginning: whose first weights: "torch" or "sonnet" (`lib.agents.init`).
    """

    def __init__(
        self,
        sizes: Sequence[int],
        count: int,
        relu: bool,
        spread: float | None,
        rng: torch.Generator,
        beginning: str = "torch",
    ) -> None:
        super().__init__()
        check_generator(rng)
        init.check_beginning(beginning)
        self.relu = relu
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        for into, out in pairwise(sizes):
            weight, bias = torch.empty(count, into, out), torch.zeros(count, 1, out)
            if spread is None and beginning == "torch":
                nn.init.uniform_(weight, -(into**-0.5), into**-0.5, generator=rng)
                nn.init.uniform_(bias, -(into**-0.5), into**-0.5, generator=rng)
            else:
                init.truncated_normal(weight, into**-0.5 if spread is None else spread, rng)
            self.weights.append(nn.Parameter(weight))
            if relu:
                self.biases.append(nn.Parameter(bias))

    def forward(self, x: Float[Tensor, "learner point x"]) -> Float[Tensor, "learner point y"]:
        """The output of each network at its points."""
        last = len(self.weights) - 1
        for layer, weight in enumerate(self.weights):
            x = torch.baddbmm(self.biases[layer], x, weight) if self.relu else x @ weight
            if self.relu and layer < last:
                x = x.relu()
        return x
