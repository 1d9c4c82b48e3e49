"""Amended rules for agents that act, each judged on networks or numbers that nobody had looked at when it was fixed.

The first ensembles have seeds from 0 on, the fresh ones from 100 on. What the first rule missed is said in each.
"""

import numpy as np
import xarray as xr
from jaxtyping import Float

from experiments import benchmark_claims
from experiments.bandits import claims, claims_learning, claims_simulation
from experiments.prediction.claims import episodes_seen, evidence
from experiments.prediction.claims_fresh import (
    apart_during_training,
    by_thresholds,
    ratios_said,
    shares_of_the_largest,
    staggering,
)
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.probes.convergence import first_below
from lib.probes.quantiles import percentiles
from lib.runner import store

THRESHOLDS = (0.03, 0.02, 0.01)  # reward a step: where "has learned step t" begins, for M07
GREED = 0.25  # of what a greedy Bayesian misses: what a network may, for M03, M12 and M13
PAGE = "learning-to-act.html"


@criterion(
    "M07",
    "bandit-order",
    fixed="2026-11-28",
    amends=claims_learning.staggered,
    reason="The price of entropy fell during training and decided when a step was learned; here it is constant.",
    fresh=("bandit-order",),
)
def staggered(order: store.Result, apart: float = 2, most: int = 2) -> Evidence:
    """M07: how far apart a network learns the steps 2 to 20 of an episode of the source's bandit: the latest time over
    the earliest. A step is learned when what is earned there first comes near the optimum; three thresholds,
    {THRESHOLDS} reward.

    Reproduced if the median network, trained with a constant price of entropy and a constant learning rate, takes at
    least {apart} times as long for the last step learned as for the first at {most} thresholds or more, partly if at
    one.
    """
    own = order.data.regret_on_the_way.isel(task=0).transpose("run", "checkpoint", "step").values
    ratios = staggering(own, np.array(episodes_seen(order), dtype=float), THRESHOLDS)
    middle = ratios[THRESHOLDS[1]]
    verdict, value = by_thresholds(ratios, apart, most), f"{ratios_said(ratios)} reward"
    return evidence(order, verdict, value, percentiles(middle), f"{PAGE}#fig-learning-to-act-order", np.median(middle))


Mean = Float[np.ndarray, " checkpoint"]


def returns_apart(order: store.Result) -> tuple[Mean, Mean]:
    """Mean differences in expected return of networks from the optimum and from each other, at each checkpoint."""
    short = (
        order.data.regret_on_the_way.isel(task=0, missing_dims="ignore")
        .sum("step")
        .transpose("checkpoint", "run")
        .values.astype(float)
    )
    places = np.concatenate([short, np.zeros((len(short), 1))], axis=1)  # the optimum is last
    return apart_during_training(np.abs(places[:, :, None] - places[:, None]))


def policies_apart(order: store.Result) -> tuple[Mean, Mean]:
    """Mean Jensen-Shannon divergences of policies, likewise."""
    divergences = (
        order.data.policies_apart.isel(task=0, missing_dims="ignore").transpose("checkpoint", "one", "other").values
    )
    return apart_during_training(divergences.astype(float))


@criterion(
    "M08",
    "bandit-order",
    fixed="2026-11-28",
    amends=claims_learning.all_converge,
    reason="Untrained networks hardly differ in return; the source speaks of heterogeneity early in training.",
    fresh=("bandit-order",),
)
def all_converge(order: store.Result, share: float = 0.05) -> Evidence:
    """M08: what is left at the end of the largest mean differences in return during training, on the source's bandit:
    of networks from the optimum, and from each other.

    Reproduced if at most {share:.0%} of both is left, partly if of one. The same of the divergence of policies, which
    return cannot see, stands beside it and does not count.
    """
    left, of_policies = (shares_of_the_largest(*each) for each in (returns_apart(order), policies_apart(order)))
    verdict = ("not", "partly", "reproduced")[sum(each <= share for each in left)]
    value = (
        f"{left[0]:.1%} left of the difference in return from the optimum, {left[1]:.1%} of that from each other; of "
        f"policies' divergence {of_policies[0]:.1%} and {of_policies[1]:.1%}"
    )
    return evidence(order, verdict, value, None, f"{PAGE}#fig-learning-to-act-apart", max(left))


