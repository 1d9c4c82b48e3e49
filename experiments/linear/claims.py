"""Rules for Meta-Learners of linear functions, and for ridge regression.

Bounds were fixed before the runs.
"""

from collections.abc import Mapping
from functools import cache

import numpy as np
import torch
from jaxtyping import Float

from experiments.linear.modes import (
    LEARNED,
    PAGE,
    SAME,
    Array,
    apart,
    later,
    of_networks,
    points_until,
    staggered,
    steps_until,
    times_as_long,
)
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share
from lib.random import generator
from lib.runner import store
from lib.tasks.random_matrices import MatrixNormal

TWICE = 2.0  # R08: how much later a Learner must learn the smallest mode
NEARLY = 1.5  # R03: the largest ratio of times that still counts as nearly the same
MATRICES = 200_000  # R02
EXPECTED = {2: (1.775, 0.519), 5: (3.644, 2.587, 1.737, 0.979, 0.307)}  # R02: mean spectra
EDGES = {2: 2.653, 5: 4.034}  # R02: 95th percentiles of all singular values
NETWORKS = 10  # R03: as many as the source's, at least
BATCH = 100  # points in a step of a Learner


@cache
def drawn(size: int) -> Float[Array, "matrix mode"]:
    """Singular values of many matrices of standard normal numbers."""
    rng = generator("singular values", size)
    return torch.linalg.svdvals(MatrixNormal().draw(MATRICES, size, rng)).numpy()


@criterion("R02", fixed="2026-11-21")
def spectra_of_chance(mean: float = 0.01, edge: float = 0.02) -> Evidence:
    """R02: singular values of {MATRICES:,} matrices of standard normal numbers, in two and in five dimensions.

    Reproduced if the 95th percentile of all singular values is within {edge} of the source's in both dimensions,
    {EDGES[2]} and {EDGES[5]}, and each mean of the ordered singular values within {mean} of the one worked out
    beforehand; partly if more than half of these four hold. The number that decides is the share of them that hold.
    """
    edges = {size: float(np.quantile(drawn(size), 0.95)) for size in EDGES}
    means = {size: float(np.abs(drawn(size).mean(axis=0) - EXPECTED[size]).max()) for size in EXPECTED}
    holds = [abs(edges[size] - EDGES[size]) <= edge for size in EDGES] + [off <= mean for off in means.values()]
    value = "; ".join(f"{size}D: {edges[size]:.3f}, mean spectrum within {means[size]:.3f}" for size in EDGES)
    figure = f"{PAGE}#fig-straight-chance"
    return Evidence(by_share(holds), value, None, None, None, "exact", figure, float(np.mean(holds)))


def within(meta: store.Result, name: str = "2d") -> Array:
    """Which of the targets have no singular value beyond the 95th percentile of the prior."""
    scale = {"2d": 1, "plain": 1, "even": 1, "twice": 1, "ten": 10}[name]
    return np.asarray((meta.data[f"values_{name}"].values <= scale * EDGES[2]).all(axis=-1))


def fewer(learner: store.Result, meta: store.Result) -> Float[Array, "pair mode"]:
    """Steps of the median Learner over points of the median Meta-Learner, for each mode that both were given."""
    slow = np.median(steps_until(learner, "2d"), axis=1)
    fast = np.median(points_until(meta.data.progress_2d.values[:, within(meta)]), axis=0)
    with np.errstate(invalid="ignore"):
        found: Array = slow / fast
    return found


def range_of(factors: Array) -> str:
    """The range of factors, of those that are known."""
    known = factors[np.isfinite(factors)]
    return f"{known.min():,.0f} to {known.max():,.0f}" if known.size else "more than we can tell"


