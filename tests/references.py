"""Reference notebooks: every chapter, executed, with its outputs. `make reference` makes them; nbval compares.

A notebook without outputs would pass nbval unchecked, so `tests/test_references.py` holds these to the chapters.
"""

import configparser
import os
import re
import sys
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import yaml
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = ROOT / "tests" / "reference"


def pages() -> list[Path]:
    """Every page of the table of contents, in order."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = [contents["root"], *(entry["file"] for part in contents["parts"] for entry in part["chapters"])]
    return [ROOT / f"{file}.md" for file in files]


def chapters() -> list[Path]:
    """The pages that the book executes."""
    return [page for page in pages() if "jupytext:" in page.read_text() and page.parent.name != "runs"]


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
    """Execute one chapter and keep it."""
    notebook = jupytext.read(chapter)
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=str(REFERENCE))
    file = REFERENCE / f"{chapter.stem}.ipynb"
    nbformat.write(strip(notebook), file)
    return file


def main() -> int:
    """Make all references; drop those whose chapter is gone."""
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    REFERENCE.mkdir(exist_ok=True)
    made = [make(chapter) for chapter in chapters()]
    for file in set(REFERENCE.glob("*.ipynb")) - set(made):
        file.unlink()
    print(f"{len(made)} references: {', '.join(file.stem for file in made)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
