"""The fourteen tasks of Mikulik et al. 2020 in one table: ten to predict and four to act in.

Source: Mikulik et al. 2020, section 3.1 and figure 4. The source names the families, two arms, 20 steps and two priors,
Dirichlet(1, 1, 1) and Beta(1, 1) of each arm; the others, and the discount, stand in an appendix that we do not have,
and are our choice.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import torch

from lib.machine import Machine
from lib.optimal.bandit_dp import optimum
from lib.optimal.conjugate import bayes_optimal
from lib.probes import behaviour
from lib.probes.regret import expected_difference
from lib.tasks.bandits import BernoulliBandit, GaussianBandit
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask
from lib.tasks.environment import rollout_with
from lib.tasks.exponential import ExponentialTask
from lib.tasks.gaussian import GaussianTask

STEPS = 20  # in an episode of training
DISCOUNT = 0.95  # of a reward one step later, where rewards are discounted; ours

cached_optimum = cache(optimum)  # on Gaussian arms it takes seconds to work out


@dataclass(frozen=True)
class Row:
    """One task of the benchmark, with its optimal agent and the dissimilarity of any other agent from it.

    Attributes:
        name: short, for files and axes.
        family: distribution of the observations, or of the rewards.
        prior: distribution of the parameter, or of an arm's mean, in words.
        task: a prediction task or a bandit.
        chosen_by: who chose the prior, `source` or `ours`.
    """

    name: str
    family: str
    prior: str
    task: Any
    chosen_by: str = "ours"

    @property
    def units(self) -> str:
        """What the dissimilarity is measured in."""
        raise NotImplementedError

    def optimal_agent(self, steps: int = STEPS, discount: float = 1.0) -> Machine:
        """The Bayes-optimal agent for episodes of some steps; a prediction does not depend on steps or discount.

        Raises:
            ValueError: if there is no step, or a discount that is not above 0 and at most 1.
        """
        raise NotImplementedError

    def dissimilarity(self, agent: Machine, batch: int, rng: torch.Generator, steps: int = STEPS) -> float:
        """Behavioural dissimilarity of an agent from the optimal one, over fresh episodes.

        Args:
            agent: takes the inputs of this task and gives its outputs.
            batch: episodes that are drawn.
            rng: what they are drawn with.
            steps: in an episode.
        """
        raise NotImplementedError


class PredictionRow(Row):
    """A task to predict: the dissimilarity is equation (2) of Mikulik et al. 2020, the KL divergence of the agent's
    prediction from the optimal one, in nats an episode.
    """

    units = "nats an episode"

    def optimal_agent(self, steps: int = STEPS, discount: float = 1.0) -> Machine:
        """The Bayesian with the conjugate prior."""
        return bayes_optimal(self.task)

    def dissimilarity(self, agent: Machine, batch: int, rng: torch.Generator, steps: int = STEPS) -> float:
        """Equation (2)."""
        episodes = self.task.sample(batch, steps, rng)
        machines = (self.optimal_agent(steps), agent)
        return behaviour.dissimilarity(*(behaviour.predict(machine, self.task, episodes) for machine in machines))


class BanditRow(Row):
    """A bandit: the dissimilarity is equation (3) of Mikulik et al. 2020, the absolute difference of what the optimal
    agent and the other one earn on the same arms, in reward an episode.
    """

    units = "reward an episode"

    def optimal_agent(self, steps: int = STEPS, discount: float = 1.0) -> Machine:
        """The player of largest expected return, worked out once."""
        return cached_optimum(self.task, steps, discount)

    def dissimilarity(self, agent: Machine, batch: int, rng: torch.Generator, steps: int = STEPS) -> float:
        """Equation (3), with each pulled arm's mean in place of what it paid, and equal luck for both."""
        bandits, luck = self.task.sample(batch, steps, rng), torch.rand(batch, steps, generator=rng)
        machines = (self.optimal_agent(steps), agent)
        return abs(expected_difference(*(rollout_with(each, self.task, bandits, luck) for each in machines)).value)


PREDICTION = (
    PredictionRow("coin 1, 1", "Bernoulli", "Beta(1, 1)", BernoulliTask(1, 1)),
    PredictionRow("coin 2, 1", "Bernoulli", "Beta(2, 1)", BernoulliTask(2, 1)),
    PredictionRow("coin ½, ½", "Bernoulli", "Beta(½, ½)", BernoulliTask(0.5, 0.5)),
    PredictionRow("coin 10, 10", "Bernoulli", "Beta(10, 10)", BernoulliTask(10, 10)),
    PredictionRow("die 1, 1, 1", "categorical", "Dirichlet(1, 1, 1)", CategoricalTask((1, 1, 1)), "source"),
    PredictionRow("die 2, 1, 1", "categorical", "Dirichlet(2, 1, 1)", CategoricalTask((2, 1, 1))),
    PredictionRow("wait 3, 2", "exponential", "Gamma(3, 2)", ExponentialTask(3, 2)),
    PredictionRow("wait 10, 10", "exponential", "Gamma(10, 10)", ExponentialTask(10, 10)),
    PredictionRow("reading 0, 1", "Gaussian", "Normal(0, variance 1)", GaussianTask(0, 1, 1)),
    PredictionRow("reading 1, 4", "Gaussian", "Normal(1, variance 4)", GaussianTask(1, 0.25, 1)),
)
BANDITS = (
    BanditRow("arms 1, 1", "Bernoulli", "Beta(1, 1)", BernoulliBandit(1, 1), "source"),
    BanditRow("arms 2, 1", "Bernoulli", "Beta(2, 1)", BernoulliBandit(2, 1)),
    BanditRow("arms of mean 0, 1", "Gaussian", "Normal(0, variance 1)", GaussianBandit(0, 1, 1)),
    BanditRow("arms of mean 1, 4", "Gaussian", "Normal(1, variance 4)", GaussianBandit(1, 0.25, 1)),
)
BENCHMARK: tuple[Row, ...] = (*PREDICTION, *BANDITS)
