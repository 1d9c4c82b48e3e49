"""The whole ledger at a glance: verdicts by source, and a map from claims to the chapters in which they are judged."""

import html
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from lib.claims.evidence import VERDICTS
from lib.claims.ledger import Row
from lib.plotting.ledger import SIGNS, SOURCES, css_class
from lib.probes.benchmark import in_words

AUTHORS = {
    "mikulik": "Mikulik and others 2020",
    "blog": "Delétang and others 2020",
    "rabinowitz": "Rabinowitz 2019",
    "lange": "Lange and Sprekeler 2020",
    "after2020": "After 2020",
    "beyond": "Beyond the sources",
}


@dataclass(frozen=True)
class Chapter:
    """One chapter.

    Attributes:
        title: its first heading.
        page: its address, as in "coins.html".
        part: of the book, in which it stands.
    """

    title: str
    page: str
    part: str


@dataclass(frozen=True)
class VerdictBars:
    """How many claims of each source have which verdict: a bar for each source, whose pieces lead to these rows."""

    rows: Sequence[Row]

    @property
    def counts(self) -> Mapping[str, Counter[str]]:
        """By source, by verdict."""
        return {source: Counter(row.verdict for row in self.rows if row.source == source) for source in SOURCES}

    def __repr__(self) -> str:
        return "\n".join(
            f"{AUTHORS[source]}: " + ", ".join(f"{own[verdict]} {verdict}" for verdict in VERDICTS if own[verdict])
            for source, own in self.counts.items()
        )

    def _repr_html_(self) -> str:
        return "<dl class='bars'>" + "".join(map(_bar, self.counts, self.counts.values())) + "</dl>"


def _bar(source: str, counts: Counter[str]) -> str:
    pieces = "".join(
        f"<a class='piece {css_class(verdict)}' style='flex-grow: {counts[verdict]}' "
        f"href='ledger.html#paper={source}&amp;verdict={css_class(verdict)}'>"
        f"<span aria-hidden='true'>{SIGNS[verdict]}</span> {counts[verdict]} <span class='word'>{verdict}</span></a>"
        for verdict in VERDICTS
        if counts[verdict]
    )
    title = f"<a href='ledger.html#paper={source}'>{html.escape(AUTHORS[source])}</a>"
    work = f"<small>{html.escape(SOURCES[source])}</small>" if source != "beyond" else "<small>our own</small>"
    return f"<dt>{title} {work}</dt><dd>{pieces}</dd>"


@dataclass(frozen=True)
class BookMap:
    """Which claims each chapter judges. A claim leads to its figure, and says what was claimed and found.

    Attributes:
        chapters: in the order of the book.
        rows: of the ledger.
    """

    chapters: Sequence[Chapter]
    rows: Sequence[Row]

    @property
    def judged(self) -> Iterator[tuple[Chapter, list[Row]]]:
        """The chapters that judge any, and which."""
        for chapter in self.chapters:
            if own := [row for row in self.rows if page_of(row) == chapter.page]:
                yield chapter, own

    def __repr__(self) -> str:
        return "\n".join(f"{chapter.title}: {', '.join(row.id for row in own)}" for chapter, own in self.judged)

    def _repr_html_(self) -> str:
        parts = ""
        for part, own in groupby(self.judged, lambda each: each[0].part):
            parts += f"<li><span class='part'>{html.escape(part)}</span><ul>{''.join(map(_chapter, own))}</ul></li>"
        return f"<ul class='book-map'>{parts}</ul>"


def page_of(row: Row) -> str:
    """The page on which a claim is judged, as in "coins.html"; nothing where there is none."""
    return (row.figure or "").split("#")[0]


def _chapter(judged: tuple[Chapter, Sequence[Row]]) -> str:
    chapter, rows = judged
    title = f"<a href='{chapter.page}'>{html.escape(chapter.title)}</a>"
    return f"<li>{title} <span class='claims'>{' '.join(map(chip, rows))}</span></li>"


def chip(row: Row) -> str:
    """A claim in few letters, coloured by its verdict, with more to say to whoever points at it."""
    kind = css_class(row.verdict)
    return (
        f"<a class='claim {kind}' href='{html.escape(row.figure or f'ledger.html#{row.id}', quote=True)}' "
        f"data-tip='{html.escape(in_words(f'{row.verdict}: {row.statement}'), quote=True)}'>"
        f"<span aria-hidden='true'>{SIGNS[row.verdict]}</span> {row.id}<span class='word'> {row.verdict}</span></a>"
    )


@dataclass(frozen=True)
class ClaimList:
    """Claims, a line each, with what there is to say of them.

    Attributes:
        said: claims and sentences, in their order.
    """

    said: Sequence[tuple[Row, str]]

    def __repr__(self) -> str:
        return "\n".join(f"{row.id} {row.verdict}: {sentence}" for row, sentence in self.said)

    def _repr_html_(self) -> str:
        return f"<ul class='claim-list'>{''.join(map(_line, self.said))}</ul>"


def _line(claimed: tuple[Row, str]) -> str:
    row, said = claimed
    statement, said = (in_words(each) for each in (f"{row.statement[:1].upper()}{row.statement[1:]}.", said))
    return f"<li>{chip(row)}<div>{html.escape(statement)} <span class='said'>{html.escape(said)}</span></div></li>"
