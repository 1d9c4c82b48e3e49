"""A claim's criterion: what is looked at, its bounds, its words and when it was fixed, all in one place."""

import inspect
import re
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from lib.claims.evidence import Evidence

Judge = Callable[..., Evidence]
Course = Callable[..., Mapping[int, bool]]


@dataclass(frozen=True)
class Criterion:
    """A rule that judges one claim by results; called like the function that it is made of.

    Attributes:
        claim: its id in the ledger.
        judge: from results to evidence. Its docstring says, after the claim's id, what is looked at and which verdict
            follows; its bounds are arguments with defaults, or constants of its module, and stand in the docstring as
            `{name}`.
        runs: the results that it takes, in this order; none where nothing is loaded.
        fixed: the day on which the rule was fixed.
        before: whether that was before its result had been seen.
        same_as: claims that rest on the same numbers.
        course: from the same results to whether the finding holds after so many outer episodes; None where weights were
            not kept on the way.
        amends: the rule that was fixed first and misread its source.
        reason: in what it misread it.
        fresh: of `runs`, those whose networks nobody had looked at when the amended rule was fixed.
        unseen: where nothing is trained, the part of the data that nobody had looked at, in words.

    Raises:
        ValueError: if a rule has no date or no words, or an amended one no reason or nothing fresh to be judged on.
    """

    claim: str
    judge: Judge
    runs: tuple[str, ...]
    fixed: str
    before: bool = True
    same_as: tuple[str, ...] = ()
    course: Course | None = None
    amends: "Criterion | None" = None
    reason: str = ""
    fresh: tuple[str, ...] = ()
    unseen: str = ""

    def __post_init__(self) -> None:
        try:
            date.fromisoformat(self.fixed)
        except ValueError as error:
            raise ValueError(
                f"{self.claim}: fixed is {self.fixed!r}; it must be the day on which the rule was fixed, as 2026-11-28"
            ) from error
        if not self.rule:
            raise ValueError(f"{self.claim}: {self.judge.__name__} has no docstring; it must say what the rule is")
        if self.amends is None:
            return
        if not self.reason:
            raise ValueError(f"{self.claim}: an amended rule must say in what the first misread its source")
        if not (self.fresh or self.unseen):
            raise ValueError(f"{self.claim}: an amended rule must be judged on fresh networks, or on unseen data")
        if strange := set(self.fresh) - set(self.runs):
            raise ValueError(f"{self.claim}: {sorted(strange)} are called fresh; the rule reads {list(self.runs)}")

    def __call__(self, *results: Any) -> Evidence:
        """What the rule finds in results."""
        return self.judge(*results)

    @property
    def rule(self) -> str:
        """The criterion in words, with its bounds, in one line.

        Raises:
            ValueError: if the words name a bound that there is not.
        """
        said = inspect.getdoc(self.judge) or ""
        given = {
            name: parameter.default
            for name, parameter in inspect.signature(self.judge).parameters.items()
            if parameter.default is not inspect.Parameter.empty
        }
        bounds: Mapping[str, Any] = ChainMap(given, inspect.unwrap(self.judge).__globals__)
        try:
            said = said.format_map(bounds)
        except KeyError as error:
            raise ValueError(f"{self.claim}: its words name {error}, which is no bound of the rule") from error
        words = re.split(r"\n\s*(?:Args|Returns|Raises):\n", said)[0]
        return " ".join(words.removeprefix(f"{self.claim}:").split())


def criterion(
    claim: str, *runs: str, fixed: str, course_of: Callable[..., Mapping[int, bool]] | None = None, **says: Any
) -> Callable[[Judge], Criterion]:
    """The decorator that makes a function a claim's criterion.

    Args:
        course_of: the course, where that takes the criterion itself as well, before the results.
        says: further fields of `Criterion`.
    """

    def made(judge: Judge) -> Criterion:
        own = Criterion(claim, judge, runs, fixed, **says)
        return own if course_of is None else replace(own, course=partial(course_of, own))

    return made


def criteria(*modules: Any) -> dict[str, Criterion]:
    """The criterion of each claim among those that modules hold; of an amended one, the amended.

    Raises:
        ValueError: if two stand for one claim, and neither amends the other.
    """
    found: dict[str, Criterion] = {}
    held = {id(each): each for module in modules for each in vars(module).values() if isinstance(each, Criterion)}
    replaced = {id(each.amends) for each in held.values() if each.amends is not None}
    for each in (each for key, each in held.items() if key not in replaced):
        if each.claim in found:
            raise ValueError(
                f"{each.claim} has two criteria: {found[each.claim].judge.__name__} and {each.judge.__name__}"
            )
        found[each.claim] = each
    return found
