"""Linear readout of a distribution: multinomial logistic regression onto probabilities.

The readout's log-odds are affine in the features, so what it reads was there up to a linear map and a softmax. Least
squares on probabilities, the other linear readout, can name negative ones and has no divergence.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import functional

RIDGE = 1e-6  # on the squared weights of standardised features: it keeps the optimum finite


@dataclass(frozen=True)
class SoftReadout:
    """An affine map from features to the log-probabilities of classes, up to a constant."""

    weight: Float[Tensor, "feature class"]
    bias: Float[Tensor, " class"]

    def log_probabilities(self, features: Float[Tensor, "*sample feature"]) -> Float[Tensor, "*sample class"]:
        """Of the classes."""
        return functional.log_softmax(features.double() @ self.weight + self.bias, dim=-1)


def fit(
    features: Float[Tensor, "sample feature"], targets: Float[Tensor, "same class"], iterations: int = 100
) -> SoftReadout:
    """The readout of least mean KL divergence from the targets, by L-BFGS.

    Raises:
        ValueError: if there are not as many targets as features, or they are no distributions.
    """
    if len(features) != len(targets):
        raise ValueError(f"{len(features)} features and {len(targets)} targets; there must be as many")
    if (targets < 0).any() or not torch.allclose(targets.sum(dim=1).double(), torch.ones(()).double(), atol=1e-4):
        raise ValueError("targets are not distributions; each must be non-negative and sum to 1")
    x, y = features.double(), targets.double()
    middle, scale = x.mean(dim=0), x.std(dim=0).clamp(min=1e-12)
    x = (x - middle) / scale
    weight = torch.zeros(x.shape[1], y.shape[1], dtype=torch.float64, requires_grad=True)
    bias = torch.zeros(y.shape[1], dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=iterations, history_size=20, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimiser.zero_grad()
        value = -(y * functional.log_softmax(x @ weight + bias, dim=1)).sum(dim=1).mean()
        value = value + RIDGE * weight.square().sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    with torch.no_grad():
        weight = weight / scale[:, None]
        return SoftReadout(weight, bias - middle @ weight)


def divergence(
    targets: Float[Tensor, "*sample class"], log_probabilities: Float[Tensor, "*sample class"]
) -> Float[Tensor, "*sample"]:
    """KL divergence of what was read from the targets, in nats."""
    exact = targets.double()
    return (torch.special.xlogy(exact, exact) - exact * log_probabilities).sum(dim=-1)
