"""Rules for networks that grow up in one-armed worlds: which of two theories of exploring they follow.

Bounds were fixed before the runs were done. A network *explores* if it pulls an unknown arm that pays -1 more than half
a time in an episode; a theory explores if it earns anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import spearmanr

from experiments.prediction import claims as predicting
from lib.claims.course import cut_short
from lib.claims.criterion import Criterion, criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.optimal.phase_diagram import PhaseDiagram, phase_diagram
from lib.probes import bimodality as mixture
from lib.runner import store

Array = np.ndarray

SOME = 0.5  # pulls an episode, above which a network explores
AGREE, NEARLY = 0.9, 0.8  # share of worlds in which networks do as a theory does
ALIKE = 0.8  # rank correlation of pulls
ENOUGH = 0.9  # of what the adaptive optimum earns
RANDOM = (0.3, 0.7)  # between these shares of the time pulls are as good as random
BACK = 0.1  # of worlds, by which agreement with a theory may fall from one checkpoint to the next
HALF = 0.5  # of worlds, or of what is asked
EDGE = "at the fixed edge"  # the one of the crowds that should split
FINEST = 0.1  # pulls: two crowds nearer than their own noise are one
PAGE = "learning-not-to-learn.html"


@dataclass(frozen=True)
class Grown:
    """Networks and theories on the map of one lifetime; rows are sigma_p, columns sigma_l.

    Attributes:
        lifetime: steps of an episode.
        pulls: of an arm that pays -1; the median network of each world.
        earned: reward an episode; likewise.
        theory: both rules in the same worlds.
    """

    lifetime: int
    pulls: Float[Array, "row column"]
    earned: Float[Array, "row column"]
    theory: PhaseDiagram

    @property
    def explores(self) -> Bool[Array, "row column"]:
        """Whether the median network does."""
        return np.asarray(self.pulls > SOME)

    @property
    def fixed(self) -> Bool[Array, "row column"]:
        """Whether the best fixed number of pulls is more than 0."""
        return np.asarray(self.theory.n > 0)

    @property
    def adaptive(self) -> Bool[Array, "row column"]:
        """Whether the adaptive optimum explores."""
        return np.asarray(self.theory.earns > 0)

    @property
    def agrees(self) -> float:
        """Share of worlds in which the median network explores or not as the adaptive optimum does."""
        return float((self.explores == self.adaptive).mean())

    @property
    def alike(self) -> float:
        """Rank correlation of the networks' pulls with those of the adaptive optimum, over worlds."""
        return float(spearmanr(self.pulls.ravel(), self.theory.pulls.ravel()).statistic)

    @property
    def edge(self) -> Float[Array, " column"]:
        """The smallest sigma_p from which on networks explore, for each sigma_l; infinite where they never do."""
        never = ~self.explores
        first = np.where(never.any(axis=0), len(never) - never[::-1].argmax(axis=0), 0)
        return np.append(self.theory.sigma_p, np.inf)[first]


def grown(grid: store.Result) -> list[Grown]:
    """Networks at the end of training, on the map of each lifetime."""
    sigma_p, sigma_l = grid.data.sigma_p.values, grid.data.sigma_l.values
    end = grid.data[["pulls", "earned"]].isel(checkpoint=-1).median("run").transpose("lifetime", "sigma_p", "sigma_l")
    return [
        Grown(
            int(lifetime),
            end.pulls.sel(lifetime=lifetime).values.astype(float),
            end.earned.sel(lifetime=lifetime).values.astype(float),
            theory(tuple(sigma_l.tolist()), tuple(sigma_p.tolist()), int(lifetime)),
        )
        for lifetime in grid.data.lifetime.values
    ]


@cache
def theory(sigma_l: tuple[float, ...], sigma_p: tuple[float, ...], lifetime: int) -> PhaseDiagram:
    """Both rules in these worlds, worked out once."""
    return phase_diagram(np.array(sigma_l), np.array(sigma_p), lifetime)


