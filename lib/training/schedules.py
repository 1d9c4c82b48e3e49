"""When things happen during a training."""

import numpy as np


def log_spaced(updates: int, count: int) -> list[int]:
    """About `count` moments from 0 to `updates`, each further from the last by a constant factor, as far as whole
    numbers allow. The untrained network (0) and the final one (`updates`) are always among them.

    >>> log_spaced(100, 5)
    [0, 1, 5, 22, 100]

    Raises:
        ValueError: if there is less than one update or fewer than two moments.
    """
    if updates < 1 or count < 2:
        raise ValueError(f"asked for {count} checkpoints in {updates} updates; at least 2 and 1 are needed")
    return [0, *np.unique(np.geomspace(1, updates, count - 1).round().astype(int)).tolist()]
