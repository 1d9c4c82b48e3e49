"""Exercise of *Is it worth learning?*: optimal stopping of an arm that pays 1 or -1, by backward induction."""

from functools import cache, partial

from experiments.exercises.check import Check


@cache
def _value(won: int, lost: int, left: int, a: float, b: float, how: str = "right") -> float:
    if not left:
        return 0.0
    p = (a + won) / (a + b + won + lost)
    if how == "no prior":
        p = won / (won + lost) if won + lost else 0.5
    if how == "greedy" and p <= 0.5:
        return 0.0
    good = 1 + _value(won + 1, lost, left - 1, a, b, how)
    bad = (0 if how == "free" else -1) + _value(won, lost + 1, left - 1, a, b, how)
    pulled = p * good + (1 - p) * bad
    return pulled if how == "never stops" else max(0.0, pulled)


def _right(a: float, b: float, lifetime: int) -> float:
    return _value(0, 0, lifetime, a, b)


def _by(a: float, b: float, lifetime: int, how: str) -> float:
    return _value(0, 0, lifetime, a, b, how)


def _commits(a: float, b: float, lifetime: int) -> float:
    return max(0.0, lifetime * (a - b) / (a + b))


check_value_of_the_arm = Check(
    _right,
    # Short lives: a program that works everything out again and again is right, too, and should come to an end.
    [(1.0, 2.0, 1), (1.0, 2.0, 3), (1.0, 1.0, 10), (1.5, 1.0, 6), (0.5, 1.0, 14), (3.0, 4.0, 16)],
    [
        (partial(_by, how="never stops"), "Nobody ever stops here: the safe arm, worth 0, may be taken at any step."),
        (
            partial(_by, how="greedy"),
            "You stop as soon as the mean is not above 0: compare with 0 what pulling is worth, learning included.",
        ),
        (_commits, "The counts do not move on: you decide once and for all, by the prior."),
        (partial(_by, how="free"), "A failure costs 1: it pays -1, and not 0."),
        (partial(_by, how="no prior"), "The prior is missing: the chance of a success is not the share of successes."),
    ],
)
