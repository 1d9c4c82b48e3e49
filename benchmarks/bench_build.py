"""How long do the book and its tests take, from nothing and unchanged? Peers: the last release, and a build that
executes nothing.

Works on a copy of the tracked files in a temporary folder, with this environment; installing is not counted.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from lib.runner.provenance import ROOT

RELEASE = "0.6.0"
TOOK = {"from a fresh clone": "353", "make test": "934"}  # seconds on two cores; nobody measured the rest
BOOK = [str(Path(sys.executable).with_name("jupyter-book")), "build", "."]
BUILD = [*BOOK, "--quiet", "-W", "-n", "--keep-going"]
PYTEST = [sys.executable, "-m", "pytest", "-q"]


def seconds(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """Wall-clock seconds of a command that must succeed, and those of all cores that it used."""
    began, before = time.perf_counter(), os.times()
    environment = {**os.environ, "PYTHONPATH": str(folder)}  # its own `lib`, not the installed one
    subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return time.perf_counter() - began, used


def copy(to: Path) -> Path:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for file in files:
        (to / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, to / file)
    return to


def main() -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        folder, still = copy(Path(one)), copy(Path(other))
        config = still / "_config.yml"
        config.write_text(config.read_text().replace("execute_notebooks: cache", 'execute_notebooks: "off"'))
        print(f"{'seconds':22}{'wall':>7}{'cores':>7}{RELEASE:>9}", flush=True)
        for name, command, where in (
            ("from a fresh clone", BUILD, folder),
            ("unchanged", BUILD, folder),
            ("nothing executed", [*BOOK, "-qq"], still),  # and no word of the figures that it lacks
            ("make check", [*PYTEST, "-m", "not slow"], folder),
            ("make test", PYTEST, folder),
        ):
            wall, cores = seconds(command, where)
            print(f"{name:22}{wall:7.1f}{cores:7.1f}{TOOK.get(name, '?'):>9}", flush=True)


if __name__ == "__main__":
    main()
