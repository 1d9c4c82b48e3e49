"""The fourteen tasks of Mikulik et al. 2020 in one table: ten to predict and four to act in.

Source: Mikulik et al. 2020, section 3.1 and figure 4. The source names the families, two arms, 20 steps and two priors,
Dirichlet(1, 1, 1) and Beta(1, 1) of each arm; the others, and the discount, stand in an appendix that we do not have,
and are our choice.
"""

import re
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

# What is observed, by how the name of a row begins.
KINDS = {
    "coin": "coin",
    "die": "die",
    "wait": "waiting times",
    "reading": "readings",
    "arms": "two arms",
    "arms of mean": "two Gaussian arms",
}
# Symbols as they are typed, in mathematics and without, and as a reader knows them.
SYMBOLS = {r"\$?\bD_s\b\$?": "Dₛ", r"\$?\bD_o\b\$?": "Dₒ", r"\bsigma_l\b": "σₗ", r"\bsigma_p\b": "σₚ"}

cached_optimum = cache(optimum)  # on Gaussian arms it takes seconds to work out


@dataclass(frozen=True)
class Row:
    """One task of the benchmark, with its optimal agent and the dissimilarity of any other agent from it.

    Attributes:
        name: short, for coordinates of results and names of files.
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
    def title(self) -> str:
        """The task as a reader knows it: what is observed, or how many arms there are, and the prior."""
        observed = next(title for kind, title in KINDS.items() if re.match(rf"{kind} [\d½]", self.name))
        prior = re.sub(r"Normal\((.*), variance (.*)\)", r"N(\1, \2)", self.prior)
        return f"{observed}, {prior}"

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
SOURCES_DIE, SOURCES_BANDIT = (row for row in BENCHMARK if row.chosen_by == "source")
_TITLES = {row.name: row.title for row in BENCHMARK}
_NAMES = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, _TITLES))})(?!\w)")


def in_words(text: str) -> str:
    """A text with the titles of tasks in place of their names, and symbols as they are printed.

    Names stay in the coordinates of results; wherever a reader sees them, they go through here.

    >>> in_words("D_s is low in 3 of 4 (not: arms 2, 1)"), in_words("reading 1, 4: 0.5")
    ('Dₛ is low in 3 of 4 (not: two arms, Beta(2, 1))', 'readings, N(1, 4): 0.5')
    """
    for typed, printed in SYMBOLS.items():
        text = re.sub(typed, printed, text)
    return _NAMES.sub(lambda name: _TITLES[name[1]], text)
