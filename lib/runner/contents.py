"""The table of contents: parts of the book, and the chapters in each."""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from lib.runner.provenance import ROOT


@dataclass(frozen=True)
class Chapter:
    """One page.

    Attributes:
        file: of its text.
        part: of the book, in which it stands.
    """

    file: Path
    part: str

    @property
    def title(self) -> str:
        """Its first heading.

        Raises:
            ValueError: if there is none.
        """
        found = re.search(r"^# (.+)$", self.file.read_text(encoding="utf-8"), re.M)
        if found is None:
            raise ValueError(f"{self.file.name} has no title: a line that begins with '# '")
        return found.group(1)

    @property
    def question(self) -> str:
        """What it asks: the bold paragraph below its title, as plain text; nothing where there is none."""
        found = re.search(r"^# .+\n+\*\*(.+?)\*\*\n\n", self.file.read_text(encoding="utf-8"), re.M | re.S)
        return " ".join(found.group(1).replace("*", "").split()) if found else ""


def contents(root: Path = ROOT) -> list[Chapter]:
    """All chapters below the first page, in order."""
    parts = yaml.safe_load((root / "_toc.yml").read_text())["parts"]
    return [Chapter(root / f"{each['file']}.md", part["caption"]) for part in parts for each in part["chapters"]]
