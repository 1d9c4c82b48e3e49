"""The first page, and what every page has been given, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from lib.claims.ledger import shipped


@pytest.fixture
def opened(site: Path, page: Page) -> Page:
    page.goto((site / "book" / "intro.html").as_uri())
    return page


def test_three_heads_have_been_flipped(opened: Page) -> None:
    expect(opened.locator(".bench .sequence")).to_have_text("H H H")
    expect(opened.locator(".bench [role=status]")).to_contain_text("bent coins, network 0.8")


def test_findings_lead_to_their_figures(opened: Page, site: Path) -> None:
    cards = opened.locator("ul.findings > li")
    assert cards.count() >= 4
    for card in cards.all():
        link = card.locator("a")
        page, anchor = (link.get_attribute("href") or "").split("#")
        assert f'id="{anchor}"' in (site / "book" / page).read_text()
        box, covered = card.bounding_box(), link.evaluate("a => getComputedStyle(a, '::after').position")
        assert box is not None
        assert covered == "absolute", "the whole card is the link"


def test_a_piece_of_a_bar_leads_to_its_rows(opened: Page) -> None:
    opened.locator("dl.bars a.piece.partly").first.click()
    expect(opened).to_have_url(re.compile(r"ledger\.html#paper=mikulik&verdict=partly$"))
    rows = [row.id for row in shipped() if row.source == "mikulik" and row.verdict == "partly"]
    expect(opened.locator(".ledger-filters .found")).to_contain_text(f"{len(rows)} of ")
    assert [row.get_attribute("id") for row in opened.locator(".ledger tbody tr:visible").all()] == rows


def test_a_claim_on_the_map_says_its_verdict_to_whoever_points_at_it(opened: Page) -> None:
    claim = opened.locator("ul.book-map a.claim").first
    claim.focus()
    row = next(row for row in shipped() if row.id in claim.inner_text())
    assert claim.evaluate("a => getComputedStyle(a, '::after').content").strip('"').startswith(row.verdict)


def test_a_verdict_stands_in_the_margin_where_there_is_one(site: Path, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((site / "book" / "coins.html").as_uri())
    text, note = page.locator(".bd-article > section > p").first, page.locator(".judged").first
    beside = "e => [e.getBoundingClientRect().left, e.getBoundingClientRect().right]"
    (_, end), (start, last) = text.evaluate(beside), note.evaluate(beside)
    assert start >= end
    assert last <= 1280
    assert page.locator(".cell.tag_margin .cell_input").first.is_hidden()
    page.set_viewport_size({"width": 390, "height": 844})
    (start, _), (left, _) = note.evaluate(beside), text.evaluate(beside)
    assert start == pytest.approx(left, abs=1)


def test_live_parts_cross_both_columns(site: Path, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((site / "book" / "coins.html").as_uri())
    width = "e => e.getBoundingClientRect().width"
    text, bench = (page.locator(each).first.evaluate(width) for each in (".bd-article > section > p", ".bench"))
    assert bench > 1.3 * text


@pytest.mark.parametrize("name", ["book/intro", "book/coins", "book/ledger"])
def test_a_page_is_described_to_others_and_has_a_preview(site: Path, name: str) -> None:
    text = (site / f"{name}.html").read_text()
    for tag in ('name="description"', 'property="og:title"', 'property="og:description"', 'property="og:image"'):
        assert text.count(tag) == 1, tag
    assert (site / "_static" / "previews" / f"{Path(name).name}.png").is_file()
    assert "<summary>Cite this page" in text


def test_a_page_that_is_not_there_shows_the_way_back(site: Path, page: Page) -> None:
    page.goto((site / "404.html").as_uri())
    links = page.locator("a")
    for link in links.all():
        assert Path(link.evaluate("a => a.pathname")).is_file()


def test_paper_shows_no_controls(site: Path, page: Page) -> None:
    page.emulate_media(media="print")
    page.goto((site / "book" / "coins.html").as_uri())
    for hidden in (".bd-sidebar-primary", ".bench .controls", ".cite-this", ".bd-header-article"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".bench svg").first).to_be_visible()
