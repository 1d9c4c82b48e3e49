"""The table of contents: the chapters of the book, with their titles, their parts and what they ask."""

import re
from pathlib import Path

import yaml

from lib.plotting.overview import Chapter
from lib.runner.provenance import ROOT


def title(file: Path) -> str:
    """The first heading of a page.

    Raises:
        ValueError: if there is none.
    """
    found = re.search(r"^# (.+)$", file.read_text(encoding="utf-8"), re.M)
    if found is None:
        raise ValueError(f"{file.name} has no title: a line that begins with '# '")
    return found.group(1)


def question(file: Path) -> str:
    """What a page asks: the bold paragraph below its title, as plain text; nothing where there is none."""
    found = re.search(r"^# .+\n+\*\*(.+?)\*\*\n\n", file.read_text(encoding="utf-8"), re.M | re.S)
    return " ".join(found.group(1).replace("*", "").split()) if found else ""


def chapters() -> list[Chapter]:
    """All chapters below the first page, in order; run notebooks are none."""
    parts = yaml.safe_load((ROOT / "_toc.yml").read_text())["parts"]
    files = [(ROOT / f"{each['file']}.md", part["caption"]) for part in parts for each in part["chapters"]]
    return [
        Chapter(title(file), f"{file.stem}.html", part) for file, part in files if file.is_relative_to(ROOT / "book")
    ]
