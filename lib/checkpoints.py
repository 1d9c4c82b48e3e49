"""Checkpoints: when a training keeps its weights, and how to find them again in its record."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch


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
    return [0, *np.unique(np.geomspace(updates, 1, count - 1).round().astype(int)).tolist()]


def kept(record: Mapping[str, Any]) -> list[int]:
    """Checkpoints of a record: after how many updates it holds weights."""
    return sorted({int(name.split("/")[0]) for name in record if "/" in name})


def weights_at(record: Mapping[str, Any], checkpoint: int | str) -> dict[str, torch.Tensor]:
    """Parameters that a record holds under `<checkpoint>/`.

    Raises:
        KeyError: if it holds none; the message says which it holds.
    """
    prefix = f"{checkpoint}/"
    found = {
        name.removeprefix(prefix): torch.as_tensor(value) for name, value in record.items() if name.startswith(prefix)
    }
    if not found:
        held = sorted({name.rpartition("/")[0] for name in record if "/" in name})
        raise KeyError(f"no weights at {checkpoint}; there are weights at {', '.join(held) or 'no checkpoint'}")
    return found
