"""The blind metric in a real browser: its games played again in Python, and its scatter against what the run found."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from experiments.bandits.widget_power import READINGS, BlindMetric
from lib.machine import Machine
from lib.optimal.bandit_agent import chances
from lib.optimal.bandit_baselines import Greedy
from lib.optimal.bandit_dp import optimum
from lib.probes.benchmark import BANDITS, STEPS
from lib.runner import store
from tests.parts import is_well_made

PRIOR = BANDITS[0].task
OWN = store.load("bandit-power").data.sel(task=BANDITS[0].name)
DEVIATION = dict(zip(map(str, OWN.estimator.values), OWN.deviation.values.tolist(), strict=True))
PART = "LearningToInfer.power[0]"


@pytest.fixture(scope="module")
def bench() -> BlindMetric:
    return BlindMetric(PRIOR, STEPS, float(OWN.gap), DEVIATION)


def played(machine: Machine, tapes: np.ndarray, luck: np.ndarray) -> np.ndarray:
    """What a player collects in each game, whose k-th pull of an arm pays what its tape says."""
    counts = np.zeros((len(tapes), 4))
    games = np.arange(len(tapes))
    for step in range(STEPS):
        arm = (luck[:, step] >= chances(machine, counts)[:, 0]).astype(int)
        before = (counts[games, 2 * arm] + counts[games, 2 * arm + 1]).astype(int)
        counts[games, 2 * arm + 1 - tapes[games, arm, before]] += 1
    return counts[:, 0] + counts[:, 2]


def test_games_of_the_first_experiment_played_again(bench: BlindMetric, opened: Page) -> None:
    games = opened.evaluate(
        f"Array.from({{ length: 2 * {PART}.episodes }}, (_, i) =>"
        f"LearningToInfer.optimal.drawGame({PART}, {STEPS}, {bench.seed}, i))"
    )
    tapes, luck = (np.array([each[name] for each in games]) for name in ("tapes", "luck"))
    best = played(optimum(PRIOR, STEPS), tapes[::2], luck[::2])
    same, other = (played(Greedy(PRIOR), tapes[first::2], luck[first::2]) for first in (0, 1))
    found = opened.evaluate(f"{PART}.differences")
    np.testing.assert_array_equal(found[0], best - other)
    np.testing.assert_array_equal(found[1], best - same)
    for reading, difference in enumerate((best - other, best - same)):
        shown = opened.locator(".bench tbody tr").nth(reading)
        assert float(shown.get_attribute("data-mean") or "nan") == pytest.approx(difference.mean())
        error = difference.std(ddof=1) / bench.episodes**0.5
        assert float(shown.get_attribute("data-error") or "nan") == pytest.approx(error)


def test_many_experiments_scatter_as_the_run_says(bench: BlindMetric, opened: Page) -> None:
    opened.get_by_role("slider").fill(str(bench.most - 1))
    expect(opened.locator(".bench [role=status]")).to_contain_text("20,000 episodes each")
    for found, name in zip(opened.evaluate(f"{PART}.differences"), READINGS, strict=True):
        assert len(found) == bench.most * bench.episodes
        assert np.std(found) == pytest.approx(DEVIATION[name], rel=0.03)
        assert abs(np.mean(found) - bench.gap) < 4 * np.std(found) / len(found) ** 0.5
    seen = [re.findall(r"\d+", each) for each in opened.locator(".bench tbody td:nth-child(4)").all_inner_texts()]
    assert int(seen[0][0]) < int(seen[1][0]) < 20, "common luck sees more, and less than every second time"
    expect(opened.locator(".bench svg").first.locator(".mark")).to_have_count(2 * bench.most)


def test_the_button_plays_on_and_keys_go_back(opened: Page) -> None:
    first = opened.locator(".bench [role=status]").inner_text()
    assert first.startswith("500 episodes each. Optimum less greed, own luck: ")
    opened.get_by_role("button", name="Play 500 more (P)").click()
    expect(opened.locator(".bench [role=status]")).to_contain_text("1,000 episodes each")
    opened.keyboard.press("p")
    expect(opened).to_have_url(re.compile("#played=3$"))
    opened.keyboard.press("ArrowLeft")
    opened.keyboard.press("ArrowLeft")
    expect(opened.locator(".bench [role=status]")).to_have_text(first)


def test_it_is_well_made(address: str, page: Page) -> None:
    is_well_made(page, address)


def test_without_scripts_and_in_a_terminal_it_is_a_table(bench: BlindMetric, scriptless: Page) -> None:
    expect(scriptless.locator(".live-power table tbody tr")).to_have_count(2)
    assert bench.table()[1:] == [["own luck", "0.329", "0.066"], ["common luck", "0.045", "0.066"]]
    assert repr(bench).startswith("500 episodes")


def test_what_cannot_be_played_is_refused(bench: BlindMetric) -> None:
    wrong: dict[str, dict[str, Any]] = {
        "this bandit has 3 arms; the page is made for 2": {"prior": replace(PRIOR, arms=3)},
        "gap is 0; it must be positive": {"gap": 0},
        "episodes is -1; it must be positive": {"episodes": -1},
        "deviation lacks sampled, common": {"deviation": {"sampled, apart": 7.0}},
    }
    for message, change in wrong.items():
        with pytest.raises(ValueError, match=message):
            replace(bench, **change)
