"""The ledger as it is kept: one row a claim, in `results/ledger.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from lib.claims.stability import FRAGILE
from lib.runner import store

LEDGER = store.RESULTS / "ledger.json"


@dataclass(frozen=True)
class Row:
    """One line of the ledger; the fields are those of `results/ledger.json`.

    Attributes:
        id: of the claim.
        source: of `references.bib`, or "blog", or "after2020" for papers that came later, or "beyond".
        where: figure or section of the source.
        statement: what is claimed.
        rule: the criterion in words; empty while there is none.
        verdict: one of `lib.claims.evidence.VERDICTS`.
        value: our number, in words.
        interval: 5th and 95th percentile over networks.
        n: independently trained networks, for each condition.
        source_value: the source's number, in words.
        episodes_source: outer episodes of one network in the source.
        episodes_ours: here.
        profile: the size of the run.
        figure: page and anchor of the figure.
        fixed: the day on which the rule was fixed.
        rule_before: whether that was before its result had been seen.
        amended: the rule that was fixed first, its verdict and value, and why it was amended; None if it was not.
        same_as: claims that rest on the same numbers.
        statistic: the number that decides; None where it is infinite or not known.
        statistic_interval: its 2.5th and 97.5th percentile over resamples of the networks.
        stands: share of resamples in which the verdict stands; None where nothing is sampled.
        seeds_shared: whether networks that are compared began with the same seed; None where nothing was trained.
        holds_from: outer episodes from which on the rule holds and stays; None where that was not looked at.
        processors: on which the results that it rests on were made; "not recorded" for those that do not say.
    """

    id: str
    source: str
    where: str
    statement: str
    rule: str = ""
    verdict: str = "not yet"
    value: str | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    source_value: str | None = None
    episodes_source: int | None = None
    episodes_ours: int | None = None
    profile: str | None = None
    figure: str | None = None
    fixed: str | None = None
    rule_before: bool | None = None
    amended: Mapping[str, str] | None = None
    same_as: tuple[str, ...] = ()
    statistic: float | None = None
    statistic_interval: tuple[float, float] | None = None
    stands: float | None = None
    seeds_shared: bool | None = None
    holds_from: int | None = None
    processors: tuple[str, ...] = ()

    @property
    def made_on(self) -> str:
        """The processors, in words.

        >>> Row("M01", "mikulik", "", "", processors=("AMD EPYC, AVX2", store.NOT_RECORDED)).made_on
        'AMD EPYC, AVX2 and a machine that was not written down'
        """
        return " and ".join(self.processors).replace(store.NOT_RECORDED, "a machine that was not written down")

    @property
    def fragile(self) -> bool:
        """Whether the verdict stands in too few resamples."""
        return self.stands is not None and self.stands < FRAGILE


def shipped(file: Path = LEDGER) -> list[Row]:
    """The ledger as it was last judged.

    Raises:
        store.Missing: if it was never judged.
        store.Damaged: if the file is no ledger, or a row misses a field.
    """
    if not file.is_file():
        raise store.Missing(f"{file.name} is not in results. Make it: make ledger")
    try:
        rows: list[dict[str, Any]] = json.loads(file.read_bytes())
        for row in rows:
            if missing := [field.name for field in fields(Row) if field.name not in row]:
                raise ValueError(f"row {row.get('id', '?')} misses {', '.join(missing)}")
        return [_row(row) for row in rows]
    except (ValueError, TypeError, AttributeError) as error:
        raise store.Damaged(f"{file.name} is not a ledger ({error}). Make it again: make ledger") from error


def _row(kept: Mapping[str, Any]) -> Row:
    values: dict[str, Any] = {name: tuple(each) if isinstance(each, list) else each for name, each in kept.items()}
    return Row(**values)
