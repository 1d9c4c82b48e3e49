"""Walkers in a real browser, against torch and the world in Python."""

import re
from datetime import datetime
from typing import Any

import numpy as np
import pytest
import torch
from playwright.sync_api import Page, expect

from experiments.gridworld.widget import GridWorldBench, LifetimeAgent
from lib.agents.lstm import LSTM, LSTMAgent
from lib.optimal.gridworld_dp import plan
from lib.random import generator
from lib.tasks.environment import pick
from lib.tasks.gridworld import STAGED
from tests.parts import is_told_by_its_address, is_well_made

LIFETIMES = (6, 12, 30)
BENCH = "LearningToInfer.walkers[0]"


def lively(seed: int) -> LSTMAgent:
    """An untrained network whose weights are large enough for what it does to depend on what it was told."""
    network = LSTM(64, input_gain=6, forget_bias=1.0).build(42, 4, generator("test", seed))
    with torch.no_grad():
        network.readout.weight.mul_(8)
        network.start.uniform_(-0.5, 0.5, generator=generator("test", seed))
    return network


@pytest.fixture(scope="module")
def bench() -> GridWorldBench:
    return GridWorldBench([LifetimeAgent(steps, lively(steps)) for steps in LIFETIMES], longest=40)


def life(page: Page, side: int) -> list[dict[str, Any]]:
    return page.evaluate(f"{BENCH}.sides[{side}].life.map((step) => ({{ ...step, hidden: Array.from(step.hidden) }}))")


def earned(page: Page, side: int) -> float:
    return float(page.locator(f"[data-side='{side}']").get_attribute("data-earned") or "nan")


def button(page: Page, name: str) -> Any:
    return page.get_by_role("button", name=name)


@pytest.mark.parametrize("both_long", [False, True])
def test_a_life_on_the_page_is_one_in_the_library(opened: Page, bench: GridWorldBench, both_long: bool) -> None:
    if both_long:
        opened.get_by_label("both live 40 steps").check()
    luck = opened.evaluate(
        f"(() => {{ const u = LearningToInfer.chance.uniform({bench.seed} + 7919); return "
        "Array.from({ length: 40 }, u); })()"
    )
    visited = set()
    for side, grown in enumerate((bench.grown[0], bench.grown[-1])):
        lived = life(opened, side)
        steps = 40 if both_long else grown.lifetime
        assert len(lived) == steps
        grids = STAGED.given(bench.medium, bench.high, steps)
        network = LSTMAgent.from_weights(grown.network.state_dict()).double()
        place, observation = STAGED.reset(grids)
        state = network.initial_state(1)
        for step, chance in zip(lived, luck, strict=False):
            assert step["cell"] == place.cells.item()
            with torch.inference_mode():
                state, logits = network.step(state, observation.double())
            policy = logits.softmax(dim=1)
            assert step["policy"] == pytest.approx(policy[0].tolist(), abs=1e-6)
            assert step["hidden"] == pytest.approx(state[0, :64].tolist(), abs=1e-6)
            assert step["entropy"] == pytest.approx(torch.distributions.Categorical(policy).entropy().item(), abs=1e-6)
            assert step["action"] == pick(policy, torch.tensor([chance])).item()
            place, outcome = STAGED.step(grids, place, torch.tensor([step["action"]]))
            observation = outcome.observation
            assert step["reward"] == pytest.approx(outcome.rewards.item())
            assert (step["goal"] >= 0) == (step["reward"] > 0)
            visited.add(step["entered"])
    assert len(visited) > 8, "the walkers hardly walk, and nothing was tested"


