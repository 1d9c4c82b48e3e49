"""The coin bench in a real browser, against torch."""

import base64
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from experiments.coins.widget import CoinBench, TaskAgent
from lib.agents.lstm import LSTMAgent
from lib.machine import unroll
from lib.optimal.conjugate import BetaBernoulli
from lib.probes.behaviour import observation, probability_of_heads
from lib.runner import store
from lib.tasks.bernoulli import BernoulliTask
from lib.widgets.scripts import in_notebook
from lib.widgets.weights import weights
from tests.parts import is_well_made, standalone, watched

WORLDS = {"fair": BernoulliTask(10, 10), "bent": BernoulliTask(0.5, 0.5)}


@pytest.fixture(scope="module")
def bench(coins: store.Result) -> CoinBench:
    def network(world: str) -> LSTMAgent:
        key = coins.data.network.sel(world=world, run=0).item()
        return LSTMAgent.from_weights(coins.weights(key, coins.manifest["checkpoint"]))

    return CoinBench({world: TaskAgent(task, network(world)) for world, task in WORLDS.items()})


@pytest.fixture
def opened(site: Path, page: Page) -> Page:
    page.goto((site / "book" / "coins.html").as_uri())
    return page


def shown(page: Page, world: str, who: str) -> float:
    said = page.locator(f".bench tr[data-world={world}]").get_attribute(f"data-{who}")
    assert said is not None
    return float(said)


def test_the_page_says_what_torch_says(opened: Page, bench: CoinBench) -> None:
    chance = np.random.default_rng(0)
    histories = ["", "H", "T", "H" * 30, "T" * 60] + [
        "".join(chance.choice(list("HT"), n)) for n in (5, 11, 23, 40, 60)
    ]
    opened.locator(".bench").focus()
    for history in histories:
        opened.keyboard.press("r")
        opened.keyboard.type(history.lower())
        for world, seat in bench.seats.items():
            for who, machine in {"network": seat.network, "bayes": seat.bayes}.items():
                expected = probability_of_heads(machine, seat.world, [history])[0]
                assert shown(opened, world, who) == pytest.approx(expected, abs=1e-5), (world, who, history)


def test_the_state_on_the_page_is_the_state_of_torch(opened: Page, bench: CoinBench) -> None:
    opened.locator(".bench").focus()
    opened.keyboard.type("hhthttth")
    for number, seat in enumerate(bench.seats.values()):
        state = opened.evaluate(f"[...LearningToInfer.benches[0].seats[{number}].network.states.at(-1)]")
        expected = unroll(seat.network, observation(seat.world, "HHTHTTTH")).states[0, -1].detach().numpy()
        np.testing.assert_allclose(state, expected, atol=1e-5)
    counts = opened.evaluate("[...LearningToInfer.benches[0].seats[0].bayes.states.at(-1)]")
    assert counts == [4, 4]


def test_buttons_keys_undo_and_reset(opened: Page) -> None:
    sequence = opened.locator(".bench .sequence")
    heads, undo, reset = (opened.get_by_role("button", name=name) for name in ("Heads", "Undo", "Reset"))
    expect(undo).to_be_disabled()
    at_first = shown(opened, "bent", "network")
    heads.click()
    heads.click()
    opened.get_by_role("button", name="Tails").click()
    expect(sequence).to_have_text("H H T")
    two_heads_and_a_tail = shown(opened, "bent", "network")
    opened.keyboard.press("t")
    opened.keyboard.press("Backspace")
    expect(sequence).to_have_text("H H T")
    assert shown(opened, "bent", "network") == two_heads_and_a_tail
    undo.click()
    expect(sequence).to_have_text("H H")
    reset.click()
    expect(sequence).to_have_text("")
    assert shown(opened, "bent", "network") == at_first
    expect(reset).to_be_disabled()


def test_keys_work_only_on_the_bench_and_leave_shortcuts_alone(opened: Page) -> None:
    opened.get_by_role("heading", name="Two worlds of coins").click()
    opened.keyboard.press("h")
    expect(opened.locator(".bench .sequence")).to_have_text("")
    opened.locator(".bench").focus()
    opened.keyboard.press("Control+h")
    expect(opened.locator(".bench .sequence")).to_have_text("")
    opened.keyboard.press("h")
    expect(opened.locator(".bench .sequence")).to_have_text("H")


def test_the_flips_are_in_the_address(site: Path, opened: Page) -> None:
    opened.locator(".bench").focus()
    opened.keyboard.type("hht")
    assert opened.url.endswith("coins.html#flips=HHT")
    said = shown(opened, "fair", "network")
    opened.keyboard.press("r")
    assert opened.url.endswith("coins.html")
    opened.goto((site / "book" / "coins.html").as_uri() + "#flips=HHT")
    expect(opened.locator(".bench .sequence")).to_have_text("H H T")
    assert shown(opened, "fair", "network") == said
    opened.evaluate("location.hash = '#flips=TT'")
    expect(opened.locator(".bench .sequence")).to_have_text("T T")
    opened.evaluate("location.hash = '#flips=<b>'")
    expect(opened.locator(".bench .sequence")).to_have_text("T T")


