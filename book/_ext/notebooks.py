"""Each chapter as a notebook with its outputs, which the page's download button offers beside its source."""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from experiments.course import with_outputs, write
from lib.runner.executed import chapters


def offer(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Write the notebook of a page that Sphinx is about to write, and tell the theme of it."""
    file = Path(app.srcdir) / f"{page}.md"
    if app.config.nb_execution_mode != "off" and file in chapters():
        context["ipynb_source"] = f"{page}.ipynb"
        write(with_outputs(file), Path(app.outdir) / "_sources" / f"{page}.ipynb")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", offer, priority=400)  # before the theme makes its button
    return {"parallel_read_safe": True, "parallel_write_safe": True}
