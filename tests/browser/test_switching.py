"""The bench of swapped coins in a real browser, against torch and the exact filter."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from experiments.switching.widget import SwitchingBench
from lib.agents.lstm import DeepLSTM
from lib.machine import Machine, unroll
from lib.optimal.conjugate import BetaBernoulli
from lib.optimal.run_length_filter import RunLengthFilter
from lib.probes.behaviour import observation, probability_of_heads
from lib.random import generator
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.change_point_coin import ChangePointCoinTask
from tests.parts import is_told_by_its_address, is_well_made, standalone

WORLD = ChangePointCoinTask(0.5, 0.5, (0.1,))
PART = "LearningToInfer.switching[0]"


@pytest.fixture(scope="module")
def bench() -> SwitchingBench:
    network = DeepLSTM(8).build(2, 1, generator("test", 0))
    with torch.no_grad():
        network.readout.weight.mul_(8)
    return SwitchingBench(WORLD, network, played="HHHT")


def said(page: Page, machine: str) -> float:
    value = page.locator(f".bench tr[data-machine='{machine}']").get_attribute("data-says")
    assert value is not None
    return float(value)


def test_the_page_says_what_torch_and_the_exact_filter_say(opened: Page, bench: SwitchingBench) -> None:
    expect(opened.locator(".bench .sequence")).to_have_text("H H H T")
    machines: dict[str, Machine] = {
        "network": bench.network,
        "exact filter": RunLengthFilter(WORLD, 60),
        "stationary Bayes": BetaBernoulli(BernoulliTask(0.5, 0.5)),
    }
    chance = np.random.default_rng(0)
    for history in ["HHHT", "", "H" * 60, *("".join(chance.choice(list("HT"), n)) for n in (7, 31, 60))]:
        opened.evaluate(f"{PART}.rewind(); for (const s of '{history}') {PART}.step(s); {PART}.show()")
        for name, machine in machines.items():
            expected = probability_of_heads(machine, WORLD, [history])[0]
            assert said(opened, name) == pytest.approx(expected, abs=1e-5), (name, history)


def test_the_map_is_the_posterior_over_run_lengths(opened: Page) -> None:
    opened.keyboard.type("rhhhhhhtt")
    filtering = RunLengthFilter(WORLD, 60)
    known = filtering.run_lengths(unroll(filtering, observation(WORLD, "HHHHHHTT")).states[0])
    for toss in (0, 5, 8):
        state = opened.evaluate(f"[...{PART}.filter.states[{toss}]]")
        shares = np.array(state).reshape(-1, 2).sum(axis=1)
        np.testing.assert_allclose(shares / shares.sum(), known[toss], atol=1e-5)
    drawn = opened.locator(".bench svg").nth(1).locator("rect").count()
    assert drawn == int((known >= 0.02).sum())


def test_the_slider_is_the_hazard_that_the_filter_assumes(opened: Page) -> None:
    slider = opened.get_by_role("slider")
    opened.keyboard.type("rhhhhhhhhtt")
    own = said(opened, "network")
    slider.fill("40")  # one toss in two
    assert opened.evaluate(f"{PART}.hazard") == pytest.approx(0.5)
    task = replace(WORLD, hazards=(0.5,))
    expected = probability_of_heads(RunLengthFilter(task, 60), task, ["HHHHHHHHTT"])[0]
    assert said(opened, "exact filter") == pytest.approx(expected, abs=1e-5)
    assert said(opened, "network") == own
    slider.fill("0")
    slow = said(opened, "exact filter")
    assert slow > expected
    opened.locator(".bench").focus()
    opened.keyboard.press("t")
    assert said(opened, "exact filter") < slow, "it hears what comes next"
    slider.fill(str(opened.evaluate("Math.round(40 * Math.log(0.1 / 0.005) / Math.log(100))")))
    assert opened.evaluate(f"{PART}.hazard") == 0.1, "the hazard of the world can be found again"


def test_the_address_tells_the_tosses_and_the_hazard(opened: Page, bench: SwitchingBench, tmp_path: Path) -> None:
    opened.keyboard.type("rhht")
    opened.get_by_role("slider").fill("40")
    address = standalone(bench, tmp_path)
    strange = ("#tosses=HHX,0.50", "#tosses=HHT,0.7", f"#tosses={'H' * 61},0.50")
    is_told_by_its_address(opened, address, "#tosses=HHT,0.50", *strange)
    assert opened.evaluate(f"{PART}.hazard") == pytest.approx(0.5)
    opened.evaluate("location.hash = '#tosses=TT'")
    expect(opened.locator(".bench .sequence")).to_have_text("T T")
    assert opened.evaluate(f"{PART}.hazard") == 0.1, "an address of tosses alone means the world's own hazard"


def test_undo_reset_and_what_a_screen_reader_hears(opened: Page) -> None:
    status = opened.locator(".bench [role=status]")
    expect(status).to_have_text(re.compile(r"After H H H T: exact filter 0\.\d\d, network 0\.\d\d, .*run length 4\."))
    opened.keyboard.press("u")
    expect(opened.locator(".bench .sequence")).to_have_text("H H H")
    opened.keyboard.press("r")
    expect(status).to_have_text(re.compile("After no toss: exact filter 0.50, .*run length 0"))
    assert said(opened, "exact filter") == pytest.approx(0.5)


def test_it_is_well_made(page: Page, bench: SwitchingBench, tmp_path: Path) -> None:
    is_well_made(page, standalone(bench, tmp_path))