def met_at_checkpoints(criterion: Criterion, grid: store.Result) -> Mapping[int, bool]:
    """What a criterion on the maps would have said had training ended sooner."""
    batch = max(grid.manifest["episodes"].values()) // int(grid.data.checkpoint.values[-1])
    return cut_short(criterion, grid, batch, "checkpoint")


def explore_like_the_theory(each: list[Grown]) -> str:
    """The verdict on L03."""
    holds = [own.agrees >= AGREE and own.alike >= ALIKE for own in each]
    nearly = [own.agrees >= NEARLY for own in each]
    return "reproduced" if all(holds) else "partly" if all(nearly) else "not"


@criterion("L03", "exploration-map", fixed="2026-11-21", course_of=met_at_checkpoints)
def exploration(grid: store.Result) -> Evidence:
    """L03: in which of the worlds of a map over sigma_l and sigma_p, the standard deviations of a reward and of the
    prior, meta-trained networks explore: by the median network of each world, for three lifetimes.

    A network explores if it pulls an unknown arm that pays -1 more than {SOME} times an episode; a theory, if it earns
    anything. Reproduced if at every lifetime networks explore where the adaptive optimum does, and nowhere else, in at
    least {AGREE:.0%} of worlds, and the rank correlation of their pulls with its is at least {ALIKE}; partly if they
    agree in at least {NEARLY:.0%} of worlds at every lifetime. The number that decides is the smallest share of worlds
    in which they agree. Agreement with the best fixed number of pulls, the source's theory, stands beside it and does
    not count.
    """
    each = grown(grid)
    said = "; ".join(
        f"{own.lifetime} steps: {own.agrees:.0%} as the adaptive optimum, "
        f"{(own.explores == own.fixed).mean():.0%} as the fixed rule, rank correlation {own.alike:.2f}"
        for own in each
    )
    verdict, least = explore_like_the_theory(each), min(own.agrees for own in each)
    return evidence(grid, verdict, f"worlds in which networks explore or not: {said}", "maps", least)


def targets(each: list[Grown]) -> Mapping[str, float]:
    """Where the adaptive optimum explores, the share of worlds in which networks earn 90% of it; where it does not, the
    share in which they pull half a time at most.
    """
    explores = np.concatenate([own.adaptive.ravel() for own in each])
    earned = np.concatenate([(own.earned - ENOUGH * own.theory.earns).ravel() for own in each])
    pulls = np.concatenate([own.pulls.ravel() for own in each])
    return {"earn enough": float((earned >= 0)[explores].mean()), "refrain": float((pulls <= SOME)[~explores].mean())}


def edge_moves(each: list[Grown]) -> bool:
    """Whether the networks' edge never rises with the lifetime, for any sigma_l, and falls for more than half."""
    edges = np.stack([own.edge for own in each])
    with np.errstate(invalid="ignore"):
        steps = np.nan_to_num(np.diff(edges, axis=0), nan=0.0)
    return bool((steps <= 0).all() and (edges[-1] < edges[0]).mean() > HALF)


def sides_with_adapting(each: list[Grown]) -> list[float]:
    """In what share of worlds networks explore, of those in which the adaptive optimum does and the fixed rule not."""
    return [float(own.explores[own.adaptive & ~own.fixed].mean()) for own in each]


def taking_sides(shares: list[float]) -> str:
    """The verdict on X01: networks side with the adaptive optimum in nearly all of the disputed worlds at every
    lifetime (reproduced), or in more than half of them at most lifetimes (partly).
    """
    if all(share >= NEARLY for share in shares):
        return "reproduced"
    return "partly" if by_share([share > HALF for share in shares]) != "not" else "not"


def crowds(bimodality: store.Result) -> dict[str, mixture.Classes]:
    """The classes of each crowd, by how often its networks pull an arm that pays -1."""
    pulls = bimodality.data.pulls
    worlds = {str(world): pulls.sel(world=world).values.astype(float) for world in pulls.world.values}
    return {world: mixture.classes(own, FINEST) for world, own in worlds.items()}


def two_classes_at_the_edge(two: Mapping[str, bool]) -> str:
    """The verdict on L06: two classes at the source's edge and one on either side of it (reproduced), or not."""
    return "reproduced" if all(as_claimed(two)) else "not"


