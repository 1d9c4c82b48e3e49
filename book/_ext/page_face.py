"""What every page is given after it was written: places for notes and wide parts, what is known of a claim wherever its
id stands, how to cite it, and what others are shown of it.
"""

import html
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from book._ext.preview import preview
from experiments.contents import question
from lib.claims.ledger import Row, shipped
from lib.plotting.ledger import SIGNS, css_class
from lib.runner.provenance import ROOT

TITLE = "Learning to Infer"
CELL = re.compile(r'(?=<div class="cell(?: [\w-]+)* docutils container">)')
INPUT = '<div class="cell_input docutils container">'
WIDE = re.compile(
    r"<div class='picture'><svg[^>]*max-width: (?:6[4-9]\d|[7-9]\d\d|\d{4})px|<div class='ledger'>"
)  # wider than a column of text
CLAIM = re.compile(r"\b[BLMNRX]\d\d\b")
CLOSED = ("a", "button", "code", "h1", "h2", "h3", "pre", "script", "style", "summary", "svg", "title")  # to links
# What is hidden of a cell, as myst-nb names it when it is closed, and when it is open.
FOLD = re.compile(
    r'<summary>\s*<p class="collapsed admonition-title">([^<]*)</p>'
    r'\s*<p class="expanded admonition-title">\1</p>\s*</summary>'
)
SENTENCE = 200  # characters of a description that others show


def placed(body: str) -> str:
    """A page whose verdicts are notes in the margin, and whose live parts, wide figures and ledgers cross both columns.
    The one line of code that shows such a thing is hidden.

    The theme's own class names say so: its script then takes the contents out of their way.

    >>> placed('<div class="cell docutils container">' + "<p class='judged'>M01</p></div>")[:46]
    '<div class="cell tag_margin docutils container'
    """
    first, *cells = CELL.split(body)
    return first + "".join(map(_placed, cells))


def _placed(cell: str) -> str:
    note, live = "<p class='judged'>" in cell, "<div class='live live-" in cell
    kind = "tag_margin" if note else "tag_full-width" if live or WIDE.search(cell) else ""
    if not kind:
        return cell
    if note or live:
        cell = (
            cell.replace(INPUT, INPUT.replace(">", " hidden>"), 1) if "<details" not in cell.split(INPUT)[0] else cell
        )
    return cell.replace(" docutils", f" {kind} docutils", 1)


def linked(body: str, rows: Mapping[str, Row], ledger: str) -> str:
    """A page on which every claim's id leads to its row in the ledger, and says its verdict to whoever points at it.

    Args:
        rows: by id.
        ledger: address of that page, as this page sees it.

    >>> row = Row("M01", "mikulik", "", "machines simulate", verdict="reproduced")
    >>> linked("<p>M01 and <code>M01</code></p>", {"M01": row}, "l.html")[:54]
    "<p><a class='claim reproduced' href='l.html#M01' data-"
    """

    def link(found: re.Match[str]) -> str:
        row = rows.get(found[0])
        return found[0] if row is None else f"<a {_about(row, ledger)}>{row.id}</a>"

    depth, said = 0, []
    for piece in re.split(r"(<[^>]+>)", body):
        if piece.startswith("<"):
            name = re.match(r"</?(\w+)", piece)
            if name and name[1] in CLOSED and not piece.endswith("/>"):
                depth += -1 if piece.startswith("</") else 1
            known = re.fullmatch(rf"<a href='ledger\.html#({CLAIM.pattern})'>", piece)
            said.append(f"<a {_about(rows[known[1]], ledger)}>" if known and known[1] in rows else piece)
        else:
            said.append(piece if depth else CLAIM.sub(link, piece))
    return "".join(said)


def _about(row: Row, ledger: str) -> str:
    tip = html.escape(f"{SIGNS[row.verdict]} {row.verdict}: {row.statement}", quote=True)
    return f"class='claim {css_class(row.verdict)}' href='{ledger}#{row.id}' data-tip='{tip}'"


