"""Learning to act: every rule just within and just outside its bounds, and pictures that say what their numbers say."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments.bandits import claims_learning as rules
from experiments.bandits import figures_learning as draw
from lib.claims.evidence import Evidence
from lib.plotting import style
from lib.probes.benchmark import BANDITS, in_words
from lib.runner import store
from tests.pictures import check_picture

TASKS = [row.name for row in BANDITS]
FAMILY_OF = {row.name: row.family for row in BANDITS}
ARMS = "arms 1, 1"
RUNS = 10
UPDATES, EPISODES = 1_500, 384_000
CHECKPOINTS = [0, 1, 100, 199, 200, UPDATES]
MOMENTS = 3
WAYS = ["1 pass", "4 passes, uncorrected", "4 passes, V-trace"]
WIDTHS = [2, 8, 64, 256]


def learned_at(first: int | None, last: int | None, bound: float = 0.02, strays: int = 4) -> np.ndarray:
    """Reward missed (run, checkpoint, step). Steps 2 to 10 are learned at one checkpoint, the rest at another; step 1
    never is, and a few networks learn everything at once.
    """
    missed = np.full((RUNS, len(CHECKPOINTS), 20), 1.01 * bound)
    for moment, steps in ((first, slice(1, 10)), (last, slice(10, 20))):
        if moment is not None:
            missed[:, CHECKPOINTS.index(moment) :, steps] = 0.99 * bound
    missed[:strays, :, 1:] = 0
    return missed


def cloud(from_bayes: float, from_each_other: float) -> np.ndarray:
    """Distances of policies between ten networks at three moments, and Bayes: 1 untrained, these at the end."""
    found = np.full((RUNS * MOMENTS + 1,) * 2, 9.0)
    for moment, (to_bayes, among) in {0: (1.0, 1.0), MOMENTS - 1: (from_bayes, from_each_other)}.items():
        networks = np.arange(RUNS) * MOMENTS + moment
        found[np.ix_(networks, networks)] = among
        found[networks, -1] = found[-1, networks] = to_bayes
    np.fill_diagonal(found, 0)
    return found


def around(middle: float, apart: float) -> np.ndarray:
    """One number a network, whose mean distance from each other is `apart`."""
    steps = np.linspace(-1, 1, RUNS)
    mean = np.abs(steps[:, None] - steps).sum() / (RUNS * (RUNS - 1))
    return middle + steps * apart / mean


def played(
    missed: Mapping[str, np.ndarray] | None = None,
    short: Mapping[str, Any] | None = None,
    untrained: np.ndarray | None = None,
    policies: tuple[float, float] = (0.5, 0.5),
    widths: Mapping[int, float] | None = None,
    scarce: Mapping[str, np.ndarray] | None = None,
) -> store.Result:
    """What the run `bandits` leaves, with one thing changed at a time.

    Args:
        missed: reward missed on the way, by bandit.
        short: final shortfall, by bandit; 0.04 in the others.
        untrained: shortfall of the untrained networks.
        policies: what is left of their distances from Bayes and from each other.
        widths: median shortfall by width.
        scarce: shortfall with few episodes, by way.
    """
    on_the_way = [(missed or {}).get(task, learned_at(100, 200, rules.threshold(row))) for task, row in _rows()]
    final = [np.broadcast_to((short or {}).get(task, 0.04), (RUNS,)) for task in TASKS]
    by_width = {2: 9.0, 8: 0.5, 64: 0.04, 256: 0.04} | dict(widths or {})
    ways = {way: np.full(RUNS, 0.1) for way in WAYS} | dict(scarce or {})
    data = {
        "regret_on_the_way": (("task", "run", "checkpoint", "step"), np.array(on_the_way)),
        "short_of_best": (("task", "run"), np.array(final)),
        "short_untrained": (("task", "run"), np.tile(around(2.4, 0.5) if untrained is None else untrained, (4, 1))),
        "distance": (("task", "one", "other"), np.tile(cloud(*policies), (4, 1, 1))),
        "short_of_width": (("width", "few"), [[by_width[units], by_width[units], 50.0] for units in WIDTHS]),
        "short_when_scarce": (("way", "run"), np.array([ways[way] for way in WAYS])),
    }
    coords = {"checkpoint": CHECKPOINTS, "moment": range(MOMENTS), "few": range(3), "width": WIDTHS, "way": WAYS}
    manifest = {"profile": "laptop", "episodes": {"k": EPISODES, "l": 96_000}, "checkpoint": UPDATES}
    return store.Result("bandits", xr.Dataset(data, {**coords, "task": TASKS, "run": range(RUNS)}), manifest, {})


def _rows() -> list[tuple[str, Any]]:
    return [(row.name, row) for row in BANDITS]


# M07


def test_a_step_is_learned_within_a_bound_that_grows_with_how_much_arms_differ() -> None:
    bounds = {row.name: rules.threshold(row) for row in BANDITS}
    assert bounds[ARMS] == 0.02
    assert bounds["arms 2, 1"] == pytest.approx(0.02 * (12 / 18) ** 0.5)
    assert bounds["arms of mean 0, 1"] == pytest.approx(0.02 * 12**0.5)
    assert bounds["arms of mean 1, 4"] == pytest.approx(2 * bounds["arms of mean 0, 1"])


def test_every_bandit_is_held_to_its_own_bound_from_the_second_step_on() -> None:
    missed = {task: learned_at(100, None, rules.threshold(row)) for task, row in _rows()}
    times = rules.crossing_times(played(missed))
    assert times.shape == (4, RUNS, 19)
    assert np.unique(times[:, 4:, :9]).tolist() == [100 * 256]
    assert np.unique(times[:, 4:, 9:]).tolist() == [EPISODES]
    assert np.unique(times[:, :4]).tolist() == [256]


@pytest.mark.parametrize(
    ("first", "last", "verdict", "ratio"),
    [
        (100, 200, "reproduced", "2.0x"),
        (200, 100, "reproduced", "2.0x"),
        (100, 199, "not", "2.0x"),
        (100, 100, "not", "1.0x"),
        (0, 1, "not", "1.0x"),
        (0, None, "reproduced", "1,500x"),
        (None, None, "not", "1.0x"),
    ],
)
def test_m07_compares_the_last_step_learned_with_the_first(
    first: int | None, last: int | None, verdict: str, ratio: str
) -> None:
    """Step 1 is never below the bound in what is made up, and four players of ten are not staggered: neither counts."""
    found = rules.staggered(played({ARMS: learned_at(first, last)}))
    assert found.verdict == verdict
    assert found.value.startswith(f"{in_words(ARMS)}: {ratio} over steps 2 to 20")
    others = "4 of 4" if verdict == "reproduced" else f"3 of 4 (not: {in_words(ARMS)})"
    assert f"at least 2x in {others} bandits" in found.value


@pytest.mark.parametrize(("first", "last", "order"), [(100, 200, "+0.87"), (200, 100, "-0.87"), (100, 100, "none")])
def test_m07_says_which_steps_are_learned_first(first: int, last: int, order: str) -> None:
    assert f"with the step {order}" in rules.staggered(played({ARMS: learned_at(first, last)})).value


def test_m07_is_about_the_sources_bandit_and_about_most_of_its_players() -> None:
    others = {task: learned_at(100, 100, rules.threshold(row)) for task, row in _rows() if task != ARMS}
    assert rules.staggered(played(others)).verdict == "reproduced"
    assert "at least 2x in 1 of 4" in rules.staggered(played(others)).value
    assert rules.staggered(played({ARMS: learned_at(100, 200, strays=6)})).verdict == "not"


# M08


@pytest.mark.parametrize(
    ("from_the_optimum", "from_each_other", "verdict"),
    [(0.049, 0.049, "reproduced"), (0.051, 0.049, "partly"), (0.049, 0.051, "partly"), (0.051, 0.051, "not")],
)
@pytest.mark.parametrize("policies", [(0.0, 0.0), (0.9, 0.8)])
def test_m08_asks_what_is_left_of_two_differences_in_return(
    from_the_optimum: float, from_each_other: float, verdict: str, policies: tuple[float, float]
) -> None:
    """What policies say stands beside it, and does not count."""
    untrained, trained = around(4.0, 1.0), around(4.0 * from_the_optimum, 1.0 * from_each_other)
    found = rules.all_converge(played(short={ARMS: trained}, untrained=untrained, policies=policies))
    assert found.verdict == verdict
    assert found.value.startswith(f"{from_the_optimum:.1%} left of the difference in return from the optimum")
    assert f"{from_each_other:.1%} left of the difference in return from each other" in found.value
    said = f"of policies' distance, {policies[0]:.0%} from Bayes and {policies[1]:.0%} from each other"
    assert found.value.endswith(said)


def test_returns_differ_in_either_direction() -> None:
    """Two players on either side of the optimum are not at the optimum."""
    short = np.tile([0.1, -0.1], RUNS // 2)
    found = rules.returns_apart(played(short={ARMS: short}), ARMS)
    assert found["trained, from the optimum"] == pytest.approx(0.1)
    assert found["trained, from each other"] == pytest.approx(0.2 * 5 / 9)
    assert found["untrained, from the optimum"] == pytest.approx(2.4)
    assert found["untrained, from each other"] == pytest.approx(0.5)


# M09


@pytest.mark.parametrize(("short", "verdict"), [(0.0499, "reproduced"), (0.0501, "not"), (-0.01, "reproduced")])
def test_m09_bounds_the_shortfall_of_the_median_player(short: float, verdict: str) -> None:
    of_ten = np.array([9.0] * 4 + [short] * 6)
    found = rules.return_reaches_the_optimum(played(short={ARMS: of_ten, TASKS[3]: 0.7}))
    assert found.verdict == verdict
    said = f"{ARMS}: {short:.4f} reward an episode; largest of 4 bandits: 0.7000 ({TASKS[3]})"
    assert found.value == in_words(said)
    assert found.interval is not None
    assert found.interval[1] == 9


# M18


def remembered(at_32: float = 0.05, at_64: float = 0.05, failing: int = 4) -> store.Result:
    """What the run `memory` leaves of widths; the first so many of four tasks have those asked for."""
    kl = np.tile([1.0, 0.05, 0.05], (4, 1))
    kl[:failing, 1:] = at_32, at_64
    networks = np.repeat(kl[..., None], RUNS, axis=-1)
    networks[..., :4] = 1_000
    data = {"kl_of_width": (("task4", "width", "run"), networks)}
    coords = {"task4": ["coin", "die", "wait", "reading"], "width": [2, 32, 64], "run": range(RUNS)}
    manifest = {"profile": "laptop", "episodes": {"k": 256_000}, "checkpoint": 2_000}
    return store.Result("memory", xr.Dataset(data, coords), manifest, {})


def test_m18_is_reproduced_where_predictors_and_players_are_wide_enough() -> None:
    found = rules.width_everywhere(remembered(), played())
    assert found.verdict == "reproduced"
    assert found.value == (
        "prediction: holds in 4 of 4 tasks, one of each family; bandit: holds, "
        "short by 0.5000 with 8 units, 0.0400 with 64 units, 0.0400 with 256 units"
    )
    assert (found.n, found.episodes, found.profile) == (3, EPISODES, "laptop")


@pytest.mark.parametrize(
    ("used", "wide", "holds"),
    [(0.0499, 0.0499, True), (0.0501, 0.0501, False), (0.045, 0.0351, True), (0.045, 0.0349, False)],
)
def test_m18_asks_of_players_what_it_asks_of_predictors(used: float, wide: float, holds: bool) -> None:
    found = rules.width_everywhere(remembered(), played(widths={64: used, 256: wide}))
    assert found.verdict == ("reproduced" if holds else "partly")
    assert ("bandit: holds" in found.value) == holds
    assert ("bandit: does not" in found.value) != holds


@pytest.mark.parametrize(("failing", "with_arms", "without"), [(1, "partly", "partly"), (2, "partly", "not")])
def test_m18_counts_the_bandit_as_one_task_of_five(failing: int, with_arms: str, without: str) -> None:
    worse = remembered(at_32=0.11, at_64=0.11, failing=failing)
    assert rules.width_everywhere(worse, played()).verdict == with_arms
    assert rules.width_everywhere(worse, played(widths={64: 0.051})).verdict == without


@pytest.mark.parametrize(
    ("at_32", "at_64", "holds"),
    [(0.0999, 0.0999, 4), (0.1001, 0.1001, 0), (0.09, 0.0801, 4), (0.09, 0.0799, 0)],
)
def test_m18_is_about_the_median_predictor_of_2_32_and_64_units(at_32: float, at_64: float, holds: int) -> None:
    found = rules.width_everywhere(remembered(at_32, at_64), played())
    assert found.value.startswith(f"prediction: holds in {holds} of 4")
    assert found.verdict == ("reproduced" if holds else "not")


# V-trace


def test_ways_to_learn_from_few_episodes_are_summed_up_by_name() -> None:
    found = rules.when_scarce(played(scarce={"1 pass": np.arange(RUNS) / 10}))
    assert list(found) == WAYS
    assert found["1 pass"].median == pytest.approx(0.45)
    assert found["4 passes, V-trace"].high == pytest.approx(0.1)


def test_the_correction_helps_networks_that_fall_less_short_with_it() -> None:
    without, with_it = np.full(RUNS, 0.1), np.array([0.09] * 7 + [0.1, 0.11, 0.12])
    ways = {"4 passes, uncorrected": without, "4 passes, V-trace": with_it}
    assert rules.correction_helps(played(scarce=ways)) == (7, RUNS)
    turned = {"4 passes, uncorrected": with_it, "4 passes, V-trace": without}
    assert rules.correction_helps(played(scarce=turned)) == (2, RUNS)


# What all evidence says of itself

JUDGED: dict[str, Callable[[], Evidence]] = {
    "M07": lambda: rules.staggered(played()),
    "M08": lambda: rules.all_converge(played()),
    "M09": lambda: rules.return_reaches_the_optimum(played()),
    "M18": lambda: rules.width_everywhere(remembered(), played()),
}


@pytest.mark.parametrize("claim", JUDGED)
def test_evidence_says_what_it_rests_on(claim: str) -> None:
    found = JUDGED[claim]()
    assert (found.episodes, found.profile) == (EPISODES, "laptop")
    assert found.n == (3 if claim == "M18" else RUNS)


# Pictures

SEEN = np.array([0.0, 256, 1_024, 2_560, 25_600, 100_000, 384_000])
MISSED = np.linspace(1, 0.05, 7)[:, None] * np.linspace(0, 0.2, 20)
TIMES = np.full((4, RUNS, 19), 25_600.0)
TIMES[:, :, 3], TIMES[:, :, 8] = 12_800, np.array([51_200, 64_000, 76_800, 128_000])[:, None]
EARNED = np.array([12.0, 15.0, 9.0, 40.0])[:, None, None] - np.linspace(2, 0.5, 7) + np.zeros((4, RUNS, 7))
SHORT = np.array([0.03, 0.06, 0.09, 0.12])[:, None] + np.zeros(RUNS)

# Each picture, the rows of its table, and a finding that its words must hold.
PICTURES: dict[str, tuple[Callable[[], style.Picture], int, str]] = {
    "within an episode": (
        lambda: draw.within_episode(SEEN, MISSED, 0.02),
        2,
        r" 7 moments.* misses 0\.011 at the second step and 0\.200 .* 0\.001 and 0\.010",
    ),
    "staggered": (
        lambda: draw.staggered(FAMILY_OF, TIMES, 384_000),
        4,
        r"two arms, Beta\(1, 1\): first step 5 after 12,800, last step 10 after 51,200\..* 10 times .* N\(1, 4\)\)",
    ),
    "returns": (
        lambda: draw.returns(SEEN, FAMILY_OF, EARNED, np.array([12.0, 15, 9, 40]), 20 * SHORT, SHORT),
        4,
        r"two arms, Beta\(2, 1\): the optimum earns 15\.00; untrained .* by 1\.2, trained ones by 0\.06\.",
    ),
    "hesitation": (
        lambda: draw.hesitation(
            SEEN,
            np.linspace(2.4, 0.01, 7) + np.zeros((RUNS, 7)),
            np.array([1.5, 1.4, 1.4, 1.4, 1.4, 0.6, 0.0]),
            {"100 episodes": (MISSED[1], MISSED[2]), "200 episodes": (MISSED[3], MISSED[4])},
        ),
        3,
        r"from 2\.40 to 0\.010 .* from 1\.50 to 0\.000\. .* more than 0\.19 apart.* 2 moments",
    ),
    "widths": (
        lambda: draw.widths(np.array([8, 64]), np.array([[0.5, 0.6, 0.9], [0.03, 0.02, -0.001]]), 0.05),
        2,
        r" 3 networks of each: 0\.6000 with 8 units, 0\.0200 with 64 units",
    ),
    "scarce episodes": (
        lambda: draw.when_scarce(
            {"1 pass": np.full(RUNS, 0.3), "4 passes": np.full(RUNS, 0.2), "V-trace": np.full(RUNS, 0.1)},
            np.full(RUNS, 0.03),
        ),
        4,
        r"1 pass: 0\.3; 4 passes: 0\.2; V-trace: 0\.1; all episodes, 1 pass: 0\.03 reward",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_says_what_its_numbers_say(name: str) -> None:
    check_picture(*PICTURES[name])


def test_the_table_of_an_episode_ends_with_the_trained_player() -> None:
    """Seven moments are the first, and every sixth after it; eight have one more."""
    for seen in (SEEN, np.append(SEEN, 400_000.0)):
        missed = np.linspace(1, 0.5, len(seen))[:, None] * np.full(20, 0.1)
        table = draw.within_episode(seen, missed, 0.02).numbers
        assert table[0]["episodes seen"] == "0"
        assert table[-1] == {"episodes seen": f"{seen[-1]:,.0f}"} | {f"step {s}": "0.050" for s in (1, 2, 5, 10, 20)}


def test_what_is_left_is_a_share_of_what_the_untrained_miss() -> None:
    table = PICTURES["returns"][0]().numbers
    assert [row["of which is left"] for row in table] == ["5.0%"] * 4


def test_axes_of_training_show_episodes_in_plain_numbers() -> None:
    drawn = PICTURES["staggered"][0]().svg
    for tick in ("20,000", "50,000", "100,000"):
        assert f">{tick}<" in drawn
    assert ">none<" in PICTURES["returns"][0]().svg


def test_marks_of_each_way_stand_at_its_own_height() -> None:
    drawn = PICTURES["scarce episodes"][0]().svg
    heights = [
        {float(y) for y in re.findall(rf'<use [^>]*y="([\d.]+)" style="fill: {color}', drawn)}
        for color in (style.BLUE, style.ORANGE, style.PURPLE)
    ]
    assert [len(each) for each in heights] == [1, 1, 1]
    assert min(heights[0]) < min(heights[1]) < min(heights[2]), "the larger a shortfall, the higher its mark"
