"""The table of pinned packages."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from experiments import dependencies

PROJECT = """[project]
dependencies = [
    "torch==2.13.0",  # networks
]
[project.optional-dependencies]
book = [
    "old-theme==1.0",  # pages
]
"""
INDEX: dict[str, dict[str, Any]] = {
    "torch": {
        "info": {"version": "2.14.0", "classifiers": ["License :: OSI Approved :: BSD License"]},
        "releases": {"2.13.0": [{"upload_time": "2026-06-01T10:00:00"}]},
        "vulnerabilities": [],
    },
    "old-theme": {
        "info": {"version": "1.0", "license": "MIT License\n\nCopyright"},
        "releases": {"1.0": [{"upload_time": "2026-01-01T10:00:00"}]},
        "vulnerabilities": [{"id": "PYSEC-1"}],
    },
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(dependencies, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    return tmp_path / "pyproject.toml"


def test_every_pin_of_this_project_says_what_it_is_for() -> None:
    assert len(dependencies.pins()) > 30
    assert all(pin.purpose for pin in dependencies.pins())


def test_a_table_gives_age_licence_and_what_is_newer(project: Path) -> None:
    said = list(dependencies.table(INDEX.__getitem__, date(2026, 1, 31)))
    assert said[2:] == [
        "| torch | 2.13.0 | 2026-06-01 | 2.14.0 | BSD License | none | networks |",
        "| old-theme | 1.0 | 2026-01-01 | 1.0 | MIT License | PYSEC-1 | pages |",
        "",
        "Oldest: old-theme 1.0, 30 days.",
    ]


def test_a_pin_without_a_purpose_is_named(project: Path) -> None:
    project.write_text(PROJECT.replace("  # pages", ""))
    with pytest.raises(ValueError, match="does not say what old-theme is for"):
        dependencies.pins()


def test_a_package_that_is_not_pinned_in_a_line_of_its_own_is_missed(project: Path) -> None:
    project.write_text(PROJECT.replace("old-theme==1.0", "old-theme"))
    with pytest.raises(ValueError, match="asks for 2 packages and pins 1"):
        dependencies.pins()


def test_an_index_that_does_not_answer_is_said(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def silent(name: str) -> dict[str, Any]:
        raise OSError(f"no route to {name}")

    monkeypatch.setattr(dependencies, "asked_of_index", silent)
    assert dependencies.main() == 2
    assert "error: the package index does not answer: no route to torch" in capsys.readouterr().err
