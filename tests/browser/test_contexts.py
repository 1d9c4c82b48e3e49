"""The context bench in a real browser, against torch and the exact posterior."""

import re
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from experiments.contexts.widget import ContextBench, observation, would_do
from lib.agents.lstm import LSTM, LSTMAgent
from lib.optimal.contextual import Matching
from lib.random import generator
from lib.tasks.contextual import Contextual
from tests.parts import is_told_by_its_address, is_well_made

WORLD = Contextual()
STEPS = 30
BENCH = "LearningToInfer.contexts[0]"


def lively_network() -> LSTMAgent:
    """An untrained network whose weights are large enough for what it does to depend on what it was told."""
    network = LSTM(16, input_gain=4.0).build(WORLD.input_size, WORLD.output_size, generator("test", 0))
    with torch.no_grad():
        network.readout.weight.mul_(8)
        network.start.normal_(generator=generator("test", 1))
    return network


@pytest.fixture(scope="module")
def bench() -> ContextBench:
    return ContextBench(lively_network(), WORLD, steps=STEPS)


def shown(page: Page, who: str) -> np.ndarray:
    rows = page.locator(".bench tr[data-context]").all()
    return np.array([[float(p) for p in (row.get_attribute(f"data-{who}") or "").split()] for row in rows])


def history(page: Page) -> str:
    past: list[dict[str, Any]] = page.evaluate(f"{BENCH}.past")
    return " ".join(f"{'ABCDE'[step['context']]}{step['action'] + 1}{'-+'[step['reward']]}" for step in past)


def test_both_say_what_they_say_in_python(opened: Page, bench: ContextBench) -> None:
    policies = []
    for step in range(STEPS):
        if step % 4 == 0:
            network, bayes = shown(opened, "network"), shown(opened, "bayes")
            lived = history(opened)
            assert len(lived.split()) == step
            np.testing.assert_allclose(network, would_do(bench.network, WORLD, lived), atol=1e-5)
            np.testing.assert_allclose(bayes, would_do(Matching(WORLD), WORLD, lived), atol=1e-5)
            policies.append(network)
        opened.keyboard.press(str(1 + step % 5))
    assert np.ptp(np.array(policies), axis=0).max() > 0.1, "the network is no test"
    assert np.ptp(policies[-1], axis=0).max() > 0.02, "the network is blind to the context"


def test_a_step_moves_one_context_of_the_bayesian_and_all_of_the_network(opened: Page) -> None:
    before = {who: shown(opened, who) for who in ("network", "bayes")}
    opened.keyboard.press("2")
    context = "ABCDE".index(history(opened)[0])
    for who, earlier in before.items():
        moved = [
            float(each.get_attribute(f"data-{who}-moved") or "nan") for each in opened.locator("tr[data-context]").all()
        ]
        np.testing.assert_allclose(moved, np.abs(shown(opened, who) - earlier).sum(axis=1) / 2, atol=1e-9)
        others = np.delete(moved, context)
        assert moved[context] > 0.01
        assert (others > 1e-6).all() if who == "network" else (others == 0).all()


def test_the_episode_pays_as_it_says(opened: Page) -> None:
    game = opened.evaluate(f"(({{ right, asked, luck }}) => ({{ right, asked, luck }}))({BENCH})")
    opened.keyboard.type("12345" * 6)
    past = opened.evaluate(f"{BENCH}.past")
    for t, step in enumerate(past):
        right = game["right"][game["asked"][t]] == step["action"]
        assert step["reward"] == (game["luck"][t] < (0.8 if right else 0.2))
        assert step["context"] == game["asked"][t]
    earned = sum(step["reward"] for step in past)
    expect(opened.locator(".bench .title")).to_have_text(f"The episode is over. It paid {earned}.")
    expect(opened.get_by_role("button", name="Action 1")).to_be_disabled()
    opened.keyboard.type("1 ")
    assert len(opened.evaluate(f"{BENCH}.past")) == STEPS
    assert opened.locator(".bench circle.ring").count() == 10, "at the end the right actions show"


