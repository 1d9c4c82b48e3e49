"""Many trainings: resumed, repeated bit for bit, never silently lost."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lib import specs, store
from lib.sweep import SweepFailed, manifest, sweep
from tests.references import ROOT
from tests.trainers import Tiny, train


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    (tmp_path / "marks").mkdir()
    return tmp_path / "marks"


def times_trained(marks: Path, seed: int) -> int:
    return len(list(marks.glob(f"{seed}-*")))


def records(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.glob("*.safetensors"))}


def test_one_process_and_two_make_the_same_records(tmp_path: Path, marks: Path) -> None:
    wanted = [Tiny(seed, str(marks)) for seed in range(4)]
    alone = sweep(train, wanted, tmp_path / "one", workers=1, progress=False)
    pair = sweep(train, wanted, tmp_path / "two", workers=2, progress=False)
    assert [training.spec for training in alone] == [training.spec for training in pair] == wanted
    assert records(tmp_path / "one") == records(tmp_path / "two") != {}
    assert alone[2].arrays["0/w"].shape == (1000,)


def test_a_sweep_trains_only_what_is_missing(tmp_path: Path, marks: Path) -> None:
    sweep(train, [Tiny(0, str(marks))], tmp_path / "r", workers=1, progress=False)
    trainings = sweep(train, [Tiny(s, str(marks)) for s in (1, 0, 1)], tmp_path / "r", workers=1, progress=False)
    assert [training.spec.seed for training in trainings] == [1, 0, 1]
    assert times_trained(marks, 0) == times_trained(marks, 1) == 1


def test_a_damaged_record_is_named_and_made_again(
    tmp_path: Path, marks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = Tiny(5, str(marks))
    sweep(train, [spec], tmp_path, workers=1, progress=False)
    whole = records(tmp_path)
    file = tmp_path / f"{specs.key(spec)}.safetensors"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    sweep(train, [spec], tmp_path, workers=1, progress=False)
    assert f"made again: {file.name}" in capsys.readouterr().out
    assert times_trained(marks, 5) == 2
    assert records(tmp_path) == whole


def test_a_record_of_another_spec_is_refused(tmp_path: Path, marks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine, other = Tiny(6, str(marks)), Tiny(7, str(marks))
    sweep(train, [other], tmp_path, workers=1, progress=False)
    for kind in ("json", "safetensors"):
        (tmp_path / f"{specs.key(other)}.{kind}").rename(tmp_path / f"{specs.key(mine)}.{kind}")
    (training,) = sweep(train, [mine], tmp_path, workers=1, progress=False)
    assert "belongs to another spec" in capsys.readouterr().out
    assert training.manifest["specs"][training.key]["seed"] == 6


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failure_is_reported_at_the_end_and_costs_no_other_training(
    tmp_path: Path, marks: Path, workers: int
) -> None:
    wanted = [Tiny(seed, str(marks)) for seed in (1, -3, 2)]
    with pytest.raises(SweepFailed, match=r"(?s)1 of 3 trainings failed.*seed=-3.*cannot train with -3"):
        sweep(train, wanted, tmp_path / "r", workers=workers, progress=False)
    assert len(records(tmp_path / "r")) == 2


def test_nonsense_is_refused(tmp_path: Path, marks: Path) -> None:
    with pytest.raises(ValueError, match="at least one spec"):
        sweep(train, [], tmp_path)
    with pytest.raises(ValueError, match="workers is 0"):
        sweep(train, [Tiny(0, str(marks))], tmp_path, workers=0)


SCRIPT = """
import sys
from pathlib import Path
from lib.sweep import sweep
from tests.trainers import Tiny, train

if __name__ == "__main__":
    folder, marks = Path(sys.argv[1]), sys.argv[2]
    sweep(train, [Tiny(seed, marks, 0.4) for seed in range(8)], folder, workers=2, progress=False)
"""


def processes_of(group: int) -> list[str]:
    listed = subprocess.run(["ps", "-o", "pid=", "-g", str(group)], capture_output=True, text=True, check=False)
    return listed.stdout.split()


def test_a_sweep_killed_in_the_middle_goes_on_to_the_same_bytes(tmp_path: Path, marks: Path) -> None:
    script, folder = tmp_path / "script.py", tmp_path / "records"
    script.write_text(SCRIPT)
    sweep(train, [Tiny(s, str(marks), 0.4) for s in range(8)], tmp_path / "unbroken", workers=2, progress=False)
    command = [sys.executable, str(script), str(folder), str(marks)]
    running = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, start_new_session=True)
    deadline = time.monotonic() + 60
    while len(list(folder.glob("*.json"))) < 3:
        assert time.monotonic() < deadline, "the sweep does not get going"
        assert running.poll() is None, "the sweep was over before it could be killed"
        time.sleep(0.02)
    running.send_signal(signal.SIGKILL)
    running.wait()
    done = len(list(folder.glob("*.json")))
    assert 3 <= done < 8
    while processes_of(running.pid):
        assert time.monotonic() < deadline, "workers outlive a killed parent"
        time.sleep(0.05)
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    assert records(folder) == records(tmp_path / "unbroken")
    assert not list(folder.glob("*.tmp"))
    kept = [seed for seed in range(8) if times_trained(marks, seed) == 2]
    assert len(kept) >= 3, "finished trainings were trained again"


def test_a_record_made_by_other_code_is_named_and_made_again(
    tmp_path: Path, marks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = Tiny(9, str(marks))
    (training,) = sweep(train, [spec], tmp_path, workers=1, progress=False)
    manifest_file = tmp_path / f"{training.key}.json"
    older = {**training.manifest, "code": {**training.manifest["code"], "lib/older.py": "0" * 16}}
    manifest_file.write_text(json.dumps(older))
    sweep(train, [spec], tmp_path, workers=1, progress=False)
    assert "made before a change of lib/older.py" in capsys.readouterr().out
    assert times_trained(marks, 9) == 2


def test_a_result_says_what_its_trainings_were(tmp_path: Path, marks: Path) -> None:
    trainings = sweep(train, [Tiny(s, str(marks)) for s in (0, 1)], tmp_path, workers=1, progress=False)
    said = manifest("smoke", trainings)
    assert said["episodes"] == {training.key: 1 for training in trainings}
    assert {"lib/sweep.py", "lib/store.py"} <= said["code"].keys()
    assert json.loads(store.readable(said)) == said
    assert said["seconds"] == round(float(np.sum([t.manifest["seconds"] for t in trainings])), 1)
