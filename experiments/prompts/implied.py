"""The prior that a prompt leaves: the Beta distribution whose forecast is nearest to a machine's.

Source: Genewein et al. 2025, section 3, where a prompt acts as data that the predictor has seen; the fit is the maximum
likelihood of a Beta-binomial distribution.
"""

from collections.abc import Sequence
from math import exp, log

import numpy as np
import torch
from jaxtyping import Float

from lib.machine import Machine, unroll
from lib.probes.behaviour import every_history, observation
from lib.tasks.bernoulli import BernoulliTask

AHEAD = 6  # tosses of a forecast
SURE = (0.02, 1_000.0)  # a + b at least and at most
GOLDEN = (5**0.5 - 1) / 2


def futures(ahead: int = AHEAD) -> list[str]:
    """Every sequence of so many tosses."""
    return [each for each in every_history(ahead) if len(each) == ahead]


def forecast(machine: Machine, world: BernoulliTask, prompt: str, ahead: int = AHEAD) -> Float[np.ndarray, " future"]:
    """Probability of each of `futures` after a prompt.

    Raises:
        ValueError: if the prompt holds anything but H and T.
    """
    told = torch.cat([observation(world, prompt + each) for each in futures(ahead)])
    with torch.inference_mode():
        said = unroll(machine, told).outputs[:, len(prompt) : len(prompt) + ahead, 0].double().sigmoid().numpy()
    came_up = np.array([[side == "H" for side in each] for each in futures(ahead)])
    return np.where(came_up, said, 1 - said).prod(axis=1)


def implied_beta(forecast: Float[np.ndarray, " future"]) -> tuple[float, float]:
    """The a and b of the Beta prior whose forecast is nearest: KL(forecast, that of the prior) is smallest.

    A prior forecasts by counts alone, so what counts of a forecast is how probable more than i heads are, and more than
    i tails. `a + b` is kept within `SURE`: tosses that vary less than those of one coin are nearest to a point.

    >>> a, b = implied_beta(np.array([3 / 8, 1 / 8, 1 / 8, 3 / 8]))
    >>> round(a, 3), round(b, 3)
    (0.5, 0.5)
    """
    ahead = len(forecast).bit_length() - 1
    heads, steps = np.array([each.count("H") for each in futures(ahead)]), np.arange(ahead)
    more_heads, more_tails = (np.array([forecast[n > i].sum() for i in steps]) for n in (heads, ahead - heads))

    def best_a(total: float) -> float:
        low, high = 0.0, total
        for _ in range(50):
            a = (low + high) / 2
            rises = (more_heads / (a + steps)).sum() > (more_tails / (total - a + steps)).sum()
            low, high = (a, high) if rises else (low, a)
        return (low + high) / 2

    def likelihood(total: float) -> float:
        a = best_a(total)
        terms = more_heads * np.log(a + steps) + more_tails * np.log(total - a + steps) - np.log(total + steps)
        return float(terms.sum())

    low, high = map(log, SURE)
    for _ in range(60):
        one, other = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        low, high = (one, high) if likelihood(exp(one)) < likelihood(exp(other)) else (low, other)
    total = exp((low + high) / 2)
    return best_a(total), total - best_a(total)


def forecast_of_coins(biases: Sequence[float], ahead: int = AHEAD) -> Float[np.ndarray, " future"]:
    """Probability of each of `futures` in a world of some coins, equally likely."""
    heads = np.array([each.count("H") for each in futures(ahead)])
    bias = np.array(biases)[:, None]
    return (bias**heads * (1 - bias) ** (ahead - heads)).mean(axis=0)


def divergence(target: Float[np.ndarray, " future"], forecast: Float[np.ndarray, " future"]) -> float:
    """KL of one forecast from another, the target's, in nats."""
    return float(np.sum(target * np.log(target / forecast)))
