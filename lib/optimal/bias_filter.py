"""The Bayes-optimal predictor of a coin with change points, as a forward algorithm over biases.

The same agent as `run_length_filter`, with another state. The posterior density of the bias is the prior's times a
polynomial, whose degree grows by one with each toss. Gauss quadrature with n nodes is exact for polynomials of degree
2n - 1, so a hidden Markov model of n coins, whose biases are the nodes, says what the filter of all coins says.

Source: Rabiner 1989, section III.A (the forward procedure); Gauss-Jacobi quadrature by `scipy.special.roots_jacobi`.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from scipy.special import roots_jacobi
from torch import Tensor

from lib.tasks.change_point_coin import ChangePointCoinTask


@dataclass(frozen=True)
class BiasFilter:
    """The forward algorithm of a `ChangePointCoinTask`, exact for the first `2 * nodes - 2` tosses.

    State: the joint probability of hazard and bias of the next coin (hazard, node), as one vector; non-negative numbers
    stand for the distribution that is proportional to them. Output: the log-odds of heads.

    >>> machine = BiasFilter(ChangePointCoinTask(1, 1, (0.25,)), nodes=2)
    >>> _, output = machine.step(machine.initial_state(1), torch.tensor([[1.0, 0.0]]))
    >>> output.sigmoid()  # 3/4 of 2/3, and 1/4 of 1/2
    tensor([[0.6250]])

    Raises:
        ValueError: if there is not at least one node.
    """

    task: ChangePointCoinTask
    nodes: int

    input_size = 2
    output_size = 1

    def __post_init__(self) -> None:
        if self.nodes < 1:
            raise ValueError(f"nodes is {self.nodes}; there must be at least 1")

    @property
    def state_size(self) -> int:
        """A number for each hazard and node."""
        return len(self.task.hazards) * self.nodes

    @cached_property
    def _coins(self) -> tuple[Float[Tensor, " node"], Float[Tensor, " node"]]:
        """Biases, and the prior's weights on them."""
        place, weight = roots_jacobi(self.nodes, self.task.b - 1, self.task.a - 1)
        bias, prior = torch.from_numpy((1 + place) / 2), torch.from_numpy(weight / weight.sum())
        return bias.float(), prior.float()

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """The prior."""
        return self._coins[1].repeat(batch, len(self.task.hazards)) / len(self.task.hazards)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch 2"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch 1"]]:
        """Weigh each coin by the toss, let it be swapped, and say what follows for the next toss."""
        bias, prior = (each.to(state) for each in self._coins)
        hazard = state.new_tensor(self.task.hazards)[:, None]
        sides = torch.stack([bias, 1 - bias])
        likely = self._joint(state) * (x @ sides)[:, None]
        likely = likely / likely.sum(dim=(1, 2), keepdim=True).clamp(min=torch.finfo(state.dtype).tiny)
        after = (1 - hazard) * likely + hazard * prior * likely.sum(dim=2, keepdim=True)
        state = torch.where(x.sum(dim=1, keepdim=True) > 0, after.flatten(1), state)  # nothing, before the first
        said = (self._joint(state).sum(dim=1) @ sides.T).log()
        return state, said[:, :1] - said[:, 1:]

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Nothing is less than impossible; if everything is, it is the initial state."""
        near = state.clamp(min=0)
        return torch.where(near.sum(dim=1, keepdim=True) > 0, near, self.initial_state(1).to(state))

    def biases(self, state: Float[Tensor, "*batch state"]) -> Float[Tensor, "*batch node"]:
        """Posterior over the bias of the next coin, on the nodes."""
        weight = self._joint(state).sum(dim=-2)
        return weight / weight.sum(dim=-1, keepdim=True)

    def hazards(self, state: Float[Tensor, "*batch state"]) -> Float[Tensor, "*batch hazard"]:
        """Posterior over the hazard, in the order of the task's."""
        weight = self._joint(state).sum(dim=-1)
        return weight / weight.sum(dim=-1, keepdim=True)

    def _joint(self, state: Float[Tensor, "*batch state"]) -> Float[Tensor, "*batch hazard node"]:
        return state.reshape(*state.shape[:-1], len(self.task.hazards), self.nodes)
