"""A page of one's own to try a live part on, and what every live part owes to its reader."""

import re
from pathlib import Path
from typing import Protocol

import yaml
from playwright.sync_api import Page

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
    """The live scripts of the book, in order."""
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
    here = ("file:", "data:", "blob:")
    page.on("request", lambda request: troubles.extend([] if request.url.startswith(here) else [request.url]))
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


def is_told_by_its_address(page: Page, address: str, fragment: str, *strange: str) -> None:
    """What a reader did is told by the end of the address; who opens it sees the same, from the start or on a page that
    is open. Where there is no such thing as an address asks for, a part begins as ever.
    """
    page.wait_for_function("(fragment) => location.hash === fragment", arg=fragment)
    whole = page.locator(".bench:not([aria-busy=true])")
    shown = whole.inner_text()
    begins = {}
    for asked in ("", *strange):
        page.goto("about:blank")
        page.goto(address + asked)
        page.locator(".bench").wait_for()
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        begins[asked] = whole.inner_text()
    assert set(begins.values()) == {begins[""]}
    assert shown != begins[""], "the address is tried on nothing"
    same = "(shown) => document.querySelector('.bench').innerText === shown"
    page.evaluate("(fragment) => { location.hash = fragment; }", fragment)
    page.wait_for_function(same, arg=shown)
    page.goto("about:blank")
    page.goto(address + fragment)
    page.wait_for_function(same, arg=shown)
    assert page.url.endswith(fragment)
