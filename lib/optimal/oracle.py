"""Oracle and random returns of bandits: those of whoever knows the means, and of whoever pulls without looking.

Both earn the same at every step. What lies between them is all that there is to learn.
"""

from scipy.integrate import quad
from scipy.special import betainc, ndtr

from lib.optimal.bandit_agent import ConjugateBandit, Return
from lib.tasks.bandits import BernoulliBandit


def knowing(prior: ConjugateBandit, steps: int, discount: float = 1.0) -> Return:
    """Oracle return: what an episode pays to a player who knows the means, and pulls the arm of the largest.

    The largest of several equally distributed means exceeds x unless all are below: E max = integral of 1 - F(x)^arms,
    where means are never negative. For a normal mean in standard units both halves of the line count.

    >>> round(knowing(BernoulliBandit(1, 1), 3).value, 6)
    2.0

    Raises:
        ValueError: if there is no step, or a discount that is not above 0 and at most 1.
    """
    arms = prior.arms
    if isinstance(prior, BernoulliBandit):
        best, error = quad(lambda x: 1 - betainc(prior.a, prior.b, x) ** arms, 0, 1)
    else:
        deviation = prior.prior_precision**-0.5
        above, error = quad(lambda x: 1 - ndtr(x) ** arms - ndtr(-x) ** arms, 0, 40)
        best, error = prior.mean + deviation * above, deviation * error
    time = _time(steps, discount)
    return Return(best * time, error * time)


def blind(prior: ConjugateBandit, steps: int, discount: float = 1.0) -> Return:
    """Random return: what an episode pays to a player who pulls any arm, whatever they paid.

    >>> blind(BernoulliBandit(2, 1), 3).value
    2.0

    Raises:
        ValueError: if there is no step, or a discount that is not above 0 and at most 1.
    """
    mean = prior.a / (prior.a + prior.b) if isinstance(prior, BernoulliBandit) else prior.mean
    return Return(mean * _time(steps, discount), 0.0)


def _time(steps: int, discount: float) -> float:
    """Discounted number of steps."""
    if steps < 1:
        raise ValueError(f"steps is {steps}; an episode has at least 1")
    if not 0 < discount <= 1:
        raise ValueError(f"discount is {discount}; it must be above 0 and at most 1")
    return sum(discount**t for t in range(steps))
