"""The built book as an e-book: `make epub`.

Chromium opens each chapter as for print and hands over its text as XHTML. Figures and formulas are drawings inside it,
live parts are pictures of their first state. Run notebooks are left out, and so is the code that the pages fold away.

Source: EPUB 3.3, W3C Recommendation 2023.

python -m book._ext.epub                   _build/learning-to-infer.epub, from _build/html
"""

import html
import re
import sys
import uuid
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, sync_playwright
from tqdm import tqdm

from book._ext.pdf import PAPER, Chapter, book, chromium
from lib.runner.provenance import ROOT

BOOK = ROOT / "_build" / "learning-to-infer.epub"
STATIC = ROOT / "book" / "_static"
TITLE, ABOUT, AUTHOR = "Learning to Infer", "Meta-trained agents through a Bayesian lens", "The Learning to Infer team"
TAKEN = (Path(__file__).with_suffix(".js")).read_text(encoding="utf-8")
WHOLE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en">
<head><title>{title}</title><link rel="stylesheet" href="epub.css"/></head>
<body>{body}</body>
</html>
"""
FRONT = f"""<section class="front" epub:type="titlepage">
<img src="pictures/logo.svg" alt="Two trees of histories from one root"/>
<h1>{TITLE}</h1><p>{ABOUT}</p><p>{AUTHOR}</p></section>"""
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles><rootfile full-path="book/book.opf" media-type="application/oebps-package+xml"/></rootfiles>
</container>
"""
PACKAGE = """<?xml version="1.0" encoding="UTF-8"?>
<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">
<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>
<dc:title>{title}: {about}</dc:title>
<dc:language>en</dc:language>
<dc:creator>{author}</dc:creator>
<dc:rights>Text and figures under CC BY 4.0, code under MIT</dc:rights>
<meta property="dcterms:modified">{day}T00:00:00Z</meta>
<meta property="schema:accessMode">textual</meta>
<meta property="schema:accessMode">visual</meta>
<meta property="schema:accessModeSufficient">textual</meta>
<meta property="schema:accessibilityFeature">alternativeText</meta>
<meta property="schema:accessibilityFeature">tableOfContents</meta>
<meta property="schema:accessibilityFeature">structuralNavigation</meta>
<meta property="schema:accessibilityHazard">none</meta>
<meta property="schema:accessibilitySummary">Figures and live parts are described in words, formulas in TeX.</meta>
</metadata>
<manifest>
{manifest}
</manifest>
<spine>
{spine}
</spine>
</package>
"""
TYPES = {
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class Piece:
    """A chapter as XHTML.

    Attributes:
        name: of its file, without an end.
        body: a section.
        headings: of the second level, with the ids of their sections.
        pictures: by name, those of live parts among them.
    """

    name: str
    chapter: Chapter
    body: str
    headings: Sequence[tuple[str, str]] = ()
    pictures: dict[str, bytes] = field(default_factory=dict)

    @property
    def places(self) -> set[str]:
        """Where a link may lead."""
        return set(re.findall(r'\bid="([^"]+)"', self.body))


def taken(page: Page, every: Sequence[Chapter]) -> Iterator[Piece]:
    """Each chapter of the built book, as a browser reads it for print."""
    page.emulate_media(media="print", color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": PAPER, "height": 1000})
    for chapter in tqdm(every, unit="chapter", desc="taking", disable=len(every) < 5):
        page.goto(chapter.file.as_uri())
        page.wait_for_load_state("networkidle")
        page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        name = chapter.file.stem
        parts = page.locator("article.bd-article > section .live").all()
        pictures = {f"{name}-{number}.png": part.screenshot() for number, part in enumerate(parts, 1)}
        known = {"chapters": [each.file.stem for each in every], "live": [f"pictures/{each}" for each in pictures]}
        found = page.evaluate(TAKEN, known)
        for image in found["images"]:
            file = Path(unquote(urlsplit(image).path))
            pictures[file.name] = file.read_bytes()
        yield Piece(name, chapter, found["body"], [tuple(each) for each in found["headings"]], pictures)


def bound(pieces: Sequence[Piece], cover: bytes, day: str) -> dict[str, bytes]:
    """The files of an e-book by their names, in the order in which they stand in it.

    Args:
        cover: a picture, as PNG.
        day: on which this version was released, as 2026-11-29.
    """
    places = {f"{piece.name}.xhtml": piece.places for piece in pieces}

    def led(found: re.Match[str]) -> str:
        """A link to a place that was left out leads to its chapter."""
        return found[0] if found[2] in places[found[1]] else f'href="{found[1]}"'

    texts = {"title.xhtml": WHOLE.format(title=TITLE, body=FRONT), "nav.xhtml": contents(pieces)}
    for piece in pieces:
        body = re.sub(r'href="([\w-]+\.xhtml)#([^"]+)"', led, piece.body)
        texts[f"{piece.name}.xhtml"] = WHOLE.format(title=html.escape(piece.chapter.title), body=body)
    files = {name: text.encode() for name, text in texts.items()}
    files["epub.css"] = (STATIC / "epub.css").read_bytes()
    files["cover.png"] = cover
    files["pictures/logo.svg"] = (STATIC / "logo.svg").read_bytes()
    for piece in pieces:
        files |= {f"pictures/{name}": picture for name, picture in piece.pictures.items()}
    package = PACKAGE.format(
        identifier=uuid.uuid5(uuid.NAMESPACE_DNS, TITLE),
        title=TITLE,
        about=ABOUT,
        author=AUTHOR,
        day=day,
        manifest="\n".join(_listed(number, name, text) for number, (name, text) in enumerate(files.items())),
        spine="\n".join(f'<itemref idref="f{number}"/>' for number in range(len(texts))),
    )
    within = {"book.opf": package.encode(), **files}
    return {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": CONTAINER.encode(),
        **{f"book/{name}": text for name, text in within.items()},
    }


def _listed(number: int, name: str, text: bytes) -> str:
    has = {"nav": name == "nav.xhtml", "cover-image": name == "cover.png", "svg": b"<svg" in text}
    properties = " ".join(each for each, holds in has.items() if holds and (each != "svg" or name.endswith(".xhtml")))
    said = f' properties="{properties}"' if properties else ""
    return f'<item id="f{number}" href="{name}" media-type="{TYPES[Path(name).suffix]}"{said}/>'


def contents(pieces: Sequence[Piece]) -> str:
    """The page from which a reader goes anywhere: parts, chapters, sections."""

    def entry(piece: Piece) -> str:
        file = f"{piece.name}.xhtml"
        below = "".join(f'<li><a href="{file}#{at}">{html.escape(said)}</a></li>' for at, said in piece.headings)
        return f'<li><a href="{file}">{html.escape(piece.chapter.title)}</a>{below and f"<ol>{below}</ol>"}</li>'

    parts = ""
    for part, chapters in groupby(pieces, key=lambda piece: piece.chapter.part):
        entries = "".join(map(entry, chapters))
        parts += f"<li><span>{html.escape(part)}</span><ol>{entries}</ol></li>" if part else entries
    return WHOLE.format(title="Contents", body=f'<nav epub:type="toc"><h1>Contents</h1><ol>{parts}</ol></nav>')


def drawn_cover(page: Page) -> bytes:
    """The title page as a picture."""
    page.set_viewport_size({"width": 800, "height": 1200})
    style = (STATIC / "epub.css").read_text(encoding="utf-8")
    logo = (STATIC / "logo.svg").read_text(encoding="utf-8")
    front = re.sub(r"<img[^>]*>", lambda _: logo, FRONT)
    page.set_content(f"<!doctype html><style>{style}</style><body class='cover'>{front}</body>")
    return page.screenshot()


def write(files: dict[str, bytes], file: Path) -> None:
    """Write an e-book whole or not at all; the same files make the same bytes."""
    unfinished = file.with_suffix(".tmp")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            # Its type comes first, as it is, so that whoever looks at 58 bytes knows it.
            kind = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), content, kind)
    unfinished.replace(file)


def main() -> int:
    """Make an e-book of the built book."""
    try:
        browser, every = chromium(), book()
    except FileNotFoundError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    released = re.search(r"^date-released: (\S+)", (ROOT / "CITATION.cff").read_text(), re.M)
    assert released is not None
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox", "--disable-gpu"])
        page = running.new_page(device_scale_factor=2)
        files = bound(list(taken(page, every)), drawn_cover(page), released[1])
        running.close()
    write(files, BOOK)
    print(f"The e-book is made, {len(every)} chapters, {BOOK.stat().st_size / 1e6:.1f} MB: {BOOK}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
