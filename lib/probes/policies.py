"""How differently two policies choose at the same moments of the same episodes.

Source: Mikulik et al. 2020, section 3.2, equation (3), and section 3.3 (Jensen-Shannon). Equation (3) looks at rewards
alone. So it cannot see a difference that costs nothing, as between arms that are equally good.
"""

from jaxtyping import Float
from torch import Tensor
from torch.distributions import Categorical

from lib.probes.behaviour import step_jensen_shannon


def return_difference(
    one: Float[Tensor, "batch time action"],
    other: Float[Tensor, "batch time action"],
    means: Float[Tensor, "batch action"],
) -> float:
    """Equation (3) of Mikulik et al. 2020, with what the actions of two policies are expected to pay instead of rewards
    that were paid: the absolute difference of their means over episodes, in reward an episode.

    >>> import torch
    >>> first, second = (torch.tensor([[p, 1 - p]]).expand(1, 3, 2) for p in (1.0, 0.5))
    >>> round(return_difference(first, second, torch.tensor([[0.8, 0.2]])), 6)
    0.9

    Args:
        one: probabilities of actions.
        other: the same of the other policy.
        means: what each action pays on average.
    """
    differences = ((one - other).double() * means[:, None].double()).sum(dim=(1, 2))
    return abs(differences.mean().item())


def policy_js(one: Float[Tensor, "batch time action"], other: Float[Tensor, "batch time action"]) -> float:
    """Jensen-Shannon divergence of two policies, summed over an episode and averaged over episodes, in nats.

    >>> import torch
    >>> first, second = (torch.tensor([[p, 1 - p]]).expand(1, 3, 2) for p in (1.0, 0.0))
    >>> round(policy_js(first, second) / 3, 4)
    0.6931

    Args:
        one: probabilities of actions.
        other: the same of the other policy.
    """
    found = step_jensen_shannon(*(Categorical(probs=each.double()) for each in (one, other)))
    return found.sum(dim=1).mean().item()
