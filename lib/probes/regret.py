"""How much a player of bandits earns, and how much less than she could.

Source: Mikulik et al. 2020, section 3.2, equation (3): the difference of the rewards that two players collect. Sampled
rewards are noisy. To count what an arm pays on average instead of what it paid, and to give both players the same luck,
leaves the expectation as it is and takes most of the noise away.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int
from torch import Tensor

from lib.machines import Machine
from lib.tasks.bandits import Bandits, BanditTask


@dataclass(frozen=True)
class Play:
    """What a player did with a batch of bandits.

    Attributes:
        inputs: what she was told, one step late; enough to let another machine live through the same.
        policies: the probability with which she pulled each arm.
        actions: the arm she pulled.
        rewards: what it paid.
        expected: what it pays on average.
        regret: what the best arm pays on average, less that.
    """

    inputs: Float[Tensor, "batch time feature"]
    policies: Float[Tensor, "batch time arm"]
    actions: Int[Tensor, "batch time"]
    rewards: Float[Tensor, "batch time"]
    expected: Float[Tensor, "batch time"]
    regret: Float[Tensor, "batch time"]


@dataclass(frozen=True)
class Estimate:
    """A mean over episodes, with its standard error."""

    value: float
    standard_error: float


def play(machine: Machine, task: BanditTask, bandits: Bandits, generator: torch.Generator) -> Play:
    """Let a machine play every bandit once, for as many steps as the bandits were drawn for.

    One uniform number a step picks the action from the policy. So two players, given equal generators, do the same
    where their policies agree, and mostly the same where they nearly agree.

    Raises:
        ValueError: if the machine, the task and the bandits do not fit together.
    """
    batch, arms, steps = bandits.tapes.shape
    if (machine.input_size, machine.output_size, arms) != (task.input_size, task.output_size, task.arms):
        raise ValueError(
            f"{task} has {task.arms} arms and tells {task.input_size} numbers; the bandits have {arms}, "
            f"and the machine takes {machine.input_size} and says {machine.output_size}"
        )
    chance = torch.rand(batch, steps, generator=generator, device=generator.device).to(bandits.tapes)
    taken: list[tuple[Tensor, Tensor, Tensor, Tensor]] = []
    with torch.inference_mode():
        state = machine.initial_state(batch).to(bandits.tapes)
        told = bandits.tapes.new_zeros(batch, task.input_size)
        pulls = bandits.untouched()
        for t in range(steps):
            state, logits = machine.step(state, told)
            policy = logits.softmax(dim=1)
            action = pick(policy, chance[:, t])
            reward, pulls = bandits.pay(action, pulls)
            taken.append((told, policy, action, reward))
            told = task.told(action, reward)
        inputs, policies, actions, rewards = (torch.stack(each, dim=1) for each in zip(*taken, strict=True))
        expected = bandits.means.gather(1, actions)
        regret = bandits.means.max(dim=1, keepdim=True).values - expected
    return Play(inputs, policies, actions, rewards, expected, regret)


def pick(policy: Float[Tensor, "batch arm"], chance: Float[Tensor, " batch"]) -> Int[Tensor, " batch"]:
    """The arm that a number between 0 and 1 picks, with arms lined up by their probabilities.

    >>> pick(torch.tensor([[0.2, 0.8], [0.2, 0.8]]), torch.tensor([0.1, 0.3]))
    tensor([0, 1])
    """
    below = policy.cumsum(dim=1)[:, :-1]  # the last arm takes what rounding leaves
    return (chance[:, None] >= below).sum(dim=1)


def reward_difference(one: Play, other: Play) -> Estimate:
    """Equation (3) of Mikulik et al. 2020: the absolute difference of the rewards that two players collect in an
    episode. It is above zero even for equals, by about its standard error.
    """
    difference = _paired(one.rewards - other.rewards)
    return Estimate(abs(difference.value), difference.standard_error)


def expected_difference(one: Play, other: Play) -> Estimate:
    """By how much the first player can expect to collect more in an episode than the second.

    The standard error is small if both played the same bandits with equal generators.
    """
    return _paired(one.expected - other.expected)


def _paired(differences: Float[Tensor, "batch time"]) -> Estimate:
    """Mean and standard error over episodes of what sums up over an episode.

    Raises:
        ValueError: if there is but one episode.
    """
    sums = differences.double().sum(dim=1)
    if len(sums) < 2:
        raise ValueError("1 episode has no standard error; at least 2 are needed")
    return Estimate(sums.mean().item(), (sums.std() / len(sums) ** 0.5).item())
