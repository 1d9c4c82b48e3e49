"""How often states are where, on a plane.

Source: Lange and Sprekeler 2020, figure 3, last row: the darker, the more often a place of the plane of the first two
principal components is visited.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Frame:
    """A rectangle of a plane, cut into equal cells.

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
            raise ValueError(f"{cells} cells from {low.tolist()} to {high.tolist()} are no frame of cells")
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
    """How much two densities have in common, from 0 to 1.

    >>> shared(np.array([[0.5, 0.5, 0.0]]), np.array([[0.0, 0.5, 0.5]]))
    0.5
    """
    return float(np.minimum(one, other).sum())
