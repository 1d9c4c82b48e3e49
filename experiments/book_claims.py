"""Rules of claims about the book itself: what lives on its pages, and how much training its findings took."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence, by_share, count
from lib.runner import store

PAGE = "ledger.html#fig-ledger-episodes"
HUNDREDTH = 0.01  # of the source's outer episodes: what we meant to make do with

TWINS: Mapping[str, Mapping[str, str]] = {
    "prediction and action": {"coins": "coins", "dice": "prediction", "bandits": "bandits"},
    "the order of learning": {"modes": "linear-meta", "wiggles": "fourier-meta", "contexts": "context-meta"},
    "when not to learn": {"lives": "exploration-dynamics"},
}
"""Of each part of the book, the live parts of its pages in which a trained network stands beside its optimal twin, and
the run that trained the network."""

RUNS = tuple(run for parts in TWINS.values() for run in parts.values())


@criterion("X04", *RUNS, fixed="2026-11-21")
def alive(*runs: store.Result) -> Evidence:
    """X04: whether each of the three parts of the book has a trained network that runs in the page, beside its
    Bayes-optimal twin. Only a network whose weights are shipped can run there.

    Reproduced if all three have one, partly if two do; the number that decides is their share.
    """
    shipped = {run.name for run in runs if _ships(run)}
    found = {part: sorted(live for live, run in lives.items() if run in shipped) for part, lives in TWINS.items()}
    holds = {part: bool(lives) for part, lives in found.items()}
    said = "; ".join(f"{part}: {', '.join(lives) or 'none'}" for part, lives in found.items())
    value = f"{count(holds)} parts of the book; {said}"
    share, figure = float(np.mean([*holds.values()])), "learning-not-to-learn.html#live-lives"
    return Evidence(by_share(holds.values()), value, None, None, None, runs[-1].profile, figure, share)


def _ships(run: store.Result) -> bool:
    """Whether the weights of some trained network come with a result."""
    for key in run.manifest["specs"]:
        try:
            run.arrays(key)
        except KeyError:
            continue
        return True
    return False


@dataclass(frozen=True)
class Budget:
    """What one finding took: the outer episodes of one network, the source's and ours.

    Attributes:
        claim: whose they are.
        verdict: on it.
        source: episodes; None where the source does not say.
        ours: episodes; None where nothing was trained.
        profile: the size of our run.
        since: ours from which on the finding holds and stays; None where weights were not kept on the way.
    """

    claim: str
    verdict: str
    source: int | None
    ours: int | None
    profile: str | None
    since: int | None = None

    @property
    def taken(self) -> int | None:
        """Our episodes that the finding took: until it held and stayed, or all where that was not looked at."""
        return self.ours if self.since is None else self.since

    @property
    def share(self) -> float:
        """What it took of the source's.

        Raises:
            ValueError: if either is not known.
        """
        if self.source is None or self.taken is None:
            raise ValueError(
                f"{self.claim} takes {self.taken} episodes here and {self.source} in the source; both are needed"
            )
        return self.taken / self.source


def comparable(budgets: Iterable[Budget]) -> list[Budget]:
    """Those of which both numbers are known."""
    return [budget for budget in budgets if budget.source is not None and budget.ours is not None]


@criterion("X05", fixed="2026-11-21", before=False)
def trained_outer_episodes(budgets: Sequence[Budget]) -> Evidence:
    """X05: whether findings that reproduce took at most {HUNDREDTH:.0%} of the outer episodes of one network in the
    source, among those whose source says that number.

    Reproduced if all of them did, partly if more than half; the number that decides is their share. Not yet judged
    while no such finding reproduces.
    """
    return _at_a_hundredth([replace(budget, since=None) for budget in budgets])


@criterion(
    "X05",
    fixed="2026-11-29",
    before=False,
    amends=trained_outer_episodes,
    reason="What a finding takes is not how long we trained: where weights were kept, one sees from when on it holds.",
    unseen="the runs linear-hundredth and linear-outer",
)
def outer_episodes(budgets: Sequence[Budget]) -> Evidence:
    """X05: whether findings that reproduce took at most {HUNDREDTH:.0%} of the outer episodes of one network in the
    source, among those whose source says that number. A finding took the episodes from which on its rule holds and
    stays up to the end of training, where weights were kept on the way; else all that a network saw.

    Reproduced if all of them did, partly if more than half; the number that decides is their share. Not yet judged
    while no such finding reproduces.
    """
    return _at_a_hundredth(budgets)


def _at_a_hundredth(budgets: Sequence[Budget]) -> Evidence:
    held = [budget for budget in comparable(budgets) if budget.verdict == "reproduced"]
    if not held:
        return Evidence(
            "not yet", "no finding reproduces whose source says its episodes", None, None, None, "exact", PAGE
        )
    few = [budget.share <= HUNDREDTH for budget in held]
    times = [1 / budget.share for budget in held]
    value = (
        f"{sum(few)} of {len(few)} findings that reproduce took a hundredth at most; "
        f"the source's episodes are {min(times):,.0f} to {max(times):,.0f} times ours"
    )
    profile = str(held[0].profile)
    return Evidence(by_share(few), value, None, None, None, profile, PAGE, float(np.mean(few)))
