"""Two clocks in a real browser, against the shares that the part was given."""

import re
from dataclasses import replace
from typing import Any

import jaxtyping
import numpy as np
import pytest
from playwright.sync_api import Page, expect

from experiments.linear.widget_clocks import TwoClocks
from experiments.outer_loop_claims import linear_way
from lib.runner import store
from tests.parts import is_well_made

EPISODES = np.array([0, 1_000, 4_000, 20_000])
VALUES = np.array([[1.2, 0.8], [1.8, 0.5]])
STEPS = 6
TIME = np.linspace(0, 1, STEPS)
GROWN = np.array([0.0, 0.2, 0.7, 1.0])  # of the large mode, by moment; the small one is a little ahead
SHARE = np.stack(
    [
        np.stack([grown * TIME, min(1.3, grown * (1 + ahead)) * TIME**0.5], axis=1)
        for grown in GROWN
        for ahead in (0.1, 0.6)
    ]
).reshape(4, 2, STEPS, 2)


@pytest.fixture(scope="module")
def bench() -> TwoClocks:
    return TwoClocks(EPISODES, SHARE, VALUES, (2, 1))


def drawn(page: Page, panel: int, name: str) -> np.ndarray:
    """Shares as the heights of a line say them; the axis runs from 0 to the largest share there is."""
    line = page.locator(".bench svg").nth(panel).locator(f".network.{name}").get_attribute("points") or ""
    heights = np.array([float(place.split(",")[1]) for place in line.split()])
    return (260 - 38 - heights) / (260 - 38 - 10) * max(1.1, SHARE.max())


def set_to(page: Page, moment: int, step: int, target: int) -> None:
    for name, place in (("Outer clock", moment), ("Inner clock", step), ("Singular values", target)):
        page.get_by_role("slider", name=re.compile(name)).fill(str(place))
    for name, value in (("outer", EPISODES[moment]), ("inner", step + 1), ("target", target)):
        expect(page.locator(".bench")).to_have_attribute(f"data-{name}", str(value))


def test_either_clock_runs_while_the_other_stands(opened: Page) -> None:
    for moment, step, target in ((2, 5, 1), (3, 2, 0), (0, 0, 1)):
        set_to(opened, moment, step, target)
        for mode, name in enumerate(("fair", "bent")):
            np.testing.assert_allclose(drawn(opened, 0, name), SHARE[moment, target, :, mode], atol=0.01)
            np.testing.assert_allclose(drawn(opened, 1, name), SHARE[:, target, step, mode], atol=0.01)
            found = opened.locator(".bench tbody tr").nth(mode).locator("td")
            share = round(SHARE[moment, target, step, mode], 2)
            expect(found).to_have_text([f"{VALUES[target, mode]:.2f}", f"{share:.2f}"])


def test_keys_turn_both_clocks_and_a_screen_reader_hears_it(opened: Page) -> None:
    status = opened.locator(".bench [role=status]")
    expect(status).to_have_text(
        "After 4,000 episodes of training, at step 6 of 6: 0.70 of the large mode, 1.12 of the small one; "
        "the small one is ahead by 0.42."
    )
    opened.keyboard.press("ArrowRight")
    opened.keyboard.press("ArrowDown")
    expect(status).to_contain_text("After 20,000 episodes of training, at step 5 of 6: 0.80 of the large mode")
    expect(opened).to_have_url(re.compile("#clocks=20000,5,1$"))
    set_to(opened, 0, 5, 0)
    expect(status).to_have_text(re.compile("^Untrained, at step 6 of 6: .* level\\.$"))
    expect(opened.get_by_role("slider").last).to_have_attribute("aria-valuetext", "1.20, 0.80")


def test_a_run_is_shown_where_the_small_mode_leads_most() -> None:
    run = store.load("linear-outer")
    made = TwoClocks.of(run, "sgd", 1)
    way = linear_way(run, "sgd")
    np.testing.assert_array_equal(made.episodes, way.episodes)
    np.testing.assert_allclose(made.share[:, :, -1], np.median(way.q, axis=0), atol=1e-6)
    lead = made.share[:, 1, -1, 1] - made.share[:, 1, -1, 0]
    assert lead[made.start[0]] == lead.max() > 0.2


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: TwoClocks, scriptless: Page) -> None:
    expect(scriptless.locator(".live-clocks table tbody tr")).to_have_count(4)
    assert bench.table()[3] == ["4,000", "0.70", "1.12"]
    assert repr(bench).startswith("episodes of training")


def test_what_does_not_belong_together_is_refused(bench: TwoClocks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)  # it would be the first to refuse
    wrong: dict[str, dict[str, Any]] = {
        r"share has shape \(3, 2, 6, 2\); there are 4 moments, 2 targets and 2 modes": {"share": SHARE[1:]},
        "episodes must grow": {"episodes": EPISODES[::-1]},
        r"start is \(4, 0\); there are 4 moments and 2 targets": {"start": (4, 0)},
    }
    for message, change in wrong.items():
        with pytest.raises(ValueError, match=message):
            replace(bench, **change)
