"""Rules for the theory of a one-armed world: whether its unknown arm is worth a look. Nothing is trained, and no result
of a run is read: all numbers are worked out while the book is built. Bounds were fixed before looking.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Float, Int

from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.optimal import explore_then_commit as fixed
from lib.optimal.exploration_threshold import exploration_threshold
from lib.optimal.phase_diagram import PhaseDiagram, adaptive_value, phase_diagram
from lib.random import generator

Array = np.ndarray

LIFETIMES = (20, 50, 100)  # of the maps
SIGMA_L, SIGMA_P = np.linspace(0.2, 4, 20), np.linspace(0.1, 2, 20)  # of their columns and rows

# n, sigma_p, sigma_l, lifetime: where one number is found in three ways.
PLACES = (
    (3, 1.0, 1.0, 100),
    (5, 0.7, 2.0, 20),
    (10, 1.5, 0.5, 100),
    (1, 0.3, 0.2, 50),
    (1, 2.0, 4.0, 100),
    (20, 1.0, 3.0, 50),
    (20, 2.0, 1.0, 20),
    (60, 0.5, 0.5, 100),
    (2, 1.2, 0.1, 10),
)
EPISODES = 100_000  # that are played at each of them
CLOSE, SURE = 1e-6, 4.0  # reward by integration, standard errors by simulation
AT_ONCE = 0.5  # of the most pulls in a column of a map, from which on its edge is hard

NOISE = 2.0  # sigma_l of the worlds for which the return is shown against n
AWAY = {"outside": 0.5, "at": 1.0, "inside": 1.5}  # sigma_p of these worlds, as a part of that at the edge


def _exact(verdict: str, value: str, figure: str, holds: Collection[bool]) -> Evidence:
    """What theory shows; the share of the parts that hold decides."""
    share = float(np.mean([*holds]))
    return Evidence(verdict, value, None, None, None, "exact", f"worth-learning.html#{figure}", share)


@dataclass(frozen=True)
class ThreeWays:
    """The return of one fixed number of pulls in one world, found in three ways; reward per episode.

    Attributes:
        place: n, sigma_p, sigma_l, lifetime.
        closed: by the closed form.
        integrated: by numerical integration over what the arm pays.
        simulated: mean over played episodes.
        standard_error: of that mean.
    """

    place: tuple[int, float, float, int]
    closed: float
    integrated: float
    simulated: float
    standard_error: float

    @property
    def apart(self) -> float:
        """Closed form and integration, in reward."""
        return abs(self.closed - self.integrated)

    @property
    def errors(self) -> float:
        """Closed form and simulation, in standard errors."""
        return abs(self.closed - self.simulated) / self.standard_error


@cache
def three_ways() -> tuple[ThreeWays, ...]:
    """The same number by closed form, integration and simulation, at every one of `PLACES`."""
    found = []
    for seed, place in enumerate(PLACES):
        played = fixed.simulated_return(*place, episodes=EPISODES, rng=generator("niche, simulated", seed))
        closed, integrated = float(fixed.expected_return(*place)), fixed.integrated_return(*place)
        found.append(ThreeWays(place, closed, integrated, played.value, played.standard_error))
    return tuple(found)


def best_by_integration(sigma_p: float, sigma_l: float, lifetime: int) -> int:
    """The best number of pulls, each return found by integration."""
    return int(np.argmax([fixed.integrated_return(n, sigma_p, sigma_l, lifetime) for n in range(lifetime + 1)]))


@cache
def best_in_three_worlds() -> dict[str, tuple[int, int]]:
    """The best number of pulls by closed form and by integration, in the worlds of the first three places."""
    worlds = [place[1:] for place in PLACES[:3]]
    return {str(each): (int(fixed.best_n(*each)), best_by_integration(*each)) for each in worlds}


def agree(ways: Sequence[ThreeWays], best: Mapping[str, tuple[int, int]]) -> tuple[bool, bool]:
    """Whether integration and whether simulation agree with the closed form.

    Args:
        ways: the return at each place.
        best: the best number of pulls by closed form and by integration, in each world.
    """
    integrated = all(each.apart <= CLOSE for each in ways) and all(one == other for one, other in best.values())
    return integrated, all(each.errors <= SURE for each in ways)


@criterion("L01", fixed="2026-11-21")
def closed_form() -> Evidence:
    """L01: the return of n pulls of the unknown arm of a one-armed bandit, by closed form, by integration over what the
    arm pays, and by {EPISODES:,} simulated episodes, in nine worlds.

    Reproduced if in every world integration is within {CLOSE:g} reward of the closed form and has the same best n in
    the three worlds in which that was asked, and if simulation is within {SURE:g} of its standard errors in every
    world; partly if one of the two agrees. The number that decides is the share of the two that agree.
    """
    ways, best = three_ways(), best_in_three_worlds()
    numbers = ", ".join(str(one) for one, _ in best.values())
    value = (
        f"{len(ways)} places: integration within {max(each.apart for each in ways):.0e} reward, simulation within "
        f"{max(each.errors for each in ways):.1f} standard errors; best n {numbers} in three worlds, "
        f"the same by integration in {count({name: one == other for name, (one, other) in best.items()})}"
    )
    holds = agree(ways, best)
    return _exact(by_share(holds, partly=0.4), value, "fig-worth-ways", holds)


@cache
def maps() -> dict[int, PhaseDiagram]:
    """The map for each lifetime."""
    return {lifetime: phase_diagram(SIGMA_L, SIGMA_P, lifetime) for lifetime in LIFETIMES}


def jumps(pulls: Float[Array, "row column"] | Int[Array, "row column"]) -> tuple[bool, Float[Array, " column"]]:
    """How a map changes upwards, as sigma_p grows.

    Returns:
        Whether every column is 0 up to some row and above 0 from there on; and how large it is in the first row in
        which it is above 0, as a share of its largest value; NaN in a column without any.
    """
    some = pulls > 0
    once = bool((np.diff(some.astype(int), axis=0) >= 0).all())
    first = pulls[some.argmax(axis=0), np.arange(pulls.shape[1])]
    with np.errstate(invalid="ignore"):
        return once, np.where(some.any(axis=0), first / pulls.max(axis=0), np.nan)


def is_hard(pulls: Float[Array, "row column"] | Int[Array, "row column"]) -> bool:
    """Whether a map has a hard edge, for L02: each column is 0 up to some row, and in the next already at least half as
    large as it ever gets. Without the second, creeping up from one pull would count.
    """
    once, share = jumps(pulls)
    return once and bool((~np.isnan(share)).any()) and bool((share[~np.isnan(share)] >= AT_ONCE).all())


def at_the_edge(each: PhaseDiagram, pulls: Array) -> str:
    """From how many to how many pulls a map jumps in its columns, in words."""
    some = pulls > 0
    first = pulls[some.argmax(axis=0), np.arange(pulls.shape[1])][some.any(axis=0)]
    return f"{first.min():.2g}-{first.max():.2g} pulls ({each.lifetime} steps)"


@criterion("L02", fixed="2026-11-21")
def hard_edge() -> Evidence:
    """L02: the best number of pulls of the unknown arm that is fixed beforehand, over sigma_l and sigma_p, the
    standard deviations of a reward and of the prior, for lifetimes of {LIFETIMES[0]}, {LIFETIMES[1]} and {LIFETIMES[2]}
    steps.

    A map has a hard edge if for each sigma_l it is 0 up to some sigma_p, and at the next already at least
    {AT_ONCE:.0%} of the most that it ever is. Reproduced if all three maps have one, partly if two do; the number that
    decides is their share. The adaptive optimum's map stands beside it and does not count.
    """
    hard = {f"lifetime {each.lifetime}": is_hard(each.n) for each in maps().values()}
    both = [", ".join(at_the_edge(each, getattr(each, of)) for each in maps().values()) for of in ("n", "pulls")]
    adaptive = count({f"lifetime {each.lifetime}": is_hard(each.pulls) for each in maps().values()})
    value = (
        f"a hard edge in {count(hard)} lifetimes: from none to {both[0]}; the adaptive optimum in {adaptive}: from "
        f"none to {both[1]}"
    )
    return _exact(by_share(hard.values()), value, "fig-worth-maps", hard.values())


def local_maxima(returns: Float[Array, " n"]) -> Int[Array, " place"]:
    """Every n whose neighbours earn less.

    >>> local_maxima(np.array([0.0, -1.0, 2.0, 1.0, 3.0]))
    array([0, 2, 4])
    """
    padded = np.concatenate([[-np.inf], returns, [-np.inf]])
    return np.flatnonzero((padded[1:-1] > padded[:-2]) & (padded[1:-1] > padded[2:]))


@cache
def worlds(lifetime: int, noise: float = NOISE) -> dict[str, float]:
    """sigma_p of three worlds with rewards of so much noise: outside, at and inside the edge of the fixed rule."""
    at = float(exploration_threshold(noise, lifetime, fixed.value, tolerance=1e-6))
    return {where: part * at for where, part in AWAY.items()}


def peaks(lifetime: int, noise: float = NOISE) -> dict[str, list[int]]:
    """Where the return has local maxima in n, in each of these worlds."""
    return {
        where: local_maxima(fixed.returns(sigma_p, noise, lifetime)).tolist()
        for where, sigma_p in worlds(lifetime, noise).items()
    }


def are_bimodal_at_the_edge(found: Mapping[str, Sequence[int]]) -> bool:
    """Whether there are two local maxima at the edge, of which one is n = 0, and one away from it on either side."""
    return [len(found[where]) for where in ("outside", "at", "inside")] == [1, 2, 1] and found["at"][0] == 0


@criterion("L05", fixed="2026-11-21")
def two_peaks() -> Evidence:
    """L05: local maxima of the return as a function of n, the fixed number of pulls of the unknown arm, at
    sigma_l = {NOISE:g} and a sigma_p of {AWAY[outside]}, {AWAY[at]:g} and {AWAY[inside]} times that from which on
    exploring pays: outside, at and inside the edge; for lifetimes of {LIFETIMES[0]}, {LIFETIMES[1]} and {LIFETIMES[2]}
    steps.

    A lifetime counts if there are one, two and one of them, and n = 0 is among the two. Reproduced if all three
    lifetimes count, partly if two do; the number that decides is their share.
    """
    found = {lifetime: peaks(lifetime) for lifetime in LIFETIMES}
    holds = {f"lifetime {lifetime}": are_bimodal_at_the_edge(each) for lifetime, each in found.items()}
    value = f"1, 2, 1 local maxima outside, at and inside the edge in {count(holds)} lifetimes; at lifetime 100: " + (
        "; ".join(f"{where}, n = {' and '.join(map(str, each))}" for where, each in found[100].items())
    )
    return _exact(by_share(holds.values()), value, "fig-worth-return", holds.values())


Value = Callable[..., Float[Array, "..."]]
RULES: Mapping[str, Value] = {"fixed n": fixed.value, "adaptive": adaptive_value}


@cache
def edges_by_lifetime(lifetimes: tuple[int, ...] = LIFETIMES) -> dict[str, Float[Array, "lifetime place"]]:
    """The edges of both rules at sigma_l of 1, 2 and 4, for each lifetime."""
    sigma_l = np.array([1.0, 2.0, 4.0])
    return {
        name: np.array([exploration_threshold(sigma_l, lifetime, value, tolerance=5e-4) for lifetime in lifetimes])
        for name, value in RULES.items()
    }


def falls(edges: Mapping[str, Float[Array, "lifetime place"]]) -> bool:
    """Whether every edge falls with every longer lifetime."""
    return all(bool((np.diff(each, axis=0) < 0).all()) for each in edges.values())


@dataclass(frozen=True)
class Adapting:
    """What it is worth to decide after every pull, on the map of one lifetime.

    Attributes:
        lifetime: steps in an episode.
        both: share of worlds in which both rules explore.
        alone: share in which only the adaptive optimum does.
        most: the most that it earns in one of those, in reward per episode.
        more: median, over worlds in which both explore, of how many times as much it earns.
    """

    lifetime: int
    both: float
    alone: float
    most: float
    more: float


def adapting(each: PhaseDiagram) -> Adapting:
    """What deciding after every pull is worth on a map."""
    does, rule = each.earns > 0, each.n > 0
    alone, both = does & ~rule, does & rule
    return Adapting(
        each.lifetime,
        float(both.mean()),
        float(alone.mean()),
        float(np.max(each.earns, where=alone, initial=0.0)),
        float(np.median(each.earns[both] / each.earns_fixed[both])) if both.any() else float("nan"),
    )
