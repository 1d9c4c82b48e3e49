"""Which code made a number: the files behind a module, and a fingerprint of each that ignores comments."""

import ast
import hashlib
import io
import platform
import subprocess
import sys
import time
import tokenize
from functools import cache
from importlib.metadata import version
from pathlib import Path

import torch

ROOT = Path(__file__).resolve().parent.parent

_STARTED_NS = time.time_ns()


def versions() -> dict[str, str]:
    """The programs that a number can depend on."""
    return {"python": platform.python_version()} | {name: _version(name) for name in ("torch", "numpy", "scipy")}


_version = cache(version)  # looked up on the disk, once


def processor() -> str:
    """The kind of processor, and the instruction set that torch has chosen for it.

    >>> processor().endswith(f", {torch.backends.cpu.get_cpu_capability()}")
    True
    """
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


def essence(source: str) -> str:
    """A module's text without comments, docstrings and blank lines: what can change a result.

    >>> essence('def f():  # why\\n    "What."\\n\\n    return 1') == essence("def f():\\n    return 1")
    True
    """
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef)) and ast.get_docstring(node) is not None:
            text = node.body[0]
            for row in range(text.lineno - 1, text.end_lineno or text.lineno):
                lines[row] = ""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        row, column = token.start
        if token.type == tokenize.COMMENT and lines[row - 1]:
            lines[row - 1] = lines[row - 1][:column]
    return "\n".join(line.rstrip() for line in lines if line.strip())


@cache
def _fingerprint(path: Path, _modified: int) -> str:
    return hashlib.sha256(essence(path.read_text(encoding="utf-8")).encode()).hexdigest()[:16]


def fingerprint(file: str) -> str:
    """Sixteen hexadecimal digits of a file's essence, or "absent". `file` is relative to the project's root."""
    path = ROOT / file
    return _fingerprint(path, path.stat().st_mtime_ns) if path.is_file() else "absent"


def imported_by(file: str) -> set[str]:
    """The files of `lib` that one file of `lib` imports, relative to the project's root."""
    path = ROOT / file
    return set(_imports(path, path.stat().st_mtime_ns))


@cache
def _imports(path: Path, _modified: int) -> frozenset[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        for name in names:
            candidate = name.replace(".", "/") + ".py"
            if name.startswith("lib.") and (ROOT / candidate).is_file():
                found.add(candidate)
    return frozenset(found)


def behind(*modules: str) -> dict[str, str]:
    """The fingerprints of everything in `lib` that these modules rest on, themselves included.

    >>> sorted(behind("lib.tasks.draw"))
    ['lib/tasks/draw.py']
    """
    waiting = {name.replace(".", "/") + ".py" for name in modules}
    seen: set[str] = set()
    while waiting:
        file = waiting.pop()
        seen.add(file)
        waiting |= imported_by(file) - seen
    return {file: fingerprint(file) for file in sorted(seen)}


def as_run(code: dict[str, str]) -> dict[str, str]:
    """These fingerprints, except of files edited since this process began: what they say now is not what ran."""
    return {
        file: "edited while it ran" if (ROOT / file).stat().st_mtime_ns > _STARTED_NS else fingerprint
        for file, fingerprint in code.items()
    }


def loaded() -> dict[str, str]:
    """The fingerprints of every file of `lib` that this process has imported, as it ran them."""
    modules = [name for name, module in list(sys.modules.items()) if name.startswith("lib.") and _is_file(module)]
    return as_run(behind(*modules))


def _is_file(module: object) -> bool:
    file = getattr(module, "__file__", None)
    return file is not None and Path(file).name != "__init__.py"
