"""Attractors of a player of a one-armed world: in how many places a cloud of its states gathers, and where it settles
when chance and time stand still.

During a life the clock moves on and rewards are noisy, so a state is never at rest, and a cloud of states may be
blurred where what lies beneath is not. After the last step we let the machine play on: the arm that it finds likelier
is pulled, that pays exactly its mean, and the clock stays at the end of life. What is left is the machine's own
dynamics. If it converges, it has attractors in the strict sense. No machine was trained in such a world, so this stands
beside what is seen in a life, not in place of it.

Source: Lange and Sprekeler 2020, section 3 and figure 3, where one attractor, or two, are seen with the eye; how
convergence to fixed points was tested, it does not say. That a mean silhouette above 0.7 tells strong structure is
Kaufman and Rousseeuw's (1990). States spread evenly along a line, cut into pieces, reach 0.62, and such that thin out
exponentially 0.67: they count as one.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from torch import Tensor

from lib.machine import Machine, Trace

STRONG = 0.7  # silhouette from which on there is more than one place
NEARLY = 0.05  # of silhouette: for less, one more place is not worth it
LEAST = 0.05  # of all states: what holds fewer is no place
FINEST = 0.05  # a unit, root mean square: hidden units lie between -1 and 1, and places nearer than this are one
MOST = 5  # places that are looked for
END = 1.0  # what the clock of a one-armed world says at the last step


@dataclass(frozen=True)
class Gathered:
    """Where the states of a cloud are.

    Attributes:
        count: of places.
        silhouette: of the best way to cut the cloud into places that are large enough and apart; 0 if there is none.
        apart: distance of the two nearest places, a unit, root mean square; 0 if there is one.
        place: of each state, numbered from 0.
    """

    count: int
    silhouette: float
    apart: float
    place: Int[np.ndarray, " state"]


def gathered(states: Float[np.ndarray, "state unit"], finest: float = FINEST) -> Gathered:
    """Cut a cloud into two to five parts by k-means, and let the silhouette choose.

    A way to cut counts if every part has at least 5% of the states and no two centres are nearer than `finest`. If no
    silhouette reaches 0.7, there is one place. Otherwise there are as few as come within 0.05 of the best.

    Args:
        finest: distances a unit, root mean square, below which two places are one.

    Raises:
        ValueError: if there are fewer than 10 states, one is not finite, or `finest` is not positive.
    """
    if len(states) < 10 or not np.isfinite(states).all():
        raise ValueError(f"{len(states)} states; there must be at least 10, and all finite")
    if finest <= 0:
        raise ValueError(f"finest is {finest}; it must be positive")
    cloud = np.asarray(states, dtype=float)
    distinct = len(np.unique((cloud / finest).round(), axis=0))  # k-means cannot make more parts than there are states
    found: dict[int, Gathered] = {}
    for count in range(2, min(MOST, distinct) + 1):
        cut = KMeans(count, n_init=10, random_state=0).fit(cloud)
        apart = _nearest(cut.cluster_centers_)
        if apart > finest and np.bincount(cut.labels_).min() >= LEAST * len(cloud):
            found[count] = Gathered(count, float(silhouette_score(cloud, cut.labels_)), apart, cut.labels_)
    best = max((each.silhouette for each in found.values()), default=0.0)
    if best < STRONG:
        return Gathered(1, best, 0.0, np.zeros(len(cloud), dtype=int))
    enough = max(STRONG, best - NEARLY)
    return next(each for each in found.values() if each.silhouette >= enough)


def decided(place: Int[np.ndarray, " state"], positive: Bool[np.ndarray, " state"]) -> float:
    """How well a place tells whether something holds: the share of states whose place goes with what holds for them,
    each of the two cases counting half. A place goes with the case of which it has the larger share.

    >>> decided(np.array([0, 0, 0, 1, 1]), np.array([False, False, False, False, True]))
    0.875

    Raises:
        ValueError: if it holds for all states or for none.
    """
    if positive.all() or not positive.any():
        raise ValueError("all states are alike; there is nothing to decide")
    counts = np.stack([np.bincount(place[case], minlength=place.max() + 1) for case in (~positive, positive)])
    shares: np.ndarray = counts / counts.sum(axis=1, keepdims=True)
    return float(shares.max(axis=0).sum() / 2)


def _nearest(centres: Float[np.ndarray, "place unit"]) -> float:
    """Distance of the two nearest, a unit, root mean square."""
    between = np.sqrt(np.square(centres[:, None] - centres[None]).mean(axis=2))
    return float(between[np.triu_indices(len(centres), 1)].min())


def autonomous_states(
    machine: Machine, life: Trace, mu: Float[Tensor, " batch"], steps: int
) -> Float[Tensor, "batch time state"]:
    """The states of some more steps, without chance and without time.

    Args:
        machine: that of the life.
        life: in a one-armed world, up to its last step.
        mu: what the unknown arm pays, in each episode.
        steps: how many more.

    Raises:
        ValueError: if there are no more steps, or not one mean for each episode.
    """
    if steps < 1:
        raise ValueError(f"asked for {steps} more steps; it must be at least 1")
    if len(mu) != len(life.states):
        raise ValueError(f"there are {len(mu)} means; there must be one for each of {len(life.states)} episodes")
    state, logits, states = life.states[:, -1], life.outputs[:, -1], []
    with torch.inference_mode():
        for _ in range(steps):
            pulled = logits.argmax(dim=1).to(state)
            observation = torch.stack([1 - pulled, pulled, torch.full_like(pulled, END), pulled * mu.to(state)], dim=1)
            state, logits = machine.step(state, observation)
            states.append(state)
    return torch.stack(states, dim=1)
