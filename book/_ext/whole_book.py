"""What Sphinx must know to build this book.

Chapters run in a kernel that must find the `lib` beside them, whichever copy of the project is installed: the project's
root goes first on its path. And a chapter's output depends on `lib` and on `results`, not on its cells alone, which is
all that the execution cache looks at: the cache gets a folder named after both.
"""

import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

ROOT = Path(__file__).resolve().parent.parent.parent
CACHES = ROOT / "_build" / "executed"


def fingerprint() -> str:
    """Twelve hexadecimal digits of everything that an executed chapter depends on, beside its own cells."""
    digest = hashlib.sha256()
    files = [*(ROOT / "lib").rglob("*.py"), *(ROOT / "lib").glob("*.toml"), *(ROOT / "results").glob("*")]
    for file in sorted([*files, ROOT / "pyproject.toml", ROOT / "constraints.txt"]):
        if file.is_file():
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def prepare(_app: Sphinx, config: Config) -> None:
    """Name the cache, drop older ones, and let kernels find `lib`."""
    cache = CACHES / fingerprint()
    for old in CACHES.glob("*"):
        if old != cache:
            shutil.rmtree(old, ignore_errors=True)
    config.nb_execution_cache_path = str(cache)
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)


def without_thebe(_app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Drop the scripts of sphinx-thebe: Jupyter Book loads them even when no page uses them, and they declare a
    constant twice, which is an error in every reader's console.
    """
    scripts = context["script_files"]
    scripts[:] = [
        script for script in scripts if "thebe" not in f"{script} {getattr(script, 'attributes', '')}".lower()
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("config-inited", prepare, priority=100)  # before myst-nb reads its configuration
    app.connect("html-page-context", without_thebe, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
