"""One script a page for what lives on it: of the live scripts in the configuration those that the page's parts need, in
their order.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

LIVE = "live/"  # where these scripts are, below the folder of static files
# What a script looks for on the page, what it gives to others, and what it takes from them.
SOUGHT = re.compile(r'book\.bring\("([\w-]+)"|document\.querySelector\("\.([\w-]+)"\)')
GIVEN = re.compile(r"\bbook\.(\w+) = ")
TAKEN = re.compile(r"\bbook\.(\w+)\b(?! = )")


def needed(body: str, scripts: Mapping[str, str]) -> list[str]:
    """Names of the scripts that a page needs, in order.

    A script is needed where the page has what it looks for, or where a needed one takes what it gives. One that looks
    for nothing, and of which nobody takes anything, is for every page.

    Args:
        scripts: texts by name, in order.

    >>> parts = {"sums": "book.sums = 1;", "dice": 'book.dice = book.bring("dice", book.sums);', "all": "go();"}
    >>> needed("<div class='live live-dice'>", parts), needed("<p>dice</p>", parts)
    (['sums', 'dice', 'all'], ['all'])
    """
    classes = {name for found in re.findall(r"class=['\"]([^'\"]*)", body) for name in found.split()}
    taken = {name: set(TAKEN.findall(text)) for name, text in scripts.items()}
    found = []
    for name, text in scripts.items():
        sought = {f"live-{part}" if part else other for part, other in SOUGHT.findall(text)}
        given = set(GIVEN.findall(text))
        library = any(given & taken[other] for other in scripts if other != name)
        if sought & classes or not (sought or library):
            found.append(name)
    for name in reversed(list(scripts)):  # what a script takes was given before it
        if any(set(GIVEN.findall(scripts[name])) & taken[other] for other in found if other != name):
            found.append(name)
    return [name for name in scripts if name in found]


def texts(app: Sphinx) -> dict[str, str]:
    """The live scripts in the configuration, by name, in order."""
    names = [name for name, _ in app.config.html_js_files if name.startswith(LIVE)]
    folders = [Path(app.confdir) / folder for folder in app.config.html_static_path]
    return {name: next(f / name for f in folders if (f / name).is_file()).read_text("utf-8") for name in names}


def one(app: Sphinx, page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Give a page that Sphinx is about to write its script, in place of all."""
    scripts, every = context["script_files"], texts(app)
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
