"""Results made again: whether they say what the shipped ones say, and on which machines they were found to.

`make results` leaves what it makes in `_build/made` as well, and sets aside in `_build/shipped` what it replaces. The
two are compared; neither is changed.
"""

import datetime
import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments import ledger
from lib.claims.evidence import Evidence
from lib.claims.ledger import Row
from lib.runner import store

MADE, SHIPPED = store.BUILD / "made", store.BUILD / "shipped"
KEPT = store.RESULTS / "replications.json"
TENTH = 0.1
NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.(\d+))?(?:e([+-]?\d+))?")

Line = Mapping[str, Any]


class CannotCompare(ValueError):
    """There are no two results to compare."""


def set_aside(name: str) -> None:
    """Keep what ships of a run before it is made again. What was itself made here did not ship."""
    if not _made_here(name) and all((store.RESULTS / f"{name}{suffix}").is_file() for suffix in store.SUFFIXES):
        store.copy(name, store.RESULTS, SHIPPED)


def put_in_place(name: str) -> None:
    """Let chapters see what was made."""
    store.copy(name, MADE, store.RESULTS)


def _made_here(name: str) -> bool:
    """Whether the result that chapters see is the one that was made here."""
    seen, made = store.RESULTS / f"{name}.json", MADE / f"{name}.json"
    return seen.is_file() and made.is_file() and seen.read_bytes() == made.read_bytes()


def shipped(name: str) -> store.Result:
    """A result as it ships, whether or not it was made again since.

    Raises:
        CannotCompare: if it was replaced and not set aside.
        store.Missing, store.Damaged: if a file of it is.
    """
    if not _made_here(name):
        return store.load(name, store.RESULTS)
    if not (SHIPPED / f"{name}.json").is_file():
        raise CannotCompare(f"what ships of {name} was replaced and not set aside: git checkout results/{name}.*")
    return store.load(name, SHIPPED)


@dataclass(frozen=True)
class Judged:
    """What one claim's rule says of the shipped result, and of the one made again."""

    claim: str
    shipped: Evidence
    made: Evidence

    @property
    def agree(self) -> bool:
        """Whether the two say the same.

        The verdicts must be equal. Where there are intervals, they must overlap. Where there are none, the values must:
        the same words, and each number within a tenth of the larger, or one unit of the last place that is printed.
        """
        ours, theirs = self.shipped.interval, self.made.interval
        if self.shipped.verdict != self.made.verdict or (ours is None) != (theirs is None):
            return False
        if ours is None or theirs is None:
            return alike(self.shipped.value, self.made.value)
        return max(ours[0], theirs[0]) <= min(ours[1], theirs[1])

    def __str__(self) -> str:
        said = [f"{self.claim} {'agrees' if self.agree else 'does not agree'}"]
        for whose, found in (("shipped:", self.shipped), ("made:   ", self.made)):
            interval = "" if found.interval is None else " (5-95%: {:.3g} to {:.3g})".format(*found.interval)
            said.append(f"  {whose} {found.verdict}; {found.value}{interval}")
        return "\n".join(said)


def alike(one: str, other: str) -> bool:
    """Whether two values have the same words, and numbers that differ by a tenth or one unit of the last place at most.

    >>> alike("3 of 4: 0.031", "3 of 4: 0.032"), alike("0.031 reward", "0.041 reward"), alike("coin 1", "die 1")
    (True, False, False)
    """
    if NUMBER.sub("#", one) != NUMBER.sub("#", other):
        return False
    pairs = zip(NUMBER.finditer(one), NUMBER.finditer(other), strict=True)
    return all(_near(*pair) for pair in pairs)


def _near(one: re.Match[str], other: re.Match[str]) -> bool:
    a, b = (float(found[0].replace(",", "")) for found in (one, other))
    unit = max(10.0 ** (int(found[2] or 0) - len(found[1] or "")) for found in (one, other))
    return abs(a - b) <= max(TENTH * max(a, b), unit * (1 + 1e-9))


def moved(shipped: store.Result, made: store.Result) -> dict[str, float | None]:
    """The largest difference in each variable, as a share of its largest shipped value: 0 if equal to the bit.

    None where there is nothing to subtract: the shapes are different, or words are.
    """
    return {
        name: _moved(shipped.data.get(name), made.data.get(name))
        for name in sorted(map(str, {*shipped.data.data_vars, *made.data.data_vars}))
    }


def _moved(one: Any, other: Any) -> float | None:
    if one is None or other is None or one.shape != other.shape or one.dims != other.dims:
        return None
    if np.array_equal(one.values, other.values):
        return 0.0
    if one.dtype.kind not in "fiub" or other.dtype.kind not in "fiub":
        return None
    before, after = one.values.astype(float), other.values.astype(float)
    largest = float(np.abs(before).max())
    return float(np.abs(after - before).max()) / largest if largest else float("inf")


