"""Geometry of a machine's states: statistics of hidden units by step, principal components and the dimensions that they
take up, and density on the plane of the first two.

Sources: Mikulik et al. 2020, section 4.3 and figure 3 (projection on principal components); Lange and Sprekeler 2020,
figure 3 ("hidden state statistics", which it does not name: these are ours; density on the plane) and section 4,
figure 7, last column; the participation ratio is Gao et al.'s (2017).
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from sklearn.decomposition import PCA
from torch import Tensor


@dataclass(frozen=True)
class HiddenStatistics:
    """Statistics of hidden units at each step.

    Attributes:
        mean: over units and episodes.
        spread: standard deviation over episodes, root mean square over units: how much the past makes a difference.
        change: from the step before, root mean square over units, mean over episodes: how far from rest.
    """

    mean: Float[Tensor, " time"]
    spread: Float[Tensor, " time"]
    change: Float[Tensor, " time"]


def hidden_statistics(states: Float[Tensor, "batch time unit"], start: Float[Tensor, " unit"]) -> HiddenStatistics:
    """Mean, spread and change of hidden units at each step, over episodes.

    Args:
        start: before the first step, in every episode.

    Raises:
        ValueError: if there are fewer than 2 episodes: nothing could differ.
    """
    if len(states) < 2:
        raise ValueError(f"{len(states)} episodes do not differ; at least 2 are needed")
    along = torch.cat([start.expand(len(states), 1, -1), states], dim=1).double()
    return HiddenStatistics(
        along[:, 1:].mean(dim=(0, 2)),
        along[:, 1:].var(dim=0).mean(dim=1).sqrt(),
        along.diff(dim=1).square().mean(dim=2).sqrt().mean(dim=0),
    )


def variances(states: Float[np.ndarray, "sample state"]) -> Float[np.ndarray, " component"]:
    """Variance along each principal component, largest first.

    Raises:
        ValueError: if there are fewer than two states.
    """
    if len(states) < 2:
        raise ValueError(f"{len(states)} states have no variance; at least 2 are needed")
    centred = np.asarray(states, dtype=float) - states.mean(axis=0)
    return np.linalg.eigvalsh(centred.T @ centred / (len(states) - 1))[::-1].clip(0)


def participation_ratio(along: Float[np.ndarray, " component"]) -> float:
    """The squared sum of variances over the sum of their squares: d if d directions are equally used.

    >>> participation_ratio(np.array([2.0, 2.0, 2.0, 0.0])), participation_ratio(np.array([5.0, 0.0]))
    (3.0, 1.0)

    Raises:
        ValueError: if nothing varies.
    """
    if not (along > 0).any():
        raise ValueError("all states are the same; they take up no dimensions")
    return float(along.sum() ** 2 / np.square(along).sum())


def explained(along: Float[np.ndarray, " component"], components: int = 3) -> float:
    """The share of all variance that the first few components have.

    >>> explained(np.array([4.0, 3.0, 2.0, 1.0]))
    0.9

    Raises:
        ValueError: if nothing varies, or there are no components.
    """
    if not (along > 0).any() or components < 1:
        raise ValueError(f"{components} components of {along.sum():g} variance explain nothing")
    return float(along[:components].sum() / along.sum())


@dataclass(frozen=True)
class Plane:
    """Plane through a cloud of states.

    Attributes:
        mean: the middle of the cloud.
        axes: two directions of unit length, the first along the largest variance.
        explained: the share of the variance that each direction explains.
    """

    mean: Float[np.ndarray, " state"]
    axes: Float[np.ndarray, "2 state"]
    explained: Float[np.ndarray, "2"]

    def project(self, states: Float[np.ndarray, "*batch state"]) -> Float[np.ndarray, "*batch 2"]:
        """Coordinates of states on the plane."""
        return (states - self.mean) @ self.axes.T


def principal_plane(
    states: Float[np.ndarray, "sample state"], upward: Float[np.ndarray, "sample 2"] | None = None
) -> Plane:
    """Plane of the first two principal components.

    The sign of a principal component is arbitrary; `upward` gives two quantities that should grow along the two axes.

    Raises:
        ValueError: if there are fewer than three states, or fewer than two dimensions.
    """
    samples, size = states.shape
    if samples < 3 or size < 2:
        raise ValueError(f"{samples} states of {size} dimensions do not span a plane; it takes at least 3 of 2")
    pca = PCA(n_components=2, svd_solver="full").fit(states)
    axes = pca.components_
    if upward is not None:
        placed = pca.transform(states)
        signs = np.sign([np.cov(placed[:, i], upward[:, i])[0, 1] for i in range(2)])
        axes = axes * np.where(signs == 0, 1, signs)[:, None]
    return Plane(pca.mean_, axes, pca.explained_variance_ratio_)


@dataclass(frozen=True)
class Frame:
    """Bins of a density: a rectangle of a plane, cut into equal cells.

    Attributes:
        right: edges of the columns.
        up: edges of the rows.
    """

    right: Float[np.ndarray, " edge"]
    up: Float[np.ndarray, " edge"]

    @classmethod
    def around(cls, places: Float[np.ndarray, "*batch 2"], cells: int) -> "Frame":
        """The smallest that holds all places, with so many cells along each side.

        Raises:
            ValueError: if there are fewer than 2 cells along a side, or all places lie on a line along an axis.
        """
        flat = places.reshape(-1, 2).astype(float)
        low, high = flat.min(axis=0), flat.max(axis=0)
        if cells < 2 or not (high > low).all():
            raise ValueError(
                f"{cells} cells from {low.tolist()} to {high.tolist()} are no frame of cells; there must be at least 2 "
                "along each side, and room between"
            )
        right, up = (np.linspace(least, most, cells + 1) for least, most in zip(low, high, strict=True))
        return cls(right, up)

    def density(self, places: Float[np.ndarray, "*batch 2"]) -> Float[np.ndarray, "row column"]:
        """The share of places that is in each cell; rows go up, columns to the right.

        Raises:
            ValueError: if a place is outside.
        """
        flat = places.reshape(-1, 2).astype(float)
        counts, _, _ = np.histogram2d(flat[:, 1], flat[:, 0], bins=(self.up, self.right))
        if counts.sum() != len(flat):
            raise ValueError(f"{len(flat) - counts.sum():.0f} of {len(flat)} places are outside of the frame")
        return np.asarray(counts / len(flat))


def shared(one: Float[np.ndarray, "row column"], other: Float[np.ndarray, "row column"]) -> float:
    """Overlap of two densities, from 0 to 1: the sum of the smaller of the two in each cell.

    >>> shared(np.array([[0.5, 0.5, 0.0]]), np.array([[0.0, 0.5, 0.5]]))
    0.5
    """
    return float(np.minimum(one, other).sum())
