"""The ledger: complete, computed, and able to say no."""

import json
import re
import shutil
import tomllib
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from experiments import ledger as claims
from lib.claims.evidence import VERDICTS
from lib.claims.ledger import shipped
from lib.claims.stability import stability
from lib.plotting import ledger as page
from lib.probes.benchmark import in_words
from lib.runner import store
from lib.runner.provenance import ROOT

RESAMPLED = ("stands", "statistic_interval")  # fields that say how sure a verdict is, by a thousand resamples
NO_RULE_YET: set[str] = set()  # claims of which nothing has been measured
CHEAP = ("R13", "R17", "R24")  # claims of which a thousand resamples take seconds
EXACT = {name for name, rule in claims.CRITERIA.items() if not rule.runs} - {*claims.OF_ROWS}
UNTRAINED = {*EXACT, "M22", "R06", "R16", "R22", "X02", "X03"}  # claims judged without a trained network
COUNTS = {"M": 22, "B": 5, "R": 25, "L": 13, "N": 14, "X": 6}  # claims, by the letter of their ids
ABOUT_THE_BOOK = {"X04", "X05"}
Rows = list[claims.Row]

pytestmark = pytest.mark.slow  # judging all claims takes ten seconds


@cache
def ledger() -> Rows:
    """All claims, judged once for the tests that only look."""
    return claims.ledger(resamples=0)


@pytest.fixture(scope="module")
def judged() -> Rows:
    return [row for row in ledger() if row.verdict != "not yet"]


def test_every_claim_of_the_sources_has_one_row() -> None:
    ids = [f"{letter}{number:02d}" for letter, count in COUNTS.items() for number in range(1, count + 1)]
    rows = ledger()
    assert sorted(row.id for row in rows) == sorted(ids)
    assert all(row.statement and row.verdict in VERDICTS for row in rows)
    assert {row.id for row in rows if not row.rule} == NO_RULE_YET
    assert {row.source for row in rows} == set(page.SOURCES)


def test_the_ledger_that_ships_is_the_one_the_rules_give() -> None:
    ships = json.loads(claims.LEDGER.read_text())
    again = json.loads(json.dumps([asdict(row) for row in ledger()]))
    for row, other in zip(ships, again, strict=True):
        assert {**row, **dict.fromkeys(RESAMPLED)} == other
        assert (row["stands"] is None) <= (row["statistic_interval"] is None)


@pytest.mark.parametrize("claim", CHEAP)
def test_how_sure_a_shipped_verdict_is_can_be_found_again(claim: str) -> None:
    row = next(row for row in shipped() if row.id == claim)
    rule = claims.CRITERIA[claim]
    found = stability(rule, [store.load(run) for run in rule.runs])
    assert row.stands is not None
    assert (row.stands, row.statistic_interval) == (found.stands, found.interval)


def test_every_judged_row_points_to_a_figure_of_a_chapter(judged: Rows) -> None:
    for row in judged:
        name, anchor = str(row.figure).split("#")
        chapter = (ROOT / "book" / name).with_suffix(".md").read_text()
        headings = [re.sub(r"\W+", "-", found.lower()).strip("-") for found in re.findall("^#+ (.*)$", chapter, re.M)]
        named = re.findall(r"name: (.*)$|^\((.*)\)=$", chapter, re.M)
        assert anchor in {*headings, *chain(*named)}, f"{row.id} points to {row.figure}"
        rule = claims.CRITERIA[row.id]
        judge = (rule if row.amended or rule.amends is None else rule.amends).judge.__name__
        shown = re.search(rf"judged\((\w+\.)?{judge}\b", chapter)
        assert shown or row.id in {*EXACT, *ABOUT_THE_BOOK, "B02"}, f"{row.id} is not judged where its figure is"


def test_every_judged_row_says_how_much_is_behind_it(judged: Rows) -> None:
    assert judged
    for row in judged:
        assert row.value
        if row.id in EXACT:
            assert (row.n, row.episodes_ours, row.profile) == (None, None, "exact")
        else:
            assert (row.n is None) == (row.episodes_ours is None) == (row.id in UNTRAINED | ABOUT_THE_BOOK)
            assert row.n != 0
            assert row.episodes_ours != 0
            assert row.profile in ("laptop", "paper")


def test_values_speak_of_tasks_as_a_reader_knows_them(judged: Rows) -> None:
    for row in judged:
        assert row.value is not None
        assert row.value == in_words(row.value), f"{row.id}: {row.value}"


def test_nothing_is_judged_without_a_rule(judged: Rows) -> None:
    assert {*EXACT} <= {row.id for row in judged} <= claims.CRITERIA.keys()


def test_every_claim_whose_result_is_there_is_judged(judged: Rows) -> None:
    made = {path.stem for path in store.RESULTS.glob("*.json")}
    there = {name for name, rule in claims.CRITERIA.items() if made.issuperset(rule.runs)}
    assert there <= {row.id for row in judged}


def test_a_rule_without_a_claim_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "CRITERIA", {**claims.CRITERIA, "Z99": claims.CRITERIA["M01"]})
    with pytest.raises(ValueError, match="criteria without a claim: Z99"):
        claims.ledger(resamples=0)


def test_without_results_only_what_is_exact_is_claimed(tmp_path: Path) -> None:
    assert {row.id for row in claims.ledger(tmp_path) if row.verdict != "not yet"} == EXACT


def test_a_damaged_result_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "coins.json").write_text("{}")
    (tmp_path / "coins.safetensors").write_bytes(b"")
    with pytest.raises(store.Damaged):
        claims.ledger(tmp_path, resamples=0)


def test_the_page_shows_every_row_and_counts_them(judged: Rows) -> None:
    rows = ledger()
    parts = [page.by_source(rows, source) for source in page.SOURCES]
    assert sum(len(part.rows) for part in parts) == len(rows) == len(tomllib.loads(claims.CLAIMS.read_text()))
    counts = dict(reversed(part.split(" ", 1)) for part in page.tally(rows).split(", "))
    assert sum(map(int, counts.values())) == sum(COUNTS.values())
    assert counts.keys() <= set(VERDICTS)
    assert int(counts.get("not yet", 0)) == len(rows) - len(judged)
    assert "see the figure" in page.by_source(rows, "blog")._repr_html_()
    with pytest.raises(ValueError, match="no source 'nobody'"):
        page.by_source(rows, "nobody")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the results that can be broken."""
    return Path(shutil.copytree(store.RESULTS, tmp_path / "results"))


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        (lambda file: file.unlink(), "coins.safetensors is not in results. Make it again: make results RUN=coins"),
        (lambda file: file.write_bytes(b""), "coins.safetensors in results is damaged"),
    ],
    ids=["missing", "damaged"],
)
def test_without_a_sound_result_the_ledger_stays(
    copied: Path, breaks: Callable[[Path], object], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (copied / "ledger.json").write_text("as it was")
    breaks(copied / "coins.safetensors")
    assert claims.main(copied) == 2
    caught = capsys.readouterr()
    assert said in caught.err
    assert "make results RUN=coins PROFILE=laptop" in caught.err
    assert "Traceback" not in caught.err
    assert caught.out == ""
    assert (copied / "ledger.json").read_text() == "as it was"


def test_a_run_that_is_not_finished_is_no_fault(copied: Path) -> None:
    (copied / "bimodality.json").unlink()
    assert len(claims.unsound(copied)) == 1
    (copied / "unfinished").mkdir(exist_ok=True)
    (copied / "unfinished" / "bimodality.zip").touch()
    assert claims.unsound(copied) == []
