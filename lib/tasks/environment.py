"""Worlds to act in: a machine's output says with which probability it takes each action, and what it is told next
depends on what it did.

Source: Mikulik et al. 2020, section 3.1 (bandits); Lange and Sprekeler 2020, section 3.
"""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.machine import Machine
from lib.random import check_generator


class Episodes(Protocol):
    """A batch of episodes that wait to be played, with all the luck that is in them.

    Attributes:
        secrets: what decides an episode and no player is told: the means of the arms, say.
        extremes: the least and the most that a step of each episode can be expected to pay.
        steps: for how long the episodes can be played.
    """

    @property
    def privileged(self) -> Float[Tensor, "batch secret"]: ...

    @property
    def reward_bounds(self) -> Float[Tensor, "batch 2"]: ...

    @property
    def steps(self) -> int: ...


@dataclass(frozen=True)
class Outcome:
    """What a step led to.

    Attributes:
        told: what the machine is told of it, at the next step.
        rewards: what the actions paid.
        expected: what they pay on average, in the episodes that these are.
    """

    observation: Float[Tensor, "batch feature"]
    rewards: Float[Tensor, " batch"]
    expected: Float[Tensor, " batch"]


@runtime_checkable
class Environment(Protocol):
    """A prior over worlds to act in. A machine's outputs are the logits of its next action."""

    @property
    def input_size(self) -> int: ...

    @property
    def output_size(self) -> int: ...

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Any:
        """Draw a batch of episodes."""
        ...

    def reset(self, episodes: Any) -> tuple[Any, Float[Tensor, "batch feature"]]:
        """Where episodes begin, and what a machine is told before its first action."""
        ...

    def step(self, episodes: Any, place: Any, actions: Int[Tensor, " batch"]) -> tuple[Any, Outcome]:
        """Take one action in each episode, from the place where it is; return the place after it, and what came of it.

        Raises:
            ValueError: if an action is none, or an episode has ended.
        """
        ...


@dataclass(frozen=True)
class Rollout:
    """What a machine did with a batch of episodes.

    Attributes:
        inputs: what it was told, one step late; enough to let another machine live through the same.
        policies: the probability with which it took each action.
        actions: the action it took.
        rewards: what that paid.
        expected: what it pays on average.
    """

    inputs: Float[Tensor, "batch time feature"]
    policies: Float[Tensor, "batch time action"]
    actions: Int[Tensor, "batch time"]
    rewards: Float[Tensor, "batch time"]
    expected: Float[Tensor, "batch time"]


def rollout(machine: Machine, task: Environment, episodes: Any, rng: torch.Generator) -> Rollout:
    """Let a machine play every episode once, for as many steps as the episodes were drawn for.

    One uniform number a step picks the action from the policy. So two machines, given equal generators, do the same
    where their policies agree, and mostly the same where they nearly agree.

    Raises:
        ValueError: if the machine and the task do not fit together.
    """
    if (machine.input_size, machine.output_size) != (task.input_size, task.output_size):
        raise ValueError(
            f"{task} tells {task.input_size} numbers and knows {task.output_size} actions; "
            f"the machine takes {machine.input_size} and says {machine.output_size}"
        )
    check_generator(rng)
    privileged = episodes.privileged
    shape = len(privileged), episodes.steps
    chances = torch.rand(shape, generator=rng, device=rng.device).to(privileged)
    with torch.inference_mode():
        taken = _steps(machine, task, episodes, chances)
    return _stacked(taken)  # outside of inference mode, so that gradients may look at it


def rollout_with(machine: Machine, task: Environment, episodes: Any, chances: Float[Tensor, "batch time"]) -> Rollout:
    """A rollout in which the numbers that pick the actions are given, one a step."""
    with torch.no_grad():
        return _stacked(_steps(machine, task, episodes, chances))


def _steps(machine: Machine, task: Environment, episodes: Any, chances: Tensor) -> list[tuple[Tensor, ...]]:
    """What each step adds to a rollout."""
    taken: list[tuple[Tensor, ...]] = []
    state = machine.initial_state(len(chances)).to(chances)
    place, observation = task.reset(episodes)
    for chance in chances.unbind(dim=1):
        state, logits = machine.step(state, observation)
        policy = logits.softmax(dim=1)
        action = pick(policy, chance)
        place, outcome = task.step(episodes, place, action)
        taken.append((observation, policy, action, outcome.rewards, outcome.expected))
        observation = outcome.observation
    return taken


def _stacked(taken: list[tuple[Tensor, ...]]) -> Rollout:
    return Rollout(*(torch.stack(each, dim=1) for each in zip(*taken, strict=True)))


def pick(policy: Float[Tensor, "batch action"], chance: Float[Tensor, " batch"]) -> Int[Tensor, " batch"]:
    """The action that a number between 0 and 1 picks, with actions lined up by their probabilities.

    >>> pick(torch.tensor([[0.2, 0.8], [0.2, 0.8]]), torch.tensor([0.1, 0.3]))
    tensor([0, 1])
    """
    below = policy.cumsum(dim=1)[:, :-1]  # the last action takes what rounding leaves
    return (chance[:, None] >= below).sum(dim=1)
