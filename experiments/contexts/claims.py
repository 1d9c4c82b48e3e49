"""Rules for contextual bandits: whether what is learned in one context holds up the others, in a life and in training.

Bounds were fixed before looking. A context counts as learned when the right action has probability 1/2 there; the
source does not say which probability its ratios are about. "Last over first" is how many times as long the context
learned last takes as the one learned first.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from experiments.contexts import specs
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, at_most_partly
from lib.optimal.contextual_dp import earns
from lib.probes.contexts import last_over_first, steps_to
from lib.probes.crossing_time import crossing_time
from lib.runner import store

Array = np.ndarray
HEIGHT = 0.5  # where "has learned a context" begins
SOURCES = {"coupled": 400.0, "separate": 2.0}  # last over first, of the source's Learners
WITHIN = 2.0  # a factor
PARITY = 0.25  # of the separate ratio
NEARLY = 0.95  # of the way from chance to Bayes
SLOWER, GAP = 2.0, 0.05
PAGE = "interference.html"


def learner_ratios(learners: store.Result, way: str = specs.SOURCES, height: float = HEIGHT) -> dict[str, Array]:
    """Last over first for each Learner, coupled and separate; infinite where the last never gets there."""
    found = {}
    for kind in SOURCES:
        q = learners.data.q.sel(way=way, kind=kind).transpose("run", "moment", "k").values
        times = steps_to(q, learners.data.moment.values, height)
        # A context that begins above the height is learned before the first step.
        found[kind] = last_over_first(np.maximum(times, 1.0))
    return found


@criterion("R20", "context-learner", fixed="2026-11-21")
def learner_interferes(learners: store.Result) -> Evidence:
    """R20: last over first for Learners that climb as the source's do.

    Reproduced if both medians are within a factor of two of the source's, 400 and 2; partly if the coupled one is at
    least ten times the separate one.
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
    )


def interferes(medians: dict[str, float]) -> str:
    """The verdict on R20, from the median ratio of each kind."""
    if all(known / WITHIN <= medians[kind] <= known * WITHIN for kind, known in SOURCES.items()):
        return "reproduced"
    return "partly" if medians["coupled"] >= 10 * medians["separate"] else "not"


def said_ratio(ratios: Float[Array, " run"]) -> str:
    """A median with its interval, as a factor.

    >>> said_ratio(np.array([1.0, 2.0, np.inf]))
    '2.0x (1.0-never)'
    """
    low, median, high = np.quantile(ratios, [0.05, 0.5, 0.95], method="nearest")

    def shown(value: float) -> str:
        return f"{value:.1f}" if np.isfinite(value) else "never"

    return f"{shown(median)}{'x' if np.isfinite(median) else ''} ({shown(low)}-{shown(high)})"


def curve_ratios(curves: Float[Array, "run step k"], height: float = HEIGHT) -> Float[Array, " run"]:
    """Last over first of each network's curves, averaged over episodes; infinite where the last never gets there.

    The first step is step 1.
    """
    return last_over_first(steps_to(curves, np.arange(1, curves.shape[1] + 1), height))


def way_to_bayes(earned: Float[Array, "*run"], steps: int = specs.LIFE) -> Float[Array, "*run"]:
    """How far from chance to the greedy Bayesian what is earned lies: 0 at chance, 1 at Bayes."""
    world = specs.INDEPENDENT
    bayes = float(earns(world, steps).mean())
    return np.asarray((earned - world.chance) / (bayes - world.chance))


def final(meta: store.Result, kind: str, variable: str) -> Array:
    """A variable of one kind of networks at the end of training."""
    found: Array = meta.data[f"{variable}_{kind}"].isel(checkpoint=-1).values.astype(float)
    return found


@criterion("R21", "context-meta", fixed="2026-11-21")
def meta_learner_does_not(meta: store.Result) -> Evidence:
    """R21: last over first for Meta-Learners of all contexts, and for copies of Meta-Learners of one.

    Reproduced if the coupled median is within 25% of the separate one and the median coupled network gets at least 95%
    of the way from chance to the greedy Bayesian; partly if one of the two. What the source's numbers are, 4.3x and
    3.9x, does not count: they depend on a height that is not given.
    """
    coupled, separate = (curve_ratios(final(meta, kind, "curves")) for kind in ("coupled", "separate"))
    way = way_to_bayes(final(meta, "coupled", "earned"), len(meta.data.step))
    met = parity(float(np.median(coupled)), float(np.median(separate))) + int(np.median(way) >= NEARLY)
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
    )


def parity(coupled: float, separate: float) -> bool:
    """Whether two ratios are within 25% of the separate one.

    >>> parity(4.3, 3.9), parity(5.2, 4.0)
    (True, False)
    """
    return bool(abs(coupled - separate) <= PARITY * separate)


@criterion("R22", "context-meta", fixed="2026-11-21")
def bayes_does_not(meta: store.Result) -> Evidence:
    """R22: the same ratio for the greedy Bayesian of all contexts and for copies of the Bayesian of one.

    Reproduced if they differ by at most 1%, and by no more for the twin that matches probabilities.
    """
    ratios = {
        str(player): [
            float(curve_ratios(meta.data.bayes.sel(player=player, kind=kind).values[None])[0]) for kind in SOURCES
        ]
        for player in meta.data.player.values
    }
    alike = all(abs(coupled - separate) <= 0.01 * separate for coupled, separate in ratios.values())
    value = "; ".join(
        f"{player}: coupled {coupled:.2f}x, separate {separate:.2f}x" for player, (coupled, separate) in ratios.items()
    )
    return Evidence(
        verdict="reproduced" if alike else "not",
        value=f"last over first, {value}",
        interval=None,
        n=None,
        episodes=None,
        profile=meta.profile,
        figure=f"{PAGE}#fig-interference-bayes",
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
    def of(cls, meta: store.Result, kind: str) -> "Outer":
        """As a result has them."""
        seen = meta.data.checkpoint.values * float(meta.manifest["batch"])
        own = meta.data[f"curves_{kind}"].transpose("checkpoint", ..., "step", "k").values.astype(float)
        gaps = (own[..., -1, 0] - own[..., -1, -1]).T  # network, checkpoint
        earned = meta.data[f"earned_{kind}"].transpose(..., "checkpoint").values.astype(float)
        way = way_to_bayes(earned, len(meta.data.step))
        halfway = crossing_time(way, seen, 0.5)
        there = way >= 0.5
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


@criterion("R25", "context-meta", fixed="2026-11-21")
def outer_loop(meta: store.Result) -> Evidence:
    """R25: the outer loop of coupled Meta-Learners against that of separate ones.

    Reproduced if coupled ones are slower, interfere early and do not at the end, as `Held` says; partly if two of the
    three hold. With initial weights as in the source the same must hold: if it does not, or if those networks do not
    get halfway within our episodes, at most partly.
    """
    coupled, separate = Outer.of(meta, "coupled"), Outer.of(meta, "separate")
    plain_coupled = Outer.of(meta, "plain_coupled")
    held = Held.of(coupled, separate)
    plain = Held.of(plain_coupled, Outer.of(meta, "plain_separate"))
    met = sum((held.slower, held.early, held.overcome))
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
    )


def _episodes(outer: Outer) -> str:
    median = float(np.median(outer.halfway))
    return f"{median:,.0f} episodes" if np.isfinite(median) else "more episodes than we ran"
