"""The executed set: every chapter, executed once, for the pages and for the tests that compare them.

Chapters run side by side, as many as there are cores, and land in the cache in which myst-nb looks for them. Their
outputs depend on `lib`, on `results/` and on the processor, none of which the cache looks at; so its folder is named
after all of them.
"""

import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml
from filelock import FileLock
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from jupyter_cache.executors.utils import single_nb_execution
from myst_nb.core.read import read_myst_markdown_notebook
from nbformat import NotebookNode
from tqdm import tqdm

from lib.runner.kernels import PAGES
from lib.runner.provenance import ROOT

SETS = ROOT / "_build" / "executed"
SECONDS = 300  # that one cell may take
# What makes torch and numpy calculate as on another processor.
PROCESSOR = ("ATEN_CPU_CAPABILITY", "MKL_CBWR", "ONEDNN_MAX_CPU_ISA", "NPY_DISABLE_CPU_FEATURES", "OPENBLAS_CORETYPE")
LONGEST = ("straight-lines", "learning-to-act", "learning-not-to-learn", "gallery", "coins", "wiggles", "lifetimes")


class NotExecuted(RuntimeError):
    """A chapter has no outputs: a cell failed, or the set is not there."""


def pages() -> list[Path]:
    """Every page of the table of contents, in order."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    files = [contents["root"], *(file for part in contents["parts"] for file in _below(part["chapters"]))]
    return [ROOT / f"{file}.md" for file in files]


def _below(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        yield entry["file"]
        yield from _below(entry.get("sections", []))


def chapters() -> list[Path]:
    """The pages that are executed."""
    return [page for page in pages() if "jupytext:" in page.read_text() and page.is_relative_to(ROOT / "book")]


def processor() -> str:
    """The processor that is imitated, or nothing."""
    return " ".join(f"{name}={os.environ[name]}" for name in PROCESSOR if os.environ.get(name))


def fingerprint() -> str:
    """Twelve hexadecimal digits of everything that an executed chapter depends on, beside its own cells."""
    digest = hashlib.sha256(processor().encode())
    code = [
        file for room in ("lib", "experiments") for kind in ("py", "toml") for file in (ROOT / room).rglob(f"*.{kind}")
    ]
    files = [*code, *(ROOT / "results").glob("*")]
    for file in sorted([*files, ROOT / "pyproject.toml", ROOT / "constraints.txt"]):
        if file.is_file():
            digest.update(file.relative_to(ROOT).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def folder() -> Path:
    """Where the set of this code, these results and this processor is."""
    return SETS / f"{'elsewhere' if processor() else 'here'}-{fingerprint()}"


def fill(wanted: list[Path] | None = None) -> Path:
    """Execute the chapters that the set lacks, and return its folder; older sets of this processor are dropped.

    Raises:
        NotExecuted: naming every chapter that failed, with its error.
    """
    # Of the kernels: a second thread would only wait, and what they put out goes to pages.
    os.environ.update({"OMP_NUM_THREADS": "1", "PYTHONPATH": _paths(), PAGES: "1"})
    own = folder()
    own.mkdir(parents=True, exist_ok=True)
    with FileLock(SETS / "lock"):
        for old in SETS.glob(f"{own.name.split('-')[0]}-*"):
            if old != own:
                shutil.rmtree(old, ignore_errors=True)
        cache = get_cache(own)
        lacking = []
        for chapter in wanted or chapters():
            notebook = _read(chapter)
            try:
                cache.match_cache_notebook(notebook)
            except KeyError:
                lacking.append((chapter, notebook))
        if not lacking:
            return own
        lacking.sort(key=lambda each: LONGEST.index(each[0].stem) if each[0].stem in LONGEST else len(LONGEST))
        failed = []
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = tqdm(pool.map(_execute, lacking), total=len(lacking), unit="chapter", desc="executing")
            for (chapter, _), result in zip(lacking, results, strict=True):
                if result.err is not None:
                    failed.append(f"{chapter.relative_to(ROOT)}: {result.exc_string}")
                    continue
                bundle = CacheBundleIn(result.nb, str(chapter), data={"execution_seconds": result.time})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        if failed:
            raise NotExecuted("\n\n".join(failed))
    return own


def executed(chapter: Path) -> NotebookNode:
    """One chapter with its outputs.

    Raises:
        NotExecuted: if the set does not hold it, or one of its cells was not executed.
    """
    cache = get_cache(folder())
    try:
        notebook: NotebookNode = cache.merge_match_into_notebook(_read(chapter))[1]
    except KeyError:
        raise NotExecuted(f"{chapter.relative_to(ROOT)} is not in the executed set: run `make book`") from None
    for number, cell in enumerate(cell for cell in notebook.cells if cell.cell_type == "code"):
        if any(output.output_type == "error" for output in cell.outputs) or not cell.execution_count:
            raise NotExecuted(f"cell {number} of {chapter.relative_to(ROOT)} was not executed: run `make book`")
    return notebook


def _read(chapter: Path) -> NotebookNode:
    return read_myst_markdown_notebook(chapter.read_text(encoding="utf-8"), path=chapter)


def _execute(one: tuple[Path, NotebookNode]) -> Any:
    chapter, notebook = one
    result = single_nb_execution(notebook, cwd=str(chapter.parent), timeout=SECONDS, allow_errors=False)
    for cell in result.nb.cells:
        if cell.cell_type == "code":
            cell.outputs = in_one_piece(cell.outputs)
    return result


def in_one_piece(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Outputs of a cell, with what it printed without interruption as one of them.

    A kernel sends what a slow cell prints in pieces that depend on the clock; each would be a box of its own.
    """
    merged: list[NotebookNode] = []
    for output in outputs:
        if merged and output.output_type == "stream" == merged[-1].output_type and output.name == merged[-1].name:
            merged[-1].text += output.text
        else:
            merged.append(output)
    return merged


def _paths() -> str:
    """Where kernels, which start in the folder of their chapter, look for modules."""
    others = filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return os.pathsep.join(dict.fromkeys([str(ROOT), *others]))


if __name__ == "__main__":
    fill([chapter for chapter in chapters() if len(sys.argv) == 1 or chapter.stem in sys.argv])