def widest_pair_over_training(_: store.Result, meta: store.Result) -> Mapping[int, bool]:
    """Whether the bound of R03 holds at each checkpoint, for the pair of modes furthest apart that was looked at
    there.
    """
    values = meta.data.values_way.values
    widest = int((values[:, 0] / values[:, 1]).argmax())
    shares = meta.data.way_ours.transpose("run_2d", "checkpoint_ours", "spectrum_way", "step", "mode_2d")
    ratios = np.median(later(points_until(shares.values[:, :, widest])), axis=0)
    episodes = meta.data.checkpoint_ours.values * meta.manifest["batches"]["ours"]
    return {
        int(seen): bool(ratio <= SAME) and len(shares) >= NETWORKS for seen, ratio in zip(episodes, ratios, strict=True)
    }


@criterion("R03", "linear-learner", "linear-meta", fixed="2026-11-21", course=widest_pair_over_training)
def concurrent(learner: store.Result, meta: store.Result) -> Evidence:
    """R03: within an episode of Meta-Learners of linear functions in two dimensions, how many times as long the small
    mode takes to be learned as the large one, whose singular value is 50 times as large.

    A mode is learned when q, the share of its singular value that a network has found, reaches {LEARNED:.0%}. Time is
    points seen, between two by a straight line; counted in steps of the episode the ratio would be closer to 1.
    Reproduced if the ratio is at most {SAME} for the median network, of {NETWORKS} or more; partly if it is at most
    {NEARLY}. Over outer training the same bound is asked of a pair of 12 to 1, the widest that was looked at there.
    """
    times = points_until(meta.data.progress_2d.values)
    arms = later(times[:, 0])
    everywhere = apart(times[:, within(meta)].reshape(len(times), -1))
    factor, median = fewer(learner, meta), float(np.median(arms))
    value = (
        f"smallest over largest {times_as_long(median, 2)}; of all modes within the prior, latest over earliest "
        f"{times_as_long(float(np.median(everywhere)), 2)}; a Learner takes {range_of(factor)} times as many steps, of "
        f"{BATCH} points each"
    )
    verdict = "reproduced" if median <= SAME and len(times) >= NETWORKS else "partly" if median <= NEARLY else "not"
    return of_networks(meta, "run_2d", verdict, value, arms, "fig-straight-meta", median)


def at_error(
    progress: Float[Array, "moment mode"], error: Float[Array, " moment"], left: float
) -> Float[Array, " mode"]:
    """q of each mode when the error first falls to a share of what a machine has that always says zero.

    Between two moments by a straight line; the last q where it never does.
    """
    share = error / error[0]
    if share.min() > left:
        return np.asarray(progress[-1])
    after = int((share <= left).argmax())
    if after == 0:
        return np.asarray(progress[0])
    part = (share[after - 1] - left) / (share[after - 1] - share[after])
    return np.asarray(progress[after - 1] + part * (progress[after] - progress[after - 1]))


def spreads(learner: store.Result, meta: store.Result, left: float = 0.5) -> dict[str, Float[Array, " network"]]:
    """How far the modes of the mean 5D spectrum are apart when half the error is left: largest q less smallest."""
    found = {
        "Learner": (learner.data.progress_5d.values[0], learner.data.error_5d.values[0]),
        "Meta-Learner": (meta.data.progress_5d.values[:, 0], meta.data.off_5d.values[:, 0]),
        "ridge": (meta.data.ridge_5d.values[:1], meta.data.ridge_off_5d.values[:1]),
    }
    return {
        who: np.array([np.ptp(at_error(q, error, left)) for q, error in zip(*each, strict=True)])
        for who, each in found.items()
    }


@criterion("R04", "linear-learner", "linear-meta", fixed="2026-11-21")
def by_performance(
    learner: store.Result,
    meta: store.Result,
    left: float = 0.5,
    staged: float = 0.5,
    together: float = 0.2,
    times: float = 2,
) -> Evidence:
    """R04: how far the modes of a linear function in five dimensions are apart at equal performance, in Learners and
    in Meta-Learners: the largest less the smallest q, the share of a singular value that is found, when {left:.0%} of
    the first error is left. The function has the mean spectrum of standard normal matrices.

    Reproduced if this spread is at least {staged} for the median Learner and at most {together} for the median
    Meta-Learner; partly if that of the Learner is above {together} and more than {times} times that of the
    Meta-Learner. The number that decides is the spread of the median Learner.
    """
    each = spreads(learner, meta, left)
    medians = {who: float(np.median(own)) for who, own in each.items()}
    one, other = medians["Learner"], medians["Meta-Learner"]
    apart = one > max(together, times * other)
    verdict = "reproduced" if one >= staged and other <= together else "partly" if apart else "not"
    value = ", ".join(f"{who} {own:.2f}" for who, own in medians.items())
    return of_networks(meta, "run_5d", verdict, value, each["Meta-Learner"], "fig-straight-performance", one)


