"""The bench of modes in a real browser, against the same machines in Python."""

from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from experiments.linear.widget import PACE, RATE, SpectrumBench
from lib.agents.lstm import LSTM
from lib.optimal.ridge import RidgeAgent
from lib.probes.counterfactual import counterfactual
from lib.probes.effective_spectrum import Effective, fitted
from lib.random import generator
from lib.tasks.prediction import told_late
from lib.training.gradient_flow import strength
from tests.parts import is_told_by_its_address, is_well_made

VALUES = (3.0, 0.4)


@pytest.fixture(scope="module")
def bench() -> SpectrumBench:
    network = LSTM(9, 3.0, True, 1.0).build(4, 2, generator("a network for the page", 0))
    with torch.no_grad():
        network.start.normal_(0, 0.5, generator=generator("its start", 0))  # an untrained one begins at zeros
    return SpectrumBench(network)


def ask(page: Page, what: str, argument: Any = None) -> Any:
    """Let the page work something out with its own functions."""
    return page.evaluate(f"(given) => {{ const book = LearningToInfer.linear; return {what}; }}", argument)


def test_the_network_and_ridge_on_the_page_are_those_of_python(bench: SpectrumBench, opened: Page) -> None:
    plan = {"count": 5, "steps": 12, "probes": 7, "noise": 0.01, "seed": 3}
    made = ask(opened, "book.episodes(given.values, given.plan)", {"values": VALUES, "plan": plan})
    stacked = {name: torch.tensor([each[name] for each in made]) for name in ("w", "u", "v", "x", "y", "asked")}
    w = stacked["w"]
    np.testing.assert_allclose(torch.linalg.svdvals(w), np.tile(VALUES, (5, 1)), rtol=1e-5)
    inputs = torch.cat([stacked["x"], told_late(stacked["y"])], dim=2)
    for name, machine in {
        "ofNetwork(LearningToInfer.modes[0].network, each, given.values)": bench.network,
        "ofRidge(each, given.values, 0.01)": RidgeAgent(2, 1.0, 0.01),
    }.items():
        said = counterfactual(machine, inputs, stacked["asked"])
        matrices = torch.stack([fitted(stacked["asked"], each) for each in said], dim=1)
        expected = Effective(matrices, w, torch.zeros(5, 12)).progress
        found = ask(opened, f"given.made.map((each) => book.{name})", {"values": VALUES, "made": made})
        np.testing.assert_allclose(found, expected, atol=2e-4)
        assert np.abs(expected.numpy()).max() > 0.1


def test_functions_on_the_page_are_turned_every_way_and_seen_through_noise(opened: Page) -> None:
    plan = {"count": 400, "steps": 5, "probes": 3, "noise": 0.5, "seed": 0}
    made = ask(opened, "book.episodes([2, 2], given)", plan)
    x, y, w = (torch.tensor([each[name] for each in made]) for name in ("x", "y", "w"))
    noise = y - x @ w.mT
    assert noise.std().item() == pytest.approx(0.5, rel=0.05)
    assert x.std().item() == pytest.approx(1, rel=0.05)
    assert torch.cov(x.flatten(0, 1).T)[0, 1].abs() < 0.06
    assert w[:, 0, 0].abs().max() > 1.99
    assert w.mean(dim=0).abs().max() < 0.25


def test_the_learner_on_the_page_follows_the_closed_form(bench: SpectrumBench, opened: Page) -> None:
    for value in (0.05, 1.0, 6.0):
        given = {"value": value, "rate": RATE, "c": bench.imbalance}
        found = ask(opened, "[0, 100, 3000].map((n) => book.strength(n, given.value, given.rate, given.c))", given)
        np.testing.assert_allclose(found, strength(np.array([0, 100, 3000]), value, RATE, bench.imbalance), atol=1e-9)


def test_sliders_choose_the_target_and_the_moment(opened: Page) -> None:
    opened.get_by_label("Larger singular value").fill("1")
    opened.get_by_label("Smaller singular value").fill("1.5")  # pushes the larger up
    opened.get_by_role("slider", name="Time").fill("3")
    expect(opened.locator(".bench tr[data-machine=meta] td").first).to_have_text("3 points")
    assert opened.get_by_label("Larger singular value").input_value() == "1.5"
    learner = opened.locator(".bench tr[data-machine=learner]")
    expected = strength(np.array(3.0 * PACE), 1.5, RATE, 0.07737) / 1.5
    expect(learner).to_contain_text(f"{float(expected):.2f}")
    expect(opened.locator(".bench [role=status]")).to_contain_text("After 3 points, or 900 steps: Learner")


def test_the_keyboard_scrubs_and_draws_other_functions(opened: Page) -> None:
    opened.get_by_role("slider", name="Time").focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowRight")
    status = opened.locator(".bench [role=status]")
    expect(status).to_contain_text("After 4 points")
    before = opened.locator(".bench tr[data-machine=meta]").get_attribute("data-q")
    opened.locator(".bench").focus()
    opened.keyboard.press("o")
    expect(opened.locator(".bench tr[data-machine=meta]")).not_to_have_attribute("data-q", before or "")


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: SpectrumBench) -> None:
    rows = bench.table()
    assert len(rows) == 10
    assert [row[1] for row in rows[1:] if "ridge" in row[0]] == ["0.00, 0.00"] * 3
    assert [row[5] for row in rows[1:] if "ridge" in row[0]] == ["1.00, 1.00"] * 3
    assert repr(bench).splitlines()[0].startswith("target, who")


def test_what_cannot_be_shown_is_refused(bench: SpectrumBench) -> None:
    with pytest.raises(ValueError, match="takes 10 numbers and says 5; here it must be 4 and 2"):
        SpectrumBench(LSTM(4).build(10, 5, generator("five", 0)))
    for wrong in ((1.0, 2.0), (7.0, 1.0), (1.0, 0.01)):
        with pytest.raises(ValueError, match=r"the sliders go from 0\.05 to 6, and the first is the larger"):
            SpectrumBench(bench.network, wrong)


def test_the_address_tells_the_modes_the_time_and_the_functions(opened: Page, address: str) -> None:
    for name, value in (("Larger", "4"), ("Smaller", "0.5"), ("Time", "3")):
        opened.get_by_role("slider", name=name).fill(value)
    opened.locator(".bench").focus()
    opened.keyboard.press("o")
    strange = ("#modes=0.5,4,3,1", "#modes=4,0,3,1", "#modes=4,0.5,99,1", "#modes=4,0.5,3")
    is_told_by_its_address(opened, address, "#modes=4,0.5,3,1", *strange)
