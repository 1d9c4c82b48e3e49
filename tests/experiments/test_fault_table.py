"""Faults that were caused on purpose."""

from dataclasses import replace
from pathlib import Path

import pytest

from experiments import fault_table
from experiments.fault_table import Fault
from lib.runner import store
from tests import faults

LOST = Fault("a worker is lost", "others do its work", "they <did>", holds=True)


def test_what_is_kept_is_shown(tmp_path: Path) -> None:
    file = tmp_path / "faults.json"
    fault_table.keep([LOST, Fault("the disk is full", "it says so", "it cried", holds=False)], file)
    table = fault_table.kept(file)
    assert table.faults[0] == LOST
    assert [row[2] for row in table.table()] == ["did it?", "yes: they <did>", "NO: it cried"]
    assert "yes: they &lt;did&gt;" in table._repr_html_()
    assert "NO: it cried" in repr(table)


def test_a_fault_that_is_tried_again_replaces_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, other = tmp_path / "faults.json", Fault("the disk is full", "it says so", "it did", holds=True)
    fault_table.keep([replace(LOST, holds=False), other], file)
    fault_table.keep([LOST], file)
    assert fault_table.kept(file).faults == (LOST, other)
    monkeypatch.setattr(fault_table.provenance, "processor", lambda: "another")
    fault_table.keep([other], file)
    assert fault_table.kept(file) == fault_table.FaultTable((other,), "another")


def test_what_was_never_tried_is_missed(tmp_path: Path) -> None:
    with pytest.raises(store.Missing, match=r"faults\.json is not in results. Make it: make faults"):
        fault_table.kept(tmp_path / "faults.json")


def test_what_ships_withstood_everything_that_is_tried(tmp_path: Path) -> None:
    """A case that was added to the program has to be run, and one that fails is no table to ship."""
    shipped = fault_table.kept().faults
    assert all(fault.holds for fault in shipped), [fault for fault in shipped if not fault.holds]
    cases = faults.cases(faults.Copy(tmp_path, {}))
    assert len(shipped) == len(cases) + 1, "a read-only checkout is read, and then run in"
