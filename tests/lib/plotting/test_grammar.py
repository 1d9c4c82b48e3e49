"""The shapes that pictures are made of, what stands around them, and one look for one thing."""

from itertools import combinations

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, to_hex
from matplotlib.figure import Figure

from lib.plotting import grammar, layout, looks, style
from lib.plotting.looks import OPTIMUM, SERIES, TRAINED, UNTRAINED
from lib.probes.quantiles import Percentiles, percentiles

BLUE = SERIES[0]


@pytest.fixture
def figure() -> Figure:
    return Figure()


@pytest.fixture
def panel(figure: Figure) -> Axes:
    return figure.subplots()


# Looks


def test_an_optimum_is_in_the_page_s_ink_and_dashed_also_where_its_marks_have_colours() -> None:
    for look in (OPTIMUM, *(each.of(OPTIMUM) for each in SERIES)):
        assert (look.color, look.dash) == (style.INK, looks.DASHED)
    assert SERIES[1].of(OPTIMUM).drawn["markerfacecolor"] == style.ORANGE


def test_nothing_else_in_ink_is_dashed_as_the_optimum_is() -> None:
    others = [look for look in vars(looks).values() if isinstance(look, looks.Look) and look != OPTIMUM]
    assert len(others) >= 4
    assert OPTIMUM.dash not in [look.dash for look in others]


def test_looks_that_stand_beside_each_other_differ_in_more_than_colour() -> None:
    for one, other in combinations(SERIES, 2):
        assert one.color != other.color
        assert one.marker != other.marker
    assert UNTRAINED.filled != TRAINED.filled


def test_tasks_of_a_family_share_colour_and_marker_and_differ_in_dash() -> None:
    families = {"a": "Gaussian", "b": "Bernoulli", "c": "Gaussian"}
    a, b, c = (looks.of_task(task, families) for task in families)
    assert (a.color, a.marker) == (c.color, c.marker) != (b.color, b.marker)
    assert a.dash == b.dash != c.dash


def test_hollow_marks_are_empty_and_scattered_ones_have_no_line() -> None:
    assert BLUE.drawn["markerfacecolor"] == style.BLUE
    assert BLUE.hollow.drawn["markerfacecolor"] == "none"
    assert BLUE.scattered.drawn["linestyle"] == ""
    assert BLUE.scattered.drawn["marker"] == BLUE.marker


# Shapes


def test_a_curve_runs_through_medians_between_percentiles(panel: Axes) -> None:
    runs = np.arange(101.0)[:, None] * [1.0, 2.0]
    found = grammar.curve(panel, [0, 1], runs, BLUE, "networks")
    np.testing.assert_allclose(panel.lines[0].get_xydata(), [[0, 50], [1, 100]])
    assert panel.lines[0].get_label() == "networks"
    corners = panel.collections[0].get_paths()[0].vertices
    assert {tuple(corner) for corner in corners} >= {(0, 5), (0, 95), (1, 10), (1, 190)}
    np.testing.assert_array_equal(found.high, [95, 190])


@pytest.mark.parametrize("one", [np.array([1.0, 3.0]), np.array([[1.0, 3.0]]), percentiles(np.array([[1.0, 3.0]]))])
def test_a_curve_of_one_network_has_no_band(panel: Axes, one: np.ndarray | Percentiles) -> None:
    grammar.curve(panel, [0, 1], one, BLUE)
    assert not panel.collections
    np.testing.assert_array_equal(panel.lines[0].get_ydata(), [1, 3])


@pytest.mark.parametrize("upright", [False, True])
def test_points_have_whiskers_along_the_axis_of_their_values(panel: Axes, upright: bool) -> None:
    runs = np.arange(101.0)[:, None] * [1.0, 2.0]
    grammar.points(panel, np.array([7.0, 8.0]), runs, BLUE.hollow, upright=upright)
    order = slice(None) if upright else slice(None, None, -1)
    np.testing.assert_array_equal(panel.lines[0].get_xydata()[:, order], [[7, 50], [8, 100]])
    whiskers = [segment[:, order] for segment in panel.collections[0].get_segments()]
    np.testing.assert_allclose(whiskers, [[[7, 5], [7, 95]], [[8, 10], [8, 190]]])
    assert panel.lines[0].get_markerfacecolor() == "none"


