"""Where a machine's states lie: their principal plane.

Source: Mikulik et al. 2020, section 4.3 and figure 3 (projection of the states on their first principal components).
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from sklearn.decomposition import PCA


@dataclass(frozen=True)
class Plane:
    """A plane through a cloud of states.

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
        placed: np.ndarray = (states - self.mean) @ self.axes.T
        return placed


def principal_plane(
    states: Float[np.ndarray, "sample state"], upward: Float[np.ndarray, "sample 2"] | None = None
) -> Plane:
    """The plane of largest variance.

    The sign of a principal component is arbitrary; `upward` gives two quantities that should grow along the two axes.

    Raises:
        ValueError: if there are fewer than three states, or fewer than two dimensions.
    """
    if min(states.shape[0] - 1, states.shape[1]) < 2:
        raise ValueError(f"{states.shape[0]} states of {states.shape[1]} dimensions do not span a plane")
    pca = PCA(n_components=2, svd_solver="full").fit(states)
    axes = pca.components_
    if upward is not None:
        placed = pca.transform(states)
        signs = np.sign([np.cov(placed[:, i], upward[:, i])[0, 1] for i in range(2)])
        axes = axes * np.where(signs == 0, 1, signs)[:, None]
    return Plane(pca.mean_, axes, pca.explained_variance_ratio_)
