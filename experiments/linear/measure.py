"""Learners that are watched while they learn: the training of a group, and what it computed on its way."""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from lib.probes.effective_spectrum import effective_now
from lib.random import generator
from lib.spec import tagged, versioned
from lib.training.single_task import Learners, learn


@tagged("Watched")
@dataclass(frozen=True)
class RecordedLearners:
    """Learners of linear functions, and how often somebody looks.

    Attributes:
        learners: the group.
        every: steps between two looks.

    Raises:
        ValueError: if the steps are not a multiple of `every`.
    """

    learners: Learners
    every: int = 50

    def __post_init__(self) -> None:
        if self.every < 1 or self.learners.updates % self.every:
            raise ValueError(f"every is {self.every}; it must divide {self.learners.updates} steps")

    @property
    def seed(self) -> int:
        """Of the group."""
        return self.learners.seed

    @property
    def episodes(self) -> int:
        """Points that each Learner sees."""
        return self.learners.episodes

    @property
    def moments(self) -> np.ndarray:
        """The steps after which somebody looks; the first is before any."""
        return np.arange(0, self.learners.updates + 1, self.every)


@versioned("linear-learners", 1)
def record_learners(spec: RecordedLearners) -> dict[str, Tensor]:
    """Let a group learn, and look at it.

    Returns:
        `progress` (learner, moment, mode), how much of each singular mode a Learner computes, as a share; and `error`
        (learner, moment), mean squared distance from the truth.

    Raises:
        FloatingPointError: if a loss stops being a finite number.
    """
    rng = generator("watch", spec.seed)
    looks = islice(learn(spec.learners), 0, None, spec.every)
    found = [effective_now(moment.networks, moment.functions, rng) for moment in looks]
    return {
        "progress": torch.stack([each.progress for each in found], dim=1),
        "error": torch.stack([each.errors for each in found], dim=1),
    }
