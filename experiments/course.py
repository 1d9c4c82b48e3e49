"""A course made of the chapters: notebooks for students and for instructors, and one for nbgrader. `make course`. And
the chapters with their outputs, `make notebooks`.

One source, several editions. Students' notebooks hold each exercise with its stub, its check and its hint, and nothing
of a solution. Instructors' hold the solutions as well.
"""

import re
import shutil
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from textwrap import indent

import nbformat
from nbformat import NotebookNode

from experiments.exercises.source import Exercise, definitions, exercises
from experiments.plain_notebook import BIBLIOGRAPHY, Part, code_cell, notebook, parts, text_cell, works
from lib.runner.executed import chapters, executed, fill, pages
from lib.runner.provenance import ROOT

COURSE, NOTEBOOKS = ROOT / "_build" / "course", ROOT / "_build" / "notebooks"
EDITIONS = ("student", "instructor")
FIRST = (
    "*From the computational book* Learning to Infer. *These cells run in the environment of its repository, from any "
    "folder: see README there. A live part comes alive where its cell is run.*"
)
OWN = "# and in code"  # a student's cell
STAMP = (2020, 1, 1, 0, 0, 0)  # of all files in an archive, so that the same chapters make the same archive


def student(page: Path) -> NotebookNode:
    """A page without any solution; room for each answer that is no program, in words and in code."""
    kept = [part for part in parts(page) if not part.solution]
    programs = {part.exercise for part in kept if part.cell.cell_type == "code"}
    with_room = []
    for part, after in zip(kept, [*kept[1:], None], strict=True):
        with_room.append(part)
        ends = part.exercise and (after is None or after.exercise != part.exercise)
        if ends and part.exercise not in programs:
            room = (text_cell("*Your answer, in words:*"), code_cell(OWN))
            with_room += [Part(cell, part.exercise) for cell in room]
    return _edition(page, with_room)


def instructor(page: Path) -> NotebookNode:
    """A page with its solutions, each after its exercise."""
    return _edition(page, parts(page))


def with_outputs(chapter: Path, edition: Callable[[Path], NotebookNode] = instructor) -> NotebookNode:
    """An edition of a chapter, with what its cells put out on its page; students' own cells stay empty.

    Raises:
        NotExecuted: if it is not in the executed set.
    """
    made = edition(chapter)
    ran = (cell for cell in executed(chapter).cells if cell.cell_type == "code")
    for cell in made.cells:
        if cell.cell_type == "code" and cell.source != OWN:
            page_cell = next(each for each in ran if each.source.strip() == cell.source)
            cell.outputs, cell.execution_count = page_cell.outputs, page_cell.execution_count
    return made


def nbgrader(page: Path) -> NotebookNode:
    """A page as nbgrader's source: the solution of a program stands in its stub, for nbgrader to take out, and the
    check is a test of one point.
    """
    programs = {each.label: each for each in exercises(page) if each.stub}
    cells = []
    for part in parts(page):
        if part.solution:
            continue
        if part.exercise not in programs or part.cell.cell_type != "code":
            cells.append(part.cell)
            continue
        exercise = programs[part.exercise]
        check, function = re.findall(r"^(check_\w+)\((\w+)\)", exercise.stub, re.M)[-1]
        cells.append(_graded(_with_solution(exercise, function), part.exercise, solution=True))
        cells.append(_graded(f"{check}({function}).or_raise()", f"{part.exercise}-check", solution=False))
    return notebook(cells)


def _edition(page: Path, kept: list[Part]) -> NotebookNode:
    cells = [text_cell(FIRST), *(part.cell for part in kept)]
    cited = works(page)
    if cited:
        cells.append(text_cell("## Works cited\n\n" + "\n".join(f"- {each}" for each in cited)))
    return notebook(cells)


def _with_solution(exercise: Exercise, function: str) -> str:
    """The stub, with the program of the solution inside its function and between nbgrader's marks."""
    head, _, _ = exercise.stub.partition("    raise NotImplementedError")
    arguments = re.findall(rf"^def {function}\((.*)\):", head, re.M)[-1]
    answer = f"{definitions(exercise.code)}\n\nreturn {function}({arguments})"
    return head + indent(f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION", "    ")


def _graded(source: str, name: str, *, solution: bool) -> NotebookNode:
    about = {"schema_version": 3, "grade_id": name, "solution": solution, "grade": not solution, "locked": not solution}
    points = {} if solution else {"points": 1}
    return code_cell(source, {"nbgrader": {**about, "task": False, **points}})


def make(folder: Path = COURSE) -> list[Path]:
    """Write all editions, each with an archive beside it, and return the archives."""
    shutil.rmtree(folder, ignore_errors=True)
    taught = [page for page in pages() if page.is_relative_to(ROOT / "book") and page.stem != BIBLIOGRAPHY]
    for page in taught:
        for edition, made in (("student", student(page)), ("instructor", instructor(page))):
            write(made, folder / edition / f"{page.stem}.ipynb")
    for page in chapters():
        if "{exercise-start}" in page.read_text(encoding="utf-8"):
            write(nbgrader(page), folder / "nbgrader" / "source" / page.stem / f"{page.stem}.ipynb")
    return [_pack(folder / edition) for edition in EDITIONS]


def make_with_outputs() -> list[Path]:
    """Write both editions of every chapter with outputs, each executed if it has not been, and return the archives."""
    fill()
    shutil.rmtree(NOTEBOOKS, ignore_errors=True)
    for chapter in chapters():
        for name, edition in zip(EDITIONS, (student, instructor), strict=True):
            write(with_outputs(chapter, edition), NOTEBOOKS / name / f"{chapter.stem}.ipynb")
    return [_pack(NOTEBOOKS / name) for name in EDITIONS]


def write(made: NotebookNode, file: Path) -> None:
    """Write a notebook, and the folder that it is to be in."""
    file.parent.mkdir(parents=True, exist_ok=True)
    nbformat.validate(made)
    nbformat.write(made, file)  # type: ignore[no-untyped-call]


def _pack(folder: Path) -> Path:
    archive = folder.with_suffix(".zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in sorted(folder.glob("*.ipynb")):
            packed.writestr(
                zipfile.ZipInfo(f"{folder.name}/{file.name}", STAMP), file.read_bytes(), zipfile.ZIP_DEFLATED
            )
    return archive


def main(asked: list[str]) -> int:
    """Make the course, or the chapters with their outputs, and say where it is."""
    archives = make_with_outputs() if asked == ["executed"] else make()
    for archive in archives:
        number = len(list(archive.with_suffix("").glob("*.ipynb")))
        print(f"{archive.relative_to(ROOT)}: {number} notebooks, {archive.stat().st_size / 1e3:,.0f} kB")
    if asked != ["executed"]:
        print(f"{(COURSE / 'nbgrader' / 'source').relative_to(ROOT)}: for nbgrader")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
