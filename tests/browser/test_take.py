"""What a reader can take from a figure: numbers, drawing, and a way back to it."""

import csv
import io
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator, Page, expect

from lib.plotting import layout, style
from lib.plotting.style import Picture, in_style
from tests.parts import STATIC, standalone, watched

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


@in_style
def drawn() -> Picture:
    figure, panel = layout.one(6, 3)
    panel.plot([0, 1], [0, 1])
    return style.picture(figure, "A line that rises", [{"x": "1", "y": "1"}])


@pytest.mark.parametrize("width", [390, 1280])
def test_a_drawing_can_be_looked_at_enlarged(page: Page, tmp_path: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    script = f"<script src='{(STATIC / 'figures.js').as_uri()}'></script>"
    page.goto(standalone(f"<figure>{drawn()._repr_html_()}</figure>{script}", tmp_path))
    line, dialog = page.locator("svg[role=img]"), page.get_by_role("dialog", name="The drawing, enlarged")
    before = line.bounding_box()
    page.get_by_role("button", name="Enlarge").click()
    after = dialog.locator("svg").bounding_box()
    assert before is not None
    assert after is not None
    assert after["width"] > 1.5 * before["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert page.locator("figure > .picture > svg").bounding_box() == before
    line.click()
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    expect(page.locator("figure > .picture > svg")).to_have_count(1)
