"""The book as an e-book: whole, in order, and readable where there is no browser."""

import zipfile
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Page, expect

from book._ext.epub import bound, drawn_cover, taken, write
from book._ext.pdf import Chapter

OPF = "{http://www.idpf.org/2007/opf}"
XHTML = "{http://www.w3.org/1999/xhtml}"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head><body>
<svg style="display: none"><defs><path id="MJX-TEX-I-78" d="M0 0h100v100z"/></defs></svg>
<article class="bd-article"><section id="top"><h1>{title}<a class="headerlink" href="#top">#</a></h1>
<p>See <a href="{other}.html#end">the other</a>, <a href="{other}.html#gone">a fold</a>, <a href="#end">the end</a>,
<a href="../experiments/left-out.html">what is left out</a> and <a href="https://example.org/">the web</a>.<br>
<span class="math"><span class="formula"><svg viewBox="0 -100 100 100" width="1ex" height="1ex" aria-hidden="true">
<use href="#MJX-TEX-I-78" transform="scale(1)"/></svg><math><mi>x</mi></math>
<span class="tex">$x &lt; 1$</span></span></span>
<img src="drawn.png" alt="A dot"></p>
<figure id="fig"><div class="picture"><svg viewBox="0 0 9 9" role="img" aria-label="It rises."><path d="M0 0h9"/></svg>
<details><summary>In words</summary><p id="gone">It rises.</p></details></div>
<p class="take"><a href="#fig">Link</a></p></figure>
<div class="live"><div class="bench"><svg viewBox="0 0 9 9" width="90" aria-label="A bench."></svg>
<button>Toss</button><p role="status">Heads.</p></div></div>
<section id="end"><h2>The end &amp; more</h2><p>Done.</p><script>1 &lt; 2</script></section></section></article>
</body></html>"""


@pytest.fixture
def files(tmp_path: Path, page: Page) -> dict[str, bytes]:
    """An e-book of two chapters that lead to each other."""
    page.screenshot(path=tmp_path / "drawn.png")
    for name, other in (("one", "two"), ("two", "one")):
        (tmp_path / f"{name}.html").write_text(PAGE.format(title=f"Chapter {name}", other=other), encoding="utf-8")
    every = [Chapter(tmp_path / "one.html", "Chapter one"), Chapter(tmp_path / "two.html", "Chapter two", "A part")]
    return bound(list(taken(page, every)), drawn_cover(page), "2026-11-29")


@pytest.fixture
def opened(files: dict[str, bytes], tmp_path: Path) -> Path:
    """The folder that a reader's program sees inside it."""
    write(files, tmp_path / "two.epub")
    with zipfile.ZipFile(tmp_path / "two.epub") as archive:
        archive.extractall(tmp_path / "opened")
    return tmp_path / "opened" / "book"


def test_it_begins_with_what_it_is_and_leads_to_its_package(files: dict[str, bytes], tmp_path: Path) -> None:
    write(files, tmp_path / "a.epub")
    write(files, tmp_path / "b.epub")
    assert (tmp_path / "a.epub").read_bytes() == (tmp_path / "b.epub").read_bytes()
    assert (tmp_path / "a.epub").read_bytes()[30:58] == b"mimetypeapplication/epub+zip"
    with zipfile.ZipFile(tmp_path / "a.epub") as archive:
        assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
        root = ElementTree.fromstring(archive.read("META-INF/container.xml"))
        path = next(each.get("full-path") for each in root.iter() if each.tag.endswith("rootfile"))
        assert path in archive.namelist()


def test_the_package_lists_every_file_once_and_reads_in_order(opened: Path) -> None:
    package = ElementTree.parse(opened / "book.opf")
    listed = {each.get("id"): each.get("href") for each in package.iter(f"{OPF}item")}
    there = {file.relative_to(opened).as_posix() for file in opened.rglob("*") if file.is_file()} - {"book.opf"}
    assert sorted(map(str, listed.values())) == sorted(there)
    spine = [listed[each.get("idref")] for each in package.iter(f"{OPF}itemref")]
    assert spine == ["title.xhtml", "nav.xhtml", "one.xhtml", "two.xhtml"]
    properties = {each.get("href"): each.get("properties") for each in package.iter(f"{OPF}item")}
    assert properties["nav.xhtml"] == "nav"
    assert properties["one.xhtml"] == "svg"
    assert properties["cover.png"] == "cover-image"


def test_every_link_leads_somewhere(opened: Path) -> None:
    texts = {file.name: ElementTree.parse(file) for file in opened.glob("*.xhtml")}  # all are well-formed
    places = {name: {each.get("id") for each in text.iter()} for name, text in texts.items()}
    led = []
    for text in texts.values():
        for element in text.iter():
            to = element.get("href") or element.get("src") or ""
            if to.startswith("https:"):
                continue
            name, _, place = to.partition("#")
            assert not name or (opened / PurePosixPath(name)).is_file(), to
            assert not place or place in places[name], to
            led.append(to)
    assert {"one.xhtml", "one.xhtml#end", "two.xhtml", "two.xhtml#end"} <= set(led), (
        "to what is left out: to its chapter"
    )
    assert "what is left out" in "".join(texts["one.xhtml"].getroot().itertext())


def test_contents_have_parts_chapters_and_sections(opened: Path) -> None:
    text = ElementTree.parse(opened / "nav.xhtml")
    assert [each.text for each in text.iter() if each.tag in (f"{XHTML}a", f"{XHTML}span")] == [
        *("Chapter one", "The end & more", "A part", "Chapter two", "The end & more"),
    ]


def test_formulas_figures_and_live_parts_are_shown_and_told(opened: Path, page: Page) -> None:
    page.goto((opened / "one.xhtml").as_uri())
    formula, figure, live = (page.locator(each) for each in (".formula svg", "figure svg", ".live img"))
    assert formula.get_attribute("aria-label") == "x < 1"
    assert figure.get_attribute("aria-label") == "It rises."
    assert live.get_attribute("alt") == "A bench. Heads."
    for drawn in (formula.locator("path"), figure, live, page.locator("p > img")):
        expect(drawn).to_be_visible()
    assert page.evaluate("[...document.images].every((image) => image.naturalWidth > 0)")
    left = page.locator("script, button, use, math, .tex, .take, .headerlink, .picture details")
    expect(left).to_have_count(0)
