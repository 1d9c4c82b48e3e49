"""Behavioural dissimilarity of two agents at the same moments of the same episodes, by their predictions or policies.

Source: Mikulik et al. 2020, section 3.2, equations (2) and (3), and section 3.3 (Jensen-Shannon). Equation (3) looks at
rewards alone, so it cannot see a difference that costs nothing, as between arms that are equally good.
"""

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli, Categorical, Distribution, kl_divergence

from lib.machine import Machine, unroll
from lib.probes.expectation import expectation
from lib.tasks.lomax import Lomax
from lib.tasks.prediction import Episodes, PredictionTask


def predict(machine: Machine, task: PredictionTask, episodes: Episodes) -> Distribution:
    """Predictive distribution of a machine before each observation, in double precision: small divergences are
    differences of nearly equal numbers.

    Raises:
        ValueError: if the machine has another number of outputs than this task reads.
    """
    if machine.output_size != task.output_size:
        raise ValueError(
            f"the machine says {machine.output_size} numbers and {task} reads {task.output_size}; "
            "was it trained on another task?"
        )
    with torch.inference_mode():
        return task.predictive(unroll(machine, episodes.inputs).outputs.double())


def step_kl(optimal: Distribution, learned: Distribution) -> Float[Tensor, "batch time"]:
    """KL divergence of the learned prediction from the optimal one at every step, in nats.

    >>> from torch.distributions import Bernoulli
    >>> fair, bent = (Bernoulli(probs=torch.tensor([[p]], dtype=torch.float64)) for p in (0.5, 0.9))
    >>> round(step_kl(fair, bent).item(), 4)
    0.5108
    """
    if isinstance(optimal, Lomax):  # no closed form
        return expectation(optimal, lambda x: optimal.log_prob(x) - learned.log_prob(x))
    return kl_divergence(optimal, learned)


def dissimilarity(optimal: Distribution, learned: Distribution) -> float:
    """Equation (2) of Mikulik et al. 2020: KL divergence summed over an episode and averaged over episodes, in nats."""
    return step_kl(optimal, learned).sum(dim=1).mean().item()


def step_jensen_shannon(one: Distribution, other: Distribution) -> Float[Tensor, "batch time"]:
    """Jensen-Shannon divergence of two predictions at every step, in nats; symmetric, at most log 2.

    Mikulik et al. 2020, footnote 5: half the sum of the KL divergences from the mixture.
    """

    def from_mixture(each: Distribution) -> Tensor:
        def surprise(x: Tensor) -> Tensor:
            mixture = torch.logaddexp(one.log_prob(x), other.log_prob(x)) - math.log(2)
            return each.log_prob(x) - mixture

        return expectation(each, surprise)

    return (from_mixture(one) + from_mixture(other)) / 2


def return_difference(
    one: Float[Tensor, "batch time action"],
    other: Float[Tensor, "batch time action"],
    means: Float[Tensor, "batch action"],
) -> float:
    """Equation (3) of Mikulik et al. 2020, with what the actions of two policies are expected to pay instead of rewards
    that were paid: the absolute difference of their means over episodes, in reward an episode.

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

    >>> first, second = (torch.tensor([[p, 1 - p]]).expand(1, 3, 2) for p in (1.0, 0.0))
    >>> round(policy_js(first, second) / 3, 4)
    0.6931

    Args:
        one: probabilities of actions.
        other: the same of the other policy.
    """
    found = step_jensen_shannon(*(Categorical(probs=each.double()) for each in (one, other)))
    return found.sum(dim=1).mean().item()


def entropy_by_step(policies: Float[Tensor, "batch time action"]) -> Float[Tensor, " time"]:
    """Mean entropy of the choice at each step, in nats.

    >>> entropy_by_step(torch.tensor([[[0.5, 0.5], [0.0, 1.0]]])).numpy().round(3)
    array([0.693, 0.   ])
    """
    sure = policies.double()
    entropy: Tensor = -torch.special.xlogy(sure, sure).sum(dim=2).mean(dim=0)
    return entropy + 0.0  # no -0


def every_history(longest: int) -> list[str]:
    """All sequences of heads and tails up to a length, shortest first, heads before tails.

    >>> every_history(2)
    ['', 'H', 'T', 'HH', 'HT', 'TH', 'TT']
    """
    return ["".join(flips) for length in range(longest + 1) for flips in product("HT", repeat=length)]


def observation(task: PredictionTask, history: str) -> Float[Tensor, "1 time feature"]:
    """The inputs that tell a machine about a history of H and T, from nothing seen to all of it seen.

    Raises:
        ValueError: if the history holds anything but H and T, or the task is not about coins.
    """
    if not set(history) <= {"H", "T"}:
        raise ValueError(f"history {history!r} holds more than H and T")
    if not isinstance(task.predictive(torch.zeros(1, task.output_size)), Bernoulli):
        raise ValueError(f"task is {task}; a history of H and T needs a coin, whose predictions are Bernoulli")
    return task.inputs(torch.tensor([[float(flip == "H") for flip in history] + [0.0]]))  # the last is not told


def probability_of_heads(
    machine: Machine, task: PredictionTask, histories: Sequence[str]
) -> Float[np.ndarray, " histories"]:
    """What a machine says of heads after each history.

    Raises:
        TypeError: if there is one history in place of a sequence of them.
        ValueError: if a history holds anything but H and T, or the task is not about coins.
    """
    if isinstance(histories, str):
        raise TypeError(f"histories is {histories!r}; it must be a sequence of histories, such as [{histories!r}]")
    with torch.inference_mode():
        outputs = [unroll(machine, observation(task, history)).outputs[0, -1, 0] for history in histories]
    return torch.stack(outputs).double().sigmoid().numpy()
