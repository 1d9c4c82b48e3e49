"""The four bandit tasks of the book, in one table.

Source: Mikulik et al. 2020, section 3.1 and figure 4. The source names the two families, two arms, 20 steps and one
prior, Beta(1, 1); the others, and the discount, stand in an appendix that we do not have, and are our choice.
"""

from dataclasses import dataclass

from lib.tasks.bandits import BanditTask, BernoulliBandit, GaussianBandit

STEPS = 20  # in an episode of training
DISCOUNT = 0.95  # of a reward one step later; ours


@dataclass(frozen=True)
class Row:
    """One task.

    Attributes:
        name: short, for files and axes.
        family: distribution of the rewards.
        prior: distribution of an arm's mean, in words.
        task: the world.
        chosen_by: who chose the prior, `source` or `ours`.
    """

    name: str
    family: str
    prior: str
    task: BanditTask
    chosen_by: str = "ours"


BANDITS = (
    Row("arms 1, 1", "Bernoulli", "Beta(1, 1)", BernoulliBandit(1, 1), "source"),
    Row("arms 2, 1", "Bernoulli", "Beta(2, 1)", BernoulliBandit(2, 1)),
    Row("arms of mean 0, 1", "Gaussian", "Normal(0, variance 1)", GaussianBandit(0, 1, 1)),
    Row("arms of mean 1, 4", "Gaussian", "Normal(1, variance 4)", GaussianBandit(1, 0.25, 1)),
)