def test_the_best_walker_earns_what_its_plan_says(opened: Page, bench: GridWorldBench) -> None:
    """On average over all places of the goals, which are equally likely."""
    whole = plan(STAGED, bench.longest)
    for steps in (6, 12, 30, 40):
        earned = opened.evaluate(
            f"""() => {{
                const {{ side, rewards, safe, mediums, highs, best }} = {BENCH};
                const every = mediums.flatMap((medium) => highs.map((high) => [safe, medium, high]));
                return every.map((goals, i) => LearningToInfer.walking
                    .walk(best[{steps}][i], {{ side, goals, rewards }})
                    .reduce((sum, step) => sum + step.reward, 0));
            }}"""
        )
        assert len(earned) == 55
        assert np.mean(earned) == pytest.approx(whole.values[steps], abs=1e-5)
    opened.keyboard.press("ArrowRight")
    for half in opened.locator(".bench .maps > div").all():
        assert half.locator("svg").nth(0).locator(".walk.mapped").count() == 1
    opened.keyboard.press("e")
    for side in (0, 1):
        shown = opened.evaluate(f"{BENCH}.sides[{side}].best")
        assert len(shown) == len(life(opened, side)), "it lives as long as the network beside it"
        row = opened.locator(f"[data-best='{side}']")
        assert float(row.get_attribute("data-earned") or "nan") == pytest.approx(sum(s["reward"] for s in shown))


def test_playing_goes_to_the_end_and_stops(opened: Page) -> None:
    opened.clock.install(time=datetime(2030, 1, 1))
    opened.clock.pause_at(datetime(2030, 1, 1, 1))
    status = opened.locator(".bench [role=status]")
    expect(status).to_have_text(
        re.compile("^After 0 steps: trained for 6, earned 0.00, visits 0, 0, 0; trained for 30")
    )
    opened.keyboard.press(" ")
    expect(button(opened, "Stop (Space)")).to_be_visible()
    opened.clock.run_for(5 * 150)
    assert opened.evaluate(f"{BENCH}.time") == 5
    opened.keyboard.press(" ")
    opened.clock.run_for(1_000)
    assert opened.evaluate(f"{BENCH}.time") == 5
    opened.keyboard.press(" ")
    opened.clock.run_for(40 * 150)
    assert opened.evaluate(f"{BENCH}.time") == 30
    expect(button(opened, "Play (Space)")).to_be_visible()
    expect(button(opened, "Step (→)")).to_be_disabled()
    expect(status).to_have_text(re.compile("^After 30 steps: "))
    for side in (0, 1):
        assert earned(opened, side) == pytest.approx(sum(step["reward"] for step in life(opened, side)))
    expect(opened.locator("[data-side='0']")).to_contain_text("6/6")
    opened.keyboard.press(" ")
    opened.clock.run_for(150)
    assert opened.evaluate(f"{BENCH}.time") == 1, "from the end it plays from the beginning"


def test_whoever_wants_no_motion_gets_one_step(opened: Page) -> None:
    opened.emulate_media(reduced_motion="reduce")
    opened.clock.install(time=datetime(2030, 1, 1))
    for _ in range(2):
        opened.keyboard.press(" ")
    opened.clock.run_for(10 * 150)
    assert opened.evaluate(f"[{BENCH}.time, {BENCH}.timer]") == [2, None]


