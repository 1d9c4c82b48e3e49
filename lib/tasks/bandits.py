"""Bandits: machines with several arms, each of which pays at random; the player learns which by pulling.

Source: Mikulik et al. 2020, section 3.1 (two-armed bandits whose rewards are Bernoulli- or Gaussian-distributed).

An arm alone is a world to predict, so a bandit is a few such worlds side by side. What a machine is told is the same as
there: one step late, and as the sufficient statistic that a Bayesian would add to her counts, so that zeros mean
"nothing yet".
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.spec import tagged
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.environment import Environment, Outcome
from lib.tasks.gaussian import GaussianTask
from lib.tasks.prediction import at_least_one


@dataclass(frozen=True)
class Bandits:
    """A batch of bandits, with everything that they will ever pay.

    Attributes:
        means: expected reward of each arm.
        tapes: `tapes[:, arm, k]` is what the pull number k of an arm pays, counted from 0. Two players who pull an arm
            equally often get the same rewards from it, whenever they do so: common random numbers.
    """

    means: Float[Tensor, "batch arm"]
    reward_table: Float[Tensor, "batch arm step"]

    @property
    def privileged(self) -> Float[Tensor, "batch arm"]:
        """The means: whoever knew them would pull the best arm only."""
        return self.means

    @property
    def reward_bounds(self) -> Float[Tensor, "batch 2"]:
        """What the worst and the best arm pay on average."""
        return torch.stack(self.means.aminmax(dim=1), dim=1)

    @property
    def steps(self) -> int:
        """How many pulls the bandits were drawn for."""
        return self.reward_table.shape[2]

    def no_pulls(self) -> Int[Tensor, "batch arm"]:
        """How often each arm was pulled before the first step."""
        return torch.zeros_like(self.means, dtype=torch.long)

    def pull(
        self, actions: Int[Tensor, " batch"], pulls: Int[Tensor, "batch arm"]
    ) -> tuple[Float[Tensor, " batch"], Int[Tensor, "batch arm"]]:
        """Pull one arm of each bandit, given how often each was pulled; return the rewards and the pulls by then.

        Raises:
            ValueError: if an action is not the number of an arm, or a tape has ended.
        """
        chosen = actions[:, None]
        try:
            before = pulls.gather(1, chosen)[:, 0]
            rewards = self.reward_table[torch.arange(len(actions), device=actions.device), actions, before]
        except (IndexError, RuntimeError) as error:  # looked into only now, since every step of a training comes here
            _must_be_arms(actions, self.reward_table.shape[1])
            most = int(before.max()) + 1
            raise ValueError(f"an arm is pulled {most} times; these bandits were drawn for {self.steps}") from error
        return rewards, pulls.scatter_add(1, chosen, torch.ones_like(chosen))


@runtime_checkable
class BanditTask(Environment, Protocol):
    """A prior over bandits. A machine's outputs are the logits of its next action."""

    @property
    def arms(self) -> int: ...

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Bandits:
        """Draw a batch of bandits."""
        ...

    def observation(
        self, actions: Int[Tensor, " batch"], rewards: Float[Tensor, " batch"]
    ) -> Float[Tensor, "batch feature"]:
        """What a machine is told, at the next step, of what it did and what it got."""
        ...


