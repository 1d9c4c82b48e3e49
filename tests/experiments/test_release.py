"""What a release promises: each check finds what is wrong, and nothing where nothing is."""

from dataclasses import replace
from pathlib import Path

import pytest

from experiments import release
from lib.claims import ledger
from lib.runner import store


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small project that is in order."""
    (tmp_path / "pyproject.toml").write_text('[project]\nversion = "1.2.0"\n')
    (tmp_path / "CITATION.cff").write_text("version: 1.2.0\ndate-released: 2026-01-01\n")
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.0\n")
    (tmp_path / "README.md").write_text("`vendored/fonts` is free")
    (tmp_path / "vendored" / "fonts").mkdir(parents=True)
    (tmp_path / "vendored" / "fonts" / "OFL.txt").touch()
    monkeypatch.setattr(release, "ROOT", tmp_path)
    monkeypatch.setattr(release, "VENDORED", tmp_path / "vendored")
    return tmp_path


def test_a_project_in_order_wants_nothing(folder: Path) -> None:
    assert [*release.versions(), *release.licences()] == []


def test_versions_that_differ_and_dates_to_come_are_named(folder: Path) -> None:
    (folder / "CITATION.cff").write_text("version: 1.1.0\ndate-released: 2999-01-01\n")
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## 1.3.0\n")
    assert list(release.versions()) == [
        "CITATION.cff says 1.1.0, pyproject.toml 1.2.0",
        "CHANGELOG.md begins with 1.3.0, pyproject.toml says 1.2.0",
        "CITATION.cff is dated 2999-01-01, which is to come",
    ]


def test_what_others_have_written_needs_a_licence_and_a_name(folder: Path) -> None:
    (folder / "vendored" / "script").mkdir()
    assert list(release.licences()) == [
        "vendored/script holds no licence",
        "README.md does not name vendored/script",
    ]


def test_a_missing_result_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release.command, "names", lambda: ["order", "nothing"])
    assert list(release.results()) == [
        "nothing.json is not in results. Make it again: make results RUN=nothing PROFILE=laptop"
    ]


def test_a_claim_needs_a_machine_on_which_its_verdict_was_made(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = store.load("order")
    silent = replace(whole, manifest={name: value for name, value in whole.manifest.items() if name != "processor"})
    rest_on = {"M01": ("order", "silent"), "M02": ("silent", "again"), "M03": ("order",), "M04": ("otherwise",)}
    again = [{"run": "again", "agree": True}, {"run": "otherwise", "agree": False}]
    monkeypatch.setattr(release.ledger, "shipped", lambda: [ledger.Row(name, "mikulik", "", "") for name in rest_on])
    monkeypatch.setattr(release.judging, "runs", lambda row: rest_on[row.id])
    monkeypatch.setattr(release.replications, "kept", lambda: again)
    monkeypatch.setattr(release.store, "load", lambda name: whole if name == "order" else silent)
    unknown = "does not say on which processor it was made, and was not made again on another"
    assert list(release.machines()) == [f"silent (M01, M02) {unknown}", f"otherwise (M04) {unknown}"]


def test_a_row_names_the_results_of_the_rule_it_was_judged_by() -> None:
    rows = {row.id: row for row in ledger.shipped()}
    assert release.judging.runs(rows["L03"]) == ("exploration-map-seeds",), "the amended rule"
    assert release.judging.runs(replace(rows["L03"], rule="another")) == ()
    for name in ("L03", "M22"):
        made_on = {kind for run in release.judging.runs(rows[name]) for kind in store.load(run).processor.split("; ")}
        assert set(rows[name].processors) == made_on


def test_a_row_without_a_verdict_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ledger.shipped()
    assert list(release.claims()) == []
    monkeypatch.setattr(release.ledger, "shipped", lambda: [replace(rows[0], verdict="not yet"), *rows[1:]])
    assert list(release.claims()) == [f"{rows[0].id} has no verdict"]
