"""Why claims reproduce in part, or not: a plain sentence for each, beside the verdict that it explains."""

import tomllib
from collections.abc import Mapping, Sequence

from lib.claims.evidence import VERDICTS
from lib.claims.ledger import Row
from lib.runner.provenance import ROOT

FILE = ROOT / "experiments" / "shortfalls.toml"


def sentences() -> Mapping[str, Mapping[str, str]]:
    """By claim, by verdict.

    Raises:
        ValueError: if a sentence explains what is no verdict.
    """
    kept: dict[str, dict[str, str]] = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for claim, said in kept.items():
        if strange := sorted(set(said) - set(VERDICTS)):
            raise ValueError(f"{FILE.name}: {claim} explains {strange}; verdicts are {', '.join(VERDICTS)}")
    return kept


def shortfalls(rows: Sequence[Row]) -> dict[str, str]:
    """By claim, why its verdict is what it is; of claims that nobody wrote a sentence about, nothing."""
    kept = sentences()
    return {row.id: kept[row.id][row.verdict] for row in rows if row.verdict in kept.get(row.id, {})}
