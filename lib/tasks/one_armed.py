"""One-armed bandits: two arms, of which one is known and pays nothing.

Source: Lange and Sprekeler 2020, section 3.
"""

from dataclasses import dataclass
from math import isfinite

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.spec import tagged
from lib.tasks.bandits import Bandits
from lib.tasks.environment import Outcome
from lib.tasks.prediction import check_draw


@tagged("OneArmed")
@dataclass(frozen=True)
class OneArmed:
    """Arm 0 pays 0. Arm 1 pays Normal(mu, sigma_l^2), where mu comes from Normal(mean, sigma_p^2).

    A machine is told (pulled arm 0, pulled arm 1, time, reward). Time runs from -1 at the first step to 1 at the last,
    whatever the lifetime, so that one network's inputs look the same for every lifetime.

    Attributes:
        sigma_p: standard deviation of the prior: how much arms differ.
        sigma_l: standard deviation of a reward: how much one arm's rewards differ.
        mean: what an arm pays on average over the prior.

    Raises:
        ValueError: if a standard deviation is not a positive, finite number, or the mean is not finite.
    """

    sigma_p: float
    sigma_l: float
    mean: float = -1.0

    arms = 2
    input_size = 4
    output_size = 2

    def __post_init__(self) -> None:
        for name in ("sigma_p", "sigma_l", "mean"):
            value = float(getattr(self, name))
            if not isfinite(value) or (value <= 0 and name != "mean"):
                allowed = "finite" if name == "mean" else "positive and finite"
                raise ValueError(f"{name} is {value}; it must be {allowed}")
            object.__setattr__(self, name, value)

    @property
    def as_played(self) -> "OneArmed":
        """One world for all: what a step does depends on the episodes alone, so that those of many worlds can be played
        as one batch.
        """
        return OneArmed(1.0, 1.0)

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Bandits:
        """Draw `batch` bandits that can be played for `steps` steps.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        return self.given(self.mean + self.sigma_p * torch.randn(batch, generator=rng), steps, rng)

    def given(self, mu: Float[Tensor, " batch"], steps: int, rng: torch.Generator) -> Bandits:
        """Bandits whose unknown arms pay these means.

        Raises:
            ValueError: if there are no means, or steps is less than 1.
        """
        check_draw(len(mu), steps, rng)
        rewards = mu[:, None] + self.sigma_l * torch.randn(len(mu), steps, generator=rng)
        means, reward_table = (
            torch.stack([torch.zeros_like(mu), mu], dim=1),
            torch.stack([torch.zeros_like(rewards), rewards], 1),
        )
        return Bandits(means, reward_table)

    def reset(self, episodes: Bandits) -> tuple[Int[Tensor, "batch arm"], Float[Tensor, "batch feature"]]:
        """Nothing was done, and it is early."""
        observation = episodes.means.new_zeros(len(episodes.means), self.input_size)
        observation[:, 2] = -1
        return episodes.no_pulls(), observation

    def step(
        self, episodes: Bandits, place: Int[Tensor, "batch arm"], actions: Int[Tensor, " batch"]
    ) -> tuple[Int[Tensor, "batch arm"], Outcome]:
        """Pull an arm of each bandit; the place of an episode is how often each arm was pulled so far.

        Raises:
            ValueError: if an action is not the number of an arm, or an arm's rewards have ended.
        """
        rewards, pulls = episodes.pull(actions, place)
        time = 2 * pulls.sum(dim=1) / max(episodes.steps - 1, 1) - 1
        observation = torch.stack([(actions == 0).to(rewards), actions.to(rewards), time.to(rewards), rewards], dim=1)
        return pulls, Outcome(observation, rewards, actions * episodes.means[:, 1])