def test_the_untrained_stand_hollow_before_the_trained(panel: Axes) -> None:
    start, end = grammar.before_and_after(panel, 3, np.full(5, 9.0), np.full(5, 1.0), BLUE, aside=0.25)
    assert (start.median, end.median) == (9, 1)
    places = [(*line.get_xydata()[0], line.get_markerfacecolor()) for line in panel.lines]
    assert places == [(9, 2.75, "none"), (1, 3.25, style.BLUE)]


def test_a_heat_map_has_its_first_row_at_the_bottom_and_cells_around_their_middles(panel: Axes) -> None:
    values = np.ma.masked_equal(np.array([[1.0, 0.0, 2.0], [3.0, 4.0, 5.0]]), 0)
    x, y = np.array([1.0, 2, 3]), np.array([10.0, 20])
    grammar.heat(panel, values, looks.AMOUNT, Normalize(1, 5), x, y)
    (image,) = panel.images
    assert image.origin == "lower"
    assert list(image.get_extent()) == [0.5, 3.5, 5, 25]
    assert image.get_array().mask.tolist() == [[False, True, False], [False] * 3], "the page shows through"
    assert panel.get_xlim() == (0.5, 3.5)


def test_cells_without_middles_are_counted(panel: Axes) -> None:
    grammar.heat(panel, np.ones((2, 3)), looks.AMOUNT, Normalize(0, 1))
    assert list(panel.images[0].get_extent()) == [-0.5, 2.5, -0.5, 1.5]


def test_an_edge_has_a_rim_whose_dashes_are_as_long_as_its_own(panel: Axes) -> None:
    grammar.edge(panel, np.arange(3.0), np.arange(3.0), OPTIMUM)
    rim, line = panel.lines
    assert (rim.get_color(), line.get_color()) == (style.GREY, style.INK)
    assert rim.get_linewidth() > line.get_linewidth()
    np.testing.assert_allclose(*(each._unscaled_dash_pattern[1][0] * each.get_linewidth() for each in (rim, line)))


def test_a_cloud_has_a_mark_for_each_state_and_a_path_for_each_episode(panel: Axes) -> None:
    places = np.random.default_rng(0).normal(size=(5, 4, 2))
    grammar.cloud(panel, places, ["#112233"] * 20)
    grammar.paths(panel, places[:2])
    (states,) = panel.collections
    np.testing.assert_array_equal(states.get_offsets(), places.reshape(-1, 2))
    assert {to_hex(color) for color in states.get_facecolors()} == {"#112233"}
    np.testing.assert_array_equal([line.get_xydata() for line in panel.lines[::2]], places[:2])
    np.testing.assert_array_equal([line.get_xydata()[0] for line in panel.lines[1::2]], places[:2, -1])
    dashes = {line.get_linestyle() for line in panel.lines[::2]}
    assert len(dashes) == 2
    assert not dashes & {"--", OPTIMUM.dash}, "a path in ink is not an optimum"


# What stands around them


def test_panels_are_named_at_the_left_at_the_bottom_and_above_only(figure: Figure) -> None:
    axes = figure.subplots(2, 2)
    layout.label(axes, "step", ("above", "below"), ("one", "other"))
    assert [[panel.get_xlabel() for panel in row] for row in axes] == [["", ""], ["step", "step"]]
    assert [[panel.get_ylabel() for panel in row] for row in axes] == [["above", ""], ["below", ""]]
    assert [[panel.get_title() for panel in row] for row in axes] == [["one", "other"], ["", ""]]
    layout.label(axes, y="all")
    assert axes[0, 0].get_ylabel() == axes[1, 0].get_ylabel() == "all"
    with pytest.raises(ValueError, match="zip"):
        layout.label(axes, y=("one",))


def test_a_legend_says_what_looks_stand_for(figure: Figure, panel: Axes) -> None:
    layout.legend(figure, {"networks": TRAINED, "Bayes": OPTIMUM}, 2)
    grammar.curve(panel, [0, 1], np.array([1.0, 2.0]), BLUE, "drawn")
    layout.legend(figure, panel)
    layout.legend(figure, [panel, panel])
    entries, drawn, both = figure.legends
    assert [text.get_text() for text in entries.get_texts()] == ["networks", "Bayes"]
    assert [line.get_color() for line in entries.get_lines()] == [style.BLUE, style.INK]
    assert [text.get_text() for text in drawn.get_texts()] == ["drawn"]
    assert [text.get_text() for text in both.get_texts()] == ["drawn", "drawn"]


