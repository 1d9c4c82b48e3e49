"""What Sphinx must know to build this book.

Its chapters have been executed side by side before Sphinx reads the first. Run notebooks are not searched.
"""

import sys
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))  # a build may start from anywhere

from lib.runner import executed


def prepare(_app: Sphinx, config: Config) -> None:
    """Execute what has to be, and show myst-nb where it is."""
    if config.nb_execution_mode != "off":
        config.nb_execution_cache_path = str(executed.fill())


def without_thebe(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Drop the scripts of sphinx-thebe: Jupyter Book loads them even when no page uses them, and they declare a
    constant twice, which is an error in every reader's console.
    """
    scripts = context["script_files"]
    scripts[:] = [
        script for script in scripts if "thebe" not in f"{script} {getattr(script, 'attributes', '')}".lower()
    ]


def unsearched(_app: Sphinx, env: BuildEnvironment) -> None:
    """Leave the code of run notebooks out of the search index: it holds every word, and would come before chapters."""
    for page in env.found_docs:
        if page.startswith("experiments/"):
            env.metadata[page]["nosearch"] = "yes"


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", prepare, priority=100)  # before myst-nb reads its configuration
    app.connect("env-updated", unsearched)
    app.connect("html-page-context", without_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
