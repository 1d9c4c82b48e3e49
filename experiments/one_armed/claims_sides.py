"""Rules for one-armed worlds that ask theory and networks together: whether the edge moves, and which of two theories
networks side with. Bounds are those of the rules for either, fixed before the runs were done.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from experiments.one_armed import claims, claims_networks
from experiments.one_armed.claims_networks import Grown, evidence, grown, met_at_checkpoints
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence
from lib.runner import store

Array = np.ndarray


def moves(theory: bool, networks: bool) -> str:
    """The verdict on L04: both edges do (reproduced), one does (partly)."""
    return ("not", "partly", "reproduced")[theory + networks]


@criterion("L04", "exploration-map", fixed="2026-11-21", course_of=met_at_checkpoints)
def edge_moves_with_the_lifetime(grid: store.Result, each: Sequence[Grown] | None = None) -> Evidence:
    """L04: where exploring begins, by lifetime, in theory and in meta-trained networks: the edge is the smallest
    sigma_p, the standard deviation of the prior, from which on a theory explores, or the median network of every world;
    a network explores if it pulls an unknown arm that pays -1 more than {claims_networks.SOME} times an episode.

    It holds for theory if the edge falls with every longer lifetime, for the best fixed number of pulls and for the
    adaptive optimum, at all three values of sigma_l, the standard deviation of a reward, that were looked at; for
    networks if their edge never rises with the lifetime, for any sigma_l of the map, and falls from the shortest to the
    longest for more than {claims_networks.HALF:.0%} of them. Reproduced if it holds for both, partly if for one. The
    number that decides is the share of the two for which it holds.

    Args:
        each: networks and theories, if they are known already.
    """
    found = list(each or grown(grid))
    theory = claims.edges_by_lifetime()
    lives = ", ".join(str(own.lifetime) for own in found)
    networks = ", ".join(f"{edge:.2f}" for edge in middle_edges(found))
    both = "; ".join(f"{name} {', '.join(f'{value:.2f}' for value in edges[:, 1])}" for name, edges in theory.items())
    value = (
        f"sigma_p at the edge, lifetimes {lives}: networks {networks} (median over sigma_l); theory at sigma_l = 2, "
        f"lifetimes {', '.join(map(str, claims.LIFETIMES))}: {both}"
    )
    holds = (claims.falls(theory), claims_networks.edge_moves(found))
    return evidence(grid, moves(*holds), value, "edges", float(np.mean(holds)))


def middle_edges(each: Sequence[Grown]) -> list[float]:
    """The networks' edge, median over sigma_l, at each lifetime."""
    return [float(np.median(own.edge)) for own in each]


@dataclass(frozen=True)
class Earned:
    """What median networks earn, next to the two optima, on the map of one lifetime.

    Attributes:
        lifetime: steps of an episode.
        disputed: in how many worlds the adaptive optimum explores and the fixed rule does not.
        explore: in what share of these networks explore; NaN without any.
        of_adaptive: what they earn in all of these together, as a share of what the adaptive optimum earns; just inside
            its edge that is next to nothing, so shares of single worlds would say little. NaN without any.
        above_fixed: in what share of these worlds they earn more than the fixed rule, which is nothing.
        both: in worlds in which both explore, share of the adaptive optimum's return; median over worlds.
        both_of_fixed: the same, of what the fixed rule earns.
    """

    lifetime: int
    disputed: int
    explore: float
    of_adaptive: float
    above_fixed: float
    both: float
    both_of_fixed: float


def returns(own: Grown) -> Earned:
    """What networks of one lifetime earn against either optimum."""
    disputed, both = own.adaptive & ~own.fixed, own.adaptive & own.fixed
    with np.errstate(divide="ignore", invalid="ignore"):
        of_adaptive, of_fixed = own.earned / own.theory.earns, own.earned / own.theory.earns_fixed
    return Earned(
        own.lifetime,
        int(disputed.sum()),
        _mean(own.explores[disputed]),
        float(own.earned[disputed].sum() / own.theory.earns[disputed].sum()) if disputed.any() else float("nan"),
        _mean(own.earned[disputed] > 0),
        _median(of_adaptive[both]),
        _median(of_fixed[both]),
    )


@criterion("X01", "exploration-map", fixed="2026-11-21", course_of=met_at_checkpoints)
def which_theory(grid: store.Result, each: Sequence[Grown] | None = None) -> Evidence:
    """X01: what meta-trained networks do in the worlds of a map over sigma_l and sigma_p in which the adaptive optimum
    explores and the best fixed number of pulls is none: by the median network of each world, for three lifetimes.

    Reproduced if they explore, with more than {claims_networks.SOME} pulls an episode of an unknown arm that pays -1,
    in at least {claims_networks.NEARLY:.0%} of these worlds at every lifetime; partly if in more than
    {claims_networks.HALF:.0%} of them at more than half of the lifetimes. Not testable if a lifetime has no such worlds
    on the map. The number that decides is the smallest share of these worlds in which networks explore.

    Args:
        each: networks and theories, if they are known already.
    """
    found = list(each or grown(grid))
    earns = [returns(own) for own in found]
    known = all(own.disputed for own in earns)
    explore = claims_networks.sides_with_adapting(found) if known else []
    verdict = claims_networks.taking_sides(explore) if known else "not testable"
    agree = "; ".join(
        f"{own.lifetime} steps: {own.agrees:.0%} of worlds as the adaptive optimum, "
        f"{(own.explores == own.fixed).mean():.0%} as the fixed rule"
        for own in found
    )
    sides = "; ".join(
        f"{own.lifetime} steps: explore in {own.explore:.0%} of {own.disputed} worlds, earning {own.of_adaptive:.0%} "
        "of the adaptive optimum"
        for own in earns
        if own.disputed
    )
    return evidence(
        grid, verdict, f"{agree}. Where the two disagree, {sides or 'no worlds'}", "sides", min(explore, default=None)
    )


def _mean(values: Array) -> float:
    return float(values.mean()) if values.size else float("nan")


def _median(values: Float[Array, " world"]) -> float:
    return float(np.median(values)) if values.size else float("nan")
