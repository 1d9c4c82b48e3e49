"""Worlds to act in: a machine's output says with which probability it takes each action, and what it is told next
depends on what it did.

Source: Mikulik et al. 2020, section 3.1 (bandits); Lange and Sprekeler 2020, section 3.
"""

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.machines import Machine


class Episodes(Protocol):
    """A batch of episodes that wait to be played, with all the luck that is in them.

    Attributes:
        secrets: what decides an episode and no player is told: the means of the arms, say.
        extremes: the least and the most that a step of each episode can be expected to pay.
        steps: for how long the episodes can be played.
    """

    @property
    def secrets(self) -> Float[Tensor, "batch secret"]: ...

    @property
    def extremes(self) -> Float[Tensor, "batch 2"]: ...

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

    told: Float[Tensor, "batch feature"]
    rewards: Float[Tensor, " batch"]
    expected: Float[Tensor, " batch"]


@runtime_checkable
class ActingTask(Protocol):
    """A prior over worlds to act in. A machine's outputs are the logits of its next action."""

    @property
    def input_size(self) -> int: ...

    @property
    def output_size(self) -> int: ...

    def sample(self, batch: int, steps: int, generator: torch.Generator) -> Any:
        """Draw a batch of episodes."""
        ...

    def begin(self, episodes: Any) -> tuple[Any, Float[Tensor, "batch feature"]]:
        """Where episodes begin, and what a machine is told before its first action."""
        ...

    def act(self, episodes: Any, place: Any, actions: Int[Tensor, " batch"]) -> tuple[Any, Outcome]:
        """Take one action in each episode, from the place where it is; return the place after it, and what came of it.

        Raises:
            ValueError: if an action is none, or an episode has ended.
        """
        ...


@dataclass(frozen=True)
class Play:
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


def play(machine: Machine, task: ActingTask, episodes: Any, generator: torch.Generator) -> Play:
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
    secrets = episodes.secrets
    batch, steps = len(secrets), episodes.steps
    chance = torch.rand(batch, steps, generator=generator, device=generator.device).to(secrets)
    taken: list[tuple[Tensor, ...]] = []
    with torch.inference_mode():
        state = machine.initial_state(batch).to(secrets)
        place, told = task.begin(episodes)
        for t in range(steps):
            state, logits = machine.step(state, told)
            policy = logits.softmax(dim=1)
            action = pick(policy, chance[:, t])
            place, outcome = task.act(episodes, place, action)
            taken.append((told, policy, action, outcome.rewards, outcome.expected))
            told = outcome.told
    return Play(*(torch.stack(each, dim=1) for each in zip(*taken, strict=True)))


def pick(policy: Float[Tensor, "batch action"], chance: Float[Tensor, " batch"]) -> Int[Tensor, " batch"]:
    """The action that a number between 0 and 1 picks, with actions lined up by their probabilities.

    >>> pick(torch.tensor([[0.2, 0.8], [0.2, 0.8]]), torch.tensor([0.1, 0.3]))
    tensor([0, 1])
    """
    below = policy.cumsum(dim=1)[:, :-1]  # the last action takes what rounding leaves
    return (chance[:, None] >= below).sum(dim=1)
