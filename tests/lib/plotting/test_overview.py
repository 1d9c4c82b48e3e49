"""The ledger at a glance: every row once, and ways to where it is told."""

import re
from pathlib import Path

import pytest

from lib.claims.ledger import Row, shipped
from lib.plotting.overview import BookMap, VerdictBars, chip
from lib.runner.contents import Chapter, contents


def test_bars_count_every_row_once() -> None:
    rows = shipped()
    page = VerdictBars(rows)._repr_html_()
    pieces = re.findall(r"flex-grow: (\d+)' href='ledger.html#paper=(\w+)&amp;verdict=([\w-]+)'", page)
    assert sum(int(count) for count, _, _ in pieces) == len(rows)
    for count, source, verdict in pieces:
        assert sum(row.source == source and row.verdict.replace(" ", "-") == verdict for row in rows) == int(count)


def test_the_map_holds_every_claim_that_has_a_figure() -> None:
    rows = shipped()
    page = BookMap(contents(), rows)._repr_html_()
    for row in rows:
        assert page.count(f"</span> {row.id}<span") == (row.figure is not None), row.id


def test_a_run_notebook_with_the_name_of_a_chapter_judges_nothing() -> None:
    row = Row("M01", "mikulik", "", "x", figure="coins.html#a")
    both = [Chapter(Path("book/coins.md"), "Prediction"), Chapter(Path("experiments/coins/coins.md"), "Behind")]
    assert [chapter.part for chapter, _ in BookMap(both, [row]).judged] == ["Prediction"]


def test_a_claim_without_a_figure_leads_to_its_row() -> None:
    assert "href='ledger.html#M01'" in chip(Row("M01", "mikulik", "", 'says "<"', verdict="not"))
    assert "data-tip='not: says &quot;&lt;&quot;'" in chip(Row("M01", "mikulik", "", 'says "<"', verdict="not"))


def test_chapters_have_titles_and_questions(tmp_path: Path) -> None:
    chapters = contents()
    assert [chapter.title for chapter in chapters][:1] == ["Two worlds of coins"]
    assert (
        chapters[0].question
        == "Someone hands you a coin. You flip it once: heads. What do you expect of the next flip?"
    )
    assert len({chapter.file for chapter in chapters}) == len(chapters)
    nameless = tmp_path / "nameless.md"
    nameless.write_text("Text.\n")
    with pytest.raises(ValueError, match=r"nameless\.md has no title"):
        _ = Chapter(nameless, "").title
    assert Chapter(nameless, "").question == ""
