"""nbval, fed with what the book shows: cells of reference notebooks are compared with those of the executed set, and
their numbers as numbers.

nbval starts a kernel for each notebook and executes its cells. The executed set has done so already, for the pages; so
here nbval collects, sanitises, compares and reports, and does not execute again.
"""

from pathlib import Path
from typing import Any

from nbval.plugin import IPyNbCell, IPyNbFile, coalesce_streams

from lib.runner import executed
from tests.printed import Printed, Tolerance
from tests.references import REMAKE

_sanitize = IPyNbCell.sanitize


def install() -> None:
    """Put these in the place of nbval's own."""
    IPyNbFile.setup = _setup
    IPyNbCell.setup = lambda self: None
    IPyNbCell.runtest = _compare
    IPyNbCell.sanitize = _numbers_as_numbers


def _setup(self: Any) -> None:
    self.setup_sanitize_files()
    stem = Path(self.path).stem
    chapter = next((each for each in executed.chapters() if each.stem == stem), None)
    if chapter is None:
        raise FileNotFoundError(f"{self.path.name} is no chapter's reference: {REMAKE}")
    executed.fill([chapter] if executed.processor() else None)
    self.rendered = [cell for cell in executed.executed(chapter).cells if cell.cell_type == "code"]


def _compare(self: Any) -> None:
    if self.options["skip"] or not self.options["check"]:
        return
    rendered = self.parent.rendered[self.cell_num]
    if rendered.source != self.cell.source:
        self.raise_cell_error(f"The chapter's cell has changed: {REMAKE}")
    if not self.compare_outputs(coalesce_streams(rendered.outputs), coalesce_streams(self.cell.outputs)):
        self.raise_cell_error("Cell outputs differ", "\n".join(self.comparison_traceback))


def _numbers_as_numbers(self: Any, text: Any) -> Any:
    sanitized = _sanitize(self, text)
    if not isinstance(sanitized, str):
        return sanitized
    return Printed(sanitized, Tolerance.declared(self.cell.metadata))