@criterion(
    "M08",
    "bandits-third",
    fixed="2026-11-29",
    amends=all_converge,
    reason="With a constant learning rate and price of entropy players moved to the last, and which checkpoint came "
    "last decided; here both fall, as for the first players.",
    fresh=("bandits-third",),
)
def all_converge_at_rest(third: store.Result, share: float = 0.05) -> Evidence:
    """M08: what is left at the end of the largest mean differences in return during training, on the source's bandit:
    of networks from the optimum, and from each other; of players whose learning rate and price of entropy fall to
    nothing.

    Reproduced if at most {share:.0%} of both is left, partly if of one. The same of the divergence of policies, which
    return cannot see, stands beside it and does not count.
    """
    return all_converge.judge(third, share)


@criterion(
    "M15",
    "reservoir",
    fixed="2026-11-28",
    amends=claims_simulation.reservoir,
    reason="In the source the trained network generates the streams; the first rule let untrained networks play.",
    fresh=("reservoir",),
)
def reservoir(result: store.Result, low: float = 0.1) -> Evidence:
    """M15: state dissimilarity D_s(RNN to Opt) of untrained networks that are fed what a trained one lives through,
    with the initialisation that the source is likely to have used (Sonnet's) and its width.

    Reproduced if that of the median network is at most {low} in all four bandits, partly if in more than half. A
    quarter of the width, and trained networks, stand beside it.
    """
    widths = sorted((str(each) for each in result.data.condition.values if str(each) != "trained"), key=_units)
    medians = result.data.state.median("run")
    wide = {str(task): float(medians.sel(task=task, condition=widths[-1])) for task in medians.task.values}
    ranges = {str(condition): medians.sel(condition=condition).values for condition in (*widths, "trained")}
    value = "; ".join(f"{name}: {own.min():.3f} to {own.max():.3f}" for name, own in ranges.items())
    holds = {task: each <= low for task, each in wide.items()}
    worst = max(wide, key=lambda task: wide[task])
    runs = percentiles(result.data.state.sel(task=worst, condition=widths[-1]).values)
    figure = "acting-hood.html#fig-acting-hood-fed"
    return Evidence(
        by_share(holds.values()),
        f"state dissimilarity D_s: {value}; at most {low} in {count(holds)} bandits",
        (float(f"{runs.low:.3g}"), float(f"{runs.high:.3g}")),
        len(result.data.run),
        max(result.manifest["episodes"].values()),
        result.profile,
        figure,
        wide[worst],
    )


def _units(condition: str) -> int:
    """How wide the networks of a condition are: the first number in its name."""
    return int("".join(c for c in condition.split(",")[-1] if c.isdigit()))


@criterion(
    "M20",
    "memory",
    "bandits",
    "bandit-memory",
    fixed="2026-11-28",
    amends=benchmark_claims.reduced_memory,
    reason="A Gittins player with a window is not the best player with that memory; here the best one is worked out.",
    unseen="exact values of the best players with windows of 0 to 6 pulls",
)
def reduced_memory(memory: store.Result, bandits: store.Result, limited: store.Result) -> Evidence:
    """M20: how far from optimal agents remain that cannot remember enough, however good they are otherwise.

    Predicting, it holds if in all ten tasks every further observation in the window brings the windowed Bayesian closer
    to the one who forgets nothing, and if in all four tasks the median network without memory is at least
    {benchmark_claims.WITHOUT} times as far from Bayes as the one with. Acting, it holds if on both Bernoulli bandits
    the best player with a window falls short of the optimum at every window worked out, and by less with every further
    pull; and if the median network of 2 units falls at least {benchmark_claims.SHORT} times as short as the one of 64.
    Reproduced if all four hold, partly if most do.
    """
    nearer = bool((np.diff(memory.data.kl_of_window.values, axis=1) < 0).all())
    ratio = memory.data.kl_without_memory.median("run") / memory.data.kl_of_width.sel(width=32).median("run")
    short = limited.data.short_of_window.transpose("bernoulli", "window").values
    windows = bool((short > 0).all() and (np.diff(short, axis=1) < 0).all())
    of_width = bandits.data.short_of_width.median("few")
    two, wide = float(of_width.sel(width=2)), float(of_width.sel(width=64))
    without = bool((ratio >= benchmark_claims.WITHOUT).all())
    holds = [nearer, without, windows, two >= benchmark_claims.SHORT * wide]
    ends = "; ".join(
        f"{name}: {own[0]:.2f} with none to {own[-1]:.3f} with {int(limited.data.window[-1])}"
        for name, own in zip(limited.data.bernoulli.values, short, strict=True)
    )
    value = (
        f"predicting without memory: at least {float(ratio.min()):.0f}x as far from Bayes; the best player with a "
        f"window of pulls falls short by {ends}; 2 units fall short by {two:.2f}, 64 by {wide:.3f} reward"
    )
    figure = "memory.html#fig-memory-window"
    return evidence(memory, by_share(holds, partly=0.4), value, None, figure, float(np.mean(holds)))


