"""Trainings of a run that is not finished, kept with the results."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest

from experiments import command
from lib.runner import partial, store
from lib.runner.sweep import sweep
from lib.spec import key_of
from tests.trainers import Tiny, train


@pytest.fixture
def wanted(tmp_path: Path) -> list[Tiny]:
    """Three trainings, of which the first two are done."""
    (tmp_path / "marks").mkdir()
    found = [Tiny(seed, str(tmp_path / "marks")) for seed in range(3)]
    sweep(train, found[:2], tmp_path / "here", "serial", progress=False)
    return found


def trained(folder: Path) -> int:
    return len(list((folder / "marks").iterdir()))


def test_a_sweep_goes_on_elsewhere_with_what_was_kept(tmp_path: Path, wanted: list[Tiny]) -> None:
    assert partial.pack("tiny", wanted, tmp_path / "here", tmp_path / "kept") == 2
    assert partial.unpack("tiny", tmp_path / "there", tmp_path / "kept") == 2
    for key in map(key_of, wanted[:2]):
        for suffix in store.SUFFIXES:
            here, there = ((tmp_path / folder / f"{key}{suffix}").read_bytes() for folder in ("here", "there"))
            assert here == there
    assert trained(tmp_path) == 2
    sweep(train, wanted, tmp_path / "there", "serial", progress=False)
    assert trained(tmp_path) == 3, "only the third was missing"


def test_what_is_there_already_stays(tmp_path: Path, wanted: list[Tiny]) -> None:
    partial.pack("tiny", wanted, tmp_path / "here", tmp_path / "kept")
    record = tmp_path / "here" / f"{key_of(wanted[0])}.json"
    before = record.stat().st_mtime_ns
    record.with_name(f"{key_of(wanted[1])}.json").unlink()
    assert partial.unpack("tiny", tmp_path / "here", tmp_path / "kept") == 1
    assert record.stat().st_mtime_ns == before


def test_an_archive_that_is_damaged_is_refused(tmp_path: Path, wanted: list[Tiny]) -> None:
    partial.pack("tiny", wanted, tmp_path / "here", tmp_path / "kept")
    file = partial.archive("tiny", tmp_path / "kept")
    content = bytearray(file.read_bytes())
    content[5_000] ^= 1
    file.write_bytes(content)
    with pytest.raises(store.Damaged, match=r"tiny\.zip is damaged: Bad CRC"):
        partial.unpack("tiny", tmp_path / "there", tmp_path / "kept")
    assert not (tmp_path / "there").exists()


def test_nothing_to_keep_and_too_much(tmp_path: Path, wanted: list[Tiny], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="tiny has no trainings to keep"):
        partial.pack("tiny", wanted[2:], tmp_path / "here", tmp_path / "kept")
    monkeypatch.setattr(partial, "LARGEST", 1_000)
    with pytest.raises(ValueError, match=r"the trainings of tiny are .* bytes; at most 1,000 are kept"):
        partial.pack("tiny", wanted, tmp_path / "here", tmp_path / "kept")
    assert not (tmp_path / "kept").exists()
    assert partial.unpack("tiny", tmp_path / "there", tmp_path / "kept") == 0


def test_the_command_line_asks_which_run_to_keep(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["keep"]) == 2
    assert "keep what? There are" in capsys.readouterr().err


def test_what_a_killed_writer_left_is_tidied_away(tmp_path: Path, wanted: list[Tiny]) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / f".tiny.zip.xyz.{platform.node()}.{dead.pid}.tmp").touch()
    partial.pack("tiny", wanted, tmp_path / "here", kept)
    assert [file.name for file in kept.iterdir()] == ["tiny.zip"]