def test_a_screen_reader_hears_what_changed(opened: Page) -> None:
    status = opened.locator(".bench [role=status]")
    opened.locator(".bench").focus()
    opened.keyboard.press("h")
    expect(status).to_have_text(
        re.compile(r"^After H: fair coins, network 0\.5\d, Bayes 0\.52; bent coins, .* Bayes 0\.75")
    )


def test_sixty_flips_are_the_most(opened: Page) -> None:
    opened.locator(".bench").focus()
    opened.keyboard.type("h" * 63)
    assert opened.locator(".bench .sequence").inner_text().count("H") == 60
    expect(opened.get_by_role("button", name="Heads")).to_be_disabled()
    expect(opened.locator(".bench [role=status]")).to_contain_text("60 flips are the most")


def test_a_bench_may_begin_with_flips_and_without_maps(bench: CoinBench, page: Page, tmp_path: Path) -> None:
    played = replace(bench, played="HHH", maps=False)
    address = standalone(played._repr_html_(), tmp_path)
    page.goto(address)
    expect(page.locator(".bench .sequence")).to_have_text("H H H")
    assert page.url == address, "nobody has flipped yet"
    assert page.locator(".bench .maps").count() == 0
    expected = probability_of_heads(bench.seats["bent"].network, WORLDS["bent"], ["HHH"])[0]
    assert shown(page, "bent", "network") == pytest.approx(expected, abs=1e-5)
    page.get_by_role("button", name="Tails").click()
    expect(page.locator(".bench .sequence")).to_have_text("H H H T")
    page.goto(address + "#flips=T")
    page.reload()
    expect(page.locator(".bench .sequence")).to_have_text("T")


def test_a_flip_is_heads_or_tails(bench: CoinBench) -> None:
    with pytest.raises(ValueError, match="flips are H or T, not X"):
        replace(bench, played="HXH")


def test_it_is_well_made(bench: CoinBench, page: Page, tmp_path: Path) -> None:
    is_well_made(page, standalone(bench, tmp_path))


def test_without_scripts_the_page_shows_a_table(site: Path, browser: Browser) -> None:
    page = browser.new_page(java_script_enabled=False)
    page.goto((site / "book" / "coins.html").as_uri())
    expect(page.locator(".live-coins table")).to_contain_text("bent network")
    expect(page.locator(".live-coins table")).to_contain_text("0.750")
    page.close()


def test_in_a_notebook_each_output_brings_its_script_and_leaves_the_address_alone(
    bench: CoinBench, page: Page, tmp_path: Path
) -> None:
    file, troubles = tmp_path / "outputs.html", watched(page)
    outputs = [in_notebook(replace(bench, played=flips, maps=False)._repr_html_()) for flips in ("", "HH")]
    file.write_text("<!doctype html><meta charset='utf-8'>" + "".join(outputs))
    page.goto(file.as_uri())
    benches = page.locator(".bench")
    expect(benches).to_have_count(2)
    benches.first.focus()
    page.evaluate("document.addEventListener('keydown', event => (window.heard = (window.heard ?? '') + event.key))")
    for key in "hhta":
        page.keyboard.press(key)
    page.keyboard.press("Control+x")
    assert page.evaluate("window.heard") == "Controlx", "JupyterLab takes the keys of a part for its shortcuts"
    expect(benches.first.locator(".sequence")).to_have_text("H H T")
    expect(benches.last.locator(".sequence")).to_have_text("H H")
    said = benches.first.locator("tr[data-world=bent]").get_attribute("data-bayes")
    assert float(said or 0) == pytest.approx(2.5 / 4)
    assert page.url == file.as_uri()
    expect(page.get_by_role("button", name="Copy link")).to_have_count(0)
    assert benches.first.evaluate("each => getComputedStyle(each).borderTopWidth") == "1px"
    assert troubles == []


def test_the_weights_of_the_page_are_little_endian_float32(bench: CoinBench) -> None:
    packed = weights(bench.seats["fair"].network)["readout.weight"]
    numbers = np.frombuffer(base64.b64decode(packed["float32"]), "<f4").reshape(packed["shape"])
    np.testing.assert_array_equal(numbers, bench.seats["fair"].network.readout.weight.detach().numpy())


def test_bayes_on_the_page_is_bayes_in_the_book(bench: CoinBench) -> None:
    assert bench.seats["bent"].bayes == BetaBernoulli(WORLDS["bent"])
    assert "0.750" in repr(bench)
