"""Rules of claims that are about predicting and acting alike: each needs a result of either half."""

import numpy as np

from experiments.prediction.claims import evidence
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.runner import store

WITHOUT, WINDOW, SHORT = 10, 10, 3  # times as far off for lack of memory, for M20


@criterion("M19", "prediction", "bandits", fixed="2026-11-20")
def gallery(predicted: store.Result, acted: store.Result) -> Evidence:
    """M19: in how many of the 14 tasks the gallery shows convergence and structure.

    Reproduced if in all, else partly.
    """
    tasks = len(predicted.data.task) + len(acted.data.task)
    verdict = "reproduced" if tasks == 14 else "partly"
    return evidence(predicted, verdict, f"{tasks} of 14 tasks", None, "gallery.html#gallery", tasks)


def falls_with_memory(acted: store.Result) -> dict[str, bool]:
    """In which bandits a window of one pull costs at least ten times what a window of nineteen does, and a window of
    five lies between.
    """
    short = acted.data.short_of_window
    found = {}
    for task in short.task.values:
        one, five, most = (float(short.sel(task=task, window=window)) for window in (1, 5, 19))
        found[str(task)] = one >= WINDOW * max(most, 0) and one > five > most
    return found


@criterion("M20", "memory", "bandits", fixed="2026-11-20")
def reduced_memory(remembered: store.Result, acted: store.Result) -> Evidence:
    """M20: Bayesians with a window, networks without recurrence, and networks too small to remember.

    Predicting, it holds if in all ten tasks every further observation in the window brings the Bayesian closer to the
    one who forgets nothing, and if in all four tasks the median network without memory is at least {WITHOUT} times
    as far from Bayes as the one with. Acting, it holds if in all four bandits a longer window costs less
    (one pull at least {WINDOW} times what nineteen do, five between), and if the median network of 2 units falls at
    least {SHORT} times as short of the optimum as the one of 64. Reproduced if all four hold, partly if most do.
    """
    nearer = bool((np.diff(remembered.data.kl_of_window.values, axis=1) < 0).all())
    ratio = remembered.data.kl_without_memory.median("run") / remembered.data.kl_of_width.sel(width=32).median("run")
    windows = falls_with_memory(acted)
    of_width = acted.data.short_of_width.median("few")
    two, wide = float(of_width.sel(width=2)), float(of_width.sel(width=64))
    holds = [nearer, bool((ratio >= WITHOUT).all()), all(windows.values()), two >= SHORT * wide]
    value = (
        f"predicting without memory: at least {float(ratio.min()):.0f}x as far from Bayes; acting with a window: less "
        f"memory costs reward in {count(windows)}; 2 units fall short by {two:.2f}, 64 by {wide:.3f} reward"
    )
    share = float(np.mean(holds))
    return evidence(remembered, by_share(holds, partly=0.4), value, None, "memory.html#fig-memory-window", share)
