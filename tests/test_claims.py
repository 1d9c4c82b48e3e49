"""The ledger: complete, computed, and able to say no."""

import json
import tomllib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from lib import claims, store
from lib.figures import ledger as page
from lib.probes.behaviour import every_history

FIELDS = {
    *("id", "source", "where", "statement", "rule", "verdict", "value", "interval", "n"),
    *("source_value", "episodes_source", "episodes_ours", "profile", "figure"),
}


def test_every_claim_of_the_sources_has_one_row() -> None:
    expected = {"M": 22, "B": 5, "R": 25, "L": 13, "X": 5}
    ids = [f"{letter}{number:02d}" for letter, count in expected.items() for number in range(1, count + 1)]
    rows = claims.ledger()
    assert sorted(row.id for row in rows) == sorted(ids)
    assert all(row.statement and row.rule and row.verdict in claims.VERDICTS for row in rows)
    assert {row.source for row in rows} == set(page.SOURCES)


def test_the_ledger_that_ships_is_the_one_the_rules_give() -> None:
    shipped = json.loads(claims.LEDGER.read_text())
    assert shipped == json.loads(json.dumps([asdict(row) for row in claims.ledger()]))
    assert all(set(row) == FIELDS for row in shipped)


def test_every_judged_row_points_to_a_figure_of_the_book(site: Path) -> None:
    judged = [row for row in claims.ledger() if row.verdict != "not yet"]
    assert judged
    for row in judged:
        name, anchor = str(row.figure).split("#")
        assert f'id="{anchor}"' in (site / "book" / name).read_text()
        assert row.n
        assert row.profile in ("laptop", "paper")
        assert row.episodes_ours


def coins_that_stray(fair: float, bent: float) -> store.Result:
    histories = every_history(5)
    bayes = np.full((2, 63), 0.5)
    said = np.repeat(bayes[:, None], 10, axis=1)
    said[0, :, 17] += fair
    said[1, :, 40] -= bent
    data = xr.Dataset(
        {"heads": (("world", "run", "history"), said), "heads_bayes": (("world", "history"), bayes)},
        coords={"world": ["fair", "bent"], "run": range(10), "history": histories},
    )
    return store.Result("coins", data, {"profile": "laptop", "episodes": {"k": 5}}, {})


@pytest.mark.parametrize(
    ("fair", "bent", "verdict"),
    [(0.004, 0.009, "reproduced"), (0.004, 0.011, "partly"), (0.02, 0.009, "partly"), (0.02, 0.011, "not")],
)
def test_b01_is_judged_by_its_rule(fair: float, bent: float, verdict: str) -> None:
    found = claims.fair_and_bent_coins(coins_that_stray(fair, bent))
    assert found.verdict == verdict
    assert found.interval == (max(fair, bent), max(fair, bent))
    assert (found.n, found.episodes) == (10, 5)


def test_without_results_nothing_is_claimed(tmp_path: Path) -> None:
    assert {row.verdict for row in claims.ledger(tmp_path)} == {"not yet"}


def test_a_damaged_result_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "coins.json").write_text("{}")
    (tmp_path / "coins.safetensors").write_bytes(b"")
    with pytest.raises(store.Damaged):
        claims.ledger(tmp_path)


def test_a_verdict_outside_the_list_is_refused() -> None:
    with pytest.raises(ValueError, match="verdict is 'splendid'"):
        claims.Evidence("splendid", "", None, 1, 1, "laptop", "")


def test_the_page_shows_every_row_and_counts_them() -> None:
    rows = claims.ledger()
    parts = [page.by_source(rows, source) for source in page.SOURCES]
    assert sum(len(part.rows) for part in parts) == len(rows) == len(tomllib.loads(claims.CLAIMS.read_text()))
    assert "1 reproduced, 69 not yet" in page.tally(rows)
    assert "see the figure" in page.by_source(rows, "blog")._repr_html_()
    with pytest.raises(ValueError, match="no source 'nobody'"):
        page.by_source(rows, "nobody")
