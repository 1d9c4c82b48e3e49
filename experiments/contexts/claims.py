"""Rules for contextual bandits: whether what is learned in one context holds up the others, in a life and in training.

Bounds were fixed before looking. A context counts as learned when the right action has probability 1/2 there; the
source does not say which probability its ratios are about. "Last over first" is how many times as long the context
learned last takes as the one learned first.
"""

from collections.abc import Mapping
from dataclasses import astuple, dataclass
from functools import cache

import numpy as np
from jaxtyping import Float

from experiments.contexts import specs
from lib.claims.course import cut_short
from lib.claims.criterion import Criterion, criterion
from lib.claims.evidence import Evidence, at_most_partly
from lib.optimal.contextual_dp import earns
from lib.probes.contexts import last_over_first, steps_to
from lib.probes.crossing_time import crossing_time
from lib.runner import store

Array = np.ndarray
HEIGHT = 0.5  # where "has learned a context" begins
SOURCES = {"coupled": 400.0, "separate": 2.0}  # last over first, of the source's Learners
WITHIN, FAR = 2.0, 10.0  # factors: near the source's ratio; far more than the separate one
PARITY = 0.25  # of the separate ratio
NEARLY = 0.95  # of the way from chance to Bayes
HALFWAY, SLOWER, GAP = 0.5, 2.0, 0.05
PAGE = "interference.html"


def learner_ratios(learners: store.Result) -> dict[str, Array]:
    """Last over first for each Learner of the source's way, coupled and separate; infinite where the last never gets
    there.
    """
    found = {}
    for kind in SOURCES:
        q = learners.data.q.sel(way=specs.SOURCES, kind=kind).transpose("run", "moment", "k").values
        times = steps_to(q, learners.data.moment.values, HEIGHT)
        # A context that begins above the height is learned before the first step.
        found[kind] = last_over_first(np.maximum(times, 1.0))
    return found


@criterion("R20", "context-learner", fixed="2026-11-21")
def learner_interferes(learners: store.Result) -> Evidence:
    """R20: policy-gradient Learners of contextual bandits, trained as the source's: how many times as many steps the
    context that is learned last takes as the one learned first; a context is learned when the right action has
    probability {HEIGHT} there. Coupled Learners have one network for all contexts, separate ones a network for each.

    Reproduced if both medians over Learners are within a factor of {WITHIN:g} of the source's,
    {SOURCES[coupled]:g} coupled and {SOURCES[separate]:g} separate; partly if the coupled one is at least {FAR:g} times
    the separate one. The number that decides is the coupled ratio.
    """
    ratios = learner_ratios(learners)
    medians = {kind: float(np.median(each)) for kind, each in ratios.items()}
    value = ", ".join(f"{kind} {said_ratio(each)}" for kind, each in ratios.items())
    low, high = np.quantile(ratios["coupled"], [0.05, 0.95], method="nearest")
    return Evidence(
        verdict=interferes(medians),
        value=f"last over first: {value}, of {len(ratios['coupled'])} Learners each",
        interval=(float(low), float(high)) if np.isfinite(high) else None,
        n=len(ratios["coupled"]),
        episodes=max(learners.manifest["episodes"].values()),
        profile=learners.profile,
        figure=f"{PAGE}#fig-interference-learner",
        statistic=medians["coupled"],
    )


def interferes(medians: dict[str, float]) -> str:
    """The verdict on R20, from the median ratio of each kind."""
    if all(known / WITHIN <= medians[kind] <= known * WITHIN for kind, known in SOURCES.items()):
        return "reproduced"
    return "partly" if medians["coupled"] >= FAR * medians["separate"] else "not"


def said_ratio(ratios: Float[Array, " run"]) -> str:
    """A median with its interval, as a factor.

    >>> said_ratio(np.array([1.0, 2.0, np.inf]))
    '2.0x (1.0-never)'
    """
    low, median, high = np.quantile(ratios, [0.05, 0.5, 0.95], method="nearest")

    def shown(value: float) -> str:
        return f"{value:.1f}" if np.isfinite(value) else "never"

    return f"{shown(median)}{'x' if np.isfinite(median) else ''} ({shown(low)}-{shown(high)})"


def curve_ratios(curves: Float[Array, "run step k"]) -> Float[Array, " run"]:
    """Last over first of each network's curves, averaged over episodes; infinite where the last never gets there.

    The first step is step 1.
    """
    return last_over_first(steps_to(curves, np.arange(1, curves.shape[1] + 1), HEIGHT))


