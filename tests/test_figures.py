"""Pictures: in the page's ink, with words and numbers, in colours that all can tell apart."""

import re
import xml.etree.ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest

from lib.figures import prediction as draw
from lib.figures import style
from lib.figures.provenance import Card
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


@pytest.mark.parametrize("color", [style.FAIR, style.BENT, style.THIRD, style.QUIET])
@pytest.mark.parametrize("ground", ["#ffffff", "#121212", "#14181e"])
def test_colours_stand_out_on_light_and_dark(color: str, ground: str) -> None:
    light, dark = sorted([luminance(color), luminance(ground)], reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def test_the_page_uses_the_same_colours_as_the_pictures() -> None:
    css = (ROOT / "book" / "_static" / "book.css").read_text()
    assert f"--fair: {style.FAIR};" in css
    assert f"--bent: {style.BENT};" in css
    assert f"--quiet: {style.QUIET};" in css


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


def test_a_card_says_how_to_make_the_result_again_and_how_old_it_is() -> None:
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
    assert "older than the code" not in Card(manifest)._repr_html_()
    assert "Changed since: lib/x.py" in Card(manifest, ("lib/x.py",))._repr_html_()
