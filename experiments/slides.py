"""Slides made of the built pages: a deck for each part, with the chapters' own figures and live parts. `make slides`.

`book/slides.toml` says which figures and live parts a deck shows. All else is taken from the pages: a chapter's title
and question, the heading over a figure, its caption and what the text says of it as notes, and the summary. A deck lies
in the built book and needs no network; `s` opens the notes.
"""

import html
import re
import shutil
import sys
import tomllib
from copy import copy
from dataclasses import dataclass
from pathlib import Path

import yaml
from bs4 import BeautifulSoup, Tag

from experiments.contents import question, title
from lib.runner.provenance import ROOT

PLAN = ROOT / "book" / "slides.toml"
SITE = ROOT / "_build" / "html"
FIGURE = "fig-"  # what the name of a figure begins with; any other name is that of a section with a live part
FORMULA = "\ufffc"  # stands for a formula in the text
LONG = 700  # letters of a summary, above which it is set smaller
FRAME = """<!doctype html>
<html lang="en" data-theme="light">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="../_static/face.css">
<link rel="stylesheet" href="../_static/book.css">
<link rel="stylesheet" href="../_static/slides.css">
</head>
<body>
<svg style="display: none" aria-hidden="true"><defs>{glyphs}</defs></svg>
<div class="reveal"><div class="slides">
{slides}
</div></div>
<script src="../_static/reveal/reveal.js"></script>
<script src="../_static/reveal/notes.js"></script>
{scripts}
<script>
Reveal.initialize({{
  width: 1280, height: 720, margin: 0.05, hash: true, plugins: [RevealNotes],
  keyboardCondition: (event) => !event.target.closest(".live"),
  showNotes: /print-pdf/.test(location.search) ? "separate-page" : false
}});
</script>
</body>
</html>
"""


class NoSuchPlace(ValueError):
    """The plan names a page, a figure or a section that is not there."""


@dataclass(frozen=True)
class Slide:
    """One slide.

    Attributes:
        body: its HTML.
        notes: what to say, as HTML.
    """

    body: str
    notes: str = ""

    def __str__(self) -> str:
        notes = f'<aside class="notes">{self.notes}</aside>' if self.notes else ""
        return f"<section>\n{self.body}\n{notes}\n</section>"


def plan() -> dict[str, dict[str, list[str]]]:
    """What each deck shows: the places of its pages, in order.

    Raises:
        NoSuchPlace: if it names a part or a page that the table of contents does not have there.
    """
    decks: dict[str, dict[str, list[str]]] = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    parts = {each["caption"]: each["chapters"] for each in yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]}
    for part, shown in decks.items():
        there = [chapter["file"].removeprefix("book/") for chapter in parts.get(part, [])]
        for name in shown:
            if name not in there:
                raise NoSuchPlace(f"{PLAN.name}: part '{part}' of the table of contents has no chapter '{name}'")
    return decks