def as_claimed(two: Mapping[str, bool]) -> list[bool]:
    """Of each world, whether its networks fall into two classes if it is at the edge, and into one if not."""
    return [each == (world == EDGE) for world, each in two.items()]


@criterion("L06", "bimodality", fixed="2026-11-21")
def bimodal(bimodality: store.Result) -> Evidence:
    """L06: whether networks fall into two classes, by how often they pull an unknown arm that pays -1: in three worlds,
    outside, at and inside the edge from which on the source's theory explores.

    A mixture of two normals is fitted to the networks of a world. They are two classes if it is preferred to one normal
    by more than {mixture.EVIDENCE:g} in the Bayesian information criterion, the two means are more than
    {mixture.SEPARATION:g} deviations apart, and neither class holds less than {mixture.LEAST:.0%} of networks.
    Reproduced if there are two classes at the edge, and one in the worlds on either side of it; else not. The number
    that decides is the share of the three worlds that are so.
    """
    found = crowds(bimodality)
    refrain = (bimodality.data.pulls <= SOME).mean("run")
    two = {world: each.two for world, each in found.items()}
    said = "; ".join(
        f"{world}: two ({each.shares[0]:.0%} pull {each.means[0]:.1f}, {each.shares[1]:.0%} {each.means[1]:.1f})"
        if each.two
        else f"{world}: one ({refrain.sel(world=world).item():.0%} do not explore)"
        for world, each in found.items()
    )
    verdict, share = two_classes_at_the_edge(two), float(np.mean(as_claimed(two)))
    return evidence(bimodality, verdict, f"classes of networks, by pulls at -1: {said}", "crowds", share)


@criterion("L08", "exploration-map", fixed="2026-11-21", course_of=met_at_checkpoints)
def regimes_emerge(grid: store.Result) -> Evidence:
    """L08: over meta-training, on a map over sigma_l and sigma_p for each of three lifetimes: whether exploration is
    random in every world at first, and then the two regimes emerge, of worlds in which networks explore and in which
    they do not.

    It is random at first if untrained networks pull an unknown arm that pays -1 between {RANDOM[0]:.0%} and
    {RANDOM[1]:.0%} of the time in every world. The regimes emerge if the share of worlds in which networks explore,
    with more than {SOME} pulls an episode, or not, as the adaptive optimum does, is larger at the end than at the
    beginning and never falls by more than {BACK:.0%} of worlds from one checkpoint to the next. Reproduced if both hold
    at every lifetime, partly if only the first does. The number that decides is the smallest gain of that share over
    training.
    """
    data = grid.data.median("run").transpose("checkpoint", "lifetime", "sigma_p", "sigma_l")
    lives = data.lifetime.values
    untrained = data.pulls.isel(checkpoint=0).values / lives[:, None, None]
    low, high = RANDOM
    random = {
        f"{life} steps": bool(((own > low) & (own < high)).all()) for life, own in zip(lives, untrained, strict=True)
    }
    adaptive = np.stack([own.adaptive for own in grown(grid)])
    agree = ((data.pulls.values > SOME) == adaptive).mean(axis=(2, 3))  # (checkpoint, lifetime)
    emerge = bool((agree[-1] > agree[0]).all() and (np.diff(agree, axis=0) >= -BACK).all())
    verdict = "reproduced" if all(random.values()) and emerge else "partly" if all(random.values()) else "not"
    ends = ", ".join(f"{first:.0%} to {last:.0%}" for first, last in zip(agree[0], agree[-1], strict=True))
    value = f"random at first in {count(random)} lifetimes; worlds as the adaptive optimum: from {ends}"
    return evidence(grid, verdict, value, "training", float((agree[-1] - agree[0]).min()))


def evidence(result: store.Result, verdict: str, value: str, figure: str, statistic: float | None) -> Evidence:
    """What networks of one-armed worlds show."""
    return predicting.evidence(result, verdict, value, None, f"{PAGE}#fig-not-to-learn-{figure}", statistic)
