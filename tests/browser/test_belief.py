"""The belief bench in a real browser, against torch."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page, expect

from experiments.belief.measure import Moments, read
from experiments.belief.widget import BeliefBench, observation
from lib.agents.lstm import LSTM, DeepLSTM, LSTMAgent
from lib.machine import unroll
from lib.random import generator
from lib.tasks.hidden_markov import HiddenMarkovTask, mess3
from tests.parts import is_well_made, standalone

# Not symmetric, so that a matrix that is read the wrong way round is seen.
WORLD = HiddenMarkovTask(
    ((0.7, 0.2, 0.1), (0.05, 0.9, 0.05), (0.3, 0.3, 0.4)), ((0.5, 0.3, 0.2), (0.1, 0.1, 0.8), (0.2, 0.6, 0.2))
)


@pytest.fixture(scope="module")
def bench() -> BeliefBench:
    network: LSTMAgent = LSTM(8).build(3, 3, generator("belief bench", 0))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(3)
        network.start.normal_(generator=generator("belief bench", 1))
    moments = Moments.drawn(WORLD, 60, 20, "bench")
    return BeliefBench(WORLD, network, read(network, moments), moments)


def shown(page: Page, who: str) -> list[float]:
    rows = page.locator(".bench tr[data-side]").all()
    return [float(row.get_attribute(f"data-{who}") or "nan") for row in rows]


def test_the_page_says_what_torch_says(opened: Page, bench: BeliefBench) -> None:
    chance = np.random.default_rng(0)
    histories = ["", "1", "2", "3", "3" * 60] + ["".join(chance.choice(list("123"), n)) for n in (4, 11, 37, 60)]
    for history in histories:
        opened.keyboard.press("r")
        opened.keyboard.type(history)
        expected = dict(zip(("exact", "read"), bench.beliefs(history), strict=True))
        expected |= dict(zip(("network", "filter"), bench.predictions(history), strict=True))
        for who, values in expected.items():
            np.testing.assert_allclose(shown(opened, who), values, atol=2e-5, err_msg=f"{who} after {history!r}")
    assert np.ptp([bench.beliefs(each)[1][0] for each in histories]) > 0.1, "the network is no test"


def test_the_point_stands_where_the_belief_lies(opened: Page, bench: BeliefBench) -> None:
    opened.keyboard.type("1123")
    corners = [
        [float(n) for n in each.split(",")]
        for each in (opened.locator(".bench polygon.lattice").first.get_attribute("points") or "").split()
    ]
    for svg, belief in zip(opened.locator(".bench .maps svg").all(), bench.beliefs("1123"), strict=True):
        here = svg.locator("circle.here")
        placed = [float(here.get_attribute(name) or "nan") for name in ("cx", "cy")]
        np.testing.assert_allclose(placed, belief @ np.array(corners), atol=0.02)
        assert len((svg.locator("polyline.walk").get_attribute("points") or "").split()) == 5


def test_buttons_keys_undo_reset_and_the_address(address: str, opened: Page) -> None:
    sequence = opened.locator(".bench .sequence")
    for each in "112":
        opened.get_by_role("button", name=each, exact=True).click()
    expect(sequence).to_have_text("1 1 2")
    assert opened.url == f"{address}#symbols=112"
    before = shown(opened, "read")
    opened.keyboard.type("3u")
    assert shown(opened, "read") == before
    opened.get_by_role("button", name="Reset (R)").click()
    expect(sequence).to_have_text("")
    opened.evaluate("location.hash = '#symbols=33'")
    expect(sequence).to_have_text("3 3")


def test_a_screen_reader_hears_both_beliefs(opened: Page) -> None:
    opened.keyboard.press("1")
    expect(opened.locator(".bench [role=status]")).to_have_text(
        re.compile(r"^After 1: exact belief 0\.\d\d, 0\.\d\d, 0\.\d\d; read from the LSTM -?\d\.\d\d, .*\.$")
    )


def test_it_may_begin_with_symbols(bench: BeliefBench, page: Page, tmp_path: Path) -> None:
    page.goto(standalone(replace(bench, played="1123"), tmp_path))
    expect(page.locator(".bench .sequence")).to_have_text("1 1 2 3")
    np.testing.assert_allclose(shown(page, "read"), bench.beliefs("1123")[1], atol=2e-5)


def test_it_is_well_made(bench: BeliefBench, page: Page, tmp_path: Path) -> None:
    is_well_made(page, standalone(bench, tmp_path))


def test_where_no_script_runs_there_is_a_table(bench: BeliefBench) -> None:
    assert "read from the LSTM" in repr(bench)
    exact = " ".join(f"{each:.3f}" for each in bench.beliefs("113")[0])
    assert exact in repr(bench)
    state = unroll(bench.network, observation(WORLD, "113")).states[0, -1, :8].detach().double().numpy()
    np.testing.assert_allclose(bench.beliefs("113")[1], bench.readout(state))


def test_what_does_not_fit_is_refused(bench: BeliefBench) -> None:
    with pytest.raises(ValueError, match="symbols '14' hold more than 1, 2, 3"):
        replace(bench, played="14")
    two = HiddenMarkovTask(((0.9, 0.1), (0.1, 0.9)), ((0.8, 0.2), (0.2, 0.8)))
    with pytest.raises(ValueError, match="2 states and 2 symbols; the page is made for 3 and 3"):
        replace(bench, task=two)
    with pytest.raises(ValueError, match="the network is deep"):
        replace(bench, network=DeepLSTM(8).build(3, 3, generator("belief bench", 2)))
    with pytest.raises(ValueError, match=r"the readout has shape \(8, 3\); the network needs \(9, 3\)"):
        replace(bench, network=LSTM(9).build(3, 3, generator("belief bench", 3)))
    assert replace(bench, task=mess3(0.1, 0.5)).beliefs("")[0].tolist() == pytest.approx([1 / 3] * 3)


def test_a_link_to_what_is_shown_is_copied_or_said(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(address)
    page.get_by_role("button", name="1", exact=True).click()
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".bench p.status")).to_contain_text("The link is copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}#symbols=1"
    page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".bench p.status")).to_have_text(f"The link is {address}#symbols=1")
    context.close()


def test_a_part_that_is_shown_to_a_room_has_keys_and_no_buttons(site: Path, page: Page) -> None:
    page.goto((site / "book" / "belief.html").as_uri() + "?show#symbols=11")
    bench = page.locator(".bench").first
    expect(bench.locator(".sequence")).to_be_visible()
    assert [button.is_visible() for button in bench.get_by_role("button", include_hidden=True).all()] == [False] * 6
    bench.focus()
    bench.press("2")
    expect(bench.locator(".sequence")).to_have_text("1 1 2")
    assert re.search(r"\?show=?#symbols=112$", page.url)
    bench.press("r")
    assert re.search(r"\?show=?$", page.url)
