"""The built book: every page, whole, described, and sufficient unto itself."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page, expect

from lib.probes.benchmark import in_words
from lib.runner import executed
from lib.runner.executed import ROOT, pages
from tests.parts import brightness, watched

PAGES = [page.relative_to(ROOT).with_suffix(".html").as_posix() for page in pages()]


class Described(HTMLParser):
    """Collects what a page shows that has to be put in words."""

    def __init__(self) -> None:
        super().__init__()
        self.alts: list[str] = []
        self.labels: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "img":
            self.alts.append(attributes.get("alt") or "")
        if tag == "svg" and attributes.get("role") == "img":
            self.labels.append(attributes.get("aria-label") or "")


@dataclass(frozen=True)
class Built:
    """A page as it was built: its address in the book, its text, and the same taken apart."""

    name: str
    text: str
    parsed: BeautifulSoup


@pytest.fixture(scope="module", params=PAGES)
def built(request: pytest.FixtureRequest, site: Path) -> Built:
    """Every page in its turn, read once for all tests that look at it."""
    text = (site / request.param).read_text()
    return Built(request.param, text, BeautifulSoup(text, "html.parser"))


def test_every_page_is_there_without_a_traceback(built: Built) -> None:
    assert "Traceback (most recent call last)" not in built.text
    source = (ROOT / built.name).with_suffix(".md")
    shown = source in executed.chapters() and "code-cell" in source.read_text()
    assert ("cell_output" in built.text) == shown, "run notebooks are shown and not executed, chapters are executed"


def test_everything_drawn_is_described(built: Built) -> None:
    page = Described()
    page.feed(built.text)
    for alt in page.alts:
        assert alt, "an image without words"
        assert not re.search(r"\.(png|svg|jpe?g)$|^_?images?/", alt), f"a file name is no description: {alt}"
    for label in page.labels:
        assert len(label.split()) > 10, f"too few words: {label!r}"


CODE = "script, style, code, .tex, .cell_input, div[class*=highlight-]:not(.cell_output *)"


def test_a_page_speaks_of_tasks_as_a_reader_knows_them(built: Built) -> None:
    """Names of tasks and symbols stand in code as they are typed, and nowhere else."""
    code = {id(each) for each in built.parsed.select(CODE)}
    words = [each for each in built.parsed.find_all(string=True) if code.isdisjoint(map(id, each.parents))]
    labels = [str(each["aria-label"]) for each in built.parsed.select("[aria-label]") if id(each) not in code]
    for said in [*map(str.strip, words), *labels]:
        assert said == in_words(said)


# What the standard refuses, and Sphinx, its extensions or pandas wrote.
INVALID = {
    "a block in a line": ":is(p, summary) :is(p, div, ul, ol, dl, table, pre)",
    "a caption that is not the last": "figure > figcaption:not(:first-child):not(:last-child)",
    "styles in the text": "body style",
    "looks as attributes": ":is([border], [valign], [align], [bgcolor])",
    "a link or a button in another": ":is(a, button) :is(a, button)",
    "no words for a picture": "img:not([alt])",
}


def invalid(page: BeautifulSoup) -> list[str]:
    """What is wrong in a page, as far as these rules know."""
    ids = Counter(str(each["id"]) for each in page.select("[id]"))
    twice = [f"an id twice: {name}" for name, times in ids.items() if times > 1]
    return twice + [f"{rule}: {str(each)[:80]}" for rule, wrong in INVALID.items() for each in page.select(wrong)]


def test_a_page_is_valid_html(built: Built) -> None:
    assert invalid(built.parsed) == []


@pytest.mark.parametrize("name", ["search.html", "genindex.html", "404.html"])
def test_a_page_that_is_no_page_of_the_contents_is_valid_html(site: Path, name: str) -> None:
    assert invalid(BeautifulSoup((site / name).read_text(), "html.parser")) == []


def test_what_is_not_valid_is_seen() -> None:
    wrong = (
        "<p id='a'>b<div id='a'></div></p><figure><i></i><figcaption>c</figcaption><b></b></figure><style></style>"
        "<table border='1'></table><a><button></button></a><img src='d'>"
    )
    found = invalid(BeautifulSoup(f"<body>{wrong}</body>", "html.parser"))
    assert [each.split(":")[0] for each in found] == ["an id twice", *INVALID]


LINK = 90  # letters that the words of a link may have


def long_links(page: BeautifulSoup) -> list[str]:
    """Links of a page, within the book, whose words are more than a name: such as a whole caption of a figure, which
    a link without words of its own takes.
    """
    links = page.select("a[href]:not(.external)")
    words = [" ".join(link.get_text(" ").split()) for link in links if not link.select("svg, img")]
    return [each for each in words if len(each) > LINK]


def test_a_link_has_few_words(built: Built) -> None:
    assert long_links(built.parsed) == []


def test_a_caption_as_a_link_is_seen() -> None:
    caption = (
        "Divergence from Bayes over training, in nats an episode: medians and 5th to 95th percentile of ten networks."
    )
    page = f"<a href='#fig'>{caption}</a><a href='#fig'>the figure</a><p>{caption}</p>"
    assert long_links(BeautifulSoup(page, "html.parser")) == [caption]


def test_the_coin_chapter_has_its_pictures(site: Path) -> None:
    page = Described()
    page.feed((site / "book" / "coins.html").read_text())
    assert len(page.labels) == 6


@dataclass(frozen=True)
class Opened:
    """A page as a phone opens it, light or dark, and what went wrong meanwhile."""

    page: Page
    theme: str
    troubles: list[str]


@pytest.fixture(
    scope="module", params=list(zip(PAGES, cycle(["light", "dark"]), strict=False)), ids=lambda each: each[0]
)
def opened_page(request: pytest.FixtureRequest, site: Path, browser: Browser) -> Iterator[Opened]:
    """Every page in its turn, opened once for all tests that look at it."""
    name, theme = request.param
    page = browser.new_page(viewport={"width": 390, "height": 844}, color_scheme=theme)
    troubles = watched(page)
    page.goto((site / name).as_uri())
    page.wait_for_load_state("networkidle")
    yield Opened(page, theme, troubles)
    page.close()


def test_a_page_opens_from_a_file_and_asks_the_network_for_nothing(opened_page: Opened) -> None:
    assert opened_page.troubles == []
    assert opened_page.page.locator(".live > .fallback").count() == 0, "a part did not come alive"


def test_a_page_has_the_theme_of_its_reader_and_takes_another(opened_page: Opened) -> None:
    page, theme = opened_page.page, opened_page.theme
    assert page.locator("html").get_attribute("data-theme") == theme
    page.emulate_media(color_scheme="dark" if theme == "light" else "light")
    other = {"light": "dark", "dark": "light"}[theme]
    expect(page.locator(f"html[data-theme={other}]")).to_have_count(1)
    assert opened_page.troubles == []


# Letters of drawings that are smaller than 11 pixels, sub- and superscripts aside.
SMALL = """async () => {
  for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame); // live parts draw
  return [...document.querySelectorAll(".picture > svg text, .findings svg text, .bench svg text")]
  .filter((e) => e.checkVisibility() && e.textContent.trim())
  .map((e) => [parseFloat(getComputedStyle(e).fontSize) * Math.hypot(e.getScreenCTM().a, e.getScreenCTM().b), e])
  .filter(([size]) => size < 10.95).map(([size, e]) => `${size.toFixed(1)} px: ${e.textContent.trim()}`);
}"""


# What a cell prints and a reader would have to scroll for.
CUT = """() => [...document.querySelectorAll(".cell_output .output:not(.text_html) pre")]
  .filter((pre) => pre.checkVisibility() && pre.scrollWidth > pre.clientWidth + 1)
  .map((pre) => pre.textContent.slice(0, 60))"""


def test_a_page_fits_a_phone_and_drawings_can_be_read(opened_page: Opened) -> None:
    page = opened_page.page
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(SMALL) == []
    page.set_viewport_size({"width": 1280, "height": 844})
    assert page.evaluate(SMALL) == []
    assert page.evaluate(CUT) == []


# Boxes of verdicts in the margin that lie over each other, over code, or over a formula.
OVER = """() => {
  const boxes = (what) => [...document.querySelectorAll(what)].filter((e) => e.checkVisibility())
    .map((e) => [e, e.getBoundingClientRect()]).filter(([, b]) => b.width && b.height);
  const before = (a, b) => a.right <= b.left + 2 || a.bottom <= b.top + 2;
  const apart = (a, b) => before(a, b) || before(b, a);
  const notes = boxes(".cell.tag_margin .judged"), found = [];
  for (const [note, a] of notes)
    for (const [other, b] of [...notes, ...boxes("section > .cell > .cell_input pre, section > div.math")])
      if (note !== other && !apart(a, b) && !other.closest("details:not([open])"))
        found.push(note.textContent.trim().slice(0, 12) + " over " + other.textContent.trim().slice(0, 30));
  return found;
}"""


@pytest.mark.parametrize(
    "name", [file.stem for file in executed.chapters() if "\njudged(" in file.read_text(encoding="utf-8")]
)
def test_notes_in_the_margin_lie_over_nothing(site: Path, page: Page, name: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((site / "book" / f"{name}.html").as_uri())
    assert page.locator(".cell.tag_margin .judged").count() > 0
    assert page.evaluate(OVER) == []


def test_code_is_dark_on_paper_whatever_the_theme(site: Path, page: Page) -> None:
    for theme in ("light", "dark"):
        page.emulate_media(media="print", color_scheme="dark" if theme == "dark" else "light")
        page.goto((site / "book" / "coins.html").as_uri())
        assert page.locator("html").get_attribute("data-theme") == theme
        colors = page.locator(".highlight pre, .highlight span").evaluate_all(
            "(all) => [...new Set(all.map((each) => getComputedStyle(each).color))]"
        )
        assert colors
        assert max(map(brightness, colors)) < 400


@pytest.fixture
def still(site: Path, browser: Browser) -> Iterator[Page]:
    """A chapter where no script runs."""
    opened = browser.new_page(java_script_enabled=False)
    opened.goto((site / "book" / "coins.html").as_uri())
    yield opened
    opened.close()


def test_formulas_and_figures_stand_where_no_script_runs(still: Page) -> None:
    formulas = still.locator(".formula > svg")
    assert formulas.count() > 5
    for formula in [formulas.first, formulas.last]:
        box, glyph = formula.bounding_box(), formula.locator("use").first.bounding_box()
        assert box is not None
        assert glyph is not None
        assert 5 < glyph["height"] <= box["height"] + 5, "its letters are drawn"
    assert still.locator(".formula > math").count() == formulas.count()
    for figure in still.locator("figure .picture > svg").all():
        assert figure.is_visible()
    assert still.locator(".live .fallback table").first.is_visible()


def test_a_formula_is_copied_as_tex(site: Path, page: Page) -> None:
    page.goto((site / "book" / "coins.html").as_uri())
    copied = page.locator("p:has(.formula)").first.evaluate(
        "p => { getSelection().selectAllChildren(p); return getSelection().toString(); }"
    )
    tex = page.locator("p:has(.formula) .tex").first.text_content()
    assert tex is not None
    assert tex in copied
    assert re.fullmatch(r"\$[^$]+\$", tex)


def test_no_page_names_the_machine_it_was_built_on(site: Path) -> None:
    for name in PAGES:
        assert str(ROOT) not in (site / name).read_text()


@pytest.mark.parametrize(
    "changed", ["lib/probes/behaviour.py", "experiments/claims.toml", "results/coins.json", "constraints.txt"]
)
def test_a_changed_library_or_result_executes_chapters_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    for file in ("lib/probes/behaviour.py", "experiments/claims.toml", "results/coins.json", "constraints.txt"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_bytes((ROOT / file).read_bytes())
    monkeypatch.setattr(executed, "ROOT", tmp_path)
    before = executed.folder()
    assert executed.folder() == before
    (tmp_path / changed).write_text("changed")
    assert executed.folder() != before


def test_another_processor_has_an_executed_set_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    here = executed.folder()
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    assert executed.folder().name.startswith("elsewhere-")
    assert executed.folder() != here
