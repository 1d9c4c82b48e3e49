"""What a number was made with: the processor and the programs."""

import platform
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

ROOT = Path(__file__).resolve().parents[2]


def machine() -> dict[str, Any]:
    """The processor, what torch makes of it, and the programs that a number can depend on."""
    return {"processor": processor(), "versions": versions()}


def processor() -> str:
    """The kind of processor, and the instruction set that torch has chosen for it, as in `AMD EPYC, AVX512`."""
    return f"{_model(Path('/proc/cpuinfo'))}, {torch.backends.cpu.get_cpu_capability()}"


@cache
def _model(about: Path) -> str:
    """What the system calls its processor; the architecture where it has no name for it."""
    if about.is_file():  # Linux; an ARM processor has no such line
        for line in about.read_text(encoding="utf-8", errors="replace").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name" and value.strip():
                return value.strip()
    if sys.platform == "darwin":  # where `platform` says only "arm" or "i386"
        asked = subprocess.run(
            ["sysctl", "-n", "machdep.cpu.brand_string"], capture_output=True, text=True, check=False
        )
        if asked.stdout.strip():
            return asked.stdout.strip()
    return platform.processor() or platform.machine() or "unknown"


def versions() -> dict[str, str]:
    """The programs that a number can depend on."""
    return {"python": platform.python_version()} | {name: _version(name) for name in ("torch", "numpy", "scipy")}


_version = cache(version)  # looked up on the disk, once
