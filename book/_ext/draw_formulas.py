"""`make formulas`: draw the formulas of the sources that the cache lacks, with the MathJax beside the book, and drop
those that no page has any more.
"""

import hashlib
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser
from playwright.sync_api import Page, sync_playwright

from book._ext.formulas import CACHE, GLYPH, Cache, Drawn
from lib.runner.executed import pages
from lib.runner.provenance import ROOT

MATHJAX = ROOT / "book" / "_static" / "mathjax" / "tex-svg.js"
# In a browser: TeX to the SVG of MathJax, with MathML for screen readers.
CONFIGURED = "window.MathJax = {startup: {typeset: false}, svg: {fontCache: 'local'}}"
DRAWN = """async (formulas) => {
  await MathJax.startup.promise;
  return formulas.map(([tex, display]) => MathJax.tex2svg(tex, { display }).innerHTML);
}"""

Formula = tuple[str, bool]  # its TeX, and whether it stands on lines of its own


class NotDrawn(RuntimeError):
    """MathJax does not understand a formula, or there is no browser to run it in."""


def parser() -> MarkdownIt:
    """Of the book's dialect of Markdown."""
    extensions = yaml.safe_load((ROOT / "_config.yml").read_text())["parse"]["myst_enable_extensions"]
    return create_md_parser(MdParserConfig(enable_extensions=set(extensions)), RendererHTML)


def formulas(page: str, markdown: MarkdownIt) -> Iterator[Formula]:
    r"""Every formula of a page: of its text, of its directives, and of the captions of its figures.

    >>> list(formulas("Here $a$, and\n\n:::{note}\n$$\nb\n$$\n:::", parser()))
    [('a', False), ('b', True)]
    """
    yield from _of(markdown.parse(page), markdown)


def _of(tokens: Iterable[Token], markdown: MarkdownIt) -> Iterator[Formula]:
    for token in tokens:
        if token.type == "math_inline":
            yield token.content.strip(), False
        elif token.type in ("math_block", "math_block_label", "math_inline_double", "amsmath"):
            yield _as_written(token.content), True
        elif token.type in ("fence", "colon_fence") and token.info.startswith("{"):
            code = token.info.startswith(("{code-cell}", "{code}"))
            nested = re.findall(r"^ *:? *caption: (.*)$", token.content, flags=re.M) if code else [token.content]
            for each in [token.info, *nested]:
                yield from formulas(each, markdown)
        yield from _of(token.children or [], markdown)


def _as_written(tex: str) -> str:
    """TeX of a formula on lines of its own as Sphinx hands it to MathJax: one with several lines is split."""
    return f"\\begin{{split}}\n{tex.strip()}\n\\end{{split}}" if r"\\" in tex else tex.strip()


def of_the_book() -> dict[Formula, Path]:
    """Every formula of every page, and the first page that has it."""
    markdown, found = parser(), dict[Formula, Path]()
    for page in pages():
        for formula in formulas(page.read_text(encoding="utf-8"), markdown):
            found.setdefault(formula, page)
    return found


def fingerprint() -> str:
    """Of the MathJax beside the book."""
    return hashlib.sha256(MATHJAX.read_bytes()).hexdigest()[:12]


def on(page: Page, wanted: list[Formula]) -> list[str]:
    """What MathJax makes of each formula, on an empty page of a browser."""
    page.add_script_tag(content=CONFIGURED)
    page.add_script_tag(path=MATHJAX)
    return page.evaluate(DRAWN, [list(formula) for formula in wanted])


def draw(wanted: list[Formula]) -> list[str]:
    """The same in a browser of its own, without a window.

    Raises:
        NotDrawn: if there is none.
    """
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        raise NotDrawn("no chromium on this machine: install Debian's `chromium`, or Chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        drawn = on(browser.new_page(), wanted)
        browser.close()
    return drawn


def taken_apart(drawing: str) -> tuple[Drawn, dict[str, str]]:
    """MathJax's drawing as a page of the book holds it, and its glyphs by their ids.

    Raises:
        NotDrawn: saying what MathJax says against the formula.
    """
    if wrong := re.search(r'data-mjx-error="([^"]*)"', drawing):
        raise NotDrawn(wrong[1])
    if strange := re.search(r"<text[^>]*>([^<]*)</text>", drawing):  # as wide as this machine's fonts make it
        raise NotDrawn(f"its fonts have no {strange[1]}")
    svg, mathml = (re.search(rf"<{tag}\b.*</{tag}>", drawing, flags=re.S) for tag in ("svg", "math"))
    assert svg is not None
    assert mathml is not None
    shapes = re.sub(r"MJX-\d+-", "MJX-", svg[0])  # MathJax counts formulas; ours share their glyphs
    paths = dict(re.findall(r'<path id="(MJX-[\w-]+)" d="([^"]*)"></path>', shapes))
    shapes = re.sub(r"<defs>.*?</defs>", "", shapes)
    shapes = re.sub(r' (?:data-[\w-]+|xmlns(?::\w+)?|role|focusable)="[^"]*"', "", shapes).replace("xlink:href", "href")
    shapes = re.sub(r"<(use|rect|path|line)([^>]*)></\1>", r"<\1\2/>", shapes)
    for empty, what in (
        (r"<g[^>]*></g>", ""),
        (r"<g>(<use[^>]*/>)</g>", r"\1"),
        (r'<g( transform="[^"]*")>(<use href="[^"]*")/></g>', r"\2\1/>"),
    ):
        while (simpler := re.sub(empty, what, shapes)) != shapes:
            shapes = simpler
    return Drawn(*map(_quoted, (shapes, re.sub(r' (?:data-[\w-]+|xmlns)="[^"]*"', "", mathml[0])))), paths


def _quoted(tags: str) -> str:
    """With quotes that JSON need not escape."""
    return re.sub(r"<[^>]*>", lambda tag: tag[0].replace('"', "'"), tags)


def renewed(old: Cache, wanted: dict[Formula, Path]) -> Cache:
    """The cache with exactly these formulas. Those that it has are drawn again only if MathJax has changed.

    Raises:
        NotDrawn: naming the formula and its page.
    """
    mine = fingerprint()
    known = {(tex, False): each for tex, each in old.inline.items()} | {
        (tex, True): each for tex, each in old.display.items()
    }
    kept = {formula: known[formula] for formula in wanted if formula in known and old.mathjax == mine}
    lacking = [formula for formula in wanted if formula not in kept]
    shapes = dict(old.glyphs) if kept else {}
    for formula, drawing in zip(lacking, draw(lacking) if lacking else [], strict=True):
        try:
            kept[formula], paths = taken_apart(drawing)
        except NotDrawn as wrong:
            where = wanted[formula].relative_to(ROOT)
            raise NotDrawn(f"{where}: MathJax refuses {formula[0]!r}: {wrong}") from None
        shapes |= paths
    used = {name for each in kept.values() for name in GLYPH.findall(each.svg)}
    inline, display = ({tex: each for (tex, own), each in kept.items() if own == kind} for kind in (False, True))
    return Cache(mine, inline, display, {name: shapes[name] for name in used})


def main() -> None:
    old = Cache.read() if CACHE.is_file() else Cache("", {}, {}, {})
    try:
        new = renewed(old, of_the_book())
    except NotDrawn as wrong:
        sys.exit(f"error: {wrong}")
    new.write()
    before, after = ({(kind, tex) for kind in ("inline", "display") for tex in vars(each)[kind]} for each in (old, new))
    print(f"{len(after)} formulas: {len(after - before)} new, {len(before - after)} dropped. {CACHE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
