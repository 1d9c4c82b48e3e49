"""Rules for what happens when memory or time runs out."""

import numpy as np

from lib import store
from lib.probes.ensemble import spread
from lib.rules.evidence import Evidence, at_most_partly, by_share, count
from lib.rules.prediction import _evidence

BAYESIAN = 0.005  # nats a step: as close as this counts as Bayes-optimal, for B04


def width(memory: store.Result) -> Evidence:
    """M18, prediction tasks: final divergence against width.

    A task holds if the median network of width 32 has at most a tenth of the divergence of one of width 2, and 64 units
    gain at most another 0.01 nats over 32.
    """
    by_width = memory.data.kl_of_width.median("run")
    holds = {
        str(task): bool(
            by_width.sel(task4=task, width=32) <= 0.1 * by_width.sel(task4=task, width=2)
            and by_width.sel(task4=task, width=32) - by_width.sel(task4=task, width=64) <= 0.01
        )
        for task in memory.data.task4.values
    }
    value = f"prediction: holds in {count(holds)} tasks, one of each family. Bandits: not yet"
    return _evidence(memory, at_most_partly(by_share(holds.values())), value, None, "memory.html#fig-memory-width")


def reduced_memory(memory: store.Result) -> Evidence:
    """M20, prediction tasks: Bayes with a window, and networks without recurrence.

    Holds if in all ten tasks every further observation in the window brings the Bayesian closer to the one who forgets
    nothing, and in all four tasks the median network without memory is at least ten times as far from Bayes as the one
    with.
    """
    falls = bool((np.diff(memory.data.kl_of_window.values, axis=1) < 0).all())
    without = memory.data.kl_without_memory.median("run")
    ratio = without / memory.data.kl_of_width.sel(width=32).median("run")
    verdict = at_most_partly(by_share([falls, bool((ratio >= 10).all())]))
    value = f"prediction: without memory at least {float(ratio.min()):.0f}x as far from Bayes. Bandits: not yet"
    return _evidence(memory, verdict, value, None, "memory.html#fig-memory-window")


def long_episodes(horizon: store.Result) -> Evidence:
    """B04: the divergence at each step of episodes of up to 5,000, for networks trained on 20.

    A task counts as Bayes-optimal at a step if the median network is within 0.005 nats of Bayes there. Reproduced if
    all ten tasks are at step 30 and at least half of them at every step shown up to 1,000; partly if only the former.
    """
    median = horizon.data.kl.median("run")
    step = horizon.data.step.values
    at_30 = {str(t): bool((median.sel(task=t).values[step <= 30] <= BAYESIAN).all()) for t in median.task.values}
    at_1000 = {str(t): bool((median.sel(task=t).values[step <= 1_000] <= BAYESIAN).all()) for t in median.task.values}
    thirty, thousand = all(at_30.values()), np.mean(list(at_1000.values())) >= 0.5
    verdict = "reproduced" if thirty and thousand else "partly" if thirty else "not"
    value = f"within 0.005 nats to step 30: {count(at_30)}; to step 1,000: {count(at_1000)}"
    last = spread(horizon.data.kl.isel(step=-1).median("task").values)
    return _evidence(horizon, verdict, value, last, "memory.html#fig-memory-horizon")
