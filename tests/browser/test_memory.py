"""How long does it count: the slider along an episode in a real browser, against the arrays that it was given."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import jaxtyping
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from experiments.prediction.widget_memory import HowLong
from tests.parts import is_told_by_its_address, is_well_made, standalone

STEP = np.array([1, 2, 5, 10, 20, 50, 200, 1_000, 5_000])
SHORT = np.stack([1 / (1 / STEP + 1 / n) for n in (30.0, 80.0)])  # tasks that keep so many in the end
LONG = np.stack([1 / (1 / STEP + 1 / n) for n in (250.0, 150.0)])
TRAININGS = ("on 20 steps", "on 400 steps")


@pytest.fixture(scope="module")
def part() -> HowLong:
    return HowLong(("coins", "dice"), STEP, dict(zip(TRAININGS, (SHORT, LONG), strict=True)))


@pytest.fixture
def address(part: HowLong, tmp_path: Path) -> str:
    return standalone(part, tmp_path)


@pytest.fixture
def opened(address: str, page: Page) -> Page:
    page.goto(address)
    page.locator(".bench input[type=range]").focus()
    return page


def places(line: Any) -> np.ndarray:
    return np.array([[float(value) for value in place.split(",")] for place in line.get_attribute("points").split()])


def observations(heights: np.ndarray) -> np.ndarray:
    """What a height stands for: the axis runs from 1 to 5,000, from 40 pixels above the bottom of 300 to 12 below."""
    return 5_000 ** (1 - (heights - 12) / 248)


def test_it_begins_where_training_ended(opened: Page) -> None:
    expect(opened.locator(".bench")).to_have_attribute("data-step", "20")
    expect(opened.locator(".bench .where")).to_have_text("20 observations")


def test_the_slider_says_how_much_is_kept(opened: Page) -> None:
    opened.keyboard.press("Home")
    for i, step in enumerate(STEP):
        expect(opened.locator(".bench")).to_have_attribute("data-step", str(step))
        seen = f"{step:,} observations" if i else "1 observation"
        expect(opened.locator(".bench input[type=range]")).to_have_attribute("aria-valuetext", seen)
        kept = [f"{name}, as if it kept {each[0, i]:,.0f}" for name, each in zip(TRAININGS, (SHORT, LONG), strict=True)]
        expect(opened.locator(".bench [role=status]")).to_have_text(f"coins, after {seen}: {'; '.join(kept)}.")
        opened.keyboard.press("ArrowRight")


@pytest.mark.parametrize("task", [0, 1])
def test_what_is_kept_is_drawn_where_it_belongs(opened: Page, task: int) -> None:
    opened.locator(".bench select").select_option(str(task))
    opened.locator(".bench input[type=range]").focus()
    for presses, at in ((0, 4), (2, 6), (9, 8)):
        for _ in range(presses):
            opened.keyboard.press("ArrowRight")
        for i, each in enumerate((SHORT, LONG)):
            kept = np.maximum(each[task], 1)  # where the axis begins
            drawn = places(opened.locator(".bench .network").nth(i))
            np.testing.assert_allclose(observations(drawn[:, 1]), kept[: at + 1], rtol=0.01)
            rest = places(opened.locator(".bench .earlier").nth(i))
            np.testing.assert_allclose(observations(rest[:, 1]), kept[at:], rtol=0.01)
    diagonal = places(opened.locator(".bench .bayes"))
    np.testing.assert_allclose(observations(diagonal[:, 1]), [1, 5_000], rtol=0.01)


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_the_page_shows_a_table(scriptless: Page) -> None:
    expect(scriptless.locator(".live-memory table tbody tr")).to_have_count(2)
    expect(scriptless.locator(".live-memory table")).to_contain_text(f"{LONG[0, -1]:,.0f}")


def test_the_payload_is_small(part: HowLong) -> None:
    assert len(part._repr_html_()) < 2_000


def test_arrays_that_do_not_belong_together_are_refused(part: HowLong, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # it would be the first to refuse
    wrong: dict[str, dict[str, Any]] = {
        "made for two": {"kept": {"one": SHORT}},
        r"kept of 'one' has shape \(1, 9\); .* should be \(2, 9\)": {"kept": {"one": SHORT[1:], "two": LONG}},
        "kept of 'two' must be more than nothing, and at most": {"kept": {"one": SHORT, "two": LONG * 9}},
        r"steps must grow from 1 on; got \[1, 1, 5\]": {"step": np.array([1, 1, *STEP[2:]])},
    }
    for message, change in wrong.items():
        with pytest.raises(ValueError, match=message):
            replace(part, **change)


def test_the_address_tells_the_task_and_the_step(opened: Page, address: str) -> None:
    opened.locator(".bench select").select_option("1")
    opened.locator(".bench input[type=range]").focus()
    opened.keyboard.press("ArrowRight")
    is_told_by_its_address(opened, address, "#keeps=1,50", "#keeps=2,50", "#keeps=1,49", "#keeps=1")
