"""Guards on the reference notebooks, without which a rendered output could go unchecked."""

from pathlib import Path
from typing import Any

import jupytext
import nbformat
import pytest

from lib.runner import executed, provenance
from lib.runner.executed import chapters, pages
from tests.printed import Tolerance
from tests.references import REFERENCE, REMAKE


def code(notebook: Any) -> list[tuple[str, list[str], Any]]:
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [(c.source, c.metadata.get("tags", []), c.metadata.get("tolerance")) for c in cells]


def wrong_with(reference: Any) -> str:
    """Why a reference would let an output go unchecked; nothing if it does not."""
    cells = [cell for cell in reference.cells if cell.cell_type == "code"]
    if not all(cell.execution_count for cell in cells):
        return f"a cell was not executed: {REMAKE}"
    outputs = [output for cell in cells for output in cell.outputs]
    if any(output.output_type == "error" for output in outputs):
        return f"a cell failed: {REMAKE}"
    return "" if outputs else f"it has no outputs, so nothing would be compared: {REMAKE}"


def test_there_is_one_reference_for_each_executed_page() -> None:
    assert {file.stem for file in REFERENCE.glob("*.ipynb")} == {chapter.stem for chapter in chapters()}, REMAKE
    assert {page.stem for page in pages()} >= {"intro", "coins", "ledger"}


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.stem)
def test_a_reference_is_its_chapter_fully_executed(chapter: Path) -> None:
    reference = nbformat.read(REFERENCE / f"{chapter.stem}.ipynb", as_version=4)
    assert code(reference) == code(jupytext.read(chapter)), f"the chapter has changed: {REMAKE}"
    assert wrong_with(reference) == ""
    assert set(reference.metadata.made_on) == set(provenance.machine())


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda cells: [cell.update(outputs=[]) for cell in cells], "no outputs"),
        (lambda cells: cells[0].update(execution_count=None), "not executed"),
        (lambda cells: cells[0].outputs.append(nbformat.from_dict({"output_type": "error"})), "failed"),
    ],
)
def test_a_reference_that_would_pass_unchecked_is_refused(spoil: Any, said: str) -> None:
    reference = nbformat.from_dict(nbformat.read(REFERENCE / "coins.ipynb", as_version=4))
    spoil([cell for cell in reference.cells if cell.cell_type == "code"])
    assert said in wrong_with(reference)
    assert "make reference" in wrong_with(reference)


@pytest.mark.parametrize("chapter", chapters(), ids=lambda chapter: chapter.stem)
def test_every_tolerance_gives_a_reason(chapter: Path) -> None:
    for cell in jupytext.read(chapter).cells:
        Tolerance.declared(cell.metadata)


def test_few_cells_escape_comparison() -> None:
    ignored = [
        (chapter.stem, source.splitlines()[0])
        for chapter in chapters()
        for source, tags, _ in code(jupytext.read(chapter))
        if "nbval-ignore-output" in tags or "nbval-skip" in tags
    ]
    assert len(ignored) <= len(chapters()), f"too many outputs are not compared: {ignored}"


def test_a_chapter_that_was_not_executed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executed, "SETS", tmp_path)
    with pytest.raises(executed.NotExecuted, match=r"book/coins\.md is not in the executed set: run `make book`"):
        executed.executed(executed.ROOT / "book" / "coins.md")


def test_a_chapter_whose_cell_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chapter = tmp_path / "failing.md"
    head = (executed.ROOT / "book" / "coins.md").read_text().partition("# Two worlds")[0]
    chapter.write_text(head + "# Fails\n\n```{code-cell} ipython3\nprint(1)\n1 / 0\n```\n")
    monkeypatch.setattr(executed, "ROOT", tmp_path)
    monkeypatch.setattr(executed, "SETS", tmp_path / "sets")
    with pytest.raises(executed.NotExecuted, match=r"failing\.md: (.|\n)*ZeroDivisionError"):
        executed.fill([chapter])
    with pytest.raises(executed.NotExecuted, match="is not in the executed set"):
        executed.executed(chapter)
