"""The rules for the one-armed world, just within and just outside their bounds; its maps, and their pictures."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from experiments.one_armed import claims as rules
from experiments.one_armed import claims_peaks as peak_rules
from experiments.one_armed import figures as draw
from lib.optimal import explore_then_commit as fixed
from lib.optimal import stopping
from lib.optimal.phase_diagram import PhaseDiagram, adaptive_value, phase_diagram
from lib.plotting import style
from lib.plotting.looks import AMOUNT
from tests.pictures import check_picture

SIGMA_L, SIGMA_P = np.array([0.5, 2.0, 3.5]), np.array([0.4, 0.8, 1.2, 1.6])


@pytest.fixture(scope="module")
def small() -> PhaseDiagram:
    return phase_diagram(SIGMA_L, SIGMA_P, 30)


def test_a_map_holds_what_each_world_holds(small: PhaseDiagram) -> None:
    for row, sigma_p in enumerate(SIGMA_P):
        for column, sigma_l in enumerate(SIGMA_L):
            world = (float(sigma_p), float(sigma_l), 30)
            n, best = int(fixed.best_n(*world)), stopping.solve(*world)
            assert small.n[row, column] == n
            assert small.earns_fixed[row, column] == pytest.approx(float(fixed.value(*world)))
            assert small.pulls_fixed[row, column] == pytest.approx(float(fixed.pulls(n, *world)))
            assert small.earns[row, column] == pytest.approx(float(best.value), abs=1e-9)
            often = float(best.pulls()) if best.value > 0 else 0.0
            assert small.pulls[row, column] == pytest.approx(often, abs=1e-6)
    assert (small.pulls > 0).any()
    assert (small.pulls == 0).any()


def test_its_edges_are_where_exploring_begins_to_pay(small: PhaseDiagram) -> None:
    np.testing.assert_allclose(small.along[[0, -1]], SIGMA_L[[0, -1]])
    for line, value in ((small.edge_fixed, fixed.value), (small.edge, stopping.value)):
        assert (value(line * 1.004, small.along, 30, -1.0) > 0).all()
        assert (value(line * 0.996, small.along, 30, -1.0) == 0).all()
    assert (small.edge < small.edge_fixed).all()


def test_the_coarser_grid_is_good_enough_for_a_picture() -> None:
    world = (np.array([0.8, 1.2, 2.0]), np.array([1.0, 3.0, 2.0]), 60)
    np.testing.assert_allclose(adaptive_value(*world), stopping.value(*world), rtol=5e-3, atol=5e-3)


@pytest.mark.parametrize("wrong", [[1.0], [1.0, 1.0], [2.0, 1.0]])
def test_a_map_of_one_row_is_refused(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match=r"sigma_p is \[.*an axis of a map has at least 2 values, and they grow"):
        phase_diagram(SIGMA_L, np.array(wrong), 30)
    with pytest.raises(ValueError, match="sigma_l is"):
        phase_diagram(np.array(wrong), SIGMA_P, 30)


# L01

FOUND = rules.ThreeWays((3, 1.0, 1.0, 100), closed=2.0, integrated=2.0, simulated=2.0, standard_error=0.1)
SAME = {"a world": (2, 2)}


@pytest.mark.parametrize(
    ("integrated", "simulated", "best", "verdict"),
    [
        (9e-7, 0.39, 2, "reproduced"),
        (-9e-7, -0.39, 2, "reproduced"),
        (1.1e-6, 0.39, 2, "partly"),
        (0.0, -0.41, 2, "partly"),
        (0.0, 0.0, 3, "partly"),
        (1.1e-6, 0.41, 2, "not"),
    ],
)
def test_l01_asks_integration_and_simulation(integrated: float, simulated: float, best: int, verdict: str) -> None:
    strays = replace(FOUND, integrated=2 + integrated, simulated=2 + simulated)
    agree = rules.agree([FOUND, strays], {**SAME, "another": (2, best)})
    assert ("not", "partly", "reproduced")[sum(agree)] == verdict


@pytest.mark.slow
def test_l01_is_about_the_known_numbers_and_finds_a_wrong_formula(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "EPISODES", 4_000)
    rules.three_ways.cache_clear()
    known = {each.place: each.closed for each in rules.three_ways()}
    for place, value in (((3, 1.0, 1.0, 100), 2.16778), ((5, 0.7, 2.0, 20), -4.97752), ((10, 1.5, 0.5, 100), 10.16384)):
        assert known[place] == pytest.approx(value, abs=5.1e-6)
    assert rules.closed_form().verdict == "reproduced"
    right = fixed.expected_return
    monkeypatch.setattr(fixed, "expected_return", lambda n, p, *rest: right(n, np.asarray(p) * 1.1, *rest))
    rules.three_ways.cache_clear()
    assert rules.closed_form().verdict == "not"
    rules.three_ways.cache_clear()


# L02


@pytest.mark.parametrize(
    ("columns", "hard"),
    [
        ([[0, 0, 3, 3], [0, 2, 2, 1]], True),
        ([[0, 0, 3, 6], [0, 0, 0, 0]], True),
        ([[0, 0, 2, 5], [0, 2, 2, 1]], False),  # creeps up
        ([[0, 3, 0, 3], [0, 2, 2, 1]], False),  # crosses more than once
        ([[0, 0, 0, 0], [0, 0, 0, 0]], False),  # no edge at all
        ([[3, 3, 2, 0], [0, 2, 2, 1]], False),  # the wrong way round
    ],
)
def test_l02_asks_for_one_crossing_and_for_most_of_the_pulls_at_once(columns: list[list[int]], hard: bool) -> None:
    assert rules.is_hard(np.array(columns).T) is hard


def with_maps(monkeypatch: pytest.MonkeyPatch, small: PhaseDiagram, *changed: dict[str, np.ndarray]) -> None:
    made = {life: replace(small, lifetime=life, **change) for life, change in zip((20, 50, 100), changed, strict=True)}
    monkeypatch.setattr(rules, "maps", lambda: made)


@pytest.mark.parametrize(("soft", "verdict"), [(0, "reproduced"), (1, "partly"), (2, "not")])
def test_l02_counts_lifetimes(monkeypatch: pytest.MonkeyPatch, small: PhaseDiagram, soft: int, verdict: str) -> None:
    hard, creeps = np.zeros((4, 3), dtype=int), np.zeros((4, 3), dtype=int)
    hard[2:], creeps[2], creeps[3] = 4, 1, 4
    with_maps(monkeypatch, small, *[{"n": creeps}] * soft, *[{"n": hard}] * (3 - soft))
    found = rules.hard_edge()
    assert found.verdict == verdict
    assert "4-4 pulls (100 steps)" in found.value
    assert found.figure == "worth-learning.html#fig-worth-maps"


# L05


def test_local_maxima_are_strict_and_may_stand_at_an_end() -> None:
    for returns, expected in {
        (0, -1, -2): [0],
        (0, 1, 2): [2],
        (0, -1, 3, 2): [0, 2],
        (0, 1, 1, 0): [],
    }.items():
        assert rules.local_maxima(np.array(returns, dtype=float)).tolist() == expected


@pytest.mark.parametrize(
    ("at", "outside", "holds"), [([0, 3], [0], True), ([3], [0], False), ([1, 3], [0], False), ([0, 3], [0, 2], False)]
)
def test_l05_asks_for_one_two_and_one(at: list[int], outside: list[int], holds: bool) -> None:
    assert rules.are_bimodal_at_the_edge({"outside": outside, "at": at, "inside": [4]}) is holds


@pytest.mark.parametrize(("without", "verdict"), [(0, "reproduced"), (1, "partly"), (2, "not")])
def test_l05_counts_lifetimes(monkeypatch: pytest.MonkeyPatch, without: int, verdict: str) -> None:
    def peaks(lifetime: int) -> dict[str, list[int]]:
        return {"outside": [0], "at": [1] if lifetime in (20, 50)[:without] else [0, 3], "inside": [4]}

    monkeypatch.setattr(rules, "peaks", peaks)
    found = rules.two_peaks()
    assert found.verdict == verdict
    assert "at, n = 0 and 3" in found.value


@pytest.mark.parametrize(("without", "verdict"), [(0, "reproduced"), (1, "partly"), (10, "not")])
def test_l05_amended_asks_noises_at_which_there_is_room(
    monkeypatch: pytest.MonkeyPatch, without: int, verdict: str
) -> None:
    monkeypatch.setattr(peak_rules, "threshold", lambda lifetime: 1.0)
    monkeypatch.setattr(peak_rules, "jump", lambda noise, lifetime: 2 if noise > 1.1 else 1)
    one_peak = rules.SIGMA_L[5 : 5 + without]  # the first that are asked

    def peaks(lifetime: int, noise: float) -> dict[str, list[int]]:
        assert lifetime == 100
        return {"outside": [0], "at": [1] if noise in one_peak else [0, 3], "inside": [4]}

    monkeypatch.setattr(peak_rules, "peaks", peaks)
    found = peak_rules.two_peaks_in_long_lives()
    assert (found.verdict, found.statistic) == (verdict, (15 - without) / 15)
    assert peak_rules.two_peaks_in_long_lives.amends is rules.two_peaks


def test_it_takes_noise_to_make_two_peaks_and_less_of_it_in_a_long_life() -> None:
    assert peak_rules.jump(0.5, 100) == 1
    assert peak_rules.jump(2.0, 100) == 3
    assert [peak_rules.threshold(life) for life in (20, 50, 100, 200)] == [3.75, 1.5, 1.0, 0.75]
    assert peak_rules.threshold(5) == np.inf


def test_the_worlds_stand_outside_at_and_inside_the_edge() -> None:
    earns = {where: float(fixed.value(sigma_p, rules.NOISE, 50)) for where, sigma_p in rules.worlds(50).items()}
    assert earns["outside"] == 0
    assert earns["inside"] > 1
    assert earns["at"] == pytest.approx(0, abs=1e-3)


# L04 and X01, the theory's half


def test_the_edge_moves_if_all_of_it_does_for_both_rules() -> None:
    down, up = np.array([[3.0, 3.0], [2.0, 2.0], [1.0, 1.0]]), np.array([[3.0, 3.0], [2.0, 2.0], [1.0, 2.5]])
    for edges, moves in (((down, down), True), ((down, up), False), ((up, down), False)):
        assert rules.falls(dict(zip(rules.RULES, edges, strict=True))) is moves
    assert rules.falls(rules.edges_by_lifetime())


def test_what_deciding_is_worth_where_only_one_explores_and_where_both_do(small: PhaseDiagram) -> None:
    rule, best = np.zeros((4, 3)), np.zeros((4, 3))
    rule[3], best[3], best[2] = 2.0, [3.0, 4.0, 8.0], [0.5, 0.7, 0.0]
    found = rules.adapting(replace(small, n=(rule > 0).astype(int), earns_fixed=rule, earns=best))
    assert (found.both, found.alone, found.most, found.more) == (3 / 12, 2 / 12, 0.7, 2.0)
    nobody = rules.adapting(replace(small, n=np.zeros((4, 3), dtype=int), earns_fixed=0 * rule, earns=0 * best))
    assert (nobody.both, nobody.alone, nobody.most) == (0, 0, 0)
    assert np.isnan(nobody.more)


# Pictures


def curve() -> np.ndarray:
    return fixed.returns(1.09, 2.0, 100)


PICTURES: dict[str, tuple[Callable[[PhaseDiagram], style.Picture], int, str]] = {
    "maps": (
        lambda small: draw.maps([small, replace(small, lifetime=60)]),
        4,
        r"lifetimes of 30 and 60 steps.* fixed number jumps to 1-2, 1-2 pulls\..* explores in 42% of .* rule in 25%",
    ),
    "against n": (
        lambda _: draw.against_n([draw.Curve("at", curve(), [0, 3]), draw.Curve("in", curve(), [3])], 15),
        2,
        r"at: 2 local maxima, at n = 0 and 3, earning 0\.00 and -?\d\.\d\d\. in: 1 local maximum, at n = 3",
    ),
    "three ways": (
        lambda _: draw.three_ways(
            [draw.Ways("a world", curve(), np.array([1, 5]), curve()[[1, 5]] + 1e-9, curve()[[1, 5]] - 1, np.ones(2))]
        ),
        1,
        r"a world: integration is at most 1e-09 reward off, simulation 1\.0 standard errors",
    ),
    "adapting": (
        lambda _: draw.adapting(
            np.linspace(0.5, 1.5, 11), {"T": np.linspace(-0.5, 0.5, 11).clip(0)}, {"T": np.linspace(-0.2, 1.8, 11)}
        ),
        1,
        r"T: the adaptive optimum explores from 0\.70 on and earns 0\.80 by 1\.10, where the fixed rule begins",
    ),
    "lifetimes": (
        lambda _: draw.lifetimes([5, 50], [1.0, 2.0], np.array([[3.0, 4], [2, 3]]), np.array([[2.5, 3.5], [1, 2]])),
        2,
        r"at noise 2 from 4\.00 to 3\.00 for the fixed rule and from 3\.50 to 2\.00 .*longer from 5 to 50 steps",
    ),
    "stopping": (
        lambda _: draw.stopping(
            np.linspace(-1.3, 0, 50), {"pays -1": [np.array([-1.0, -2.0])], "pays 1": [np.linspace(-1, 1, 51)]}
        ),
        2,
        r"rises from -1\.30 .* to 0\.00 .*pays -1, 1 lives pull 1 times\. If the arm pays 1, 1 lives pull 50 times",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_says_what_its_numbers_say(small: PhaseDiagram, name: str) -> None:
    draw_it, rows, finding = PICTURES[name]
    check_picture(lambda: draw_it(small), rows, finding)


def test_the_colours_of_the_maps_fall_in_brightness_and_stand_out_on_both_pages() -> None:
    rgb = AMOUNT(np.linspace(0, 1, 33))[:, :3]
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    luminance = linear @ [0.2126, 0.7152, 0.0722]
    assert (np.diff(luminance) < 0).all()
    black = (luminance + 0.05) / (0.006 + 0.05)
    assert black.min() > 1.5


def test_the_numbers_of_a_world_told_everything_are_the_limit_of_the_map() -> None:
    """Without noise one pull tells all: the edge is where 99 steps of knowing mu are worth the 1 that it costs."""
    observation = -1 + 99 * (0.6 * norm.pdf(1 / 0.6) - norm.cdf(-1 / 0.6))
    assert float(fixed.value(0.6, 1e-4, 100)) == pytest.approx(observation, abs=1e-3)
    assert float(adaptive_value(0.6, 1e-4, 100)) == pytest.approx(observation, rel=0.02)
