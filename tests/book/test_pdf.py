"""The book on paper: chapters joined into one document."""

from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

from book._ext.pdf import Chapter, book, make
from tests.references import ROOT

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>
<link rel="stylesheet" href="{style}"></head><body><article class="bd-article"><section id="top"><h1>{title}</h1>
<p>See <a href="{other}">the other</a>, <a href="#end">the end</a>, <a href="left-out.html">what is left out</a> and
<a href="https://example.org/">the web</a>.</p><section id="middle" style="break-before: page"><h2>Middle</h2>
<div class="bench"><svg viewBox="0 0 9 9"></svg><div class="controls"><button>Toss</button></div></div></section>
<section id="end" style="break-before: page"><h2>End</h2><p>Done.</p></section></section></article></body></html>"""


@pytest.fixture
def two(tmp_path: Path) -> list[Chapter]:
    """Two chapters of three sheets each, which lead to each other."""
    style = (ROOT / "book" / "_static" / "face.css").as_uri()
    for name, other in (("one", "two"), ("two", "one")):
        text = PAGE.format(title=f"Chapter {name}", other=f"{other}.html", style=style)
        (tmp_path / f"{name}.html").write_text(text)
    return [
        Chapter(tmp_path / "one.html", "Chapter one"),
        Chapter(tmp_path / "two.html", "Chapter two", "The part"),
    ]


@pytest.fixture
def whole(two: list[Chapter], page: Page, tmp_path: Path) -> PdfReader:
    """Both as one document, as a reader opens it."""
    written = BytesIO()
    make(page, two, tmp_path).write(written)
    return PdfReader(written)


def places(whole: PdfReader, number: int) -> set[int | str]:
    """Where the links of a sheet lead: a sheet's number, or an address."""
    found = set()
    sheets = [sheet.indirect_reference for sheet in whole.pages]
    for each in whole.pages[number].get("/Annots", []):
        link = each.get_object()
        to = link.get("/Dest")
        found.add(link["/A"]["/URI"] if to is None else sheets.index(list.__getitem__(to, 0)))
    return found


def test_sheets_are_numbered_through_and_links_lead_to_them(whole: PdfReader) -> None:
    texts = [sheet.extract_text() for sheet in whole.pages]
    assert len(texts) == 2 + 3 + 3
    for number, text in enumerate(texts, 1):
        assert str(number) in text.split(), f"sheet {number} does not bear its number"
    assert "Chapter one 3" in " ".join(texts[1].split())
    assert "Chapter two 6" in " ".join(texts[1].split())
    assert "Toss" not in " ".join(texts), "controls of live parts are not printed"
    assert places(whole, 1) == {2, 5}
    assert places(whole, 2) == {5, 4, "https://example.org/"}
    assert places(whole, 5) == {2, 7, "https://example.org/"}, "each chapter has an end of its own"


def test_the_outline_has_parts_chapters_and_sections(whole: PdfReader) -> None:
    def told(entries: list, depth: int = 0) -> list[tuple[int, str, int]]:
        found = []
        for entry in entries:
            if isinstance(entry, list):
                found += told(entry, depth + 1)
            else:
                found.append((depth, entry.title, whole.get_destination_page_number(entry)))
        return found

    assert told(whole.outline) == [
        (0, "Contents", 0),
        (0, "Chapter one", 2),
        (1, "Middle", 3),
        (1, "End", 4),
        (0, "The part", 5),
        (1, "Chapter two", 5),
        (2, "Middle", 6),
        (2, "End", 7),
    ]


def test_a_chapter_that_is_not_built_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"intro\.html is not there: run `make book` first"):
        book(tmp_path)
