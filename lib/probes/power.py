"""Statistical power: how many episodes it takes to see that one bandit agent earns more than another.

Two tricks shrink the noise and leave the expectation as it is. Count what the pulled arms pay on average, not what they
paid. And let both players play the same bandits, with the same luck: common random numbers. This gives four estimators,
of which equation (3) of Mikulik et al. 2020, as printed, is the one without either.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine
from lib.random import generator
from lib.spec import tagged
from lib.tasks.bandits import BanditTask
from lib.tasks.environment import rollout

ESTIMATORS = ("sampled, apart", "sampled, common", "expected, apart", "expected, common")
BATCH = 50_000  # episodes that are played side by side; part of what determines them


@tagged("Match")
@dataclass(frozen=True)
class Match:
    """Episodes that players of one bandit play, to be compared.

    Attributes:
        task: the bandits.
        steps: in an episode.
        episodes: that each player plays.

    Raises:
        ValueError: if there are fewer than 2 episodes, or no step.
    """

    task: BanditTask
    steps: int
    episodes: int

    def __post_init__(self) -> None:
        if self.episodes < 2:
            raise ValueError(f"episodes is {self.episodes}; a comparison needs at least 2")
        if self.steps < 1:
            raise ValueError(f"steps is {self.steps}; an episode has at least 1")


def differences(match: Match, one: Machine, other: Machine) -> Float[Tensor, "estimator episode"]:
    """What the first player has of an episode over the second, in reward, by each of the `ESTIMATORS`.

    *Sampled*: rewards as they came. *Expected*: what the pulled arms pay on average. *Common*: both on the same bandit,
    with the same luck. *Apart*: the second on a bandit of her own, with luck of her own.
    """
    found = []
    for part, first in enumerate(range(0, match.episodes, BATCH)):
        batch = min(BATCH, match.episodes - first)
        bandits, others = (
            match.task.sample(batch, match.steps, generator(f"power, {whose} bandits", part))
            for whose in ("the", "other")
        )
        ours, same = (rollout(each, match.task, bandits, generator("power, the luck", part)) for each in (one, other))
        apart = rollout(other, match.task, others, generator("power, other luck", part))
        pairs = [
            (ours.rewards, apart.rewards),
            (ours.rewards, same.rewards),
            (ours.expected, apart.expected),
            (ours.expected, same.expected),
        ]
        found.append(torch.stack([(won - lost).double().sum(dim=1) for won, lost in pairs]))
    return torch.cat(found, dim=1)


def repeated(
    differences: Float[Tensor, "estimator episode"], episodes: int
) -> tuple[Float[Tensor, "estimator experiment"], Float[Tensor, "estimator experiment"]]:
    """The estimate and its standard error in as many experiments of so many episodes as there are episodes for.

    Raises:
        ValueError: if an experiment has fewer than 2 episodes, or more than there are.
    """
    there_are = differences.shape[1]
    if not 2 <= episodes <= there_are:
        raise ValueError(f"episodes is {episodes}; it must be at least 2 and at most {there_are}")
    experiments = there_are // episodes
    each = differences[:, : experiments * episodes].reshape(len(differences), experiments, episodes)
    return each.mean(dim=2), each.std(dim=2) / episodes**0.5
