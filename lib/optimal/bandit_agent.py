"""Bandit agents found by mathematics: they count sufficient statistics as Bayes-optimal predictors do, and say what to
pull.

Source: Mikulik et al. 2020, section 2 ("Bayes-optimal policies as state machines").
"""

from dataclasses import dataclass
from math import inf

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine
from lib.optimal.conjugate import Conjugate
from lib.tasks.bandits import BernoulliBandit, GaussianBandit

CERTAIN_LOGIT = 50.0  # logit of a certain choice; any other is made with probability exp(-50)
TIE = 1e-9  # arms, or moves, whose worths differ by less are equals

ConjugateBandit = BernoulliBandit | GaussianBandit


@dataclass(frozen=True)
class Return:
    """An expected return that was worked out, not sampled.

    Attributes:
        value: reward an episode.
        error: how far off that may be; 0 where it is exact up to rounding.
    """

    value: float
    error: float


def by_arm(
    prior: ConjugateBandit, counts: Float[Tensor, "batch feature"]
) -> tuple[Float[Tensor, "batch arm"], Float[Tensor, "batch arm"]]:
    """Successes and failures of each arm, or its pulls and the sum of its rewards."""
    one, other = counts.reshape(len(counts), prior.arms, 2).unbind(dim=-1)
    return one, other


def pulls(prior: ConjugateBandit, counts: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
    """Number of pulls of each arm."""
    one, other = by_arm(prior, counts)
    return one + other if isinstance(prior, BernoulliBandit) else one


def posterior_mean(prior: ConjugateBandit, counts: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
    """Posterior mean of what each arm pays, in reward."""
    one, other = by_arm(prior, counts)
    if isinstance(prior, BernoulliBandit):
        return (prior.a + one) / (prior.a + prior.b + one + other)
    return (prior.prior_precision * prior.mean + prior.precision * other) / posterior_precision(prior, counts)


def posterior_precision(prior: GaussianBandit, counts: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
    """Posterior precision of each arm's mean: one over its variance."""
    return prior.prior_precision + prior.precision * pulls(prior, counts)


def greedy_logits(worth: Float[Tensor, "batch arm"]) -> Float[Tensor, "batch arm"]:
    """Logits of pulling an arm of largest worth; equals have equal chances.

    >>> greedy_logits(torch.tensor([[1.0, 3.0, 3.0]]))
    tensor([[ 0., 50., 50.]])
    """
    return CERTAIN_LOGIT * (worth >= worth.max(dim=1, keepdim=True).values - TIE).to(worth)


@dataclass(frozen=True)
class BanditAgent(Conjugate):
    """A player of bandits. State: the sum of all it was told. Output: logits of its next action.

    Attributes:
        prior: the world that it believes to be in.
    """

    prior: ConjugateBandit

    @property
    def most(self) -> float:
        """How many pulls, of all arms together, it can have seen and still know what to do."""
        return inf

    def worth(self, counts: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
        """What each arm is worth to this player, which pulls an arm of largest worth."""
        raise NotImplementedError

    def says(self, total: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch arm"]:
        """Logits of the next action; they are worked out in double precision, in which equals are equal.

        Raises:
            ValueError: if there were more pulls than the player can count.
        """
        if self.most < inf:
            seen = pulls(self.prior, total).sum(dim=1).max().item()
            if seen > self.most:
                raise ValueError(f"{seen:g} pulls were seen; this player knows what to do after at most {self.most:g}")
        return greedy_logits(self.worth(total.double())).to(total)

    def nearest_state(self, state: Float[Tensor, "batch feature"]) -> Float[Tensor, "batch feature"]:
        """Counts are whole numbers, not negative, and an arm that was not pulled has paid nothing. Where there would be
        more pulls than the player can count once it is told of one more, all counts shrink alike.
        """
        near = state.clone()
        counted = near if isinstance(self.prior, BernoulliBandit) else near[:, ::2]
        counted.round_().clamp_(min=0)
        if self.most < inf:
            room = max(self.most - 1, 0)
            shrink = (room / counted.sum(dim=1, keepdim=True).clamp(min=1)).clamp(max=1)
            counted.copy_((counted * shrink + 1e-4).floor())
        if isinstance(self.prior, GaussianBandit):
            near[:, 1::2] *= counted > 0
        return near


def chances(machine: Machine, counts: Float[np.ndarray, "state feature"]) -> Float[np.ndarray, "state arm"]:
    """Policy of a machine whose state is its counts: the probability with which it pulls each arm.

    Raises:
        ValueError: if its state is something else.
    """
    features = counts.shape[1]
    if machine.state_size != features or machine.input_size != features:
        raise ValueError(
            f"a machine with a state of {machine.state_size} numbers and {machine.input_size} inputs does more than "
            f"count; here both must be {features}"
        )
    with torch.inference_mode():
        state = torch.from_numpy(counts)
        _, logits = machine.step(state, torch.zeros_like(state))
    return logits.softmax(dim=1).numpy()
