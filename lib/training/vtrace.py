"""V-trace: value targets from episodes that an older policy has played.

Source: Espeholt et al. 2018, IMPALA, section 4.1; the algorithm with which Mikulik et al. 2020 train bandits
(section 3.1).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Targets:
    """What critic and actor learn from.

    Attributes:
        values: the V-trace targets `v_s` of the critic.
        advantages: `rho_s (r_s + gamma v_{s+1} - V(x_s))`, the weight of each action's log-probability.
    """

    values: Float[Tensor, "batch time"]
    advantages: Float[Tensor, "batch time"]


def vtrace(
    log_ratios: Float[Tensor, "batch time"],
    rewards: Float[Tensor, "batch time"],
    values: Float[Tensor, "batch time"],
    discount: float,
    trace: float = 1.0,
    largest_ratio: float = 1.0,
) -> Targets:
    """V-trace targets of whole episodes; nothing comes after the last step.

    `v_s = V(x_s) + sum_{t >= s} gamma^{t-s} (c_s ... c_{t-1}) rho_t (r_t + gamma V(x_{t+1}) - V(x_t))`, equation (1) of
    the source. On policy, and with `trace` 1, `v_s` is the discounted sum of the rewards to come.

    Args:
        log_ratios: log-probability of each action under the policy that learns, less that under the one that played.
        rewards: that the actions brought.
        values: the critic's `V(x_t)`.
        discount: gamma.
        trace: lambda, a further factor of every `c`.
        largest_ratio: where the importance ratios `rho` and `c` are cut off.

    Raises:
        ValueError: if the discount or the trace does not lie between 0 and 1, or the largest ratio is not positive.
    """
    for name, value in {"discount": discount, "trace": trace}.items():
        if not 0 <= value <= 1:
            raise ValueError(f"{name} is {value}; it must lie between 0 and 1")
    if largest_ratio <= 0:
        raise ValueError(f"largest_ratio is {largest_ratio}; it must be positive")
    ratios = log_ratios.exp().clamp(max=largest_ratio)
    following = torch.cat([values[:, 1:], torch.zeros_like(values[:, :1])], dim=1)
    surprises = ratios * (rewards + discount * following - values)
    corrections = []
    correction = torch.zeros_like(values[:, 0])
    for t in reversed(range(values.shape[1])):
        correction = surprises[:, t] + discount * trace * ratios[:, t] * correction
        corrections.append(correction)
    targets = values + torch.stack(corrections[::-1], dim=1)
    later = torch.cat([targets[:, 1:], torch.zeros_like(values[:, :1])], dim=1)
    return Targets(targets, ratios * (rewards + discount * later - values))
