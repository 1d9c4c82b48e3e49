"""The ledger as a page shows it."""

import html
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lib.claims.evidence import VERDICTS
from lib.claims.ledger import Row
from lib.plotting.style import number
from lib.probes.benchmark import in_words

SOURCES = {
    "mikulik": "Meta-trained agents implement Bayes-optimal agents",
    "blog": "Understanding meta-trained algorithms through a Bayesian lens",
    "rabinowitz": "Meta-learners' learning dynamics are unlike learners'",
    "lange": "Learning not to learn",
    "after2020": "What later papers claim",
    "beyond": "Beyond the sources",
}
SIGNS = {"reproduced": "✓", "partly": "◐", "not": "✗", "not testable": "—", "not yet": "·"}


@dataclass(frozen=True)
class Ledger:
    """All rows of one source, as a table.

    Attributes:
        source: one of `SOURCES`.
        rows: its rows.
        again: by row, on how many kinds of machine its verdict was made again, and on how many it was not.
        why: by row, why a claim reproduces in part, or not.
    """

    source: str
    rows: Sequence[Row]
    again: Mapping[str, Counter[bool]] = field(default_factory=dict)
    why: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "\n".join(f"{row.id}: {row.verdict}" + (f" ({row.value})" if row.value else "") for row in self.rows)

    def _repr_html_(self) -> str:
        heads = ("verdict", "claim", "numbers")
        head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
        body = "".join(_row(row, made_again(self.again.get(row.id)), self.why.get(row.id, "")) for row in self.rows)
        return (
            f"<div class='ledger'><table aria-label='{html.escape(SOURCES[self.source], quote=True)}'>"
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )


def by_source(
    rows: Sequence[Row],
    source: str,
    again: Mapping[str, Counter[bool]] | None = None,
    why: Mapping[str, str] | None = None,
) -> Ledger:
    """The part of the ledger that belongs to one source, with where it was made again, and why it falls short.

    Raises:
        ValueError: if there is no such source.
    """
    if source not in SOURCES:
        raise ValueError(f"there is no source {source!r}; there are {', '.join(SOURCES)}")
    return Ledger(source, [row for row in rows if row.source == source], again or {}, why or {})


def made_again(machines: Counter[bool] | None) -> str:
    """In words, on how many kinds of machine a verdict was made again.

    >>> made_again(Counter({True: 2})), made_again(Counter({True: 1, False: 1})), made_again(None)
    ('made again on 2 kinds of machine', 'made again on 1 kind of machine, not so on 1', '')
    """
    if machines is None:
        return ""
    held, differs = machines[True], machines[False]
    said = f"made again on {held} kind{'s' * (held != 1)} of machine"
    return f"{said}, not so on {differs}" if differs else said


def how_sure(row: Row) -> str:
    """In words, how sure a verdict is: in what share of resamples of the networks it stands.

    >>> how_sure(Row("M01", "mikulik", "", "", stands=0.7))
    'fragile: stands in 70% of resamples of the networks'
    >>> how_sure(Row("M01", "mikulik", "", "", stands=1.0, statistic=2, statistic_interval=(1.5, 3)))
    'stands in 100% of resamples of the networks; what decides is 2 (95%: 1.5 to 3)'
    """
    if row.stands is None:
        return ""
    said = f"{'fragile: ' if row.fragile else ''}stands in {row.stands:.0%} of resamples of the networks"
    if row.statistic is None or row.statistic_interval is None:
        return said
    decides, low, high = (number(each, 3) for each in (row.statistic, *row.statistic_interval))
    return f"{said}; what decides is {decides} (95%: {low} to {high})"


def when_fixed(row: Row) -> str:
    """In words, when the rule of a verdict was fixed, and what it amends.

    >>> when_fixed(Row("M01", "mikulik", "", "", fixed="2026-11-20", rule_before=True))
    'Fixed on 2026-11-20, before the result was seen.'
    """
    if row.fixed is None:
        return ""
    said = f"Fixed on {row.fixed}, {'before' if row.rule_before else 'after'} the result was seen."
    if row.amended is None:
        return said
    first = row.amended
    return (
        f"{said} Amended, and judged on what nobody had looked at ({first['fresh']}): {first['reason']} The first "
        f"rule, of {first['fixed']}, reads {first['verdict']} ({first['value']}): {first['rule']}"
    )


