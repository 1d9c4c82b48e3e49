"""Faults, caused on purpose in a copy of this project, and what happened: `make faults` fills results/faults.json.

`python -m tests.faults disk keep` causes some of them again. Every case runs a command as a reader would, on a path
with spaces in it. Kills are seeded. It needs Linux: full disks, folders that cannot be written to and machines without
a network are made with namespaces.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from tqdm import tqdm

from experiments.fault_table import Fault, keep
from lib.runner import partial, store
from lib.runner.provenance import ROOT

RUN = "coins"
MAKE = ("-m", "experiments", RUN, "--profile", "smoke")
KEEP = ("-m", "experiments", "keep", RUN, "--profile", "smoke")
READ = ("-c", f"from lib.runner import store; print(store.load({RUN!r}).source)")
JUDGE = ("-c", "from lib.claims import ledger; print(len(ledger.shipped()), 'claims')")
KILLS = 20  # of a run and its workers, and as many of `keep`
FLIPS = 10  # of a file
LONGEST = 900  # seconds that a command may take


@dataclass(frozen=True)
class Copy:
    """A copy of this project to break."""

    folder: Path
    whole: dict[str, np.ndarray]  # the result of a run that nobody disturbs

    def start(self, *command: str, within: tuple[str, ...] = (), **environment: str) -> subprocess.Popen[str]:
        """A python command of the project, in a process group of its own."""
        own = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", **environment}
        return subprocess.Popen(
            [*within, sys.executable, *command],
            cwd=self.folder,
            env={name: value for name, value in own.items() if value},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def ended(self, running: subprocess.Popen[str]) -> tuple[int, str]:
        """Its status, and the line in which it names an error, or else the last that it said."""
        said, _ = running.communicate(timeout=LONGEST)
        lines = [line.strip() for line in said.replace("\r", "\n").splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("error: ")]
        return running.returncode, [*errors, *lines[-1:], ""][0].replace(str(self.folder), "the project")

    def run(self, *command: str, within: tuple[str, ...] = (), **environment: str) -> tuple[int, str]:
        """Start it, and wait for its end."""
        return self.ended(self.start(*command, within=within, **environment))

    @property
    def built(self) -> Path:
        """What runs leave behind."""
        return self.folder / "_build"

    def forget(self) -> None:
        """Remove what runs left behind."""
        shutil.rmtree(self.built, ignore_errors=True)

    def is_whole(self) -> bool:
        """Whether the result is that of a run that nobody disturbed, to the bit, and no half-written file is left."""
        made, _ = store.read(self.built / "smoke", RUN)
        same = made.keys() == self.whole.keys() and all(np.array_equal(made[name], self.whole[name]) for name in made)
        return same and not list(self.folder.rglob(".*.tmp"))


def within(setting: str) -> tuple[str, ...]:
    """What runs a command on no network but this machine's own, after a setting has been made for it alone."""
    setting = f'ip link set lo up; {setting}; exec "$@"'
    return ("unshare", "--map-root-user", "--mount", "--net", "sh", "-c", setting, "sh")


@contextlib.contextmanager
def copied() -> Iterator[Copy]:
    """A copy of what git knows, and of its changes, in a folder with spaces in its name."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "a path with späces"
        files = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True).split("\0")
        for name in filter(None, files):
            if (ROOT / name).is_file():
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, folder / name)
        copy = Copy(folder, {})
        status, said = copy.run(*MAKE, "--executor", "serial")
        assert status == 0, said
        yield Copy(folder, store.read(copy.built / "smoke", RUN)[0])


def family(running: subprocess.Popen[str]) -> list[psutil.Process]:
    """A process and all that it has started."""
    try:
        parent = psutil.Process(running.pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def kill(process: psutil.Process) -> None:
    """End it without a word to it."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()


