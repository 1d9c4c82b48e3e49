"""Exercise of *Learning not to learn*: what the optimum believes of an arm while it pulls it."""

from functools import partial

import numpy as np

from experiments.exercises.check import Array, Check


def _believes(
    mean: float, sigma_p: float, sigma_l: float, rewards: Array, *, now: int = 0, axis: int = 1, power: int = 2
) -> Array:
    """Normal posterior mean before each reward; precisions add up."""
    summed = rewards.cumsum(axis=axis) - rewards * (1 - now)
    seen = np.ones_like(rewards).cumsum(axis=axis) - (1 - now)
    prior, one = sigma_p**-power, sigma_l**-power
    return np.asarray((prior * mean + one * summed) / (prior + one * seen))


def _no_prior(mean: float, sigma_p: float, sigma_l: float, rewards: Array) -> Array:
    with np.errstate(invalid="ignore"):
        before = rewards.cumsum(axis=1) - rewards
        return np.asarray(before / np.arange(rewards.shape[1]))


def _swapped(mean: float, sigma_p: float, sigma_l: float, rewards: Array) -> Array:
    return _believes(mean, sigma_l, sigma_p, rewards)


def _centred(mean: float, sigma_p: float, sigma_l: float, rewards: Array) -> Array:
    return _believes(0.0, sigma_p, sigma_l, rewards)


_rng = np.random.default_rng(10)
_rewards = _rng.normal(-0.5, 1.5, (4, 8))

check_posterior_mean = Check(
    _believes,
    [(-1.0, 0.5, 1.0, _rewards[:1, :3]), (-1.0, 2.0, 0.5, _rewards), (0.2, 1.0, 3.0, _rewards)],
    [
        (partial(_believes, now=1), "Off by one in time: the reward of a pull is not known before it."),
        (partial(_believes, axis=0), "The wrong axis: you sum over lives. Rewards have shape (batch, time)."),
        (_no_prior, "The prior is missing: this is the mean of the rewards, 0/0 at first."),
        (partial(_believes, power=1), "Precisions are one over variances, and not over standard deviations."),
        (_swapped, "The two standard deviations are exchanged: sigma_p is the prior's, sigma_l the reward's."),
        (_centred, "The prior has a mean of 0 here: it should be `mean`."),
    ],
)
