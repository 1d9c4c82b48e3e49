"""What a release promises, checked: `python -m experiments.release`."""

import sys
import tomllib
from collections.abc import Callable, Iterator
from datetime import date

import yaml

from experiments import command, replications
from experiments import ledger as judging
from lib.claims import ledger
from lib.runner import partial, store
from lib.runner.provenance import ROOT

VENDORED = ROOT / "book" / "_static"  # whose folders hold what others have written


def versions() -> Iterator[str]:
    """Where the version differs between the package, the citation and the changelog, and where it has no date."""
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    newest = next(line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## "))
    if str(cited["version"]) != package:
        yield f"CITATION.cff says {cited['version']}, pyproject.toml {package}"
    if newest.removeprefix("## ").split()[0] != package:
        yield f"CHANGELOG.md begins with {newest.removeprefix('## ')}, pyproject.toml says {package}"
    if date.fromisoformat(str(cited["date-released"])) > date.today():
        yield f"CITATION.cff is dated {cited['date-released']}, which is to come"


def results() -> Iterator[str]:
    """Runs without a result, and results that are damaged, or smoke."""
    for name in command.names():
        if partial.archive(name).is_file():
            yield f"{name} is not finished"
            continue
        try:
            found = store.load(name)
        except (store.Missing, store.Damaged) as error:
            yield str(error)
            continue
        if found.profile == "smoke":
            yield f"{name} ships a smoke run"


def machines() -> Iterator[str]:
    """Results that verdicts rest on and of which no machine is known: neither the one on which they were made, nor
    another on which they were made again and all claims were judged alike.
    """
    again = {line["run"] for line in replications.kept() if line["agree"]}
    resting: dict[str, list[str]] = {}
    for row in ledger.shipped():
        for name in judging.runs(row):
            if name not in again and not store.load(name).manifest.get("processor"):
                resting.setdefault(name, []).append(row.id)
    for name, ids in resting.items():
        rows = ", ".join(ids)
        yield f"{name} ({rows}) does not say on which processor it was made, and was not made again on another"


def claims() -> Iterator[str]:
    """Rows of the ledger without a verdict, or whose rule has no date."""
    for row in ledger.shipped():
        if row.verdict == "not yet":
            yield f"{row.id} has no verdict"
        if row.fixed is None:
            yield f"{row.id} does not say when its rule was fixed"


def licences() -> Iterator[str]:
    """Folders of what others have written that have no licence beside them, or that README does not name."""
    readme = (ROOT / "README.md").read_text()
    for folder in sorted(each for each in VENDORED.iterdir() if each.is_dir() and each.name != "live"):
        if not [file for file in folder.iterdir() if file.name in ("LICENSE", "OFL.txt")]:
            yield f"{folder.relative_to(ROOT)} holds no licence"
        if f"`{folder.relative_to(ROOT)}`" not in readme:
            yield f"README.md does not name {folder.relative_to(ROOT)}"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (versions, results, machines, claims, licences)


def main() -> int:
    """Say what is missing, check by check; 1 if anything is."""
    missing = {check.__name__: list(check()) for check in CHECKS}
    for name, found in missing.items():
        print(f"{name}: {'in order' if not found else f'{len(found)} to mend'}")
        print(*(f"  {each}" for each in found), sep="\n", end="\n" if found else "")
    return 1 if any(missing.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
