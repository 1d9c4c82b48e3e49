"""Rules for what happens when memory or time runs out."""

import numpy as np

from experiments.prediction.claims import evidence
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, count
from lib.probes.quantiles import percentiles
from lib.runner import store

BAYESIAN = 0.005  # nats a step: as close as this counts as Bayes-optimal, for B04


def near_at(result: store.Result, last: int) -> dict[str, bool]:
    """Whether the median network is within `BAYESIAN` nats of Bayes at every step shown up to one, by task."""
    median = result.data.kl.median("run").transpose("task", "step")
    reached = result.data.step.values <= last
    return {str(task): bool((median.sel(task=task).values[reached] <= BAYESIAN).all()) for task in median.task.values}


@criterion("B04", "horizon", fixed="2026-11-20")
def long_episodes(horizon: store.Result, most: float = 0.5) -> Evidence:
    """B04: KL from Bayes at each step of episodes of up to 5,000, for networks trained on 20.

    A task counts as Bayes-optimal at a step if the median network is within {BAYESIAN} nats of Bayes there. Reproduced
    if all ten tasks are up to step 30 and at least {most:.0%} of them at every step shown up to 1,000; partly if only
    the former.
    """
    at_30, at_1000 = near_at(horizon, 30), near_at(horizon, 1_000)
    share = float(np.mean(list(at_1000.values())))
    thirty, thousand = all(at_30.values()), share >= most
    verdict = "reproduced" if thirty and thousand else "partly" if thirty else "not"
    value = f"within {BAYESIAN} nats to step 30: {count(at_30)}; to step 1,000: {count(at_1000)}"
    last = percentiles(horizon.data.kl.isel(step=-1).median("task").values)
    return evidence(horizon, verdict, value, last, "memory.html#fig-memory-horizon", share)
