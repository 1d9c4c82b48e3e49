"""The Bayes-optimal predictor of a coin that switches: the forward algorithm, with a belief of one number.

Source: Rabiner 1989, section III.A (the forward procedure); as a recursion of log-odds, Glaze, Kable and Gold 2015,
equations (1) and (2).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.tasks.switching_coin import SwitchingCoinTask


@dataclass(frozen=True)
class SwitchingFilter:
    """The forward algorithm of a `SwitchingCoinTask`.

    State: the posterior log-odds that the coin about to be tossed is the one with `bias`, and not the other. Output:
    the log-odds of heads.

    >>> machine = SwitchingFilter(SwitchingCoinTask(bias=0.75, hazard=0.5))  # nothing seen tells of the next coin
    >>> machine.step(machine.initial_state(1), torch.tensor([[1.0, 0.0]]))
    (tensor([[0.]]), tensor([[0.]]))
    """

    task: SwitchingCoinTask

    input_size = 2
    state_size = 1
    output_size = 1

    def initial_state(self, batch: int) -> Float[Tensor, "batch 1"]:
        """Either coin."""
        return torch.zeros(batch, 1)

    def step(
        self, state: Float[Tensor, "batch 1"], x: Float[Tensor, "batch 2"]
    ) -> tuple[Float[Tensor, "batch 1"], Float[Tensor, "batch 1"]]:
        """Weigh the toss by Bayes' rule, let the coin switch, and say what follows for the next toss."""
        evidence = (x[:, :1] - x[:, 1:]) * state.new_tensor(self.task.bias).logit()
        coin = self.nearest_state(after_flip(state + evidence, self.task.hazard))
        return coin, after_flip(coin, 1 - self.task.bias)

    def nearest_state(self, state: Float[Tensor, "batch 1"]) -> Float[Tensor, "batch 1"]:
        """Nobody can be surer of the coin than that it has not just switched, or has: `log((1 - hazard) / hazard)`."""
        surest = abs(torch.logit(state.new_tensor(self.task.hazard)))
        return state.clamp(-surest, surest)


def after_flip(log_odds: Float[Tensor, "*batch"], flip: float) -> Float[Tensor, "*batch"]:
    """The log-odds of a bit after it was flipped with a probability: a binary symmetric channel.

    >>> after_flip(torch.tensor([2.0, 2.0, 2.0]), 0.0), after_flip(torch.tensor([2.0]), 1.0)
    (tensor([2., 2., 2.]), tensor([-2.]))
    """
    stays, flips = torch.log(log_odds.new_tensor([1 - flip, flip]))
    return torch.logaddexp(stays + log_odds, flips) - torch.logaddexp(flips + log_odds, stays)
