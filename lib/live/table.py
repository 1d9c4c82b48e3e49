"""A table that reads well before any script runs, and where none can."""

import html
from collections.abc import Sequence


def as_table(rows: Sequence[Sequence[str]], caption: str) -> str:
    """Rows of text as an HTML table; the first row and the first column are headings."""
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
