"""Belief geometry: whether the belief of a Bayesian filter is a linear function of what a network holds.

Source: Shai et al. 2024, section 3 (least squares from the residual stream to the belief). A network that was never
trained holds an echo of its last inputs, from which a belief that forgets quickly is read nearly as well; so a share of
explained variance says little, and what is lost by predicting from the belief that was read stands beside it.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lib.optimal.forward_algorithm import ForwardAlgorithm
from lib.probes import phi
from lib.tasks.prediction import PredictionTask

Array = np.ndarray


@dataclass(frozen=True)
class Readout:
    """A linear map, with a constant, from features to beliefs; what it gives need not lie on the simplex."""

    weight: Float[Array, "feature state"]
    constant: Float[Array, " state"]

    def __call__(self, features: Float[Array, "*batch feature"]) -> Float[Array, "*batch state"]:
        """The beliefs that are read off."""
        return features @ self.weight + self.constant


def fit(features: Float[Array, "*batch feature"], beliefs: Float[Array, "*batch state"]) -> Readout:
    """The readout of least squares.

    Raises:
        ValueError: if there are too few moments to fix a map.
    """
    x, y = (each.reshape(-1, each.shape[-1]).astype(float) for each in (features, beliefs))
    if len(x) <= x.shape[1]:
        raise ValueError(f"{len(x)} moments do not fix a map from {x.shape[1]} features; more moments, please")
    ((weight, constant),) = phi.linear(x, y)
    return Readout(weight, constant)


def explained(beliefs: Float[Array, "*batch state"], read: Float[Array, "*batch state"]) -> float:
    """Share of the variance of beliefs that those which were read explain (R2), all coordinates together.

    >>> beliefs = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> explained(beliefs, beliefs), explained(beliefs, np.full((2, 2), 0.5))
    (1.0, 0.0)

    Raises:
        ValueError: if beliefs do not vary.
    """
    flat = beliefs.reshape(-1, beliefs.shape[-1])
    varies = float(np.square(flat - flat.mean(axis=0)).sum())
    if varies <= 0:
        raise ValueError("all beliefs are the same; there is no variance to explain")
    return 1 - float(np.square(beliefs - read).sum()) / varies


def predictive_kl(
    machine: ForwardAlgorithm, beliefs: Float[Array, "batch time state"], read: Float[Array, "batch time state"]
) -> Float[Tensor, "batch time"]:
    """KL divergence, in nats, of the predictions that follow from beliefs that were read from those that follow from
    exact ones. What lies off the simplex is moved to its nearest point.
    """
    task: PredictionTask = machine.task
    exact, other = (torch.from_numpy(np.ascontiguousarray(each)).double() for each in (beliefs, read))
    near = machine.nearest_state(other.flatten(0, 1)).view_as(other)
    predicted = (task.predictive(machine.predicted(each)) for each in (exact, near))
    return torch.distributions.kl_divergence(*predicted)


def shuffled(beliefs: Float[Array, "*batch state"], rng: torch.Generator) -> Float[Array, "*batch state"]:
    """The same beliefs, each given to another moment: a control, in which there is nothing to be read."""
    flat = beliefs.reshape(-1, beliefs.shape[-1])
    return flat[torch.randperm(len(flat), generator=rng).numpy()].reshape(beliefs.shape)
