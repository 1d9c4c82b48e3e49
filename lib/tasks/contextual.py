"""Contextual bandits: at each step a context is shown, and in each context another action may be the right one.

Source: Rabinowitz 2019, sections 5.1.1 and 5.2.1, after Schaul et al. 2019.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.spec import tagged
from lib.tasks.environment import Outcome
from lib.tasks.prediction import check_draw


@dataclass(frozen=True)
class Choices:
    """A batch of episodes, with all the luck that is in them.

    Attributes:
        correct: the right action in each context.
        asked: the context at each step.
        luck: a step pays if this is less than the chance that its action pays: common random numbers. Two players who
            are both right, or both wrong, at a step get the same reward.
        chances: that a wrong action pays, and that the right one does.
    """

    correct: Int[Tensor, "batch context"]
    asked: Int[Tensor, "batch time"]
    luck: Float[Tensor, "batch time"]
    chances: tuple[float, float]

    @property
    def privileged(self) -> Float[Tensor, "batch context"]:
        """The right actions, as numbers between -1 and 1."""
        most = max(int(self.correct.max()), 1)
        return 2 * self.correct.to(self.luck) / most - 1

    @property
    def reward_bounds(self) -> Float[Tensor, "batch 2"]:
        """What wrong and right actions pay on average."""
        return self.luck.new_tensor(self.chances).expand(len(self.correct), -1)

    @property
    def steps(self) -> int:
        """How many steps the episodes have."""
        return self.asked.shape[1]

    def right(self) -> Int[Tensor, "batch time"]:
        """The right action at each step."""
        return self.correct.gather(1, self.asked)


@tagged("Contextual")
@dataclass(frozen=True)
class Contextual:
    """In each context one action is right: it pays 1 with probability `p_correct`, any other with `p_incorrect`, and 0
    otherwise. Which is right does not change within an episode. Contexts come at random, all equally often.

    A machine is told (this step's context, the action before, what came of it), contexts and actions one-hot, a reward
    as 1 and a miss as -1; zeros mean that there was no step before. With one context it is told nothing but actions
    and rewards: that is how one lives to whom the steps of others are absent.

    Attributes:
        contexts: how many.
        actions: how many.
        p_correct: the chance that the right action pays.
        p_incorrect: the chance that another does.
        conflict: whether no two contexts share a right action, as for the source's Learner; if not, right actions are
            independent of each other, as for its Meta-Learner.

    Raises:
        ValueError: if there is no context, or fewer than 2 actions; if a probability does not lie between 0 and 1, or
            the right action does not pay more often; or if contexts are in conflict and there are more of them than
            actions.
    """

    contexts: int = 5
    actions: int = 5
    p_correct: float = 0.8
    p_incorrect: float = 0.2
    conflict: bool = False

    def __post_init__(self) -> None:
        for name, least in {"contexts": 1, "actions": 2}.items():
            if getattr(self, name) < least:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be at least {least}")
        for name in ("p_correct", "p_incorrect"):
            value = float(getattr(self, name))
            if not 0 <= value <= 1:
                raise ValueError(f"{name} is {value}; a probability lies between 0 and 1")
            object.__setattr__(self, name, value)
        if self.p_correct <= self.p_incorrect:
            raise ValueError(
                f"p_correct is {self.p_correct} and p_incorrect {self.p_incorrect}; "
                "the right action must pay more often"
            )
        if self.conflict and self.contexts > self.actions:
            raise ValueError(
                f"{self.contexts} contexts in conflict need as many right actions; there are {self.actions} actions"
            )

    @property
    def input_size(self) -> int:
        """Context, action, reward."""
        return self.contexts + self.actions + 1

    @property
    def output_size(self) -> int:
        """A logit for each action."""
        return self.actions

    @property
    def chance(self) -> float:
        """What who knows nothing earns, in reward a step."""
        return self.pays(1 / self.actions)

    def pays(self, q: float) -> float:
        """What is earned on average by whoever is right with probability q: equation (12) of the source."""
        return q * self.p_correct + (1 - q) * self.p_incorrect

    def draw(self, batch: int, rng: torch.Generator) -> Int[Tensor, "batch context"]:
        """The right actions of some episodes."""
        if self.conflict:
            order = torch.rand(batch, self.actions, generator=rng, device=rng.device).argsort(dim=1)
            return order[:, : self.contexts]
        return torch.randint(self.actions, (batch, self.contexts), generator=rng, device=rng.device)

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Choices:
        """Draw a batch of episodes.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        return self.given(self.draw(batch, rng), steps, rng)

    def given(self, correct: Int[Tensor, "batch context"], steps: int, rng: torch.Generator) -> Choices:
        """Episodes in which these actions are right.

        Raises:
            ValueError: if there are no episodes or steps, or other contexts or actions than this world's.
        """
        check_draw(len(correct), steps, rng)
        if correct.shape[1] != self.contexts or not 0 <= int(correct.min()) <= int(correct.max()) < self.actions:
            raise ValueError(f"right actions of {tuple(correct.shape)}, up to {int(correct.max())}, are not of {self}")
        size, device = (len(correct), steps), rng.device
        asked = torch.randint(self.contexts, size, generator=rng, device=device)
        luck = torch.rand(size, generator=rng, device=device)
        return Choices(correct, asked, luck, (self.p_incorrect, self.p_correct))

    def reset(self, episodes: Choices) -> tuple[int, Float[Tensor, "batch feature"]]:
        """A context is shown, and nothing was done before; the place of an episode is the number of steps so far.

        Raises:
            ValueError: if the episodes have other contexts.
        """
        if episodes.correct.shape[1] != self.contexts:
            raise ValueError(f"{self} has {self.contexts} contexts; the episodes have {episodes.correct.shape[1]}")
        observation = episodes.luck.new_zeros(len(episodes.correct), self.input_size)
        return 0, observation.scatter_(1, episodes.asked[:, :1], 1.0)

    def step(self, episodes: Choices, place: int, actions: Int[Tensor, " batch"]) -> tuple[int, Outcome]:
        """Take an action in each episode. After the last step no context is shown.

        Raises:
            ValueError: if an action is none, or the episodes have ended.
        """
        least, most = (int(each) for each in actions.aminmax())
        if least < 0 or most >= self.actions:
            raise ValueError(f"action {least if least < 0 else most} is none; there are 0 to {self.actions - 1}")
        if place >= episodes.steps:
            raise ValueError(f"step {place + 1} is asked for; these episodes have {episodes.steps}")
        asked = episodes.asked[:, place : place + 1]
        right = actions == episodes.correct.gather(1, asked)[:, 0]
        wrong_pays, right_pays = episodes.chances
        expected = torch.where(right, right_pays, wrong_pays).to(episodes.luck)
        rewards = (episodes.luck[:, place] < expected).to(episodes.luck)
        observation = episodes.luck.new_zeros(len(actions), self.input_size)
        observation.scatter_(1, self.contexts + actions[:, None], 1.0)
        observation[:, -1] = 2 * rewards - 1
        if place + 1 < episodes.steps:
            observation.scatter_(1, episodes.asked[:, place + 1 : place + 2], 1.0)
        return place + 1, Outcome(observation, rewards, expected)
