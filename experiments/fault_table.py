"""Faults that were caused on purpose, and what happened: what `make faults` kept, as a table."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from lib.runner import provenance, store
from lib.widgets.page_part import PagePart, as_table

KEPT = store.RESULTS / "faults.json"


@dataclass(frozen=True)
class Fault:
    """One row of the table.

    Attributes:
        fault: what was done to a copy of this project.
        asked: what must happen, in words.
        happened: what did, as the program said it, or counts.
        holds: whether the one is the other.
    """

    fault: str
    asked: str
    happened: str
    holds: bool


@dataclass(frozen=True, repr=False)
class FaultTable(PagePart):
    """All faults that were tried, on one machine."""

    faults: tuple[Fault, ...]
    processor: str

    def table(self) -> list[list[str]]:
        """A heading, and a line for each fault."""
        body = [[each.fault, each.asked, f"{'yes' if each.holds else 'NO'}: {each.happened}"] for each in self.faults]
        return [["what was done", "what must happen", "did it?"], *body]

    def _repr_html_(self) -> str:
        return as_table(self.table(), f"Faults caused on purpose, on {self.processor}")


def keep(faults: Sequence[Fault], file: Path = KEPT) -> None:
    """Write what was tried on this machine, in the place of what was tried of the same faults before."""
    before = kept(file) if file.is_file() else FaultTable((), "")
    same = before.faults if before.processor == provenance.processor() else ()
    new = {each.fault: each for each in (*same, *faults)}
    content = {"processor": provenance.processor(), "faults": [asdict(each) for each in new.values()]}
    store.replace(file, store.readable(content).encode())


def kept(file: Path = KEPT) -> FaultTable:
    """What was last tried.

    Raises:
        store.Missing: if nothing was.
    """
    if not file.is_file():
        raise store.Missing(f"{file.name} is not in results. Make it: make faults")
    content = json.loads(file.read_bytes())
    return FaultTable(tuple(Fault(**each) for each in content["faults"]), content["processor"])
