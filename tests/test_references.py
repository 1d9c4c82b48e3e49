"""Guards on the reference notebooks, without which a rendered output could go unchecked."""

from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest

from tests.references import REFERENCE, chapters, pages


def code(notebook: Any) -> list[tuple[str, list[str]]]:
    return [(c.source, c.metadata.get("tags", [])) for c in notebook.cells if c.cell_type == "code"]


def test_there_is_one_reference_for_each_executed_page() -> None:
    assert {file.stem for file in REFERENCE.glob("*.ipynb")} == {chapter.stem for chapter in chapters()}
    assert {page.stem for page in pages()} >= {"intro", "coins", "ledger"}


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.stem)
def test_a_reference_is_its_chapter_fully_executed(chapter: Path) -> None:
    reference = nbformat.read(REFERENCE / f"{chapter.stem}.ipynb", as_version=4)
    assert code(reference) == code(jupytext.read(chapter)), "the chapter has changed: run `make reference`"
    cells = [cell for cell in reference.cells if cell.cell_type == "code"]
    assert cells
    assert all(cell.execution_count for cell in cells), "a cell was not executed"
    compared = [cell for cell in cells if cell.outputs]
    assert compared, "nothing would be compared"
    assert not any(output.output_type == "error" for cell in compared for output in cell.outputs)


def test_few_cells_escape_comparison() -> None:
    ignored = [
        (chapter.stem, source.splitlines()[0])
        for chapter in chapters()
        for source, tags in code(jupytext.read(chapter))
        if "nbval-ignore-output" in tags or "nbval-skip" in tags
    ]
    assert len(ignored) <= len(chapters()), f"too many outputs are not compared: {ignored}"
