"""What a reader's browser loads with a page: little, and no script for what was drawn beforehand."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from lib.runner.executed import ROOT, pages

NAMES = [page.relative_to(ROOT).with_suffix(".html").as_posix() for page in pages()]
PICTURE = re.compile(r"(?<=<div class='picture'>)<svg.*?</svg>", flags=re.S)
LOADED = re.compile(r'<script[^>]* src="([^"?]+)|<link (?=[^>]*rel="(?:stylesheet|preload)")[^>]*href="([^"?]+)')


@dataclass(frozen=True)
class Loaded:
    """A page of the built book, and the files that it loads at once."""

    text: str
    files: list[Path]

    @classmethod
    def of(cls, file: Path) -> "Loaded":
        text = file.read_text(encoding="utf-8")
        named = ("".join(found) for found in LOADED.findall(text))
        return cls(text, [(file.parent / name).resolve() for name in dict.fromkeys(named)])

    @property
    def scripts(self) -> list[str]:
        return [file.name for file in self.files if file.suffix == ".js"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_loads_neither_mathjax_nor_a_script_that_draws_icons(site: Path, name: str) -> None:
    page = Loaded.of(site / name)
    assert {"bootstrap.js", "doctools.js"} <= set(page.scripts)
    assert "tex-svg.js" not in page.scripts, "a formula is not in the cache: run `make formulas`"
    assert "all.min.js" not in page.scripts
    assert not re.search(r'class="[^"]*\bmath\b[^"]*"[^>]*>\s*\\[(\[]', page.text), "a formula is not drawn"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_one_live_script_if_something_lives_on_it(site: Path, name: str) -> None:
    page = Loaded.of(site / name)
    assert not any(file.parent.name == "live" for file in page.files)
    own = [file for file in page.files if file.parent.name == "pages"]
    alive = re.search(r"<div class='live live-|ledger-filters", page.text) is not None
    assert len(own) == alive
    assert all(file.is_file() for file in page.files)
