"""The scripts of live parts: which of them a page needs, and all of them in one piece of HTML for a notebook."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from lib.runner.provenance import ROOT

LIVE = "live/"  # where these scripts are, below the folder of static files
# What a script looks for on the page, what it gives to others, and what it takes from them.
SOUGHT = re.compile(r'book\.bring\("([\w-]+)"|document\.querySelector\("\.([\w-]+)"\)')
GIVEN = re.compile(r"\bbook\.(\w+) = ")
TAKEN = re.compile(r"\bbook\.(\w+)\b(?! = )")
# What the book's theme gives to its style sheet, here from JupyterLab's, Visual Studio Code's or the browser's.
THEME = """.live-in-notebook {
  --pst-color-border: var(--jp-border-color1, var(--vscode-widget-border, #d1d5da));
  --pst-color-on-background: var(--jp-layout-color1, var(--vscode-editor-background, Canvas));
  --pst-color-surface: var(--jp-layout-color2, var(--vscode-editorWidget-background, ButtonFace));
  --pst-color-text-base: var(--jp-content-font-color1, var(--vscode-editor-foreground, CanvasText));
  --pst-color-text-muted: var(--jp-content-font-color2, var(--vscode-descriptionForeground, CanvasText));
  --pst-color-link: var(--jp-content-link-color, var(--vscode-textLink-foreground, LinkText));
  --pst-color-danger: var(--jp-error-color1, #d72d47);
  --pst-font-family-monospace: var(--jp-code-font-family, monospace);
  color: var(--pst-color-text-base);
}"""


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


def texts() -> dict[str, str]:
    """The live scripts in the book's configuration, by name, in order."""
    config, static = _configured()
    names = [name for name, _ in config["html_js_files"] if name.startswith(LIVE)]
    return {name: (static / name).read_text(encoding="utf-8") for name in names}


def style() -> str:
    """What the book's style sheet says of live parts, and the colours that it names."""
    sheet = (_configured()[1] / "book.css").read_text(encoding="utf-8")
    found = re.search(r"(:root \{.*?\}).*?/\* -+ live parts -+ \*/(.*?)/\* -+ ", sheet, re.S)
    assert found, "book.css has no section of live parts"
    return found[1] + found[2]


def in_notebook(part: str) -> str:
    """A live part with its style and its scripts, for an output of a notebook."""
    every = texts()
    code = "\n".join(every[name] for name in needed(part, every))
    return f"<div class='live-in-notebook'><style>{THEME}{style()}</style>{part}<script>{code}</script></div>"


def _configured() -> tuple[dict[str, Any], Path]:
    """What Sphinx is told in the book's configuration, and the folder of static files."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
    return config, ROOT / config["html_static_path"][0]
