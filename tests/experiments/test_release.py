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


def test_a_missing_result_is_named_and_a_machine_that_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = store.load("order")
    silent = replace(whole, manifest={name: value for name, value in whole.manifest.items() if name != "processor"})

    def load(name: str) -> store.Result:
        if name == "nothing":
            raise store.Missing("nothing is not in results")
        return {"order": whole}.get(name, silent)

    again = [{"run": "made again", "agree": True}, {"run": "otherwise", "agree": False}]
    monkeypatch.setattr(release.replications, "kept", lambda: again)
    monkeypatch.setattr(release.command, "names", lambda: ["order", "silent", "made again", "otherwise", "nothing"])
    monkeypatch.setattr(release.store, "load", load)
    assert list(release.results()) == [
        "silent does not say on which processor it was made, and was not made again on another",
        "otherwise does not say on which processor it was made, and was not made again on another",
        "nothing is not in results",
    ]


def test_a_row_without_a_verdict_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = ledger.shipped()
    assert list(release.claims()) == []
    monkeypatch.setattr(release.ledger, "shipped", lambda: [replace(rows[0], verdict="not yet"), *rows[1:]])
    assert list(release.claims()) == [f"{rows[0].id} has no verdict"]
