"""The ledger as it is kept: one row a claim, in `results/ledger.json`."""

import json
from dataclasses import dataclass, replace
from pathlib import Path

from lib.runner import store

LEDGER = store.RESULTS / "ledger.json"


@dataclass(frozen=True)
class Row:
    """One line of the ledger; the fields are those of `results/ledger.json`."""

    id: str
    source: str
    where: str
    statement: str
    rule: str
    verdict: str = "not yet"
    value: str | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    source_value: str | None = None
    episodes_source: int | None = None
    episodes_ours: int | None = None
    profile: str | None = None
    figure: str | None = None


def shipped(file: Path = LEDGER) -> list[Row]:
    """The ledger as it was last judged.

    Raises:
        store.Missing: if it was never judged.
        store.Damaged: if the file is no ledger.
    """
    if not file.is_file():
        raise store.Missing(f"{file.name} is not in results. Make it: make ledger")
    try:
        rows = [Row(**row) for row in json.loads(file.read_bytes())]
    except (ValueError, TypeError) as error:
        raise store.Damaged(f"{file.name} is not a ledger ({error!r}). Make it again: make ledger") from error
    return [replace(row, interval=row.interval and (row.interval[0], row.interval[1])) for row in rows]
