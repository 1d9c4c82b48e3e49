"""Findings as a first page shows them: a picture, a sentence and a way to where they are told."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

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