def way_to_bayes(earned: Float[Array, "*run"], steps: int = specs.LIFE) -> Float[Array, "*run"]:
    """How far from chance to the greedy Bayesian what is earned lies: 0 at chance, 1 at Bayes."""
    chance = specs.INDEPENDENT.chance
    return np.asarray((earned - chance) / (greedy_return(steps) - chance))


@cache
def greedy_return(steps: int) -> float:
    """What the greedy Bayesian earns in each step of an episode, in reward."""
    return float(earns(specs.INDEPENDENT, steps).mean())


def final(meta: store.Result, kind: str, variable: str) -> Array:
    """A variable of one kind of networks at the end of training."""
    return meta.data[f"{variable}_{kind}"].isel(checkpoint=-1).values.astype(float)


def met_at_checkpoints(rule: Criterion, meta: store.Result) -> Mapping[int, bool]:
    """What a criterion would have said had training ended sooner."""
    return cut_short(rule, meta, meta.manifest["batch"], "checkpoint")


@criterion("R21", "context-meta", fixed="2026-11-21", course_of=met_at_checkpoints)
def meta_learner_does_not(meta: store.Result) -> Evidence:
    """R21: within an episode of Meta-Learners of contextual bandits, how many times as many steps the context that is
    learned last takes as the one learned first; a context is learned when the right action has probability {HEIGHT}
    there. Coupled ones are networks trained on all contexts, separate ones copies of a network trained on one.

    Reproduced if the coupled median over networks is within {PARITY:.0%} of the separate one and the median coupled
    network earns at least {NEARLY:.0%} of the way from chance to the greedy Bayesian; partly if one of the two. The
    number that decides is the coupled ratio over the separate one. How large the source's ratios are does not count:
    they depend on a probability that is not given.
    """
    coupled, separate = (curve_ratios(final(meta, kind, "curves")) for kind in ("coupled", "separate"))
    way = way_to_bayes(final(meta, "coupled", "earned"), len(meta.data.step))
    one, other = float(np.median(coupled)), float(np.median(separate))
    met = parity(one, other) + int(np.median(way) >= NEARLY)
    low, high = np.quantile(coupled, [0.05, 0.95], method="nearest")
    return Evidence(
        verdict=("not", "partly", "reproduced")[met],
        value=(
            f"last over first: coupled {said_ratio(coupled)}, separate {said_ratio(separate)}; "
            f"{np.median(way):.1%} of the way to Bayes"
        ),
        interval=(float(low), float(high)) if np.isfinite(high) else None,
        n=len(coupled),
        episodes=max(meta.manifest["episodes"].values()),
        profile=meta.profile,
        figure=f"{PAGE}#fig-interference-meta",
        statistic=one / other if np.isfinite(other) else float("nan"),
    )


def parity(coupled: float, separate: float) -> bool:
    """Whether two ratios are within 25% of the separate one.

    >>> parity(4.3, 3.9), parity(5.2, 4.0)
    (True, False)
    """
    return bool(abs(coupled - separate) <= PARITY * separate)


@criterion("R22", "context-meta", fixed="2026-11-21")
def bayes_does_not(meta: store.Result, most: float = 0.01) -> Evidence:
    """R22: within an episode of Bayesian players of contextual bandits, how many times as many steps the context that
    is learned last takes as the one learned first, by the probability {HEIGHT} of the right action: for a Bayesian of
    all contexts (coupled) and for copies of a Bayesian of one (separate).

    Reproduced if the two ratios differ by at most {most:.0%} for the greedy Bayesian and for the one that matches
    probabilities; else not. The number that decides is the larger difference, as a share of the separate ratio.
    """
    ratios = {
        str(player): [
            float(curve_ratios(meta.data.bayes.sel(player=player, kind=kind).values[None])[0]) for kind in SOURCES
        ]
        for player in meta.data.player.values
    }
    off = float(np.max([abs(coupled - separate) / separate for coupled, separate in ratios.values()]))
    value = "; ".join(
        f"{player}: coupled {coupled:.2f}x, separate {separate:.2f}x" for player, (coupled, separate) in ratios.items()
    )
    return Evidence(
        verdict="reproduced" if off <= most else "not",
        value=f"last over first, {value}",
        interval=None,
        n=None,
        episodes=None,
        profile=meta.profile,
        figure=f"{PAGE}#fig-interference-bayes",
        statistic=off,
    )


