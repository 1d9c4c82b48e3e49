"""The pinned packages: what each is for, how old it is, its licence, and what is newer. `make dependencies` prints it.

What each is for stands in pyproject.toml, behind its pin. The rest is asked of the package index, which
tells advisories of a newest version alone.
"""

import json
import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.request import urlopen

from tqdm import tqdm

from lib.runner.provenance import ROOT

INDEX = "https://pypi.org/pypi/{}/json"
PIN = re.compile(r'^    "(?P<name>[\w-]+)==(?P<version>[^"]+)",(?:  # (?P<purpose>.+))?$', re.MULTILINE)


@dataclass(frozen=True)
class Pin:
    """A package that pyproject.toml pins, and what it is for."""

    name: str
    version: str
    purpose: str


def pins() -> list[Pin]:
    """All of them, in the order of the file.

    Raises:
        ValueError: if one does not say what it is for.
    """
    text = (ROOT / "pyproject.toml").read_text()
    found = [Pin(each["name"], each["version"], each["purpose"] or "") for each in PIN.finditer(text)]
    if silent := [pin.name for pin in found if not pin.purpose]:
        raise ValueError(f"pyproject.toml does not say what {', '.join(silent)} is for")
    project = tomllib.loads(text)["project"]
    asked = sum(map(len, [project["dependencies"], *project["optional-dependencies"].values()]))
    if asked != len(found):
        raise ValueError(f"pyproject.toml asks for {asked} packages and pins {len(found)} in lines of their own")
    return found


def asked_of_index(name: str) -> dict[str, Any]:
    """What the package index says of a package.

    Raises:
        OSError: if it cannot be reached.
    """
    with urlopen(INDEX.format(name), timeout=60) as answer:
        said: dict[str, Any] = json.load(answer)
    return said


def row(pin: Pin, said: dict[str, Any]) -> tuple[str, ...]:
    """Name, version, date of its release, newest version, licence, advisories about the newest version, purpose."""
    files, about = said["releases"].get(pin.version, []), said["info"]
    classified = [each.split(" :: ")[-1] for each in about.get("classifiers", []) if each.startswith("License ::")]
    licence = about.get("license_expression") or ", ".join(classified) or (about.get("license") or "?").splitlines()[0]
    advisories = ", ".join(each["id"] for each in said["vulnerabilities"]) or "none"
    released = files[0]["upload_time"][:10] if files else "withdrawn"
    return pin.name, pin.version, released, about["version"], licence, advisories, pin.purpose


def table(ask: Callable[[str], dict[str, Any]], today: date) -> Iterator[str]:
    """A table of all pins, as Markdown, with the age of the oldest below."""
    yield "| package | pinned | released | newest | licence | advisories on the newest | what for |"
    yield "|---|---|---|---|---|---|---|"
    rows = [row(pin, ask(pin.name)) for pin in tqdm(pins(), unit="package")]
    yield from (f"| {' | '.join(each)} |" for each in rows)
    dated = [each for each in rows if each[2] != "withdrawn"]
    oldest = min(dated, key=lambda each: each[2])
    yield ""
    yield f"Oldest: {oldest[0]} {oldest[1]}, {(today - date.fromisoformat(oldest[2])).days} days."


def main() -> int:
    """0, or 2 if the package index cannot be reached."""
    try:
        print("\n".join(table(asked_of_index, date.today())))
    except OSError as error:
        print(f"error: the package index does not answer: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
