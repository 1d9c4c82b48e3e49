"""What a player is like at each step of an episode: how undecided, and what its hidden units do.

Source: Lange and Sprekeler 2020, figure 3, first rows: policy entropy and "hidden state statistics", which it does not
name. These are ours.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Hidden:
    """Hidden units at each step.

    Attributes:
        mean: over units and episodes.
        spread: standard deviation over episodes, root mean square over units: how much the past makes a difference.
        change: from the step before, root mean square over units, mean over episodes: how far from rest.
    """

    mean: Float[Tensor, " time"]
    spread: Float[Tensor, " time"]
    change: Float[Tensor, " time"]


def hidden(states: Float[Tensor, "batch time unit"], start: Float[Tensor, " unit"]) -> Hidden:
    """Sum up hidden units over episodes.

    Args:
        start: before the first step, in every episode.

    Raises:
        ValueError: if there are fewer than 2 episodes: nothing could differ.
    """
    if len(states) < 2:
        raise ValueError(f"{len(states)} episodes do not differ; at least 2 are needed")
    along = torch.cat([start.expand(len(states), 1, -1), states], dim=1).double()
    return Hidden(
        along[:, 1:].mean(dim=(0, 2)),
        along[:, 1:].var(dim=0).mean(dim=1).sqrt(),
        along.diff(dim=1).square().mean(dim=2).sqrt().mean(dim=0),
    )


def entropy_by_step(policies: Float[Tensor, "batch time action"]) -> Float[Tensor, " time"]:
    """Mean entropy of the choice at each step, in nats.

    >>> entropy_by_step(torch.tensor([[[0.5, 0.5], [0.0, 1.0]]])).numpy().round(3)
    array([0.693, 0.   ])
    """
    sure = policies.double()
    entropy: Tensor = -torch.special.xlogy(sure, sure).sum(dim=2).mean(dim=0)
    return entropy + 0.0  # no -0
