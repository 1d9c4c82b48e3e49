"""An amended rule for what Meta-Learners of linear functions come to be able to learn first, judged on fresh networks
that leave their plateau.
"""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from experiments import outer_loop_claims
from experiments.outer_loop_claims import MOST, PAGE, lead, linear_way
from lib.claims.course import cut_short
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share
from lib.probes.quantiles import percentiles
from lib.runner import store

Array = np.ndarray

PLAIN = {"sgd": "SGD", "adam": "Adam"}
SURE = 0.05  # of q: the smallest lead that counts


def overshoot(way: outer_loop_claims.Way) -> Float[Array, "run *group"]:
    """The largest q of the small mode over outer training; above 1 more of it is found than there is."""
    return way.q[..., -1].max(axis=1)


def reversed_until(outer: store.Result) -> Mapping[int, bool]:
    """R23 for plain gradient descent, had its training ended sooner; Adam is looked at to its end."""
    return cut_short(reversed_order, outer, outer.manifest["batches"]["sgd"], "checkpoint_sgd")


@criterion(
    "R23",
    "linear-outer",
    fixed="2026-11-29",
    amends=outer_loop_claims.reversed_order,
    reason="At the source's learning rate plain gradient descent had not left its plateau when training ended, so its "
    "order could not be seen.",
    fresh=("linear-outer",),
    course=reversed_until,
)
def reversed_order(outer: store.Result) -> Evidence:
    """R23: by how much, early in outer training, Meta-Learners of linear functions in two dimensions find the small
    singular mode of a target better than the large one: the lead of its q, the share found by the end of an episode.

    Looked at by the antithetic probe in networks with Sonnet's first weights, on three targets, and averaged over all
    checkpoints at which q of one mode is above {outer_loop_claims.BEGUN} and that of the other below
    {outer_loop_claims.DONE}. An optimiser counts if the
    median network's lead is at least {SURE} on every target, and the small mode is ahead in more than {MOST:.0%} of all
    pairs of a network and a target. Reproduced if both plain gradient descent and Adam count, partly if one does. The
    number that decides is the smallest of these medians.
    """
    ways = {name: linear_way(outer, name) for name in PLAIN}
    leads = {name: lead(way) for name, way in ways.items()}
    medians = {name: np.median(each, axis=0) for name, each in leads.items()}
    holds = [bool((medians[name] >= SURE).all() and (leads[name] > 0).mean() > MOST) for name in PLAIN]
    said = "; ".join(
        f"{called}: ahead in {(leads[name] > 0).mean():.0%}, by "
        f"{', '.join(f'{each:+.2f}' for each in medians[name])} of q, the small mode's q up to "
        f"{np.median(overshoot(ways[name])):.2f}"
        for name, called in PLAIN.items()
    )
    networks = percentiles(leads["sgd"].min(axis=1))
    return Evidence(
        by_share(holds, partly=0.4),
        f"the small mode early in outer training: {said}",
        (float(networks.low), float(networks.high)),
        len(leads["sgd"]),
        int(ways["sgd"].episodes[-1]),
        outer.profile,
        f"{PAGE}#fig-outer-linear",
        min(float(each.min()) for each in medians.values()),
    )
