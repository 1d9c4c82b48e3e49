"""What axe finds on the built pages, and what a keyboard reaches."""

from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, expect

from lib.runner.executed import ROOT, pages
from tests.parts import standalone

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": LEVELS}, "resultTypes": ["violations"], "iframes": False}
# What axe need not walk through, two thirds of a page: the strokes of a described drawing and of a formula, and code
# beyond the first piece of each colour.
LIGHTER = """() => {
  for (const drawn of document.querySelectorAll("svg[role=img], .math, mjx-container")) drawn.replaceChildren();
  const seen = new Set();
  for (const piece of document.querySelectorAll(".highlight span[class]"))
    seen.has(piece.className) ? piece.remove() : seen.add(piece.className);
}"""
LOOKS = [(theme, width) for width in (390, 1280) for theme in ("light", "dark")]
PAGES = [page.relative_to(ROOT).with_suffix(".html").as_posix() for page in pages()]
CHAPTERS = [name for name in PAGES if name.startswith("book/")]
RUNS = [name for name in PAGES if name.startswith("experiments/")]
OTHERS = ["search.html", "genindex.html", "404.html"]


@pytest.fixture(scope="module")
def looking(browser: Browser) -> Iterator[Page]:
    """One page for all, without motion, and without the script that draws formulas, which takes longest."""
    opened = browser.new_page(reduced_motion="reduce")
    opened.route("**/mathjax/**", lambda route: route.abort())
    yield opened
    opened.close()


def violations(page: Page) -> list[str]:
    """Rule, place and reason of everything that axe finds on what a page shows now."""
    found: list[dict[str, Any]] = page.evaluate(
        "(options) => axe.run(document, options).then((results) => results.violations)", OPTIONS
    )
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {' '.join(node['failureSummary'].split())[:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


def seen(page: Page, address: str, looks: Sequence[tuple[str, int]]) -> list[str]:
    """What axe finds on a page in these themes and widths. A narrow window comes first: what scrolls in it is made
    reachable for keys when the page is opened.
    """
    page.set_viewport_size({"width": looks[0][1], "height": 900})
    page.goto(address)
    page.evaluate(LIGHTER)
    page.evaluate(AXE)
    found = []
    for theme, width in looks:
        page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 900})
        themed = page.locator(f"html:not([data-theme]), html[data-theme='{theme}']")  # 404 has no script
        expect(themed).to_have_count(1)
        found += [f"{theme}, {width} px: {each}" for each in violations(page)]
    return found


@pytest.mark.parametrize("name", [*CHAPTERS, *OTHERS])
def test_axe_finds_nothing_in_either_theme_and_width(site: Path, looking: Page, name: str) -> None:
    assert seen(looking, (site / name).as_uri(), LOOKS) == []


@pytest.mark.parametrize(("name", "look"), list(zip(RUNS, cycle(LOOKS), strict=False)))
def test_axe_finds_nothing_in_run_notebooks(site: Path, looking: Page, name: str, look: tuple[str, int]) -> None:
    assert seen(looking, (site / name).as_uri(), [look]) == []


def test_axe_sees_what_is_wrong(looking: Page, tmp_path: Path) -> None:
    looking.goto(standalone("<p style='color: #aaa; background: #fff'>pale</p><img src='data:,'>", tmp_path))
    looking.evaluate(LIGHTER)
    looking.evaluate(AXE)
    assert {each.split(":")[0] for each in violations(looking)} == {"color-contrast", "image-alt"}


# A live part by Tab alone: what can be reached in it, what is missed, and where nobody sees that the focus is there.
WALK = """(part) => {
  const reached = [...part.querySelectorAll("button, input, select, summary, a[href]")]
    .filter((e) => e.checkVisibility() && !e.disabled && (e.type !== "radio" || e.checked));
  window.walk = { part, reached, missed: new Set(reached), unseen: [] };
  part.addEventListener("focusin", ({ target }) => {
    walk.missed.delete(target);
    const { outlineStyle, boxShadow } = getComputedStyle(target);
    if (outlineStyle === "none" && boxShadow === "none") walk.unseen.push(target.outerHTML.slice(0, 80));
  });
  part.querySelector(".bench").focus();
  return reached.length;
}"""
LIVE = ["acting", "acting-hood", "becoming", "belief", "coins", "gallery", "hood", "interference", "intro"]
LIVE += ["learning-not-to-learn", "learning-to-act", "lifetimes", "memory", "outer-loop", "predict", "prompts"]
LIVE += ["straight-lines", "switching", "task-diversity", "which-optimum", "wiggles", "worth-learning"]


def test_every_page_with_a_live_part_is_walked(site: Path) -> None:
    walked = {name for name in CHAPTERS if "<div class='live live-" in (site / name).read_text()}
    assert walked == {f"book/{name}.html" for name in LIVE}


@pytest.mark.parametrize("name", LIVE)
def test_tab_walks_through_every_control_of_a_live_part_and_out_of_it(site: Path, looking: Page, name: str) -> None:
    looking.set_viewport_size({"width": 1280, "height": 900})
    looking.goto((site / "book" / f"{name}.html").as_uri())
    looking.wait_for_function("!document.querySelector('.live:not(:has(.bench))')")
    for part in looking.locator(".live").all():
        controls = part.evaluate(WALK)
        assert controls > 0
        for _ in range(controls + 10):
            looking.keyboard.press("Tab")
            if not looking.evaluate("walk.part.contains(document.activeElement)"):
                break
        assert looking.evaluate("[...walk.missed].map((e) => e.outerHTML.slice(0, 80))") == []
        assert looking.evaluate("walk.unseen") == []
        assert not looking.evaluate("walk.part.contains(document.activeElement)"), "the focus is caught in it"
