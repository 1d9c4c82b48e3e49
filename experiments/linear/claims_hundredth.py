"""Amended rules for Meta-Learners of linear functions in two dimensions, judged on fresh networks that saw a hundredth
of the source's episodes.

Where a claim says "the same", its rule has two sides; singular modes are looked at with the antithetic probe.
"""

import numpy as np
from jaxtyping import Float

from experiments.linear import claims
from experiments.linear.claims import EDGES, NEARLY, NETWORKS, at_the_end, below_and_within, cutoff, fewer, within
from experiments.linear.modes import (
    LEARNED,
    PAGE,
    SAME,
    Array,
    apart,
    interval,
    later,
    points_until,
    times_as_long,
)
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence
from lib.runner import store

FEWER = "The first networks saw a fifth of the source's episodes, these see a hundredth"


def same(ratio: float, most: float = SAME) -> bool:
    """Whether a ratio of two times counts as one, from either side.

    >>> same(0.9), same(1.2), same(0.5)
    (True, False, False)
    """
    return 1 / most <= ratio <= most


def found_by(
    run: store.Result, name: str, verdict: str, value: str, arms: Array, figure: str, statistic: float
) -> Evidence:
    """What networks of one kind show."""
    episodes = int(run.manifest["seen"][name])
    return Evidence(verdict, value, interval(arms), len(arms), episodes, run.profile, f"{PAGE}#{figure}", statistic)


def above_ridge(run: store.Result, name: str) -> Float[Array, " network"]:
    """Squared error over an episode, as so many times that of ridge regression."""
    best = run.data.error_ridge.sel(world="2D").values.mean()
    return run.data[f"error_{name}"].values.mean(axis=1) / best


def ratios(run: store.Result, name: str) -> Float[Array, "network pair"]:
    """How many times as long the smaller mode takes as the larger, for each pair within the prior."""
    return later(points_until(run.data[f"progress_{name}"].values[:, within(run, name)]))


@criterion(
    "R03",
    "linear-learner",
    "linear-hundredth",
    fixed="2026-11-29",
    amends=claims.concurrent,
    reason=f"It passed networks that learn the small mode in half the time, and its probe was noisy. {FEWER}.",
    fresh=("linear-hundredth",),
)
def concurrent(learner: store.Result, run: store.Result) -> Evidence:
    """R03: within an episode of Meta-Learners of linear functions in two dimensions, how many times as long the small
    mode takes to be learned as the large one, whose singular value is 50 times as large.

    A mode is learned when q, the share of its singular value that a network has found, reaches {LEARNED:.0%}, by the
    antithetic probe. Time is points seen, between two by a straight line. Reproduced if the ratio is at most {SAME} and
    at least one over that for the median network, of {NETWORKS} or more; partly with {NEARLY} in its place.
    Networks that saw twice as many episodes, and ridge regression, stand beside these; errors are over an episode, and
    over that of ridge regression.
    """
    arms, twice = (ratios(run, name)[:, 0] for name in ("2d", "twice"))
    factor, median = fewer(learner, run), float(np.median(arms))
    everywhere = apart(points_until(run.data.progress_2d.values[:, within(run)]).reshape(len(arms), -1))
    ridge = float(later(points_until(run.data.ridge_2d.values[0])))
    value = (
        f"smallest over largest {times_as_long(median, 2)}, with an error of {_error(run, '2d')}; after twice as many "
        f"episodes {times_as_long(float(np.median(twice)), 2)}, with {_error(run, 'twice')}; ridge regression "
        f"{times_as_long(ridge, 2)}; of all modes within the prior, latest over earliest "
        f"{times_as_long(float(np.median(everywhere)), 2)}; a Learner takes {claims.range_of(factor)} times as many "
        f"steps, of {claims.BATCH} points each"
    )
    verdict = "reproduced" if same(median) and len(arms) >= NETWORKS else "partly" if same(median, NEARLY) else "not"
    return found_by(run, "2d", verdict, value, arms, "fig-straight-meta", median)


def _error(run: store.Result, name: str) -> str:
    return f"{np.median(above_ridge(run, name)):.2f} times ridge regression's"


