"""Rules for Learners of linear functions: networks that learn one function each, by gradient descent.

Bounds were fixed before the runs.
"""

from functools import cache

import numpy as np
from jaxtyping import Float

from experiments.linear.modes import (
    LEARNED,
    PAGE,
    Array,
    in_order,
    interval,
    later,
    of_learners,
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


@cache
def closed_form(value: float, moments: tuple[int, ...]) -> Float[Array, " moment"]:
    """q of a mode by the closed form of gradient flow, after so many steps."""
    return strength(np.array(moments), value, RATE, imbalance(HIDDEN, SPREAD)) / value


def distances(learner: store.Result) -> Float[Array, "spectrum mode"]:
    """Root mean square distance of the median Learner's q from the closed form, over all moments."""
    median = np.median(learner.data.progress_2d.values, axis=1)
    moments = tuple(learner.data.moment_2d.values.tolist())
    theory = np.array([[closed_form(s, moments) for s in values] for values in learner.data.values_2d.values.tolist()])
    return np.sqrt(np.square(median - theory.swapaxes(1, 2)).mean(axis=1))


@criterion("R01", "linear-learner", fixed="2026-11-21")
def large_modes_first(learner: store.Result) -> Evidence:
    """R01: linear Learners in two dimensions, trained by gradient descent: how many times as long the small mode takes
    as the large one, whose singular value is 50 times as large; a mode is learned when q, the share of its singular
    value that is found, reaches {LEARNED:.0%}.

    Reproduced if the ratio is within {AROUND:.0%} of the source's {FIFTY:g} for the median Learner, the median Learner
    learns the larger mode first in each of five targets, and no mode's q is further than {NEAR} from the closed form of
    gradient flow, root mean square over training; partly if only the order holds. The number that decides is the ratio.
    """
    times = steps_until(learner, "2d", LEARNED)
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
    return of_learners(learner, verdict, value, arms, "fig-straight-learner", median)


@criterion("R07", "linear-learner", fixed="2026-11-21")
def with_adam(learner: store.Result) -> Evidence:
    """R07: linear Learners in five dimensions that are trained with Adam: when they learn {LEARNED:.0%} of each
    singular mode of three targets.

    A target counts if the median Learner learns its modes in order of size, the smallest at least {TWICE:g} times as
    late as the largest. Reproduced if all three count, partly if two do; the number that decides is their share.
    """
    times = steps_until(learner, "adam", LEARNED)
    ratios, holds = [float(np.median(later(own))) for own in times], staggered(times, TWICE)
    value = "smallest mode over largest, by spectrum: " + ", ".join(map(times_as_long, ratios))
    share = float(np.mean(holds))
    return of_learners(learner, by_share(holds), value, later(times[0]), "fig-straight-adam", share)


@criterion("R09", "linear-learner", fixed="2026-11-21")
def rectified(learner: store.Result) -> Evidence:
    """R09: Learners of three layers with rectifiers, of linear functions in two dimensions: when they learn
    {LEARNED:.0%} of each singular mode of two targets.

    A target counts if the median Learner learns the larger mode first, and the smaller at least {LATER} times as late,
    or not at all. Reproduced if both count, else not; the number that decides is their share.
    """
    times = steps_until(learner, "relu", LEARNED)
    holds = staggered(times, LATER)
    ratios, share = _by_target(learner.data.values_relu.values, times), float(np.mean(holds))
    return of_learners(learner, by_share(holds), ratios, later(times[0]), "fig-straight-relu", share)


def updates_until(single: store.Result, kind: str) -> Float[Array, "spectrum run mode"]:
    """After how many updates each LSTM that learns a single function has learned each mode; infinite if never."""
    found = single.data[f"progress_{kind}"].values.astype(float)
    return until(found, single.data[f"checkpoint_{kind}"].values.astype(float), LEARNED)


@criterion("R12", "linear-single", fixed="2026-11-21")
def recurrent_learner(single: store.Result) -> Evidence:
    """R12: the Meta-Learner's LSTM as a Learner, trained on one linear function in two dimensions over and over: after
    how many updates the function of its last step has {LEARNED:.0%} of each singular mode, for two functions.

    A function counts if the median network learns the larger mode first, and the smaller at least {LATER} times as
    late, or not at all. Reproduced if both count, else not; the number that decides is their share.
    """
    times = updates_until(single, "single")
    holds = staggered(times, LATER)
    ratios, share = _by_target(single.data.values_single.values, times), float(np.mean(holds))
    n, episodes = times.shape[1], single.manifest["single_episodes"]
    arms, figure = later(times[0]), f"{PAGE}#fig-straight-recurrent"
    return Evidence(by_share(holds), ratios, interval(arms), n, episodes, single.profile, figure, share)


def _by_target(values: Float[Array, "spectrum 2"], times: Float[Array, "spectrum learner 2"]) -> str:
    """How many times as long the smaller mode of each target takes, in words."""
    return ", ".join(
        f"{large:g} to {small:g}: {times_as_long(float(np.median(later(own))))}"
        for (large, small), own in zip(values, times, strict=True)
    )
