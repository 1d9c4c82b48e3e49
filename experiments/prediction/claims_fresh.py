"""Amended rules for predictors, each judged on networks that nobody had looked at when it was fixed.

The first ensembles have seeds from 0 on, the fresh ones from 100 on. What the first rule missed is said in each; the
first rules stand in the modules beside this one.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float, Real

from experiments.prediction import claims
from experiments.prediction.claims import evidence, of_pairs, times_said
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, count
from lib.probes.convergence import first_below
from lib.probes.quantiles import percentiles
from lib.runner import store
from lib.training.loop import ONE_CYCLE

Array = np.ndarray

THRESHOLDS = (0.01, 0.005, 0.002)  # nats a step: where "has learned step t" begins, for M04


def learning_times(
    gap: Float[Array, "run checkpoint step"], seen: Real[Array, " checkpoint"], threshold: float
) -> Float[Array, "run later"]:
    """Episodes until the gap to the optimum first falls below a threshold, at steps 2 to the last; at most all.

    At step 1 nothing has been seen, and what is best is known before training has well begun.
    """
    return np.clip(first_below(gap[:, :, 1:].transpose(0, 2, 1), seen, threshold), seen[1], seen[-1])


def staggering(
    gap: Float[Array, "run checkpoint step"], seen: Real[Array, " checkpoint"], thresholds: Sequence[float]
) -> Mapping[float, Float[Array, " run"]]:
    """For each network, the latest learning time of a step over the earliest, by threshold."""
    times = {threshold: learning_times(gap, seen, threshold) for threshold in thresholds}
    return {threshold: own.max(axis=1) / own.min(axis=1) for threshold, own in times.items()}


def by_thresholds(ratios: Mapping[float, Float[Array, " run"]], apart: float, most: int) -> str:
    """The verdict on M04 and M07: at how many thresholds the median network learns steps so many times apart."""
    held = sum(float(np.median(own)) >= apart for own in ratios.values())
    return "reproduced" if held >= most else "partly" if held else "not"


def ratios_said(ratios: Mapping[float, Float[Array, " run"]]) -> str:
    """Medians in words."""
    return ", ".join(f"{times_said(float(np.median(own)))} at {threshold:g}" for threshold, own in ratios.items())


@criterion(
    "M04",
    "order",
    fixed="2026-11-28",
    amends=claims.staggered,
    reason="It counted step 1, which is known before training begins, and hung on one threshold and few checkpoints.",
    fresh=("order",),
)
def staggered(order: store.Result, apart: float = 2, most: int = 2) -> Evidence:
    """M04: how far apart a network learns the steps 2 to 20 of an episode of the source's die: the latest time over the
    earliest. A step is learned when the KL there first falls below a threshold; there are three, {THRESHOLDS} nats.

    Reproduced if the median network takes at least {apart} times as long for the last step learned as for the first
    at {most} thresholds or more, partly if at one. Networks with a learning rate that does not change stand beside it.
    """
    seen = np.array(claims.episodes_seen(order), dtype=float)
    gaps = {
        str(s): order.data.kl.sel(schedule=s).transpose("run", "checkpoint", "step").values
        for s in order.data.schedule.values
    }
    ratios = {schedule: staggering(gap, seen, THRESHOLDS) for schedule, gap in gaps.items()}
    (control,) = (each for name, each in ratios.items() if name != ONE_CYCLE)
    value = f"{ratios_said(ratios[ONE_CYCLE])} nats; with a constant learning rate {ratios_said(control)}"
    middle = ratios[ONE_CYCLE][THRESHOLDS[1]]
    verdict = by_thresholds(ratios[ONE_CYCLE], apart, most)
    return evidence(order, verdict, value, percentiles(middle), "becoming.html#fig-becoming-order", np.median(middle))


def apart_during_training(
    distances: Float[Array, "checkpoint one other"],
) -> tuple[Float[Array, " checkpoint"], Float[Array, " checkpoint"]]:
    """Mean distance of networks from the optimum, which is last, and from each other, at each checkpoint."""
    return distances[:, :-1, -1].mean(axis=1), np.array([of_pairs(among) for among in distances[:, :-1, :-1]])


def shares_of_the_largest(*during: Float[Array, " checkpoint"]) -> list[float]:
    """What is left at the end, as a share of the largest during training."""
    return [float(own[-1] / own.max()) for own in during]


def alike_until(order: store.Result, share: float = 0.05) -> Mapping[int, bool]:
    """M05, had training ended sooner: by outer episodes, whether little enough was left then."""
    distances = order.data.predictions_apart.sel(schedule=ONE_CYCLE).transpose("checkpoint", "one", "other").values
    during = apart_during_training(distances.astype(float))
    seen = claims.episodes_seen(order)
    shares = {n: shares_of_the_largest(*(own[: place + 1] for own in during)) for place, n in enumerate(seen)}
    return {n: max(left) <= share for n, left in shares.items()}


@criterion(
    "M05",
    "order",
    fixed="2026-11-28",
    amends=claims.all_converge,
    course=alike_until,
    reason="The source speaks of heterogeneity early in training, so what is left is held against the largest.",
    fresh=("order",),
)
def all_converge(order: store.Result, share: float = 0.05) -> Evidence:
    """M05: what is left at the end of the largest mean Jensen-Shannon divergences during training, on the source's die:
    of networks from Bayes, and from each other.

    Reproduced if at most {share:.0%} of both is left, partly if of one.
    """
    distances = order.data.predictions_apart.sel(schedule=ONE_CYCLE).transpose("checkpoint", "one", "other").values
    left = shares_of_the_largest(*apart_during_training(distances.astype(float)))
    verdict = ("not", "partly", "reproduced")[sum(each <= share for each in left)]
    value = f"{left[0]:.2%} left of the distance from Bayes, {left[1]:.2%} of the distance from each other"
    return evidence(order, verdict, value, None, "becoming.html#fig-becoming-apart", max(left))


@criterion("X06", "longer-lives", fixed="2026-11-28")
def longer_lives(longer: store.Result, near: float = 0.005) -> Evidence:
    """X06: KL from Bayes along episodes of up to 5,000 steps, for networks trained on 20 steps and then, for a little,
    on episodes of 20 to 400.

    A task counts if the median network is within {near} nats at every step shown. Reproduced if all ten count, partly
    if more than half do.
    """
    largest = longer.data.kl.max("step").median("run")
    holds = {str(task): bool(largest.sel(task=task) <= near) for task in largest.task.values}
    share = float(np.mean(list(holds.values())))
    verdict = "reproduced" if share == 1 else "partly" if share > 0.5 else "not"
    last = int(longer.data.step[-1])
    value = f"within {near} nats to step {last:,} in {count(holds)} tasks, largest {float(largest.max()):.4f}"
    worst = longer.data.kl.max("step").sel(task=largest.idxmax()).values
    return evidence(longer, verdict, value, percentiles(worst), "memory.html#fig-memory-longer", largest.max())


@criterion(
    "X06",
    "longer-lives-again",
    fixed="2026-11-29",
    amends=longer_lives,
    reason="Dice ended just above the bound, which stays; the second part of training is twice as long.",
    fresh=("longer-lives-again",),
)
def longer_lives_again(longer: store.Result, near: float = 0.005) -> Evidence:
    """X06: KL from Bayes along episodes of up to 5,000 steps, for networks trained on 20 steps and then, for twice as
    long as by the first rule, on episodes of 20 to 400.

    A task counts if the median network is within {near} nats at every step shown. Reproduced if all ten count, partly
    if more than half do.
    """
    return longer_lives.judge(longer, near)