def taken(body: str, rows: Sequence[Row], page: str, ledger: str) -> str:
    """A page whose figures say how to come back to them, and which claims they decide, at the end of their captions; a
    script adds what can be saved.

    >>> taken('<figure id="a"><svg></svg><figcaption>It rises.</figcaption></figure>', [], "coins", "l.html")[47:]
    '<p class="take"><a href="#a">Link to this figure</a></p></figcaption></figure>'
    """

    def with_links(found: re.Match[str]) -> str:
        own = [row for row in rows if row.figure == f"{page}.html#{found[2]}"]
        claims = ", ".join(f"<a {_about(row, ledger)}>{row.id}</a>" for row in own)
        decides = f" <span>decides {claims}</span>" if own else ""
        link = f'<p class="take"><a href="#{found[2]}">Link to this figure</a>{decides}</p>'
        return f"{found[1]}{link}{found[3]}</figure>"

    figure = r'(<figure [^>]*\bid="([^"]+)"[^>]*>(?:(?!</figure>).)*?)((?:</figcaption>\s*)?)</figure>'
    return re.sub(figure, with_links, body, flags=re.S)


def named(body: str) -> str:
    """A page whose folds are named by what stands on them, whose bibliography is a list, and which is valid HTML where
    Sphinx, exercises and pandas are not.

    >>> named('<summary aria-label="Toggle hidden content">Show</summary>')
    '<summary>Show</summary>'
    >>> p = '<p class="{} admonition-title">Code</p>'
    >>> named("<summary>" + p.format("collapsed") + p.format("expanded") + "</summary>")
    '<summary>Code</summary>'
    """
    for strange, plain in (
        ('<summary aria-label="Toggle hidden content">', "<summary>"),
        (' role="doc-biblioentry"', ' role="listitem"'),  # deprecated, and no item of the list that it stands in
        (' id="exercise-content"', ""),  # of each exercise on the page
        (' id="solution-content"', ""),
        ('<table border="1" class="dataframe">', '<table class="dataframe">'),
    ):
        body = body.replace(strange, plain)
    body = re.sub(r'(<th rowspan="\d+") valign="top">', r"\1>", body)
    body = re.sub(r"<style scoped>.*?</style>\s*", "", body, flags=re.S)
    return re.sub(FOLD, r"<summary>\1</summary>", body)


def carded(body: str) -> str:
    """A page whose list of what one will learn is its card. The page knows it by its first words: a mark beside them
    would be read as text wherever a chapter is opened as a notebook.

    >>> carded('<dl class="simple myst"> <dt>You will learn</dt></dl>')
    '<dl class="simple myst card-of-chapter"> <dt>You will learn</dt></dl>'
    """
    return re.sub(r'<dl class="([^"]+)">(?=\s*<dt>You will learn<)', r'<dl class="\1 card-of-chapter">', body, count=1)


def described(body: str) -> str:
    """The first sentences of a page, as many as others show."""
    paragraphs = re.findall(r"<p>(.*?)</p>", body, flags=re.S)
    plain = (html.unescape(re.sub(r"<[^>]+>", "", each)) for each in paragraphs[:3])
    text = " ".join(" ".join(plain).split())
    return text if len(text) <= SENTENCE else text[: text.rindex(" ", 0, SENTENCE)] + " …"


def entries(bibliography: Path = ROOT / "book" / "references.bib") -> dict[str, str]:
    """BibTeX entries by their keys, as they stand in the bibliography."""
    every = re.split(r"(?m)^(?=@)", bibliography.read_text(encoding="utf-8"))
    return {found[1]: each.strip() for each in every if (found := re.match(r"@\w+\{([^,]+),", each))}


