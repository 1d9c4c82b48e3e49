"""Rules for transformers in the place of LSTMs: whether they predict as Bayes does, how far beyond the length that they
were trained on, and in which order they come to learn.

Bounds were fixed before the networks that are judged were trained; a few of other seeds had been looked at.
"""

import numpy as np
from jaxtyping import Float

from experiments import outer_loop_claims
from experiments.linear.modes import LEARNED, SAME, later, points_until, times_as_long
from experiments.outer_loop_claims import Way, linear_way, most
from experiments.prediction.claims import evidence
from experiments.prediction.claims_memory import BAYESIAN, near_at
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.probes.quantiles import percentiles
from lib.runner import store

Array = np.ndarray

NEAR = 0.01  # nats an episode from Bayes
NETWORKS = 5  # the fewest
LSTM_EPISODES = 256_000  # that an LSTM saw in training, for each task
TRAINED_ON = 20  # steps of an episode
FAR = 1_000  # steps
SHARE = 0.5  # of tasks, beyond step 30: as B04
PAGE = "another-machine.html"


def from_bayes(transformers: store.Result) -> dict[str, Float[Array, " run"]]:
    """KL from Bayes to each network over the steps of an episode as in training, in nats, by task."""
    kl = transformers.data.kl.sel(step=slice(1, TRAINED_ON)).sum("step").transpose("task", "run")
    return {str(task): np.asarray(kl.sel(task=task).values, dtype=float) for task in transformers.data.task.values}


@criterion("N11", "transformers", fixed="2026-11-29")
def bayes_in_ten(transformers: store.Result) -> Evidence:
    """N11: KL from Bayes to transformers, summed over the {TRAINED_ON} steps of an episode as in training, on held-out
    episodes of the ten prediction tasks; {NETWORKS} networks or more for each, and for each network at most the
    {LSTM_EPISODES:,} episodes that an LSTM had.

    Reproduced if the median network's is at most {NEAR} nats in all ten tasks, partly if in more than half, else not.
    The number that decides is the largest of these medians.
    """
    found = from_bayes(transformers)
    medians = {task: float(np.median(own)) for task, own in found.items()}
    holds = {task: median <= NEAR for task, median in medians.items()}
    enough = len(transformers.data.run) >= NETWORKS
    affordable = max(transformers.manifest["episodes"].values()) <= LSTM_EPISODES
    worst = max(medians, key=medians.__getitem__)
    value = f"at most {NEAR} nats in {count(holds)} tasks; largest {medians[worst]:.4f} ({worst})"
    verdict = by_share(holds.values()) if enough and affordable else "not"
    return evidence(
        transformers, verdict, value, percentiles(found[worst]), f"{PAGE}#fig-machine-bayes", medians[worst]
    )


@criterion("N12", "transformers", "horizon", fixed="2026-11-29")
def goes_on(transformers: store.Result, horizon: store.Result) -> Evidence:
    """N12: KL from Bayes at each step of episodes of {FAR:,} steps, for transformers that were trained on {TRAINED_ON};
    their attention falls with distance, so that every length has positions.

    As B04 asks of LSTMs: a task counts as Bayes-optimal at a step if the median network is within {BAYESIAN} nats of
    Bayes there. Reproduced if all ten tasks are up to step 30 and at least {SHARE:.0%} of them at every step shown up
    to {FAR:,}; partly if only the former. The number that decides is the share of tasks up to step {FAR:,}. LSTMs that
    were trained on as many steps stand beside it and do not count.
    """
    thirty, thousand, lstm = (near_at(*each) for each in ((transformers, 30), (transformers, FAR), (horizon, FAR)))
    share = float(np.mean(list(thousand.values())))
    verdict = "not" if not all(thirty.values()) else "reproduced" if share >= SHARE else "partly"
    last = transformers.data.kl.sel(step=slice(None, FAR)).isel(step=-1).median("task").values
    value = (
        f"within {BAYESIAN} nats to step 30: {count(thirty)}; to step {FAR:,}: {count(thousand)}; LSTMs: {count(lstm)}"
    )
    return evidence(transformers, verdict, value, percentiles(last), f"{PAGE}#fig-machine-length", share)


def ratios(lines: store.Result) -> Float[Array, " run"]:
    """How many times as many points as the large mode the small one of the pair takes in an episode, by network."""
    progress = lines.data.progress_pair.transpose("run", "step", "mode").values.astype(float)
    return later(points_until(progress, LEARNED))


def outer_way(lines: store.Result) -> Way:
    """Shares found by the end of an episode, over outer training."""
    way = lines.data.way.transpose("run", "checkpoint", "spectrum", "mode")
    return Way(lines.data.checkpoint.values * lines.manifest["batch"], way.values.astype(float))


@criterion("N13", "transformer-lines", "linear-outer", fixed="2026-11-29")
def learns_as_the_lstm(lines: store.Result, outer: store.Result) -> Evidence:
    """N13: transformers that are trained on linear functions in two dimensions, by the antithetic probe. Within an
    episode: how many times as many points the small singular mode takes to be learned to {LEARNED:.0%} as the large
    one, which is 50 times as large, as in R03. Over training: whether the small mode is ahead of the large one early
    on, as in R23, on three targets, at all checkpoints at which q of one is above {outer_loop_claims.BEGUN} and that of
    the other below {outer_loop_claims.DONE}.

    Modes are learned concurrently if the ratio of the median network, of {NETWORKS} or more, is at most {SAME} and at
    least one over that. The outer order is that of the LSTM if the small mode is ahead in more than
    {outer_loop_claims.MOST:.0%} of all pairs of a network and a target just where it is so of LSTMs trained with Adam.
    Reproduced if both hold, partly if one does. The number that decides is the ratio.
    """
    times = ratios(lines)
    ratio = float(np.median(times))
    concurrent = 1 / SAME <= ratio <= SAME and len(times) >= NETWORKS
    ours, lstm = map(outer_loop_claims.lead, (outer_way(lines), linear_way(outer, "adam")))
    alike = most(ours) == most(lstm)
    value = (
        f"small over large {times_as_long(ratio, 2)}; over training the small mode is ahead in {(ours > 0).mean():.0%} "
        f"of pairs, in LSTMs in {(lstm > 0).mean():.0%}"
    )
    verdict = ("not", "partly", "reproduced")[concurrent + alike]
    known = percentiles(times) if np.isfinite(times).all() else None
    return evidence(lines, verdict, value, known, f"{PAGE}#fig-machine-modes", ratio)
