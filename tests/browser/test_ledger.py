"""The ledger's filters in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from lib.claims.ledger import Row, shipped
from lib.plotting.ledger import SOURCES, by_source
from tests.parts import standalone, watched


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return shipped()


@pytest.fixture
def html(rows: list[Row]) -> str:
    """The tables of all sources, as on the page."""
    tables = {source: by_source(rows, source)._repr_html_() for source in SOURCES}
    parts = "".join(
        f"<section id='{source}'><h2>{source}</h2><div class='cell'>{table}</div></section>"
        for source, table in tables.items()
    )
    return f"<div class='ledger-filters'></div>{parts}"


@pytest.fixture
def address(html: str, tmp_path: Path) -> str:
    return standalone(html, tmp_path)


def shown(page: Page) -> list[str]:
    return [row.get_attribute("id") or "" for row in page.locator(".ledger tbody tr:visible").all()]


def test_all_rows_are_there_at_first(page: Page, address: str, rows: list[Row]) -> None:
    troubles = watched(page)
    page.goto(address)
    expect(page.locator(".ledger-filters .found")).to_have_text(f"{len(rows)} of {len(rows)} claims")
    assert len(shown(page)) == len(rows)
    expect(page.get_by_role("button", name="Show all")).to_be_disabled()
    assert troubles == []


def test_a_verdict_and_a_paper_leave_the_rows_that_have_both(page: Page, address: str, rows: list[Row]) -> None:
    page.goto(address)
    page.get_by_role("button", name="partly").click()
    page.get_by_role("button", name="Rabinowitz").click()
    both = [row.id for row in rows if row.verdict == "partly" and row.source == "rabinowitz"]
    assert shown(page) == both
    assert page.url.endswith("#verdict=partly&paper=rabinowitz")
    expect(page.locator(".ledger-filters .found")).to_have_text(f"{len(both)} of {len(rows)} claims")
    expect(page.locator("#lange")).to_be_hidden()
    expect(page.get_by_role("button", name="partly")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="partly").click()
    assert shown(page) == [row.id for row in rows if row.source == "rabinowitz"]
    page.get_by_role("button", name="Show all").click()
    assert len(shown(page)) == len(rows)
    assert page.url == address


def test_the_address_of_a_bar_on_the_first_page_is_understood(page: Page, address: str, rows: list[Row]) -> None:
    page.goto(f"{address}#paper=mikulik&verdict=not")
    assert shown(page) == [row.id for row in rows if row.verdict == "not" and row.source == "mikulik"]
    page.evaluate("location.hash = '#paper=nobody'")
    assert shown(page) == [row.id for row in rows if row.verdict == "not" and row.source == "mikulik"]
    page.evaluate("location.hash = '#M01'")
    expect(page.locator("#M01")).to_be_visible()


def test_chapter_sureness_and_words(page: Page, address: str, rows: list[Row]) -> None:
    page.goto(address)
    page.get_by_label("Chapter").select_option("memory")
    assert shown(page) == [row.id for row in rows if (row.figure or "").startswith("memory.html")]
    page.get_by_label("Chapter").select_option("")
    page.get_by_role("button", name="fragile").click()
    assert shown(page) == [row.id for row in rows if row.fragile]
    page.get_by_role("button", name="fragile").click()
    page.get_by_label("Search").fill("RESERVOIR")
    assert "M15" in shown(page)
    assert len(shown(page)) < len(rows) / 2
    page.get_by_label("Search").fill("no such word")
    expect(page.locator(".ledger-filters .found")).to_have_text(f"0 of {len(rows)} claims")


def test_filters_work_by_keyboard(page: Page, address: str, rows: list[Row]) -> None:
    page.goto(address)
    page.get_by_role("button", name="reproduced").focus()
    page.keyboard.press("Enter")
    assert shown(page) == [row.id for row in rows if row.verdict == "reproduced"]


def test_a_phone_shows_rows_whole(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_without_scripts_all_rows_stand(browser: Browser, address: str, rows: list[Row]) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(address)
    assert len(shown(page)) == len(rows)
    expect(page.locator(".ledger-filters")).to_be_empty()
    page.close()