def killed_runs(copy: Copy) -> Fault:
    """A run, or one of its processes, is killed twenty times."""
    chance = np.random.default_rng(2_026)
    copy.forget()
    running, kills, lost = copy.start(*MAKE, "--executor", "processes:2"), 0, 0
    finished: dict[Path, bytes] = {}
    while kills < KILLS:
        time.sleep(chance.uniform(0, 20))
        if running.poll() == 0:  # it was done before it could be killed
            assert copy.is_whole()
            copy.forget()
            finished = {}
        elif running.poll() is None and (alive := family(running)):
            kill(alive[chance.integers(len(alive))])
            kills += 1
            if chance.random() < 0.5:
                for process in family(running):
                    kill(process)
            lost += sum(file.read_bytes() != content for file, content in finished.items())
            finished = {
                file: file.read_bytes()
                for manifest in (copy.built / "records").glob("*.json")
                for file in (manifest, manifest.with_suffix(".safetensors"))
            }
        if running.poll() is not None:
            running = copy.start(*MAKE, "--executor", "processes:2")
    copy.ended(running)
    status, said = copy.run(*MAKE, "--executor", "processes:2")
    happened = f"{kills} kills; {lost} finished trainings lost; then the same command: {said}"
    return Fault(
        "a run, or any one of its processes, is killed",
        "no finished training is lost; the same command goes on to the result of an undisturbed run, to the bit",
        happened,
        status == 0 and lost == 0 and copy.is_whole(),
    )


def killed_keep(copy: Copy) -> Fault:
    """`keep` is killed twenty times."""
    chance, archive = np.random.default_rng(7), partial.archive(RUN, copy.folder / "results" / "unfinished")
    began = time.perf_counter()
    copy.run(*KEEP)
    whole, takes = archive.read_bytes(), time.perf_counter() - began
    torn = 0
    for _ in range(KILLS):
        running = copy.start(*KEEP)
        time.sleep(takes * chance.uniform(0.5, 1.0))
        for process in family(running):
            kill(process)
        running.wait()
        torn += not zipfile.is_zipfile(archive) or archive.read_bytes() != whole
    copy.run(*KEEP)
    left = len(list(archive.parent.glob(".*.tmp")))
    holds = torn == 0 and archive.read_bytes() == whole
    archive.unlink()
    happened = f"{KILLS} kills; {torn} times another archive than before; {left} half-written files beside it"
    return Fault("`keep` is killed", "the archive is the old one or the new one, never half of one", happened, holds)


def full_disk(copy: Copy) -> Fault:
    """There is no room for the first record."""
    copy.forget()
    copy.built.mkdir()
    setting = f"mount -t tmpfs -o size=300k none {copy.built.as_posix()!r}"
    status, said = copy.run(*MAKE, "--executor", "serial", within=within(setting))
    once_more, _ = copy.run(*MAKE, "--executor", "serial")
    return Fault(
        "the disk is full",
        "one line that says so; with room again the same command makes the result",
        said,
        status == 1 and "No space left" in said and once_more == 0 and copy.is_whole(),
    )


def flips(copy: Copy, kind: str, file: Path, command: tuple[str, ...], *says: str) -> Fault:
    """One bit of a file that ships is flipped, many times."""
    chance, before, noticed, said = np.random.default_rng(11), file.read_bytes(), 0, ""
    for _ in range(FLIPS):
        content = bytearray(before)
        content[chance.integers(len(content))] ^= 1 << int(chance.integers(8))
        file.write_bytes(content)
        _, said = copy.run(*command)
        noticed += all(each in said for each in says)
    file.write_bytes(before)
    happened = f"{noticed} of {FLIPS} named, as in: {said}"
    return Fault(
        f"a bit of {kind} is flipped", "the file is named, and what makes it again", happened, noticed == FLIPS
    )


