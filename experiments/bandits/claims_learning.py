"""Rules for how players of bandits come to play as the optimum does.

Bounds were fixed before the run. "Shortfall" is how much less a player can expect to collect in an episode than the
optimum of 20 steps; both play the same bandits with the same luck.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.stats import spearmanr

from experiments.bandits import specs
from experiments.prediction.claims import clouds, episodes_seen, evidence, of_pairs, times_said
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.probes.benchmark import BANDITS, SOURCES_BANDIT, Row
from lib.probes.convergence import first_below
from lib.probes.quantiles import Percentiles, percentiles
from lib.runner import store
from lib.tasks.bandits import BernoulliBandit

SMALL = 0.02  # reward a step: where "has learned step t" begins on the source's bandit, for M07
RELATIVE, GAIN = 0.1, 0.01  # when a width is enough, for M18
NARROW = 8  # units: the narrowest that the source tried on bandits, for M18
UNCORRECTED, CORRECTED = "4 passes, uncorrected", "4 passes, V-trace"
PAGE = "learning-to-act.html"


def arms_differ(row: Row) -> float:
    """Standard deviation of an arm's mean under the prior, in reward: the scale on which arms differ.

    >>> round(arms_differ(SOURCES_BANDIT), 4)
    0.2887
    """
    task = row.task
    if isinstance(task, BernoulliBandit):
        n = task.a + task.b
        return float((task.a * task.b / (n * n * (n + 1))) ** 0.5)
    return float(task.prior_precision**-0.5)


def threshold(row: Row) -> float:
    """Where "has learned step t" begins: `SMALL`, on each other bandit in proportion to how much its arms differ."""
    return SMALL * arms_differ(row) / arms_differ(SOURCES_BANDIT)


def crossing_times(bandits: store.Result) -> np.ndarray:
    """How many episodes a player has seen when what it earns at a step first comes within `threshold` of the optimum.

    At step 1 all arms are equals and there is nothing to learn, so the first column is that of step 2.

    Returns:
        (task, run, step), in episodes; at least one update's, at most those of the whole training.
    """
    batch = max(bandits.manifest["episodes"].values()) / bandits.manifest["checkpoint"]
    seen = bandits.data.checkpoint.values * batch
    above = bandits.data.regret_on_the_way.transpose("task", "run", "step", "checkpoint").values[:, :, 1:]
    rows = {row.name: row for row in BANDITS}
    return np.stack(
        [
            np.clip(first_below(own, seen, threshold(rows[str(task)])), batch, seen[-1])
            for task, own in zip(bandits.data.task.values, above, strict=True)
        ]
    )


@criterion("M07", "bandits", fixed="2026-11-21")
def staggered(bandits: store.Result, apart: float = 2) -> Evidence:
    """M07: how far apart a network learns the steps 2 to 20 of an episode: the latest time over the earliest. A step is
    learned when what is earned there first comes within {SMALL} reward of the optimum, or in proportion to how much
    arms differ.

    Reproduced if, on the source's bandit, the median network takes at least {apart} times as long for the last step
    learned as for the first, else not; the other bandits are counted beside it.
    """
    times = crossing_times(bandits)
    tasks = [str(task) for task in bandits.data.task.values]
    ratios = {task: percentiles(own.max(axis=1) / own.min(axis=1)) for task, own in zip(tasks, times, strict=True)}
    steps = np.arange(times.shape[-1])
    orders = [spearmanr(steps, own).statistic for own in times[tasks.index(SOURCES_BANDIT.name)] if np.ptp(own) > 0]
    order = f"{np.median(orders):+.2f}" if orders else "none"
    arms = ratios[SOURCES_BANDIT.name]
    everywhere = count({task: bool(own.median >= apart) for task, own in ratios.items()})
    value = (
        f"{SOURCES_BANDIT.name}: {times_said(float(arms.median))} over steps 2 to 20, rank correlation with the step "
        f"{order}; at least {apart:g}x in {everywhere} bandits"
    )
    verdict = "reproduced" if arms.median >= apart else "not"
    return evidence(bandits, verdict, value, arms, f"{PAGE}#fig-learning-to-act-staggered", arms.median)


def returns_apart(bandits: store.Result, task: str) -> dict[str, float]:
    """Mean absolute difference of expected returns: of all networks from the optimum, and from each other, untrained
    and at the end, in reward an episode.
    """
    found: dict[str, float] = {}
    for name, variable in {"untrained": "short_untrained", "trained": "short_of_best"}.items():
        short = bandits.data[variable].sel(task=task).values.astype(float)
        apart = np.abs(short[:, None] - short)
        found[f"{name}, from the optimum"] = float(np.abs(short).mean())
        found[f"{name}, from each other"] = of_pairs(apart)
    return found


@criterion("M08", "bandits", fixed="2026-11-21")
def all_converge(bandits: store.Result, share: float = 0.05) -> Evidence:
    """M08: how much of the untrained networks' mean differences in return is left at the end, on the source's bandit.

    Reproduced if at most {share:.0%} of that from the optimum and at most {share:.0%} of that from each other is left;
    partly if one of the two. What is left of the distances between policies, which reward cannot see, stands beside it
    and does not count.
    """
    rewards, policies = returns_apart(bandits, SOURCES_BANDIT.name), clouds(bandits, SOURCES_BANDIT.name)
    left = {kind: _left(rewards, kind) for kind in ("from the optimum", "from each other")}
    seen = " and ".join(f"{_left(policies, kind):.0%} {kind}" for kind in ("from Bayes", "from each other"))
    value = ", ".join(f"{each:.1%} left of the difference in return {kind}" for kind, each in left.items())
    verdict = ("not", "partly", "reproduced")[sum(each <= share for each in left.values())]
    return evidence(
        bandits,
        verdict,
        f"{value}; of policies' distance, {seen}",
        None,
        f"{PAGE}#fig-learning-to-act-map",
        max(left.values()),
    )


def _left(apart: Mapping[str, float], kind: str) -> float:
    return apart[f"trained, {kind}"] / apart[f"untrained, {kind}"]


def high_return_until(bandits: store.Result, near: float = 0.05) -> dict[int, bool]:
    """M09, had training ended sooner: by outer episodes, whether the median network was near enough then."""
    short = bandits.data.regret_on_the_way.sel(task=SOURCES_BANDIT.name).sum("step").median("run")
    return {seen: bool(each <= near) for seen, each in zip(episodes_seen(bandits), short.values, strict=True)}


@criterion("M09", "bandits", fixed="2026-11-21", same_as=("M03",), course=high_return_until)
def return_reaches_the_optimum(bandits: store.Result, near: float = 0.05) -> Evidence:
    """M09: how much less than the optimum trained networks earn on the source's bandit.

    Reproduced if it is at most {near} reward an episode for the median network, else not.
    """
    short = bandits.data.short_of_best
    arms, medians = percentiles(short.sel(task=SOURCES_BANDIT.name).values), short.median("run")
    worst = str(medians.idxmax().item())
    value = (
        f"{SOURCES_BANDIT.name}: {float(arms.median):.4f} reward an episode; "
        f"largest of {len(medians)} bandits: {float(medians.max()):.4f} ({worst})"
    )
    verdict = "reproduced" if arms.median <= near else "not"
    return evidence(bandits, verdict, value, arms, f"{PAGE}#fig-learning-to-act-return", arms.median)


def wide_enough(narrow: float, used: float, wide: float) -> bool:
    """Whether the width used is at most `RELATIVE` as far off as the narrowest, and the widest gains at most `GAIN`.

    The same for predictors, in nats, and for players, in reward.
    """
    return used <= RELATIVE * narrow and used - wide <= GAIN


@dataclass(frozen=True)
class Widths:
    """M18, bandits: shortfall on the source's bandit of the median player of three widths.

    Attributes:
        units: in each layer: as narrow as in the source, as used everywhere else, and the widest.
        short: reward an episode.
    """

    units: tuple[int, ...]
    short: tuple[float, ...]

    @classmethod
    def of(cls, bandits: store.Result) -> "Widths":
        """As a result has them."""
        short = bandits.data.short_of_width.median("few")
        units = (NARROW, specs.width(bandits.profile), int(short.width.max()))
        return cls(units, tuple(float(short.sel(width=each)) for each in units))

    def __str__(self) -> str:
        short = ", ".join(f"{each:.4f} with {units} units" for units, each in zip(self.units, self.short, strict=True))
        return f"bandit: {'holds' if wide_enough(*self.short) else 'does not'}, short by {short}"


@criterion("M18", "memory", "bandits", fixed="2026-11-21")
def width_everywhere(memory: store.Result, bandits: store.Result) -> Evidence:
    """M18: distance from the optimum at the end against width, for a predictor of each family and the source's bandit.

    A task holds where the width used throughout, 32 units for predictors and 64 for bandits, leaves the median network
    at most {RELATIVE:.0%} as far off as the narrowest that the source tried, and the widest gains at most another
    {GAIN} nats or reward. Reproduced if all five hold, partly if more than half do.
    """
    kl = memory.data.kl_of_width.median("run")
    holds = {
        str(task): wide_enough(*(float(kl.sel(task4=task, width=units)) for units in (2, 32, 64)))
        for task in memory.data.task4.values
    }
    arms = Widths.of(bandits)
    each = [*holds.values(), wide_enough(*arms.short)]
    return Evidence(
        verdict=by_share(each),
        value=f"prediction: holds in {count(holds)} tasks, one of each family; {arms}",
        interval=None,
        n=min(len(memory.data.run), len(bandits.data.few)),
        episodes=max(max(result.manifest["episodes"].values()) for result in (memory, bandits)),
        profile=" and ".join(dict.fromkeys([memory.profile, bandits.profile])),
        figure=f"{PAGE}#fig-learning-to-act-width",
        statistic=float(np.mean(each)),
    )


def when_scarce(bandits: store.Result) -> dict[str, Percentiles]:
    """Shortfall on the source's bandit after fewer episodes, by how often and how each was learned from."""
    return {way: percentiles(short) for way, short in bandits.split("short_when_scarce", "way").items()}


def correction_helps(bandits: store.Result) -> tuple[int, int]:
    """How many networks, of how many, fall less short when V-trace corrects what they learn from in later passes. With
    and without, they began with the same weights and the same luck.

    We say that the correction buys something if nine of ten do, and that it costs something if one of ten does.
    """
    short = bandits.data.short_when_scarce
    ahead = short.sel(way=CORRECTED).values < short.sel(way=UNCORRECTED).values
    return int(ahead.sum()), len(ahead)
