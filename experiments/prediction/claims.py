"""Rules for the ten prediction tasks: behaviour and convergence."""

from dataclasses import replace
from typing import Any, SupportsFloat

import numpy as np
from jaxtyping import Float
from scipy.stats import spearmanr

from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, count
from lib.probes.convergence import first_below
from lib.probes.quantiles import Percentiles, percentiles
from lib.runner import store

DIE = "die 1, 1, 1"  # the one prior that the source names
SMALL = 0.005  # nats a step: where "has learned step t" begins, for M04


def evidence(
    result: store.Result,
    verdict: str,
    value: str,
    interval: Percentiles | None,
    figure: str,
    statistic: SupportsFloat | None = None,
) -> Evidence:
    """Evidence from networks of one result."""
    return Evidence(
        verdict=verdict,
        value=value,
        interval=None if interval is None else (float(f"{interval.low:.3g}"), float(f"{interval.high:.3g}")),
        n=len(result.data.run),
        episodes=max(result.manifest["episodes"].values()),
        profile=result.profile,
        figure=figure,
        statistic=None if statistic is None else float(statistic),
    )


def near_bayes_until(prediction: store.Result, near: float = 0.02) -> dict[int, bool]:
    """M02, had training ended sooner: by outer episodes, whether the median network was near enough then."""
    kl = prediction.data.kl.sel(task=DIE).sum("step").median("run")
    return {seen: bool(each <= near) for seen, each in zip(episodes_seen(prediction), kl.values, strict=True)}


def episodes_seen(result: store.Result) -> list[int]:
    """Outer episodes of one network at each checkpoint."""
    per_update = max(result.manifest["episodes"].values()) / result.manifest["checkpoint"]
    return [round(float(update) * per_update) for update in result.data.checkpoint.values]


@criterion("M02", "prediction", fixed="2026-11-20", same_as=("M06",), course=near_bayes_until)
def three_episodes_of_a_die(prediction: store.Result, near: float = 0.02) -> Evidence:
    """M02: KL from Bayes to the network on the source's die, summed over the 20 steps of an episode as in training.

    Reproduced if the median network's is at most {near} nats, else not. The next ten steps stand beside it.
    """
    kl = prediction.data.kl_at_the_end.sel(task=DIE)
    within, beyond = (percentiles(kl.sel(longer=part).sum("longer").values) for part in (slice(1, 20), slice(21, None)))
    value = f"{float(within.median):.4f} nats over 20 steps, {float(beyond.median):.4f} over the next ten"
    verdict = "reproduced" if within.median <= near else "not"
    return evidence(prediction, verdict, value, within, "predict.html#fig-predict-die", within.median)


def times_said(ratio: float) -> str:
    """A ratio in words.

    >>> times_said(1.99), times_said(594.6)
    ('2.0x', '595x')
    """
    return f"{ratio:.1f}x" if ratio < 10 else f"{ratio:,.0f}x"


def crossing_times(prediction: store.Result) -> np.ndarray:
    """How many episodes a network has seen when its divergence at each step first falls below `SMALL`.

    Returns:
        (task, run, step), in episodes; at least one update's, at most those of the whole training.
    """
    kl = prediction.data.kl.transpose("task", "run", "step", "checkpoint").values
    batch = max(prediction.manifest["episodes"].values()) / prediction.manifest["checkpoint"]
    seen = prediction.data.checkpoint.values * batch
    return np.clip(first_below(kl, seen, SMALL), batch, seen[-1])


@criterion("M04", "prediction", fixed="2026-11-20")
def staggered(prediction: store.Result, apart: float = 2) -> Evidence:
    """M04: how far apart a network learns the steps of an episode: the latest time over the earliest. A step is learned
    when the KL there first falls below {SMALL} nats.

    Reproduced if, on the source's die, the median network takes at least {apart} times as long for the last step
    learned as for the first, else not; the other tasks are counted beside it.
    """
    times = crossing_times(prediction)
    tasks = [str(task) for task in prediction.data.task.values]
    ratios = {task: percentiles(times[i].max(axis=1) / times[i].min(axis=1)) for i, task in enumerate(tasks)}
    steps = np.arange(times.shape[-1])
    order = np.median([spearmanr(steps, own).statistic for own in times[tasks.index(DIE)]])
    die = ratios[DIE]
    everywhere = count({task: bool(own.median >= apart) for task, own in ratios.items()})
    ratio = times_said(float(die.median))
    value = f"die: {ratio}, rank correlation with the step {order:+.2f}; at least {apart:g}x in {everywhere} tasks"
    return evidence(
        prediction,
        "reproduced" if die.median >= apart else "not",
        value,
        die,
        "becoming.html#fig-becoming-staggered",
        die.median,
    )


