"""What a live part is before any script runs, and where none can: a table that reads well. To a notebook it brings its
script along.
"""

import html
import json
from collections.abc import Mapping, Sequence
from typing import Any

from lib.probes.benchmark import in_words
from lib.runner.kernels import for_a_reader
from lib.widgets.scripts import in_notebook


def as_table(rows: Sequence[Sequence[str]], caption: str) -> str:
    """Rows of text as an HTML table; the first row and the first column are headings."""
    rows = [[in_words(cell) for cell in row] for row in rows]
    head = "".join(f"<th scope='col'>{html.escape(cell)}</th>" for cell in rows[0])
    body = "".join(
        f"<tr><th scope='row'>{html.escape(row[0])}</th>"
        + "".join(f"<td>{html.escape(c)}</td>" for c in row[1:])
        + "</tr>"
        for row in rows[1:]
    )
    return (
        f"<table><caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def as_text(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text in columns, for a terminal.

    >>> print(as_text([["after", "heads"], ["nothing", "0.5"]]))
    after    heads
    nothing  0.5
    """
    rows = [[in_words(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def check_letters(history: str, kinds: str, letters: str) -> None:
    """Refuse a history in which there is anything else than these letters.

    Args:
        history: a letter for each event, as in "HHT".
        kinds: what the letters stand for, in the plural.
        letters: that there may be.

    Raises:
        ValueError: if another letter is in it.
    """
    if strange := set(history) - set(letters):
        raise ValueError(f"{kinds} are {' or '.join(letters)}, not {', '.join(sorted(strange))}")


class PagePart:
    """What a live part is where no page is drawn: its table. A dataclass that inherits it is made with `repr=False`."""

    def table(self) -> list[list[str]]:
        """Rows of text; the first row and the first column are headings."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return as_text(self.table())


def live(kind: str, rows: Sequence[Sequence[str]], caption: str, data: Mapping[str, Any]) -> str:
    """The container of a live part: the table that shows without its script, and the data that the script reads; for
    whoever runs the notebook, the script too.
    """
    text = json.dumps(data, separators=(",", ":"), allow_nan=False).replace("<", r"\u003c")  # no tag ends the script
    part = (
        f"<div class='live live-{kind}'><div class='fallback'>{as_table(rows, caption)}</div>"
        f"<script type='application/json'>{text}</script></div>"
    )
    return in_notebook(part) if for_a_reader() else part
