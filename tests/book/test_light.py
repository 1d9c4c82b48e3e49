"""What a reader's browser loads with a page: little, and no script for what was drawn beforehand."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from book._ext.icons import FONT, SHEET, made, named
from lib.runner.executed import ROOT, pages

NAMES = [page.relative_to(ROOT).with_suffix(".html").as_posix() for page in pages()]
FIGURE = re.compile(r"<div class='picture'>.*?</div>", flags=re.S)  # a drawing, its words and its numbers
FACE = ["source-serif-4.woff2", "source-serif-4-italic.woff2"]  # which style sheets load
MOST = 1_500_000  # bytes of a page before its figures, and of all that it loads
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
    def weight(self) -> int:
        """In bytes, without figures."""
        return len(FIGURE.sub("", self.text).encode()) + sum(file.stat().st_size for file in self.files)

    @property
    def scripts(self) -> list[str]:
        return [file.name for file in self.files if file.suffix == ".js"]


@pytest.mark.parametrize("name", NAMES)
def test_a_page_loads_neither_mathjax_nor_a_script_that_draws_icons(site: Path, name: str) -> None:
    page = Loaded.of(site / name)
    assert {"bootstrap.js", "doctools.js"} <= set(page.scripts)
    assert "tex-svg.js" not in page.scripts, "a formula is not in the cache: run `make formulas`"
    assert "all.min.js" not in page.scripts
    assert not [file.name for file in page.files if "thebe" in file.name or "design" in file.name], "no page has these"
    assert not re.search(r'class="[^"]*\bmath\b[^"]*"[^>]*>\s*\\[(\[]', page.text), "a formula is not drawn"


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_one_live_script_if_something_lives_on_it(site: Path, name: str) -> None:
    page = Loaded.of(site / name)
    assert not any(file.parent.name == "live" for file in page.files)
    own = [file for file in page.files if file.parent.name == "pages"]
    alive = re.search(r"<div class='live live-|ledger-filters", page.text) is not None
    assert len(own) == alive
    assert all(file.is_file() for file in page.files)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_light_before_its_figures(site: Path, name: str) -> None:
    fonts = sum((site / "_static" / "fonts" / font).stat().st_size for font in FACE)
    page = Loaded.of(site / name)
    assert len(page.files) > 20
    assert page.weight + fonts < MOST


def test_every_icon_has_a_sign_in_the_font(site: Path) -> None:
    sheet = SHEET.read_text(encoding="utf-8")
    signs = set(re.findall(r"\.(fa-[\w-]+)::before", sheet)) | {"fa-solid", "fa-lg"}
    for name in NAMES:
        icons = re.findall(r'<i class="([^"]*)"', (site / name).read_text(encoding="utf-8"))
        used = {each for icon in icons for each in icon.split() if each.startswith("fa-")}
        assert used <= signs, "add them to icons.css and run `python -m book._ext.icons`"
        assert used


def test_the_font_of_icons_has_the_letters_that_its_style_sheet_names() -> None:
    font = TTFont(FONT)
    assert set(font.getBestCmap()) == named(SHEET.read_text(encoding="utf-8"))
    assert made({0xF104})["name"].getDebugName(1) == "Book Icons"