def of_pairs(among: Float[np.ndarray, "run run"]) -> float:
    """Mean distance of two different networks."""
    return float(among.sum() / (len(among) * (len(among) - 1)))


def clouds(prediction: store.Result, task: str) -> dict[str, float]:
    """Mean distance of all networks from Bayes and from each other, untrained and at the end, in nats an episode."""
    moments, runs = len(prediction.data.moment), len(prediction.data.run)
    distance = prediction.data.distance.sel(task=task).values
    found: dict[str, float] = {}
    for name, moment in {"untrained": 0, "trained": moments - 1}.items():
        networks = np.arange(runs) * moments + moment
        among = distance[np.ix_(networks, networks)]
        found[f"{name}, from Bayes"] = float(distance[networks, -1].mean())
        found[f"{name}, from each other"] = of_pairs(among)
    return found


@criterion("M05", "prediction", fixed="2026-11-20")
def all_converge(prediction: store.Result, share: float = 0.05) -> Evidence:
    """M05: how much of the untrained networks' mean Jensen-Shannon divergences is left at the end, on the source's die.

    Reproduced if at most {share:.0%} of that from Bayes and at most {share:.0%} of that from each other is left;
    partly if one of the two.
    """
    found = clouds(prediction, DIE)
    left = {kind: found[f"trained, {kind}"] / found[f"untrained, {kind}"] for kind in ("from Bayes", "from each other")}
    value = ", ".join(f"{each:.1%} left of the distance {kind}" for kind, each in left.items())
    verdict = ("not", "partly", "reproduced")[sum(each <= share for each in left.values())]
    return evidence(prediction, verdict, value, None, "becoming.html#fig-becoming-map", max(left.values()))


def low_loss_until(prediction: store.Result, near: float = 0.02) -> dict[int, bool]:
    """M06, had training ended sooner: by outer episodes, whether the median excess was small enough then."""
    excess = (prediction.data.log_loss - prediction.data.log_loss_bayes).sel(task=DIE).median("run")
    return {seen: bool(each <= near) for seen, each in zip(episodes_seen(prediction), excess.values, strict=True)}


@criterion("M06", "prediction", fixed="2026-11-20", same_as=("M02",), course=low_loss_until)
def loss_reaches_bayes(prediction: store.Result, near: float = 0.02) -> Evidence:
    """M06: excess of the final log-loss over that of Bayes on the same held-out episodes, on the source's die.

    Reproduced if it is at most {near} nats an episode for the median network, else not.
    """
    last = prediction.data.log_loss.isel(checkpoint=-1) - prediction.data.log_loss_bayes
    die, medians = percentiles(last.sel(task=DIE).values), last.median("run")
    value = f"die: {float(die.median):.4f} nats; largest of ten tasks: {float(medians.max()):.4f}"
    verdict = "reproduced" if die.median <= near else "not"
    return evidence(prediction, verdict, value, die, "becoming.html#fig-becoming-loss", die.median)


def share_left(prediction: store.Result) -> Any:
    """Final median divergence over the median divergence of the untrained networks, by task."""
    final = prediction.data.kl_at_the_end.sel(longer=slice(1, 20)).sum("longer").median("run")
    return final / prediction.data.kl_untrained.median("run")


@criterion("B02", "prediction", fixed="2026-11-20")
def typical_episodes(prediction: store.Result, near: float = 0.05) -> Evidence:
    """B02: the probabilities of one network along three episodes of the die, against those of Bayes.

    Reproduced if they are nowhere further apart than {near}, else not.
    """
    throws = prediction.data.throws.values - prediction.data.throws.values.min()
    before = np.cumsum(np.eye(3)[throws], axis=1) - np.eye(3)[throws]
    bayes = (before + 1) / (before + 1).sum(axis=-1, keepdims=True)
    farthest = float(np.abs(prediction.data.says.isel(checkpoint=-1).values - bayes).max())
    verdict = "reproduced" if farthest <= near else "not"
    value = f"never further than {farthest:.3f} from Bayes in three episodes"
    return replace(evidence(prediction, verdict, value, None, "predict.html#live-die", farthest), n=1)
