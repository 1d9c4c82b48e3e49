"""The gallery's picker in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from experiments.gallery import figure
from lib.probes.benchmark import BANDITS, PREDICTION
from lib.widgets.picker import FigurePicker
from tests.parts import is_told_by_its_address, is_well_made, standalone
from tests.references import ROOT

FIGURES = {
    "fig-fair": {"figure": "A fair coin", "task": "coins", "verdict": "shows both"},
    "fig-bent": {"figure": "A bent coin", "task": "coins", "verdict": "misses a bound"},
    "fig-die": {"figure": "A die, of three sides", "task": "dice", "verdict": "shows both"},
}


@pytest.fixture
def html() -> str:
    """The picker, then a section for each figure, as on the page."""
    sections = "".join(
        f"<section id='of-{name}'><h2>{said['figure']}</h2><figure id='{name}'>A drawing.</figure></section>"
        for name, said in FIGURES.items()
    )
    return FigurePicker(FIGURES)._repr_html_() + sections


@pytest.fixture
def address(html: str, tmp_path: Path) -> str:
    return standalone(html, tmp_path)


def standing(page: Page) -> list[str]:
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    return [each.get_attribute("id") or "" for each in page.locator("figure:visible").all()]


def test_all_figures_stand_at_first_and_none_is_drawn_again(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".bench").wait_for()
    assert standing(page) == list(FIGURES)
    assert page.locator("figure").count() == len(FIGURES)
    expect(page.get_by_role("button", name="Show all")).to_be_disabled()
    expect(page.locator(".bench [role=status]")).to_have_text("3 of 3 figures stand below")


def test_what_is_chosen_of_two_kinds_leaves_the_figures_that_are_both(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="shows both 2").click()
    assert standing(page) == ["fig-fair", "fig-die"]
    expect(page.get_by_role("heading", name="A bent coin")).to_be_hidden()
    page.get_by_role("button", name="coins 1").click()
    assert standing(page) == ["fig-fair"]
    expect(page.locator(".bench [role=status]")).to_have_text("1 of 3 figures stand below")
    pressed = page.get_by_role("button", name="shows both")
    expect(pressed).to_have_attribute("aria-pressed", "true")
    pressed.click()
    assert standing(page) == ["fig-fair", "fig-bent"]
    page.get_by_role("button", name="Show all").click()
    assert standing(page) == list(FIGURES)


def test_it_works_by_keyboard(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="misses a bound").focus()
    page.keyboard.press("Enter")
    assert standing(page) == ["fig-bent"]
    page.keyboard.press("a")
    assert standing(page) == list(FIGURES)


def test_the_address_tells_what_is_chosen(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("button", name="misses a bound").click()
    is_told_by_its_address(page, address, "#figures=,misses-a-bound", "#figures=,wins", "#figures=dice", "#figures=,,")


def test_a_link_to_a_figure_that_is_out_of_sight_shows_it(page: Page, address: str) -> None:
    page.goto(f"{address}#figures=dice,")
    page.wait_for_function("document.querySelector('#of-fig-fair').hidden")
    page.evaluate("location.hash = '#fig-bent'")
    expect(page.locator("#fig-bent")).to_be_visible()
    assert standing(page) == list(FIGURES)


def test_without_scripts_all_figures_stand_below_a_table_of_them(browser: Browser, address: str) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto(address)
    assert page.locator("figure:visible").count() == len(FIGURES)
    assert page.locator(".fallback tbody tr").count() == len(FIGURES)
    page.close()


def test_it_is_well_made(page: Page, address: str) -> None:
    is_well_made(page, address)


def test_each_task_has_its_figure_in_the_gallery() -> None:
    names = re.findall(r"name: (fig-gallery-[\w-]+)", (ROOT / "book" / "gallery.md").read_text(encoding="utf-8"))
    assert names == [figure(row) for row in (*PREDICTION, *BANDITS)]


def test_a_picker_of_nothing_or_of_different_kinds_is_refused() -> None:
    with pytest.raises(ValueError, match="no figure to pick"):
        FigurePicker({})
    with pytest.raises(ValueError, match="fig-b has the kinds figure; the first has figure, task"):
        FigurePicker({"fig-a": {"figure": "A", "task": "coins"}, "fig-b": {"figure": "B"}})
    with pytest.raises(ValueError, match="'coins, dice'; a value that is picked has no comma"):
        FigurePicker({"fig-a": {"figure": "A", "task": "coins, dice"}})
