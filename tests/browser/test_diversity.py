"""The bench of task diversity in a real browser, against the numbers that it was given."""

from dataclasses import replace

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from experiments.diversity.widget import DiversityBench
from tests.parts import is_told_by_its_address, is_well_made

TASKS, EPISODES = np.array([4, 16, 64]), np.array([0, 320, 3_200, 32_000])
chance = np.random.default_rng(0)
DISCRETE = np.array([[3.0, 2.0, 0.5, 0.1], [3.0, 2.2, 1.6, 1.2], [3.0, 2.0, 1.2, 0.8]])
CONTINUOUS = np.array([[2.9, 2.5, 4.0, 5.0], [2.9, 2.0, 1.5, 1.8], [2.9, 2.0, 0.9, 0.4]])


@pytest.fixture(scope="module")
def bench() -> DiversityBench:
    return DiversityBench(
        TASKS,
        EPISODES,
        {
            where: {"discrete": DISCRETE + far, "continuous": CONTINUOUS + far}
            for where, far in (("old", 0.5), ("new", 0))
        },
        np.array([[False, True, True, True]] * 3),
        chance.normal(size=(15, 2)),
        1.5,
        np.linspace(-2, 2, 5),
        chance.normal(size=(3, 4, 5)),
        chance.normal(size=(3, 2, 5)),
        (1, 3),
    )


def test_it_says_at_first_what_trained_networks_do(opened: Page) -> None:
    expect(opened.locator(".bench [role=status]")).to_have_text(
        "M = 16, 32,000 episodes: on new lines 1.20 from the discrete Bayesian, 1.80 from ridge regression; "
        "the network memorises."
    )
    expect(opened.locator(".bench tr[data-where=old] td")).to_have_text(["1.70", "2.30", "memorises"])


def test_sliders_choose_the_tasks_and_the_time(opened: Page) -> None:
    tasks, time = (opened.get_by_role("slider", name=name) for name in ("Training tasks M", "Episodes seen"))
    status = opened.locator(".bench [role=status]")
    tasks.fill("2")
    expect(status).to_contain_text("M = 64, 32,000 episodes: on new lines 0.80 from")
    expect(status).to_contain_text("the network infers")
    expect(tasks).to_have_attribute("aria-valuetext", "64")
    time.focus()
    opened.keyboard.press("Home")
    expect(status).to_contain_text("M = 64, untrained")
    expect(status).to_contain_text("the network has learned little")
    opened.keyboard.press("ArrowRight")
    expect(time).to_have_attribute("aria-valuetext", "320 episodes")
    expect(opened.locator(".bench")).to_have_attribute("data-checkpoint", "1")


def test_the_line_and_what_is_said_of_it_are_drawn_where_they_belong(bench: DiversityBench, opened: Page) -> None:
    svg = opened.locator(".bench svg").first
    truth = svg.locator(".truth")
    ends = [float(truth.get_attribute(name) or "nan") for name in ("x1", "x2", "y1", "y2")]
    high = int(np.ceil(max(2 * bench.slope, np.abs(bench.points[:, 1]).max())))
    scale = (250 - 34 - 8) / (2 * high)
    assert ends[2:] == pytest.approx([8 + scale * (high + 3), 8 + scale * (high - 3)], abs=0.01)
    for line, said in (
        (".network", bench.network[1, 3]),
        (".broken", bench.bayes[1, 0]),
        (".bayes", bench.bayes[1, 1]),
    ):
        places = str(svg.locator(line).get_attribute("points")).split()
        drawn = np.array([[float(each) for each in place.split(",")] for place in places])
        np.testing.assert_allclose(high - (drawn[:, 1] - 8) / scale, said, atol=0.02)
        np.testing.assert_allclose(drawn[[0, -1], 0], ends[:2], atol=0.01)


def test_the_map_has_a_mark_for_every_network_and_one_is_chosen(opened: Page) -> None:
    svg = opened.locator(".bench svg").nth(1)
    counts = {name: svg.locator(f".mark.{name}").count() for name in ("bent", "fair", "little")}
    assert counts == {"bent": 4, "fair": 5, "little": 3}
    before = svg.locator(".chosen").bounding_box()
    opened.get_by_role("slider", name="Training tasks M").fill("0")
    expect(opened.locator(".bench")).to_have_attribute("data-tasks", "4")
    after = svg.locator(".chosen").bounding_box()
    assert before is not None
    assert after is not None
    assert (after["x"], after["y"] > before["y"] + 20) == (pytest.approx(before["x"], abs=0.5), True)


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: DiversityBench) -> None:
    assert bench.table()[1:] == [
        ["M = 4", "0.10", "5.00", "memorises"],
        ["M = 16", "1.20", "1.80", "memorises"],
        ["M = 64", "0.80", "0.40", "infers"],
    ]
    assert repr(bench).splitlines()[0].startswith("trained on")


def test_a_start_that_there_is_not_is_refused(bench: DiversityBench) -> None:
    for wrong in ((3, 0), (0, 4), (-1, 0)):
        with pytest.raises(ValueError, match=r"there are 3 numbers of tasks and 4 checkpoints, counted from 0"):
            replace(bench, start=wrong)


def test_the_address_tells_the_tasks_and_the_time(opened: Page, address: str) -> None:
    opened.get_by_role("slider", name="Training tasks M").fill("2")
    opened.get_by_role("slider", name="Episodes seen").fill("1")
    is_told_by_its_address(opened, address, "#diversity=2,1", "#diversity=3,1", "#diversity=2,4", "#diversity=2")