@criterion(
    "R05",
    "linear-hundredth",
    fixed="2026-11-29",
    amends=claims.fails_beyond,
    reason=f"It did not ask whether values within the prior are found. {FEWER}.",
    fresh=("linear-hundredth",),
)
def fails_beyond(run: store.Result, least: float = 0.3) -> Evidence:
    """R05: how much of a singular value Meta-Learners in two dimensions have found by the end of an episode, as a
    share q, of values beyond {EDGES[2]}, the 95th percentile of the prior.

    Reproduced if q of the median network is at least {LEARNED:.0%} for the largest value within, falls with each larger
    value beyond, and from the largest within to the largest of all by at least {least}; partly if only the last. The
    number that decides is this fall.
    """
    values, ends = at_the_end(run, "2d")
    beyond, last = values > EDGES[2], np.median(ends, axis=0)
    inside = float(last[~beyond][-1])
    falls = inside >= LEARNED and bool((np.diff([inside, *last[beyond]]) < 0).all())
    lost = ends[:, ~beyond][:, -1] - ends[:, -1]
    fall = inside - float(last[-1])
    verdict = "reproduced" if falls and fall >= least else "partly" if fall >= least else "not"
    value = f"{inside:.2f} at {values[~beyond][-1]:g}, " + ", ".join(
        f"{q:.2f} at {s:g}" for s, q in zip(values[beyond], last[beyond], strict=True)
    )
    return found_by(run, "2d", verdict, f"{value}; a fall of {fall:.2f}", lost, "fig-straight-beyond", fall)


def cutoffs(run: store.Result, name: str) -> Float[Array, " network"]:
    """The singular value from which on each network fails."""
    values, ends = at_the_end(run, name)
    return np.array([cutoff(values, own) for own in ends])


@criterion(
    "R10",
    "linear-hundredth",
    fixed="2026-11-29",
    amends=claims.moves_with_the_prior,
    reason=f"Three networks began with small weights for x as well, though only y is large. {FEWER}.",
    fresh=("linear-hundredth",),
)
def moves_with_the_prior(run: store.Result, least: float = 5, most: float = 20, partly: float = 2) -> Evidence:
    """R10: from which singular value on Meta-Learners fail, of those trained on matrices of standard normal numbers and
    of those trained on numbers ten times as large.

    To fail is to have found less than {LEARNED:.0%} of a singular value by the end of an episode. Reproduced if the
    value from which on the median network fails is {least} to {most} times as large at scale 10 as at scale 1, each of
    {NETWORKS} networks or more; partly if it is more than {partly} times as large.
    """
    found = {name: cutoffs(run, name) for name in ("2d", "ten")}
    one, ten = (float(np.median(each)) for each in found.values())
    ratio = ten / one if np.isfinite(one) else float("nan")
    enough = min(map(len, found.values())) >= NETWORKS
    verdict = "reproduced" if least <= ratio <= most and enough else "partly" if ratio > partly else "not"
    value = f"fails from {one:.1f} on at scale 1, from {ten:.1f} on at scale 10, {times_as_long(ratio)}"
    return found_by(run, "ten", verdict, value, found["ten"] / one, "fig-straight-scale", ratio)


@criterion(
    "R11",
    "linear-hundredth",
    fixed="2026-11-29",
    amends=claims.below_the_prior,
    reason=f"It passed networks that find small values sooner, and had three of them; its probe was noisy. {FEWER}.",
    fresh=("linear-hundredth",),
)
def below_the_prior(run: store.Result, lowest: float = 1, well_enough: float = 0.9) -> Evidence:
    """R11: Meta-Learners trained on singular values between {lowest} and 3, given values below {lowest}: how much of
    these they find by the end of an episode, and how soon they have found {LEARNED:.0%}, in points; by the antithetic
    probe.

    Reproduced if for the median network, of {NETWORKS} or more, the share found, averaged over values below, is at
    least {well_enough} and at most one over that of that of values within, and the time, averaged likewise, at most
    {SAME} times as long and at least one over that; partly if one of the two. The number that decides is the ratio of
    times.
    """
    well, slow = below_and_within(run, lowest)
    share, ratio = float(np.median(well)), float(np.median(slow))
    holds = (same(share, 1 / well_enough), same(ratio))
    value = f"values below {lowest} over values within: q at the end {share:.2f}x, time {times_as_long(ratio, 2)}"
    verdict = "reproduced" if all(holds) and len(slow) >= NETWORKS else "partly" if any(holds) else "not"
    return found_by(run, "even", verdict, value, slow, "fig-straight-even", ratio)
