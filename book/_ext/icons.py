"""The font of the book's icons: of the theme's font of 1,400 those letters that `_static/icons.css` names."""

import re
from pathlib import Path

import pydata_sphinx_theme
from fontTools import subset
from fontTools.ttLib import TTFont

from lib.runner.provenance import ROOT

SHEET = ROOT / "book" / "_static" / "icons.css"
FONT = ROOT / "book" / "_static" / "fonts" / "icons.woff"
WHOLE = "theme/pydata_sphinx_theme/static/vendor/fontawesome/6.5.2/webfonts/fa-solid-900.ttf"
NAMES = {
    1: "Book Icons",
    2: "Solid",
    3: "Book Icons, a part of another font",
    4: "Book Icons Solid",
    6: "BookIcons-Solid",
}


def named(sheet: str) -> set[int]:
    """Code points that a style sheet names."""
    return {int(code, 16) for code in re.findall(r"\\(f[0-9a-f]{3})\b", sheet)}


def made(codes: set[int]) -> TTFont:
    """The font of these letters, under a name of its own, as its license asks."""
    font = TTFont(Path(pydata_sphinx_theme.__file__).parent / WHOLE, recalcTimestamp=False)
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    for record in list(font["name"].names):
        if record.nameID in NAMES:
            record.string = NAMES[record.nameID]
        elif record.nameID not in (0, 13, 14):  # copyright and license stay
            font["name"].names.remove(record)
    font.flavor = "woff"
    return font


if __name__ == "__main__":
    made(named(SHEET.read_text(encoding="utf-8"))).save(FONT)
