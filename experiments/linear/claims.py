"""Rules for Meta-Learners of linear functions, and for ridge regression.

Bounds were fixed before the runs.
"""

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
MATRICES = 200_000  # R02
EXPECTED = {2: (1.775, 0.519), 5: (3.644, 2.587, 1.737, 0.979, 0.307)}  # R02: mean spectra
EDGES = {2: 2.653, 5: 4.034}  # R02: 95th percentiles of all singular values
BATCH = 100  # points in a step of a Learner


@cache
def drawn(size: int) -> Float[Array, "matrix mode"]:
    """Singular values of many matrices of standard normal numbers."""
    chance = generator("singular values", size)
    values: Array = torch.linalg.svdvals(MatrixNormal().draw(MATRICES, size, chance)).numpy()
    return values


@criterion("R02", fixed="2026-11-21")
@cache
def spectra_of_chance() -> Evidence:
    """R02: mean spectra and 95th percentiles of 200,000 matrices of standard normal numbers in 2D and 5D.

    Reproduced if each mean is within 0.01 of the one worked out beforehand and each percentile within 0.02.
    """
    edges = {size: float(np.quantile(drawn(size), 0.95)) for size in EDGES}
    means = {size: float(np.abs(drawn(size).mean(axis=0) - EXPECTED[size]).max()) for size in EXPECTED}
    holds = [abs(edges[size] - EDGES[size]) <= 0.02 for size in EDGES] + [off <= 0.01 for off in means.values()]
    value = "; ".join(f"{size}D: {edges[size]:.3f}, mean spectrum within {means[size]:.3f}" for size in EDGES)
    return Evidence(by_share(holds), value, None, None, None, "exact", f"{PAGE}#fig-straight-chance")


def within(meta: store.Result, name: str = "2d") -> Array:
    """Which of the targets have no singular value beyond the 95th percentile of the prior."""
    scale = {"2d": 1, "plain": 1, "even": 1, "ten": 10}[name]
    return np.asarray((meta.data[f"values_{name}"].values <= scale * EDGES[2]).all(axis=-1))


def fewer(learner: store.Result, meta: store.Result) -> Float[Array, "pair mode"]:
    """Steps of the median Learner over points of the median Meta-Learner, for each mode that both were given."""
    slow = np.median(steps_until(learner, "2d"), axis=1)
    fast = np.median(points_until(meta.data.progress_2d.values[:, within(meta)]), axis=0)
    with np.errstate(invalid="ignore"):
        found: Array = slow / fast
    return found


@criterion("R03", "linear-learner", "linear-meta", fixed="2026-11-21")
def concurrent(learner: store.Result, meta: store.Result) -> Evidence:
    """R03: ten Meta-Learners in two dimensions: how many times as long the small mode of the pair of 50 to 1 takes.

    Time is points seen, between two by a straight line; counted in steps of the episode the ratio would be closer to 1.
    Reproduced if it is at most 1.15 for the median of ten networks or more, partly if at most 1.5.
    """
    times = points_until(meta.data.progress_2d.values)
    arms = later(times[:, 0])
    everywhere = apart(times[:, within(meta)].reshape(len(times), -1))
    factor, median = fewer(learner, meta), float(np.median(arms))
    value = (
        f"smallest over largest {times_as_long(median, 2)}; of all modes within the prior, latest over earliest "
        f"{times_as_long(float(np.median(everywhere)), 2)}; a Learner takes {_range(factor)} times as many steps, of "
        f"{BATCH} points each"
    )
    verdict = "reproduced" if median <= SAME and len(times) >= 10 else "partly" if median <= 1.5 else "not"
    return of_networks(meta, "run_2d", verdict, value, arms, "fig-straight-meta")


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
def by_performance(learner: store.Result, meta: store.Result) -> Evidence:
    """R04: the spread of q over the modes of the mean 5D spectrum, when half the error is left.

    Reproduced if it is at least 0.5 for the median Learner and at most 0.2 for the median Meta-Learner; partly if that
    of the Learner is above 0.2 and at least twice that of the Meta-Learner.
    """
    each = spreads(learner, meta)
    medians = {who: float(np.median(own)) for who, own in each.items()}
    one, other = medians["Learner"], medians["Meta-Learner"]
    verdict = "reproduced" if one >= 0.5 and other <= 0.2 else "partly" if one > max(0.2, 2 * other) else "not"
    value = ", ".join(f"{who} {own:.2f}" for who, own in medians.items())
    return of_networks(meta, "run_5d", verdict, value, each["Meta-Learner"], "fig-straight-performance")


def at_the_end(meta: store.Result, name: str) -> tuple[Float[Array, " value"], Float[Array, "run value"]]:
    """Larger singular values of the targets, growing, and q of each at the last step."""
    values = meta.data[f"values_{name}"].values[:, 0]
    order = np.argsort(values)
    return values[order], meta.data[f"progress_{name}"].values[:, order, -1, 0]


