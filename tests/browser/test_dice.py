"""The die bench in a real browser, against torch."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from experiments.prediction.widget import DieBench, observation, probabilities
from lib.agents.lstm import LSTMAgent
from lib.machine import unroll
from lib.optimal.conjugate import DirichletCategorical
from lib.random import generator
from lib.tasks.categorical import CategoricalTask
from tests.parts import is_well_made, standalone

WORLD = CategoricalTask((2, 1, 0.5))


def lively_network() -> LSTMAgent:
    """An untrained network whose weights are large enough for what it says to depend on what it heard."""
    network = LSTMAgent(3, 3, 8, generator("test", 0))
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(3)
    return network


@pytest.fixture(scope="module")
def bench() -> DieBench:
    return DieBench(WORLD, lively_network())


def shown(page: Page, who: str) -> list[float]:
    rows = page.locator(".bench tr[data-side]").all()
    return [float(row.get_attribute(f"data-{who}") or "nan") for row in rows]


def sequence(page: Page) -> str:
    return page.locator(".bench .sequence").inner_text().replace(" ", "")


def test_the_page_says_what_torch_says(opened: Page, bench: DieBench) -> None:
    chance = np.random.default_rng(0)
    histories = ["", "1", "2", "3", "3" * 60] + ["".join(chance.choice(list("123"), n)) for n in (4, 11, 37, 60)]
    for history in histories:
        opened.keyboard.press("r")
        opened.keyboard.type(history)
        for who, machine in {"network": bench.network, "bayes": bench.bayes}.items():
            expected = probabilities(machine, WORLD, history)
            np.testing.assert_allclose(shown(opened, who), expected, atol=1e-5, err_msg=f"{who} after {history!r}")
    assert np.ptp([probabilities(bench.network, WORLD, h)[0] for h in histories]) > 0.1, "the network is no test"


def test_the_state_on_the_page_is_the_state_of_torch(opened: Page, bench: DieBench) -> None:
    opened.keyboard.type("3123312")
    state = opened.evaluate("[...LearningToInfer.dice[0].network.states.at(-1)]")
    expected = unroll(bench.network, observation(WORLD, "3123312")).states[0, -1].detach().numpy()
    np.testing.assert_allclose(state, expected, atol=1e-5)
    assert opened.evaluate("[...LearningToInfer.dice[0].bayes.states.at(-1)]") == [2, 2, 3]


def test_the_chart_shows_what_the_table_says(opened: Page) -> None:
    opened.keyboard.type("112")
    for who, lines in {"network": ".bench polyline.network", "bayes": ".bench polyline.bayes"}.items():
        ends = [line.get_attribute("points").split()[-1] for line in opened.locator(lines).all()]  # type: ignore[union-attr]
        heights = [float(end.split(",")[1]) for end in ends]
        for side, height in enumerate(heights):  # 12 pixels at the top, 36 at the bottom, 250 in all
            assert 1 - (height - 12) / 202 == pytest.approx(shown(opened, who)[side], abs=1e-3)
    shapes = [
        opened.locator(f".bench svg {shape}").count() for shape in ("circle.side1", "rect.side2", "polygon.side3")
    ]
    assert shapes == [4, 4, 4]


def test_buttons_keys_undo_and_reset(opened: Page) -> None:
    def button(name: str) -> Any:
        return opened.get_by_role("button", name=name, exact=True)

    undo, reset = button("Undo (U)"), button("Reset (R)")
    expect(undo).to_be_disabled()
    at_first = shown(opened, "network")
    for side in "112":
        button(side).click()
    assert sequence(opened) == "112"
    after_three = shown(opened, "network")
    opened.keyboard.press("3")
    opened.keyboard.press("Backspace")
    assert sequence(opened) == "112"
    assert shown(opened, "network") == after_three
    undo.click()
    assert sequence(opened) == "11"
    opened.keyboard.press("u")
    assert sequence(opened) == "1"
    reset.click()
    assert sequence(opened) == ""
    assert shown(opened, "network") == at_first
    expect(reset).to_be_disabled()
    opened.keyboard.press("u")
    assert sequence(opened) == ""


def test_keys_work_only_on_the_bench_and_leave_shortcuts_alone(opened: Page) -> None:
    opened.keyboard.press("Control+1")
    opened.keyboard.press("4")
    assert sequence(opened) == ""
    opened.get_by_role("heading", name="A page").click()
    opened.keyboard.press("1")
    assert sequence(opened) == ""


def test_space_presses_the_button_that_has_the_focus_and_no_other(opened: Page) -> None:
    opened.get_by_role("button", name="2", exact=True).focus()
    opened.keyboard.press("Space")
    assert sequence(opened) == "2"
    reset = opened.get_by_role("button", name="Reset (R)")
    reset.focus()
    opened.keyboard.press("Space")
    assert sequence(opened) == ""
    opened.keyboard.press("3")  # the button is disabled now, and the focus has not left the bench
    assert sequence(opened) == "3"


def test_a_hidden_die_is_thrown_shown_and_replaced(opened: Page) -> None:
    def die() -> list[float]:
        return opened.evaluate("LearningToInfer.dice[0].die")

    see = opened.get_by_role("button", name="Show it (S)")
    for _ in range(12):
        opened.keyboard.press("Space")
    assert re.fullmatch("[123]{12}", sequence(opened))
    assert len(set(sequence(opened))) > 1
    expect(opened.locator(".bench .truth")).to_have_count(0)
    expect(see).to_have_attribute("aria-pressed", "false")
    first = die()
    before = sequence(opened)
    opened.keyboard.press("s")
    expect(see).to_have_attribute("aria-pressed", "true")
    assert sequence(opened) == before
    expect(opened.locator(".bench .truth")).to_have_count(3)
    expect(opened.locator(".bench [role=status]")).to_contain_text(
        "The hidden die: " + ", ".join(f"{p:.2f}" for p in first)
    )
    for side, row in enumerate(opened.locator(".bench tr[data-side]").all()):
        expect(row).to_contain_text(f"{first[side]:.3f}")
    opened.keyboard.press("r")
    assert die() == first, "the same die, thrown afresh"
    opened.keyboard.press("Space")
    opened.keyboard.press("n")
    assert sequence(opened) == ""
    assert die() != first
    expect(opened.locator(".bench .truth")).to_have_count(0)
    expect(opened.locator(".bench tr[data-side]").first).to_contain_text("hidden")


def test_every_reader_gets_the_same_dice(opened: Page, address: str) -> None:
    opened.keyboard.type("     ")
    thrown, die = sequence(opened), opened.evaluate("LearningToInfer.dice[0].die")
    opened.goto("about:blank")
    opened.goto(address)
    opened.locator(".bench").focus()
    opened.keyboard.type("     ")
    assert sequence(opened) == thrown
    assert opened.evaluate("LearningToInfer.dice[0].die") == die


@pytest.mark.parametrize("concentrations", [(1.0, 1.0, 1.0), (0.5, 2.0, 3.0)])
def test_hidden_dice_come_from_the_prior_and_throws_from_the_die(
    opened: Page, concentrations: tuple[float, ...]
) -> None:
    dice, throws = opened.evaluate(
        """(concentrations) => {
            const { uniform, drawDie, throwDie } = LearningToInfer.chance;
            const chance = uniform(7);
            const dice = Array.from({ length: 20000 }, () => drawDie(concentrations, chance));
            return [dice, dice.map((die) => throwDie(die, chance))];
        }""",
        list(concentrations),
    )
    a = np.array(concentrations)
    mean, total = a / a.sum(), a.sum()
    covariance = (np.diag(mean) - np.outer(mean, mean)) / (total + 1)
    np.testing.assert_allclose(np.mean(dice, axis=0), mean, atol=0.01)
    np.testing.assert_allclose(np.cov(np.transpose(dice)), covariance, atol=0.003)
    thrown = np.eye(3)[throws]
    np.testing.assert_allclose(thrown.mean(axis=0), mean, atol=0.015)
    np.testing.assert_allclose((np.array(dice) * thrown).mean(axis=0), covariance.diagonal() + mean**2, atol=0.015)


def test_the_throws_are_in_the_address(address: str, opened: Page) -> None:
    opened.keyboard.type("1123")
    assert opened.url == f"{address}#throws=1123"
    said = shown(opened, "network")
    opened.keyboard.press("r")
    assert opened.url == address
    opened.goto("about:blank")
    opened.goto(f"{address}#throws=1123")
    assert sequence(opened) == "1123"
    assert shown(opened, "network") == said
    opened.evaluate("location.hash = '#throws=33'")
    expect(opened.locator(".bench .sequence")).to_have_text("3 3")
    for other in ("#throws=14", "#flips=HT", "#throws=<b>"):
        opened.evaluate(f"location.hash = '{other}'")
        opened.wait_for_timeout(20)
        assert sequence(opened) == "33"
    opened.evaluate(f"location.hash = '#throws={'1' * 80}'")
    expect(opened.locator(".bench .sequence")).to_have_text(" ".join("1" * 60))


def test_a_screen_reader_hears_what_changed(opened: Page) -> None:
    status = opened.locator(".bench [role=status]")
    expect(status).to_have_text(re.compile("^After no throw: side 1, network 0"))
    opened.keyboard.press("1")
    expect(status).to_have_text(
        re.compile(r"^After 1: side 1, network 0\.\d\d, Bayes 0\.67; side 2, .* Bayes 0\.22; side 3, .* Bayes 0\.11\.$")
    )
    opened.keyboard.type("1" * 19)
    expect(status).to_have_text(re.compile("^After 20 throws, the last 1: side 1"))


def test_sixty_throws_are_the_most(opened: Page) -> None:
    opened.keyboard.type("2" * 63 + " ")
    assert sequence(opened) == "2" * 60
    for name in ("2", "Throw it (Space)"):
        expect(opened.get_by_role("button", name=name, exact=True)).to_be_disabled()
    opened.keyboard.press("u")
    opened.keyboard.press("1")
    assert sequence(opened) == "2" * 59 + "1"


def test_two_benches_on_a_page_leave_each_other_alone(bench: DieBench, page: Page, tmp_path: Path) -> None:
    page.goto(standalone(bench._repr_html_() + bench._repr_html_(), tmp_path))
    page.locator(".bench").nth(1).focus()
    page.keyboard.type("31")
    assert page.locator(".bench .sequence").all_inner_texts() == ["", "3 1"]


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_the_page_shows_a_table(scriptless: Page) -> None:
    expect(scriptless.locator(".live-dice table tbody tr")).to_have_count(5)
    expect(scriptless.locator(".live-dice table")).to_contain_text("0.667 0.222 0.111")  # Bayes after a 1


def test_in_a_terminal_it_is_the_same_table(bench: DieBench) -> None:
    lines = repr(bench).splitlines()
    assert lines[0].split() == ["after", "network:", "1,", "2,", "3", "Bayes:", "1,", "2,", "3"]
    assert re.fullmatch(r"11       0\.\d{3} 0\.\d{3} 0\.\d{3}  0\.727 0\.182 0\.091", lines[3])


def test_the_bayesian_is_that_of_the_world(bench: DieBench) -> None:
    assert bench.bayes == DirichletCategorical(WORLD)


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(ValueError, match="4 sides; the page is made for 3"):
        DieBench(CategoricalTask((1, 1, 1, 1)), lively_network())
    with pytest.raises(ValueError, match="the network takes 2 numbers and says 1; here it must be 3 and 3"):
        DieBench(WORLD, LSTMAgent(2, 1, 8, generator("test", 0)))
    with pytest.raises(ValueError, match="'14' hold more than the sides 1, 2, 3"):
        observation(WORLD, "14")


def test_a_bench_may_begin_with_throws(page: Page, bench: DieBench, tmp_path: Path) -> None:
    page.goto(standalone(replace(bench, played="3332"), tmp_path))
    assert sequence(page) == "3332"
    with pytest.raises(ValueError, match="throws '4' hold more than the sides 1, 2, 3"):
        replace(bench, played="4")
