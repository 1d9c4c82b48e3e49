"""What live parts share: the scripts of the page."""

import re
from io import BytesIO
from pathlib import Path

import numpy as np
from jaxtyping import Float
from matplotlib.colors import Normalize, to_rgb
from matplotlib.image import imread
from playwright.sync_api import Page

from lib.plotting import grammar, layout, looks, style
from lib.widgets.page_part import live
from tests.parts import STATIC, scripts, standalone, watched


def test_every_script_is_in_the_configuration_in_the_order_in_which_they_need_each_other() -> None:
    assert scripts()[:2] == ["live/machine.js", "live/page.js"]
    assert sorted(scripts()) == sorted(f"live/{file.name}" for file in (STATIC / "live").glob("*.js"))


def test_no_script_speaks_to_a_network_or_needs_a_module() -> None:
    for script in scripts():
        text = (STATIC / script).read_text()
        assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|^\s*(import|export)\b", text, flags=re.M), script


def test_every_part_tells_what_it_shows_in_the_address() -> None:
    for script in scripts():
        text = (STATIC / script).read_text()
        if script != "live/page.js" and re.search(r"extends (Part|Bench)\b", text):
            assert re.search(r"this\.linked\(|location\.hash|^ +address: ", text, flags=re.M), script


def test_the_page_has_the_colours_of_the_pictures(page: Page, tmp_path: Path) -> None:
    css = (STATIC / "book.css").read_text()
    names = {"fair": style.BLUE, "bent": style.ORANGE, "third": style.PURPLE, "quiet": style.GREY}
    for name, color in names.items():
        assert f"--{name}: {color};" in css
    page.goto(standalone("", tmp_path))
    sides = page.evaluate("LearningToInfer.parts.SIDES.map((side) => side.color)")
    assert ["#" + bytes(side).hex() for side in sides] == [style.BLUE, style.ORANGE, style.PURPLE]


@style.in_style
def ramp() -> style.Picture:
    """All colours of amounts, from none to most, with a formula below and a number on either end."""
    figure, panel = layout.one(4, 2)
    grammar.heat(panel, np.linspace(0, 1, 32)[None], looks.AMOUNT, Normalize(0, 1))
    panel.set_xlabel(r"$\sigma_p$")
    panel.text(1, 0, "0", color="k")
    panel.text(30, 0, "1", color="w")
    return style.picture(figure, "words", [{"a": "1"}])


def luminance(rgb: Float[np.ndarray, "color 3"]) -> Float[np.ndarray, " color"]:
    """Relative luminance (WCAG 2.1)."""
    linear: Float[np.ndarray, "color 3"] = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def test_heat_maps_rest_the_eye_in_the_dark(page: Page, tmp_path: Path) -> None:
    css = (STATIC / "face.css").read_text()
    dark = re.search(r'\[data-theme="dark"\] \{.*?text-base: (#\w+)', css, re.S)
    assert dark is not None
    page.goto(standalone(ramp(), tmp_path))
    page.evaluate(f"document.documentElement.dataset.theme = 'dark'; document.body.style.color = '{dark[1]}'")
    shown = imread(BytesIO(page.locator("image.amount").screenshot()), format="png")[..., :3]
    cells = shown[len(shown) // 8, np.linspace(0, shown.shape[1], 32, endpoint=False, dtype=int) + 4]
    *cells, ink = luminance(np.stack([*cells, to_rgb(dark[1])]))
    assert (np.diff(cells) > 0).all(), "more is brighter"
    assert (ink + 0.05) / (max(cells) + 0.05) >= 3, "what is drawn over it in the page's ink is seen"
    inverted = page.locator("text").evaluate_all(
        "(texts) => texts.filter((e) => getComputedStyle(e).filter !== 'none').map((e) => e.textContent.trim())"
    )
    assert inverted == ["0", "1"], "numbers in cells turn with them, and nothing else"


def test_a_page_without_live_parts_loads_the_scripts_in_peace(page: Page, tmp_path: Path) -> None:
    troubles = watched(page)
    page.goto(standalone("<p>Nothing alive here.</p>", tmp_path))
    page.wait_for_load_state("networkidle")
    assert troubles == []


def test_no_text_in_the_data_ends_the_script_that_holds_it(page: Page, tmp_path: Path) -> None:
    said = "</script><b id='out'>&amp; \"quoted\""
    page.goto(standalone(live("nothing", [["a", "b"], ["c", "<d>"]], "<Caption>", {"title": said}), tmp_path))
    assert page.evaluate("JSON.parse(document.querySelector('.live-nothing script').textContent).title") == said
    assert page.locator("#out").count() == 0
    assert page.locator(".fallback caption").inner_text() == "<Caption>"


def test_a_part_that_cannot_come_alive_leaves_its_table(page: Page, tmp_path: Path) -> None:
    rows = [["a", "b"], ["c", "d"]]
    page.goto(standalone("".join(live(kind, rows, "A table", {}) for kind in ("dice", "scrubber", "steps")), tmp_path))
    page.wait_for_load_state("networkidle")
    assert page.locator(".fallback td").all_inner_texts() == ["d", "d", "d"]
