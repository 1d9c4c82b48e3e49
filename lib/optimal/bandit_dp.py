"""Dynamic programming for two-armed bandits: the largest expected return of an episode, and that of a given agent.

Gittins indices are optimal for rewards that are discounted and come for ever. An episode ends after some steps, and the
optimum of that game is found backward from its end: what a state is worth is the worth of the best action in it. The
same recursion with a player's own actions gives her expected return, without sampling.

Source: Bellman 1957; Mikulik et al. 2020, section 3.1, for the bandits.
"""

from lib.machine import Machine
from lib.optimal import bandit_dp_bernoulli, bandit_dp_gaussian
from lib.optimal.bandit_agent import ConjugateBandit, Return
from lib.optimal.bandit_dp_bernoulli import BernoulliOptimum
from lib.optimal.bandit_dp_gaussian import GaussianOptimum
from lib.tasks.bandits import BernoulliBandit


def optimum(prior: ConjugateBandit, steps: int, discount: float = 1.0) -> BernoulliOptimum | GaussianOptimum:
    """The player of largest expected return, with what it earns.

    >>> round(optimum(BernoulliBandit(1, 1), 20).earns.value, 4)
    12.4313

    Args:
        prior: a bandit of two arms.
        steps: in an episode; the player knows how many.
        discount: of a reward one step later.

    Raises:
        ValueError: if there are not two arms, no step, or a discount that is not above 0 and at most 1.
    """
    _check(prior, steps, discount)
    if isinstance(prior, BernoulliBandit):
        return bandit_dp_bernoulli.solve(prior, steps, discount)
    return bandit_dp_gaussian.solve(prior, steps, discount)


def expected_return(prior: ConjugateBandit, machine: Machine, steps: int, discount: float = 1.0) -> Return:
    """Expected return of an agent in an episode, if what it does depends on nothing but its counts.

    Its state must be these counts. On Gaussian arms what it does may depend on the number of pulls and on the
    difference of the posterior means, and not on the means beyond that.

    Raises:
        ValueError: if the machine's state is something else, or as `optimum`.
    """
    _check(prior, steps, discount)
    if isinstance(prior, BernoulliBandit):
        return bandit_dp_bernoulli.evaluate(prior, machine, steps, discount)
    return bandit_dp_gaussian.evaluate(prior, machine, steps, discount)


def _check(prior: ConjugateBandit, steps: int, discount: float) -> None:
    if prior.arms != 2:
        raise ValueError(f"arms is {prior.arms}; bandits of 2 arms can be solved here, and no others")
    if steps < 1:
        raise ValueError(f"steps is {steps}; an episode has at least 1")
    if not 0 < discount <= 1:
        raise ValueError(f"discount is {discount}; it must be above 0 and at most 1")
