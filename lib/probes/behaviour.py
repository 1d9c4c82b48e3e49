"""How differently two predictors behave on the same observations.

Source: Mikulik et al. 2020, section 3.2, equation (2), and section 3.3 (Jensen-Shannon).
"""

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli, Distribution, kl_divergence

from lib.machine import Machine, unroll
from lib.probes.expectation import expectation
from lib.tasks.lomax import Lomax
from lib.tasks.prediction import Episodes, PredictionTask


def predict(machine: Machine, task: PredictionTask, episodes: Episodes) -> Distribution:
    """What a machine expects before each observation, in double precision: small divergences are differences of
    nearly equal numbers.

    Raises:
        ValueError: if the machine does not speak as this task listens.
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
