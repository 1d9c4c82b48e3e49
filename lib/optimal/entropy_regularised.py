"""Entropy-regularised optimum of a bandit: the fixed point of a policy gradient with an entropy bonus.

In every state the gradient weighs what actions lead to, under the player's own policy, against the entropy of the
choice made there: it climbs `sum_a pi(a) Q(a) + weight H(pi)`, which is largest at `pi = softmax(Q / weight)`. The
entropy of later choices is not part of the return, so `Q` counts rewards alone; but later choices hesitate too, and `Q`
knows it.

Source: Mnih et al. 2016, section 4 (entropy regularisation); `lib.training.actor_critic` is such a gradient.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from scipy.special import softmax
from torch import Tensor

from lib.optimal.bandit_dp_bernoulli import BernoulliOptimum, backward
from lib.tasks.bandits import BernoulliBandit

Array = np.ndarray


@dataclass(frozen=True)
class EntropyRegularisedOptimum(BernoulliOptimum):
    """Entropy-regularised policy: the better arm the likelier, the more it is better; never certain.

    `lead` and `values` are what its own policy makes of each state.

    Attributes:
        weight: of the entropy, in reward a nat.
    """

    weight: float

    def says(self, total: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
        """Logits of the next action: what each arm leads to, over the weight.

        Raises:
            ValueError: if there were more pulls than the player can count.
        """
        sure = super().says(total)  # refuses more pulls than it can count
        return (self.worth(total.double()) / self.weight).to(sure)


def entropy_regularised_optimum(prior: BernoulliBandit, steps: int, weight: float) -> EntropyRegularisedOptimum:
    """Entropy-regularised optimum by soft backward induction from the end of an episode.

    >>> round(entropy_regularised_optimum(BernoulliBandit(1, 1), 20, 0.1).earns.value, 2)
    12.15

    Raises:
        ValueError: if there are not two arms, no step, or the weight is not positive; `lib.optimal.bandit_dp.optimum`
            is the player of weight 0.
    """
    if prior.arms != 2:
        raise ValueError(f"arms is {prior.arms}; bandits of 2 arms can be solved here, and no others")
    if steps < 1:
        raise ValueError(f"steps is {steps}; an episode has at least 1")
    if not 0 < weight < np.inf:
        raise ValueError(f"weight is {weight}; it must be positive and finite")
    lead = np.zeros((steps,) * 4)

    def decide(counts: Int[Array, "state 4"], worths: Float[Array, "state 2"]) -> Float[Array, " state"]:
        lead[tuple(counts.T)] = worths[:, 0] - worths[:, 1]
        return (softmax(worths / weight, axis=1) * worths).sum(axis=1)

    values = backward(prior, steps, 1.0, decide)
    return EntropyRegularisedOptimum(prior, steps, 1.0, lead, values, weight)
