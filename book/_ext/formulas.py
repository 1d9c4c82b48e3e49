r"""Formulas are drawn once, by `make formulas`, and not in every reader's browser: a page shows each as an SVG, tells
it to screen readers as MathML, and gives its TeX to whoever copies it. A formula that is not in the cache is left to
MathJax, which that page then loads.
"""

import hashlib
import html
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from lib.runner.provenance import ROOT

CACHE = ROOT / "book" / "formulas.json"
# As Sphinx writes a formula: its element, with a number where it has one, then TeX between delimiters; and what after
# it may not begin a line.
WRITTEN = re.compile(
    r'(<(span|div) class="[^"]*\bmath\b[^"]*"[^>]*>\s*(?:<span class="eqno">.*?</span>)?)'
    r"\\([(\[])([^<]*)\\[)\]](\s*</\2>)([-.,;:!?)\]’]*)",
    flags=re.S,
)
GLYPH = re.compile(r"href='#(MJX-[\w-]+)'")
PHONE = 30.0  # what fits on a small one, in heights of the letter x


@dataclass(frozen=True)
class Drawn:
    """A formula as an SVG, whose glyphs are drawn elsewhere on the page, and as MathML."""

    svg: str
    mathml: str

    @property
    def width(self) -> float:
        """In heights of the letter x."""
        found = re.search(r"width='([\d.]+)ex'", self.svg)
        return float(found[1]) if found else 0.0


@dataclass(frozen=True)
class Cache:
    """Drawn formulas: those in a line and those on lines of their own by their TeX; paths of glyphs by id; and the
    fingerprint of the MathJax that drew them.
    """

    mathjax: str
    inline: dict[str, Drawn]
    display: dict[str, Drawn]
    glyphs: dict[str, str]

    @classmethod
    def read(cls, file: Path = CACHE) -> "Cache":
        """What is committed."""
        text = json.loads(file.read_text(encoding="utf-8"))
        inline, display = ({tex: Drawn(**each) for tex, each in text[kind].items()} for kind in ("inline", "display"))
        return cls(text["mathjax"], inline, display, text["glyphs"])

    def write(self, file: Path = CACHE) -> None:
        """Write it with one line a value, sorted, so that a change of one formula is a change of few lines."""
        said = {
            "mathjax": self.mathjax,
            **{kind: {tex: vars(each) for tex, each in getattr(self, kind).items()} for kind in ("inline", "display")},
            "glyphs": self.glyphs,
        }
        file.write_text(json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n", encoding="utf-8")


@cache
def committed() -> Cache:
    """The cache that the book is built with."""
    return Cache.read()


def placed(page: str, known: Cache) -> str:
    r"""A page with its formulas drawn, as far as they are known.

    >>> known = Cache("", {"a < b": Drawn("<svg></svg>", "<math></math>")}, {}, {})
    >>> placed(r'<span class="math notranslate nohighlight">\(a &lt; b\)</span>', known)[43:87]
    '<span class="formula"><svg></svg><math></mat'
    >>> placed(r'<span class="math">\(a &lt; b\)</span>.', known)[-22:]
    '</span></span>.</span>'
    """

    def drawn(found: re.Match[str]) -> str:
        start, _, kind, tex, end, after = found.groups()
        key = html.unescape(tex).strip()
        formula = (known.inline if kind == "(" else known.display).get(key)
        if formula is None:
            return found[0]
        sign = "$" if kind == "(" else "$$"
        keys = ' tabindex="0"' if formula.width > PHONE else ""  # by which it is moved
        copied = f'<span class="tex" aria-hidden="true">{sign}{html.escape(key, quote=False)}{sign}</span>'
        whole = f'{start}<span class="formula"{keys}>{formula.svg}{formula.mathml}{copied}</span>{end}{after}'
        return f'<span class="kept">{whole}</span>' if after else whole

    return WRITTEN.sub(drawn, page)


def glyphs(page: str, known: Cache) -> str:
    """The paths of the glyphs that a page with drawn formulas uses, each once; nothing if there are none."""
    used = sorted(set(GLYPH.findall(page)))
    paths = "".join(f'<path id="{name}" d="{known.glyphs[name]}"/>' for name in used)
    return f'<svg style="display: none" aria-hidden="true"><defs>{paths}</defs></svg>' if used else ""


def draw(app: Sphinx, _page: str, _template: str, context: dict[str, Any], _doctree: object) -> None:
    """Do this to a page that Sphinx is about to write, and drop MathJax from it if nothing is left to typeset."""
    parts = [part for part in ("body", "toc") if context.get(part)]
    for part in parts:
        context[part] = placed(context[part], committed())
    whole = "".join(context[part] for part in parts)
    if shapes := glyphs(whole, committed()):
        context["body"] = shapes + context["body"]
    if not WRITTEN.search(whole):
        scripts = context["script_files"]
        scripts[:] = [script for script in scripts if not _of_mathjax(script, app.config.mathjax_path)]


def _of_mathjax(script: Any, path: str) -> bool:
    body = getattr(script, "attributes", {}).get("body") or ""
    return str(getattr(script, "filename", "")).endswith(path) or body.startswith("window.MathJax")


def watch(_app: Sphinx, config: Config) -> None:
    """Write every page again if the cache changed."""
    config.formulas = hashlib.sha256(CACHE.read_bytes()).hexdigest()


def setup(app: Sphinx) -> dict[str, bool]:
    app.add_config_value("formulas", "", "html", str)
    app.connect("config-inited", watch)
    app.connect("html-page-context", draw, priority=850)  # after what reads a page's words, its TeX among them
    return {"parallel_read_safe": True, "parallel_write_safe": True}
