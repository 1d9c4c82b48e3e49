"""Exercise of *Why log-loss makes Bayesians*: the excess loss of a forecaster."""

import numpy as np
import torch

from experiments.exercises.check import Array, Check
from lib.probes.behaviour import step_kl


def _right(bayes: Array, said: Array) -> Array:
    one, other = (torch.distributions.Categorical(torch.from_numpy(each)) for each in (bayes, said))
    return np.asarray(step_kl(one, other).sum(dim=1).mean())


def _kl(bayes: Array, said: Array) -> Array:
    return np.asarray((bayes * np.log(bayes / said)).sum(axis=-1))


_rng = np.random.default_rng(1)
_bayes, _said = (_rng.dirichlet((2.0, 2.0, 2.0), size=(4, 6)) for _ in range(2))

check_excess_loss = Check(
    _right,
    [(_bayes[:1, :1], _said[:1, :1]), (_bayes, _said), (_bayes[:2], _bayes[2:])],
    [
        (lambda bayes, said: _kl(said, bayes).sum(axis=1).mean(), "The wrong way round: the truth is the Bayesian's."),
        (lambda bayes, said: _kl(bayes, said).mean(), "The mean over steps: an episode pays the sum over its steps."),
        (lambda bayes, said: _kl(bayes, said).sum(), "The sum over episodes: the mean over them is asked for."),
        (lambda bayes, said: _kl(bayes, said).sum(axis=1).mean() / np.log(2), "These are bits, not nats."),
        (
            lambda bayes, said: -(bayes * np.log(said)).sum(axis=(1, 2)).mean(),
            "This is the whole loss. What the Bayesian pays herself, her entropy, has to be taken away.",
        ),
        (lambda bayes, said: -_kl(bayes, said).sum(axis=1).mean(), "The sign is wrong: nobody beats the Bayesian."),
    ],
)
