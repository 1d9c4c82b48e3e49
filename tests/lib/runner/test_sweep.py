"""Many trainings: resumed, repeated bit for bit, never silently lost."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import dask
import numpy as np
import psutil
import pytest
from distributed import LocalCluster

from lib.runner import executors, provenance, store
from lib.runner.sweep import ShardDone, SweepFailed, manifest, manifest_of_one_process, sweep, weights
from lib.spec import key_of
from tests.references import ROOT
from tests.trainers import Tiny, train, train_badly_at_first, train_fatally


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
    alone = sweep(train, wanted, tmp_path / "one", executor="serial", progress=False)
    pair = sweep(train, wanted, tmp_path / "two", executor="processes:2", progress=False)
    assert [training.spec for training in alone] == [training.spec for training in pair] == wanted
    assert records(tmp_path / "one") == records(tmp_path / "two") != {}
    assert alone[2].arrays["0/w"].shape == (1000,)


def test_a_sweep_trains_only_what_is_missing(tmp_path: Path, marks: Path) -> None:
    sweep(train, [Tiny(0, str(marks))], tmp_path / "r", executor="serial", progress=False)
    trainings = sweep(
        train, [Tiny(s, str(marks)) for s in (1, 0, 1)], tmp_path / "r", executor="serial", progress=False
    )
    assert [training.spec.seed for training in trainings] == [1, 0, 1]
    assert times_trained(marks, 0) == times_trained(marks, 1) == 1
    again = sweep(train, [Tiny(0, str(marks))], tmp_path / "r", executor="dask@tcp://127.0.0.1:9", progress=False)
    assert len(again) == 1, "where nothing is to be trained nobody is asked"


def test_a_damaged_record_is_named_and_made_again(
    tmp_path: Path, marks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = Tiny(5, str(marks))
    sweep(train, [spec], tmp_path, executor="serial", progress=False)
    whole = records(tmp_path)
    file = tmp_path / f"{key_of(spec)}.safetensors"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    sweep(train, [spec], tmp_path, executor="serial", progress=False)
    assert f"made again: {file.name}" in capsys.readouterr().out
    assert times_trained(marks, 5) == 2
    assert records(tmp_path) == whole


def test_a_record_of_another_spec_is_refused(tmp_path: Path, marks: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine, other = Tiny(6, str(marks)), Tiny(7, str(marks))
    sweep(train, [other], tmp_path, executor="serial", progress=False)
    for kind in ("json", "safetensors"):
        (tmp_path / f"{key_of(other)}.{kind}").rename(tmp_path / f"{key_of(mine)}.{kind}")
    (training,) = sweep(train, [mine], tmp_path, executor="serial", progress=False)
    assert "belongs to another spec" in capsys.readouterr().out
    assert training.manifest["specs"][training.key]["seed"] == 6


@pytest.mark.parametrize("executor", ["serial", "processes:2"])
def test_a_failure_is_reported_at_the_end_and_costs_no_other_training(
    tmp_path: Path, marks: Path, executor: str
) -> None:
    wanted = [Tiny(seed, str(marks)) for seed in (1, -3, 2)]
    with pytest.raises(SweepFailed, match=r"(?s)1 of 3 trainings failed.*seed=-3.*Traceback.*cannot train with -3"):
        sweep(train, wanted, tmp_path / "r", executor=executor, progress=False)
    assert len(records(tmp_path / "r")) == 2


@pytest.mark.parametrize("executor", ["serial", "processes:2"])
def test_a_training_that_fails_once_is_tried_once_more(tmp_path: Path, marks: Path, executor: str) -> None:
    wanted = [Tiny(seed, str(marks)) for seed in range(3)]
    trainings = sweep(train_badly_at_first, wanted, tmp_path / "r", executor=executor, progress=False)
    assert len(trainings) == 3


@pytest.mark.parametrize(
    ("executor", "said"), [("processes:2", "its worker died, 3 times"), ("dask:2", "on 4 different workers, but all")]
)
def test_a_training_that_kills_its_worker_is_given_up_and_the_others_are_not(
    tmp_path: Path, marks: Path, executor: str, said: str
) -> None:
    wanted = [Tiny(seed, str(marks)) for seed in (11, 12, 13, 14, 15)]
    with pytest.raises(SweepFailed, match=rf"(?s)1 of 5 trainings failed.*seed=13.*{said}"):
        sweep(train_fatally, wanted, tmp_path / "r", executor=executor, progress=False)
    assert len(records(tmp_path / "r")) == 4


def test_shards_share_the_work_and_say_what_is_missing(tmp_path: Path, marks: Path) -> None:
    wanted = [Tiny(seed, str(marks)) for seed in range(5)]
    with pytest.raises(ShardDone, match="shard 1/2 is done; 2 of 5 trainings of other shards are missing"):
        sweep(train, wanted, tmp_path / "r", executor="serial", shard="1/2", progress=False)
    assert len(records(tmp_path / "r")) == 3
    trainings = sweep(train, wanted, tmp_path / "r", executor="serial", shard="2/2", progress=False)
    assert [training.spec for training in trainings] == wanted
    assert all(times_trained(marks, seed) == 1 for seed in range(5))


def test_a_dask_cluster_makes_the_same_records(tmp_path: Path, marks: Path) -> None:
    wanted = [Tiny(seed, str(marks)) for seed in range(4)]
    sweep(train, wanted, tmp_path / "serial", executor="serial", progress=False)
    sweep(train, wanted, tmp_path / "local", executor="dask:2", progress=False)
    assert records(tmp_path / "local") == records(tmp_path / "serial")
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        place = f"dask@{cluster.scheduler_address}"
        sweep(train, wanted, tmp_path / "remote", executor=place, progress=False)
        with pytest.raises(SweepFailed, match=r"(?s)1 of 1 trainings failed.*cannot train with -1"):
            sweep(train, [Tiny(-1, str(marks))], tmp_path / "remote", executor=place, progress=False)
    assert records(tmp_path / "remote") == records(tmp_path / "serial")


@pytest.mark.parametrize(("system", "says"), [("slurm", "#SBATCH -n 1"), ("pbs", "#PBS -l select=1:ncpus=1")])
def test_a_batch_system_is_asked_for_one_core_a_job(system: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr("dask_jobqueue.core.JobQueueCluster.scale", lambda _, jobs: asked.append(jobs))
    with dask.config.set({f"jobqueue.{system}.interface": "lo"}), executors.batch_cluster(system, 7) as cluster:
        script = cluster.job_script()
    assert asked[0] == 7
    assert says in script
    assert "--nthreads 1" in script
    assert executors.KINDS.count(f"{system}:N") == 1


LIMITED = """
import resource, signal, sys
from pathlib import Path
from lib.runner.sweep import sweep
from tests.trainers import Tiny, train, train_big

