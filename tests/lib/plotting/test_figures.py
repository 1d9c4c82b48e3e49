"""Pictures: in the page's ink, with words and numbers, in colours that all can tell apart."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from fractions import Fraction

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from experiments.coins import figures as draw
from experiments.ledger import Row
from experiments.prediction import figures, figures_memory
from experiments.prediction import figures_exact as finite_machines
from lib.claims.evidence import Evidence
from lib.plotting import controls, convergence, structure, style
from lib.plotting.cards import Card
from lib.plotting.ledger import by_source
from lib.plotting.looks import FAMILIES, SIDES
from lib.plotting.verdicts import Verdict
from lib.probes.benchmark import PREDICTION
from lib.probes.finite import count_coin, history_coin
from tests.pictures import check_picture
from tests.references import ROOT


@pytest.fixture(scope="module")
def curve() -> style.Picture:
    seen = np.array([0.0, 128, 1280, 12800])
    falls = np.outer(np.linspace(0.9, 1.1, 5), [1, 0.5, 0.05, 0.004])
    return draw.convergence(seen, {"fair": falls, "bent": 2 * falls}, {"fair": 1.0, "bent": 2.0})


def test_a_picture_takes_the_ink_of_its_page(curve: style.Picture) -> None:
    assert style.INK not in curve.svg
    assert "currentColor" in curve.svg
    assert "<style" not in curve.svg, "a style element inside an SVG applies to the whole page"
    assert "background" not in curve.svg


def test_a_picture_is_well_formed_and_its_ids_are_its_own(curve: style.Picture) -> None:
    ids = [element.get("id") for element in ET.fromstring(curve.svg).iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    references = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', curve.svg)
    assert {one or other for one, other in references} <= set(ids)
    assert len({identity.split("-")[0] for identity in ids if identity}) == 1


def test_a_picture_carries_its_finding_in_words_and_numbers(curve: style.Picture) -> None:
    root = ET.fromstring(curve.svg)
    assert root.get("role") == "img"
    assert root.get("aria-label") == curve.alt
    assert "falls from 1 to 0.004 nats" in curve.alt
    assert "below 0.01 after 12,800 episodes" in curve.alt
    assert "12,800" in repr(curve)
    page = curve.made_by("Run x, laptop <profile>")._repr_html_()
    assert "Run x, laptop &lt;profile&gt;" in page
    assert curve.source == ""


def test_a_picture_is_the_same_every_time(curve: style.Picture) -> None:
    seen = np.array([0.0, 128, 1280, 12800])
    falls = np.outer(np.linspace(0.9, 1.1, 5), [1, 0.5, 0.05, 0.004])
    again = draw.convergence(seen, {"fair": falls, "bent": 2 * falls}, {"fair": 1.0, "bent": 2.0})
    assert again.svg == curve.svg


def test_a_picture_without_words_or_numbers_is_refused() -> None:
    figure, _ = style.panels(1, 1, 2, 2)
    with pytest.raises(ValueError, match="needs its finding in words"):
        style.picture(figure, " ", [{"a": "1"}])
    with pytest.raises(ValueError, match="and the numbers"):
        style.picture(figure, "words", [])


def test_drawing_leaves_the_readers_own_settings_alone() -> None:
    before = dict(mpl.rcParams)
    draw.beyond(np.arange(1, 4), {"fair": np.ones((3, 3))}, 2)
    assert dict(mpl.rcParams) == before


def luminance(color: str) -> float:
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


@pytest.mark.parametrize("color", [style.BLUE, style.ORANGE, style.PURPLE, style.GREEN, style.GREY])
@pytest.mark.parametrize("ground", ["#ffffff", "#121212", "#14181e"])
def test_colours_stand_out_on_light_and_dark(color: str, ground: str) -> None:
    light, dark = sorted([luminance(color), luminance(ground)], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_the_page_uses_the_same_colours_as_the_pictures() -> None:
    css = (ROOT / "book" / "_static" / "book.css").read_text()
    assert f"--fair: {style.BLUE};" in css
    assert f"--bent: {style.ORANGE};" in css
    assert f"--quiet: {style.GREY};" in css


@pytest.mark.parametrize(
    ("value", "said"), [(0.00123, "0.0012"), (256_000.0, "260,000"), (0.5, "0.5"), (2.0, "2"), (0.00000321, "3e-06")]
)
def test_numbers_read_well(value: float, said: str) -> None:
    assert style.number(value) == said


def test_marks_of_histories_with_the_same_counts_do_not_hide_each_other() -> None:
    lone, first, second, third = draw._aside(["HHH", "HHT", "HTH", "THH"])
    assert lone == 0
    assert -0.5 < first < second < third < 0.5
    assert first + third == 2 * second == 0


def test_a_card_says_how_to_make_the_result_again_and_where_it_was_made() -> None:
    manifest = {
        "run": "coins",
        "profile": "laptop",
        "specs": {"k": {}},
        "episodes": {"k": 640_000},
        "seconds": 300.0,
        "device": "cpu",
        "versions": {"python": "3.11"},
    }
    assert "make results RUN=coins PROFILE=laptop" in repr(Card(manifest))
    assert "5 minutes of one core" in repr(Card(manifest))
    assert "Made on: a processor that was not recorded" in repr(Card(manifest))
    assert "Made on: Fast 9000, AVX2" in repr(Card({**manifest, "processor": "Fast 9000, AVX2"}))


FAMILY_OF = {row.name: row.family for row in PREDICTION}
DIE = "die 1, 1, 1"


def some(*shape: int) -> np.ndarray:
    """Positive numbers around a hundredth, none like another."""
    return np.exp(np.random.default_rng(1).normal(np.log(0.01), 0.5, size=shape))


def falling(*shape: int) -> np.ndarray:
    """The same, each falling along the last axis but one."""
    return np.sort(some(*shape), axis=-2)[..., ::-1, :].copy()


def die(off: float) -> figures.Throws:
    sides = np.arange(30) % 3
    optimal = np.full((30, 3), 1 / 3)
    learned = optimal.copy()
    learned[7] += [off, -off, 0]
    return figures.Throws(np.array([0.2, 0.3, 0.5]), sides, learned, optimal)


def quantity(family: str, last: float) -> figures.Quantity:
    learned = np.stack([np.full(20, 1.0), np.full(20, 0.5), np.full(20, 3.0)])
    learned[0, -1] = last
    return figures.Quantity(f"a {family}", family, some(20), 0.9, learned, learned + 0.25)


def panel(title: str, error: float | None, outputs: int) -> structure.Panel:
    says = np.full((6, 9, 3), 1 / 3) if outputs == 3 else some(6, 9, 1)
    return structure.Panel(title, some(6, 9, 2) ** len(title), says, error)


PANELS = [
    panel("Opt", None, 3),
    panel("RNN embedded in Opt", 0.0123, 3),
    panel("Opt embedded in RNN", 0.0456, 1),
    panel("RNN", None, 1),
]
SEEN = np.array([0.0, 128, 256, 1280, 12_800, 25_600, 256_000])
COUNTS, HISTORIES = count_coin(2, Fraction(1, 2), Fraction(1, 2)), history_coin(2, Fraction(1, 2), Fraction(1, 2))
TIMES = np.full((10, 5, 20), 1280.0)
TIMES[:, :, 4], TIMES[:, :, 9] = 640, np.array([6_400] * 9 + [12_800])[:, None]
COUNTERS = {task: np.linspace(2, 0, 20) for task, family in FAMILY_OF.items() if family in ("Bernoulli", "categorical")}

# Each picture, the rows of its table, and a finding that its words must hold.
PICTURES: dict[str, tuple[Callable[[], style.Picture], int, str]] = {
    "dice": (
        lambda: figures.die_episodes([die(0.1), die(0.25), die(0.0)], 20),
        3,
        r"3 dice.* 30 times.* 0\.250",
    ),
    "quantities": (
        lambda: figures.quantities([quantity("exponential", 2.5), quantity("Gaussian", 1.5)]),
        2,
        r"a exponential: .* 2\.5 .* 2\.75",
    ),
    "behaviour": (
        lambda: figures.behaviour(
            FAMILY_OF,
            np.full((10, 5), 4.0),
            np.outer([0.02] * 6 + [0.04] + [0.02] * 3, np.ones(5)),
            np.full((10, 5), 0.03),
            np.full(10, 2.0),
        ),
        10,
        r"10 tasks.* 0\.04 .*\(waiting times, Gamma\(3, 2\)\).* 1\.00%",
    ),
    "within an episode": (
        lambda: convergence.within_episode(SEEN, np.linspace(2, 0.001, 7)[:, None] * np.linspace(1, 3, 20), 0.005),
        2,
        r" 7 moments.* 2 nats .* 6 .* 0\.001 .* 0\.003",
    ),
    "staggered": (
        lambda: convergence.staggered(FAMILY_OF, TIMES, 128, 256_000),
        10,
        r" 10 \(coin, Beta\(1, 1\)\) .* 20 \(readings, N\(1, 4\)\)",
    ),
    "map": (
        lambda: convergence.on_the_map(some(5 * 7 + 1, 2), 5, np.arange(7), {"untrained, from Bayes": 1.25}),
        1,
        r" 5 networks at 7 moments.* untrained, from Bayes: 1\.25 nats",
    ),
    "losses": (
        lambda: convergence.losses(
            SEEN, FAMILY_OF, 18 + np.linspace(1, 0.02, 7) + np.zeros((10, 5, 1)), np.full(10, 18.0)
        ),
        10,
        r" 0\.02 nats",
    ),
    "four panels": (
        lambda: structure.four_panels(PANELS),
        4,
        r"0\.0123 \(RNN embedded in Opt\) and 0\.0456 \(Opt embedded in RNN\)",
    ),
    "dissimilarities": (
        lambda: structure.dissimilarities(
            FAMILY_OF, {"D_s": (some(10, 5), np.outer(np.linspace(0.1, 0.2, 10), np.ones(5)))}
        ),
        10,
        r"Dₛ .* 0\.1 and 0\.2",
    ),
    "controls": (
        lambda: structure.controls(FAMILY_OF, {"by an MLP": np.full((10, 5), 0.25), "the mean": np.full((10, 5), 3.0)}),
        10,
        r"by an MLP 0\.25 nats.* the mean 3 nats",
    ),
    "variance": (
        lambda: structure.variance(
            FAMILY_OF,
            {**dict.fromkeys(FAMILY_OF, 2), DIE: 3},
            np.full((10, 5, 10), 0.1),
            np.linspace(0.06, 0.13, 10)[:, None, None] + np.zeros((10, 5, 10)),
        ),
        10,
        r"20%.* \(coin, Beta\(1, 1\)\).* as much or more in 4 of 10 tasks",
    ),
    "horizon on its own scale": (
        lambda: figures_memory.memory(
            FAMILY_OF,
            dict.fromkeys(FAMILY_OF, 2),
            np.array([1, 10, 100]),
            {"short": np.full((10, 5, 3), 0.01), "long": np.full((10, 5, 3), 0.1)},
            {"short": 1, "long": 10},
        ),
        10,
        r"step 100, .* coin, Beta\(1, 1\): 50 \(short\) and 9 \(long\)",
    ),
    "speed by width": (
        lambda: figures_memory.speed(
            {"coin 1, 1": "Bernoulli"},
            {
                "coin 1, 1": {4: np.full(5, 2_000.0), 8: np.full(5, 1_000.0)},
                "arms 1, 1": {8: np.array([np.inf, 900.0, 900.0]), 64: np.full(3, 500.0)},
            },
            0.5,
        ),
        4,
        r"below 0\.5.* coin, Beta\(1, 1\), 4 units: 2,000; .* two arms, Beta\(1, 1\), 8 units: 900; .*, 64 units: 500",
    ),
    "against controls": (
        lambda: controls.against_controls(
            ["a", "b"], {"D": [np.full((2, 5), each) for each in (0.01, 0.3, 0.5, 1.0)]}, 0.1
        ),
        8,
        r"10%.* a, trained: D 0\.01\D.* b, untrained: D 0\.5\D",
    ),
    "order said": (
        lambda: structure.order_said(
            FAMILY_OF,
            np.array([0, 256, 2560]),
            np.outer(np.linspace(0.1, 0.2, 10), [0.1, 1, 0.01])[:, None].repeat(5, axis=1),
            np.ones((10, 5, 3)),
        ),
        10,
        r"on the way is 0\.2, at the end 0\.002",
    ),
    "order": (
        lambda: structure.order(FAMILY_OF, np.full((10, 5), 0.5), np.outer(np.linspace(0.1, 0.3, 10), np.ones(5))),
        10,
        r"[Tt]rained.* 0\.1 to 0\.3.* 0\.5",
    ),
    "windows": (
        lambda: figures.windows(FAMILY_OF, np.tile(np.linspace(3.8, 0, 20), (10, 1)), COUNTERS, {DIE: np.full(5, 0.7)}),
        10,
        r"die, Dirichlet\(1, 1, 1\): 3\.8 nats .* 2\.8 ",
    ),
    "widths": (
        lambda: figures.widths(
            FAMILY_OF,
            [DIE, "coin 1, 1"],
            np.array([2, 32]),
            np.array([[[1.5] * 5, [0.25] * 5], [[2.5] * 5, [0.5] * 5]]),
            SEEN,
            falling(2, 2, 5, 7),
        ),
        2,
        r"die, Dirichlet\(1, 1, 1\): .*1\.5 .*N = 2 .*0\.25 .*N = 32",
    ),
    "horizon": (
        lambda: figures.horizon(
            FAMILY_OF,
            np.array([1, 20, 30, 100, 1_000, 5_000]),
            np.tile([0.001, 0.001, 0.001, 0.004, 0.006, 0.002], (10, 5, 1)),
            20,
            0.005,
        ),
        10,
        r" 5,000.* 20 .* 0\.005 .* 100\b",
    ),
    "gallery": (
        lambda: figures.gallery(
            DIE, SEEN, np.tile(np.linspace(0.2, 0.001, 7)[:, None], (5, 1, 20)), some(36, 2), 7, PANELS
        ),
        1,
        r" 4 to 0\.02 nats.* 5 .* 0\.0123 and 0\.0456",
    ),
    "simulation of finite machines": (
        lambda: finite_machines.simulation(
            HISTORIES, COUNTS, {h: (h.count("H"), h.count("T")) for h in HISTORIES.states}, ("histories", "counts")
        ),
        3,
        r" 6 transitions.* 6 ",
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_every_picture_says_what_its_numbers_say(name: str) -> None:
    check_picture(*PICTURES[name], holes=name in ("four panels", "windows"))


def test_families_differ_in_colour_and_marker() -> None:
    assert set(FAMILIES) == set(FAMILY_OF.values())
    for aspect in ("color", "marker"):
        assert len({getattr(look, aspect) for look in FAMILIES.values()}) == len(FAMILIES)
    assert len({look.color for look in SIDES}) == len({look.marker for look in SIDES}) == 3


def test_three_probabilities_mix_three_colours_and_one_number_is_ranked() -> None:
    pure = structure.colors_of(np.eye(3))
    expected = [to_rgb(color) for color in (style.BLUE, style.ORANGE, style.PURPLE)]
    np.testing.assert_allclose(pure, expected)
    np.testing.assert_allclose(structure.colors_of(np.full((1, 3), 1 / 3)), [np.mean(expected, axis=0)])
    ranked = structure.colors_of(np.array([[[0.0], [0.1]], [[1e9], [-1e9]]]))
    assert ranked.shape == (2, 2, 3)
    np.testing.assert_allclose(ranked[1, 1], to_rgb(style.ORANGE), atol=0.01)
    np.testing.assert_allclose(ranked[1, 0], to_rgb(style.BLUE), atol=0.01)
    np.testing.assert_array_equal(ranked, structure.colors_of(np.array([[[2.0], [3.0]], [[4.0], [1.0]]])))


def test_a_printed_number_is_read_whatever_its_size() -> None:
    assert [style.first_number(each) for each in ("2,000 (1,500-2,000)", "0.16%", "3")] == [2000, 0.16, 3]
    late = np.full((10, 5, 20), 128.0)
    late[:, :, -1] = 256_000
    drawn = convergence.staggered(FAMILY_OF, late, 128.0, 256_000.0)
    assert "2,000" in drawn.alt


def test_losses_are_counted_from_that_of_bayes() -> None:
    drawn, _, _ = PICTURES["losses"]
    assert set(map(tuple, (list(row.values())[1:] for row in drawn().numbers))) == {("18", "1", "0.02 (0.02-0.02)")}


def test_a_network_that_strays_and_comes_back_is_bayesian_until_it_strays() -> None:
    step = np.array([1, 20, 30, 100, 1_000, 5_000])
    kl = np.tile([0.001, 0.009, 0.001, 0.001, 0.001, 0.001], (10, 5, 1))
    kl[0] = 0.001
    kl[1] = 0.9
    table = figures.horizon(FAMILY_OF, step, kl, 20, 0.005).numbers
    assert [row["within 0.005 until"] for row in table] == ["5,000", "0", *["1"] * 8]


def test_an_interval_is_read_to_three_digits_in_a_chapter_and_in_the_ledger() -> None:
    found = Evidence("partly", "one half", (-0.0596551, 1234.5), 3, 1_000, "laptop", "coins.html")
    shown = Verdict("B01", found)
    assert repr(shown) == "B01: partly. one half; 5-95%: -0.0597 to 1,230, n = 3"
    row = Row("B01", "blog", "Fig 1", "a claim", "a rule", found.verdict, found.value, found.interval, found.n)
    assert "5-95%: -0.0597 to 1,230, n = 3" in by_source([row], "blog")._repr_html_()
