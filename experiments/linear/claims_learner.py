"""Rules for Learners of linear functions: networks that learn one function each, by gradient descent.

Bounds were fixed before the runs.
"""

import numpy as np
from jaxtyping import Float

from experiments.linear.modes import (
    Array,
    in_order,
    later,
    of_learners,
    of_networks,
    staggered,
    steps_until,
    times_as_long,
    until,
)
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share
from lib.runner import store
from lib.training.gradient_flow import imbalance, strength

FIFTY, AROUND = 9.0, 0.2  # R01: the source's ratio, and how far ours may be off
NEAR = 0.1  # R01: root mean square distance from the closed form, as a share of the singular value
TWICE, LATER = 2.0, 1.5  # R07; R09 and R12: how much later the smallest mode must be
HIDDEN, SPREAD, RATE = 10, 0.1, 1e-3  # of the source's Learners


def closed_form(learner: store.Result, values: Float[Array, " mode"]) -> Float[Array, "moment mode"]:
    """q of each mode by the closed form, at the moments at which Learners in two dimensions were looked at."""
    c, moments = imbalance(HIDDEN, SPREAD), learner.data.moment_2d.values
    return np.stack([strength(moments, float(s), RATE, c) / float(s) for s in values], axis=-1)


def distances(learner: store.Result) -> Float[Array, "spectrum mode"]:
    """Root mean square distance of the median Learner's q from the closed form, over all moments."""
    median = np.median(learner.data.progress_2d.values, axis=1)
    theory = np.stack([closed_form(learner, values) for values in learner.data.values_2d.values])
    found: Array = np.sqrt(np.square(median - theory).mean(axis=1))
    return found


@criterion("R01", "linear-learner", fixed="2026-11-21")
def large_modes_first(learner: store.Result) -> Evidence:
    """R01: Learners in two dimensions: how many times as long the small mode of the pair of 50 to 1 takes.

    Reproduced if that is within 20% of 9 for the median Learner, the median Learner learns the larger mode first in
    every pair, and no mode's curve is further than 0.1 from the closed form, root mean square; partly if the order
    holds.
    """
    times = steps_until(learner, "2d")
    order = all(in_order(np.median(own, axis=0)) for own in times)
    arms, far = later(times[0]), float(distances(learner).max())
    median = float(np.median(arms))
    holds = abs(median / FIFTY - 1) <= AROUND and far <= NEAR
    large, small = learner.data.values_2d.values[0]
    value = (
        f"singular value {small:g} over {large:g}: {times_as_long(median)}; largest distance of a mode from the closed "
        f"form {far:.2f}"
    )
    verdict = "reproduced" if holds and order else "partly" if order else "not"
    return of_learners(learner, verdict, value, arms, "fig-straight-learner")


@criterion("R07", "linear-learner", fixed="2026-11-21")
def with_adam(learner: store.Result) -> Evidence:
    """R07: Learners in five dimensions that are trained with Adam.

    Reproduced if in each of three spectra the median Learner learns the modes in order of size, the smallest at least
    twice as late as the largest; partly if in two.
    """
    times = steps_until(learner, "adam")
    ratios = [float(np.median(later(own))) for own in times]
    value = "smallest mode over largest, by spectrum: " + ", ".join(map(times_as_long, ratios))
    return of_learners(learner, by_share(staggered(times, TWICE)), value, later(times[0]), "fig-straight-adam")


@criterion("R09", "linear-learner", fixed="2026-11-21")
def rectified(learner: store.Result) -> Evidence:
    """R09: Learners of three layers with rectifiers.

    Reproduced if in both pairs the median Learner learns the larger mode first, the smaller at least 1.5 times as
    late or not while we look.
    """
    times = steps_until(learner, "relu")
    ratios = ", ".join(
        f"{large:g} to {small:g}: {times_as_long(float(np.median(later(own))))}"
        for (large, small), own in zip(learner.data.values_relu.values, times, strict=True)
    )
    return of_learners(learner, by_share(staggered(times, LATER)), ratios, later(times[0]), "fig-straight-relu")


@criterion("R12", "linear-meta", fixed="2026-11-21")
def recurrent_learner(meta: store.Result) -> Evidence:
    """R12: the Meta-Learner's network in a world with a single function, as a Learner; its function at the last step.

    Reproduced if for both functions the median network learns the larger mode first, the smaller at least 1.5 times
    as late or not while we look.
    """
    data = meta.data
    times = until(data.progress_single.values.astype(float), data.checkpoint_single.values.astype(float))
    ratios = ", ".join(
        f"{large:g} to {small:g}: {times_as_long(float(np.median(later(own))))}"
        for (large, small), own in zip(data.values_single.values, times, strict=True)
    )
    verdict = by_share(staggered(times, LATER))
    return of_networks(meta, "few", verdict, ratios, later(times[0]), "fig-straight-recurrent")
