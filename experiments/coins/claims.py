"""Rules for the chapter of two worlds of coins."""

import numpy as np

from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence
from lib.probes.quantiles import percentiles
from lib.runner import store


@criterion("B01", "coins", fixed="2026-11-20")
def fair_and_bent_coins(coins: store.Result, near: float = 0.01) -> Evidence:
    """B01: the largest distance of a network's probability of heads from that of Bayes, over all histories of up to
    five flips.

    Reproduced if the median network keeps within {near} in both worlds, partly if in one.
    """
    said, bayes = coins.data.heads, coins.data.heads_bayes
    worst = {
        world: percentiles(np.abs(said - bayes).max("history").sel(world=world).values) for world in said.world.values
    }
    within = sum(bool(networks.median <= near) for networks in worst.values())
    largest = max(worst.values(), key=lambda networks: float(networks.median))
    return Evidence(
        verdict=("not", "partly", "reproduced")[within],
        value="; ".join(f"{world}: {float(networks.median):.4f}" for world, networks in worst.items()),
        interval=(round(float(largest.low), 4), round(float(largest.high), 4)),
        n=len(said.run),
        episodes=max(coins.manifest["episodes"].values()),
        profile=coins.profile,
        figure="coins.html#fig-coins-tree",
        statistic=float(largest.median),
    )
