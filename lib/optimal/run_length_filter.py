"""The Bayes-optimal predictor of a coin with change points: a posterior over run lengths.

A run length is how often the coin that is tossed next has been tossed already. Given the run length, the posterior of
the bias is the conjugate one of the last so many tosses; which run length it is, the past tells only in part.

Source: Adams and MacKay 2007, section 2 and algorithm 1. A hazard that is unknown too is one more variable of the
joint posterior, as in Wilson, Nassar and Gold 2010.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

from lib.tasks.change_point_coin import ChangePointCoinTask


@dataclass(frozen=True)
class RunLengthFilter:
    """Bayesian online change-point detection in a `ChangePointCoinTask`, exact for the first `longest` tosses.

    State: the joint probability of hazard, run length and next toss (hazard, run, heads or tails), of run lengths from
    0 to `longest`, as one vector; non-negative numbers stand for the distribution that is proportional to them. The
    share of heads at a run length is the mean of its Beta posterior, so counts need not be kept. Output: the log-odds
    of heads. Runs longer than `longest` are dropped.

    >>> machine = RunLengthFilter(ChangePointCoinTask(1, 1, (0.25,)), longest=9)
    >>> _, output = machine.step(machine.initial_state(1), torch.tensor([[1.0, 0.0]]))
    >>> output.sigmoid()  # 3/4 of 2/3, and 1/4 of 1/2
    tensor([[0.6250]])

    Raises:
        ValueError: if `longest` is less than 1.
    """

    task: ChangePointCoinTask
    longest: int

    input_size = 2
    output_size = 1

    def __post_init__(self) -> None:
        if self.longest < 1:
            raise ValueError(f"longest is {self.longest}; a run length of at least 1 must be allowed")

    @property
    def state_size(self) -> int:
        """A number for each hazard, run length and side of the coin."""
        return 2 * len(self.task.hazards) * (self.longest + 1)

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """A coin never tossed, of any hazard."""
        return self._start.expand(batch, -1).clone()

    @cached_property
    def _start(self) -> Float[Tensor, "1 state"]:
        state = torch.zeros(1, len(self.task.hazards), self.longest + 1, 2)
        state[:, :, 0] = torch.tensor([self.task.a, self.task.b]) / (self.task.a + self.task.b)
        return state.flatten(1) / len(self.task.hazards)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch 2"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch 1"]]:
        """Weigh each run by the toss, let it grow or end, and say what follows for the next toss."""
        joint = self._joint(state)
        weight = (joint * x[:, None, None, :]).sum(dim=-1)  # Adams and MacKay's p(run, tosses), up to a constant
        weight = weight / weight.sum(dim=(1, 2), keepdim=True).clamp(min=torch.finfo(weight.dtype).tiny)
        hazard = state.new_tensor(self.task.hazards)[:, None]
        grown = functional.pad(weight[..., :-1] * (1 - hazard), (1, 0))
        grown[..., 0] = weight.sum(dim=-1) * hazard[:, 0]
        after = grown[..., None] * self._sides(joint, x)
        tossed = x.sum(dim=1, keepdim=True) > 0  # nothing was, before the first
        state = torch.where(tossed, after.flatten(1), state)
        return state, self._says(state)

    def _sides(
        self, joint: Float[Tensor, "batch hazard run 2"], x: Float[Tensor, "batch 2"]
    ) -> Float[Tensor, "batch hazard run 2"]:
        """The posterior mean of heads and of tails at each run length, after one more toss."""
        prior = joint.new_tensor([self.task.a, self.task.b])
        run = torch.arange(self.longest + 1, dtype=joint.dtype)[:, None]
        share = joint / joint.sum(dim=-1, keepdim=True)
        share = torch.where(share.isnan(), prior / prior.sum(), share)  # of runs that cannot be
        counts = share * (prior.sum() + run) + x[:, None, None, :]
        sides = functional.pad((counts / (prior.sum() + run + 1))[..., :-1, :], (0, 0, 1, 0))
        sides[..., 0, :] = prior / prior.sum()
        return sides

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Nothing is less than impossible; if everything is, it is the initial state."""
        near = state.clamp(min=0)
        return torch.where(near.sum(dim=1, keepdim=True) > 0, near, self._start.to(state))

    def run_lengths(self, state: Float[Tensor, "*batch state"]) -> Float[Tensor, "*batch run"]:
        """Posterior over how often the next coin has been tossed."""
        return self._marginal(state, -3)

    def hazards(self, state: Float[Tensor, "*batch state"]) -> Float[Tensor, "*batch hazard"]:
        """Posterior over the hazard, in the order of the task's."""
        return self._marginal(state, -2)

    def _marginal(self, state: Float[Tensor, "*batch state"], over: int) -> Float[Tensor, "*batch value"]:
        weight = self._joint(state).sum(dim=-1).sum(dim=over + 1)
        return weight / weight.sum(dim=-1, keepdim=True)

    def _joint(self, state: Float[Tensor, "*batch state"]) -> Float[Tensor, "*batch hazard run 2"]:
        return state.reshape(*state.shape[:-1], len(self.task.hazards), self.longest + 1, 2)

    def _says(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch 1"]:
        sides = self._joint(state).sum(dim=(1, 2)).log()
        return sides[:, :1] - sides[:, 1:]
