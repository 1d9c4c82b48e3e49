"""Deep linear networks with balanced layers: how much later a small mode is learned, by depth and by optimiser.

Source: Saxe, McClelland and Ganguli 2014, section 3: layers that share their singular vectors and singular values.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor

from lib.random import generator
from lib.spec import tagged, versioned
from lib.training.checks import check_at_least, check_learning_rate, check_one_of


@tagged("BalancedNetworks")
@dataclass(frozen=True)
class BalancedNetworks:
    """Square linear networks, each with a matrix of its own to learn, that begin with balanced layers and descend the
    expected squared error at standard normal points.

    Attributes:
        values: singular values of the matrices.
        depth: layers of weights.
        optimiser: "sgd", which without noise is plain gradient descent, or "adam".
        turned: whether the matrices and the layers have random singular vectors; if not, all are diagonal.
        start: the strength of each mode at first.

    Raises:
        ValueError: if a number is outside its range, or there is no such optimiser.
    """

    values: tuple[float, ...]
    depth: int
    optimiser: str = "sgd"
    turned: bool = True
    start: float = 0.01
    learning_rate: float = 2e-3
    updates: int = 6_000
    every: int = 10
    seed: int = 0
    count: int = 20

    def __post_init__(self) -> None:
        check_at_least(self, seed=0, count=1, depth=1, updates=1, every=1)
        check_learning_rate("learning_rate", self.learning_rate)
        check_one_of("optimiser", self.optimiser, ("sgd", "adam"))
        if not 0 < self.start < min(self.values):
            raise ValueError(f"start is {self.start}; it must be positive and less than each of {self.values}")

    @property
    def episodes(self) -> int:
        """Steps: of points there are none, since errors are expected ones."""
        return self.updates


@versioned("balanced-networks", 1)
def record_balanced(spec: BalancedNetworks) -> dict[str, Tensor]:
    """Let balanced networks learn.

    Returns:
        `progress` (learner, moment, mode), the share of each singular mode, every `every` updates from 0 on.
    """
    size, rng = len(spec.values), generator("balanced networks", spec.seed)
    axes = [_rotations(spec.count, size, spec.turned, rng) for _ in range(spec.depth + 1)]
    values = torch.tensor(spec.values)
    layers = [(after * spec.start ** (1 / spec.depth) @ before.mT).requires_grad_() for before, after in pairwise(axes)]
    targets = axes[-1] * values @ axes[0].mT
    kind = torch.optim.SGD if spec.optimiser == "sgd" else torch.optim.Adam
    stepper = kind(layers, lr=spec.learning_rate)
    found = []
    for update in range(spec.updates + 1):
        product = layers[0]
        for layer in layers[1:]:
            product = layer @ product
        if update % spec.every == 0:
            own = axes[-1].mT @ product.detach() @ axes[0]
            found.append(own.diagonal(dim1=1, dim2=2) / values)
        stepper.zero_grad()
        (product - targets).square().sum().backward()
        stepper.step()
    return {"progress": torch.stack(found, dim=1)}


def _rotations(count: int, size: int, turned: bool, rng: torch.Generator) -> Float[Tensor, "learner row column"]:
    if not turned:
        return torch.eye(size).repeat(count, 1, 1)
    return torch.linalg.qr(torch.randn(count, size, size, generator=rng)).Q
