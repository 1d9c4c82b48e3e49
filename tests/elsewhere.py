"""Another processor, imitated on this one: an older instruction set for torch, MKL, oneDNN, OpenBLAS and numpy.

    python -m tests.elsewhere --cheap

`make test-elsewhere` does so. Kernels inherit the environment. It is some three times slower, so continuous integration
runs the doctests and the chapters of CHEAP.
"""

import os
import platform
import subprocess
import sys

from lib.runner import executed

# Chapters of few seconds, and those where exact ties were printed (coins, memory, predict).
CHEAP = ("intro", "coins", "memory", "predict", "machines", "ledger", "which-optimum")


def features() -> list[str]:
    """What this numpy would choose between on this processor; it warns of a name that the processor lacks."""
    from numpy._core import _multiarray_umath as numpy_core

    return [name for name in numpy_core.__cpu_dispatch__ if numpy_core.__cpu_features__.get(name)]


def environment() -> dict[str, str]:
    """The variables that make the imitation."""
    made = {"ATEN_CPU_CAPABILITY": "default"}
    if platform.machine().lower() in ("x86_64", "amd64"):
        made |= {"MKL_CBWR": "COMPATIBLE", "ONEDNN_MAX_CPU_ISA": "SSE41", "OPENBLAS_CORETYPE": "Nehalem"}
    if features():
        made["NPY_DISABLE_CPU_FEATURES"] = " ".join(features())
    return made


def main(asked: list[str]) -> int:
    """Execute chapters so, all of them if none is named, and compare them with their references; run the doctests."""
    chapters = CHEAP if asked == ["--cheap"] else asked
    there = {chapter.stem for chapter in executed.chapters()}
    if unknown := set(chapters) - there:
        print(f"error: there is no chapter {', '.join(sorted(unknown))}; there are {', '.join(sorted(there))}")
        return 2
    references = [f"tests/reference/{chapter}.ipynb" for chapter in chapters] or ["tests/reference"]
    for command in (["lib.runner.executed", *chapters], ["pytest", "lib", *references]):
        done = subprocess.run([sys.executable, "-m", *command], env=os.environ | environment(), check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
