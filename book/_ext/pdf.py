"""The built book as one PDF: `make pdf`.

Chromium prints each chapter as its print style says, live parts in their first state; pages are numbered through, and
links between chapters lead to pages. The code of run notebooks is left out.

python -m book._ext.pdf                    _build/learning-to-infer.pdf, from _build/html
"""

import html
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, sync_playwright
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, FloatObject, NameObject, NullObject
from tqdm import tqdm

from experiments.contents import chapters, title
from lib.runner.provenance import ROOT

SITE = ROOT / "_build" / "html"
BOOK = ROOT / "_build" / "learning-to-infer.pdf"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAPER = 673  # pixels between the margins of A4, so that live parts draw themselves for it
NUMBERED = """
html {{ counter-reset: page {before}; }}
@page {{ size: A4; margin: 18mm 16mm; @bottom-center {{ content: counter(page); font: 9pt sans-serif; color: #333; }} }}
"""
FRONT = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Learning to Infer</title><style>
body {{ font: 11pt/1.5 Charter, Georgia, serif; margin: 0; }}
h1 {{ font-size: 34pt; line-height: 1.1; margin: 60mm 0 4mm; }} .contents {{ break-before: page; font-size: 20pt; }}
.part {{ font: 650 9pt sans-serif; letter-spacing: .07em; text-transform: uppercase; color: #444; margin: 6mm 0 1mm; }}
a {{ display: flex; gap: 1em; color: inherit; text-decoration: none; }} a span:last-child {{ margin-left: auto; }}
</style></head><body><h1>Learning to Infer</h1><p>Meta-trained agents through a Bayesian lens</p>
<p class="contents">Contents</p>{entries}</body></html>"""


@dataclass(frozen=True)
class Chapter:
    """A page of the built book: its file, its title, and the part in which it stands, if it stands in one."""

    file: Path
    title: str
    part: str = ""


@dataclass(frozen=True)
class Link:
    """A place on a page, counted within its chapter, that leads to a file, or to a page and a height in its chapter."""

    page: int
    area: Any
    file: Path | None = None
    within: tuple[int, Any] | None = None


def book(site: Path = SITE) -> list[Chapter]:
    """The first page and every chapter, in the order of the book.

    Raises:
        FileNotFoundError: if one of them has not been built.
    """
    first = Chapter(site / "book" / "intro.html", title(ROOT / "book" / "intro.md"))
    every = [first, *(Chapter(site / "book" / each.page, each.title, each.part) for each in chapters())]
    for chapter in every:
        if not chapter.file.is_file():
            raise FileNotFoundError(f"{chapter.file.name} is not there: run `make book` first")
    return every


def printed(page: Page, file: Path, before: int) -> bytes:
    """One page of the site on paper, whose first sheet comes after so many others."""
    page.goto(file.as_uri())
    page.wait_for_load_state("networkidle")
    page.evaluate("() => window.MathJax?.startup?.promise")  # formulas are drawn
    page.add_style_tag(content=NUMBERED.format(before=before))
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    return page.pdf(prefer_css_page_size=True, print_background=True, tagged=True, outline=True)


def contents(every: Sequence[Chapter], starts: Sequence[int]) -> str:
    """The first sheets: a title, and every chapter by parts with the number of its first sheet, counted from 1."""
    entries, part = "", ""
    for chapter, start in zip(every, starts, strict=True):
        if chapter.part != part:
            part = chapter.part
            entries += f"<p class='part'>{html.escape(part)}</p>"
        entries += (
            f"<a href='{chapter.file.as_uri()}'><span>{html.escape(chapter.title)}</span> <span>{start}</span></a>"
        )
    return FRONT.format(entries=entries)


def make(page: Page, every: Sequence[Chapter], folder: Path) -> PdfWriter:
    """Print all chapters and join them behind a table of contents, with an outline.

    Args:
        page: of a browser, to print with.
        folder: where the sheets in front may lie while they are printed.
    """
    page.emulate_media(media="print", color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    front = folder / "contents.html"

    def in_front(starts: Sequence[int]) -> PdfReader:
        front.write_text(contents(every, starts), encoding="utf-8")
        return PdfReader(BytesIO(printed(page, front, 0)))

    starts, pieces = [], []
    sheets = len(in_front([0] * len(every)).pages)
    for chapter in tqdm(every, unit="chapter", desc="printing", disable=len(every) < 5):
        starts.append(sheets)
        pieces.append(PdfReader(BytesIO(printed(page, chapter.file, sheets))))
        sheets += len(pieces[-1].pages)
    whole = joined([in_front([start + 1 for start in starts]), *pieces], [Chapter(front, "Contents"), *every])
    front.unlink()
    return whole


def joined(pieces: Sequence[PdfReader], every: Sequence[Chapter]) -> PdfWriter:
    """One document of several, with an outline of parts, chapters and sections; links lead from each to each."""
    whole = PdfWriter()
    starts: dict[Path, int] = {}
    links: list[tuple[int, Link]] = []
    part, above = "", None
    for piece, chapter in zip(pieces, every, strict=True):
        start = starts[chapter.file.resolve()] = len(whole.pages)
        links += [(start, link) for link in _cut(piece)]
        sections = list(_sections(piece))
        whole.append(piece, import_outline=False)
        if chapter.part != part:
            part = chapter.part
            above = whole.add_outline_item(title=part, page_number=start)
        own = whole.add_outline_item(title=chapter.title, page_number=start, parent=above if part else None)
        for name, page in sections:
            whole.add_outline_item(title=name, page_number=start + page, parent=own)
    for start, link in links:
        if link.within is not None:
            _lay(whole, start + link.page, link.area, start + link.within[0], link.within[1])
        elif link.file in starts:
            _lay(whole, start + link.page, link.area, starts[link.file], None)
    whole.compress_identical_objects()
    whole.add_metadata({"/Title": "Learning to Infer", "/Author": "The Learning to Infer team"})
    whole.page_mode = "/UseOutlines"
    return whole


def _sections(piece: PdfReader) -> Iterator[tuple[str, int]]:
    """Headings of the second level, with their pages."""
    top = [entry for entry in piece.outline if isinstance(entry, list)]
    for entry in top[0] if top else []:
        if not isinstance(entry, list):
            page = piece.get_destination_page_number(entry)
            if entry.title and page is not None:
                yield str(entry.title).removesuffix("#").strip(), page


def _cut(piece: PdfReader) -> Iterator[Link]:
    """Take all links to files, and within the chapter, off its pages; those to the web stay."""
    named = piece.named_destinations
    for number, page in enumerate(piece.pages):
        kept = ArrayObject()
        for reference in page.get("/Annots", ArrayObject()):
            about = reference.get_object()
            address = urlsplit(str(about.get("/A", {}).get("/URI", "")))
            name = about.get("/Dest") or about.get("/A", {}).get("/D")
            if address.scheme == "file":
                yield Link(number, about["/Rect"], Path(unquote(address.path)).resolve())
            elif isinstance(name, str):
                if (point := named.get(str(name).removeprefix("/"), named.get(str(name)))) is not None:
                    page_of = piece.get_destination_page_number(point)
                    if page_of is not None:
                        yield Link(number, about["/Rect"], within=(page_of, point.top))
            else:
                kept.append(reference)
        page[NameObject("/Annots")] = kept


def _lay(whole: PdfWriter, page: int, area: Any, target: int, top: Any) -> None:
    """A link from an area of a page to another page, or to a height on it."""
    place = [
        whole.pages[target].indirect_reference,
        NameObject("/XYZ"),
        NullObject(),
        top or NullObject(),
        NullObject(),
    ]
    link = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject(FloatObject(side) for side in area),
            NameObject("/Border"): ArrayObject([FloatObject(0)] * 3),
            NameObject("/Dest"): ArrayObject(place),
        }
    )
    sheet = whole.pages[page]
    sheet[NameObject("/Annots")] = ArrayObject([*sheet.get("/Annots", []), whole._add_object(link)])


def chromium() -> str:
    """The browser that opens the pages.

    Raises:
        FileNotFoundError: if there is none.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise FileNotFoundError("no browser to open the pages with: install Debian's `chromium`, or Chrome")
    return found


def main() -> int:
    """Print the built book."""
    try:
        browser, every = chromium(), book()
    except FileNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        whole = make(running.new_page(), every, BOOK.parent)
        running.close()
    unfinished = BOOK.with_suffix(".tmp")
    whole.write(unfinished)
    unfinished.replace(BOOK)
    print(f"The book is printed, {len(whole.pages)} pages: {BOOK}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
