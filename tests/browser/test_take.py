"""What a reader can take from a figure: numbers, drawing, and a way back to it."""

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.parts import watched

FIGURE = "#fig-predict-die"


@pytest.fixture
def figure(site: Path, page: Page) -> Locator:
    page.route("**/mathjax/**", lambda route: route.abort())
    page.goto((site / "book" / "predict.html").as_uri())
    return page.locator(FIGURE)


def taken(page: Page, figure: Locator, words: str) -> tuple[str, str]:
    """The name and the text of the file behind a button."""
    with page.expect_download() as waiting:
        figure.get_by_role("button", name=words).click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_text(encoding="utf-8")


def test_numbers_are_those_of_the_table(page: Page, figure: Locator) -> None:
    troubles = watched(page)
    name, text = taken(page, figure, "Numbers (CSV)")
    assert name == "fig-predict-die.csv"
    table = figure.locator(".picture details").first.locator("tr")
    rows = [row.locator("th, td").all_text_contents() for row in table.all()]
    assert len(rows) > 1
    assert list(csv.reader(io.StringIO(text, newline=""))) == rows
    assert [each for each in troubles if not each.startswith("blob:")] == []


def test_a_drawing_stands_by_itself(page: Page, figure: Locator) -> None:
    name, text = taken(page, figure, "Drawing (SVG)")
    drawing = ElementTree.fromstring(text)
    assert name == "fig-predict-die.svg"
    assert drawing.tag == "{http://www.w3.org/2000/svg}svg"
    assert "color: " in drawing.get("style", "").split("background")[0], "the page's ink is not there to be taken"
    assert len(list(drawing.iter("{http://www.w3.org/2000/svg}text"))) == figure.locator(".picture > svg text").count()


def test_a_figure_says_where_it_is_and_which_claims_it_decides(page: Page, figure: Locator) -> None:
    expect(figure.get_by_role("link", name="Link to this figure")).to_have_attribute("href", FIGURE)
    claim = figure.locator("p.take a.claim").first
    expect(claim).to_have_attribute("href", f"ledger.html#{claim.inner_text()}")


def test_every_figure_offers_its_numbers_and_its_drawing(page: Page, figure: Locator) -> None:
    drawn = page.locator(".picture").count()
    for words in ("Numbers (CSV)", "Drawing (SVG)"):
        assert page.get_by_role("button", name=words).count() == drawn >= 3
