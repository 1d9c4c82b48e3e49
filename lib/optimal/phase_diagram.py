"""Phase diagram of exploration over sigma_p and sigma_l: pulls and returns of both optima, and where exploring pays.

The source's map has sigma_l to the right and sigma_p upwards, one map for each lifetime.

Source: Lange and Sprekeler 2020, section 3 and figure 1.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from lib.optimal import explore_then_commit as fixed
from lib.optimal import stopping
from lib.optimal.exploration_threshold import exploration_threshold
from lib.optimal.one_armed import Array, Numbers
from lib.optimal.stopping import Stopping

POINTS = 256  # of the grid on which an edge is looked for: it comes out within 0.2% of where it is
PLACES = 30  # at which an edge is looked for
TOLERANCE = 5e-4  # of an edge, as a part of itself


@dataclass(frozen=True)
class PhaseDiagram:
    """Phase diagram for one lifetime: pulls and returns of the fixed and the adaptive optimum on a grid of worlds.

    Attributes:
        lifetime: steps in an episode.
        sigma_l: standard deviation of a reward, of each column.
        sigma_p: standard deviation of the prior, of each row.
        n: the best number of pulls among rules that fix it beforehand.
        earns_fixed: what that rule earns, in reward per episode.
        pulls_fixed: how often it pulls an arm that in truth pays the prior mean; more than n, as it may wrongly commit.
        earns: what the adaptive optimum earns, in reward per episode.
        pulls: how often that pulls an arm that in truth pays the prior mean.
        along: values of sigma_l at which the edges are known, from the first column to the last.
        edge_fixed: the smallest sigma_p from which on a fixed number of pulls pays, at each of these.
        edge: the same for the adaptive optimum.
    """

    lifetime: int
    sigma_l: Float[Array, " column"]
    sigma_p: Float[Array, " row"]
    n: Int[Array, "row column"]
    earns_fixed: Float[Array, "row column"]
    pulls_fixed: Float[Array, "row column"]
    earns: Float[Array, "row column"]
    pulls: Float[Array, "row column"]
    along: Float[Array, " place"]
    edge_fixed: Float[Array, " place"]
    edge: Float[Array, " place"]


def adaptive_value(sigma_p: Numbers, sigma_l: Numbers, lifetime: int, mean: float = -1.0) -> Float[Array, "..."]:
    """Expected return of the adaptive optimum, on a coarser grid than that of `stopping.value`, and as much faster.

    Raises:
        ValueError: as `lib.optimal.one_armed.proper`.
    """
    return stopping.solve(sigma_p, sigma_l, lifetime, mean, points=POINTS).value


def phase_diagram(sigma_l: Float[Array, " column"], sigma_p: Float[Array, " row"], lifetime: int) -> PhaseDiagram:
    """Phase diagram of a grid of worlds whose arm pays -1 on average, by both optima.

    Raises:
        ValueError: if an axis has fewer than 2 values or they do not grow, or as
            `lib.optimal.exploration_threshold`.
    """
    for name, values in {"sigma_l": sigma_l, "sigma_p": sigma_p}.items():
        if len(values) < 2 or not (np.diff(values) > 0).all():
            raise ValueError(f"{name} is {values.tolist()}; an axis of a map has at least 2 values, and they grow")
    along = np.linspace(sigma_l[0], sigma_l[-1], PLACES)
    edges = [
        exploration_threshold(along, lifetime, value, tolerance=TOLERANCE) for value in (fixed.value, adaptive_value)
    ]
    across, up = np.meshgrid(sigma_l, sigma_p)
    n = fixed.best_n(up, across, lifetime)
    best = stopping.solve(up, across, lifetime)
    pulls, explores = np.zeros(up.shape), best.value > 0
    pulls[explores] = _only(best, explores).pulls()
    return PhaseDiagram(
        lifetime,
        sigma_l,
        sigma_p,
        n,
        fixed.value(up, across, lifetime),
        fixed.pulls(n, up, across, lifetime),
        best.value,
        pulls,
        along,
        *edges,
    )


def _only(best: Stopping, chosen: Bool[Array, "row column"]) -> Stopping:
    """The optimum in some of its niches."""
    arrays = (best.sigma_p, best.sigma_l, best.first, best.error, best.boundaries)
    sigma_p, sigma_l, first, error, boundaries = (each[chosen] for each in arrays)
    return Stopping(sigma_p, sigma_l, best.mean, first, error, boundaries)
