"""What every run measures at its smallest size, summed up: `python -m tests.golden FOLDER` makes the file anew.

FOLDER holds results of smoke runs. A trainer or a run that computes something else needs another version; then its
summary is made again.
"""

import sys
from pathlib import Path
from typing import Any

import numpy as np

from lib.runner import store
from lib.runner.executed import ROOT

FILE = ROOT / "tests" / "golden.json"
TIMED = {"speed"}  # runs that measure seconds
# Where biases learn many times as fast as columns, steps overshoot, and rounding decides whether a height is crossed at
# all: one time or none, by kind of processor. What contexts reach on the way, `q_coupling`, is compared.
ON_THE_BRINK = {"times_coupling"}
NEAR = 1e-3  # of a variable's largest value; an imitated older processor stays within a hundredth of that
# A readout is searched for until the loss stands still. On the few updates of a smoke run states hardly differ and the
# loss is flat, and where the search ends depends on the kind of processor: by 4% of the largest value among three kinds
# that were seen, and by 2% with thirteen times as many episodes, too.
READOUTS = {"read": 1e-1}
# Maps to and from the 19 directions of the exact filter of a hidden hazard are fitted on few episodes in a smoke run,
# where some of these hardly vary. Where a fit ends depends on the kind of processor: by 0.3% between two.
FITTED = {"hidden-hazard": 1e-2}


def summary(result: store.Result) -> dict[str, Any]:
    """The versions behind a result, and the mean, the spread and the largest size of each of its variables."""
    return {"made_by": result.made_by, "numbers": {str(name): _summed(result.data[name]) for name in result.data}}


def _summed(values: Any) -> list[float] | None:
    if values.dtype.kind not in "fiub":
        return None
    numbers = values.values.astype(float)
    return [float(f"{each:.6g}") for each in (numbers.mean(), numbers.std(), np.abs(numbers).max())]


def differences(golden: dict[str, Any], found: dict[str, Any], run: str = "") -> list[str]:
    """The variables whose summaries differ by more than rounding, in a run whose rounding may be known to be large.

    >>> differences({"numbers": {"kl": [1.0, 0.5, 2.0]}}, {"numbers": {"kl": [1.001, 0.5, 2.0]}})
    []
    >>> differences({"numbers": {"kl": [1.0, 0.5, 2.0]}}, {"numbers": {"kl": [1.1, 0.5, 2.0]}})
    ['kl']
    """
    before, now = golden["numbers"], found["numbers"]
    named = sorted((before.keys() | now.keys()) - ON_THE_BRINK)
    near = FITTED.get(run, NEAR)
    return [name for name in named if not _near(before.get(name), now.get(name), READOUTS.get(name, near))]


def _near(before: list[float] | None, now: list[float] | None, near: float) -> bool:
    if before is None or now is None:
        return before is now
    allowed = near * max(abs(before[2]), 1e-12)
    return all(abs(one - other) <= allowed for one, other in zip(before, now, strict=True))


def main(folder: Path) -> int:
    """Write the summaries of all results in a folder."""
    names = sorted(file.stem for file in folder.glob("*.json") if file.stem not in TIMED)
    found = {name: summary(store.load(name, folder)) for name in names}
    FILE.write_text(store.readable(found))
    print(f"{FILE.name}: {len(found)} runs")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).resolve()))
