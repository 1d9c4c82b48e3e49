"""What a rule has to say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from lib.probes.benchmark import in_words

VERDICTS = ("reproduced", "partly", "not", "not testable", "not yet")


@dataclass(frozen=True)
class Evidence:
    """What a rule found in a result.

    Attributes:
        verdict: one of `VERDICTS`.
        value: our number, in words; tasks and symbols as a reader knows them, however they are given.
        interval: 5th and 95th percentile over networks, in the unit of the value; None where there is no ensemble.
        n: independently trained networks behind it, for each condition; None where nothing was trained.
        episodes: outer episodes that one network saw; None where nothing was trained.
        profile: the size of the run; `exact` where nothing was sampled.
        figure: page and anchor of the figure, relative to the book.
        statistic: the number that decides, which the bounds of the rule are held against; infinite where that takes for
            ever, NaN or None where it is not known.

    Raises:
        ValueError: if there is no such verdict.
    """

    verdict: str
    value: str
    interval: tuple[float, float] | None
    n: int | None
    episodes: int | None
    profile: str
    figure: str
    statistic: float | None = None

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict is {self.verdict!r}; it must be one of {', '.join(VERDICTS)}")
        object.__setattr__(self, "value", in_words(self.value))


def by_share(holds: Iterable[bool], partly: float = 0.5) -> str:
    """ "reproduced" if a claim holds everywhere, "partly" if in more than a share of cases, else "not".

    >>> by_share([True, True]), by_share([True, True, False]), by_share([True, False])
    ('reproduced', 'partly', 'not')
    """
    share = float(np.mean(list(holds)))
    return "reproduced" if share == 1 else "partly" if share > partly else "not"


def at_most_partly(verdict: str) -> str:
    """The verdict on a claim of which only a part could be looked at."""
    return "partly" if verdict == "reproduced" else verdict


def count(holds: Mapping[str, bool]) -> str:
    """In how many cases something holds, and where it does not.

    >>> count({"coin": True, "die": False})
    '1 of 2 (not: die)'
    """
    failed = [name for name, held in holds.items() if not held]
    return f"{len(holds) - len(failed)} of {len(holds)}" + (f" (not: {'; '.join(failed)})" if failed else "")
