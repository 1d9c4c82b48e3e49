"""Slides in a browser: drawn, offline, within their frame, and with live parts that live."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from experiments import slides

pytestmark = pytest.mark.slow
# What stands out of its slide; a live part has a scroll bar of its own.
OVER = """() => {
  const slide = Reveal.getCurrentSlide(), frame = slide.getBoundingClientRect();
  return [...slide.querySelectorAll("h1, h2, .question, .picture, .live, section > ul > li")]
    .filter((each) => each.matches(".live") || !each.closest(".live"))
    .filter((each) => ["bottom", "right"].some((side) => each.getBoundingClientRect()[side] > frame[side] + 1))
    .map((each) => each.textContent.slice(0, 60));
}"""


@pytest.fixture(scope="module")
def decks(site: Path) -> list[Path]:
    return slides.make(site)


def test_every_slide_fits_and_asks_the_network_for_nothing(decks: list[Path], page: Page) -> None:
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.set_viewport_size({"width": 1280, "height": 720})
    for deck in decks:
        page.goto(deck.as_uri())
        page.wait_for_function("window.Reveal && Reveal.isReady()")
        number = page.evaluate("Reveal.getTotalSlides()")
        assert number > 10
        for place in range(number):
            page.evaluate(f"Reveal.slide({place})")
            over = page.evaluate(OVER)
            assert over == [], f"{deck.name}, slide {place}"
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    assert failed == []


def test_a_live_part_on_a_slide_is_played_with_and_keeps_its_keys(decks: list[Path], page: Page) -> None:
    page.goto(f"{decks[0].as_uri()}#/2")
    heads = page.locator("section.present .live-coins button", has_text="Heads")
    heads.click()
    page.keyboard.press("h")  # reveal.js goes left on it, unless a live part has the focus
    assert page.evaluate("Reveal.getIndices().h") == 2
    assert page.locator("section.present .live-coins").inner_text().count("0.83") >= 1  # after two heads
    assert page.locator("aside.notes").count() > 10
