"""The training scrubber in a real browser, against the arrays that it was given."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jaxtyping
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from experiments.prediction.widget_training import Scrubber
from tests.parts import is_told_by_its_address, is_well_made, standalone

CHECKPOINTS, STEPS, EPISODE = 5, 8, 6
chance = np.random.default_rng(1)
KL = 10 ** chance.uniform(-4.5, -0.2, (CHECKPOINTS, STEPS))


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    draws = np.random.default_rng(2)
    return Scrubber(
        "A network learns to predict dice",
        np.array([0, 128, 1_280, 25_600, 256_000]),
        KL,
        draws.dirichlet([1, 1, 1], (CHECKPOINTS, EPISODE)),
        draws.dirichlet([1, 1, 1], EPISODE),
        draws.integers(3, size=EPISODE),
    )


@pytest.fixture
def address(scrubber: Scrubber, tmp_path: Path) -> str:
    return standalone(scrubber, tmp_path)


def with_stopped_clock(page: Page, address: str) -> None:
    """Open a page on which time passes only where a test says so."""
    page.clock.install(time="2020-01-01T00:00:00Z")
    page.goto(address)
    page.clock.pause_at("2020-01-02T00:00:00Z")


@pytest.fixture
def opened(address: str, page: Page) -> Page:
    with_stopped_clock(page, address)
    page.locator(".bench input[type=range]").focus()
    return page


def places(line: Any) -> np.ndarray:
    return np.array([[float(value) for value in place.split(",")] for place in line.get_attribute("points").split()])


def at(page: Page) -> int:
    return int(page.locator(".bench").get_attribute("data-checkpoint") or -1)


def test_it_starts_untrained_and_moves_only_when_asked(opened: Page) -> None:
    assert at(opened) == 0
    expect(opened.locator(".bench .where")).to_have_text("untrained")
    opened.clock.run_for(10_000)
    assert at(opened) == 0


def test_the_slider_says_where_it_is(opened: Page) -> None:
    slider, status = opened.locator(".bench input[type=range]"), opened.locator(".bench [role=status]")
    names = ["untrained", "128 episodes", "1,280 episodes", "25,600 episodes", "256,000 episodes"]
    for checkpoint, name in enumerate(names):
        assert at(opened) == checkpoint
        expect(slider).to_have_attribute("aria-valuetext", name)
        expect(opened.locator(".bench .where")).to_have_text(name)
        expect(status).to_have_text(f"{name}: {KL[checkpoint].sum():.3f} nats from Bayes over the episode.")
        opened.keyboard.press("ArrowRight")
    assert at(opened) == 4
    opened.keyboard.press("ArrowLeft")
    assert at(opened) == 3
    opened.keyboard.press("Home")
    assert at(opened) == 0


def test_divergences_are_drawn_where_they_belong(opened: Page) -> None:
    left = opened.locator(".bench svg").first
    all_before: list[np.ndarray] = []
    for checkpoint in range(CHECKPOINTS):
        drawn = places(left.locator(".network"))
        # The axis runs from 10^-5 to 1, between 12 pixels from the top and 36 from the bottom of 230.
        powers = -(drawn[:, 1] - 12) / 182 * 5
        np.testing.assert_allclose(powers, np.log10(KL[checkpoint]), atol=0.005)
        np.testing.assert_allclose(np.diff(drawn[:, 0]), np.diff(drawn[:, 0]).mean(), atol=0.02)
        earlier = [places(line) for line in left.locator(".earlier").all()]
        np.testing.assert_array_equal(earlier, all_before)
        all_before.append(drawn)
        opened.keyboard.press("ArrowRight")
    expect(left.locator(".band")).to_have_count(0)


def test_predictions_are_drawn_where_they_belong(opened: Page, scrubber: Scrubber) -> None:
    right = opened.locator(".bench svg").nth(1)
    for checkpoint in (0, 1):
        for side in range(3):
            for lines, said in ((".network", scrubber.says[checkpoint]), (".bayes", scrubber.bayes)):
                drawn = places(right.locator(f"polyline{lines}").nth(side))
                np.testing.assert_allclose(1 - (drawn[:, 1] - 12) / 182, said[:, side], atol=1e-3)
        opened.keyboard.press("ArrowRight")
    digits = [text for text in right.locator("text").all_text_contents() if re.fullmatch("[123]", text)]
    ticks = ["1"]  # of the axis
    assert digits == ticks + [str(side + 1) for side in scrubber.throws[:-1]], "the last throw is not answered"


def test_a_band_is_drawn_when_there_is_one(scrubber: Scrubber, page: Page, tmp_path: Path) -> None:
    page.goto(standalone(replace(scrubber, kl_low=KL / 2, kl_high=KL * 1.5), tmp_path))
    band = places(page.locator(".bench .band.fair").first)
    powers = -(band[:, 1] - 12) / 182 * 5
    np.testing.assert_allclose(powers[:STEPS], np.log10(np.clip(KL[0] / 2, 1e-5, None)), atol=0.005)
    np.testing.assert_allclose(powers[STEPS:][::-1], np.log10(KL[0] * 1.5), atol=0.005)


def test_play_runs_to_the_end_and_pause_stops_it(opened: Page) -> None:
    button, status = opened.locator(".bench button").first, opened.locator(".bench [role=status]")
    expect(button).to_have_text("Play")
    button.click()
    expect(button).to_have_text("Pause")
    opened.clock.run_for(1_000)
    assert at(opened) == 2
    expect(status).to_contain_text("untrained")  # it does not chatter while it moves
    button.click()
    expect(button).to_have_text("Play")
    expect(status).to_contain_text("1,280 episodes")
    opened.clock.run_for(5_000)
    assert at(opened) == 2
    button.click()
    opened.clock.run_for(5_000)
    assert at(opened) == 4
    expect(button).to_have_text("Play")
    expect(status).to_contain_text("256,000 episodes")
    button.click()
    opened.clock.run_for(500)
    assert at(opened) == 1, "from the end it starts again"


def test_the_slider_takes_over_from_play(opened: Page) -> None:
    opened.locator(".bench button").first.click()
    opened.clock.run_for(500)
    opened.locator(".bench input[type=range]").focus()
    opened.keyboard.press("End")
    opened.keyboard.press("ArrowLeft")
    opened.clock.run_for(5_000)
    assert at(opened) == 3
    expect(opened.locator(".bench button").first).to_have_text("Play")


def test_who_wants_no_motion_gets_one_step_at_a_time(address: str, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    with_stopped_clock(page, address)
    button = page.locator(".bench button").first
    expect(button).to_have_text("Next")
    for checkpoint in (1, 2, 3, 4, 0):
        button.click()
        page.clock.run_for(5_000)
        assert at(page) == checkpoint
        assert page.locator(".bench [role=status]").inner_text().startswith(page.locator(".bench .where").inner_text())


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_the_page_shows_a_table(scriptless: Page) -> None:
    expect(scriptless.locator(".live-scrubber table tbody tr")).to_have_count(CHECKPOINTS)
    expect(scriptless.locator(".live-scrubber table")).to_contain_text(f"{KL[0].sum():.3f}")


def test_the_table_has_a_few_rows_of_many_and_both_ends(scrubber: Scrubber) -> None:
    longer = replace(
        scrubber,
        episodes_seen=np.arange(28) * 128,
        kl=np.ones((28, STEPS)),
        says=np.full((28, EPISODE, 3), 1 / 3),
    )
    lines = repr(longer).splitlines()
    assert len(lines) == 7
    assert lines[1] == "untrained       8.000"
    assert lines[-1].startswith("3,456 episodes")


def test_the_data_are_short(scrubber: Scrubber) -> None:
    assert not re.search(r"\d\.\d{7}", scrubber._repr_html_())


def test_arrays_that_do_not_belong_together_are_refused(scrubber: Scrubber, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # it would be the first to refuse
    wrong = {
        r"says has shape \(4, 6, 3\); with the other arrays it should be \(5, 6, 3\)": {"says": scrubber.says[1:]},
        r"bayes has shape \(5, 3\)": {"bayes": scrubber.bayes[1:]},
        r"kl_low has shape \(5, 7\)": {"kl_low": KL[:, 1:], "kl_high": KL},
        "a band has two ends": {"kl_low": KL},
        "episodes_seen must grow": {"episodes_seen": np.array([0, 128, 128, 256, 512])},
        "throws are sides 0, 1 and 2": {"throws": scrubber.throws + 1},
    }
    for message, change in wrong.items():
        with pytest.raises(ValueError, match=message):
            replace(scrubber, **change)  # type: ignore[arg-type]


def test_the_address_tells_the_moment_of_training(page: Page, address: str) -> None:
    page.goto(address)
    page.locator(".bench input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    is_told_by_its_address(page, address, "#seen=1280", "#seen=1281", "#seen=", "#seen=x")
