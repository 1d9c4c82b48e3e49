"""Run a run notebook at one of its sizes.

python -m experiments list                              every run there is
python -m experiments show coins                        what it would cost, at each size
python -m experiments coins --profile laptop            make its results
python -m experiments coins --executor dask@ADDRESS     the same, elsewhere
python -m experiments coins --shard 3/8                 the third part of eight, in a job of its own
python -m experiments compare coins                     what `make results` made here, beside what ships
python -m experiments compare coins --keep              the same, and a line in results/replications.json
python -m experiments keep bimodality                   keep what a long run has trained so far with the results
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import papermill
from nbclient.exceptions import DeadKernelError

from experiments import replications
from lib.runner import executors, partial, profiles, provenance, store
from lib.runner.sweep import part_of

NOTEBOOKS = provenance.ROOT / "experiments"


def names() -> list[str]:
    """Every run there is."""
    return sorted(file.stem for file in NOTEBOOKS.rglob("*.md"))


def notebook(name: str) -> Path:
    """The file of a run.

    Raises:
        ValueError: if there is no such run.
    """
    found = next((file for file in NOTEBOOKS.rglob("*.md") if file.stem == name), None)
    if found is None:
        raise ValueError(f"there is no run {name!r}; there are {', '.join(names())}")
    return found


@dataclass(frozen=True)
class Cost:
    """What a run takes: its trainings, the episodes that all of them see, and seconds of one core.

    `seconds` is an estimate, at the rate measured when the result that ships was made; None if none ships.
    """

    trainings: int
    episodes: int
    seconds: float | None

    def __str__(self) -> str:
        trainings = "1 training" if self.trainings == 1 else f"{self.trainings} trainings"
        work = f"{trainings}, {self.episodes:,} episodes in all"
        return work if self.seconds is None else f"{work}, about {_duration(self.seconds)} of one core"


def plan(name: str, profile: str) -> list[Any]:
    """The specs that a run would train: its notebook, up to the cell tagged `plan` and no further.

    Raises:
        ValueError: if there is no such run or profile, or its notebook has no plan.
    """
    _check(name, profile)
    namespace: dict[str, Any] = {}
    for cell in jupytext.read(notebook(name)).cells:
        if cell.cell_type == "code":
            exec(cell.source, namespace)
            tags = cell.metadata.get("tags", [])
            if "parameters" in tags:
                namespace["profile"] = profile
            if "plan" in tags:
                return list(namespace["specs"])
    raise ValueError(f"{notebook(name).relative_to(provenance.ROOT)} has no cell tagged `plan`")


def cost(name: str, profile: str) -> Cost:
    """What a run would take at a profile, estimated from what the shipped result took."""
    episodes = [spec.episodes for spec in plan(name, profile)]
    try:
        shipped = store.load(name).manifest
    except (store.Missing, store.Damaged):
        return Cost(len(episodes), sum(episodes), None)
    rate = shipped["seconds"] / sum(shipped["episodes"].values())
    return Cost(len(episodes), sum(episodes), rate * sum(episodes))


def shipped_cost(name: str, profile: str) -> Cost | None:
    """What the result that ships took, by its manifest alone, without its plan; None if none ships at this size."""
    try:
        manifest = json.loads((store.RESULTS / f"{name}.json").read_bytes())
    except (OSError, ValueError):
        return None  # missing or damaged, as the chapters that load it will say
    if manifest["profile"] != profile:
        return None
    return Cost(len(manifest["specs"]), sum(manifest["episodes"].values()), manifest["seconds"])


def execute(
    name: str, profile: str, folder: Path | None = None, executor: str = "processes", shard: str = "1/1"
) -> Path:
    """Execute a run notebook with papermill and return the executed copy.

    Args:
        name: the run.
        profile: smoke, laptop or paper.
        folder: where the result goes; the profile's own folder if None.
        executor: where to train, as `lib.runner.executors.place` reads it.
        shard: which part of the trainings to do, as in 3/8.

    Raises:
        ValueError: if there is no such run, profile or shard.
        papermill.PapermillExecutionError: if a cell of the notebook fails.
    """
    _check(name, profile)
    part_of(shard)
    folder = folder or profiles.folder(profile)
    executed = store.BUILD / "runs" / f"{name}-{profile}-{shard.replace('/', 'of')}.ipynb"
    executed.parent.mkdir(parents=True, exist_ok=True)
    paths = [str(provenance.ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    papermill.execute_notebook(
        jupytext.read(notebook(name)),
        str(executed),
        parameters={"profile": profile, "folder": str(folder), "executor": executor, "shard": shard},
        cwd=str(notebook(name).parent),
        kernel_name="python3",
        log_output=False,
        stderr_file=sys.stderr,
    )
    return executed


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m experiments", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", help="a run, or `list`, `show`, `compare` or `keep`")
    parser.add_argument("run", nargs="?", help="after `show`, `compare` or `keep`: a run")
    parser.add_argument("--profile", default="laptop", help=f"{', '.join(profiles.PROFILES)} (default: laptop)")
    parser.add_argument("--executor", default="processes", help=f"{executors.KINDS} (default: processes)")
    parser.add_argument("--shard", default="1/1", help="i/N: the i-th of N parts, for job arrays")
    parser.add_argument("--keep", action="store_true", help="after `compare`: keep what it found with the results")
    asked = parser.parse_args(arguments)
    try:
        if asked.what == "list":
            return _list()
        if asked.what in ("show", "compare", "keep") and asked.run is None:
            raise ValueError(f"{asked.what} what? There are {', '.join(names())}")
        if asked.what == "show":
            return _show(asked.run)
        if asked.what == "compare":
            return _compare(asked.run, asked.keep)
        if asked.what == "keep":
            return _keep(asked.run, asked.profile)
        return _make(asked.what, asked.profile, asked.executor, asked.shard)
    except (ValueError, store.Missing) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever reads has had enough
        raise
    except OSError as error:  # a full disk, a folder that cannot be written to
        print(f"error: {error.filename or 'a file'} cannot be written or read: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped; finished trainings are kept, and the same command goes on there", file=sys.stderr)
        return 130


def _list() -> int:
    widest = max(map(len, names()))
    for name in names():
        about = shipped_cost(name, "laptop") or cost(name, "laptop")
        print(f"{name:{widest}} at laptop size: {about}")
    return 0


def _keep(name: str, profile: str) -> int:
    wanted = plan(name, profile)
    print(f"{partial.pack(name, wanted)} of {len(wanted)} trainings of {name} are kept with the results")
    return 0


def _compare(name: str, keep: bool) -> int:
    """0 if the run holds, 1 if it does not."""
    notebook(name)
    found = replications.compare(name)
    print(found)
    if keep:
        replications.keep(found, replications.KEPT)
        print(f"kept in {replications.KEPT.parent.name}/{replications.KEPT.name}")
    return 0 if found.holds else 1


def _show(name: str) -> int:
    for profile in profiles.PROFILES:
        print(f"{profile:8} {cost(name, profile)}")
    try:
        print(store.load(name).source)
    except (store.Missing, store.Damaged) as error:
        print(error)
    return 0


def _make(name: str, profile: str, executor: str, shard: str) -> int:
    slots = executors.place(executor).slots
    about = cost(name, profile)
    wall = (
        f"; {_duration(about.seconds / slots)} with {slots} at a time" if about.seconds and slots and slots > 1 else ""
    )
    print(f"{name}, {profile} profile: {about}{wall}, less what is kept from before", flush=True)
    if unpacked := partial.unpack(name):
        print(f"{unpacked} trainings were kept with the results", flush=True)
    ships = profiles.folder(profile) == store.RESULTS
    if ships:
        replications.set_aside(name)
    try:
        execute(name, profile, replications.MADE if ships else None, executor, shard)
    except papermill.PapermillExecutionError as error:
        if error.ename == "ShardDone":
            print(error.evalue)
            return 0
        print(
            f"error: {error.ename}: {error.evalue}\n(cell {error.exec_count} of {notebook(name).name})", file=sys.stderr
        )
        return 1
    except DeadKernelError:
        print(
            f"error: the process that ran {notebook(name).name} was killed, perhaps for want of memory; finished "
            "trainings are kept, and the same command goes on there (--executor processes:1 needs least memory)",
            file=sys.stderr,
        )
        return 1
    if ships:
        replications.put_in_place(name)
        partial.archive(name).unlink(missing_ok=True)
    print(f"{profiles.folder(profile) / name}.json and .safetensors are made")
    return 0


def _check(name: str, profile: str) -> None:
    notebook(name)
    profiles.folder(profile)


def _duration(seconds: float) -> str:
    """Time as people say it.

    >>> _duration(42), _duration(600), _duration(36_000)
    ('42 s', '10 min', '10.0 h')
    """
    if seconds < 1:
        return "a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
