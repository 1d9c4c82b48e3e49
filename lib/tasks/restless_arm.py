"""Restless one-armed bandits: a known arm that pays nothing, and an unknown one that switches between good and bad.

The arm changes whether it is pulled or not, which is what makes a bandit restless (Whittle 1988). At a hazard of 0 this
is the one-armed world of Lange and Sprekeler 2020, section 3, with two kinds of arms in place of a normal prior.
"""

from dataclasses import dataclass
from math import isfinite

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.spec import tagged
from lib.tasks.environment import Outcome
from lib.tasks.prediction import check_draw


@dataclass(frozen=True)
class RestlessEpisodes:
    """A batch of episodes with one unknown arm each.

    Attributes:
        means: what the unknown arm pays on average at each step, in reward.
        rewards: what it pays to one who pulls it then.
    """

    means: Float[Tensor, "batch time"]
    rewards: Float[Tensor, "batch time"]

    @property
    def privileged(self) -> Float[Tensor, "batch time"]:
        """The means: whoever knew them would pull the arm while it is good."""
        return self.means

    @property
    def reward_bounds(self) -> Float[Tensor, "batch 2"]:
        """What the worst and the best action of an episode pay on average."""
        return torch.stack([self.means.amin(dim=1).clamp(max=0), self.means.amax(dim=1).clamp(min=0)], dim=1)

    @property
    def steps(self) -> int:
        """For how long the episodes can be played."""
        return self.means.shape[1]


@tagged("RestlessOneArmed")
@dataclass(frozen=True)
class RestlessOneArmed:
    """Arm 0 pays 0. Arm 1 pays Normal(mu, sigma_l^2), where mu is `mean + sigma_p` or `mean - sigma_p`, each at first
    with probability 1/2, and after every step becomes the other with probability `hazard`.

    So at every step mu has the mean and the standard deviation of the prior. A machine is told (pulled arm 0, pulled
    arm 1, time, reward), as in `lib.tasks.one_armed`.

    Attributes:
        sigma_p: standard deviation of mu: how much good and bad arms differ.
        sigma_l: standard deviation of a reward.
        hazard: probability of a switch after each step.
        mean: what an arm pays on average.

    Raises:
        ValueError: if a standard deviation is not a positive, finite number, the hazard is not from 0 to 1/2, or the
            mean is not finite.
    """

    sigma_p: float
    sigma_l: float
    hazard: float
    mean: float = -1.0

    arms = 2
    input_size = 4
    output_size = 2

    def __post_init__(self) -> None:
        for name in ("sigma_p", "sigma_l", "hazard", "mean"):
            object.__setattr__(self, name, float(getattr(self, name)))
        for name in ("sigma_p", "sigma_l"):
            if not (isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise ValueError(f"{name} is {getattr(self, name)}; it must be positive and finite")
        if not 0 <= self.hazard <= 0.5:
            raise ValueError(f"hazard is {self.hazard}; it must be from 0 (never) to 0.5 (at random)")
        if not isfinite(self.mean):
            raise ValueError(f"mean is {self.mean}; it must be finite")

    @property
    def as_played(self) -> "RestlessOneArmed":
        """One world for all: what a step does depends on the episodes alone, so that those of many worlds can be played
        as one batch.
        """
        return RestlessOneArmed(1.0, 1.0, 0.0)

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> RestlessEpisodes:
        """Draw `batch` arms, and let them switch for `steps` steps.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        switches = torch.full((batch, steps), self.hazard)
        switches[:, 0] = 0.5  # which kind comes first
        bad = torch.bernoulli(switches, generator=rng).cumsum(dim=1) % 2
        return self.along(self.mean + self.sigma_p * (1 - 2 * bad), rng)

    def given(self, mu: Float[Tensor, " batch"], steps: int, rng: torch.Generator) -> RestlessEpisodes:
        """Episodes whose unknown arms pay these means from the first step to the last.

        Raises:
            ValueError: if there are no means, or steps is less than 1.
        """
        check_draw(len(mu), steps, rng)
        return self.along(mu[:, None].expand(-1, steps), rng)

    def along(self, means: Float[Tensor, "batch time"], rng: torch.Generator) -> RestlessEpisodes:
        """Episodes whose unknown arms pay these means, step by step."""
        return RestlessEpisodes(means, means + self.sigma_l * torch.randn(means.shape, generator=rng))

    def reset(self, episodes: RestlessEpisodes) -> tuple[Int[Tensor, " batch"], Float[Tensor, "batch feature"]]:
        """Nothing was done, and it is early."""
        observation = episodes.means.new_zeros(len(episodes.means), self.input_size)
        observation[:, 2] = -1
        return torch.zeros(len(observation), dtype=torch.long), observation

    def step(
        self, episodes: RestlessEpisodes, place: Int[Tensor, " batch"], actions: Int[Tensor, " batch"]
    ) -> tuple[Int[Tensor, " batch"], Outcome]:
        """Pull an arm of each bandit; the place of an episode is how many steps are over.

        Raises:
            ValueError: if an action is not the number of an arm, or an episode has ended.
        """
        now = int(place[0])
        if now >= episodes.steps:
            raise ValueError(f"step {now + 1} is asked for; these episodes were drawn for {episodes.steps}")
        least, most = (int(each) for each in actions.aminmax())
        if least < 0 or most > 1:
            raise ValueError(f"action {least if least < 0 else most} is not an arm; arms are numbered 0 to 1")
        pulled = actions.to(episodes.means)
        rewards = pulled * episodes.rewards[:, now]
        time = torch.full_like(rewards, 2 * (now + 1) / max(episodes.steps - 1, 1) - 1)
        observation = torch.stack([1 - pulled, pulled, time, rewards], dim=1)
        return place + 1, Outcome(observation, rewards, pulled * episodes.means[:, now])