@dataclass(frozen=True)
class Replication:
    """One run, as it ships and as it was made here."""

    shipped: store.Result
    made: store.Result
    judged: Sequence[Judged]

    @property
    def holds(self) -> bool:
        """Whether every claim that rests on the run is judged alike."""
        return all(each.agree for each in self.judged)

    def __str__(self) -> str:
        name, agree = self.made.name, sum(each.agree for each in self.judged)
        ours, theirs = (
            ", ".join(f"{program} {version}" for program, version in each.manifest["versions"].items())
            for each in (self.shipped, self.made)
        )
        found = moved(self.shipped, self.made)
        others = {variable: share for variable, share in found.items() if share != 0}
        of_what = "; the largest difference in the others, as a share of their largest value:" if others else ""
        said = [
            f"{name}, as shipped ({self.shipped.profile} profile) and as made here ({self.made.profile})",
            _beside("processor", self.shipped.processor, self.made.processor),
            _beside("versions", ours, theirs),
            *map(str, self.judged),
            f"{len(found) - len(others)} of {len(found)} variables are equal to the bit{of_what}",
            *(f"  {v}: {'other words or another shape' if s is None else f'{s:.1e}'}" for v, s in others.items()),
            f"{name} {'holds' if self.holds else 'does not hold'}: {agree} of {len(self.judged)} agree",
        ]
        return "\n".join(said)

    def line(self) -> dict[str, Any]:
        """What is kept of it."""
        return {
            "run": self.made.name,
            "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
            "processor": self.made.processor,
            "versions": dict(self.made.manifest["versions"]),
            "profile": self.made.profile,
            "verdicts": {
                each.claim: {"shipped": each.shipped.verdict, "made": each.made.verdict, "agree": each.agree}
                for each in self.judged
            },
            "agree": self.holds,
        }


def _beside(title: str, one: str, other: str) -> str:
    return f"{title}: {one}, both" if one == other else f"{title}\n  shipped: {one}\n  made:    {other}"


def compare(name: str) -> Replication:
    """Judge every claim that rests on a run by its result as shipped and as made here, its other runs as shipped.

    Claims about the other rows of the ledger are left out.

    Raises:
        CannotCompare: if the run was not made again here, or by other versions of it; if no claim rests on it.
        store.Missing, store.Damaged: if a file of a result is.
    """
    resting = {claim: rule for claim, rule in ledger.CRITERIA.items() if name in rule.runs}
    if not resting:
        raise CannotCompare(f"no claim rests on {name}")
    if not any((MADE / f"{name}{suffix}").is_file() for suffix in store.SUFFIXES):
        raise CannotCompare(f"{name} was not made again here: make results RUN={name} PROFILE=laptop")
    made = store.load(name, MADE)
    ships = {run: shipped(run) for run in {run for rule in resting.values() for run in rule.runs}}
    ours, theirs = made.made_by, ships[name].made_by
    if ours != theirs:
        raise CannotCompare(
            f"{name} was made here by {ours}, and what ships by {theirs}. "
            f"Make it again: make results RUN={name} PROFILE=laptop"
        )
    both = [
        Judged(
            claim, rule(*(ships[run] for run in rule.runs)), rule(*({**ships, name: made}[run] for run in rule.runs))
        )
        for claim, rule in resting.items()
    ]
    return Replication(ships[name], made, both)


def kept(path: Path = KEPT) -> list[Line]:
    """What was made again, and where.

    Raises:
        store.Damaged: if the file is not a list of such lines.
    """
    if not path.is_file():
        return []
    try:
        lines = json.loads(path.read_bytes())
        _ = [(line["run"], line["processor"], line["verdicts"]) for line in lines]
    except (ValueError, KeyError, TypeError) as error:
        raise store.Damaged(f"{path.name} is damaged: git checkout results/{path.name}") from error
    return list(lines)


def keep(replication: Replication, path: Path) -> None:
    """Add a line; an older one of the same run on the same kind of machine goes.

    Raises:
        CannotCompare: if it was not all made on one kind of machine, that was recorded.
    """
    made = replication.made
    if store.NOT_RECORDED in made.processor or ";" in made.processor:
        raise CannotCompare(f"{made.name} was not made on one known kind of machine, but on {made.processor}")
    new = replication.line()
    lines = {(line["run"], line["processor"]): line for line in [*kept(path), new]}
    store.replace(path, store.readable([lines[key] for key in sorted(lines)]).encode())


def again(rows: Sequence[Row], lines: Sequence[Line]) -> dict[str, Counter[bool]]:
    """On how many kinds of machine each row's verdict was made again (True), and on how many it was not (False).

    It was if every run that the row rests on was made there, and agrees. It was not if one does not. Lines about
    another verdict than the row now has are passed over.
    """
    found: dict[str, Counter[bool]] = {}
    for row in rows:
        runs = ledger.runs(row)
        said: dict[str, list[bool]] = {}
        for line in lines:
            verdict = line["verdicts"].get(row.id)
            if line["run"] in runs and verdict and verdict["shipped"] == row.verdict:
                said.setdefault(line["processor"], []).append(verdict["agree"])
        whole = [all(own) for own in said.values() if len(own) == len(runs) or not all(own)]
        if whole:
            found[row.id] = Counter(whole)
    return found
