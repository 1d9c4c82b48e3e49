"""Reference notebooks: every chapter, executed, with its outputs. `make reference` makes them; nbval compares.

A notebook without outputs would pass nbval unchecked, so `tests/book/test_references.py` holds these to the chapters.
"""

import configparser
import re
import sys
from pathlib import Path
from typing import Any

import nbformat

from lib.runner import executed, provenance

ROOT = executed.ROOT
REFERENCE = ROOT / "tests" / "reference"
REMAKE = "run `make reference`, and look at the difference"


def patterns() -> list[tuple[str, str]]:
    """What nbval does not compare, as regular expressions and replacements."""
    config = configparser.RawConfigParser()
    config.read(ROOT / "tests" / "sanitize.cfg")
    return [(config[section]["regex"], config[section]["replace"]) for section in config.sections()]


def strip(notebook: Any) -> Any:
    """Drop what is not compared: drawings, weights, widget state, times, ids."""
    notebook.metadata.pop("widgets", None)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            data.pop("application/vnd.jupyter.widget-view+json", None)
            if "text/html" in data:
                for pattern, replacement in patterns():
                    data["text/html"] = re.sub(pattern, replacement, data["text/html"])
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            cell.outputs = []
    return notebook


def make(chapter: Path) -> Path:
    """Keep one chapter of the executed set, with the machine that it was executed on."""
    notebook = strip(executed.executed(chapter))
    notebook.metadata = {"kernelspec": notebook.metadata.kernelspec, "made_on": provenance.machine()}
    file = REFERENCE / f"{chapter.stem}.ipynb"
    nbformat.write(notebook, file)
    return file


def main() -> int:
    """Make all references; drop those whose chapter is gone."""
    executed.fill()
    REFERENCE.mkdir(exist_ok=True)
    made = [make(chapter) for chapter in executed.chapters()]
    for file in set(REFERENCE.glob("*.ipynb")) - set(made):
        file.unlink()
    print(f"{len(made)} references: {', '.join(file.stem for file in made)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
