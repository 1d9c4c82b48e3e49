"""Rules for which optimum is meant: Gittins indices, the exact optimum of an episode, and what it takes to tell players
apart. Bounds were fixed before the runs. Nothing is trained.
"""

import math
from dataclasses import dataclass

from experiments.bandits.claims import SURE
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.probes.benchmark import BANDITS, DISCOUNT, SOURCES_BANDIT
from lib.runner import store
from lib.tasks.bandits import BernoulliBandit

DEAR = 0.05  # reward an episode: what the index may cost and still pass for the optimum, for M22
FEW, MANY = 500, 100_000  # episodes of an experiment: the source's, and ours
AS_PRINTED, WITH_BOTH = "sampled, apart", "expected, common"  # equation (3) of the source, and with both tricks
READINGS = (AS_PRINTED, "sampled, common")  # of equation (3): the source leaves open whether players share their luck
COINS = tuple(row.name for row in BANDITS if isinstance(row.task, BernoulliBandit))


def _evidence(result: store.Result, verdict: str, value: str, figure: str, statistic: float) -> Evidence:
    return Evidence(verdict, value, None, None, None, result.profile, figure, statistic)


@dataclass(frozen=True)
class Price:
    """What playing by the index costs in an episode, undiscounted.

    Attributes:
        optimum: what the best player earns.
        index: what the Gittins player earns.
        error: how far off the difference may be.
    """

    optimum: float
    index: float
    error: float

    @property
    def value(self) -> float:
        """Reward an episode."""
        return self.optimum - self.index


def prices(indices: store.Result) -> dict[str, Price]:
    """The price of the index at the book's discount, by bandit."""
    found = {}
    for task in indices.data.task.values:
        own = indices.data.sel(task=task, weighing="undiscounted", player=["optimum", "Gittins"])
        optimum, index = (float(each) for each in own.earns.values)
        found[str(task)] = Price(optimum, index, float(own.earns_error.sum()))
    return found


@criterion("M22", "gittins", fixed="2026-11-21", same_as=("X03",))
def bayes_optimal_by_index(indices: store.Result) -> Evidence:
    """M22: the Gittins player against the exact optimum of an episode of 20 steps, undiscounted.

    A bandit counts if the index earns no more than the optimum and at most {DEAR} reward an episode less, with the
    error of the grid against us in both. Reproduced if all four count, partly if the source's does.
    """
    found = prices(indices)
    holds = {task: -each.error <= each.value <= DEAR - each.error for task, each in found.items()}
    verdict = "reproduced" if all(holds.values()) else "partly" if holds[SOURCES_BANDIT.name] else "not"
    least, most = min(each.value for each in found.values()), max(each.value for each in found.values())
    value = (
        f"the index for discount {DISCOUNT:g} costs {least:.3f} to {most:.3f} reward in an episode; "
        f"at most {DEAR:g} in {count(holds)} bandits"
    )
    return _evidence(indices, verdict, value, "which-optimum.html#fig-which-optimum-price", most)


@criterion("X03", "gittins", fixed="2026-11-21", same_as=("M22",))
def side_by_side(indices: store.Result, share: float = 0.1) -> Evidence:
    """X03: what optimum and index earn in 20 steps, worked out for all four bandits.

    A bandit counts if the error is at most {share:.0%} of the difference. Reproduced if all four count, partly if most
    do.
    """
    found = prices(indices)
    holds = {task: each.error <= share * each.value for task, each in found.items()}
    pairs = "; ".join(f"{task}: {each.optimum:.4f} and {each.index:.4f}" for task, each in found.items())
    value = f"optimum and index: {pairs}"
    verdict = by_share([*holds.values(), len(found) == len(BANDITS)])
    largest = max(each.error / each.value if each.value else math.inf for each in found.values())
    return _evidence(indices, verdict, value, "which-optimum.html#fig-which-optimum-price", largest)


def needed(deviation: float, gap: float, quantile: float = 0.0) -> float:
    """How many episodes an experiment needs until its 95% interval leaves out zero.

    The interval ends `SURE` standard errors from the estimate, which itself falls `quantile` standard errors short of
    the gap: 0 for every second experiment, 1.28 for nine in ten.

    >>> needed(5.0, 1.0)
    96.04

    Args:
        deviation: of the difference in a single episode, in reward.
        gap: its mean, in reward.
        quantile: of the normal distribution.
    """
    return float(round(((SURE + quantile) * deviation / gap) ** 2, 2))


@criterion("X02", "bandit-power", fixed="2026-11-21")
def blind_metric(power: store.Result, most: float = 0.95) -> Evidence:
    """X02: the optimum against a greedy player on the source's bandit, by equation (3) and by our estimator.

    Two things are claimed: at {FEW} episodes the standard error of equation (3) is larger than the whole gap; and with
    expected rewards and common random numbers, at {MANY:,} episodes, the interval that holds the true gap in
    nineteen of twenty experiments leaves out zero in at least {most:.0%} of them. Reproduced if both hold, partly
    if one does.
    """
    own = power.data.sel(task=SOURCES_BANDIT.name)
    gap = float(own.gap)
    printed = float(own.standard_error.sel(episodes=FEW, estimator=AS_PRINTED))
    ours = float(own.standard_error.sel(episodes=MANY, estimator=WITH_BOTH))
    sees = float(own.different.sel(episodes=MANY, estimator=WITH_BOTH))
    verdict = ("not", "partly", "reproduced")[(printed > gap) + (sees >= most)]
    value = (
        f"gap {gap:.4f} reward; standard error {printed:.3f} as printed with {FEW:,} episodes, {ours:.4f} with both "
        f"tricks and {MANY:,}"
    )
    return _evidence(power, verdict, value, "which-optimum.html#fig-which-optimum-power", printed)


@criterion(
    "X02",
    "bandit-power",
    fixed="2026-11-29",
    amends=blind_metric,
    reason="It read equation (3) in one way; under figure 1 the source says that both players have the same seed.",
    unseen="power on the second Bernoulli bandit, arms 2, 1",
)
def powerless_metric(power: store.Result, half: float = 0.5, most: float = 0.95) -> Evidence:
    """X02: the power to tell the optimum from a greedy player, on both Bernoulli bandits: the share of experiments
    in which the interval that holds the true gap in nineteen of twenty leaves out zero.

    A bandit counts if that of equation (3), with {FEW} episodes, is less than {half:.0%} both where each player has
    bandits of its own and where both have the same with the same luck; and that with expected rewards and common random
    numbers, with {MANY:,} episodes, at least {most:.0%}. Reproduced if both count, partly if one does.
    """
    found = power.data.different.sel(task=list(COINS))
    few = found.sel(episodes=FEW, estimator=list(READINGS)).transpose("task", "estimator").values
    many = found.sel(episodes=MANY, estimator=WITH_BOTH).values
    holds = [bool((own < half).all() and sees >= most) for own, sees in zip(few, many, strict=True)]
    said = (
        f"{task}: {own[0]:.1%} apart and {own[1]:.1%} with common luck" for task, own in zip(COINS, few, strict=True)
    )
    value = (
        f"power of equation (3) with {FEW} episodes: {'; '.join(said)}; with both tricks and {MANY:,} {min(many):.0%}"
    )
    verdict = ("not", "partly", "reproduced")[sum(holds)]
    return _evidence(power, verdict, value, "which-optimum.html#fig-which-optimum-power", float(few.max()))