def test_an_axis_of_training_begins_with_the_untrained(panel: Axes) -> None:
    x = layout.over_training(panel, np.array([0.0, 128, 1_280, 128_000]))
    assert panel.get_xscale() == "log"
    assert list(x) == [128 / 3, 128, 1_280, 128_000]
    shown = dict(zip(panel.get_xticks(), (text.get_text() for text in panel.get_xticklabels()), strict=True))
    assert shown == {128 / 3: "none", 1_000: "1,000", 10_000: "10,000", 100_000: "100,000"}


def test_logarithmic_axes_have_plain_numbers(figure: Figure, panel: Axes) -> None:
    panel.set(yscale="log", ylim=(0.009, 2))
    layout.plainly(panel.yaxis, 2, 5)
    figure.canvas.draw()
    texts = [text.get_text() for text in panel.get_yticklabels()]
    assert {"0.01", "0.02", "0.05", "1", "2"} <= set(texts)
    layout.marks(panel.yaxis, [0.01, 1])
    figure.canvas.draw()
    assert [text.get_text() for text in panel.get_yticklabels()] == ["0.01", "1"]
    assert not panel.yaxis.get_minorticklocs().size


def test_rows_are_named_from_top_to_bottom(panel: Axes) -> None:
    layout.down(panel, {"first": 1, "second": 2})
    assert [text.get_text() for text in panel.get_yticklabels()] == ["first", "second"]
    assert panel.get_ylim() == (1.5, -0.5)


def test_bounds_are_dotted_and_lie_where_they_should(panel: Axes) -> None:
    layout.bound(panel, 0.5, x=2)
    across, up = panel.lines
    assert across.get_linestyle() == up.get_linestyle() == ":"
    assert set(across.get_ydata()) == {0.5}
    assert set(up.get_xdata()) == {2}


def test_a_bar_of_colours_has_the_marks_that_it_is_given(figure: Figure, panel: Axes) -> None:
    layout.bar(figure, panel, layout.scale(looks.TRAINING, 0, 4), "episodes", {0: "none", 4: "256,000"})
    bar = figure.axes[-1]
    assert [text.get_text() for text in bar.get_yticklabels()] == ["none", "256,000"]
    assert bar.get_ylabel() == "episodes"


def test_words_and_table_come_from_the_same_rows() -> None:
    rows = [{"task": "coin", "KL, median (5-95%)": "2 (1-3)"}, {"task": "die", "KL, median (5-95%)": "4 (3-5)"}]
    sentence = "{task} ({KL, median (5-95%)}): {KL, median (5-95%):first}"
    assert style.told(rows, sentence, "; ") == "coin (2 (1-3)): 2; die (4 (3-5)): 4"
    with pytest.raises(KeyError, match="nats"):
        style.told(rows, "{nats}")


def test_a_table_has_the_same_columns_in_every_row() -> None:
    table = style.Table("task", "KL")
    table.row("coin", "2")
    table.row("die", "4")
    assert table == [{"task": "coin", "KL": "2"}, {"task": "die", "KL": "4"}]
    with pytest.raises(ValueError, match=r"there are 2 columns, task, KL; not 3"):
        table.row("wait", "1", "2")


def test_what_many_networks_have_is_summed_up_where_it_is_printed() -> None:
    runs = np.arange(101)
    assert style.said(runs) == style.said(percentiles(runs.astype(float))) == "50 (5-95)"


def test_maps_and_scales_of_amounts_are_named_for_the_page_and_others_are_not() -> None:
    for colors, named in ((looks.AMOUNT, 2), (looks.LOW_TO_HIGH, 0)):
        figure, panel = layout.one(3, 3)
        grammar.heat(panel, np.array([[0.0, 1.0]]), colors, Normalize(0, 1))
        layout.bar(figure, panel, layout.scale(colors, 0, 1), "share")
        drawn = style.picture(figure, "words", [{"a": "1"}]).svg
        assert drawn.count("<image") == 2
        assert drawn.count('class="amount"') == named
        assert 'id="amount"' not in drawn


@pytest.mark.parametrize(("size", "pixels"), [(8, 396), (12, 264)])
def test_a_drawing_says_how_wide_it_must_be_to_be_read(size: float, pixels: int) -> None:
    @style.in_style
    def draw() -> style.Picture:
        figure, panel = layout.one(4, 3)  # 288 units
        panel.set_axis_off()
        panel.text(0.5, 0.5, "word", fontsize=size)
        panel.text(0.5, 0.2, "$x^2$", fontsize=14)
        return style.picture(figure, "words", [{"a": "1"}])

    assert f"--legible: {pixels}px" in draw().svg
