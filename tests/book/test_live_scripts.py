"""One script a page for what lives on it."""

import pytest

from lib.widgets.scripts import needed, style, texts
from tests.parts import STATIC, scripts

TEXTS = {name: (STATIC / name).read_text(encoding="utf-8") for name in scripts()}
KINDS = {name.removeprefix("live/").removesuffix(".js") for name in TEXTS}


def named(body: str) -> list[str]:
    return [name.removeprefix("live/").removesuffix(".js") for name in needed(body, TEXTS)]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("coins", ["machine", "page", "coins"]),
        ("memory", ["page", "memory"]),
        ("bandits", ["machine", "page", "dice", "bernoulli_arms", "bandits"]),
        ("discount", ["machine", "page", "dice", "bernoulli_arms", "bandits", "discount"]),
        ("price", ["page", "bernoulli_arms", "price"]),
        ("lives", ["machine", "page", "dice", "niche", "lives"]),
        ("trainer", ["page", "meta_training", "trainer"]),
    ],
)
def test_a_page_has_its_parts_script_and_what_that_builds_on(kind: str, wanted: list[str]) -> None:
    assert named(f"<div class='live live-{kind}'></div>") == wanted


def test_two_parts_share_what_they_build_on() -> None:
    page = "<div class='live live-dice'></div><div class=\"live live-coins\"></div>"
    assert named(page) == ["machine", "page", "coins", "dice"]


def test_the_ledger_has_its_filters() -> None:
    assert named('<div class="cell"><div class="ledger-filters"></div></div>') == ["page", "ledger"]


def test_a_page_without_parts_has_no_script() -> None:
    assert named("<p>Live coins, live-coins.</p><div class='cell'></div>") == []


def test_every_script_is_on_some_page() -> None:
    parts = "".join(f"<div class='live live-{kind} {kind}-filters'></div>" for kind in KINDS)
    assert set(named(parts)) == KINDS


def test_a_script_that_looks_for_no_part_is_for_every_page() -> None:
    assert needed("<p></p>", {**TEXTS, "live/copy.js": "document.title;"}) == ["live/copy.js"]


def test_a_notebook_reads_the_scripts_of_the_pages_and_the_style_of_live_parts() -> None:
    assert texts() == TEXTS
    assert all(each in style() for each in ("--fair:", ".bench {", ".bench .sliders", "@media (max-width: 600px)"))
    assert ".ledger" not in style()
    assert "</script" not in "".join(TEXTS.values()), "it would end the script of a notebook's output"
