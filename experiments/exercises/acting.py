"""Exercise of *Acting in bandits*: the value of a two-armed bandit by backward induction."""

from experiments.exercises.check import Check, Function
from lib.optimal.bandit_dp_bernoulli import solve
from lib.tasks.bandits import BernoulliBandit

_STEPS = 7
_best = solve(BernoulliBandit(1, 1), _STEPS, 1.0)


def _right(counts: tuple[int, int, int, int], left: int) -> float:
    """The house's table is by counts of an episode of so many steps: a later start has fewer left."""
    own = _best if sum(counts) + left == _STEPS else solve(BernoulliBandit(1, 1), sum(counts) + left, 1.0)
    return float(own.values[counts])


def _means(counts: tuple[int, int, int, int], prior: float = 1.0) -> list[float]:
    won_a, lost_a, won_b, lost_b = counts
    return [(prior + won) / (2 * prior + won + lost) for won, lost in ((won_a, lost_a), (won_b, lost_b))]


def _never_learns(counts: tuple[int, int, int, int], left: int) -> float:
    return left * max(_means(counts))


def _recursion(counts: tuple[int, int, int, int], left: int, *, how: str) -> float:
    if not left:
        return 0.0
    worth = []
    for arm, p in enumerate(_means(counts)):
        won, lost = list(counts), list(counts)
        won[2 * arm] += 1
        lost[2 * arm + 1] += how != "forgets failures"
        after = [_recursion((*each,), left - 1, how=how) for each in (won, lost)]  # type: ignore[arg-type]
        worth.append(p * ((how != "unpaid") + after[0]) + (1 - p) * after[1])
    if how == "tosses":
        return sum(worth) / 2
    if how == "greedy":
        means = _means(counts)
        return worth[means.index(max(means))]
    return max(worth) if how != "worst" else min(worth)


def _by(how: str) -> Function:
    return lambda counts, left: _recursion(counts, left, how=how)


check_best_value = Check(
    _right,
    [((0, 0, 0, 0), 1), ((0, 0, 0, 0), 2), ((0, 1, 0, 0), 4), ((2, 1, 0, 0), 4), ((0, 0, 0, 0), 5)],
    [
        (
            _never_learns,
            "The counts do not move on: you pull the arm that looks better now, whatever the pulls to come say.",
        ),
        (
            _by("greedy"),
            "This is what the greedy player earns. Take the larger of the two worths, not of the two means.",
        ),
        (_by("tosses"), "This is what a player earns who tosses a coin: take the larger worth, not the mean of both."),
        (
            _by("unpaid"),
            "The reward of the pull itself is missing: a success pays 1, and then come the pulls after it.",
        ),
        (_by("forgets failures"), "A failure does not enter the counts, so that an arm never gets worse."),
    ],
)
