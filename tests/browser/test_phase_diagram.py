"""The niche bench in a real browser, against the same sums in Python."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect
from scipy.special import ndtr

from experiments.one_armed import widget as live
from experiments.one_armed.widget import SIGMA_L, PhaseDiagramBench
from lib.optimal import explore_then_commit as fixed
from lib.optimal import stopping
from lib.optimal.exploration_threshold import exploration_threshold
from lib.optimal.one_armed import OneArmedProblem
from lib.optimal.phase_diagram import adaptive_value
from tests.parts import is_told_by_its_address, is_well_made, standalone

FEW = (5, 20, 60, 100, 200)  # lifetimes: a bench with fewer edges is made faster
WORLDS = [
    (1.0, 1.0, 100),
    (1.0, 2.0, 100),
    (0.4, 2.0, 100),
    (2.0, 0.1, 200),
    (1.5, 1.0, 20),
    (2.0, 4.0, 200),
    (2, 1, 5),
]


@pytest.fixture(scope="module")
def bench() -> PhaseDiagramBench:
    return PhaseDiagramBench(lifetimes=FEW)


def ask(page: Page, what: str, argument: Any = None) -> Any:
    """Let the page work something out with its own functions."""
    return page.evaluate(f"(given) => {{ const book = LearningToInfer.exploring; return {what}; }}", argument)


def world(sigma_p: float, sigma_l: float, lifetime: int) -> dict[str, float]:
    return {"sigmaP": sigma_p, "sigmaL": sigma_l, "lifetime": lifetime, "mean": -1.0}


def slider(page: Page, which: str) -> Locator:
    return page.locator(f".bench input[id^='niche-{which}']")


def shown(page: Page) -> dict[str, tuple[float, float]]:
    rows = {str(row.get_attribute("data-rule")): row for row in page.locator(".bench tr[data-rule]").all()}
    return {
        rule: (float(row.get_attribute("data-earns") or "nan"), float(row.get_attribute("data-pulls") or "nan"))
        for rule, row in rows.items()
    }


def test_the_normal_distribution_on_the_page_is_scipys(opened: Page) -> None:
    z = np.concatenate([np.linspace(-12, 8, 401), [-5.0, -4.999999, 0.0, 5.0]])
    np.testing.assert_allclose(ask(opened, "given.map(book.below)", z.tolist()), ndtr(z), rtol=1e-9, atol=1e-300)


@pytest.mark.parametrize("place", WORLDS)
def test_a_fixed_number_of_pulls_earns_and_pulls_as_in_python(opened: Page, place: tuple[float, float, int]) -> None:
    found = np.array(ask(opened, "book.returns(given)", world(*place)))
    np.testing.assert_allclose(found, fixed.returns(*place), atol=1e-11)
    n = int(fixed.best_n(*place))
    assert ask(opened, "book.best(book.returns(given))", world(*place)) == n
    pulls = ask(opened, "book.fixedPulls(book.best(book.returns(given)), given)", world(*place))
    assert pulls == pytest.approx(float(fixed.pulls(n, *place)), abs=1e-9)


@pytest.mark.parametrize("place", WORLDS)
def test_the_adaptive_optimum_earns_stops_and_pulls_as_in_python(opened: Page, place: tuple[float, float, int]) -> None:
    same, exact = stopping.solve(*place, points=512), stopping.solve(*place, points=2048)
    found = ask(opened, "book.adaptive(given)", world(*place))
    assert found["earns"] == pytest.approx(float(same.value), abs=1e-6)
    assert found["earns"] == pytest.approx(float(exact.value), rel=1e-3, abs=5e-3)
    fine = ask(opened, "Array.from(book.backwards(given, 512).boundaries)", world(*place))
    np.testing.assert_allclose(fine, same.boundaries, atol=1e-6)
    pulls = "book.adaptivePulls(given, given.boundaries)"
    as_there = ask(opened, pulls, {**world(*place), "boundaries": same.boundaries.tolist()})
    assert as_there == pytest.approx(float(same.pulls()), abs=5e-3)
    own = ask(opened, pulls.replace("given.boundaries", "book.adaptive(given).boundaries"), world(*place))
    assert own == pytest.approx(float(exact.pulls()), rel=5e-3)


def test_a_prior_far_below_nought_is_not_worth_a_look(opened: Page) -> None:
    assert ask(opened, "book.adaptive(given).earns", world(0.1, 0.1, 200)) == 0


@pytest.mark.parametrize("lifetime", [5, 44, 100, 140])
def test_both_edges_are_pythons(opened: Page, lifetime: int) -> None:
    opened.evaluate(f"LearningToInfer.niche[0].go({{ lifetime: {lifetime} }})")
    found = opened.evaluate("LearningToInfer.niche[0].edges")
    np.testing.assert_allclose(found["fixed"], exploration_threshold(SIGMA_L, lifetime, fixed.value), rtol=1e-3)
    exact = exploration_threshold(SIGMA_L, lifetime, adaptive_value, tolerance=2e-4)
    np.testing.assert_allclose(found["adaptive"], exact, rtol=2e-3 if lifetime in FEW else 0.03)


@pytest.mark.slow
def test_the_shipped_lifetimes_are_close_enough_to_interpolate_between() -> None:
    some = SIGMA_L[[0, 13, 26]]
    for before, after in ((5, 7), (27, 40), (135, 200)):  # twice as far apart as they are
        between = next(each for each in live.LIFETIMES if before < each < after)
        low, middle, high = (
            np.log(exploration_threshold(some, each, adaptive_value)) for each in (before, between, after)
        )
        share = np.log(between / before) / np.log(after / before)
        np.testing.assert_allclose(middle, (1 - share) * low + share * high, atol=0.01)


def test_the_table_shows_both_rules_in_the_world_that_the_sliders_say(opened: Page) -> None:
    for name, value in {"sigmaP": "1.2", "sigmaL": "1.5", "lifetime": "60"}.items():
        slider(opened, name).fill(value)
    expect(opened.locator(".bench output").last).to_have_text("60 steps")
    expect(opened.locator(".bench tr[data-rule=fixed]")).to_contain_text(f"{float(fixed.value(1.2, 1.5, 60)):.2f}")
    both = shown(opened)
    n = int(fixed.best_n(1.2, 1.5, 60))
    rule = (float(fixed.value(1.2, 1.5, 60)), float(fixed.pulls(n, 1.2, 1.5, 60)))
    assert both["fixed"] == pytest.approx(rule, abs=1e-9)
    best = stopping.solve(1.2, 1.5, 60)
    assert both["adaptive"] == pytest.approx((float(best.value), float(best.pulls())), rel=2e-3)
    expect(opened.locator(".bench tr[data-rule=fixed] td").first).to_have_text(str(n))


def test_the_keyboard_moves_the_world_and_a_screen_reader_hears_where_it_rests(opened: Page) -> None:
    status = opened.locator(".bench [role=status]")
    expect(status).to_contain_text("Fixed: best n is 2, earns 2.27. Adaptive: looks, earns 5.62.")
    slider(opened, "sigmaP").focus()
    opened.keyboard.press("ArrowRight")
    expect(slider(opened, "sigmaP")).to_have_attribute("aria-valuetext", "1.01")
    opened.keyboard.press("Home")
    expect(status).to_have_text(
        "Fixed: best not to look, earns 0. Adaptive: does not look, earns 0. The return has 1 local maximum in n."
    )
    assert shown(opened) == {"fixed": (0, 0), "adaptive": (0, 0)}
    slider(opened, "sigmaP").fill("1")
    slider(opened, "sigmaL").fill("2")
    expect(status).to_have_text(re.compile(r"Fixed: best not to look, earns 0\. Adaptive: looks, earns 3\.06\."))
    expect(opened.get_by_label("How noisy rewards are, σl")).to_have_attribute("aria-valuetext", "2.00")


def test_the_chart_marks_every_local_maximum_and_fills_the_best(opened: Page) -> None:
    for sigma_p, expected in ((0.5, [0]), (1.1, [0, 3]), (1.7, [4])):
        slider(opened, "sigmaP").fill(str(sigma_p))
        slider(opened, "sigmaL").fill("2")
        slider(opened, "lifetime").fill("100")
        opened.wait_for_function(
            "LearningToInfer.niche[0].found.values.length === 101 && !LearningToInfer.niche[0].waiting"
        )
        values = fixed.returns(sigma_p, 2.0, 100)
        assert opened.evaluate("LearningToInfer.exploring.maxima(LearningToInfer.niche[0].found.values)") == expected
        chart = opened.locator(".bench svg").first
        assert chart.locator("circle.here").count() == 1
        assert chart.locator("circle.hole").count() == len(expected) - 1
        marks = chart.locator("circle.mark")
        best = chart.locator("circle.here").get_attribute("cx")
        assert best == marks.nth(int(values.argmax())).get_attribute("cx")


def test_a_click_on_the_map_chooses_the_world(opened: Page) -> None:
    box = opened.locator(".bench svg").nth(1).bounding_box()
    assert box is not None
    place = opened.evaluate("[LearningToInfer.niche[0].place.x(3), LearningToInfer.niche[0].place.y(1.5)]")
    opened.mouse.click(box["x"] + place[0], box["y"] + place[1])
    opened.wait_for_function("LearningToInfer.niche[0].sliders.sigmaL.input.value > 2")
    assert float(slider(opened, "sigmaL").input_value()) == pytest.approx(3, abs=0.03)
    assert float(slider(opened, "sigmaP").input_value()) == pytest.approx(1.5, abs=0.02)
    disc = opened.locator(".bench circle.disc")
    assert float(disc.get_attribute("cx") or "nan") == pytest.approx(place[0], abs=2)
    opened.mouse.click(box["x"] + 2, box["y"] + 20)
    expect(slider(opened, "sigmaL")).to_have_value("0.1")  # beyond the map is its border


def test_two_benches_on_a_page_leave_each_other_alone(html: str, page: Page, tmp_path: Path) -> None:
    page.goto(standalone(html + html, tmp_path))
    ids = page.evaluate("[...document.querySelectorAll('.bench input')].map((input) => input.id)")
    assert len(set(ids)) == 6
    slider(page, "lifetime").nth(1).fill("20")
    expect(page.locator(".bench").nth(1).locator("output").last).to_have_text("20 steps")
    expect(page.locator(".bench").nth(0).locator("output").last).to_have_text("100 steps")


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: PhaseDiagramBench, scriptless: Page) -> None:
    expect(scriptless.locator(".live-niche table tbody tr")).to_have_count(5)
    expect(scriptless.locator(".live-niche table tbody tr").first).to_contain_text("5.62")
    lines = repr(bench).splitlines()
    assert re.fullmatch(r"1, 1, 100 +2 +2\.27 +\d\.\d\d +5\.62 +2\.2\d", lines[1])
    assert re.fullmatch(r"1, 2, 100 +0 +0\.00 +0\.00 +3\.06 +3\.\d\d", lines[2])


def test_what_cannot_be_shown_is_refused() -> None:
    with pytest.raises(ValueError, match=r"sigma_p is 3\.0; the sliders go from 0.1 to 2"):
        PhaseDiagramBench(OneArmedProblem(3.0, 1.0, 100))
    with pytest.raises(ValueError, match="lifetime is 300; the sliders go from 5 to 200"):
        PhaseDiagramBench(OneArmedProblem(1.0, 1.0, 300))
    for wrong in ((5,), (20, 10), (1, 10)):
        with pytest.raises(ValueError, match="there must be 2 or more, growing, none below 2 steps"):
            PhaseDiagramBench(lifetimes=wrong)


def test_the_address_tells_the_world(opened: Page, address: str) -> None:
    for which in ("sigmaP", "lifetime"):
        slider(opened, which).focus()
        opened.keyboard.press("ArrowRight")
    start = opened.evaluate("LearningToInfer.niche[0].niche")
    fragment = f"#niche={start['sigmaP']},{start['sigmaL']},{start['lifetime']}"
    is_told_by_its_address(opened, address, fragment, "#niche=1,1", "#niche=1,1,50.5", "#niche=1,-1,50", "#life=1,1,50")
