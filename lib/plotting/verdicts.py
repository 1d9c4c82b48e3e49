"""A verdict as a chapter shows it: the claim's name, what the rule found, and the number behind it."""

import html
from dataclasses import dataclass

from lib.claims.evidence import Evidence
from lib.plotting.ledger import SIGNS
from lib.plotting.style import number


@dataclass(frozen=True)
class Verdict:
    """One claim of the ledger, judged."""

    claim: str
    found: Evidence

    @property
    def interval(self) -> str:
        """5th to 95th percentile over networks, where there is an ensemble."""
        if self.found.interval is None:
            return ""
        low, high = (number(each, 3) for each in self.found.interval)
        return f"; 5-95%: {low} to {high}, n = {self.found.n}"

    def __repr__(self) -> str:
        return f"{self.claim}: {self.found.verdict}. {self.found.value}{self.interval}"

    def _repr_html_(self) -> str:
        kind = self.found.verdict.replace(" ", "-")
        return (
            f"<p class='judged'><a href='ledger.html#{self.claim}'>{self.claim}</a> "
            f"<span class='verdict {kind}'>{SIGNS[self.found.verdict]} {self.found.verdict}</span> "
            f"{html.escape(self.found.value + self.interval)}</p>"
        )