def cut_short(copy: Copy, file: Path, command: tuple[str, ...], *says: str) -> Fault:
    """The second half of a file is lost."""
    before = file.read_bytes()
    file.write_bytes(before[: len(before) // 2])
    _, said = copy.run(*command)
    file.write_bytes(before)
    holds = all(each in said for each in says)
    return Fault("the second half of the ledger is lost", "it is named, and what makes it again", said, holds)


def flipped_record(copy: Copy) -> Fault:
    """A bit of a record is flipped; what is damaged is made again."""
    record = max((copy.built / "records").glob("*.safetensors"), key=lambda file: file.name)
    before = record.read_bytes()
    record.write_bytes(bytes([before[0] ^ 1]) + before[1:])
    status, _ = copy.run(*MAKE, "--executor", "serial")
    holds = status == 0 and record.read_bytes() == before and copy.is_whole()
    happened = "made again, equal to the bit" if holds else "not made again as it was"
    return Fault("a bit of a training's record is flipped", "the training is made again", happened, holds)


def lost_worker(copy: Copy) -> Fault:
    """One of two Dask workers is killed, with what it was doing."""
    copy.forget()
    scheduler = copy.start(
        "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", "s"
    )
    file = copy.folder / "s"
    while not file.is_file() or not file.read_text():
        time.sleep(0.2)
    address = json.loads(file.read_text())["address"]
    workers = [
        copy.start("-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard", "--no-nanny")
        for _ in range(2)
    ]
    running = copy.start(*MAKE, "--executor", f"dask@{address}")
    while running.poll() is None and not list((copy.built / "records").glob("*.json")):
        time.sleep(0.05)
    workers[0].kill()
    status, said = copy.ended(running)
    for process in (*workers, scheduler):
        for each in family(process):
            kill(each)
    file.unlink()
    return Fault("a Dask worker is lost", "the others do its work", said, status == 0 and copy.is_whole())


def read_only(copy: Copy) -> Iterator[Fault]:
    """The checkout cannot be written to."""
    copy.forget()
    place = copy.folder.as_posix()
    setting = within(f"mount --bind {place!r} {place!r}; mount -o remount,ro,bind {place!r}; cd {place!r}")
    status, said = copy.run(*READ, within=setting)
    yield Fault("read-only checkout: a result is read", "it is", said, status == 0)
    status, said = copy.run(*MAKE, within=setting)
    yield Fault(
        "read-only checkout: a run",
        "one line that says why not",
        said,
        said.startswith("error: ") and "Read-only" in said,
    )


def without(copy: Copy, fault: str, setting: tuple[str, ...], **environment: str) -> Fault:
    """A run where something is missing that it must not need."""
    copy.forget()
    status, said = copy.run(*MAKE, "--executor", "serial", within=setting, **environment)
    return Fault(fault, "the run ends as ever, to the bit", said, status == 0 and copy.is_whole())


def cases(copy: Copy) -> dict[str, Callable[[], Iterator[Fault]]]:
    """All of them, the cheap ones first."""
    results, again = copy.folder / "results", f"make results RUN={RUN}"

    def one(case: Callable[..., Fault], *asked: Any, **environment: str) -> Callable[[], Iterator[Fault]]:
        return lambda: iter([case(copy, *asked, **environment)])

    return {
        "network": one(without, "no network, and a path with spaces in it", within("true")),
        "home": one(without, "no HOME", (), HOME=""),
        "record": one(flipped_record),
        "data": one(flips, "a result's data", results / f"{RUN}.safetensors", READ, RUN, again),
        "manifest": one(flips, "a result's manifest", results / f"{RUN}.json", READ, RUN, again),
        "ledger": one(cut_short, results / "ledger.json", JUDGE, "ledger.json", "make ledger"),
        "read-only": lambda: read_only(copy),
        "disk": one(full_disk),
        "worker": one(lost_worker),
        "keep": one(killed_keep),
        "run": one(killed_runs),
    }


def main(asked: Sequence[str]) -> int:
    """0 if all that is asked for, or everything, is as it must be."""
    rows: list[Fault] = []
    with copied() as copy:
        there = cases(copy)
        if unknown := set(asked) - set(there):
            print(
                f"error: there is no fault {', '.join(sorted(unknown))}; there are {', '.join(there)}", file=sys.stderr
            )
            return 2
        for name in tqdm(asked or list(there), unit="fault"):
            for found in there[name]():
                tqdm.write(f"{'holds' if found.holds else 'FAILS'}  {found.fault}: {found.happened}")
                rows.append(found)
    keep(rows)
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
