"""The coupling bench in a real browser, against the Learners of Python."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from experiments.contexts.specs import SURE
from experiments.contexts.widget_coupling import CouplingBench
from lib.probes.contexts import in_order, steps_to
from lib.training.single_bandit import PolicyLearners, first_weights, learn, right_actions
from tests.parts import is_told_by_its_address, is_well_made

RATIOS = {0.0: np.array([2.0, 2.6, 3.0]), 1.0: np.array([3.0, 4.0, 5.0]), 10.0: np.array([20.0, np.inf, np.inf])}
SPEC = PolicyLearners(SURE, 0, 3, True, "exact", "sgd", 0.5, updates=3_000, moments=400)
BENCH = "LearningToInfer.coupling[0]"


@pytest.fixture(scope="module")
def bench() -> CouplingBench:
    return CouplingBench(SPEC, RATIOS)


def in_python(gamma: float) -> tuple[np.ndarray, np.ndarray]:
    """Steps at which Learners were looked at, and what they then did: moment, Learner, context."""
    moments = list(learn(replace(SPEC, coupling=gamma)))
    return np.array([each.update for each in moments]), np.stack([each.q for each in moments])


@pytest.mark.parametrize("gamma", RATIOS)
def test_learners_on_the_page_climb_as_those_of_python(opened: Page, gamma: float) -> None:
    steps, q = in_python(gamma)
    for who in range(SPEC.count):
        given: dict[str, Any] = {
            "weights": first_weights(SPEC)[who].tolist(),
            "correct": right_actions(SPEC)[who].tolist(),
            "gamma": gamma,
            "rate": SPEC.learning_rate,
            "most": SPEC.updates,
            "enough": SPEC.enough,
        }
        found = opened.evaluate("(given) => LearningToInfer.interference.learn(given)", given)
        both = np.intersect1d(found["steps"], steps)
        assert len(both) > 50
        here = np.array(found["q"])[np.isin(found["steps"], both)]
        np.testing.assert_allclose(here, q[np.isin(steps, both), who], atol=1e-9)
        assert np.mean(found["q"][-1]) >= SPEC.enough
        assert np.mean(found["q"][-2]) < SPEC.enough


def shown(page: Page) -> np.ndarray:
    return np.array([float(row.get_attribute("data-steps") or "nan") for row in page.locator(".bench tbody tr").all()])


def slide(page: Page, place: int) -> None:
    page.get_by_role("slider").fill(str(place))
    expect(page.locator(".bench tbody tr").first).to_have_attribute(
        "data-gamma", str(list(RATIOS)[place]).removesuffix(".0")
    )


def test_the_slider_couples_and_the_button_takes_another(opened: Page) -> None:
    before = shown(opened)
    for place, gamma in enumerate(RATIOS):
        slide(opened, place)
        steps, q = in_python(gamma)
        times = steps_to(in_order(q.swapaxes(0, 1), steps), steps, 0.5)[0]
        np.testing.assert_allclose(shown(opened), times, rtol=0.02)
    assert not np.allclose(before, shown(opened), rtol=0.2), "coupling must matter"
    opened.keyboard.press("n")
    expect(opened.locator(".bench tbody tr").first).to_have_attribute("data-who", "1")
    assert not np.allclose(shown(opened), times, rtol=0.02)
    opened.keyboard.type("nn")
    expect(opened.locator(".bench tbody tr").first).to_have_attribute("data-who", "0")
    np.testing.assert_allclose(shown(opened), times, rtol=0.02)


def test_keys_move_the_slider_and_a_screen_reader_hears_what_came_of_it(opened: Page) -> None:
    slider, status = opened.get_by_role("slider"), opened.locator(".bench [role=status]")
    expect(status).to_have_text(
        re.compile(r"^Learner 1 of 3, coupling 1, a cosine of 0\.50 .* Median of 3 Learners: 4\.0 times\.$")
    )
    slider.focus()
    opened.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "10 times the rate of the weights")
    expect(status).to_have_text(re.compile(r"coupling 10, a cosine of 0\.91 .* Median of 3 Learners: never\.$"))


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: CouplingBench, scriptless: Page) -> None:
    expect(scriptless.locator(".live-coupling table tbody tr")).to_have_count(3)
    assert bench.table()[1:] == [["0", "0.00", "2.6"], ["1", "0.50", "4.0"], ["10", "0.91", "never"]]
    assert repr(bench).startswith("coupling")


def test_other_learners_are_refused() -> None:
    for changed in (
        {"coupled": False},
        {"optimiser": "adam"},
        {"gradient": "sampled"},
        {"task": PolicyLearners().task},
    ):
        with pytest.raises(ValueError, match="here they are coupled, and climb an exact gradient by sgd"):
            CouplingBench(replace(SPEC, **changed), RATIOS)
    with pytest.raises(ValueError, match=r"start is 2\.0; the slider has 0, 1, 10"):
        CouplingBench(SPEC, RATIOS, start=2.0)


def test_the_address_tells_the_learner_and_the_coupling(opened: Page, address: str) -> None:
    opened.get_by_role("slider").fill("2")
    opened.locator(".bench").focus()
    opened.keyboard.press("n")
    is_told_by_its_address(opened, address, "#coupling=1,10", "#coupling=3,10", "#coupling=1,9", "#coupling=1")