class _SideBySide:
    """What both worlds share: a bandit is its arms, and every arm is the same world to predict.

    Raises:
        ValueError: if there are fewer than 2 arms.
    """

    arms: int

    def __post_init__(self) -> None:
        if self.arms < 2:
            raise ValueError(f"a bandit has arms={self.arms}; it must have at least 2")

    @property
    def arm(self) -> BernoulliTask | GaussianTask:
        """One arm, as a world to predict."""
        raise NotImplementedError

    @property
    def input_size(self) -> int:
        """Two numbers from each arm."""
        return 2 * self.arms

    @property
    def output_size(self) -> int:
        """One logit for each arm."""
        return self.arms

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Bandits:
        """Draw `batch` bandits that can be played for `steps` steps.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        at_least_one(batch, steps)
        drawn = self.arm.sample(batch * self.arms, steps, rng)
        return Bandits(drawn.parameters.view(batch, self.arms), drawn.observations.view(batch, self.arms, steps))

    def observation(
        self, actions: Int[Tensor, " batch"], rewards: Float[Tensor, " batch"]
    ) -> Float[Tensor, "batch feature"]:
        """What a machine is told, at the next step, of what it did and what it got."""
        raise NotImplementedError

    def reset(self, episodes: Bandits) -> tuple[Int[Tensor, "batch arm"], Float[Tensor, "batch feature"]]:
        """No arm was pulled, and there is nothing to tell.

        Raises:
            ValueError: if the bandits have another number of arms.
        """
        if episodes.means.shape[1] != self.arms:
            raise ValueError(f"{self} has {self.arms} arms; the bandits have {episodes.means.shape[1]}")
        return episodes.no_pulls(), episodes.means.new_zeros(len(episodes.means), self.input_size)

    def step(
        self, episodes: Bandits, place: Int[Tensor, "batch arm"], actions: Int[Tensor, " batch"]
    ) -> tuple[Int[Tensor, "batch arm"], Outcome]:
        """Pull an arm of each bandit; the place of an episode is how often each arm was pulled so far.

        Raises:
            ValueError: if an action is not the number of an arm, or a tape has ended.
        """
        rewards, pulls = episodes.pull(actions, place)
        expected = episodes.means.gather(1, actions[:, None])[:, 0]
        return pulls, Outcome(self.observation(actions, rewards), rewards, expected)

    def _at_the_arm(
        self, actions: Int[Tensor, " batch"], statistic: Float[Tensor, "batch 2"]
    ) -> Float[Tensor, "batch feature"]:
        """Two numbers at the place of the arm pulled, zeros elsewhere."""
        _must_be_arms(actions, self.arms)
        pulled = actions[:, None] == torch.arange(self.arms, device=actions.device)
        return (pulled[:, :, None] * statistic[:, None, :]).flatten(1)


@tagged("BernoulliBandit")
@dataclass(frozen=True)
class BernoulliBandit(_SideBySide):
    """Arms that pay 1 or 0; the probability of 1 is drawn from Beta(a, b) for each.

    A machine is told (success, failure) of every arm, one arm after another.

    >>> BernoulliBandit(1, 1).observation(torch.tensor([0, 1]), torch.tensor([1.0, 0.0]))
    tensor([[1., 0., 0., 0.],
            [0., 0., 0., 1.]])

    Raises:
        ValueError: if a or b is not a positive, finite number, or there are fewer than 2 arms.
    """

    a: float
    b: float
    arms: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("a", "b"):
            object.__setattr__(self, name, getattr(self.arm, name))

    @property
    def arm(self) -> BernoulliTask:
        """One arm, as a world to predict."""
        return BernoulliTask(self.a, self.b)

    def observation(
        self, actions: Int[Tensor, " batch"], rewards: Float[Tensor, " batch"]
    ) -> Float[Tensor, "batch feature"]:
        """(1, 0) for a success and (0, 1) for a failure, at the place of the arm pulled; zeros elsewhere.

        Raises:
            ValueError: if an action is not the number of an arm.
        """
        return self._at_the_arm(actions, torch.stack([rewards, 1 - rewards], dim=-1))


@tagged("GaussianBandit")
@dataclass(frozen=True)
class GaussianBandit(_SideBySide):
    """Arms that pay a normal reward of known precision around a mean that is drawn for each from a normal distribution.

    A machine is told (pull, reward) of every arm, one arm after another.

    >>> GaussianBandit(0, 1, 1).observation(torch.tensor([1]), torch.tensor([2.5]))
    tensor([[0.0000, 0.0000, 1.0000, 2.5000]])

    Attributes:
        mean: prior mean of an arm's mean.
        prior_precision: one over the prior variance of an arm's mean.
        precision: one over the variance of a reward around it.

    Raises:
        ValueError: if a precision is not a positive, finite number, the mean is not finite, or there are fewer than 2
            arms.
    """

    mean: float
    prior_precision: float
    precision: float
    arms: int = 2

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("mean", "prior_precision", "precision"):
            object.__setattr__(self, name, getattr(self.arm, name))

    @property
    def arm(self) -> GaussianTask:
        """One arm, as a world to predict."""
        return GaussianTask(self.mean, self.prior_precision, self.precision)

    def observation(
        self, actions: Int[Tensor, " batch"], rewards: Float[Tensor, " batch"]
    ) -> Float[Tensor, "batch feature"]:
        """(1, reward) at the place of the arm pulled; zeros elsewhere.

        Raises:
            ValueError: if an action is not the number of an arm.
        """
        return self._at_the_arm(actions, torch.stack([torch.ones_like(rewards), rewards], dim=-1))


def _must_be_arms(actions: Int[Tensor, " batch"], arms: int) -> None:
    least, most = (int(each) for each in actions.aminmax())
    if least < 0 or most >= arms:
        raise ValueError(f"action {least if least < 0 else most} is not an arm; arms are numbered 0 to {arms - 1}")
