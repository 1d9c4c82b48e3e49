"""What a page is given after it was written."""

import re
from pathlib import Path

from matplotlib.image import imread

from book._ext.page_face import cite_box, described, entries, head, linked, placed
from book._ext.preview import preview
from lib.claims.ledger import Row, shipped

ROW = Row("M01", "mikulik", "§2", 'machines "simulate"', verdict="partly", figure="coins.html#fig")
CELL = '<div class="cell tag_hide-output docutils container">{}</div>'
INPUT = '<div class="cell_input docutils container">code</div>'


def test_a_verdict_is_a_note_and_its_line_of_code_is_hidden() -> None:
    page = placed("<p>before</p>" + CELL.format(INPUT + "<p class='judged'>M01</p>") + CELL.format(INPUT + "7"))
    assert page.startswith('<p>before</p><div class="cell tag_hide-output tag_margin docutils container">')
    assert page.count("hidden>code") == 1
    assert page.count("tag_margin") == 1


def test_code_that_readers_unfold_stays() -> None:
    folded = CELL.format(f"<details>{INPUT}</details><div class='live live-coins'></div>")
    assert "hidden" not in placed(folded)
    assert "tag_full-width" in placed(folded)


def test_a_drawing_is_wide_if_it_is_wider_than_text() -> None:
    for width, wide in ((410, False), (639, False), (672, True), (1_152, True)):
        drawn = CELL.format(f"<div class='picture'><svg viewBox='0 0 1 1' style=\"max-width: {width}px\"></svg></div>")
        assert ("tag_full-width" in placed(drawn)) == wide, width


def test_the_ledger_is_wide_and_other_tables_are_not() -> None:
    for table, wide in (("<div class='ledger'>", True), ("<table class='runs'>", False)):  # runs have no contents
        assert ("tag_full-width" in placed(CELL.format(table))) == wide, table


def test_ids_lead_to_their_rows_but_not_in_code_headings_links_and_drawings() -> None:
    closed = "<h2>M01</h2><pre>M01</pre><code>M01</code><a href='x'>M01</a><svg><text>M01</text></svg>"
    page = linked(f"<p>M01, X99 and PM01.</p>{closed}<p>M01</p>", {"M01": ROW}, "ledger.html")
    assert page.count("href='ledger.html#M01'") == 2
    assert page.endswith(">M01</a></p>")
    assert closed in page
    assert "X99 and PM01." in page
    assert "data-tip='◐ partly: machines &quot;simulate&quot;'" in page


def test_a_verdict_that_a_chapter_prints_says_the_same() -> None:
    page = linked("<p class='judged'><a href='ledger.html#M01'>M01</a> partly</p>", {"M01": ROW}, "../l.html")
    assert page.startswith("<p class='judged'><a class='claim partly' href='../l.html#M01' data-tip=")


def test_a_page_is_cited_with_the_sources_that_it_judges() -> None:
    box = cite_box("Two worlds", [ROW], "coins")
    assert "title  = {Two worlds}" in box
    assert "@inproceedings{mikulik2020" in box
    assert "rabinowitz2019" not in box
    assert "mikulik2020" not in cite_box("Acting", [ROW], "acting")


def test_every_entry_of_the_bibliography_is_whole() -> None:
    known = entries()
    assert {"mikulik2020", "deletang2020", "rabinowitz2019", "lange2020"} <= set(known)
    for entry in known.values():
        assert entry.count("{") == entry.count("}"), entry


def test_every_source_can_be_clicked_but_one_of_paper() -> None:
    lacking = {name for name, entry in entries().items() if not re.search(r"\b(doi|eprint|url) *= \{", entry)}
    assert lacking == {"bellman1957"}


def test_what_others_are_shown_of_a_page() -> None:
    tags = head('The "best"', "a < b", lambda path, **_: f"../{path}", "book/coins")
    assert '<meta name="description" content="a &lt; b" />' in tags
    assert 'content="The &quot;best&quot;"' in tags
    assert 'property="og:image" content="../_static/previews/coins.png"' in tags
    assert described("<p>One <em>two</em> &amp; three.</p>") == "One two & three."
    long = described("<p>" + "word " * 90 + "</p>")
    assert len(long) <= 202
    assert long.endswith("word …")


def test_a_preview_has_the_size_that_others_expect(tmp_path: Path) -> None:
    file = tmp_path / "previews" / "coins.png"
    preview("A title that is far too long to stand in a single line of this picture", "What? " * 80, file)
    assert imread(file).shape[:2] == (630, 1200)


def test_every_claim_of_the_ledger_is_known_by_its_id() -> None:
    for row in shipped():
        assert linked(f"<p>{row.id}</p>", {row.id: row}, "l.html").startswith("<p><a class='claim"), row.id
