"""The price bench in a real browser, against the policies of Python."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import jaxtyping
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from experiments.bandits.widget_price import PriceBench
from lib.optimal.bandit_agent import chances
from lib.optimal.bandit_dp import optimum
from lib.optimal.entropy_regularised import entropy_regularised_optimum
from lib.tasks.bandits import BernoulliBandit
from lib.widgets.scripts import in_notebook
from tests.parts import is_well_made

PRIOR, STEPS = BernoulliBandit(2, 1), 8
PRICES = (0.02, 0.1, 0.5)


@pytest.fixture(scope="module")
def bench() -> PriceBench:
    return PriceBench(PRIOR, STEPS, np.array([0.5, 0.5, 0.1, 0.0]), np.array([0.9, 0.4, 0.2, 0.01]), PRICES)


@pytest.mark.parametrize("price", PRICES)
def test_the_policy_on_the_page_is_that_of_python(opened: Page, price: float) -> None:
    counts = np.indices((STEPS,) * 4).reshape(4, -1).T
    counts = counts[counts.sum(axis=1) < STEPS]
    given: dict[str, Any] = {"a": PRIOR.a, "b": PRIOR.b, "steps": STEPS, "price": price, "counts": counts.tolist()}
    found = opened.evaluate(
        """({a, b, steps, price, counts}) => {
          const made = new LearningToInfer.hesitation.EntropyRegularisedOptimum(a, b, steps, price);
          return { earns: made.earns, ...made.course, chances: counts.map((each) => made.chance(made.place(each))) };
        }""",
        given,
    )
    player = entropy_regularised_optimum(PRIOR, STEPS, price)
    np.testing.assert_allclose(found["chances"], chances(player, counts.astype(float))[:, 0], atol=1e-9)
    assert found["earns"] == pytest.approx(player.earns.value, abs=1e-9)
    assert sum(found["reward"]) == pytest.approx(player.earns.value, abs=1e-9)
    assert found["reward"][0] == pytest.approx(2 / 3)
    first = chances(player, np.array([[1.0, 0, 0, 0], [0, 1, 0, 0]]))
    second = 2 / 3 * entropy(first[0]) + 1 / 3 * entropy(first[1])  # after a success, after a failure
    assert found["entropy"][:2] == pytest.approx([np.log(2), second], abs=1e-9)


def entropy(policy: np.ndarray) -> float:
    return float(-(policy * np.log(policy)).sum())


def test_a_price_of_nought_is_the_optimum(opened: Page) -> None:
    earned = opened.evaluate("LearningToInfer.prices[0].best.earns")
    assert earned == pytest.approx(optimum(PRIOR, STEPS).earns.value, abs=1e-9)


def test_keys_change_the_price_and_what_is_missed(bench: PriceBench, opened: Page) -> None:
    status = opened.locator(".bench [role=status]")
    for place in (2, 1, 0):
        expect(opened.locator(".bench")).to_have_attribute("data-price", f"{PRICES[place]:g}")
        missed = bench.shortfalls()[place]
        expect(status).to_contain_text(
            f"At {PRICES[place]:g} reward a nat the best player misses {missed:.3f} an episode"
        )
        again = chances(entropy_regularised_optimum(PRIOR, STEPS, PRICES[place]), np.array([[1.0, 0, 0, 0]]))[0, 0]
        expect(opened.locator(".bench tr[data-told='after one success'] td").first).to_have_text(f"{again:.3f}")
        opened.keyboard.press("ArrowLeft")
    expect(opened).to_have_url(re.compile(r"#price=0\.02$"))


def test_what_is_missed_is_drawn_where_it_belongs(bench: PriceBench, opened: Page) -> None:
    svg = opened.locator(".bench svg").nth(1)
    high = 1.05 * max(*bench.misses, *bench.shortfalls())
    line = str(svg.locator(".edge.bent").get_attribute("points")).split()
    drawn = np.array([float(place.split(",")[1]) for place in line])
    np.testing.assert_allclose((280 - 38 - drawn) / 232 * high, bench.shortfalls(), atol=0.005)
    expect(svg.locator(".mark.side3")).to_have_count(3)  # where nothing was paid there is no place on the axis
    here = float(svg.locator(".mark.fair").get_attribute("cy") or "nan")
    assert (280 - 38 - here) / 232 * high == pytest.approx(bench.shortfalls()[2], abs=0.005)


def test_in_a_notebook_sliders_move_and_leave_the_address_alone(bench: PriceBench, page: Page, tmp_path: Path) -> None:
    file = tmp_path / "output.html"
    file.write_text("<!doctype html><meta charset='utf-8'>" + in_notebook(bench._repr_html_()))
    page.goto(file.as_uri())
    page.locator(".bench").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".bench")).to_have_attribute("data-price", f"{PRICES[1]:g}")
    page.wait_for_timeout(500)  # on the book's pages the address tells it after a fifth of a second
    assert page.url == file.as_uri()
    expect(page.get_by_role("button", name="Copy link")).to_have_count(0)


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: PriceBench, scriptless: Page) -> None:
    expect(scriptless.locator(".live-price table tbody tr")).to_have_count(3)
    assert bench.table()[3] == ["0.5", f"{bench.shortfalls()[2]:.3f}"]
    assert repr(bench).startswith("a nat is paid")


def test_what_does_not_belong_together_is_refused(bench: PriceBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # it would be the first to refuse
    wrong: dict[str, dict[str, Any]] = {
        "paid has 4 moments and misses 3": {"misses": bench.misses[1:]},
        r"prices are 0, 0\.5; they must be positive": {"prices": (0.0, 0.5)},
        r"prices are 0\.5, 0\.1; .* grow": {"prices": (0.5, 0.1)},
        r"start is 0\.3; the slider has 0\.02, 0\.1, 0\.5": {"start": 0.3},
        "this bandit has 3 arms; the page is made for 2": {"prior": replace(PRIOR, arms=3)},
    }
    for message, change in wrong.items():
        with pytest.raises(ValueError, match=message):
            replace(bench, **change)
