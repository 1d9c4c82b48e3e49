"""Bayes-optimal predictors for conjugate priors: the state is a sum, the output a ratio.

For every exponential family the posterior depends on the past through the sum of the observations' sufficient
statistics and nothing else. So all four predictors of this file count in the same way and differ in what they say about
their counts: the prior lives in the output alone.

Source: Mikulik et al. 2020, section 2 ("Bayes-optimal policies as state machines") and section 3.1.
"""

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask
from lib.tasks.exponential import ExponentialTask
from lib.tasks.gaussian import GaussianTask


@dataclass(frozen=True)
class Conjugate:
    """Bayes-optimal predictor with a conjugate prior: its state is the sum of all inputs, which are sufficient
    statistics.
    """

    prior: Any

    counted = slice(None)  # the entries of the state that count something and are never negative

    @property
    def input_size(self) -> int:
        """Sufficient statistics of one observation."""
        return int(self.prior.input_size)

    @property
    def state_size(self) -> int:
        """As many as there are sufficient statistics."""
        return self.input_size

    @property
    def output_size(self) -> int:
        """Parameters of the predictive family."""
        return int(self.prior.output_size)

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """Nothing counted."""
        return torch.zeros(batch, self.state_size)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch state"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """Bayes' rule: add the observation up, then say what the sum implies."""
        total = state + x
        return total, self.says(total)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """Counts are not negative."""
        near = state.clone()
        near[:, self.counted] = near[:, self.counted].clamp(min=0)
        return near

    def says(self, total: Float[Tensor, "batch state"]) -> Float[Tensor, "batch output"]:
        """The posterior predictive, as the output that the task reads."""
        raise NotImplementedError


@dataclass(frozen=True)
class BetaBernoulli(Conjugate):
    """The Bayes-optimal predictor of a coin whose bias comes from Beta(a, b).

    State: how many heads and how many tails were seen. Output: the log-odds of heads under the posterior predictive,
    `(a + heads) : (b + tails)`.

    >>> machine = BetaBernoulli(BernoulliTask(1, 1))
    >>> state, output = machine.step(machine.initial_state(1), torch.tensor([[1.0, 0.0]]))
    >>> output.sigmoid()
    tensor([[0.6667]])
    """

    prior: BernoulliTask

    def says(self, total: Float[Tensor, "batch 2"]) -> Float[Tensor, "batch 1"]:
        """Log-odds of heads."""
        heads, tails = total[:, :1], total[:, 1:]
        return torch.log((self.prior.a + heads) / (self.prior.b + tails))


@dataclass(frozen=True)
class DirichletCategorical(Conjugate):
    """The Bayes-optimal predictor of a die whose probabilities come from a Dirichlet distribution.

    State: how often each side was seen. Output: logits, the logarithms of concentration plus count.
    """

    prior: CategoricalTask

    def says(self, total: Float[Tensor, "batch side"]) -> Float[Tensor, "batch side"]:
        """Logits, up to a constant."""
        return torch.log(total + total.new_tensor(self.prior.concentrations))


@dataclass(frozen=True)
class GammaExponential(Conjugate):
    """The Bayes-optimal predictor of exponential waiting times whose rate comes from Gamma(a, b).

    State: how many waits, and their sum. Output: the log-shape `a + number` and log-scale `b + sum` of the Lomax
    distribution that is the posterior predictive.
    """

    prior: ExponentialTask

    def says(self, total: Float[Tensor, "batch 2"]) -> Float[Tensor, "batch 2"]:
        """Log-shape and log-scale."""
        return torch.log(total + total.new_tensor([self.prior.a, self.prior.b]))


@dataclass(frozen=True)
class NormalNormal(Conjugate):
    """The Bayes-optimal predictor of readings of known precision, of a quantity that comes from a normal distribution.

    State: how many readings, and their sum. Output: mean and log-variance of the posterior predictive. The posterior
    precision is the prior's plus one reading's for each reading; the mean is weighted by precision.
    """

    prior: GaussianTask

    counted = slice(0, 1)

    def says(self, total: Float[Tensor, "batch 2"]) -> Float[Tensor, "batch 2"]:
        """Mean and log-variance."""
        prior = self.prior
        number, summed = total.unbind(dim=-1)
        posterior_precision = prior.prior_precision + number * prior.precision
        mean = (prior.prior_precision * prior.mean + prior.precision * summed) / posterior_precision
        variance = 1 / posterior_precision + 1 / prior.precision
        return torch.stack([mean, variance.log()], dim=-1)


@singledispatch
def bayes_optimal(task: object) -> Machine:
    """The Bayes-optimal predictor for a task.

    Raises:
        TypeError: if no conjugate predictor is known for such a task.
    """
    raise TypeError(f"no conjugate predictor is known for {task!r}")


bayes_optimal.register(BernoulliTask, BetaBernoulli)
bayes_optimal.register(CategoricalTask, DirichletCategorical)
bayes_optimal.register(ExponentialTask, GammaExponential)
bayes_optimal.register(GaussianTask, NormalNormal)
