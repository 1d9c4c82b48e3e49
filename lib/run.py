"""Run a lab notebook at one of its sizes: `python -m lib.run coins --profile laptop`."""

import argparse
import os
import sys
from pathlib import Path

import jupytext
import papermill

from lib import profiles, provenance, store

NOTEBOOKS = provenance.ROOT / "book" / "runs"


def names() -> list[str]:
    """Every run there is."""
    return sorted(file.stem for file in NOTEBOOKS.glob("*.md"))


def execute(name: str, profile: str, folder: Path | None = None) -> Path:
    """Execute a run notebook with papermill and return the executed copy.

    Args:
        name: the run.
        profile: smoke, laptop or paper.
        folder: where the result goes; the profile's own folder if None.

    Raises:
        ValueError: if there is no such run or profile.
        papermill.PapermillExecutionError: if a cell of the notebook fails.
    """
    if name not in names():
        raise ValueError(f"there is no run {name!r}; there are {', '.join(names())}")
    folder = folder or profiles.folder(profile)
    executed = store.BUILD / "runs" / f"{name}-{profile}.ipynb"
    executed.parent.mkdir(parents=True, exist_ok=True)
    paths = [str(provenance.ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    papermill.execute_notebook(
        jupytext.read(NOTEBOOKS / f"{name}.md"),
        str(executed),
        parameters={"profile": profile, "folder": str(folder)},
        cwd=str(NOTEBOOKS),
        kernel_name="python3",
    )
    return executed


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m lib.run", description="Make the results of a run.")
    parser.add_argument("run", help=f"one of: {', '.join(names())}")
    parser.add_argument("--profile", default="laptop", help=f"one of: {', '.join(profiles.PROFILES)} (default: laptop)")
    arguments = parser.parse_args()
    try:
        folder = profiles.folder(arguments.profile)
        execute(arguments.run, arguments.profile)
    except ValueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except papermill.PapermillExecutionError as error:
        print(
            f"error: {error.ename}: {error.evalue}\n(cell {error.exec_count} of book/runs/{arguments.run}.md)",
            file=sys.stderr,
        )
        return 1
    print(f"{folder / arguments.run}.json and .safetensors are made")
    return 0


if __name__ == "__main__":
    sys.exit(main())
