"""The amended rule for the outer loop of contextual bandits, judged on networks that nobody had looked at when it was
fixed. Networks with torch's own weights learned by a cycle of rates that ended first, in the run of the first rule.
"""

from collections.abc import Mapping
from dataclasses import astuple, replace

import numpy as np

from experiments.contexts import claims
from experiments.contexts.claims import Held, Outer, said_ratio
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, at_most_partly
from lib.runner import store

HALFWAY, SLOWER, GAP = claims.HALFWAY, claims.SLOWER, claims.GAP  # as in the first rule


def steady(plain: store.Result) -> tuple[Outer, Outer]:
    """What coupled and separate networks at a constant rate go through."""
    return Outer.of(plain, "plain_coupled"), Outer.of(plain, "plain_separate", "checkpoint_separate")


def until(result: store.Result, episodes: float, *axes: str) -> store.Result:
    """A result as it were had training ended after so many outer episodes."""
    kept = {axis: result.data[axis].values * result.manifest["batch"] <= episodes for axis in axes}
    return replace(result, data=result.data.isel(kept))


def outer_loop_until(meta: store.Result, plain: store.Result) -> Mapping[int, bool]:
    """R25, had all training ended sooner."""
    ends = (plain.data.checkpoint.values * plain.manifest["batch"]).tolist()
    return {
        int(end): outer_loop(
            until(meta, end, "checkpoint"), until(plain, end, "checkpoint", "checkpoint_separate")
        ).verdict
        == "reproduced"
        for end in ends
    }


@criterion(
    "R25",
    "context-meta",
    "context-plain",
    fixed="2026-11-29",
    course=outer_loop_until,
    amends=claims.outer_loop,
    reason="Networks with torch's weights learned by a cycle of rates that ended soon after they were halfway: it took "
    "the end of training for interference that lasts.",
    fresh=("context-plain",),
)
def outer_loop(meta: store.Result, plain: store.Result) -> Evidence:
    """R25: the outer loop of Meta-Learners of contextual bandits: of coupled ones, trained on all contexts, against
    separate ones, copies of a network trained on one. Halfway is when a network first earns {HALFWAY:.0%} of the way
    from chance to the greedy Bayesian; the gap is by how much the right action is more probable at the end of an
    episode in the context learned first than in the one learned last. All is by medians over networks.

    Asked are three things: whether coupled ones are slower, with at least {SLOWER:g} times as many outer episodes until
    halfway; whether they interfere early, with a gap at that moment that is larger than that of separate ones by at
    least {GAP}; and whether they overcome it, with gaps at the end of training that differ by at most {GAP}.
    Reproduced if all three hold, for networks that begin our way and for fresh ones with torch's own weights that learn
    at a constant rate; partly if at least two hold for those that begin our way. The number that decides is how many
    times as many episodes the coupled ones with torch's weights take until halfway.
    """
    held = Held.of(Outer.of(meta, "coupled"), Outer.of(meta, "separate"))
    coupled, separate = steady(plain)
    fresh = Held.of(coupled, separate)
    met = sum(astuple(held))
    verdict = "reproduced" if met == 3 else "partly" if met == 2 else "not"
    if fresh != held or not coupled.there:
        verdict = at_most_partly(verdict)
    with np.errstate(invalid="ignore"):  # neither kind may ever be halfway
        times = coupled.halfway / np.median(separate.halfway)
    low, high = np.quantile(times, [0.05, 0.95], method="nearest")
    gap = float(np.median(coupled.gap_at_the_end) - np.median(separate.gap_at_the_end))
    return Evidence(
        verdict=verdict,
        value=f"our beginning: {held}; torch's weights: {fresh}, {said_ratio(times)} as long until halfway, "
        f"gaps at the end {gap:+.2f} apart",
        interval=(float(low), float(high)) if np.isfinite(high) else None,
        n=len(coupled.halfway),
        episodes=max(*meta.manifest["episodes"].values(), *plain.manifest["episodes"].values()),
        profile=meta.profile,
        figure="outer-loop.html#fig-outer-contexts",
        statistic=float(np.median(times)),
    )
