"""How many dimensions a cloud of states takes up.

Source: Lange and Sprekeler 2020, section 4 and figure 7, last column; the participation ratio is Gao et al.'s (2017).
"""

import numpy as np
from jaxtyping import Float


def variances(states: Float[np.ndarray, "sample state"]) -> Float[np.ndarray, " component"]:
    """Variance along each principal component, largest first.

    Raises:
        ValueError: if there are fewer than two states.
    """
    if len(states) < 2:
        raise ValueError(f"{len(states)} states have no variance; at least 2 are needed")
    centred = np.asarray(states, dtype=float) - states.mean(axis=0)
    found: np.ndarray = np.linalg.eigvalsh(centred.T @ centred / (len(states) - 1))[::-1].clip(0)
    return found


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
