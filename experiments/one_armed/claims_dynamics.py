"""A rule for the insides of networks of one-armed worlds: in how many places their states gather. Bounds were fixed
before the run.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from experiments.one_armed.claims_networks import evidence
from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence
from lib.runner import store

Array = np.ndarray

MOST, HALF = 0.8, 0.5  # of networks
DECIDES = 0.9  # of lives must end in the place of their sign; those of the adaptive optimum do in 96%
ASKED = {"both signs": "at the end of lives", "left alone": "left alone"}  # clouds of states that count


@dataclass(frozen=True)
class Shares:
    """Of networks, in one cloud of their states.

    Attributes:
        two: of those that grew up where exploring pays, how many have two places, and end in the one or the other by
            the sign of mu.
        one: of those that grew up where it does not, how many have one place.
    """

    two: float
    one: float

    @property
    def least(self) -> float:
        """The smaller of the two."""
        return min(self.two, self.one)


def shares(
    inside: tuple[Int[Array, " run"], Float[Array, " run"]], outside: Int[Array, " run"], bound: float = DECIDES
) -> Shares:
    """How many networks are as the claim has it.

    Args:
        inside: places of each network where exploring pays, and how well the place tells the sign of mu.
        outside: places of each network where it does not.
        bound: for the second.
    """
    places, decided = inside
    return Shares(float(((places == 2) & (decided >= bound)).mean()), float((outside == 1).mean()))


def two_or_one(found: Mapping[str, Shares]) -> str:
    """The verdict on L07: for most networks in both worlds, however one asks (reproduced); or for more than half of
    them, in one way of asking at least (partly).
    """
    if all(each.least >= MOST for each in found.values()):
        return "reproduced"
    return "partly" if any(each.least > HALF for each in found.values()) else "not"


def by_cloud(dynamics: store.Result) -> dict[str, Shares]:
    """These shares at the end of lives, and when networks are left alone."""
    data = dynamics.data
    found = {}
    for cloud in ASKED:
        places = {world: data.places.sel(world=world, cloud=cloud).values for world in ("inside", "outside")}
        decided = data.decided.sel(world="inside", signed=cloud).values.astype(float)
        found[cloud] = shares((places["inside"], decided), places["outside"])
    return found


@criterion("L07", "exploration-dynamics", fixed="2026-11-21")
def attractors(dynamics: store.Result) -> Evidence:
    """L07: attractors of the hidden state of networks of one-armed bandits: two in networks trained where exploring
    pays, one in networks trained where it does not.

    States are clustered, by k-means and silhouette, twice: at the end of episodes with arms whose mean mu is -1 and 1,
    and after as many more steps without noise and with the clock stopped. A network where exploring pays is as claimed
    if its states fall into two clusters, and the cluster tells the sign of mu in at least {DECIDES:.0%} of episodes,
    each sign counting half; one where it does not, if they fall into one. Reproduced if at least {MOST:.0%} of the
    networks of each world are as claimed both times; partly if more than {HALF:.0%} of each are at one of the two. The
    number that decides is the smallest of these four shares of networks.
    """
    found = by_cloud(dynamics)
    said = "; ".join(
        f"{ASKED[cloud]}, {each.two:.0%} of networks that should learn have two, by the sign of mu, and {each.one:.0%} "
        "of those that should not have one"
        for cloud, each in found.items()
    )
    least = min(each.least for each in found.values())
    return evidence(dynamics, two_or_one(found), f"places in which states gather: {said}", "dynamics", least)
