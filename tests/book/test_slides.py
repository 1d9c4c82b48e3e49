"""Slides: what the plan names is there, and a deck says what the pages say."""

import re
from pathlib import Path

import pytest

from experiments import slides
from lib.runner.provenance import ROOT

PAGE = """<html><body>
<section id="play"><h2>Play<a class="headerlink">#</a></h2><p>Press a key.</p>
<div class="live live-coins"><script type="application/json">{}</script></div></section>
<section id="tree"><h2>After every history<a class="headerlink">#</a></h2><p>Before.</p>
<div class="cell"><div class="cell_output"><figure id="fig-tree">
<div class="picture"><svg aria-label="a tree"></svg></div>
<figcaption><p><span>What they say &lt;at first&gt;.</span><a class="headerlink">#</a></p></figcaption></figure>
</div></div>
<p>They part, as their worlds demand.</p><p>And more.</p><div class="cell"></div><p>Not about it.</p></section>
<section id="bare"><h2>Bare</h2><figure id="fig-bare"></figure></section>
<section id="summary"><h2>Summary</h2><ul><li><p>One thing.</p></li><li><p>Another.</p></li></ul></section>
</body></html>"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "book").mkdir()
    (tmp_path / "book" / "coins.html").write_text(PAGE)
    return tmp_path


def test_a_deck_takes_its_words_from_the_page(site: Path) -> None:
    made = slides.deck("Prediction", {"coins": ["play", "fig-tree"]}, site)
    first, chapter, live, figure, home = re.findall(r"<section>(.*?)</section>", made, re.S)
    assert "<h1>Prediction</h1>" in first
    assert "<h1>Two worlds of coins</h1>" in chapter
    assert "You flip it once: heads." in chapter  # what the chapter asks
    assert '<h2>Play</h2>\n<div class="live live-coins">' in live
    assert "<p>Press a key.</p></aside>" in live
    assert "<h2>After every history</h2>" in figure
    assert '<svg aria-label="a tree">' in figure
    assert "<em>What they say &lt;at first&gt;.</em>" in figure
    assert "<p>They part, as their worlds demand.</p><p>And more.</p></aside>" in figure
    assert "<li>One thing.</li><li>Another.</li>" in home
    assert all('href="../book/coins.html#' in each for each in (live, figure, home))
    assert "live/coins.js" in made


def test_formulas_stand_on_slides_as_they_are_drawn(site: Path) -> None:
    formula = '<span class="formula"><svg><use href="#MJX-x"></use></svg><math><mi>x</mi></math></span>'
    drawn = PAGE.replace("<body>", '<body><svg><defs><path d="M1" id="MJX-x"></path></defs></svg>')
    drawn = drawn.replace("One thing.", f"If {formula} &lt; {formula}.")
    (site / "book" / "coins.html").write_text(drawn)
    made = slides.deck("Prediction", {"coins": ["play"]}, site)
    assert f"<li>If {formula} &lt; {formula}.</li>" in made
    assert made.count('<path d="M1" id="MJX-x"></path>') == 1
    assert "tex-svg" not in made


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("fig-gone", "slides.toml: the page 'coins' has no 'fig-gone'"),
        ("fig-bare", "slides.toml: 'fig-bare' of the page 'coins' has no drawing"),
        ("bare", "slides.toml: the section 'bare' of the page 'coins' has no live part"),
    ],
)
def test_a_place_that_is_not_there_is_named(site: Path, place: str, said: str) -> None:
    with pytest.raises(slides.NoSuchPlace, match=re.escape(said)):
        slides.deck("Prediction", {"coins": [place]}, site)


def test_without_a_book_there_are_no_slides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slides, "ROOT", tmp_path)
    with pytest.raises(FileNotFoundError, match="run `make book`"):
        slides.make(tmp_path / "html")


def test_a_page_of_another_part_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = tmp_path / "slides.toml"
    plan.write_text('[Action]\ncoins = ["fig-coins-tree"]\n')
    monkeypatch.setattr(slides, "PLAN", plan)
    with pytest.raises(slides.NoSuchPlace, match=r"part 'Action' of the table of contents has no chapter 'coins'"):
        slides.plan()


def slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def test_the_plan_names_figures_and_sections_that_chapters_have() -> None:
    shown = slides.plan()
    assert len(shown) == 5
    for chapters in shown.values():
        for name, places in chapters.items():
            text = (ROOT / "book" / f"{name}.md").read_text()
            headings = {
                re.sub(r"[^a-z0-9]+", "-", each.lower()).strip("-") for each in re.findall(r"^## (.+)$", text, re.M)
            }
            assert set(places) <= headings | set(re.findall(r"name: (fig-\S+)", text)), name
