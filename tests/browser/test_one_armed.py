"""Lives on the page in a real browser, against torch and the exact optimum."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from experiments.one_armed.widget_lives import OneArmedBench, TaskAgent
from lib.agents.lstm import LSTM, LSTMAgent
from lib.machine import Machine
from lib.optimal.one_armed import OneArmedProblem
from lib.optimal.stopping import StoppingAgent
from lib.random import generator
from lib.tasks.one_armed import OneArmed
from tests.parts import is_told_by_its_address, is_well_made

STEPS = 30
RICH, POOR = OneArmed(1.5, 1.0), OneArmed(0.2, 1.0)
BENCH = "LearningToInfer.lives[0]"


def lively_network(seed: int = 0) -> LSTMAgent:
    """An untrained network whose weights are large enough for what it does to depend on what it was told."""
    network = LSTM(16, input_gain=4.0).build(4, 2, generator("test", seed))
    with torch.no_grad():
        network.readout.weight.mul_(4)
        network.start.normal_(generator=generator("test", seed + 1))
    return network


@pytest.fixture(scope="module")
def bench() -> OneArmedBench:
    grown = [TaskAgent("inside", RICH, lively_network()), TaskAgent("outside", POOR, lively_network(5))]
    return OneArmedBench(grown, steps=STEPS, lives=20, mu=-0.4)


def lived(page: Page, where: int, who: str, life: int) -> tuple[np.ndarray, np.ndarray]:
    """How likely each pull was, and what was pulled, as the page has it."""
    found = page.evaluate(
        f"""() => {{
            const {{ likely, pulled }} =
                LearningToInfer.living.live({BENCH}.players[{where}].{who}, {BENCH}, {BENCH}.luck[{life}]);
            return [Array.from(likely), pulled];
        }}"""
    )
    return np.array(found[0]), np.array(found[1])


def replayed(page: Page, machine: Machine, life: int) -> tuple[np.ndarray, np.ndarray]:
    """The same life in Python, with the luck of the page."""
    mu, noise, chance = page.evaluate(
        f"[{BENCH}.mu, Array.from({BENCH}.luck[{life}].noise), Array.from({BENCH}.luck[{life}].chance)]"
    )
    state, observation, pulls = machine.initial_state(1), torch.tensor([[0.0, 0.0, -1.0, 0.0]]), 0
    likely, pulled = [], []
    for t in range(STEPS):
        with torch.inference_mode():
            state, logits = machine.step(state, observation)
        policy = logits[0].double().softmax(dim=0)
        likely.append(float(policy[1]))
        pulled.append(chance[t] >= float(policy[0]))
        reward = mu + RICH.sigma_l * noise[pulls] if pulled[-1] else 0.0
        pulls += pulled[-1]
        observation = torch.tensor([[float(not pulled[-1]), float(pulled[-1]), 2 * (t + 1) / (STEPS - 1) - 1, reward]])
    return np.array(likely), np.array(pulled)


@pytest.mark.parametrize("mu", [-1.0, 0.3, 2.0])
def test_both_do_what_they_do_in_python(opened: Page, bench: OneArmedBench, mu: float) -> None:
    opened.evaluate(f"{BENCH}.mu = {mu}")
    varied = []
    for where, each in enumerate(bench.grown):
        best = StoppingAgent.of(OneArmedProblem(each.world.sigma_p, each.world.sigma_l, STEPS))
        for life in range(4):
            likely, pulled = lived(opened, where, "network", life)
            expected, did = replayed(opened, each.network, life)
            np.testing.assert_allclose(likely, expected, atol=1e-4)
            np.testing.assert_array_equal(pulled, did)
            varied.append(np.ptp(likely))
            _, pulled = lived(opened, where, "optimum", life)
            np.testing.assert_array_equal(pulled, replayed(opened, best, life)[1])
            assert pulled.any() == (where == 0), "where arms hardly differ the optimum never looks"
    assert max(varied) > 0.1, "the networks are no test"


def test_luck_is_normal_and_uniform_and_the_same_for_both(opened: Page) -> None:
    noise, chance = opened.evaluate(
        f"""() => {{
            const all = {{ noise: [], chance: [] }};
            for (let i = 0; i < 40; i++) {{
                {BENCH}.number = i;
                {BENCH}.deal();
                for (const luck of {BENCH}.luck) for (const kind in all) all[kind].push(...luck[kind]);
            }}
            return [all.noise, all.chance];
        }}"""
    )
    assert np.mean(noise) == pytest.approx(0, abs=0.03)
    assert np.std(noise) == pytest.approx(1, abs=0.03)
    assert np.mean(np.abs(noise) > 1.96) == pytest.approx(0.05, abs=0.01)
    assert (np.histogram(chance, 10, (0, 1))[0] / len(chance)) == pytest.approx(np.full(10, 0.1), abs=0.01)


def test_the_table_is_the_mean_of_all_lives(opened: Page, bench: OneArmedBench) -> None:
    for who in ("network", "optimum"):
        pulls = [lived(opened, 0, who, life)[1].sum() for life in range(bench.lives)]
        row = opened.locator(f".bench tr[data-who={who}]")
        assert float(row.get_attribute("data-pulls") or "nan") == pytest.approx(np.mean(pulls))
        assert row.get_attribute("data-first") == str(pulls[0])
        expect(row.locator("td").nth(3)).to_have_text(f"{-0.4 * np.mean(pulls):.2f}".replace("-", "−"))


def test_one_life_is_shown_at_once_and_the_others_follow(opened: Page, bench: OneArmedBench) -> None:
    shown = opened.evaluate(
        f"""() => {{
            const clock = performance.now;
            let time = 0;
            performance.now = () => (time += 1000); // so slow that a slice of time is over after one life
            {BENCH}.mu = 1;
            {BENCH}.draw();
            const row = document.querySelector(".bench tr[data-who=network]");
            const found = [row.dataset.lives, row.dataset.first, row.dataset.pulls];
            performance.now = clock;
            return found;
        }}"""
    )
    first = lived(opened, 0, "network", 0)[1].sum()
    assert shown == ["1", str(first), str(first)]
    row = opened.locator(".bench tr[data-who=network]")
    expect(row).to_have_attribute("data-lives", str(bench.lives))
    pulls = [lived(opened, 0, "network", life)[1].sum() for life in range(bench.lives)]
    assert float(row.get_attribute("data-pulls") or "nan") == pytest.approx(np.mean(pulls))
    expect(opened.locator(".bench [role=status]")).to_have_text(re.compile(r"^The arm pays 1\.00 on average\."))


def test_slider_keys_and_buttons(opened: Page) -> None:
    title = opened.locator(".bench .title")
    expect(title).to_have_text("The arm pays −0.40 on average. The network grew up inside.")
    luck = opened.evaluate(f"Array.from({BENCH}.luck[0].chance)")
    opened.locator(".bench input").focus()
    opened.keyboard.press("ArrowRight")
    expect(title).to_have_text(re.compile("The arm pays −0.35 on average"))
    opened.keyboard.press("o")
    expect(title).to_have_text(re.compile("grew up outside"))
    outside = opened.get_by_role("button", name="Grew up outside (O)")
    expect(outside).to_have_attribute("aria-pressed", "true")
    expect(opened.locator("tr[data-who=optimum]")).to_have_attribute("data-pulls", "0")
    opened.get_by_role("button", name="Grew up inside (I)").click()
    expect(outside).to_have_attribute("aria-pressed", "false")
    assert opened.evaluate(f"Array.from({BENCH}.luck[0].chance)") == luck
    opened.keyboard.press("n")
    assert opened.evaluate(f"Array.from({BENCH}.luck[0].chance)") != luck
    expect(opened.locator(".bench [role=status]")).to_have_text(
        re.compile(r"The network grew up inside\. In 20 lives the network pulls [\d.]+ times on average, the adaptive")
    )


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: OneArmedBench, scriptless: Page) -> None:
    expect(scriptless.locator(".live-lives table tbody tr")).to_have_count(4)
    heads, *rows = bench.table([-1.0, 2.0])
    assert heads == ["the arm pays", "inside, network", "inside, optimum", "outside, network", "outside, optimum"]
    assert [row[0] for row in rows] == ["−1", "2"]
    assert [row[4] for row in rows] == ["0.0", "0.0"]
    assert 1 < float(rows[0][2]) < 6 < 28 < float(rows[1][2])
    assert repr(bench).startswith("the arm pays")


def test_what_cannot_be_lived_is_refused(bench: OneArmedBench) -> None:
    with pytest.raises(ValueError, match="the network takes 5 numbers and says 2; here it must be 4 and 2"):
        TaskAgent("inside", RICH, LSTM(4).build(5, 2, generator("test", 0)))
    with pytest.raises(ValueError, match="there are 0 noises and means"):
        OneArmedBench([])
    noisy = replace(bench.grown[0], world=OneArmed(1.5, 2.0))
    with pytest.raises(ValueError, match="there are 2 noises and means"):
        OneArmedBench([bench.grown[0], noisy])
    with pytest.raises(ValueError, match="steps is 1; it must be at least 2"):
        replace(bench, steps=1)
    with pytest.raises(ValueError, match="lives is 0; it must be at least 1"):
        replace(bench, lives=0)
    with pytest.raises(ValueError, match=r"mu is 4\.0; it must lie between -3\.0 and 3\.0"):
        replace(bench, mu=4.0)


def test_the_address_tells_the_life(opened: Page, address: str) -> None:
    opened.locator(".bench input").focus()
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("o")
    opened.keyboard.press("n")
    is_told_by_its_address(
        opened, address, "#life=-0.35,1,1", "#life=-0.35,2,1", "#life=99,1,1", "#life=a,1,1", "#life="
    )
