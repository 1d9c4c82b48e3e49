"""Whether networks that have begun to explore stop for good, by the patient recipe: its rule stands in the run
`collapse`, and was written before its networks were trained.
"""

from dataclasses import dataclass

import numpy as np

from lib.claims.evidence import count
from lib.optimal import stopping
from lib.runner import store

CAUGHT = 0.5  # of what the adaptive optimum earns: who earns less is caught
FEW = 0.02  # of networks of a place, up to which the trap counts as avoided
ENOUGH = 0.9  # of what the adaptive optimum earns, for the median network


@dataclass(frozen=True)
class Place:
    """What becomes of the networks of one world.

    Attributes:
        networks: how many there are.
        caught: how many of them earn less than half of what the adaptive optimum earns.
        median: what the median network earns, as a share of the same.
    """

    networks: int
    caught: int
    median: float

    @property
    def avoids(self) -> bool:
        """Whether hardly any is caught, and the median network earns enough."""
        return self.caught <= FEW * self.networks and self.median >= ENOUGH


def places(collapse: store.Result, lifetime: int) -> dict[str, Place]:
    """What becomes of the networks of each place, at the end of training."""
    found = {}
    for place in map(str, collapse.data.place.values):
        own = collapse.data.sel(place=place)
        best = float(stopping.value(float(own.sigma_p), float(own.sigma_l), lifetime))
        share = own.earned.isel(checkpoint=-1).values.astype(float) / best
        found[place] = Place(share.size, int((share < CAUGHT).sum()), float(np.median(share)))
    return found


def judgement(found: dict[str, Place]) -> str:
    """What the rule of the run says, in words."""
    said = "; ".join(
        f"{place}: {each.caught} of {each.networks} caught, the median earns {each.median:.1%} of the optimum"
        for place, each in found.items()
    )
    avoided = all(each.avoids for each in found.values())
    holds = count({place: each.avoids for place, each in found.items()})
    return f"{'avoids the trap' if avoided else 'does not avoid the trap'} (at {holds} places): {said}"
