"""Verdicts that are no longer what they were in version 0.6.0, and why."""

import tomllib
from collections.abc import Iterator, Sequence

from lib.claims.evidence import VERDICTS
from lib.claims.ledger import Row
from lib.runner.provenance import ROOT

FILE = ROOT / "experiments" / "verdicts-0.6.toml"


def verdicts_then() -> dict[str, str]:
    """By claim, its verdict in version 0.6.0.

    Raises:
        ValueError: if the file has what is no verdict.
    """
    kept: dict[str, list[str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    if strange := sorted(set(kept) - set(VERDICTS)):
        raise ValueError(f"{FILE.name} has {strange}; verdicts are {', '.join(VERDICTS)}")
    return {claim: verdict for verdict, claims in kept.items() for claim in claims}


def moved(rows: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Each claim with another verdict than in version 0.6.0, and a sentence that says which and why."""
    then = verdicts_then()
    for row in rows:
        if then.get(row.id, row.verdict) != row.verdict:
            why = row.amended["reason"] if row.amended else "The rule is the same, and the networks are others."
            yield row, f"{then[row.id]}, now {row.verdict}. {why[:1].upper()}{why[1:].rstrip('.')}."
