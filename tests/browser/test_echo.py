"""The echo bench in a real browser, against the numbers that it was given; and these against the networks of Python."""

import re
from dataclasses import replace
from typing import Any

import jaxtyping
import numpy as np
import pytest
import torch
from playwright.sync_api import Locator, Page, expect

from experiments.bandits.widget_echo import EchoBench
from lib.agents.lstm import DeepLSTM
from lib.optimal.bandit_dp import optimum
from lib.probes.fading_memory import memory_of_inputs
from lib.random import generator
from lib.tasks.bandits import BernoulliBandit
from lib.training.actor_critic import ActorCritic
from tests.parts import is_well_made

ADDED = np.array([0.0, 1.0, 4.0])
ECHO = np.array([[1.0, 0.4, 0.1, 0.0004], [1.0, 0.8, 0.6, 0.3], [1.0, 1.1, 1.2, 1.4]])
LINE = np.array([0.5, 0.08, 0.12])
MEASURED = {0.0: np.array([0.2, 0.3, 0.4]), 1.0: np.array([0.05, 0.06, 0.2])}
TRAINED = np.array([1.0, 0.9, 1.2, 0.9])


@pytest.fixture(scope="module")
def bench() -> EchoBench:
    return EchoBench(ADDED, ECHO, LINE, TRAINED, MEASURED, 0.1)


def heights(line: Locator) -> np.ndarray:
    places = (line.get_attribute("points") or "").split()
    return np.array([float(place.split(",")[1]) for place in places])


def test_echo_and_errors_are_drawn_where_they_belong(opened: Page) -> None:
    fading, reading = (opened.locator(".bench svg").nth(i) for i in (0, 1))
    for place, echo in enumerate(ECHO):
        opened.get_by_role("slider").fill(str(place))
        expect(opened.locator(".bench")).to_have_attribute("data-added", f"{ADDED[place]:g}")
        drawn = 1e-3 * 5_000 ** ((280 - 38 - heights(fading.locator(".network"))) / (280 - 38 - 10))
        np.testing.assert_allclose(drawn, np.maximum(echo, 1e-3), rtol=0.01)
        large = reading.locator("rect.bent[width='12']")
        expect(large).to_have_count(1)
        middle = float(large.get_attribute("y") or "nan") + 6
        assert 0.01 * 100 ** ((280 - 38 - middle) / (280 - 38 - 10)) == pytest.approx(LINE[place], rel=0.01)
    drawn = 0.01 * 100 ** ((280 - 38 - heights(reading.locator(".network.bent"))) / (280 - 38 - 10))
    np.testing.assert_allclose(drawn, LINE, rtol=0.01)
    expect(reading.locator(".mark.side3")).to_have_count(len(MEASURED))


def test_keys_open_the_gate_and_a_screen_reader_hears_what_came_of_it(opened: Page) -> None:
    status, slider = opened.locator(".bench [role=status]"), opened.get_by_role("slider")
    expect(status).to_have_text(
        "With 0 added, after 1 step less than half of an echo is left; of the first, 3 steps ago, less than 0.001. "
        "A straight line reads the counts with an error of 0.50, φ with 0.30 in the median network; at most 0.1 is low."
    )
    opened.keyboard.press("ArrowRight")
    expect(status).to_contain_text("With +1 added, after 3 steps less than half of an echo is left")
    expect(slider).to_have_attribute("aria-valuetext", "+1")
    slider.focus()
    opened.keyboard.press("End")
    expect(status).to_contain_text("With +4 added, no input of the episode has lost half of its echo")
    expect(status).to_contain_text("an error of 0.12; at most")
    expect(opened).to_have_url(re.compile("#forget=4$"))


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: EchoBench, scriptless: Page) -> None:
    expect(scriptless.locator(".live-echo table tbody tr")).to_have_count(3)
    assert bench.table()[1:] == [
        ["0", "0.40", "0.10", "0.50", "0.30"],
        ["+1", "0.80", "0.60", "0.08", "0.06"],
        ["+4", "1.10", "1.20", "0.12", ""],
    ]
    assert repr(bench).startswith("added to the bias")


def test_it_listens_to_a_network_whose_gate_is_opened() -> None:
    task = BernoulliBandit(1, 1)
    spec = ActorCritic(task, 0, DeepLSTM(width=8), steps=6)
    best = optimum(task, spec.steps)
    fresh, other = (spec.agent.build(4, 2, generator("a test of echoes", seed)) for seed in (0, 1))
    inputs = torch.zeros(5, 6, 4)
    inputs[:, 1:, 0] = 1
    made = EchoBench.of(spec, fresh, other, best, inputs, {}, 0.1, (0.0, 3.0), episodes=30)
    for place, added in enumerate((0.0, 3.0)):
        echo = memory_of_inputs(fresh.with_forget_bias(added), inputs)[:-1]
        np.testing.assert_allclose(made.echo[place], echo, rtol=1e-6)
    np.testing.assert_allclose(made.trained, memory_of_inputs(other, inputs)[:-1], rtol=1e-6)
    assert made.echo[1, -1] > made.echo[0, -1]
    assert (made.line > 0).all()


def test_what_does_not_belong_together_is_refused(bench: EchoBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # it would be the first to refuse
    wrong: dict[str, dict[str, Any]] = {
        r"added must grow; got \[4\.0, 1\.0, 0\.0\]": {"added": ADDED[::-1]},
        r"echo and line have shapes \(2, 4\) and \(3,\); there are 3 biases and 4 steps": {"echo": ECHO[:2]},
        "2 is not on the slider, which has 0, 1, 4": {"start": 2.0},
        "3 is not on the slider": {"measured": {3.0: LINE}},
    }
    for message, change in wrong.items():
        with pytest.raises(ValueError, match=message):
            replace(bench, **change)
