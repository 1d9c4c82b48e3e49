"""Findings as a first page shows them: a picture, a sentence and a way to where they are told."""

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lib.claims.ledger import Row
from lib.plotting.style import Picture


@dataclass(frozen=True)
class Finding:
    """Something that was found.

    Attributes:
        title: in a few words.
        sentence: with the numbers.
        address: of the page and the figure that tell it.
        picture: a small one.
    """

    title: str
    sentence: str
    address: str
    picture: Picture


@dataclass(frozen=True)
class Findings:
    """Several, as cards."""

    each: Sequence[Finding]

    def __repr__(self) -> str:
        return "\n".join(f"{one.title}. {one.sentence}\n{one.picture!r}" for one in self.each)

    def _repr_html_(self) -> str:
        cards = "".join(
            f"<li>{one.picture.svg}<p class='finding'><a href='{html.escape(one.address, quote=True)}'>"
            f"{html.escape(one.title)}</a></p><p>{html.escape(one.sentence)}</p></li>"
            for one in self.each
        )
        return f"<ul class='findings'>{cards}</ul>"


@dataclass(frozen=True)
class InShort:
    """What was found and what surprised, in a line each, for who reads no further.

    Attributes:
        rows: of the ledger.
        surprise: the finding that surprised most.
    """

    rows: Sequence[Row]
    surprise: Finding

    @property
    def found(self) -> str:
        """How many claims hold.

        >>> row = Row("M01", "mikulik", "", "")
        >>> InShort([row, row], Finding("", "", "", Picture("", "", []))).found
        'Of 2 claims, 0 are reproduced, 0 in part, and 0 are not.'
        """
        count = Counter(row.verdict for row in self.rows)
        return (
            f"Of {len(self.rows)} claims, {count['reproduced']} are reproduced, "
            f"{count['partly']} in part, and {count['not']} are not."
        )

    def __repr__(self) -> str:
        return f"Found: {self.found}\nA surprise: {self.surprise.title}."

    def _repr_html_(self) -> str:
        address, title = (html.escape(each, quote=True) for each in (self.surprise.address, self.surprise.title))
        return (
            f"<div class='in-short'><p><strong>Found.</strong> {self.found} <a href='ledger.html'>The ledger</a></p>"
            f"<p><strong>A surprise.</strong> <a href='{address}'>{title}</a>.</p></div>"
        )
