"""Weights that a training ended with: as they ship with a result, or from the record of the training."""

from typing import Any

from torch import Tensor

from lib.checkpoints import weights_at
from lib.runner import store
from lib.runner.sweep import RECORDS
from lib.spec import key_of


def ships(run: str, spec: Any) -> bool:
    """Whether the weights that a training ended with are among the results of a run."""
    try:
        _shipped(run, spec)
    except (KeyError, store.Missing):
        return False
    return True


def weights_in_the_end(run: str, spec: Any) -> dict[str, Tensor]:
    """The weights that a training ended with: as they ship, so that what is made of them is the same everywhere; else
    those of its record.

    Raises:
        store.Missing: if there is neither.
        store.Damaged: if there is a damaged one.
    """
    if ships(run, spec):
        return _shipped(run, spec)
    record, _ = store.read(RECORDS, key_of(spec))
    return weights_at(record, spec.updates)


def _shipped(run: str, spec: Any) -> dict[str, Tensor]:
    return store.load(run).weights_of(spec, spec.updates)
