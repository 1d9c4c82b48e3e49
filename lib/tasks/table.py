"""The ten prediction tasks of the book, in one table.

Source: Mikulik et al. 2020, section 3.1 and figure 4. The source names the four families, the length of 20 steps and
one prior, Dirichlet(1, 1, 1); the others stand in an appendix that we do not have, and are our choice.
"""

from dataclasses import dataclass

from lib.tasks.bernoulli import Bernoulli
from lib.tasks.categorical import Categorical
from lib.tasks.exponential import Exponential
from lib.tasks.gaussian import Gaussian
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
    Row("coin 1, 1", "Bernoulli", "Beta(1, 1)", Bernoulli(1, 1)),
    Row("coin 2, 1", "Bernoulli", "Beta(2, 1)", Bernoulli(2, 1)),
    Row("coin ½, ½", "Bernoulli", "Beta(½, ½)", Bernoulli(0.5, 0.5)),
    Row("coin 10, 10", "Bernoulli", "Beta(10, 10)", Bernoulli(10, 10)),
    Row("die 1, 1, 1", "categorical", "Dirichlet(1, 1, 1)", Categorical((1, 1, 1)), "source"),
    Row("die 2, 1, 1", "categorical", "Dirichlet(2, 1, 1)", Categorical((2, 1, 1))),
    Row("wait 3, 2", "exponential", "Gamma(3, 2)", Exponential(3, 2)),
    Row("wait 10, 10", "exponential", "Gamma(10, 10)", Exponential(10, 10)),
    Row("reading 0, 1", "Gaussian", "Normal(0, variance 1)", Gaussian(0, 1, 1)),
    Row("reading 1, 4", "Gaussian", "Normal(1, variance 4)", Gaussian(1, 0.25, 1)),
)
