"""How long does the book take to build, from nothing and unchanged? Peer: the same build without execution.

Builds a copy of the tracked files in a temporary folder, with this environment; installing is not counted.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lib.provenance import ROOT


def build(folder: Path) -> float:
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", "--quiet", "-W", "-n", "--keep-going", "."]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - began


def copy(to: Path) -> Path:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    for file in files:
        (to / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / file, to / file)
    return to


def main() -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        folder = copy(Path(one))
        fresh, unchanged = build(folder), build(folder)
        still = copy(Path(other))
        config = still / "_config.yml"
        config.write_text(config.read_text().replace("execute_notebooks: cache", 'execute_notebooks: "off"'))
        unexecuted = build(still)
    print(f"from a fresh clone     {fresh:6.1f} s")
    print(f"unchanged              {unchanged:6.1f} s   ratio fresh / unchanged: {fresh / unchanged:.1f}")
    print(f"nothing executed       {unexecuted:6.1f} s   ratio fresh / unexecuted: {fresh / unexecuted:.1f}")


if __name__ == "__main__":
    main()
