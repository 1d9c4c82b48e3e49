"""What live parts share: the scripts of the page, and a page of one's own to try them on."""

import re
from pathlib import Path
from typing import Protocol

import yaml
from playwright.sync_api import Page

from lib.figures import style
from lib.live.table import live
from tests.references import ROOT

STATIC = ROOT / "book" / "_static"
# What the theme gives to the book's own style sheet, for a page without the theme.
THEME = """
:root { --pst-color-text-base: #222832; --pst-color-text-muted: #48566b; --pst-color-border: #d1d5da;
  --pst-color-background: #fff; --pst-color-on-background: #fff; --pst-color-surface: #f3f4f5;
  --pst-color-danger: #d72d47; --pst-font-family-monospace: monospace; }
@media (prefers-color-scheme: dark) { :root { --pst-color-text-base: #ced6dd; --pst-color-text-muted: #9ca4af;
  --pst-color-border: #48566b; --pst-color-background: #121212; --pst-color-on-background: #222832;
  --pst-color-surface: #29313d; --pst-color-danger: #e78894; } }
body { color: var(--pst-color-text-base); background: var(--pst-color-background); font-family: sans-serif;
  max-width: 720px; margin: 1rem auto; padding: 0 1rem; line-height: 1.5; }
"""


class Part(Protocol):
    """Something that shows itself on a page."""

    def _repr_html_(self) -> str: ...


def scripts() -> list[str]:
    """The scripts that every page of the book loads, in order."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    return [script for script, _ in config["sphinx"]["config"]["html_js_files"]]


def standalone(part: Part | str, folder: Path) -> str:
    """Write a page with one live part, or some HTML, and nothing else; its address."""
    tags = "".join(f"<script defer src='{(STATIC / script).as_uri()}'></script>" for script in scripts())
    file = folder / "part.html"
    file.write_text(
        "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>A live part</title>"
        "<meta name='viewport' content='width=device-width'>"
        f"<style>{THEME}</style><link rel='stylesheet' href='{(STATIC / 'book.css').as_uri()}'>{tags}</head>"
        f"<body><h1>A page</h1>{part if isinstance(part, str) else part._repr_html_()}</body></html>"
    )
    return file.as_uri()


def brightness(color: str) -> int:
    """Of a colour as the browser says it: from 0, black, to 765."""
    return sum(map(int, re.findall(r"\d+", color)[:3]))


def watched(page: Page) -> list[str]:
    """What goes wrong on a page, and what it asks of a network; empty if all is well."""
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: troubles.extend([request.url] if not request.url.startswith("file:") else []))
    return troubles


def is_well_made(page: Page, address: str) -> None:
    """A live part works from a file and alone, describes what it draws, reads well in both themes and fits a phone."""
    troubles = watched(page)
    page.set_viewport_size({"width": 390, "height": 844})
    contrasts = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.goto(address)
        page.wait_for_load_state("networkidle")
        assert page.locator(".bench").count() == 1, "the part did not come alive"
        assert page.locator(".fallback").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        ink, ground = (
            page.evaluate(f"getComputedStyle(document.querySelector('.bench')).{what}")
            for what in ("color", "backgroundColor")
        )
        contrasts.append(brightness(ink) - brightness(ground))
    light, dark = contrasts
    assert light < -350
    assert dark > 350
    for drawing in page.locator(".bench svg").all():
        assert len((drawing.get_attribute("aria-label") or "").split()) > 3
    assert page.locator(".bench [role=status]").get_attribute("aria-live") == "polite"
    assert troubles == []


def test_every_script_is_on_every_page_in_the_order_in_which_they_need_each_other() -> None:
    assert scripts()[:2] == ["live/machine.js", "live/page.js"]
    assert sorted(scripts()) == sorted(f"live/{file.name}" for file in (STATIC / "live").glob("*.js"))


def test_no_script_speaks_to_a_network_or_needs_a_module() -> None:
    for script in scripts():
        text = (STATIC / script).read_text()
        assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|^\s*(import|export)\b", text, flags=re.M), script


def test_the_page_has_the_colours_of_the_pictures(page: Page, tmp_path: Path) -> None:
    css = (STATIC / "book.css").read_text()
    names = {"fair": style.FAIR, "bent": style.BENT, "third": style.THIRD, "quiet": style.QUIET}
    for name, color in names.items():
        assert f"--{name}: {color};" in css
    page.goto(standalone("", tmp_path))
    sides = page.evaluate("LearningToInfer.parts.SIDES.map((side) => side.color)")
    assert ["#" + bytes(side).hex() for side in sides] == [style.FAIR, style.BENT, style.THIRD]


def test_a_page_without_live_parts_loads_the_scripts_in_peace(page: Page, tmp_path: Path) -> None:
    troubles = watched(page)
    page.goto(standalone("<p>Nothing alive here.</p>", tmp_path))
    page.wait_for_load_state("networkidle")
    assert troubles == []


def test_no_text_in_the_data_ends_the_script_that_holds_it(page: Page, tmp_path: Path) -> None:
    said = "</script><b id='out'>&amp; \"quoted\""
    page.goto(standalone(live("nothing", [["a", "b"], ["c", "<d>"]], "<Caption>", {"title": said}), tmp_path))
    assert page.evaluate("JSON.parse(document.querySelector('.live-nothing script').textContent).title") == said
    assert page.locator("#out").count() == 0
    assert page.locator(".fallback caption").inner_text() == "<Caption>"


def test_a_part_that_cannot_come_alive_leaves_its_table(page: Page, tmp_path: Path) -> None:
    rows = [["a", "b"], ["c", "d"]]
    page.goto(standalone("".join(live(kind, rows, "A table", {}) for kind in ("dice", "scrubber", "steps")), tmp_path))
    page.wait_for_load_state("networkidle")
    assert page.locator(".fallback td").all_inner_texts() == ["d", "d", "d"]
