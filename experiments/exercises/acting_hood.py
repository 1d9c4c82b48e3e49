"""Exercise of *Under the hood: states of players*: how far two policies are apart."""

import numpy as np
import torch

from experiments.exercises.check import Array, Check
from lib.probes.behaviour import step_jensen_shannon


def _right(one: Array, other: Array) -> Array:
    policies = (torch.distributions.Categorical(torch.from_numpy(each)) for each in (one, other))
    return np.asarray(step_jensen_shannon(*policies))


def _kl(one: Array, other: Array) -> Array:
    return np.asarray((one * np.log(one / other)).sum(axis=-1))


_rng = np.random.default_rng(6)
_one, _other = (_rng.dirichlet((1.0, 1.0), size=(3, 5)) for _ in range(2))

check_jensen_shannon = Check(
    _right,
    [(_one[:1, :1], _other[:1, :1]), (_one, _other)],
    [
        (_kl, "This is the KL divergence: it is not symmetric. Compare each policy with the mixture of both."),
        (lambda one, other: _kl(other, one), "This is the KL divergence, from the second policy to the first."),
        (
            lambda one, other: (_kl(one, other) + _kl(other, one)) / 2,
            "The mixture is missing: this is the mean of the two KL divergences between the policies themselves.",
        ),
        (lambda one, other: 2 * _right(one, other), "Twice too large: each of the two divergences counts one half."),
        (lambda one, other: _right(one, other) / np.log(2), "These are bits, not nats."),
        (lambda one, other: _right(one, other).sum(axis=1), "Summed over steps: a number for each step is asked for."),
        (lambda one, other: np.sqrt(_right(one, other)), "This is the root of the divergence, which is a metric."),
    ],
)
