"""The ledger at a glance: every row once, and ways to where it is told."""

import re
from pathlib import Path

import pytest

from experiments.contents import chapters, question, title
from lib.claims.ledger import Row, shipped
from lib.plotting.overview import BookMap, Chapter, ClaimList, VerdictBars, chip
from lib.runner.provenance import ROOT


def test_bars_count_every_row_once() -> None:
    rows = shipped()
    page = VerdictBars(rows)._repr_html_()
    pieces = re.findall(r"flex-grow: (\d+)' href='ledger.html#paper=(\w+)&amp;verdict=([\w-]+)'", page)
    assert sum(int(count) for count, _, _ in pieces) == len(rows)
    for count, source, verdict in pieces:
        assert sum(row.source == source and row.verdict.replace(" ", "-") == verdict for row in rows) == int(count)


def test_the_map_holds_every_claim_that_has_a_figure() -> None:
    rows = shipped()
    page = BookMap(chapters(), rows)._repr_html_()
    for row in rows:
        assert page.count(f"</span> {row.id}<span") == (row.figure is not None), row.id


def test_the_map_leaves_out_what_judges_nothing() -> None:
    row = Row("M01", "mikulik", "", "x", figure="coins.html#a")
    both = [Chapter("Coins", "coins.html", "Prediction"), Chapter("Notation", "notation.html", "Behind")]
    assert repr(BookMap(both, [row])) == "Coins: M01"
    assert "Notation" not in BookMap(both, [row])._repr_html_()


def test_a_claim_without_a_figure_leads_to_its_row() -> None:
    assert "href='ledger.html#M01'" in chip(Row("M01", "mikulik", "", 'says "<"', verdict="not"))
    assert "data-tip='not: says &quot;&lt;&quot;'" in chip(Row("M01", "mikulik", "", 'says "<"', verdict="not"))


def test_a_list_of_claims_says_each_with_its_sentence() -> None:
    listed = ClaimList([(Row("M01", "mikulik", "", "a < b", verdict="not"), "It is > here.")])
    assert repr(listed) == "M01 not: It is > here."
    assert "<div>A &lt; b. <span class='said'>It is &gt; here.</span></div>" in listed._repr_html_()


def test_chapters_have_titles_and_questions(tmp_path: Path) -> None:
    every = chapters()
    assert every[0] == Chapter("Two worlds of coins", "coins.html", "Prediction")
    assert len({chapter.page for chapter in every}) == len(every), "a run notebook has the name of a chapter"
    assert question(ROOT / "book" / "coins.md").startswith("Someone hands you a coin.")
    nameless = tmp_path / "nameless.md"
    nameless.write_text("Text.\n")
    with pytest.raises(ValueError, match=r"nameless\.md has no title"):
        title(nameless)
    assert question(nameless) == ""