def test_keys_and_buttons_step(opened: Page) -> None:
    for key, time in (("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1), ("e", 30), ("ArrowRight", 30), ("r", 0)):
        opened.keyboard.press(key)
        assert opened.evaluate(f"{BENCH}.time") == time
    button(opened, "Step (→)").click()
    button(opened, "End (E)").click()
    assert opened.evaluate(f"{BENCH}.time") == 30
    button(opened, "Start (R)").click()
    expect(button(opened, "Back (←)")).to_be_disabled()


def test_goals_move_by_key_and_by_click_and_lives_begin_again(opened: Page, bench: GridWorldBench) -> None:
    opened.keyboard.press("e")
    opened.keyboard.press("m")
    assert opened.evaluate(f"[{BENCH}.medium, {BENCH}.time]") == [(STAGED.mediums.index(bench.medium) + 1) % 5, 0]
    button(opened, "Move high goal (H)").click()
    assert opened.evaluate(f"{BENCH}.high") == (STAGED.highs.index(bench.high) + 1) % 11
    grid = opened.get_by_role("img", name=re.compile("Grid of the left network"))
    box = grid.bounding_box()
    assert box is not None
    unit = box["width"] / 6
    for column, row, name, place in ((1, 3, "medium", 0), (5, 0, "high", 10), (0, 5, "high", 0), (2, 2, "high", 0)):
        grid.click(position={"x": (column + 0.5) * unit, "y": (5.5 - row) * unit})
        assert opened.evaluate(f"{BENCH}.{name}") == place
    cells = [STAGED.number(cell) for cell in (STAGED.safe, (1, 3), (0, 5))]
    for step in (*life(opened, 0), *life(opened, 1)):
        assert step["goal"] == (cells.index(step["entered"]) if step["entered"] in cells else -1)
    assert opened.evaluate(f"{BENCH}.sides.map((side) => side.life.length)") == [6, 30]


def test_other_networks_and_new_luck(opened: Page, address: str) -> None:
    first = life(opened, 0)
    opened.get_by_label("Network on the right").select_option(label="12 steps")
    assert len(life(opened, 1)) == 12
    opened.get_by_label("Network on the right").select_option(label="6 steps")
    assert life(opened, 1) == first, "the same network with the same luck lives the same"
    opened.locator(".bench").focus()
    opened.keyboard.press("n")
    assert life(opened, 0) != first
    opened.goto("about:blank")
    opened.goto(address)
    assert life(opened, 0) == first, "every reader gets the same luck"


def test_what_is_drawn(opened: Page) -> None:
    opened.keyboard.press("e")
    for side in range(2):
        half = opened.locator(".bench .maps > div").nth(side)
        assert half.locator("svg").nth(2).locator("rect").count() == 64
        shown = np.array(
            [float(r.get_attribute("fill-opacity") or 0) for r in half.locator("svg").nth(2).locator("rect").all()]
        )
        assert shown == pytest.approx(np.abs(life(opened, side)[-1]["hidden"]), abs=1e-3)
        line = half.locator("svg").nth(1).locator("polyline").get_attribute("points") or ""
        heights = np.array([float(point.split(",")[1]) for point in line.split()])
        entropies = np.array([step["entropy"] for step in life(opened, side)])
        assert heights == pytest.approx(8 + 86 * (1 - entropies / np.log(4)), abs=0.02)


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_the_page_shows_a_table(bench: GridWorldBench, scriptless: Page) -> None:
    expect(scriptless.locator(".live-walkers table tbody tr")).to_have_count(3)
    heads, *rows = bench.table()
    assert heads == ["trained for", "earns", "safe goal", "medium goal", "high goal"]
    for each in rows:
        reward, *counts = map(float, each[1:])
        assert reward == pytest.approx(np.dot(counts, STAGED.rewards), abs=0.11)
    assert repr(bench).splitlines()[0].split() == [
        "trained",
        "for",
        "earns",
        "safe",
        "goal",
        "medium",
        "goal",
        "high",
        "goal",
    ]


def test_what_cannot_be_watched_is_refused() -> None:
    with pytest.raises(ValueError, match="lifetime is 1; a life to watch has at least 2 steps"):
        LifetimeAgent(1, lively(0))
    two = [LifetimeAgent(6, lively(0)), LifetimeAgent(50, lively(1))]
    with pytest.raises(ValueError, match="there are 1 networks; it takes 2 to compare"):
        GridWorldBench(two[:1])
    with pytest.raises(ValueError, match="a lifetime is 50; the longest here is 20"):
        GridWorldBench(two, longest=20)
    with pytest.raises(ValueError, match=r"the high goal is at \(1, 1\)"):
        GridWorldBench(two, high=(1, 1))
    small = LSTM(4).build(4, 2, generator("test", 0))
    with pytest.raises(ValueError, match="trained for 9 steps takes 4 numbers and says 2; here it must be 42 and 4"):
        GridWorldBench([*two, LifetimeAgent(9, small)])


def test_the_address_tells_the_walk(opened: Page, address: str) -> None:
    opened.get_by_label("both live 40 steps").check()
    opened.locator(".bench").focus()
    for key in ("m", "h", "n", "ArrowRight", "ArrowRight"):
        opened.keyboard.press(key)
    medium, high = opened.evaluate(f"[{BENCH}.medium, {BENCH}.high]")
    strange = ("#walk=0,2,1,1,2,1", "#walk=0,3,1,1,2,1,2", "#walk=0,2,1,1,2,2,2", "#walk=0,2,1,1,2,1,41")
    is_told_by_its_address(opened, address, f"#walk=0,2,{medium},{high},2,1,2", *strange)
