"""What Sphinx must know to build this book.

Its chapters have been executed side by side before Sphinx reads the first.
"""

import hashlib
import re
import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a build may start from anywhere

from lib.runner import executed


def prepare(_app: Sphinx, config: Config) -> None:
    """Execute what has to be, and show myst-nb where it is."""
    if config.nb_execution_mode != "off":
        config.nb_execution_cache_path = str(executed.fill())


def watch(app: Sphinx, config: Config) -> None:
    """Write every page again if a style sheet or a script changed."""
    digest = hashlib.sha256()
    for folder in config.html_static_path:
        for file in sorted((Path(app.confdir) / folder).rglob("*.*s")):
            digest.update(file.read_bytes())
    config.sheets_and_scripts = digest.hexdigest()


def without_unused(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Drop what Jupyter Book loads even where no page uses it: sphinx-thebe, whose scripts declare a constant twice,
    which is an error in every reader's console; and sphinx-design, from a page without its parts.
    """
    unused = ["thebe"] if re.search(r'class="(?:[^"]* )?sd-', context.get("body", "")) else ["thebe", "design"]
    for files in (context["script_files"], context["css_files"]):
        files[:] = [
            file
            for file in files
            if not any(name in f"{file} {getattr(file, 'attributes', '')}".lower() for name in unused)
        ]


def without_terminals(app: Sphinx, _failed: Exception | None) -> None:
    """Drop the 256 colours of terminals from the style of cells: they are most of it, and no page prints in colour."""
    for sheet in (Path(app.outdir) / "_static").glob("mystnb.*.css"):
        plain = re.sub(r"[^{}]*\.-Color\[[^{}]*\{[^{}]*\}", "", sheet.read_text(encoding="utf-8"))
        sheet.write_text(plain, encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("sheets_and_scripts", "", "html", str)
    app.connect("config-inited", watch)
    app.connect("config-inited", prepare, priority=100)  # before myst-nb reads its configuration
    app.connect("html-page-context", without_unused, priority=900)
    app.connect("build-finished", without_terminals, priority=900)  # after it was copied
    return {"parallel_read_safe": True, "parallel_write_safe": True}
