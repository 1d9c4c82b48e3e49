"""The ten prediction tasks of the book, in one table.

Source: Mikulik et al. 2020, section 3.1 and figure 4. The source names the four families, the length of 20 steps and
one prior, Dirichlet(1, 1, 1); the others stand in an appendix that we do not have, and are our choice.
"""

from dataclasses import dataclass

from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask
from lib.tasks.exponential import ExponentialTask
from lib.tasks.gaussian import GaussianTask
from lib.tasks.prediction import PredictionTask

STEPS = 20  # in an episode of training


@dataclass(frozen=True)
class Row:
    """One task.

    Attributes:
        name: short, for files and axes.
        family: distribution of the observations.
        prior: distribution of the parameter, in words.
        task: the world.
        chosen_by: who chose the prior, `source` or `ours`.
    """

    name: str
    family: str
    prior: str
    task: PredictionTask
    chosen_by: str = "ours"


PREDICTION = (
    Row("coin 1, 1", "Bernoulli", "Beta(1, 1)", BernoulliTask(1, 1)),
    Row("coin 2, 1", "Bernoulli", "Beta(2, 1)", BernoulliTask(2, 1)),
    Row("coin ½, ½", "Bernoulli", "Beta(½, ½)", BernoulliTask(0.5, 0.5)),
    Row("coin 10, 10", "Bernoulli", "Beta(10, 10)", BernoulliTask(10, 10)),
    Row("die 1, 1, 1", "categorical", "Dirichlet(1, 1, 1)", CategoricalTask((1, 1, 1)), "source"),
    Row("die 2, 1, 1", "categorical", "Dirichlet(2, 1, 1)", CategoricalTask((2, 1, 1))),
    Row("wait 3, 2", "exponential", "Gamma(3, 2)", ExponentialTask(3, 2)),
    Row("wait 10, 10", "exponential", "Gamma(10, 10)", ExponentialTask(10, 10)),
    Row("reading 0, 1", "Gaussian", "Normal(0, variance 1)", GaussianTask(0, 1, 1)),
    Row("reading 1, 4", "Gaussian", "Normal(1, variance 4)", GaussianTask(1, 0.25, 1)),
)
