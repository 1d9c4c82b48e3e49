"""The bench of prompts in a real browser, against torch and numpy."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect
from scipy.stats import beta

from experiments.prompts.search import HOME, TARGETS
from experiments.prompts.widget import PromptBench
from lib.agents.lstm import DeepLSTM, LSTMAgent
from lib.random import generator
from lib.runner import store
from tests.parts import is_well_made, standalone


@pytest.fixture(scope="module")
def bench(coins: store.Result) -> PromptBench:
    key = coins.data.network.sel(world="bent", run=0).item()
    network = LSTMAgent.from_weights(coins.weights(key, coins.manifest["checkpoint"]))
    return PromptBench(HOME, network, TARGETS, played="HHT")


def numbers(page: Page, machine: str, what: str) -> list[float]:
    value = page.locator(f".bench tr[data-machine='{machine}']").get_attribute(f"data-{what}")
    assert value is not None
    return [float(each) for each in value.split()]


def test_the_page_says_what_torch_and_numpy_say(opened: Page, bench: PromptBench) -> None:
    expect(opened.locator(".bench .sequence")).to_have_text("H H T")
    chance = np.random.default_rng(0)
    for prompt in ["HHT", "", "H", "H" * 40, *("".join(chance.choice(list("HT"), n)) for n in (7, 20, 40))]:
        opened.keyboard.type(f"r{prompt}")
        for machine, left in bench.left(prompt).items():
            found = [*numbers(opened, machine, "prior"), *numbers(opened, machine, "nats")]
            assert found == pytest.approx(left, rel=2e-3, abs=1e-5), (machine, prompt)
    opened.keyboard.type("rhhhhhhtt")
    assert numbers(opened, "Bayesian", "prior") == [6.5, 2.5]


def test_what_is_drawn_are_the_densities(opened: Page) -> None:
    opened.keyboard.type("rhhtht")
    box = opened.locator(".bench svg line.grid")
    left, right, base = (float(box.get_attribute(name) or "nan") for name in ("x1", "x2", "y1"))
    heights = []
    for machine, look in (("network", "polyline.network"), ("Bayesian", "polyline.bayes")):
        text = opened.locator(f".bench svg {look}").get_attribute("points") or ""
        x, y = np.array([each.split(",") for each in text.split()], dtype=float).T
        density = beta(*numbers(opened, machine, "prior")).pdf((x - left) / (right - left))
        heights.append(np.median((base - y) / density))
        np.testing.assert_allclose(base - y, heights[-1] * density, atol=1.0)
    assert heights[0] == pytest.approx(heights[1], rel=0.02), "both are on one scale"
    where = [float(each.get_attribute("x1") or "nan") for each in opened.locator(".bench svg line.truth").all()]
    assert [(each - left) / (right - left) for each in where] == pytest.approx([0.7, 0.2, 0.8])


def test_the_prompt_is_in_the_address(address: str, opened: Page) -> None:
    opened.keyboard.type("rht")
    assert opened.url == f"{address}#prompt=HT"
    opened.keyboard.press("u")
    assert opened.url == f"{address}#prompt=H"
    before = numbers(opened, "network", "prior")
    opened.evaluate("location.hash = '#prompt=HHHH'")
    expect(opened.locator(".bench .sequence")).to_have_text("H H H H")
    assert numbers(opened, "network", "prior")[0] > before[0]
    opened.evaluate("location.hash = '#prompt=HX'")
    expect(opened.locator(".bench .sequence")).to_have_text("H H H H")


def test_a_screen_reader_hears_both_priors_and_is_told_when_it_is_full(opened: Page) -> None:
    status = opened.locator(".bench [role=status]")
    expect(status).to_have_text(
        re.compile(
            r"^After H H T: left to the network Beta\(2\.\d, 1\.\d\), to its Bayesian Beta\(2\.5, 1\.5\); "
            r"the network is \d\.\d\d nats from one coin and \d\.\d\d nats from two coins\.$"
        )
    )
    opened.keyboard.type("r" + "h" * 41)
    expect(status).to_contain_text("After 40 tosses, the last H")
    expect(status).to_contain_text("40 tosses are the most")
    expect(opened.get_by_role("button", name="Heads")).to_be_disabled()


def test_it_is_well_made(bench: PromptBench, page: Page, tmp_path: Path) -> None:
    is_well_made(page, standalone(bench, tmp_path))


def test_where_no_script_runs_there_is_a_table(scriptless: Page, bench: PromptBench) -> None:
    table = scriptless.locator(".live-prompts table")
    expect(table).to_contain_text("Beta(8.5, 0.5)")
    assert "HHTHHTHHTH" in repr(bench)


def test_what_does_not_fit_is_refused(bench: PromptBench) -> None:
    with pytest.raises(ValueError, match="tosses are H or T, not X"):
        replace(bench, played="HX")
    with pytest.raises(ValueError, match="targets are one coin; the bench shows two"):
        replace(bench, targets={"one coin": (0.7,)})
    with pytest.raises(ValueError, match="the network takes 3 numbers and says 3; here it must be 2 and 1"):
        replace(bench, network=DeepLSTM(4).build(3, 3, generator("test", 0)))
