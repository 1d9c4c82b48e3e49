"""When singular modes are learned, and what is said of it: for the rules on Learners and Meta-Learners of linear
functions.

A mode is learned when 80% of its singular value is. To a Learner time is steps of gradient descent; to a Meta-Learner
and to a Bayesian it is points seen. A mode that a network does not learn while we look takes for ever.
"""

import numpy as np
from jaxtyping import Float

from lib.claims.evidence import Evidence
from lib.probes.crossing_time import crossing_time
from lib.probes.quantiles import percentiles
from lib.runner import store

LEARNED = 0.8  # of a singular value
SAME = 1.15  # the largest ratio of times that still counts as the same
PAGE = "straight-lines.html"

Array = np.ndarray


def by_value(
    values: Float[Array, "spectrum mode"], progress: Float[Array, "network spectrum moment mode"]
) -> tuple[Float[Array, " value"], Float[Array, "network value moment"]]:
    """All modes of all targets, from the smallest singular value to the largest."""
    order = np.argsort(values.ravel(), kind="stable")
    together = np.moveaxis(progress, 3, 2).reshape(len(progress), values.size, -1)
    return values.ravel()[order], together[:, order]


def points_until(progress: Float[Array, "*rest step mode"], height: float = LEARNED) -> Float[Array, "*rest mode"]:
    """How many points a machine has seen when it has learned each mode; infinite if it never does.

    At step t of an episode it has seen t - 1.
    """
    return until(progress, np.arange(progress.shape[-2], dtype=float), height)


def steps_until(learner: store.Result, kind: str, height: float = LEARNED) -> Float[Array, "spectrum learner mode"]:
    """After how many steps each Learner of a kind has learned each mode; infinite if it never does."""
    own = learner.data[f"progress_{kind}"].values.astype(float)
    return until(own, learner.data[f"moment_{kind}"].values.astype(float), height)


def until(progress: Array, moments: Array, height: float = LEARNED) -> Array:
    """The moment at which each mode is as high; infinite if it never is."""
    found = crossing_time(np.moveaxis(progress, -2, -1), moments, height)
    return np.where(np.isnan(found), np.inf, found)


def later(times: Float[Array, "*rest mode"]) -> Float[Array, "*rest"]:
    """How many times as long as the largest mode the smallest takes; infinite if it is never learned."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio: Array = times[..., -1] / times[..., 0]
    return np.where(np.isnan(ratio), np.inf, ratio)


def apart(times: Float[Array, "*rest mode"]) -> Float[Array, "*rest"]:
    """The latest mode's time over the earliest's."""
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = times.max(axis=-1) / times.min(axis=-1)
    return np.where(np.isnan(ratio), np.inf, ratio)


def in_order(times: Float[Array, " mode"]) -> bool:
    """Whether each mode is learned later than all larger ones; of those never learned the order is not known."""
    known = times[np.isfinite(times)]
    after = len(known) == len(times) or bool(np.isinf(times[len(known) :]).all())
    return len(known) > 0 and after and bool((np.diff(known) > 0).all())


def staggered(times: Float[Array, "spectrum learner mode"], least: float) -> list[bool]:
    """For each spectrum, whether the median Learner learns its modes in order, the smallest so much later."""
    return [in_order(np.median(own, axis=0)) and bool(np.median(later(own)) >= least) for own in times]


def times_as_long(ratio: float, digits: int = 1) -> str:
    """A ratio in words.

    >>> times_as_long(9.04), times_as_long(float("inf"))
    ('9.0x', 'never learned')
    """
    if not np.isfinite(ratio):
        return "never learned"
    return f"{ratio:.{digits}f}x" if ratio < 10 else f"{ratio:,.0f}x"


def interval(arms: Array) -> tuple[float, float] | None:
    """5th and 95th percentile, where all networks learn."""
    if not np.isfinite(arms).all():
        return None
    found = percentiles(arms)
    return float(f"{found.low:.3g}"), float(f"{found.high:.3g}")


def of_learners(
    learner: store.Result, verdict: str, value: str, arms: Array, figure: str, statistic: float
) -> Evidence:
    """What Learners show."""
    episodes = max(learner.manifest["episodes"].values())
    return Evidence(verdict, value, interval(arms), len(arms), episodes, learner.profile, f"{PAGE}#{figure}", statistic)


def of_networks(
    meta: store.Result, runs: str, verdict: str, value: str, arms: Array, figure: str, statistic: float
) -> Evidence:
    """What Meta-Learners show."""
    n, episodes = len(meta.data[runs]), max(meta.manifest["episodes"].values())
    return Evidence(verdict, value, interval(arms), n, episodes, meta.profile, f"{PAGE}#{figure}", statistic)
