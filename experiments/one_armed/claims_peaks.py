"""An amended rule for the two peaks of the return at the edge, and from which noise on there are two. All of it is
exact, and worked out while the book is built.
"""

from functools import cache

import numpy as np

from experiments.one_armed import claims
from experiments.one_armed.claims import SIGMA_L, are_bimodal_at_the_edge, peaks, worlds
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.optimal import explore_then_commit as fixed

SHOWN = 100  # the lifetime of the source's figure
ROOM = 2  # pulls: between 0 and fewer there is no room for a valley
NOISES = np.arange(0.25, 4.01, 0.25)  # at which the threshold is looked for


@cache
def jump(noise: float, lifetime: int) -> int:
    """The best fixed number of pulls just inside the edge."""
    return int(fixed.best_n(worlds(lifetime, noise)["at"] * 1.0001, noise, lifetime))


@cache
def threshold(lifetime: int) -> float:
    """The smallest of `NOISES` from which on there are one, two and one peaks, up to the largest; infinite if none."""
    holds = [are_bimodal_at_the_edge(peaks(lifetime, float(noise))) for noise in NOISES]
    lacks = [place for place, each in enumerate(holds) if not each]
    first = lacks[-1] + 1 if lacks else 0
    return float(NOISES[first]) if first < len(NOISES) else float("inf")


@criterion(
    "L05",
    fixed="2026-11-29",
    before=False,
    amends=claims.two_peaks,
    reason="The source shows a life of 100 steps only; the first rule asked shorter lives too, in which the edge "
    "leaves no room for a valley at this noise.",
    unseen="nineteen further noises at a lifetime of 100",
)
def two_peaks_in_long_lives() -> Evidence:
    """L05: local maxima of the return as a function of n, the fixed number of pulls of the unknown arm, for a lifetime
    of {SHOWN} steps, which the source shows, at the twenty values of sigma_l of the maps and a sigma_p of
    {claims.AWAY[outside]}, {claims.AWAY[at]:g} and {claims.AWAY[inside]} times that from which on exploring pays.

    A noise is asked if the best n just inside the edge is at least {ROOM}. It counts if there are one, two and one
    maxima, and n = 0 is among the two. Reproduced if all noises asked count, partly if more than half do; the number
    that decides is their share. Shorter and longer lives stand beside it and do not count.
    """
    asked = [float(noise) for noise in SIGMA_L if jump(float(noise), SHOWN) >= ROOM]
    holds = {f"sigma_l {noise:.1f}": are_bimodal_at_the_edge(peaks(SHOWN, noise)) for noise in asked}
    begins = ", ".join(f"{threshold(life):g} ({life})" for life in (*claims.LIFETIMES, 200))
    value = (
        f"1, 2, 1 local maxima outside, at and inside the edge at {count(holds)} noises from {min(asked):.1f} on, in a "
        f"life of {SHOWN} steps; from which sigma_l on, by lifetime: {begins}"
    )
    share = float(np.mean([*holds.values()]))
    figure = "worth-learning.html#fig-worth-return"
    return Evidence(by_share(holds.values()), value, None, None, None, "exact", figure, share)
