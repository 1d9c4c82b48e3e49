"""Who imports whom: the rooms of the house as its files have them, read from their syntax and without running one."""

import ast
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from lib.runner.provenance import ROOT


def files() -> list[Path]:
    """The modules of `lib` and of `experiments`, relative to the root of the repository."""
    found = (file.relative_to(ROOT) for top in ("lib", "experiments") for file in sorted((ROOT / top).rglob("*.py")))
    return [file for file in found if file.name != "__init__.py"]


def imported_by(file: Path) -> dict[Path, set[str]]:
    """The modules of the house that one of them imports, and the names that it takes from each.

    Raises:
        ValueError: if it imports one by `import lib...`, which does not say what it takes.
    """
    found: dict[Path, set[str]] = {}
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                module, own = Path(*node.module.split(".")), Path(*node.module.split("."), alias.name)
                for each, name in ((own, ""), (module, alias.name)):
                    if (ROOT / each.with_suffix(".py")).is_file():
                        found.setdefault(each.with_suffix(".py"), set()).add(name)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] in ("lib", "experiments"):
                    raise ValueError(f"{file} has `import {alias.name}`; write `from {alias.name} import ...`")
    return found


def room(file: Path) -> str:
    """The folder of `lib` that a module is in; a module that is in none is a room of its own, and so is `experiments`.

    >>> room(Path("lib/tasks/bernoulli.py")), room(Path("lib/spec.py")), room(Path("experiments/coins/claims.py"))
    ('tasks', 'spec', 'experiments')
    """
    return file.parts[1].removesuffix(".py") if file.parts[0] == "lib" else file.parts[0]


@dataclass(frozen=True)
class Room:
    """A room of the house.

    Attributes:
        modules: how many files of code it has.
        lines: of code, comments and docstrings.
        imports: the rooms that its modules import from.
    """

    modules: int
    lines: int
    imports: frozenset[str]


def house() -> dict[str, Room]:
    """Every room by its name."""
    inside: dict[str, list[Path]] = {}
    for file in files():
        inside.setdefault(room(file), []).append(file)
    return {
        name: Room(
            len(modules),
            sum(len((ROOT / file).read_text(encoding="utf-8").splitlines()) for file in modules),
            frozenset(room(other) for file in modules for other in imported_by(file)) - {name},
        )
        for name, modules in inside.items()
    }


def levels(imports: Mapping[str, Collection[str]]) -> dict[str, int]:
    """How high each room stands: one above the highest that it imports, 0 if it imports none.

    >>> levels({"probes": {"tasks", "spec"}, "tasks": {"spec"}, "spec": set()})
    {'spec': 0, 'tasks': 1, 'probes': 2}

    Raises:
        ValueError: if rooms import each other in a circle.
    """
    found: dict[str, int] = {}
    while len(found) < len(imports):
        ready = [room for room in imports if room not in found and all(other in found for other in imports[room])]
        if not ready:
            raise ValueError(f"{', '.join(sorted(imports.keys() - found.keys()))} import each other in a circle")
        found |= {room: max((found[other] + 1 for other in imports[room]), default=0) for room in ready}
    return found


def direct(imports: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """The arrows that no other arrows imply: the transitive reduction.

    >>> direct({"probes": {"tasks", "spec"}, "tasks": {"spec"}, "spec": set()})
    [('probes', 'tasks'), ('tasks', 'spec')]
    """
    beneath: dict[str, set[str]] = {}
    for room in sorted(imports, key=levels(imports).__getitem__):
        beneath[room] = set(imports[room]).union(*(beneath[other] for other in imports[room]))
    return [
        (room, other)
        for room in imports
        for other in sorted(imports[room])
        if not any(other in beneath[between] for between in imports[room])
    ]