def at_the_end(meta: store.Result, name: str) -> tuple[Float[Array, " value"], Float[Array, "run value"]]:
    """Larger singular values of the targets, growing, and q of each at the last step."""
    values = meta.data[f"values_{name}"].values[:, 0]
    order = np.argsort(values)
    return values[order], meta.data[f"progress_{name}"].values[:, order, -1, 0]


@criterion("R05", "linear-meta", fixed="2026-11-21")
def fails_beyond(meta: store.Result, least: float = 0.3) -> Evidence:
    """R05: how much of a singular value Meta-Learners in two dimensions have found by the end of an episode, as a
    share q, of values beyond {EDGES[2]}, the 95th percentile of the prior.

    Reproduced if q of the median network falls with each larger value beyond, and from the largest value within to the
    largest of all by at least {least}; partly if only the second. The number that decides is this fall.
    """
    values, ends = at_the_end(meta, "2d")
    beyond, last = values > EDGES[2], np.median(ends, axis=0)
    inside = float(last[~beyond][-1])
    falls = bool((np.diff([inside, *last[beyond]]) < 0).all())
    lost = inside - float(last[-1])
    verdict = "reproduced" if falls and lost >= least else "partly" if lost >= least else "not"
    value = f"{inside:.2f} at {values[~beyond][-1]:g}, " + ", ".join(
        f"{q:.2f} at {s:g}" for s, q in zip(values[beyond], last[beyond], strict=True)
    )
    return of_networks(meta, "run_2d", verdict, value, ends[:, -1], "fig-straight-beyond", lost)


def cutoff(values: Float[Array, " value"], ends: Float[Array, " value"]) -> float:
    """The singular value from which on less than `LEARNED` is found by the end; infinite if all are learned, NaN if the
    smallest is not.
    """
    fails = ends < LEARNED
    if not fails.any():
        return float("inf")
    first = int(fails.argmax())
    if first == 0:
        return float("nan")
    part = (ends[first - 1] - LEARNED) / (ends[first - 1] - ends[first])
    return float(values[first - 1] + part * (values[first] - values[first - 1]))


@criterion("R10", "linear-meta", fixed="2026-11-21")
def moves_with_the_prior(meta: store.Result, least: float = 5, most: float = 20, partly: float = 2) -> Evidence:
    """R10: from which singular value on Meta-Learners fail, of those trained on matrices of standard normal numbers and
    of those trained on numbers ten times as large.

    To fail is to have found less than {LEARNED:.0%} of a singular value by the end of an episode. Reproduced if the
    value from which on the median network fails is {least} to {most} times as large at scale 10 as at scale 1; partly
    if it is more than {partly} times as large.
    """
    found = {
        name: np.array([cutoff(at_the_end(meta, name)[0], own) for own in at_the_end(meta, name)[1]])
        for name in ("2d", "ten")
    }
    one, ten = (float(np.median(each)) for each in found.values())
    ratio = ten / one if np.isfinite(one) else float("nan")
    verdict = "reproduced" if least <= ratio <= most else "partly" if ratio > partly else "not"
    value = f"fails from {one:.1f} on at scale 1, from {ten:.1f} on at scale 10"
    return of_networks(meta, "run_ten", verdict, value, found["ten"], "fig-straight-scale", ratio)


