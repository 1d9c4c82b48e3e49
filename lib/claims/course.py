"""A finding over outer training: what its criterion would have said had training ended sooner."""

from collections.abc import Mapping
from dataclasses import replace

from lib.claims.criterion import Criterion
from lib.runner import store


def cut_short(criterion: Criterion, result: store.Result, batch: int, *axes: str) -> Mapping[int, bool]:
    """Whether a criterion reads reproduced, by the outer episodes after which training ends: those of each checkpoint.

    Args:
        criterion: of one result.
        result: of the whole training.
        batch: episodes in an update.
        axes: the checkpoints of all networks that are cut short, in updates; as many on each.

    Raises:
        ValueError: if checkpoints on one axis are not those on another.
    """
    updates, *others = (result.data[axis].values.tolist() for axis in axes)
    if any(other != updates for other in others):
        raise ValueError(f"{' and '.join(axes)} have different checkpoints; training can only be cut short at the same")
    ends = {
        int(update * batch): result.data.isel({axis: slice(place + 1) for axis in axes})
        for place, update in enumerate(updates)
    }
    return {seen: criterion(replace(result, data=data)).verdict == "reproduced" for seen, data in ends.items()}
