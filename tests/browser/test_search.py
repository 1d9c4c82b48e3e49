"""Whether a reader finds a thing: by the search page, and in the sidebar."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from tests.parts import watched


class Quiet(SimpleHTTPRequestHandler):
    """A server that says nothing of what it served."""

    def log_message(self, *_: object) -> None: ...


@pytest.fixture(scope="module")
def served(site: Path) -> Iterator[str]:
    """The address of the book on a server of this machine."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=site)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def results(page: Page, address: str, words: str) -> list[str]:
    """The pages that the search names, best first."""
    page.goto(f"{address}/search.html?q={words}")
    expect(page.locator(".search-summary")).to_contain_text("Search finished")
    every = page.locator("ul.search > li > a").all()
    return [(each.get_attribute("href") or "").split("#")[0] for each in every]


@pytest.mark.parametrize(
    ("words", "page_of_it"),
    [
        ("Gittins", "book/which-optimum.html"),
        ("reservoir", "book/acting-hood.html"),
        ("RL2", "book/glossary.html"),
        ("wiggles", "book/wiggles.html"),
    ],
)
def test_a_term_leads_to_its_chapter_and_to_no_run(site: Path, page: Page, words: str, page_of_it: str) -> None:
    troubles = watched(page)
    found = results(page, site.as_uri(), words)
    assert page_of_it in found[:2]
    assert not [each for each in found if each.startswith("experiments/")]
    assert troubles == []


def test_from_a_file_results_say_what_their_page_asks(site: Path, page: Page) -> None:
    results(page, site.as_uri(), "Gittins")
    first = page.locator("ul.search > li", has=page.locator("a[href^='book/which-optimum.html']")).first
    expect(first.locator("p.context")).to_contain_text("Gittins proved that a player of bandits needs one number")


def test_from_a_server_results_quote_their_page(served: str, page: Page) -> None:
    results(page, served, "Gittins")
    first = page.locator("ul.search > li", has=page.locator("a[href^='book/which-optimum.html']")).first
    expect(first.locator("p.context")).to_have_count(1)
    expect(first.locator("p.context")).to_contain_text("Two arms are expected to pay the same.")


def test_a_quotation_is_about_a_word_that_is_searched_by_its_stem(served: str, page: Page) -> None:
    results(page, served, "entropy")
    first = page.locator("ul.search > li", has=page.locator("a[href^='book/learning-to-act.html']")).first
    expect(first.locator("p.context")).to_contain_text("entropy", ignore_case=True)


def test_letters_do_not_lie_on_the_glass_of_a_search_field(site: Path, page: Page) -> None:
    page.goto((site / "search.html").as_uri())
    apart = """(form) => {
      const glass = form.querySelector("i").getBoundingClientRect(), field = form.querySelector("input");
      return field.getBoundingClientRect().left + parseFloat(getComputedStyle(field).paddingLeft) - glass.right;
    }"""
    assert page.locator(".bd-search-container form").evaluate(apart) > 0
    page.keyboard.press("Escape")
    page.goto((site / "book" / "coins.html").as_uri())
    page.keyboard.press("Control+k")
    expect(page.locator("#search-input")).to_be_focused()
    assert page.locator("form.bd-search:has(#search-input)").evaluate(apart) > 0


def test_runs_stand_below_one_page_that_unfolds(site: Path, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto((site / "book" / "coins.html").as_uri())
    runs = page.locator(".bd-sidebar-primary a", has_text="Run: coins")
    expect(runs).to_be_hidden()
    fold = page.locator(".bd-sidebar-primary summary")
    expect(fold).to_have_count(1)
    expect(fold).to_have_accessible_name("Below What each run costs")
    fold.press("Enter")
    expect(runs).to_be_visible()
    assert page.locator(".bd-sidebar-primary nav > div > ul > li > a", has_text="Run: ").count() == 0
