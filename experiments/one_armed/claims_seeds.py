"""Amended rules for the maps of networks, fixed before the networks were trained that they read: several in each world,
and no two with one seed.

An interval is of a statistic over resamples, 2.5th to 97.5th percentile: worlds are drawn with replacement, and of each
that is drawn its networks.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from experiments.one_armed import claims, claims_networks, claims_sides
from experiments.one_armed.claims_networks import (
    AGREE,
    ALIKE,
    BACK,
    HALF,
    NEARLY,
    RANDOM,
    SOME,
    Grown,
    evidence,
    grown,
    met_at_checkpoints,
)
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, count
from lib.runner import store

Array = np.ndarray

RUN, FIXED = "exploration-map-seeds", "2026-11-29"
ONE_SEED = "All networks of the first map have one seed, so that what befalls one befalls its neighbours"
RESAMPLED = 500  # times, for an interval
MIDDLE = (0.025, 0.975)  # quantiles at its ends
SURE = 0.75  # of worlds: where the interval of a share that is to be large must begin
MOST = 0.95  # of untrained networks must be random


@dataclass(frozen=True)
class Seeds:
    """All networks of one lifetime.

    Attributes:
        own: the median network of each world, and both theories.
        pulls: of an arm that pays -1, by world and network; worlds row by row.
        earned: reward an episode, likewise.
    """

    own: Grown
    pulls: Float[Array, "world run"]
    earned: Float[Array, "world run"]

    @property
    def adaptive(self) -> Bool[Array, " world"]:
        """Whether the adaptive optimum explores."""
        return self.own.adaptive.ravel()

    @property
    def fixed(self) -> Bool[Array, " world"]:
        """Whether the best fixed number of pulls is more than 0."""
        return self.own.fixed.ravel()

    @property
    def disputed(self) -> Bool[Array, " world"]:
        """Where the adaptive optimum explores and the fixed rule does not."""
        return np.asarray(self.adaptive & ~self.fixed)


def everyone(grid: store.Result) -> list[Seeds]:
    """Networks at the end of training, on the map of each lifetime."""
    earned = by_world(grid, "earned")[..., -1]
    return [Seeds(*each) for each in zip(grown(grid), by_world(grid, "pulls")[..., -1], earned, strict=True)]


def by_world(grid: store.Result, name: str) -> Float[Array, "lifetime world run checkpoint"]:
    """A number of each network on its way, worlds row by row."""
    values = grid.data[name].transpose("lifetime", "sigma_p", "sigma_l", "run", "checkpoint").values.astype(float)
    return values.reshape(len(values), -1, *values.shape[3:])


def drawn(worlds: int, runs: int) -> tuple[Int[Array, "resample world one"], Int[Array, "resample world run"]]:
    """Worlds drawn with replacement, and of each that is drawn its networks; always the same draws."""
    rng = np.random.default_rng(0)
    return rng.integers(worlds, size=(RESAMPLED, worlds, 1)), rng.integers(runs, size=(RESAMPLED, worlds, runs))


def interval(statistics: Float[Array, " resample"]) -> tuple[float, float]:
    """The middle of a statistic over resamples; one that is always the same has it at both ends."""
    low, high = np.quantile(statistics, MIDDLE)
    return float(low), float(high)


def agreement(pulls: Float[Array, "world run"], theory: Bool[Array, " world"]) -> float:
    """The share of worlds in which the median network explores or not as a theory does."""
    return float(((np.median(pulls, axis=-1) > SOME) == theory).mean())


def agreement_again(pulls: Float[Array, "world run"], theory: Bool[Array, " world"]) -> Float[Array, " resample"]:
    """The same of resampled worlds and networks."""
    place, run = drawn(*pulls.shape)
    return np.asarray(((np.median(pulls[place, run], axis=-1) > SOME) == theory[place[..., 0]]).mean(axis=-1))


@criterion(
    "L03",
    RUN,
    fixed=FIXED,
    course_of=met_at_checkpoints,
    amends=claims_networks.exploration,
    reason=f"{ONE_SEED}; and a share of worlds had no interval.",
    fresh=(RUN,),
)
def exploration(grid: store.Result) -> Evidence:
    """L03: in which of the worlds of a map over sigma_l and sigma_p, the standard deviations of a reward and of the
    prior, meta-trained networks explore: by the median of several networks in each world, for three lifetimes.

    A network explores if it pulls an unknown arm that pays -1 more than {SOME} times an episode; a theory, if it earns
    anything. Reproduced if at every lifetime networks explore where the adaptive optimum does, and nowhere else, in at
    least {AGREE:.0%} of worlds, the interval of that share over resampled worlds and networks begins at {SURE:.0%} or
    above, and the rank correlation of the median networks' pulls with its is at least {ALIKE}; partly if they agree in
    at least {NEARLY:.0%} of worlds at every lifetime. The number that decides is the smallest share of worlds in which
    they agree. Agreement with the best fixed number of pulls, the source's theory, stands beside it and does not count.
    """
    holds, least, said = [], [], []
    for each in everyone(grid):
        share, ends = agreement(each.pulls, each.adaptive), interval(agreement_again(each.pulls, each.adaptive))
        holds.append(share >= AGREE and ends[0] >= SURE and each.own.alike >= ALIKE)
        least.append(share)
        other, others = agreement(each.pulls, each.fixed), interval(agreement_again(each.pulls, each.fixed))
        single = ((each.pulls > SOME) == each.adaptive[:, None]).mean()
        said.append(
            f"{each.own.lifetime} steps: {share:.0%} {_said(ends)} as the adaptive optimum ({single:.0%} of networks), "
            f"{other:.0%} {_said(others)} as the fixed rule, rank correlation {each.own.alike:.2f}"
        )
    verdict = "reproduced" if all(holds) else "partly" if min(least) >= NEARLY else "not"
    return evidence(grid, verdict, f"worlds in which networks explore or not: {'; '.join(said)}", "maps", min(least))


def edges(explores: Bool[Array, "*many row column run"], sigma_p: Float[Array, " row"]) -> Float[Array, "*many column"]:
    """The edge that misclassifies the fewest networks of each sigma_l: the sigma_p from which on they should explore,
    and below which they should not. Where several do as well, their mean; one row above the map stands for never.
    """
    does = explores.mean(axis=-1)
    none = np.zeros_like(does[..., :1, :])
    below = np.concatenate([none, does.cumsum(axis=-2)], axis=-2)
    above = np.concatenate([(1 - does)[..., ::-1, :].cumsum(axis=-2)[..., ::-1, :], none], axis=-2)
    wrong = below + above
    best = wrong <= wrong.min(axis=-2, keepdims=True) + 1e-9
    places = np.append(sigma_p, 2 * sigma_p[-1] - sigma_p[-2])[:, None]
    return np.asarray((best * places).sum(axis=-2) / best.sum(axis=-2))


def edge_moves(found: Float[Array, "lifetime column"], moved: Float[Array, " resample"]) -> bool:
    """Whether the edge never rises with the lifetime, for any sigma_l, and falls for more than half of them; and the
    interval of how far its mean moves from the shortest to the longest lies below 0.
    """
    steps = np.diff(found, axis=0)
    falls = float((found[-1] < found[0]).mean()) > HALF
    return bool((steps <= 1e-9).all() and falls and interval(moved)[1] < 0)


@criterion(
    "L04",
    RUN,
    fixed=FIXED,
    course_of=met_at_checkpoints,
    amends=claims_sides.edge_moves_with_the_lifetime,
    reason=f"{ONE_SEED}; and one world whose network does not explore moved the edge of its sigma_l above itself.",
    fresh=(RUN,),
)
def edge_moves_with_the_lifetime(grid: store.Result) -> Evidence:
    """L04: where exploring begins, by lifetime, in theory and in meta-trained networks: a theory's edge is the smallest
    sigma_p, the standard deviation of the prior, from which on it explores; that of networks the one that misclassifies
    the fewest of them, of all seeds, among those that explore and those that do not. A network explores if it pulls an
    unknown arm that pays -1 more than {SOME} times an episode.

    It holds for theory if the edge falls with every longer lifetime, for the best fixed number of pulls and for the
    adaptive optimum, at all three values of sigma_l, the standard deviation of a reward, that were looked at; for
    networks if their edge never rises with the lifetime, for any sigma_l of the map, falls from the shortest to the
    longest for more than {HALF:.0%} of them, and the interval of how far its mean over sigma_l falls, over resampled
    sigma_l and networks, does not reach zero. Reproduced if it holds for both, partly if for one. The number that
    decides is the share of the two for which it holds.
    """
    each = everyone(grid)
    sigma_p = each[0].own.theory.sigma_p
    shape = (len(sigma_p), -1, each[0].pulls.shape[1])
    explores = [(own.pulls > SOME).reshape(shape) for own in each]
    found = np.stack([edges(own, sigma_p) for own in explores])
    again = np.stack([_edges_again(own, sigma_p, seed) for seed, own in enumerate(explores)])
    best = [edges(own.adaptive.reshape(len(sigma_p), -1, 1), sigma_p).mean() for own in each]
    lives = ", ".join(str(own.own.lifetime) for own in each)
    said = ", ".join(f"{own.mean():.2f} {_said(interval(more), '.2f')}" for own, more in zip(found, again, strict=True))
    moved = again[-1] - again[0]
    value = (
        f"sigma_p at the edge, mean over sigma_l, lifetimes {lives}: networks {said}; the adaptive optimum on the same "
        f"map {', '.join(f'{edge:.2f}' for edge in best)}; from the shortest to the longest "
        f"{found[-1].mean() - found[0].mean():+.2f} {_said(interval(moved), '+.2f')}"
    )
    holds = (claims.falls(claims.edges_by_lifetime()), edge_moves(found, moved))
    return evidence(grid, claims_sides.moves(*holds), value, "edges", float(np.mean(holds)))


def _edges_again(
    explores: Bool[Array, "row column run"], sigma_p: Float[Array, " row"], seed: int
) -> Float[Array, " resample"]:
    """The mean edge over resamples: the same sigma_l for every lifetime, whatever the seed, and of each world other
    networks.
    """
    rows, columns, runs = explores.shape
    column = np.random.default_rng(0).integers(columns, size=(RESAMPLED, 1, columns, 1))
    run = np.random.default_rng(1 + seed).integers(runs, size=(RESAMPLED, rows, columns, runs))
    return np.asarray(edges(explores[np.arange(rows)[:, None, None], column, run], sigma_p).mean(axis=-1))


def parting(explore: Bool[Array, "world checkpoint"], theory: Bool[Array, " world"]) -> int | None:
    """The first checkpoint from which on median networks explore in nearly all worlds in which a theory does, and in
    hardly any of the others.
    """
    least = np.minimum(explore[theory].mean(axis=0), 1 - explore[~theory].mean(axis=0))
    lacks = np.flatnonzero(least < NEARLY)
    first = int(lacks[-1]) + 1 if lacks.size else 0
    return first if first < len(least) else None


@criterion(
    "L08",
    RUN,
    fixed=FIXED,
    course_of=met_at_checkpoints,
    amends=claims_networks.regimes_emerge,
    reason=f"{ONE_SEED}: before training they were one and the same network. And what happens between this and "
    "the parting of the regimes was not asked.",
    fresh=(RUN,),
)
def regimes_emerge(grid: store.Result) -> Evidence:
    """L08: over meta-training, on a map over sigma_l and sigma_p for each of three lifetimes: whether exploration is
    random in every world at first, goes on in every world until the two regimes part, of worlds in which networks
    explore and in which they do not, and whether these emerge.

    It is random at first if at least {MOST:.0%} of untrained networks, each with its own seed, pull an unknown arm that
    pays -1 between {RANDOM[0]:.0%} and {RANDOM[1]:.0%} of the time. The regimes part at the first checkpoint from which
    on the median networks explore, with more than {SOME} pulls an episode, in at least {NEARLY:.0%} of the worlds in
    which the adaptive optimum does, and refrain in at least {NEARLY:.0%} of the others; exploration goes on if at every
    checkpoint before that the median network explores in every world. The regimes emerge if they part, the share of
    worlds in which median networks do as the adaptive optimum never falls by more than {BACK:.0%} of worlds from one
    checkpoint to the next, and the interval of its gain over training, over resampled worlds and networks, lies above
    zero. Reproduced if all three hold at every lifetime, partly if the first and the last do. The number that decides
    is the share of the three parts at three lifetimes that hold.
    """
    random, goes_on, emerge, said = {}, {}, {}, []
    for each, pulls in zip(everyone(grid), by_world(grid, "pulls"), strict=True):
        name = f"{each.own.lifetime} steps"
        first, last = pulls[..., 0], pulls[..., -1]
        agree = np.array([agreement(own, each.adaptive) for own in np.moveaxis(pulls, -1, 0)])
        gain = interval(agreement_again(last, each.adaptive) - agreement_again(first, each.adaptive))
        explore, untrained = np.median(pulls, axis=1) > SOME, first / each.own.lifetime
        parts = parting(explore, each.adaptive)
        random[name] = float(((untrained > RANDOM[0]) & (untrained < RANDOM[1])).mean()) >= MOST
        goes_on[name] = bool(explore[:, :parts].all())
        emerge[name] = parts is not None and gain[0] > 0 and bool((np.diff(agree) >= -BACK - 1e-9).all())
        when = "never" if parts is None else f"after {int(grid.data.checkpoint.values[parts]):,} updates"
        said.append(
            f"{name}: pulls {untrained.min():.0%}-{untrained.max():.0%} of the time untrained; part {when}; worlds as "
            f"the adaptive optimum from {agree[0]:.0%} to {agree[-1]:.0%}, gain {_said(gain)}"
        )
    parts_held = [all(held.values()) for held in (random, goes_on, emerge)]
    verdict = "reproduced" if all(parts_held) else "partly" if parts_held[0] and parts_held[2] else "not"
    value = (
        f"random at first in {count(random)} lifetimes, explore everywhere until the regimes part in {count(goes_on)}, "
        f"these emerge in {count(emerge)}; {'; '.join(said)}"
    )
    every = [*random.values(), *goes_on.values(), *emerge.values()]
    return evidence(grid, verdict, value, "training", float(np.mean(every)))


@criterion(
    "X01",
    RUN,
    fixed=FIXED,
    course_of=met_at_checkpoints,
    amends=claims_sides.which_theory,
    reason=f"{ONE_SEED}; and the share of few worlds had no interval.",
    fresh=(RUN,),
)
def which_theory(grid: store.Result) -> Evidence:
    """X01: what meta-trained networks do in the worlds of a map over sigma_l and sigma_p in which the adaptive optimum
    explores and the best fixed number of pulls is none: all networks of all seeds, for three lifetimes.

    Reproduced if they explore, with more than {SOME} pulls an episode of an unknown arm that pays -1, in at least
    {NEARLY:.0%} of cases at every lifetime, and the interval of that share over all lifetimes together, over resampled
    worlds and networks, begins above {HALF:.0%}; partly if only the interval does. Not testable if a lifetime has no
    such worlds on the map. The number that decides is the smallest share of networks that explore in these worlds, over
    lifetimes.
    """
    each = everyone(grid)
    if not all(own.disputed.any() for own in each):
        return evidence(grid, "not testable", "a lifetime has no world in which the two disagree", "sides", None)
    shares = [float((own.pulls[own.disputed] > SOME).mean()) for own in each]
    together = np.concatenate([own.pulls[own.disputed] for own in each])
    place, run = drawn(*together.shape)
    ends = interval((together[place, run] > SOME).mean(axis=(1, 2)))
    said = "; ".join(
        f"{own.own.lifetime} steps: {share:.0%} of {own.pulls[own.disputed].size} networks in {own.disputed.sum()} "
        f"worlds, which earn {_of_adaptive(own):.0%} of the adaptive optimum"
        for own, share in zip(each, shares, strict=True)
    )
    whole = float((together > SOME).mean())
    sure = ends[0] > HALF
    verdict = "reproduced" if sure and min(shares) >= NEARLY else "partly" if sure else "not"
    value = f"where the two disagree, networks explore, {said}; together {whole:.0%} {_said(ends)}"
    return evidence(grid, verdict, value, "sides", min(shares))


def _of_adaptive(each: Seeds) -> float:
    """What the median networks earn in all disputed worlds together, of what the adaptive optimum earns."""
    earned = np.median(each.earned, axis=-1)[each.disputed].sum()
    return float(earned / each.own.theory.earns.ravel()[each.disputed].sum())


def _said(ends: tuple[float, float], form: str = ".0%") -> str:
    return f"[{ends[0]:{form}}, {ends[1]:{form}}]"