def css_class(verdict: str) -> str:
    """The class that a page gives to a verdict.

    >>> css_class("not testable")
    'not-testable'
    """
    return verdict.replace(" ", "-")


def tally(rows: Sequence[Row]) -> str:
    """How many claims have which verdict, in one line."""
    counts = Counter(row.verdict for row in rows)
    return ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict])


def stability(row: Row) -> str:
    """In single words, how a verdict stands: firm or fragile over resamples, or nothing to sample; and whether its rule
    was amended.

    >>> stability(Row("M01", "mikulik", "", "", stands=0.7)), stability(Row("M01", "mikulik", "", ""))
    ('fragile', 'unsampled')
    """
    stands = "unsampled" if row.stands is None else "fragile" if row.fragile else "firm"
    return f"{stands} amended" if row.amended else stands


def _row(row: Row, again: str, why: str) -> str:
    where = f" <span class='where'>{html.escape(row.where)}</span>" if row.where else ""
    kind = css_class(row.verdict)
    fragile = ", fragile" if row.fragile else ""
    verdict = f"<span aria-hidden='true'>{SIGNS[row.verdict]}</span> {row.verdict}{fragile}"
    chapter = (row.figure or "").split(".html")[0]
    claim = [
        f"{_prose(row.statement)}{where}",
        f"<span class='why'>{_prose(why)}</span>" if why else "",
    ]
    rule = f"<details><summary>The rule</summary>{_prose(row.rule)} {_prose(when_fixed(row))}</details>"
    return (
        f"<tr id='{row.id}' data-verdict='{kind}' data-paper='{row.source}' data-chapter='{chapter}' "
        f"data-stability='{stability(row)}'>"
        f"<th scope='row'><a href='#{row.id}'>{row.id}</a><br><span class='verdict {kind}'>{verdict}</span></th>"
        f"<td>{_lines(claim)}{rule}</td><td>{_lines(_numbers(row, again))}</td></tr>"
    )


def _numbers(row: Row, again: str) -> list[str]:
    """What a row says of ours and the source's, a line for each."""
    said = [f"<span class='whose'>source</span> {html.escape(row.source_value)}" if row.source_value else ""]
    said.append(f"<span class='whose'>ours</span> {html.escape(row.value)}" if row.value else "")
    if row.interval is not None:
        low, high = (number(each, 3) for each in row.interval)
        said.append(f"<small>5-95%: {low} to {high}, n = {row.n}, {row.profile}</small>")
    if sure := how_sure(row):
        said.append(f"<small class='{'fragile' if row.fragile else 'sure'}'>{sure}</small>")
    said.append(_episodes(row.episodes_ours, row.episodes_source))
    if row.holds_from is not None:
        said.append(f"<small>holds from {row.holds_from:,} episodes on</small>")
    if row.same_as:
        said.append(f"<small>the same numbers as {', '.join(row.same_as)}</small>")
    if row.processors:
        said.append(f"<small>made on {html.escape(row.made_on)}</small>")
    if again:
        said.append(f"<small>{again}</small>")
    if row.figure:
        said.append(
            f"<a href='{html.escape(row.figure, quote=True)}'>see the figure<span class='word'> of {row.id}</span></a>"
        )
    return said


def _prose(text: str) -> str:
    """Plain text with the signs that a page can show, and tasks as a reader knows them."""
    for plain, sign in (("<=", "≤"), (">=", "≥"), ("->", "→")):
        text = text.replace(plain, sign)
    return html.escape(in_words(text))


def _episodes(ours: int | None, source: int | None) -> str:
    if ours is None:
        return "" if source is None else f"<small>the source: {source:,} outer episodes</small>"
    beside = "" if source is None else f", the source {source:,}"
    return f"<small>{ours:,} outer episodes{beside}</small>"


def _lines(parts: Sequence[str]) -> str:
    return "<br>".join(filter(None, parts))
