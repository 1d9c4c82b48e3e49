"""Learners that are watched while they learn: the training of a group, and what it computed on its way."""

from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from torch import Tensor

from lib.machine import Machine
from lib.probes.effective_spectrum import effective, effective_now
from lib.random import generator
from lib.spec import tagged, versioned
from lib.tasks.regression import Problems
from lib.training.gradient_flow import flow
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


def flow_progress(spec: RecordedLearners) -> np.ndarray:
    """Progress (learner, moment, mode) of the gradient flow of the expected error that begins with each Learner's own
    first weights: what `record_learners` would find without the noise of points and the length of steps.
    """
    learners = spec.learners
    first = next(iter(learn(learners)))
    layers = [weight.detach().numpy() for weight in first.networks.weights]
    matrices = flow(layers, first.functions.numpy(), learners.learning_rate, spec.moments)
    u, values, vh = np.linalg.svd(first.functions.numpy().astype(float))
    return np.einsum("lyk,ltyx,lkx->ltk", u, matrices, vh) / values[:, None]


def found_at_the_end(network: Machine, problems: Problems, probes: int) -> np.ndarray:
    """Share of each singular mode that a machine computes at the last step of an episode, averaged over episodes."""
    return effective(network, problems, generator("probes", 0), probes).progress[:, -1].mean(dim=0).numpy()