def cite_box(title: str, rows: list[Row], page: str) -> str:
    """How to cite a page, and the sources whose claims it judges."""
    key = "blog"
    version = re.search(r"^version: (\S+)", (ROOT / "CITATION.cff").read_text(), re.M)
    released = re.search(r"^date-released: (\d{4})", (ROOT / "CITATION.cff").read_text(), re.M)
    assert version is not None
    assert released is not None
    own = (
        f"@misc{{learningtoinfer-{page},\n  author = {{{{The Learning to Infer team}}}},\n  title  = {{{title}}},\n"
        f"  note   = {{Learning to Infer: meta-trained agents through a {{Bayesian}} lens, version {version[1]}}},\n"
        f"  year   = {{{released[1]}}}\n}}"
    )
    names = {"mikulik": "mikulik2020", key: "deletang2020", "rabinowitz": "rabinowitz2019", "lange": "lange2020"}
    judged = {row.source for row in rows if (row.figure or "").split(".html")[0] == page}
    known = entries()
    sources = [known[name] for source, name in names.items() if source in judged]
    text = html.escape("\n\n".join([own, *sources]))
    what = "this page and its sources" if sources else "this page"
    return (
        f"<details class='cite-this'><summary>Cite {what}</summary>"
        f"<div class='highlight'><pre tabindex='0'>{text}</pre></div></details>"
    )


def unfolding(toctree: str) -> str:
    """The book's contents in the sidebar, where whatever unfolds says what is below.

    >>> unfolding('<a href="r.html">Runs</a><details><summary><i></i></summary></details>')
    '<a href="r.html">Runs</a><details><summary aria-label="Below Runs"><i></i></summary></details>'
    """
    fold = r">([^<>]+)</a><details([^>]*)><summary>"
    return re.sub(fold, r'>\1</a><details\2><summary aria-label="Below \1">', toctree)


def findable(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Name what unfolds in the sidebar, and tell the search page what each page asks: from a file, where a browser
    reads no other file, its results show that.
    """
    if "generate_toctree_html" in context:
        drawn = context["generate_toctree_html"]
        context["generate_toctree_html"] = lambda *args, **options: unfolding(str(drawn(*args, **options)))
    if page == "search":
        asked = {each: question(Path(app.srcdir) / f"{each}.md") for each in sorted(app.env.found_docs)}
        context["asked"] = {f"{each}.html": about for each, about in asked.items() if about}


def furnish(app: Sphinx, page: str, _template: str, context: dict[str, Any], doctree: object) -> None:
    """Do all of this to a page that Sphinx is about to write."""
    body = context.get("body")
    if not body or doctree is None:
        return
    rows = shipped()
    name = page.split("/")[-1]
    context["body"] = taken(named(carded(placed(body))), rows, name, context["pathto"]("book/ledger"))
    if name != "ledger":
        by_id = {row.id: row for row in rows}
        context["body"] = linked(context["body"], by_id, context["pathto"]("book/ledger"))
    plain = html.unescape(re.sub(r"<[^>]+>", "", context["title"]))
    about = question(Path(app.srcdir) / f"{page}.md") or described(body)
    context["body"] += cite_box(plain, rows, name)
    preview(plain, about, Path(app.outdir) / "_static" / "previews" / f"{name}.png")
    context["metatags"] = context.get("metatags", "") + head(plain, about, context["pathto"], page)


def head(title: str, about: str, pathto: Any, page: str) -> str:
    """Tags that tell others what a page is."""
    image = pathto(f"_static/previews/{page.split('/')[-1]}.png", resource=True)
    tags = {
        "description": ("name", about),
        "og:title": ("property", title),
        "og:description": ("property", about),
        "og:type": ("property", "article"),
        "og:site_name": ("property", TITLE),
        "og:image": ("property", image),
        "og:image:alt": ("property", f"{title}: {about}"),
        "twitter:card": ("name", "summary_large_image"),
    }
    return "".join(
        f'\n    <meta {kind}="{name}" content="{html.escape(said, quote=True)}" />'
        for name, (kind, said) in tags.items()
    )


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_js_file("figures.js", loading_method="defer")
    app.connect("html-page-context", furnish, priority=800)
    app.connect("html-page-context", findable, priority=950)  # after the theme
    return {"parallel_read_safe": True, "parallel_write_safe": True}