@criterion("R05", "linear-meta", fixed="2026-11-21")
def fails_beyond(meta: store.Result) -> Evidence:
    """R05: q at the end of the episode of singular values beyond the 95th percentile of the prior.

    Reproduced if q of the median network falls with each larger value beyond it and at least 0.3 in all, compared
    with the largest value within; partly if it falls at least 0.3.
    """
    values, ends = at_the_end(meta, "2d")
    beyond, last = values > EDGES[2], np.median(ends, axis=0)
    inside = float(last[~beyond][-1])
    falls = bool((np.diff([inside, *last[beyond]]) < 0).all())
    lost = inside - float(last[-1])
    verdict = "reproduced" if falls and lost >= 0.3 else "partly" if lost >= 0.3 else "not"
    value = f"{inside:.2f} at {values[~beyond][-1]:g}, " + ", ".join(
        f"{q:.2f} at {s:g}" for s, q in zip(values[beyond], last[beyond], strict=True)
    )
    return of_networks(meta, "run_2d", verdict, value, ends[:, -1], "fig-straight-beyond")


def cutoff(values: Float[Array, " value"], ends: Float[Array, " value"], height: float = LEARNED) -> float:
    """The singular value from which on less than a share is learned by the end; infinite if all are learned, NaN if
    the smallest is not."""
    fails = ends < height
    if not fails.any():
        return float("inf")
    first = int(fails.argmax())
    if first == 0:
        return float("nan")
    part = (ends[first - 1] - height) / (ends[first - 1] - ends[first])
    return float(values[first - 1] + part * (values[first] - values[first - 1]))


@criterion("R10", "linear-meta", fixed="2026-11-21")
def moves_with_the_prior(meta: store.Result) -> Evidence:
    """R10: where learning fails, for networks trained on matrices of scale 1 and of scale 10.

    Failing is a q below 0.8 at the end. Reproduced if the median network of scale 10 fails from 5 to 20 times as
    large a singular value on as that of scale 1; partly if from more than twice as large.
    """
    found = {
        name: np.array([cutoff(at_the_end(meta, name)[0], own) for own in at_the_end(meta, name)[1]])
        for name in ("2d", "ten")
    }
    one, ten = (float(np.median(each)) for each in found.values())
    ratio = ten / one if np.isfinite(one) else float("nan")
    verdict = "reproduced" if 5 <= ratio <= 20 else "partly" if ratio > 2 else "not"
    value = f"fails from {one:.1f} on at scale 1, from {ten:.1f} on at scale 10"
    return of_networks(meta, "run_ten", verdict, value, found["ten"], "fig-straight-scale")


@criterion("R06", "linear-meta", fixed="2026-11-21")
def ridge_is_concurrent(meta: store.Result) -> Evidence:
    """R06: q of ridge regression in five dimensions after t points, averaged over three spectra, against t / 5.

    Reproduced if no mode is off by more than 0.1 after 1 to 5 points (each is an average over some hundred episodes).
    """
    q = meta.data.ridge_5d.values.mean(axis=0)
    size = q.shape[-1]
    off = np.abs(q[: size + 1] - np.arange(size + 1)[:, None] / size).max()
    verdict = "reproduced" if off <= 0.1 else "not"
    value = f"largest distance from t/{size} in {size} modes: {off:.3f}"
    return Evidence(verdict, value, None, None, None, meta.profile, f"{PAGE}#fig-straight-ridge")


@criterion("R08", "linear-learner", "linear-meta", fixed="2026-11-21")
def five_dimensions(learner: store.Result, meta: store.Result) -> Evidence:
    """R08: both in five dimensions.

    Reproduced if in each of three spectra the median Learner learns the modes in order, the smallest at least twice
    as late as the largest, and for the median Meta-Learner the latest is at most 1.15 times as late as the earliest;
    partly if one of the two holds.
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
    return of_networks(meta, "run_5d", verdict, value, arms, "fig-straight-five")


@criterion("R11", "linear-meta", fixed="2026-11-21")
def below_the_prior(meta: store.Result) -> Evidence:
    """R11: networks trained on singular values between 1 and 3, given values below 1.

    Reproduced if for the median network q at the end, averaged over values below 1, is at least 0.9 of that within,
    and the time, averaged likewise, at most 1.15 times; partly if one of the two.
    """
    values, q = meta.data.values_even.values.ravel(), meta.data.progress_even.values
    ends = q[:, :, -1].reshape(len(q), -1)
    times = points_until(q).reshape(len(q), -1)
    below = values < 1
    well = ends[:, below].mean(axis=1) / ends[:, ~below].mean(axis=1)
    with np.errstate(invalid="ignore"):
        slow = times[:, below].mean(axis=1) / times[:, ~below].mean(axis=1)
    slow = np.where(np.isnan(slow), np.inf, slow)
    holds = (np.median(well) >= 0.9, np.median(slow) <= SAME)
    value = (
        f"values below 1 over values within: q at the end {np.median(well):.2f}x, time "
        f"{times_as_long(float(np.median(slow)), 2)}"
    )
    verdict = ("not", "partly", "reproduced")[sum(map(int, holds))]
    return of_networks(meta, "run_even", verdict, value, well, "fig-straight-even")


def _range(factors: Array) -> str:
    known = factors[np.isfinite(factors)]
    return f"{known.min():,.0f} to {known.max():,.0f}" if known.size else "more than we can tell"