@criterion("R06", "linear-meta", fixed="2026-11-21")
def ridge_is_concurrent(meta: store.Result, most: float = 0.1) -> Evidence:
    """R06: Bayesian linear regression (ridge) in five dimensions: the share q of each singular mode that it has found
    after t points, averaged over three spectra and some hundred episodes of each, against t / 5.

    Reproduced if after 0 to 5 points no mode is off by more than {most}; else not. The number that decides is the
    largest distance.
    """
    q = meta.data.ridge_5d.values.mean(axis=0)
    size = q.shape[-1]
    off = float(np.abs(q[: size + 1] - np.arange(size + 1)[:, None] / size).max())
    verdict = "reproduced" if off <= most else "not"
    value = f"largest distance from t/{size} in {size} modes: {off:.3f}"
    return Evidence(verdict, value, None, None, None, meta.profile, f"{PAGE}#fig-straight-ridge", off)


@criterion("R08", "linear-learner", "linear-meta", fixed="2026-11-21")
def five_dimensions(learner: store.Result, meta: store.Result) -> Evidence:
    """R08: when Learners and Meta-Learners of linear functions in five dimensions learn the singular modes of three
    targets; a mode is learned when {LEARNED:.0%} of its singular value is found.

    Reproduced if in each target the median Learner learns the modes in order of size, the smallest at least {TWICE:g}
    times as late as the largest, and if for the median Meta-Learner the latest mode is at most {SAME} times as late as
    the earliest, in the target where it is worst; partly if one of the two holds. The number that decides is the ratio
    of the median Meta-Learner.
    """
    slow, fast = steps_until(learner, "5d"), points_until(meta.data.progress_5d.values)
    arms = apart(fast).max(axis=1)
    ratio, ordered = float(np.median(arms)), all(staggered(slow, TWICE))
    verdict = "reproduced" if ordered and ratio <= SAME else "partly" if ordered or ratio <= SAME else "not"
    ratios = ", ".join(times_as_long(float(np.median(later(own)))) for own in slow)
    value = (
        f"Learner, smallest over largest by spectrum: {ratios}; Meta-Learner, latest over earliest at most "
        f"{times_as_long(ratio, 2)}"
    )
    return of_networks(meta, "run_5d", verdict, value, arms, "fig-straight-five", ratio)


def below_and_within(meta: store.Result, lowest: float) -> tuple[Float[Array, " network"], Float[Array, " network"]]:
    """For values below the prior over values within: q at the end of an episode, and points until they are learned."""
    values, q = meta.data.values_even.values.ravel(), meta.data.progress_even.values
    ends = q[:, :, -1].reshape(len(q), -1)
    times = points_until(q).reshape(len(q), -1)
    below = values < lowest
    well: Array = ends[:, below].mean(axis=1) / ends[:, ~below].mean(axis=1)
    with np.errstate(invalid="ignore"):
        slow = times[:, below].mean(axis=1) / times[:, ~below].mean(axis=1)
    return well, np.where(np.isnan(slow), np.inf, slow)


@criterion("R11", "linear-meta", fixed="2026-11-21")
def below_the_prior(meta: store.Result, lowest: float = 1, well_enough: float = 0.9) -> Evidence:
    """R11: Meta-Learners trained on singular values between {lowest} and 3, given values below {lowest}: how much of
    these they find by the end of an episode, and how soon they have found {LEARNED:.0%}, in points.

    Reproduced if for the median network the share found, averaged over values below, is at least {well_enough} of that
    of values within, and the time, averaged likewise, at most {SAME} times as long; partly if one of the two. The
    number that decides is the ratio of times.
    """
    well, slow = below_and_within(meta, lowest)
    ratio = float(np.median(slow))
    holds = (np.median(well) >= well_enough, ratio <= SAME)
    value = (
        f"values below {lowest} over values within: q at the end {np.median(well):.2f}x, time {times_as_long(ratio, 2)}"
    )
    verdict = ("not", "partly", "reproduced")[sum(map(int, holds))]
    return of_networks(meta, "run_even", verdict, value, well, "fig-straight-even", ratio)
