"""The Bayes-optimal predictor of a hidden Markov model: the forward algorithm.

Source: Rabiner 1989, section III.A (the forward procedure), scaled at every step as in section V.A.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor

from lib.tasks.hidden_markov import HiddenMarkovTask

ROUNDING = 1e-4  # how far from 1 the sum of probabilities in single precision may lie


@dataclass(frozen=True)
class ForwardAlgorithm:
    """The forward algorithm of a `HiddenMarkovTask`, a recursive Bayesian filter.

    State: the belief, the posterior distribution of the hidden state that emitted the last symbol; before the first
    symbol, the stationary distribution. Output: the log-probability of each symbol.

    >>> from lib.tasks.hidden_markov import mess3
    >>> machine = ForwardAlgorithm(mess3(0.15, 0.6))
    >>> belief, _ = machine.step(machine.initial_state(1), torch.tensor([[1.0, 0.0, 0.0]]))
    >>> belief
    tensor([[0.6000, 0.2000, 0.2000]])
    """

    task: HiddenMarkovTask

    @property
    def input_size(self) -> int:
        """One-hot of the last symbol."""
        return self.task.symbols

    @property
    def state_size(self) -> int:
        """A probability for each hidden state."""
        return self.task.states

    @property
    def output_size(self) -> int:
        """A log-probability for each symbol."""
        return self.task.symbols

    @cached_property
    def _matrices(self) -> tuple[Tensor, Tensor]:
        moves, symbols = (
            torch.tensor(rows, dtype=torch.float64) for rows in (self.task.transitions, self.task.emissions)
        )
        return moves, symbols

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """The stationary distribution."""
        return torch.tensor(self.task.stationary, dtype=torch.float32).expand(batch, -1)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch symbol"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch symbol"]]:
        """Let the chain move, weigh what was seen by Bayes' rule, and say what follows for the next symbol.

        An input of zeros tells nothing: the belief only moves, and the stationary one stays.
        """
        moves, symbols = (each.to(state) for each in self._matrices)
        likelihood = x @ symbols.T + (1 - x.sum(dim=1, keepdim=True))
        joint = (state @ moves) * likelihood
        belief = joint / joint.sum(dim=1, keepdim=True)
        return belief, self.predicted(belief)

    def predicted(self, belief: Float[Tensor, "*batch state"]) -> Float[Tensor, "*batch symbol"]:
        """The log-probability of each next symbol that follows from a belief."""
        moves, symbols = (each.to(belief) for each in self._matrices)
        return (belief @ moves @ symbols).log()

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """The Euclidean projection on the probability simplex; what sums to 1 within rounding stays as it is."""
        is_belief = (state >= 0).all(dim=1) & ((state.sum(dim=1) - 1).abs() <= ROUNDING)
        return torch.where(is_belief[:, None], state, onto_simplex(state))


def onto_simplex(points: Float[Tensor, "*batch state"]) -> Float[Tensor, "*batch state"]:
    """The nearest distribution to each point, by Euclidean distance (Held, Wolfe and Crowder 1974).

    >>> onto_simplex(torch.tensor([[0.5, 0.5, 0.5], [2.0, 0.0, -1.0]]))
    tensor([[0.3333, 0.3333, 0.3333],
            [1.0000, 0.0000, 0.0000]])
    """
    falling = points.sort(dim=-1, descending=True).values
    count = torch.arange(1, points.shape[-1] + 1).to(points)
    excess = (falling.cumsum(dim=-1) - 1) / count
    last = (falling > excess).sum(dim=-1, keepdim=True) - 1
    return (points - excess.gather(-1, last)).clamp(min=0)
