"""The discount bench in a real browser, against the players of Python."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from experiments.bandits.widget_discount import DiscountBench
from lib.optimal.bandit_agent import chances
from lib.optimal.bandit_baselines import Greedy
from lib.optimal.bandit_dp import optimum
from lib.optimal.gittins import GittinsAgent
from lib.probes.benchmark import BANDITS, STEPS
from lib.runner import store
from tests.parts import is_well_made

SOURCES = BANDITS[0]
BENCH = "LearningToInfer.discounts[0]"


@pytest.fixture(scope="module")
def bench() -> DiscountBench:
    return DiscountBench.of(store.load("gittins"), SOURCES, STEPS)


def states() -> np.ndarray:
    """Every state with a pull left."""
    counts = np.indices((STEPS,) * 4).reshape(4, -1).T
    return counts[counts.sum(axis=1) < STEPS]


def in_python(bench: DiscountBench, place: int, counts: np.ndarray) -> dict[str, np.ndarray]:
    """The probability with which each player pulls the first arm."""
    players = {
        "greed": Greedy(SOURCES.task),
        "index": GittinsAgent(SOURCES.task, bench.tables[place]),
        "optimum": optimum(SOURCES.task, STEPS),
    }
    return {name: chances(player, counts.astype(float))[:, 0] for name, player in players.items()}


@pytest.mark.parametrize("place", [0, 11])
def test_players_on_the_page_pull_what_those_of_python_pull(bench: DiscountBench, opened: Page, place: int) -> None:
    counts = states()
    assert len(counts) == 8_855
    leads = opened.evaluate(
        f"""({{counts, place}}) => {{
          {BENCH}.at.discount = place;
          return ["greed", "index", "optimum"].map((player) => counts.map((each) => {BENCH}.lead(player, each)));
        }}""",
        {"counts": counts.tolist(), "place": place},
    )
    for lead, (name, pulled) in zip(leads, in_python(bench, place, counts).items(), strict=True):
        on_page = np.where(np.abs(lead) <= 1e-9, 0.5, np.array(lead) > 0)
        np.testing.assert_allclose(on_page, pulled, atol=1e-9, err_msg=name)


def test_it_begins_where_the_index_explores_in_vain(opened: Page) -> None:
    expect(opened.locator(".bench [role=status]")).to_have_text(
        "The first arm paid 11 of 15, the second 0 of 0; 5 pulls left. Greed pulls the first arm, the index pulls "
        "the second arm, the optimum pulls the first arm. In an episode the index for 0.95 misses 0.011 reward, "
        "greed 0.066."
    )
    rows = opened.locator(".bench tbody tr")
    expect(rows.nth(0)).to_contain_text("0.706")
    expect(rows.nth(1).locator("td")).to_have_text(["0.759", "0.761", "the second arm"])


def test_the_map_shows_where_index_and_optimum_part(bench: DiscountBench, opened: Page) -> None:
    counts = states()
    unknown = counts[counts[:, 2:].sum(axis=1) == 0]  # the second arm, as the part begins
    for discount in (0.95, 0.5):
        while opened.locator(".bench").get_attribute("data-discount") != str(discount):
            opened.keyboard.press("ArrowLeft")
        slider = opened.get_by_role("slider", name="Discount of the index")
        expect(slider).to_have_attribute("aria-valuetext", str(discount))
        does = in_python(bench, bench.discounts.index(discount), unknown)
        index, best = does["index"], does["optimum"]
        expected = {
            "fair": (index > 0.9) & (best > 0.9),
            "missed": (index < 0.1) & (best < 0.1),
            "bent": (index < 0.1) & (best > 0.9),
            "side3": (index > 0.9) & (best < 0.1),
        }
        drawn = {name: opened.locator(".bench svg").first.locator(f".mark.{name}").count() for name in expected}
        assert drawn == {name: int(there.sum()) for name, there in expected.items()}
        assert drawn["bent" if discount == 0.95 else "side3"] > 10
    opened.get_by_role("slider", name="Discount of the index").fill("10")
    expect(opened.locator(".bench tr[data-player=index] td").last).to_have_text("the first arm")


def test_counts_never_fill_an_episode(opened: Page) -> None:
    opened.get_by_role("slider", name="First arm: paid").fill("19")
    expect(opened.locator(".bench [role=status]")).to_contain_text("paid 19 of 19, the second 0 of 0; 1 pull left")
    opened.get_by_role("slider", name="Second arm: did not").fill("3")
    expect(opened.locator(".bench [role=status]")).to_contain_text("paid 16 of 16, the second 0 of 3; 1 pull left")


def test_a_click_on_the_map_chooses_a_state(opened: Page) -> None:
    left, bottom, room = opened.evaluate(f"Object.values({BENCH}.box)")
    opened.locator(".bench svg").first.click(position={"x": left + 6 * room, "y": bottom - 3 * room})
    expect(opened.locator(".bench [role=status]")).to_contain_text("The first arm paid 6 of 9")


def test_the_address_says_what_is_shown(address: str, page: Page) -> None:
    page.goto(f"{address}#discount=0.5,3,2,1,0")
    expect(page.locator(".bench [role=status]")).to_contain_text("paid 3 of 5, the second 1 of 1; 14 pulls left")
    page.locator(".bench").focus()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile(r"#discount=0\.6,3,2,1,0$"))
    page.get_by_role("button", name="Copy link").click()
    expect(page.locator(".bench [role=status]")).to_contain_text("link is")
    page.evaluate("location.hash = 'discount=0.95,11,4,0,0'")
    expect(page.locator(".bench")).to_have_attribute("data-won", "11")
    for wrong in ("0.51,3,2,1,0", "0.5,3,2,1", "0.5,19,19,0,0"):
        page.goto("about:blank")
        page.goto(f"{address}#discount={wrong}")
        expect(page.locator(".bench")).to_have_attribute("data-discount", "0.95")
        expect(page.locator(".bench")).to_have_attribute("data-won", "11")


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: DiscountBench, scriptless: Page) -> None:
    expect(scriptless.locator(".live-discount table tbody tr")).to_have_count(18)
    assert bench.table()[12] == ["index for 0.95", "0.761", "0.011"]
    assert repr(bench).splitlines()[-1].split() == ["greed", "0.066"]


def test_the_payload_is_small(html: str) -> None:
    assert len(html) < 40_000


def test_what_does_not_belong_together_is_refused(bench: DiscountBench) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "tables must be of one Bernoulli bandit": {
            "tables": [*bench.tables[:-1], replace(bench.tables[-1], prior=BANDITS[1].task)]
        },
        r"discounts must grow; got 0\.995, 0\.99,": {"tables": bench.tables[::-1]},
        "a table has 21 counts of each kind; an episode of 22 needs as many": {"steps": 22},
        "misses has 16 numbers for 17 tables": {"misses": bench.misses[1:]},
        r"start is \(0\.4, .* counts sum to less than 20": {"start": (0.4, (0, 0, 0, 0))},
        r"start is \(0\.5, ": {"start": (0.5, (10, 5, 5, 0))},
    }
    for message, change in wrong.items():
        with pytest.raises(ValueError, match=message):
            replace(bench, **change)


def test_a_bandit_of_other_rewards_is_refused() -> None:
    with pytest.raises(ValueError, match="tables must be of one Bernoulli bandit"):
        DiscountBench.of(store.load("gittins"), BANDITS[2], STEPS)
