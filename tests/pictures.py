"""What every picture owes to its reader, checked in one place."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable

from lib.plotting import looks, style
from lib.plotting.style import Picture

NOT_NUMBERS = re.compile(r"\b(nan|inf)\b")


def check_picture(draw: Callable[[], Picture], rows: int, finding: str, holes: bool = False) -> None:
    """Its words carry the finding; its table has so many like rows, full if nothing else is said; its drawing is one
    that a page can take, and the same each time.

    Args:
        draw: draws it.
        rows: of its table.
        finding: a regular expression.
        holes: whether cells may be empty, since a row has nothing to say there.
    """
    drawn = draw()
    assert re.search(finding, drawn.alt), drawn.alt
    assert len(drawn.numbers) == rows
    assert len({tuple(row) for row in drawn.numbers}) == 1, "the rows of the table have different columns"
    cells = [cell for row in drawn.numbers for cell in row.values()]
    assert all((cell or holes) and cell == cell.strip() and not NOT_NUMBERS.search(cell) for cell in cells), cells
    root = ET.fromstring(drawn.svg)
    assert root.get("aria-label") == drawn.alt
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    assert style.INK not in drawn.svg
    assert "currentColor" in drawn.svg
    assert drawn.made_by("Run x")._repr_html_().count("<tr>") == rows + 1
    assert draw().svg == drawn.svg


def optima(drawn: Picture) -> int:
    """How many lines are drawn as the optimum's are: dashed, in the page's ink."""
    on, off = looks.DASHED[1]
    styles = re.findall(r'style="([^"]*stroke: currentColor[^"]*)"', drawn.svg)
    dashes = [re.search(r"stroke-dasharray: ([\d.]+),([\d.]+)(;|$)", each) for each in styles]
    return sum(abs(float(each[1]) / float(each[2]) - on / off) < 0.01 for each in dashes if each)
