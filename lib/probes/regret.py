"""Regret of bandit agents, and differences of the rewards that two of them collect.

Source: Mikulik et al. 2020, section 3.2, equation (3): the difference of the rewards that two players collect. Sampled
rewards are noisy. To count what an arm pays on average instead of what it paid, and to give both players the same luck,
leaves the expectation as it is and takes most of the noise away.
"""

from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from lib.tasks.bandits import Bandits
from lib.tasks.environment import Rollout


@dataclass(frozen=True)
class Estimate:
    """A mean over episodes, with its standard error."""

    value: float
    standard_error: float


def regret(played: Rollout, bandits: Bandits) -> Float[Tensor, "batch time"]:
    """Expected regret at each step: what the best arm pays on average, less what the arm does that was pulled."""
    return bandits.means.max(dim=1, keepdim=True).values - played.expected


def reward_difference(one: Rollout, other: Rollout) -> Estimate:
    """Equation (3) of Mikulik et al. 2020: the absolute difference of the rewards that two players collect in an
    episode. It is above zero even for equals, by about its standard error.
    """
    difference = _paired(one.rewards - other.rewards)
    return Estimate(abs(difference.value), difference.standard_error)


def expected_difference(one: Rollout, other: Rollout) -> Estimate:
    """Expected difference of the rewards that two players collect in an episode: the first's less the second's.

    The standard error is small if both played the same bandits with equal generators.
    """
    return _paired(one.expected - other.expected)


def _paired(differences: Float[Tensor, "batch time"]) -> Estimate:
    """Mean and standard error over episodes of what sums up over an episode.

    Raises:
        ValueError: if there is but one episode, or a reward is not a finite number.
    """
    strange = ~differences.isfinite()
    if strange.any():
        episode, step = strange.nonzero()[0].tolist()
        raise ValueError(f"the rewards of episode {episode} at step {step} are not both finite numbers")
    sums = differences.double().sum(dim=1)
    if len(sums) < 2:
        raise ValueError("1 episode has no standard error; at least 2 are needed")
    return Estimate(sums.mean().item(), (sums.std() / len(sums) ** 0.5).item())
