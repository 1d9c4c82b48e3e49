"""What a page need not load, and when pages are written again for what they load."""

import hashlib
import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config


def watch(app: Sphinx, config: Config) -> None:
    """Write every page again if a style sheet or a script changed."""
    digest = hashlib.sha256()
    for folder in config.html_static_path:
        for file in sorted((Path(app.confdir) / folder).rglob("*.*s")):
            digest.update(file.read_bytes())
    config.sheets_and_scripts = digest.hexdigest()


def plain(body: str) -> str:
    """A page whose folds are an element that browsers know, so that it needs no style of sphinx-design.

    >>> fold = '<summary class="sd-title"><span class="sd-summary-text">Hint</span><span class="sd-a"></span></summary>'
    >>> plain(f'<details class="sd-card">{fold}<div class="sd-b"><p class="sd-c">Count.</p></div></details>')
    '<details class="fold"><summary>Hint</summary><div><p>Count.</p></div></details>'
    """
    body = re.sub(r'<details class="sd-[^"]*">', '<details class="fold">', body)
    body = re.sub(
        r'<summary class="sd-[^"]*">\s*<span class="sd-summary-text">(.*?)</span><span class="sd-.*?</summary>',
        r"<summary>\1</summary>",
        body,
        flags=re.S,
    )
    return re.sub(r'<(div|p) class="sd-[^"]*">', r"<\1>", body)


def without_unused(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Drop what Jupyter Book loads and no page needs: the styles of sphinx-thebe, and all of sphinx-design."""
    if context.get("body"):
        context["body"] = plain(context["body"])
    for files in (context["script_files"], context["css_files"]):
        files[:] = [file for file in files if not any(name in str(file.filename) for name in ("thebe", "design"))]


def without_terminals(app: Sphinx, _failed: Exception | None) -> None:
    """Drop the 256 colours of terminals from the style of cells: they are most of it, and no page prints in colour."""
    for sheet in (Path(app.outdir) / "_static").glob("mystnb.*.css"):
        plain = re.sub(r"[^{}]*\.-Color\[[^{}]*\{[^{}]*\}", "", sheet.read_text(encoding="utf-8"))
        sheet.write_text(plain, encoding="utf-8")


def bare(sheet: str) -> str:
    """A style sheet without comments and indents, which only its author reads.

    >>> bare("/* Warm. */\\np {\\n  color: red; /* as ink */\\n}\\n")
    'p {\\ncolor: red;\\n}\\n'
    """
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)).lstrip("\n")


def without_comments(app: Sphinx, _failed: Exception | None) -> None:
    """Drop what nobody reads from the book's own style sheets; their sources keep it."""
    for sheet in (Path(app.outdir) / "_static").glob("*.css"):
        if sheet.name in ("book.css", "face.css"):
            sheet.write_text(bare(sheet.read_text(encoding="utf-8")), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("sheets_and_scripts", "", "html", str)
    app.connect("config-inited", watch)
    app.connect("html-page-context", without_unused, priority=900)
    app.connect("build-finished", without_terminals, priority=900)  # after myst-nb has copied it
    app.connect("build-finished", without_comments, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
