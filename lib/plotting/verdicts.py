"""A verdict as a chapter shows it: the claim's name, what the rule found, and the number behind it."""

import html
from dataclasses import dataclass
from typing import Any

from lib.claims.criterion import Criterion
from lib.claims.evidence import Evidence
from lib.claims.ledger import Row, shipped
from lib.plotting.ledger import SIGNS, css_class, how_sure
from lib.plotting.style import number


@dataclass(frozen=True)
class Verdict:
    """One claim of the ledger, judged.

    Attributes:
        claim: its id.
        found: what its criterion finds.
        row: of the ledger, which says how sure that is; None where there is none, or it says otherwise.
    """

    claim: str
    found: Evidence
    row: Row | None = None

    @property
    def interval(self) -> str:
        """5th to 95th percentile over networks, where there is an ensemble."""
        if self.found.interval is None:
            return ""
        low, high = (number(each, 3) for each in self.found.interval)
        return f"; 5-95%: {low} to {high}, n = {self.found.n}"

    @property
    def sure(self) -> str:
        """How sure the verdict is, in words."""
        return "" if self.row is None else how_sure(self.row)

    def __repr__(self) -> str:
        said = f"{self.claim}: {self.found.verdict}. {self.found.value}{self.interval}"
        return f"{said}. {self.sure}" if self.sure else said

    def _repr_html_(self) -> str:
        kind, sure = css_class(self.found.verdict), self.sure
        return (
            f"<p class='judged'><a href='ledger.html#{self.claim}'>{self.claim}</a> "
            f"<span class='verdict {kind}'>{SIGNS[self.found.verdict]} {self.found.verdict}</span> "
            f"{html.escape(self.found.value + self.interval)}"
            f"{sure and f' <small>{html.escape(sure)}</small>'}</p>"
        )


def judged(criterion: Criterion, *results: Any) -> Verdict:
    """The verdict of a criterion on results, with what the ledger says of how sure it is.

    A rule that has been amended since has no row of its own, and what the ledger says is not said of it.
    """
    found = criterion(*results)
    rows = [row for row in shipped() if row.rule == criterion.rule and row.verdict == found.verdict]
    return Verdict(criterion.claim, found, rows[0] if rows else None)