@dataclass(frozen=True)
class Outer:
    """What a kind of Meta-Learner goes through in training; an entry for each network.

    Attributes:
        halfway: episodes seen when it first is halfway from chance to Bayes; infinite if it never is.
        gap: by how much the context learned first is ahead of the last at the end of an episode, in probability, at
            the first moment at which it is halfway; NaN if it never is.
        gap_at_the_end: the same at the end of training.
    """

    halfway: Float[Array, " run"]
    gap: Float[Array, " run"]
    gap_at_the_end: Float[Array, " run"]

    @classmethod
    def of(cls, meta: store.Result, kind: str, checkpoint: str = "checkpoint") -> "Outer":
        """As a result has them, along its axis of checkpoints."""
        seen = meta.data[checkpoint].values * float(meta.manifest["batch"])
        own = meta.data[f"curves_{kind}"].transpose(checkpoint, ..., "step", "k").values.astype(float)
        gaps = (own[..., -1, 0] - own[..., -1, -1]).T  # network, checkpoint
        earned = meta.data[f"earned_{kind}"].transpose(..., checkpoint).values.astype(float)
        way = way_to_bayes(earned, len(meta.data.step))
        halfway = crossing_time(way, seen, HALFWAY)
        there = way >= HALFWAY
        gap = np.where(there.any(axis=1), np.take_along_axis(gaps, there.argmax(axis=1)[:, None], 1)[:, 0], np.nan)
        return cls(np.where(np.isnan(halfway), np.inf, halfway), gap, gaps[:, -1])

    @property
    def there(self) -> bool:
        """Whether all of them get halfway."""
        return bool(np.isfinite(self.halfway).all())


@dataclass(frozen=True)
class Held:
    """Whether the outer loop is as the source says.

    Attributes:
        slower: coupled ones take at least twice as many episodes as separate ones to be halfway.
        early: at that moment, the first-learned context is further ahead of the last in coupled ones, by 0.05 or more.
        overcome: at the end it is not: the difference is at most 0.05.
    """

    slower: bool
    early: bool
    overcome: bool

    @classmethod
    def of(cls, coupled: Outer, separate: Outer) -> "Held":
        """For medians over networks; nothing holds if the separate ones do not get halfway."""
        if not separate.there:
            return cls(False, False, False)
        slower = np.median(coupled.halfway) >= SLOWER * np.median(separate.halfway)
        ahead = np.median(coupled.gap) - np.median(separate.gap)  # NaN, so not early, if some never get halfway
        late = np.median(coupled.gap_at_the_end) - np.median(separate.gap_at_the_end)
        return cls(bool(slower), bool(ahead >= GAP), bool(abs(late) <= GAP))

    def __str__(self) -> str:
        names = {"slower": self.slower, "interference early": self.early, "overcome": self.overcome}
        return ", ".join(f"{name}: {'yes' if holds else 'no'}" for name, holds in names.items())


@criterion("R25", "context-meta", fixed="2026-11-21", course_of=met_at_checkpoints)
def outer_loop(meta: store.Result) -> Evidence:
    """R25: the outer loop of Meta-Learners of contextual bandits: of coupled ones, trained on all contexts, against
    separate ones, copies of a network trained on one. Halfway is when a network first earns {HALFWAY:.0%} of the way
    from chance to the greedy Bayesian; the gap is by how much the right action is more probable at the end of an
    episode in the context learned first than in the one learned last. All is by medians over networks.

    Asked are three things: whether coupled ones are slower, with at least {SLOWER:g} times as many outer episodes until
    halfway; whether they interfere early, with a gap at that moment that is larger than that of separate ones by at
    least {GAP}; and whether they overcome it, with gaps at the end of training that differ by at most {GAP}.
    Reproduced if all three hold, for networks that begin our way and for networks with initial weights as the source's;
    partly if at least two hold for those that begin our way. The number that decides is the share of the six that hold.
    """
    coupled, separate = Outer.of(meta, "coupled"), Outer.of(meta, "separate")
    plain_coupled = Outer.of(meta, "plain_coupled")
    held = Held.of(coupled, separate)
    plain = Held.of(plain_coupled, Outer.of(meta, "plain_separate"))
    met = sum(astuple(held))
    verdict = "reproduced" if met == 3 else "partly" if met == 2 else "not"
    if plain != held or not plain_coupled.there:
        verdict = at_most_partly(verdict)
    times = f"halfway after {_episodes(coupled)} coupled, {_episodes(separate)} separate"
    return Evidence(
        verdict=verdict,
        value=f"{held}; {times}; plain weights: {plain}, halfway after {_episodes(plain_coupled)}",
        interval=None,
        n=len(coupled.halfway),
        episodes=max(meta.manifest["episodes"].values()),
        profile=meta.profile,
        figure="outer-loop.html#fig-outer-contexts",
        statistic=float(np.mean([*astuple(held), *astuple(plain)])),
    )


def _episodes(outer: Outer) -> str:
    median = float(np.median(outer.halfway))
    return f"{median:,.0f} episodes" if np.isfinite(median) else "more episodes than we ran"
