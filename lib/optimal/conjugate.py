"""Bayes-optimal predictors for conjugate priors: the state is a count, the output a ratio.

Source: Mikulik et al. 2020, section 2 ("Bayes-optimal policies as state machines") and section 3.1.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.tasks.bernoulli import Bernoulli


@dataclass(frozen=True)
class BetaBernoulli:
    """The Bayes-optimal predictor of a coin whose bias comes from Beta(a, b).

    State: how many heads and how many tails were seen, and nothing else; it is the same for every prior. Output: the
    log-odds of heads under the posterior predictive, `(a + heads) : (b + tails)`. The prior lives in the output alone.

    >>> machine = BetaBernoulli(Bernoulli(1, 1))
    >>> state, output = machine.step(machine.initial_state(1), torch.tensor([[1.0, 0.0]]))
    >>> output.sigmoid()
    tensor([[0.6667]])
    """

    prior: Bernoulli

    input_size = 2
    state_size = 2
    output_size = 1

    def initial_state(self, batch: int) -> Float[Tensor, "batch 2"]:
        """Nothing counted."""
        return torch.zeros(batch, 2)

    def step(
        self, state: Float[Tensor, "batch 2"], x: Float[Tensor, "batch 2"]
    ) -> tuple[Float[Tensor, "batch 2"], Float[Tensor, "batch 1"]]:
        """Count the flip, then say the odds: Bayes' rule for a Beta prior."""
        counts = state + x
        heads, tails = counts[:, :1], counts[:, 1:]
        return counts, torch.log((self.prior.a + heads) / (self.prior.b + tails))
