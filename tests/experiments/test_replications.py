"""Results made again: compared with what ships, by rules that can say no, and never in place of it."""

import datetime
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from experiments import book_claims, command, ledger, replications
from lib.claims.evidence import VERDICTS, Evidence
from lib.plotting import ledger as page
from lib.runner import provenance, store

SHIPS = store.load("coins")
Make = Callable[..., None]


@pytest.fixture
def ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which `coins` ships, with what else its claims rest on, and nothing was made."""
    folder = tmp_path / "results"
    folder.mkdir()
    for other in set(book_claims.RUNS) - {"coins"}:
        for file in store.RESULTS.glob(f"{other}.*"):
            (folder / file.name).symlink_to(file)
    put(folder)
    monkeypatch.setattr(store, "RESULTS", folder)
    monkeypatch.setattr(replications, "MADE", tmp_path / "made")
    monkeypatch.setattr(replications, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setattr(replications, "KEPT", folder / "replications.json")
    return folder


def put(folder: Path, off: float = 0.0, **about: Any) -> None:
    """Write a result of `coins` that says heads too often by so much."""
    data = SHIPS.data.copy()
    data["heads"] = data.heads.copy(data=data.heads.values + np.float32(off))
    store.save("coins", data, {**SHIPS.manifest, **about}, SHIPS._weights, folder)


@pytest.fixture
def make(ships: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """`python -m experiments coins`, where the notebook writes what the test says."""

    def made(off: float = 0.0, **about: Any) -> None:
        def execute(name: str, profile: str, folder: Path, executor: str, shard: str) -> Path:
            put(folder, off, **about)
            return folder

        monkeypatch.setattr(command, "execute", execute)
        monkeypatch.setattr(command.partial, "archive", lambda name, *_: ships / f"{name}.zip")
        assert command.main(["coins", "--executor", "serial"]) == 0

    return made


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.glob("coins.*")}


def test_a_run_made_again_holds_and_nothing_is_written(
    ships: Path, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    make(off=0.0004, processor="Fast 9000")
    before = {file: file.read_bytes() for file in ships.iterdir()}
    capsys.readouterr()
    assert command.main(["compare", "coins"]) == 0
    said = capsys.readouterr().out
    for part in (
        "B01 agrees",
        "made:    Fast 9000",
        "fair: 0.0031; bent: 0.0069",
        "coins holds: 2 of 2 agree",
        "torch",
    ):
        assert part in said
    assert f"{len(SHIPS.data.data_vars) - 1} of {len(SHIPS.data.data_vars)} variables are equal to the bit" in said
    assert "  heads: 4" in said
    assert {file: file.read_bytes() for file in ships.iterdir()} == before


def test_a_run_that_comes_out_otherwise_does_not_hold(make: Make, capsys: pytest.CaptureFixture[str]) -> None:
    make(off=0.05)
    assert command.main(["compare", "coins"]) == 1
    said = capsys.readouterr().out
    assert "B01 does not agree" in said
    assert "coins does not hold: 1 of 2 agree" in said


def test_what_ships_is_set_aside_once_and_found_wherever_it_is(ships: Path, make: Make) -> None:
    original = contents(ships)
    make(off=0.001)
    make(off=0.002)
    assert contents(replications.SHIPPED) == original
    assert contents(ships) == contents(replications.MADE) != original
    put(ships, processor="a newer one")  # as a new release would bring it
    assert replications.shipped("coins").processor == "a newer one"
    make(off=0.003)
    assert replications.shipped("coins").processor == "a newer one"
    for file in replications.SHIPPED.iterdir():
        file.unlink()
    with pytest.raises(replications.CannotCompare, match="replaced and not set aside: git checkout results/coins"):
        replications.shipped("coins")


def test_a_run_that_fails_leaves_what_ships(ships: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    original = contents(ships)

    def fails(*_: Any) -> Path:
        raise command.papermill.PapermillExecutionError(1, 1, "", "ValueError", "no", [])

    monkeypatch.setattr(command, "execute", fails)
    assert command.main(["coins", "--executor", "serial"]) == 1
    assert contents(ships) == original


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert command.main(["compare", *arguments]) == 2
    caught = capsys.readouterr()
    assert caught.out == ""
    assert caught.err.startswith("error: ")
    assert caught.err.count("\n") == 1
    return caught.err


def test_what_cannot_be_compared_is_refused_by_name(
    ships: Path, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "there is no run 'dice'; there are bandit-memory" in refused(capsys, "dice")
    assert "compare what?" in refused(capsys)
    assert "no claim rests on speed" in refused(capsys, "speed")
    assert "coins was not made again here: make results RUN=coins" in refused(capsys, "coins")
    make(version=2)
    assert "coins was made here by measurement 2, supervised 1, and what ships by measurement 1" in refused(
        capsys, "coins"
    )
    make()
    (replications.MADE / "coins.safetensors").write_bytes(b"")
    assert "coins.safetensors in made is damaged" in refused(capsys, "coins")
    (replications.MADE / "coins.safetensors").unlink()
    assert "coins.safetensors is not in made. Make it again" in refused(capsys, "coins")
    make()
    (replications.SHIPPED / "coins.safetensors").write_bytes(b"")
    assert "coins.safetensors in shipped is damaged" in refused(capsys, "coins")


@pytest.mark.parametrize(
    ("other", "agree"),
    [
        ({}, True),
        ({"verdict": "partly"}, False),
        ({"value": "0.050 in 3 of 4"}, False),
        ({"value": "0.033 in 3 of 4"}, True),
        ({"value": "0.030 in 3 of 5 (not: die)"}, False),
        ({"interval": (1.0, 2.0)}, False),
    ],
)
def test_two_without_intervals_agree_in_verdict_and_value(other: dict[str, Any], agree: bool) -> None:
    one = Evidence("reproduced", "0.030 in 3 of 4", None, None, None, "laptop", "")
    assert replications.Judged("B01", one, replace(one, **other)).agree == agree


@pytest.mark.parametrize(("interval", "agree"), [((2.0, 3.0), True), ((2.1, 3.0), False), ((0.0, 0.9), False)])
def test_two_with_intervals_agree_where_these_overlap(interval: tuple[float, float], agree: bool) -> None:
    one = Evidence("reproduced", "1.5x", (1.0, 2.0), 10, 1, "laptop", "")
    assert replications.Judged("B01", one, replace(one, value="9x", interval=interval)).agree == agree


def test_variables_of_other_shapes_and_other_words_are_told(tmp_path: Path) -> None:
    fewer = SHIPS.data.isel(run=slice(2))
    store.save("coins", fewer.drop_vars("heads"), SHIPS.manifest, folder=tmp_path)
    found = replications.moved(SHIPS, store.load("coins", tmp_path))
    assert found["heads"] is None
    assert found["heads_bayes"] == 0
    assert set(found) == set(SHIPS.data.data_vars)


def test_one_line_is_kept_for_each_run_and_kind_of_machine(
    ships: Path, make: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    for processor, off in (("Fast 9000", 0.05), ("Other 1", 0.0), ("Fast 9000", 0.0004)):
        make(off=off, processor=processor)
        command.main(["compare", "coins", "--keep"])
    assert "kept in results/replications.json" in capsys.readouterr().out
    lines = json.loads(replications.KEPT.read_text())
    assert [(line["run"], line["processor"], line["agree"]) for line in lines] == [
        ("coins", "Fast 9000", True),
        ("coins", "Other 1", True),
    ]
    assert_lines(lines)
    before = replications.KEPT.read_bytes()
    for processor in ("Fast 9000; Other 1", store.NOT_RECORDED):
        make(processor=processor)
        capsys.readouterr()
        assert command.main(["compare", "coins", "--keep"]) == 2
        assert f"not made on one known kind of machine, but on {processor}" in capsys.readouterr().err
    assert replications.KEPT.read_bytes() == before


def assert_lines(lines: list[dict[str, Any]]) -> None:
    assert len({(line["run"], line["processor"]) for line in lines}) == len(lines)
    for line in lines:
        assert set(line) == {"run", "date", "processor", "versions", "profile", "verdicts", "agree"}
        assert datetime.date.fromisoformat(line["date"])
        assert line["processor"]
        assert set(line["versions"]) == set(provenance.versions())
        assert line["profile"] in ("laptop", "paper")
        assert set(line["verdicts"]) == {claim for claim, rule in ledger.CRITERIA.items() if line["run"] in rule.runs}
        assert line["agree"] == all(verdict["agree"] for verdict in line["verdicts"].values())
        for verdict in line["verdicts"].values():
            assert {verdict["shipped"], verdict["made"]} <= set(VERDICTS)
            assert verdict["shipped"] == verdict["made"] or not verdict["agree"]


def test_what_ships_of_replications_is_well_formed_and_about_the_ledger_that_ships() -> None:
    lines = replications.kept()
    assert lines
    assert_lines([dict(line) for line in lines])
    now = {row["id"]: row["verdict"] for row in json.loads(ledger.LEDGER.read_text())}
    assert all(verdict["shipped"] == now[claim] for line in lines for claim, verdict in line["verdicts"].items())


@pytest.mark.parametrize("content", ["", "{", "3", '[{"run": "coins"}]'])
def test_a_damaged_list_is_named_with_the_remedy(content: str, tmp_path: Path) -> None:
    file = tmp_path / "replications.json"
    file.write_text(content)
    with pytest.raises(store.Damaged, match=r"replications\.json is damaged: git checkout"):
        replications.kept(file)


def row(claim: str) -> ledger.Row:
    return ledger.Row(claim, "rabinowitz", "", "a claim", ledger.CRITERIA[claim].rule, "reproduced")


def line(run_name: str, processor: str, claim: str, agree: bool = True, shipped: str = "reproduced") -> dict[str, Any]:
    verdict = {"shipped": shipped, "made": shipped if agree else "not", "agree": agree}
    return {"run": run_name, "processor": processor, "verdicts": {claim: verdict}}


def test_a_row_counts_the_machines_that_made_all_of_its_runs() -> None:
    both = [line("fourier-learner", "A", "R15"), line("fourier-meta", "A", "R15")]
    only_one = [line("fourier-learner", "B", "R15"), line("coins", "A", "B01")]
    assert replications.again([row("R15"), row("B01"), row("M01")], [*both, *only_one]) == {
        "R15": Counter({True: 1}),
        "B01": Counter({True: 1}),
    }
    assert replications.again([row("R15")], only_one) == {}
    assert replications.again([row("R15")], [*both, line("fourier-meta", "B", "R15", agree=False)]) == {
        "R15": Counter({True: 1, False: 1})
    }
    assert replications.again([row("B01")], [line("coins", "A", "B01", shipped="partly")]) == {}


def test_the_page_says_on_how_many_kinds_of_machine() -> None:
    table = page.Ledger("rabinowitz", [row("R01"), row("R03")], {"R01": Counter({True: 2})})._repr_html_()
    assert table.count("<small>made again on 2 kinds of machine</small>") == table.count("made again") == 1


def test_the_page_names_the_machines_a_verdict_rests_on() -> None:
    known, unknown = (
        replace(row("R01"), processors=("A, AVX2", "B, AVX512")),
        replace(row("R03"), processors=("not recorded",)),
    )
    table = page.Ledger("rabinowitz", [known, unknown])._repr_html_()
    assert "<small>made on A, AVX2 and B, AVX512</small>" in table
    assert "<small>made on a machine that was not written down</small>" in table
