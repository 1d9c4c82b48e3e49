"""Rules for what a Meta-Learner comes to be able to learn first, over its own training.

Bounds were fixed before the runs. How well a network learns a mode is the share q of it that it has found by the last
step of an episode; q is looked at wherever weights were kept in training.

The source trains with its own settings for longer than we can. What the order is there is asked of networks that begin
as the source's, and the verdict rests on them; networks that begin our way stand beside them and do not count.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Real

from lib.claims.course import cut_short
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.probes.crossing_time import crossing_time
from lib.probes.quantiles import percentiles
from lib.runner import store

Array = np.ndarray

BEGUN, DONE = 0.1, 0.8  # early is while one mode of a pair is found to more than the first, the other to less than DONE
HALF = 0.5  # a mode counts as learned from here on
APART = 2.0  # times as many episodes, from which on learning is staggered
PAGE = "outer-loop.html"

PLAIN = ("sgd", "adam")  # begun and trained as the source's
MOST = 0.5  # of all networks and groups


@dataclass(frozen=True)
class Way:
    """How networks of one kind come to learn.

    Attributes:
        episodes: outer episodes seen at each checkpoint.
        q: share of each mode found by the end of an episode.
    """

    episodes: Real[Array, " checkpoint"]
    q: Float[Array, "run checkpoint *group mode"]


def linear_way(linear: store.Result, name: str) -> Way:
    """Meta-Learners of linear functions in two dimensions: "sgd", "adam" (as the source's) or "ours"; or in five, "5d".

    The groups are the spectra of their targets.
    """
    shares = linear.data[f"way_{name}"].isel(step=-1)
    episodes = linear.data[f"checkpoint_{name}"].values * linear.manifest["batches"][name]
    return Way(episodes, shares.values.astype(float))


def fourier_way(fourier: store.Result, name: str) -> Way:
    """Meta-Learners of wiggles: "plain" (torch's first weights) or "all" (ours)."""
    end = {"plain": "_plain", "all": ""}[name]
    episodes = fourier.data[f"checkpoint{end}"].values * fourier.manifest["batch"][name]
    return Way(episodes, fourier.data[f"outer_q{end}"].values.astype(float))


def contexts_way(meta: store.Result, name: str) -> Way:
    """Meta-Learners of contextual bandits: "coupled" or "separate" (ours), "plain_coupled" or "plain_separate" (as the
    source's). A mode is the context that was learned first in an episode, second..., and q the probability of the right
    action there.
    """
    shares = meta.data[f"curves_{name}"].isel(step=-1).transpose(..., "checkpoint", "k")
    return Way(meta.data.checkpoint.values * meta.manifest["batch"], shares.values.astype(float))


def lead(way: Way) -> Float[Array, "run *group"]:
    """By how much the last mode is ahead of the first, as a difference of q, averaged over the checkpoints at which
    one of the two has begun and the other is not done. Zero if there are none.
    """
    first, last = way.q[..., 0], way.q[..., -1]
    early: Bool[Array, "run checkpoint *group"] = (np.maximum(first, last) > BEGUN) & (np.minimum(first, last) < DONE)
    moments = early.sum(axis=1)
    return np.where(early, last - first, 0.0).sum(axis=1) / np.maximum(moments, 1)


def most(ahead: Float[Array, "run *group"]) -> bool:
    """Whether something is ahead in more than half of all networks and groups."""
    return bool((ahead > 0).mean() > MOST)


def reversed_until(linear: store.Result) -> Mapping[int, bool]:
    """R23, had training ended sooner."""
    return cut_short(reversed_order, linear, linear.manifest["batches"]["sgd"], "checkpoint_sgd", "checkpoint_adam")


@criterion("R23", "linear-meta", fixed="2026-11-21", course=reversed_until)
def reversed_order(linear: store.Result) -> Evidence:
    """R23: whether, early in outer training, Meta-Learners of linear functions in two dimensions find the small
    singular mode of a target better than the large one, by q, the share of each that they have found by the end of an
    episode.

    Looked at in networks that begin as the source's, on three targets, at all checkpoints at which q of one mode is
    above {BEGUN} and that of the other below {DONE}. The small mode is ahead if its q, averaged over these, is the
    larger. Reproduced if it is ahead in more than {MOST:.0%} of all pairs of a network and a target both for plain
    gradient descent and for Adam; partly if for one of them. The number that decides is the smaller of the two shares.
    Networks that begin our way stand beside these and do not count.
    """
    leads = {name: lead(linear_way(linear, name)) for name in (*PLAIN, "ours")}
    holds = {name: most(leads[name]) for name in PLAIN}
    said = "; ".join(
        f"{_called(name)}: ahead in {(each > 0).mean():.0%}, by {np.median(each):+.2f} of q"
        for name, each in leads.items()
    )
    networks = percentiles(np.concatenate([leads[name].mean(axis=1) for name in PLAIN]))
    return Evidence(
        by_share(holds.values(), partly=0.4),
        f"the small mode early in outer training: {said}",
        (float(networks.low), float(networks.high)),
        linear.data.sizes["few"],
        int(linear_way(linear, "adam").episodes[-1]),
        linear.profile,
        f"{PAGE}#fig-outer-linear",
        min(float((leads[name] > 0).mean()) for name in PLAIN),
    )


def learned_after(way: Way) -> Float[Array, "run mode"]:
    """Outer episodes until each mode is learned to a half; infinite where that was not reached."""
    found = crossing_time(np.moveaxis(way.q, 1, -1), way.episodes.astype(float), HALF)
    return np.where(np.isnan(found), np.inf, found)


def staggered_until(fourier: store.Result) -> Mapping[int, bool]:
    """R24, had training ended sooner."""
    return cut_short(staggered, fourier, fourier.manifest["batch"]["plain"], "checkpoint_plain")


@criterion("R24", "fourier-meta", fixed="2026-11-21", course=staggered_until)
def staggered(fourier: store.Result) -> Evidence:
    """R24: whether, over outer training, Meta-Learners of wiggles come to find low Fourier modes before high ones: the
    outer episodes until {HALF:.0%} of each mode is found by the end of an episode, median over networks that begin with
    torch's weights.

    Reproduced if no mode takes fewer episodes than a lower one, and the fifth takes at least {APART:g} times those of
    the first, or is not learned at all; partly if only the fifth takes more than the first. The number that decides is
    the episodes of the first as a share of those of the fifth: 0 if only the first is learned.
    """
    after = {name: np.median(learned_after(fourier_way(fourier, name)), axis=0) for name in ("plain", "all")}
    said = "; ".join(f"{_called(name)}: {_in_thousands(each)}" for name, each in after.items())
    plain = fourier_way(fourier, "plain")
    last = percentiles(plain.q[:, -1, -1])
    return Evidence(
        order(after["plain"]),
        f"thousands of episodes until modes 1 to {plain.q.shape[-1]} are learned to a half: {said}; at the end of "
        f"training mode {plain.q.shape[-1]} has q = {float(last.median):.2f} with torch's first weights",
        (float(last.low), float(last.high)),
        len(plain.q),
        int(plain.episodes[-1]),
        fourier.profile,
        f"{PAGE}#fig-outer-fourier",
        _share(after["plain"][0], after["plain"][-1]),
    )


def order(after: Float[Array, " mode"]) -> str:
    """The verdict on R24, from the episodes until each mode is learned."""
    with np.errstate(invalid="ignore"):
        rising = bool((np.nan_to_num(np.diff(after), nan=0.0) >= 0).all())
    later = bool(after[-1] > after[0])
    if rising and later and after[-1] >= APART * after[0]:
        return "reproduced"
    return "partly" if later else "not"


def order_belongs_to(linear: store.Result, fourier: store.Result) -> Mapping[str, str]:
    """Whether the order of learning is the same whichever way networks begin: in words, for both worlds."""
    ours, plain = (most(lead(linear_way(linear, name))) for name in ("ours", "adam"))
    both = [order(np.median(learned_after(fourier_way(fourier, name)), axis=0)) for name in ("all", "plain")]
    same = {"lines": ours == plain, "wiggles": both[0] == both[1]}
    return {world: "the task" if alike else "the beginning" for world, alike in same.items()} | {"same": count(same)}


def _share(first: float, last: float) -> float:
    return float(first / last) if np.isfinite(first) else float("nan")


def _called(name: str) -> str:
    ours = dict.fromkeys(("ours", "all"), "our beginning")
    return {"sgd": "SGD", "adam": "Adam", "plain": "torch's first weights", **ours}[name]


def _in_thousands(episodes: Float[Array, " mode"]) -> str:
    return ", ".join("never" if np.isinf(each) else f"{each / 1_000:.0f}" for each in episodes)
