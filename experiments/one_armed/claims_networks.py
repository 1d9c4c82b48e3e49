"""Rules for networks that grow up in one-armed worlds: which of two theories of exploring they follow.

Bounds were fixed before the runs were done. A network *explores* if it pulls an unknown arm that pays -1 more than half
a time in an episode; a theory explores if it earns anything.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.stats import spearmanr

from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.optimal.phase_diagram import PhaseDiagram, phase_diagram
from lib.probes.bimodality import Classes, classes
from lib.runner import store

Array = np.ndarray

SOME = 0.5  # pulls an episode, above which a network explores
AGREE, NEARLY = 0.9, 0.8  # share of worlds in which networks do as a theory does
ALIKE = 0.8  # rank correlation of pulls
ENOUGH = 0.9  # of what the adaptive optimum earns
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
    end = grid.data.isel(checkpoint=-1).median("run").transpose("lifetime", "sigma_p", "sigma_l")
    return [
        Grown(
            int(lifetime),
            end.pulls.sel(lifetime=lifetime).values.astype(float),
            end.earned.sel(lifetime=lifetime).values.astype(float),
            phase_diagram(sigma_l, sigma_p, int(lifetime)),
        )
        for lifetime in grid.data.lifetime.values
    ]


def explore_like_the_theory(each: list[Grown]) -> str:
    """The verdict on L03."""
    holds = [float((own.explores == own.adaptive).mean()) >= AGREE and own.alike >= ALIKE for own in each]
    nearly = [float((own.explores == own.adaptive).mean()) >= NEARLY for own in each]
    return "reproduced" if all(holds) else "partly" if all(nearly) else "not"


@criterion("L03", "exploration-map", fixed="2026-11-21")
def exploration(grid: store.Result) -> Evidence:
    """L03: how often networks pull over (sigma_l, sigma_p), against the two theories.

    Reproduced if at every lifetime networks explore where the adaptive optimum does, and nowhere else, in at least 90%
    of worlds, and the rank correlation of their pulls with its is at least 0.8; partly if they agree in at least 80%
    of worlds. Agreement with the source's own edge stands beside it.
    """
    each = grown(grid)
    said = "; ".join(
        f"{own.lifetime} steps: {(own.explores == own.adaptive).mean():.0%} as the adaptive optimum, "
        f"{(own.explores == own.fixed).mean():.0%} as the fixed rule, rank correlation {own.alike:.2f}"
        for own in each
    )
    return _evidence(grid, explore_like_the_theory(each), f"worlds in which networks explore or not: {said}", "maps")


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
    return bool((steps <= 0).all() and (edges[-1] < edges[0]).mean() > 0.5)


def sides_with_adapting(each: list[Grown]) -> list[float]:
    """In what share of worlds networks explore, of those in which the adaptive optimum does and the fixed rule not."""
    return [float(own.explores[own.adaptive & ~own.fixed].mean()) for own in each]


def taking_sides(shares: list[float]) -> str:
    """The verdict on X01: networks side with the adaptive optimum in 80% of the disputed worlds at every lifetime
    (reproduced), or in more than half of them at most lifetimes (partly).
    """
    if all(share >= NEARLY for share in shares):
        return "reproduced"
    return "partly" if by_share([share > 0.5 for share in shares]) != "not" else "not"


def crowds(bimodality: store.Result) -> dict[str, Classes]:
    """The classes of each crowd, by how often its networks pull an arm that pays -1."""
    pulls = bimodality.data.pulls
    return {str(world): classes(pulls.sel(world=world).values.astype(float), FINEST) for world in pulls.world.values}


def two_classes_at_the_edge(two: Mapping[str, bool]) -> str:
    """The verdict on L06: two classes at the source's edge and one on either side of it (reproduced), or not."""
    away = two["outside"] or two["inside"]
    return "reproduced" if two["at the fixed edge"] and not away else "not"


@criterion("L06", "bimodality", fixed="2026-11-21")
def bimodal(bimodality: store.Result) -> Evidence:
    """L06: whether networks fall into two classes, outside, at and inside the edge, by a mixture of two normals: two
    are preferred to one by more than 10 in the Bayesian information criterion, are more than 2 deviations apart, and
    neither holds less than 5% of networks.

    Reproduced if there are two classes at the source's edge and one away from it; else not.
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
    return _evidence(bimodality, two_classes_at_the_edge(two), f"classes of networks, by pulls at -1: {said}", "crowds")


@criterion("L08", "exploration-map", fixed="2026-11-21")
def regimes_emerge(grid: store.Result) -> Evidence:
    """L08: over meta-training, exploration is random everywhere at first, and then the two regimes emerge.

    Reproduced if at every lifetime untrained networks pull between 30% and 70% of the time in every world, and the
    share of worlds in which networks explore or not as the adaptive optimum does is larger at the end than at the
    beginning and never falls by more than a tenth from one checkpoint to the next; partly if the first holds alone.
    """
    data = grid.data.median("run").transpose("checkpoint", "lifetime", "sigma_p", "sigma_l")
    lives = data.lifetime.values
    untrained = data.pulls.isel(checkpoint=0).values / lives[:, None, None]
    random = {
        f"{life} steps": bool(((own > 0.3) & (own < 0.7)).all()) for life, own in zip(lives, untrained, strict=True)
    }
    theory = np.stack([own.adaptive for own in grown(grid)])
    agree = ((data.pulls.values > SOME) == theory).mean(axis=(2, 3))  # (checkpoint, lifetime)
    emerge = bool((agree[-1] > agree[0]).all() and (np.diff(agree, axis=0) >= -0.1).all())
    verdict = "reproduced" if all(random.values()) and emerge else "partly" if all(random.values()) else "not"
    ends = ", ".join(f"{first:.0%} to {last:.0%}" for first, last in zip(agree[0], agree[-1], strict=True))
    value = f"random at first in {count(random)} lifetimes; worlds as the adaptive optimum: from {ends}"
    return _evidence(grid, verdict, value, "training")


def _evidence(result: store.Result, verdict: str, value: str, figure: str) -> Evidence:
    runs = result.data.sizes["run"]
    episodes = max(result.manifest["episodes"].values())
    return Evidence(verdict, value, None, runs, episodes, result.profile, f"{PAGE}#fig-not-to-learn-{figure}")
