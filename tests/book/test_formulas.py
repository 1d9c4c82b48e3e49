r"""Formulas, drawn beforehand: all that the sources have, as pages show them, and as authors draw them."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page

from book._ext import draw_formulas
from book._ext.draw_formulas import NotDrawn, fingerprint, formulas, of_the_book, parser, renewed, taken_apart
from book._ext.formulas import CACHE, GLYPH, Cache, Drawn, glyphs, placed
from lib.runner.provenance import ROOT

HERE = ROOT / "book" / "coins.md"
SHAPES = {"MJX-TEX-I-78": "M52", "MJX-TEX-N-31": "M213"}
KNOWN = Cache(
    "",
    {"x": Drawn("<svg><use href='#MJX-TEX-I-78'/></svg>", "<math><mi>x</mi></math>")},
    {"1": Drawn("<svg><use href='#MJX-TEX-N-31'/></svg>", "<math><mn>1</mn></math>")},
    SHAPES,
)


def test_the_cache_holds_every_formula_of_the_sources_and_no_other() -> None:
    cache = Cache.read()
    held = {(tex, False) for tex in cache.inline} | {(tex, True) for tex in cache.display}
    wanted = of_the_book()
    lacking = [f"{wanted[each].relative_to(ROOT)}: {each[0]}" for each in wanted if each not in held]
    assert not lacking, "run `make formulas`"
    assert held == wanted.keys(), "run `make formulas`"
    assert cache.mathjax == fingerprint(), "MathJax has changed: run `make formulas`"


def test_every_glyph_is_there_once_and_used() -> None:
    cache = Cache.read()
    drawn = "".join(each.svg for each in [*cache.inline.values(), *cache.display.values()])
    assert set(GLYPH.findall(drawn)) == cache.glyphs.keys()
    assert " id=" not in drawn


def test_the_cache_is_written_as_it_was_read(tmp_path: Path) -> None:
    Cache.read().write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == CACHE.read_bytes()


def test_formulas_stand_in_text_lists_directives_and_captions_but_not_in_code() -> None:
    source = """
Not `$a$`, then $b$ and $c < d$.

- An item with $e$.

````{admonition} Of $f$
```{note}
$$
g
$$
```
````

```{code-cell} python
---
mystnb:
  figure:
    caption: "Divergence in $h$."
---
print("$i$")
```

$$
j \\\\
k
$$ (label)
"""
    found = list(formulas(source, parser()))
    assert found == [
        ("b", False),
        ("c < d", False),
        ("e", False),
        ("f", False),
        ("g", True),
        ("h", False),
        ("\\begin{split}\nj \\\\\nk\n\\end{split}", True),
    ]


def test_a_known_formula_is_drawn_said_and_copied_as_tex() -> None:
    page = placed(r'<p>Of <span class="math notranslate nohighlight">\(x\)</span>.</p>', KNOWN)
    assert page == (
        '<p>Of <span class="kept"><span class="math notranslate nohighlight"><span class="formula">'
        "<svg><use href='#MJX-TEX-I-78'/></svg><math><mi>x</mi></math>"
        '<span class="tex" aria-hidden="true">$x$</span></span></span>.</span></p>'
    ), "the full stop does not begin a line"


def test_a_numbered_formula_keeps_its_number_and_its_address() -> None:
    number = '<span class="eqno">(1)<a class="headerlink" href="#equation-one">#</a></span>'
    page = placed(f'<div class="math notranslate nohighlight" id="equation-one">\n{number}\\[1\\]</div>', KNOWN)
    assert f'id="equation-one">\n{number}<span class="formula"><svg>' in page
    assert page.endswith('<span class="tex" aria-hidden="true">$$1$$</span></span></div>')


def test_a_formula_that_is_wider_than_a_phone_is_moved_by_keys() -> None:
    for width, moved in (("29.9ex", False), ("30.1ex", True)):
        known = replace(KNOWN, inline={"x": Drawn(f"<svg width='{width}'></svg>", "<math></math>")})
        page = placed(r'<span class="math notranslate nohighlight">\(x\)</span>', known)
        assert ('<span class="formula" tabindex="0">' in page) == moved


def test_an_unknown_formula_is_left_to_mathjax() -> None:
    unknown = r'<span class="math notranslate nohighlight">\(y\)</span>'
    assert placed(unknown, KNOWN) == unknown
    other = r'<span class="math notranslate nohighlight">\(1\)</span>'  # known on lines of its own, not in a line
    assert placed(other, KNOWN) == other


def test_a_page_has_the_glyphs_that_it_uses_once() -> None:
    page = placed(r'<span class="math notranslate nohighlight">\(x\)</span>' * 2, KNOWN)
    assert re.findall(r'id="([^"]*)"', glyphs(page, KNOWN)) == ["MJX-TEX-I-78"]
    assert glyphs("<p>Without.</p>", KNOWN) == ""


def test_what_mathjax_refuses_is_named_with_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draw_formulas, "draw", lambda _: ['<svg><g data-mjx-error="Missing close brace"></g></svg>'])
    with pytest.raises(NotDrawn, match=re.escape(r"book/coins.md: MathJax refuses '\\frac{1': Missing close brace")):
        renewed(KNOWN, {(r"\frac{1", False): HERE})


def test_a_character_that_each_machine_would_draw_in_its_own_way_is_refused() -> None:
    with pytest.raises(NotDrawn, match="its fonts have no ½"):
        taken_apart("<svg><text font-size='884px'>½</text></svg>")


def test_formulas_are_drawn_as_they_were_and_dropped_where_no_page_has_them(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draw_formulas, "draw", lambda wanted: draw_formulas.on(page, wanted))
    cache = Cache.read()
    kept, new = next(iter(cache.display)), r"\sum_{i<7}\frac{x_i}{2}"
    drawn = renewed(replace(cache, display={}), {(kept, True): HERE, (new, False): HERE})
    assert drawn.display == {kept: cache.display[kept]}
    assert drawn.inline.keys() == {new}
    assert "<mfrac>" in drawn.inline[new].mathml
    assert {name: cache.glyphs[name] for name in drawn.glyphs} == drawn.glyphs
