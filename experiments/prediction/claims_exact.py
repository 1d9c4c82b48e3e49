"""Rules for the exact example: two finite coin machines. Nothing is trained and nothing sampled."""

import inspect
from fractions import Fraction

from lib.claims.criterion import criterion
from lib.claims.evidence import Evidence
from lib.probes import finite

LONGEST = 6  # flips of a trace on which both conditions are checked


def coins() -> tuple[finite.FiniteMachine, finite.FiniteMachine]:
    """The machine whose states are histories, and the one whose states are counts."""
    half = Fraction(1, 2)
    return finite.history_coin(3, half, half), finite.count_coin(3, half, half)


def _exact(verdict: str, value: str, figure: str) -> Evidence:
    return Evidence(verdict, value, interval=None, n=None, episodes=None, profile="exact", figure=figure)


@criterion("M01", fixed="2026-11-20")
def exact_simulation() -> Evidence:
    """M01: the worked example of simulation, decided by search and checked by the letter.

    Reproduced if exactly one phi sends histories to counts, both conditions hold on every trace of up to {LONGEST}
    flips, and no phi leads back; partly if only the first two are so.
    """
    histories, counts = coins()
    found, back = finite.simulations(histories, counts), finite.simulations(counts, histories)
    checked = sum(len(histories.alphabet) ** length for length in range(LONGEST + 1))
    there = len(found) == 1 and finite.holds(histories, counts, found[0], LONGEST) is None
    return _exact(
        "not" if not there else "partly" if back else "reproduced",
        f"histories to counts: {len(found)} phi, {checked} traces checked; counts to histories: {len(back)} phi",
        "machines.html#fig-machines-phi",
    )


@criterion("B05", fixed="2026-11-20")
def direction() -> Evidence:
    """B05: two sources word the direction oppositely. Which wording agrees with the formal definition?

    Reproduced if the definition decides: the machine that keeps less simulates the one that keeps more, as the paper
    words it, and not the other way round; and if the book's signature says which is which.
    """
    histories, counts = coins()
    paper, blog = bool(finite.simulations(histories, counts)), bool(finite.simulations(counts, histories))
    signed = list(inspect.signature(finite.simulations).parameters) == ["source", "target"]
    return _exact(
        "reproduced" if signed and paper and not blog else "not",
        f"the definition agrees with the paper: {'yes' if paper else 'no'}; with the blog: {'yes' if blog else 'no'}",
        "machines.html#which-way-round",
    )
