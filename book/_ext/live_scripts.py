"""One script a page for what lives on it: of the live scripts in the configuration those that the page's parts need, in
their order.
"""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from lib.widgets.scripts import LIVE, needed, texts


def one(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Give a page that Sphinx is about to write its script, in place of all."""
    scripts, every = context["script_files"], texts()
    scripts[:] = [script for script in scripts if not str(script.filename).startswith(f"_static/{LIVE}")]
    if names := needed(context.get("body", ""), every):
        name = f"pages/{page.replace('/', '-')}.js"
        file = Path(app.outdir) / "_static" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(every[name] for name in names), encoding="utf-8")
        app.add_js_file(name, defer="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("html-page-context", one, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