folder, marks = Path(sys.argv[1]), sys.argv[2]
sweep(train, [Tiny(1, marks)], folder, executor="serial", progress=False)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
sweep(train_big, [Tiny(1, marks), Tiny(2, marks), Tiny(3, marks)], folder, executor="serial", progress=False)
"""


def test_a_full_disk_stops_the_sweep_with_clear_words_and_no_half_record(tmp_path: Path, marks: Path) -> None:
    script, folder = tmp_path / "script.py", tmp_path / "records"
    script.write_text(LIMITED)
    done = subprocess.run(
        [sys.executable, str(script), str(folder), str(marks)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "SweepFailed: stopped; 1 of 3 trainings are kept: the record" in done.stderr
    assert "cannot be written: File too large" in done.stderr
    assert {file.suffix for file in folder.iterdir()} == {".json", ".safetensors"}
    assert len(list(folder.iterdir())) == 2, "half a record, or a temporary file, was left"
    assert times_trained(marks, 3) == 0, "the sweep went on training what it cannot keep"


def test_nonsense_is_refused(tmp_path: Path, marks: Path) -> None:
    with pytest.raises(ValueError, match="at least one spec"):
        sweep(train, [], tmp_path)
    for wrong in ("threads", "processes:0", "processes:-2", "dask@", "slurm"):
        with pytest.raises(ValueError, match=rf"no executor '{wrong}'; there are serial, processes"):
            sweep(train, [Tiny(0, str(marks))], tmp_path, executor=wrong)
    for wrong in ("0/2", "3/2", "2", "a/b"):
        with pytest.raises(ValueError, match=f"shard is '{wrong}'; it must be i/N"):
            sweep(train, [Tiny(0, str(marks))], tmp_path, shard=wrong)
    assert not list(marks.iterdir())


SCRIPT = """
import sys
from pathlib import Path
from lib.runner.sweep import sweep
from tests.trainers import Tiny, train