def test_episodes_come_from_the_prior(opened: Page) -> None:
    drawn = opened.evaluate(
        f"""() => Array.from({{ length: 2000 }}, (_, number) => {{
            const bench = {BENCH};
            bench.number = number;
            bench.hide();
            return [bench.right, bench.asked, bench.luck];
        }})"""
    )
    right = np.array([each[0] for each in drawn])
    asked, luck = (np.array([each[i] for each in drawn]) for i in (1, 2))
    assert np.bincount(right.ravel()) / right.size == pytest.approx(np.full(5, 0.2), abs=0.02)
    assert np.bincount(asked.ravel()) / asked.size == pytest.approx(np.full(5, 0.2), abs=0.01)
    assert luck.mean() == pytest.approx(0.5, abs=0.01)
    assert abs(np.corrcoef(right.T)[0, 1:]).max() < 0.1


def test_buttons_keys_undo_and_the_same_episode_again(opened: Page) -> None:
    undo = opened.get_by_role("button", name="Undo (U)")
    expect(undo).to_be_disabled()
    first = shown(opened, "network")
    opened.get_by_role("button", name="Action 3").click()
    opened.keyboard.press("4")
    lived, after = history(opened), shown(opened, "network")
    opened.keyboard.press("1")
    undo.click()
    assert history(opened) == lived
    np.testing.assert_array_equal(shown(opened, "network"), after)
    opened.keyboard.press("r")
    np.testing.assert_array_equal(shown(opened, "network"), first)
    opened.keyboard.type("34")
    assert history(opened) == lived, "the same episode again"
    opened.keyboard.press("n")
    assert history(opened) == ""
    opened.keyboard.type("34")
    assert history(opened) != lived
    see = opened.get_by_role("button", name="Show the right actions (S)")
    expect(see).to_have_attribute("aria-pressed", "false")
    assert opened.locator(".bench circle.ring").count() == 0
    opened.keyboard.press("s")
    expect(see).to_have_attribute("aria-pressed", "true")
    assert opened.locator(".bench circle.ring").count() == 10


def test_the_network_chooses_as_often_as_it_says(opened: Page) -> None:
    policy = shown(opened, "network")
    context = opened.evaluate(f"{BENCH}.asked[0]")
    taken = opened.evaluate(
        f"""() => Array.from({{ length: 500 }}, (_, i) => {{
            const bench = {BENCH};
            bench.empty();
            bench.coins[0] = (i + 0.5) / 500;
            bench.chosen();
            return bench.past[0].action;
        }})"""
    )
    assert np.bincount(taken, minlength=5) / 500 == pytest.approx(policy[context], abs=0.005)


def test_a_screen_reader_hears_what_came_of_it(opened: Page) -> None:
    status = opened.locator(".bench [role=status]")
    expect(status).to_have_text(re.compile(r"^Step 1 of 30\. The context is [A-E]\. Earned so far: 0\.$"))
    opened.keyboard.press("2")
    expect(status).to_have_text(
        re.compile(r"^In context [A-E], action 2 (paid|did not pay)\. Step 2 of 30\. The context is [A-E]\. Earned")
    )


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: ContextBench, scriptless: Page) -> None:
    expect(scriptless.locator(".live-contexts table tbody tr")).to_have_count(6)
    heads, *rows = bench.table(["", "A1+", "A1-"])
    assert heads == ["after", "A, network", "A, Bayes", "B, network", "B, Bayes"]
    assert [row[2] for row in rows] == ["0.200", "0.500", "0.059"]
    assert [row[4] for row in rows] == ["0.200"] * 3
    assert repr(bench).startswith("after")


def test_what_cannot_be_played_is_refused() -> None:
    with pytest.raises(ValueError, match="the network takes 7 numbers and says 5; here it must be 11 and 5"):
        ContextBench(LSTM(4).build(7, 5, generator("test", 0)), WORLD)
    with pytest.raises(ValueError, match="steps is 0; an episode has at least 1"):
        ContextBench(lively_network(), WORLD, steps=0)
    wide = Contextual(contexts=10, actions=2)
    with pytest.raises(ValueError, match="the page has room for 9 contexts and actions"):
        ContextBench(LSTM(4).build(wide.input_size, 2, generator("test", 0)), wide)
    for history in ("A6+", "F1+", "A1", "a1+"):
        with pytest.raises(ValueError, match="is not a step such as A1"):
            observation(WORLD, history)


def test_the_address_tells_the_episode(opened: Page, address: str) -> None:
    for key in ("n", "2", "5", "1"):
        opened.keyboard.press(key)
    is_told_by_its_address(opened, address, "#contexts=1,251", "#contexts=1,26", "#contexts=1,20", "#contexts=x,2")
