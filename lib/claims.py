"""The ledger: every claim of the sources, and what our results say of it.

A verdict is computed by a rule that was written before the result was seen; the rule stands beside it.
`python -m lib.claims` writes `results/ledger.json` anew.
"""

import json
import sys
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from lib import provenance, store
from lib.probes.ensemble import spread

CLAIMS = provenance.ROOT / "lib" / "claims.toml"
LEDGER = store.RESULTS / "ledger.json"

VERDICTS = ("reproduced", "partly", "not", "not testable", "not yet")


@dataclass(frozen=True)
class Evidence:
    """What a rule found in a result.

    Attributes:
        verdict: one of `VERDICTS`.
        value: our number, in words.
        interval: 5th and 95th percentile over networks, in the unit of the value; None where there is no ensemble.
        n: independently trained networks behind it, for each condition.
        episodes: outer episodes that one network saw.
        profile: the size of the run.
        figure: page and anchor of the figure, relative to the book.
    """

    verdict: str
    value: str
    interval: tuple[float, float] | None
    n: int
    episodes: int
    profile: str
    figure: str

    def __post_init__(self) -> None:
        if self.verdict not in VERDICTS:
            raise ValueError(f"verdict is {self.verdict!r}; it must be one of {', '.join(VERDICTS)}")


@dataclass(frozen=True)
class Row:
    """One line of the ledger; the fields are those of `results/ledger.json`."""

    id: str
    source: str
    where: str
    statement: str
    rule: str
    verdict: str = "not yet"
    value: str | None = None
    interval: tuple[float, float] | None = None
    n: int | None = None
    source_value: str | None = None
    episodes_source: int | None = None
    episodes_ours: int | None = None
    profile: str | None = None
    figure: str | None = None


def fair_and_bent_coins(coins: store.Result) -> Evidence:
    """B01: the largest distance from Bayes over all histories of up to five flips, for each network.

    Reproduced if the median network keeps within 0.01 in both worlds, partly if in one.
    """
    said, bayes = coins.data.heads, coins.data.heads_bayes
    worst = {world: spread(np.abs(said - bayes).max("history").sel(world=world).values) for world in said.world.values}
    within = sum(bool(networks.median <= 0.01) for networks in worst.values())
    largest = max(worst.values(), key=lambda networks: float(networks.median))
    return Evidence(
        verdict=("not", "partly", "reproduced")[within],
        value="; ".join(f"{world}: {float(networks.median):.4f}" for world, networks in worst.items()),
        interval=(round(float(largest.low), 4), round(float(largest.high), 4)),
        n=len(said.run),
        episodes=max(coins.manifest["episodes"].values()),
        profile=coins.profile,
        figure="coins.html#fig-coins-tree",
    )


# Which run a claim rests on, and the rule that judges it.
RULES: Mapping[str, tuple[str, Callable[[store.Result], Evidence]]] = {"B01": ("coins", fair_and_bent_coins)}


def ledger(results: Path = store.RESULTS) -> list[Row]:
    """Judge every claim by the results there are; a claim without a rule or a result is "not yet" judged.

    Raises:
        store.Damaged: if a result is not what was written.
    """
    claims = tomllib.loads(CLAIMS.read_text(encoding="utf-8"))
    unknown = RULES.keys() - claims.keys()
    if unknown:
        raise ValueError(f"rules without a claim: {', '.join(sorted(unknown))}")
    return [_row(name, claim, results) for name, claim in claims.items()]


def _row(name: str, claim: dict[str, str], results: Path) -> Row:
    row = Row(id=name, **claim)  # type: ignore[arg-type]
    if name not in RULES:
        return row
    run, judge = RULES[name]
    try:
        found = judge(store.load(run, results))
    except store.Missing:
        return row
    said = asdict(found)
    said["episodes_ours"] = said.pop("episodes")
    return Row(**{**asdict(row), **said})


def main() -> int:
    """Write the ledger."""
    rows = [asdict(row) for row in ledger()]
    store.replace(LEDGER, (json.dumps(rows, indent=1, ensure_ascii=False) + "\n").encode())
    judged = [row for row in rows if row["verdict"] != "not yet"]
    print(f"{LEDGER.name}: {len(judged)} of {len(rows)} claims judged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