if __name__ == "__main__":
    folder, marks, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    sweep(train, [Tiny(seed, marks, 0.25) for seed in range(count)], folder, executor="processes:2", progress=False)
"""


def start(script: Path, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(script), *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def workers_of(parent: int) -> list[psutil.Process]:
    """The processes that train: the children of a sweep that are not multiprocessing's own book-keeper."""
    try:
        children = psutil.Process(parent).children(recursive=True)
        return [child for child in children if "spawn_main" in " ".join(child.cmdline())]
    except psutil.NoSuchProcess:
        return []


def wait_until(what: Callable[[], bool], why: str, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, why
        time.sleep(0.02)


def test_twenty_kills_of_sweeps_and_workers_cost_no_finished_training(tmp_path: Path, marks: Path) -> None:
    """Seeded kills: of the sweep at any moment (it is then started again), or of one of its workers (it goes on)."""
    script, folder, count = tmp_path / "script.py", tmp_path / "records", 40
    script.write_text(SCRIPT)
    chance = np.random.default_rng(20)
    finished: dict[str, bytes] = {}
    kills = 0
    running = start(script, folder, marks, count)
    while kills < 20:
        time.sleep(chance.uniform(0.0, 1.5))
        if running.poll() is not None:
            assert running.returncode == 0
            assert kills >= 20, f"the sweep was over after {kills} kills: {len(finished)} finished"
        workers = workers_of(running.pid)
        for name, content in finished.items():
            assert (folder / name).read_bytes() == content, "a finished training was lost or changed"
        finished = {
            file.with_suffix(".safetensors").name: file.with_suffix(".safetensors").read_bytes()
            for file in folder.glob("*.json")
        }
        kills += 1
        if workers and chance.random() < 0.5:
            with contextlib.suppress(psutil.NoSuchProcess):
                workers[chance.integers(len(workers))].kill()
        else:
            orphans = workers_of(running.pid)
            running.kill()
            running.wait()
            wait_until(lambda left=orphans: not any(map(alive, left)), "workers outlive a killed sweep")
            running = start(script, folder, marks, count)
    _, said = running.communicate(timeout=240)
    assert running.returncode == 0, said
    sweep(train, [Tiny(s, str(marks), 0.25) for s in range(count)], tmp_path / "whole", "processes:2", progress=False)
    assert records(folder) == records(tmp_path / "whole")
    assert not list(folder.glob(".*"))


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_ctrl_c_stops_at_once_and_keeps_what_is_done(tmp_path: Path, marks: Path) -> None:
    script, folder = tmp_path / "script.py", tmp_path / "records"
    script.write_text(SCRIPT.replace("0.25", "0.25 if seed < 3 else 60"))
    running = start(script, folder, marks, 8)
    wait_until(lambda: len(list(folder.glob("*.json"))) >= 2, "the sweep does not get going")
    workers = workers_of(running.pid)
    os.killpg(running.pid, signal.SIGINT)
    observation, said = running.communicate(timeout=20)
    assert "KeyboardInterrupt" in said
    kept = re.search(r"stopped; (\d) of 8 trainings are kept", observation)
    assert kept is not None
    assert int(kept[1]) <= len(records(folder))
    wait_until(lambda: not any(map(alive, workers)), "workers go on after Ctrl-C", 10)
    assert len(records(folder)) >= 2
    assert "Traceback" not in said.replace("Traceback (most recent call last)", "", 1), "a worker cried out too"


def test_ctrl_c_is_for_the_parent_alone() -> None:
    assert list(executors.place("processes:1").run(signal.raise_signal, [signal.SIGINT])) == [(signal.SIGINT, None)]


def test_two_sweeps_at_once_do_not_harm_each_other(tmp_path: Path, marks: Path) -> None:
    script, folder = tmp_path / "script.py", tmp_path / "records"
    script.write_text(SCRIPT)
    both = [start(script, folder, marks, 10) for _ in range(2)]
    for each in both:
        _, said = each.communicate(timeout=120)
        assert each.returncode == 0, said
    sweep(train, [Tiny(s, str(marks), 0.25) for s in range(10)], tmp_path / "whole", "processes:2", progress=False)
    assert records(folder) == records(tmp_path / "whole")
    assert not list(folder.glob(".*"))


def test_a_record_of_another_version_is_named_and_made_again(
    tmp_path: Path, marks: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = Tiny(9, str(marks))
    (training,) = sweep(train, [spec], tmp_path, executor="serial", progress=False)
    manifest_file = tmp_path / f"{training.key}.json"
    for count, (trainer, said) in enumerate([(["tiny", 0], "tiny, version 0"), (None, "a trainer of no version")], 2):
        manifest_file.write_text(json.dumps(store.sealed({**training.manifest, "trainer": trainer})))
        sweep(train, [spec], tmp_path, executor="serial", progress=False)
        assert f"was made by {said}; now it is tiny, version 1" in capsys.readouterr().out
        assert times_trained(marks, 9) == count


def test_a_result_says_what_its_trainings_were(tmp_path: Path, marks: Path) -> None:
    trainings = sweep(train, [Tiny(s, str(marks)) for s in (0, 1)], tmp_path, executor="serial", progress=False)
    said = manifest("smoke", trainings, 3)
    assert said["episodes"] == {training.key: 1 for training in trainings}
    assert (said["version"], said["trainers"]) == (3, {"tiny": 1})
    assert said["processor"] == provenance.processor()
    assert json.loads(store.readable(said)) == said
    assert said["seconds"] == round(float(np.sum([t.manifest["seconds"] for t in trainings])), 1)
    without = manifest_of_one_process("smoke", [training.spec for training in trainings], 1.26, 3)
    assert without == {**said, "seconds": 1.3, "trainers": {}}


def test_a_result_says_what_processors_it_was_made_on(tmp_path: Path, marks: Path) -> None:
    (training,) = sweep(train, [Tiny(0, str(marks))], tmp_path, executor="serial", progress=False)
    here = provenance.processor()
    assert training.manifest["processor"] == manifest("smoke", [training], 1)["processor"] == here
    older = {name: said for name, said in training.manifest.items() if name != "processor"}
    elsewhere = [replace(training, manifest=about) for about in (older, {**older, "processor": "Fast 9000"})]
    assert manifest("smoke", elsewhere, 1)["processor"] == "; ".join(sorted([here, "Fast 9000", store.NOT_RECORDED]))


def test_the_weights_of_a_sweep_are_named_by_record_and_checkpoint(tmp_path: Path, marks: Path) -> None:
    trainings = sweep(train, [Tiny(s, str(marks)) for s in (0, 1)], tmp_path, executor="serial", progress=False)
    found = weights(trainings, 0)
    assert set(found) == {f"{training.key}/0/w" for training in trainings}
    for training in trainings:
        np.testing.assert_array_equal(found[f"{training.key}/0/w"], training.arrays["0/w"])
    with pytest.raises(KeyError, match="no weights at 5; there are weights at 0"):
        weights(trainings, 5)