def deck(part: str, shown: dict[str, list[str]], site: Path = SITE) -> str:
    """A deck of one part, as a page.

    Raises:
        NoSuchPlace: if a page has no such figure or section.
        FileNotFoundError: if a page is not built.
    """
    slides = [Slide(f'<p class="book">Learning to Infer</p><h1>{html.escape(part)}</h1>')]
    glyphs: dict[str, str] = {}
    for name, places in shown.items():
        source = ROOT / "book" / f"{name}.md"
        page = BeautifulSoup((site / "book" / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        glyphs |= {str(path["id"]): str(path) for path in page.select("path[id^='MJX-']")}  # of its formulas
        slides.append(
            Slide(f"<h1>{html.escape(title(source))}</h1><p class='question'>{html.escape(question(source))}</p>")
        )
        slides += [
            _figure(page, name, place) if place.startswith(FIGURE) else _live(page, name, place) for place in places
        ]
        slides += _summary(page, name)
    settings = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]
    scripts = "\n".join(f'<script src="../_static/{file}"></script>' for file, _ in settings["html_js_files"])
    return FRAME.format(
        scripts=scripts,
        title=f"{html.escape(part)}: slides",
        glyphs="".join(glyphs.values()),
        slides="\n".join(map(str, slides)),
    )


def file_of(part: str) -> str:
    """The name of a deck's file.

    >>> file_of("When not to learn")
    'when-not-to-learn.html'
    """
    return f"{part.lower().replace(' ', '-')}.html"


def _find(page: BeautifulSoup, name: str, place: str) -> Tag:
    found = page.find(id=place)
    if not isinstance(found, Tag):
        raise NoSuchPlace(f"{PLAN.name}: the page '{name}' has no '{place}'")
    return found


def _figure(page: BeautifulSoup, name: str, place: str) -> Slide:
    figure = _find(page, name, place)
    picture = figure.find("svg")
    if not isinstance(picture, Tag):
        raise NoSuchPlace(f"{PLAN.name}: '{place}' of the page '{name}' has no drawing")
    notes = [f"<p><em>{_words(figure.find('figcaption'))}</em></p>", *_after(figure)]
    return Slide(
        f"<h2>{_heading(figure)}</h2>\n<div class='picture'>{picture}</div>{_source(name, place)}", "".join(notes)
    )


def _live(page: BeautifulSoup, name: str, place: str) -> Slide:
    section = _find(page, name, place)
    part = section.find(class_="live")
    if not isinstance(part, Tag):
        raise NoSuchPlace(f"{PLAN.name}: the section '{place}' of the page '{name}' has no live part")
    notes = [f"<p>{_words(each)}</p>" for each in section.find_all("p", recursive=False)]
    return Slide(f"<h2>{_words(section.find(['h2', 'h3']))}</h2>\n{part}{_source(name, place)}", "".join(notes))


def _summary(page: BeautifulSoup, name: str) -> list[Slide]:
    section = page.find(id="summary")
    items = section.find_all("li") if isinstance(section, Tag) else []
    bullets = "".join(f"<li>{_words(item)}</li>" for item in items)
    size = " class='long'" if sum(len(item.get_text()) for item in items) > LONG else ""
    return [Slide(f"<h2>To take home</h2>\n<ul{size}>{bullets}</ul>{_source(name, 'summary')}")] if items else []


def _source(name: str, place: str) -> str:
    called = html.escape(title(ROOT / "book" / f"{name}.md"))
    return f'<p class="source"><a href="../book/{name}.html#{place}">{called}</a></p>'


def _heading(figure: Tag) -> str:
    return _words(figure.find_previous(["h2", "h3"]))


def _after(figure: Tag) -> list[str]:
    """Paragraphs of the text between a figure and what comes next."""
    cell = figure.find_parent(class_="cell")
    found: list[str] = []
    for after in cell.find_next_siblings() if cell else []:
        if after.name != "p":
            break
        found.append(f"<p>{_words(after)}</p>")
    return found


def _words(tag: object) -> str:
    """The text of an element, escaped, with its formulas as they are drawn, without marks that only a page needs."""
    if not isinstance(tag, Tag):
        return ""
    text, formulas = copy(tag), []
    for formula in text.select(".formula"):
        formulas.append(str(formula))
        formula.replace_with(FORMULA)
    said = html.escape(" ".join(text.get_text().removesuffix("#").strip().removesuffix("#").split()), quote=True)
    return re.sub(FORMULA, lambda _: formulas.pop(0), said)


def make(site: Path = SITE) -> list[Path]:
    """Write a deck for each part into the built book.

    Raises:
        FileNotFoundError: if the book is not built.
        NoSuchPlace: if the plan names what is not there; nothing is written then.
    """
    if not (site / "index.html").is_file():
        raise FileNotFoundError(f"there is no book in {site.relative_to(ROOT)}: run `make book`")
    decks = {file_of(part): deck(part, shown, site) for part, shown in plan().items()}
    folder = site / "slides"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in decks.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in decks]


def handout(file: Path) -> Path | None:
    """A deck as a PDF, each slide followed by its notes; nothing where there is no Chromium to print it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        return None
    from playwright.sync_api import sync_playwright  # only to print; an extra brings it

    printed = file.with_suffix(".pdf")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"{file.as_uri()}?print-pdf")
        page.wait_for_selector(".pdf-page")
        page.pdf(path=printed, prefer_css_page_size=True, print_background=True)
        browser.close()
    return printed


def main() -> int:
    """Make the slides and the handouts, and say where they are."""
    for file in make():
        printed = handout(file)
        print(file.relative_to(ROOT), printed.relative_to(ROOT) if printed else "(no Chromium, so no handout)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