def episodes_until_near(capacity: store.Result, near: float) -> dict[str, dict[int, Float[np.ndarray, " run"]]]:
    """By task, and then by width, the episodes that each network has seen when it first is so near the optimum;
    predictors in nats, and players of the source's bandit in reward. Infinite if it never was.
    """
    data = capacity.data

    def by_width(far: xr.DataArray, seen: xr.DataArray) -> dict[int, Float[np.ndarray, " run"]]:
        runs = zip(seen[seen.dims[0]].values.tolist(), far.values, seen.values, strict=True)
        return {units: first_below(own, when, near) for units, own, when in runs}

    found = {str(task): by_width(data.kl_on_the_way.sel(task4=task), data.seen) for task in data.task4.values}
    return {**found, claims_simulation.SOURCES: by_width(data.short_on_the_way, data.seen_by_players)}


@criterion(
    "M18",
    "capacity",
    fixed="2026-11-29",
    amends=claims_learning.width_everywhere,
    reason="The source speaks of the speed of convergence; the first rule looked at its end, with two yardsticks.",
    fresh=("capacity",),
)
def speed_by_width(capacity: store.Result, near: float = 0.5) -> Evidence:
    """M18: how many episodes a network of each width has seen when it first comes within {near} of the optimum in an
    episode, a predictor in nats and a player of the source's bandit in reward; all by one recipe.

    A task holds if the median network of every width needs fewer episodes than that of the next narrower. Reproduced if
    the four prediction tasks and the bandit hold, partly if more than half do. The same for twice the distance and for
    half of it stands beside it.
    """

    def medians(within: float) -> dict[str, Float[np.ndarray, " width"]]:
        by_task = episodes_until_near(capacity, within)
        return {task: np.array([np.median(each) for each in own.values()]) for task, own in by_task.items()}

    def faster(within: float) -> dict[str, bool]:
        return {task: bool((own[1:] < own[:-1]).all()) for task, own in medians(within).items()}

    holds = faster(near)
    beside = ", ".join(f"{sum(faster(each).values())} within {each:g}" for each in (2 * near, near / 2))
    by_width = {task: ", ".join(f"{each / 1000:.1f}k" for each in own) for task, own in medians(near).items()}
    shown = "; ".join(f"{task}: {own}" for task, own in by_width.items())
    value = f"fewer episodes with every wider network in {count(holds)} tasks ({beside}), by width: {shown}"
    held = float(np.mean(list(holds.values())))
    return evidence(capacity, by_share(holds.values()), value, None, "memory.html#fig-memory-speed", held)


def of_greed(again: store.Result) -> dict[str, float]:
    """By bandit, how far the median network falls short of the optimum, as a share of how far greed does."""
    shares = again.data.short_of_best.median("run") / again.data.short_of_greed
    return {str(task): float(shares.sel(task=task)) for task in shares.task.values}


@criterion(
    "M03",
    "bandits-again",
    fixed="2026-11-28",
    amends=claims.regret_difference,
    reason="It left out that the policy converges on the best arm, and greed all but passed its bound.",
    fresh=("bandits-again",),
)
def regret_and_arm(again: store.Result, share: float = GREED, near: float = 0.02) -> Evidence:
    """M03: the difference of expected regret between network and optimum, on the source's bandit; and how probable it
    is that the better arm is pulled at step 20, where training ends, and at step 30, where the source's figure does.

    Reproduced if the median network's difference is at most {share:.0%} of what greed misses, and its probability of
    the better arm at most {near} from that of the optimum of 30 steps at both; partly if the first holds.
    """
    source = str(again.data.task.values[0])
    shares = of_greed(again)
    runs = percentiles(again.data.short_of_best.sel(task=source).values)
    best, found = again.data.better_arm_best, again.data.better_arm.median("run")
    off = {pull: float(found.sel(pull=pull) - best.sel(pull=pull)) for pull in (20, 30)}
    small, right = shares[source] <= share, all(abs(each) <= near for each in off.values())
    verdict = "reproduced" if small and right else "partly" if small else "not"
    value = (
        f"{float(runs.median):.4f} reward an episode, {shares[source]:.0%} of what greed misses; the better arm "
        + " and ".join(
            f"{float(found.sel(pull=pull)):.3f} at step {pull} (optimum {float(best.sel(pull=pull)):.3f})"
            for pull in off
        )
    )
    return evidence(again, verdict, value, runs, "acting.html#fig-acting-thirty", shares[source])
