"""Claims about the book itself: what lives on its pages, and how much training its findings took."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from experiments import book_claims, ledger
from experiments import budget_figures as draw
from experiments.book_claims import Budget
from lib.claims.ledger import shipped
from lib.runner import store
from tests.pictures import check_picture

PAGES = {  # where each live part with a twin is
    "coins": "coins",
    "dice": "predict",
    "bandits": "acting",
    "modes": "straight-lines",
    "wiggles": "wiggles",
    "contexts": "interference",
    "lives": "learning-not-to-learn",
}


def of(run: str, ships: bool = True) -> store.Result:
    weights = {"a/7/readout.weight": np.zeros((2, 2))} if ships else {}
    return store.Result(run, xr.Dataset(), {"profile": "laptop", "specs": {"a": {}}}, weights)


def test_every_part_of_the_book_has_a_network_beside_its_twin() -> None:
    found = book_claims.alive(*map(of, book_claims.RUNS))
    assert found.verdict == "reproduced"
    assert found.value.startswith("3 of 3 parts of the book; prediction and action: bandits, coins, dice;")


@pytest.mark.parametrize(
    ("ships", "verdict", "said"),
    [
        ({"coins", "context-meta"}, "partly", "2 of 3 (not: when not to learn)"),
        ({"coins", "prediction", "bandits"}, "not", "the order of learning: none; when not to learn: none"),
    ],
)
def test_a_network_without_weights_is_not_alive(ships: set[str], verdict: str, said: str) -> None:
    found = book_claims.alive(*(of(run, run in ships) for run in book_claims.RUNS))
    assert found.verdict == verdict
    assert said in found.value


@pytest.mark.parametrize("live", [live for lives in book_claims.TWINS.values() for live in lives])
def test_what_is_said_to_live_is_on_its_page(site: Path, live: str) -> None:
    page = (site / "book" / f"{PAGES[live]}.html").read_text()
    _, _, part = page.partition(f"<div class='live live-{live}'>")
    data = json.loads(part.partition("<script type='application/json'>")[2].partition("</script>")[0])
    assert "memory.weight_hh_l0" in json.dumps(data), "there is no trained network in it"


def budget(
    claim: str = "R01", verdict: str = "reproduced", source: int | None = 1_000, ours: int | None = 10
) -> Budget:
    return Budget(claim, verdict, source, ours, "laptop")


SPARING, WASTEFUL = budget(), budget("R02", ours=11)


@pytest.mark.parametrize(
    ("each", "verdict", "value"),
    [
        ([SPARING, SPARING], "reproduced", "2 of 2 findings that reproduce took a hundredth at most"),
        ([SPARING, SPARING, WASTEFUL], "partly", "2 of 3 findings"),
        ([SPARING, WASTEFUL], "not", "the source's episodes are 91 to 100 times ours"),
        ([SPARING, budget(verdict="partly", ours=900)], "reproduced", "1 of 1 findings"),
        ([SPARING, budget(source=None), budget(ours=None)], "reproduced", "1 of 1 findings"),
    ],
)
def test_findings_are_compared_by_what_they_took(each: list[Budget], verdict: str, value: str) -> None:
    found = book_claims.outer_episodes(each)
    assert found.verdict == verdict
    assert value in found.value


@pytest.mark.parametrize("each", [[], [budget(source=None)], [budget(verdict="not")]])
def test_nothing_to_compare_is_not_judged(each: list[Budget]) -> None:
    assert book_claims.outer_episodes(each).verdict == "not yet"


def test_a_share_needs_both_numbers() -> None:
    assert WASTEFUL.share == 0.011
    with pytest.raises(ValueError, match="R01 takes 10 episodes here and None in the source"):
        budget(source=None).share  # noqa: B018


def test_what_a_finding_took_ends_where_it_holds_and_the_first_rule_counts_all() -> None:
    sooner = replace(WASTEFUL, since=10)
    assert (sooner.taken, sooner.share, WASTEFUL.taken) == (10, 0.01, 11)
    assert book_claims.outer_episodes([SPARING, sooner]).verdict == "reproduced"
    first = book_claims.outer_episodes.amends
    assert first is not None
    assert first([SPARING, sooner]).verdict == first([SPARING, WASTEFUL]).verdict == "not"


def test_the_row_about_rows_is_judged_by_the_others() -> None:
    rows = {row.id: row for row in shipped()}
    spent, rule = ledger.budgets([*rows.values()]), book_claims.outer_episodes
    (own,) = (each for each in (rule, rule.amends) if each is not None and each.rule == rows["X05"].rule)
    assert rows["X05"].value == own(spent).value
    assert (rows["X05"].amended is None) == (own is not rule)


def test_the_first_rule_about_rows_stands_beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "CRITERIA", {"X05": book_claims.outer_episodes})
    (row,) = (row for row in ledger.ledger(tmp_path, resamples=0) if row.id == "X05")
    assert (row.fixed, row.rule_before, row.verdict) == ("2026-11-29", False, "not yet")
    assert row.amended is not None
    assert (row.amended["fixed"], row.amended["fresh"]) == ("2026-11-21", "the runs linear-hundredth and linear-outer")


def test_the_picture_has_a_line_for_what_took_the_same() -> None:
    each = [SPARING, budget("R03"), budget("R04", "partly"), WASTEFUL, budget("R05", source=None)]
    finding = r"R01, R03, \(R04\): 1,000 against 10, 100 times as many\. R02: 1,000 against 11, 91 times as many\.$"
    check_picture(lambda: draw.budgets(each), 2, finding)
    with pytest.raises(ValueError, match="of 1 findings there is none"):
        draw.budgets([budget(source=None)])
