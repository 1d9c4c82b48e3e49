"""The course made of the chapters: nothing of a solution reaches students, and plain notebooks are plain."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from experiments import course
from experiments.exercises.check import WrongAnswer
from experiments.exercises.source import exercises
from lib.runner.executed import chapters

pytestmark = pytest.mark.slow
TAUGHT = [chapter for chapter in chapters() if "{exercise-start}" in chapter.read_text()]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("course") / "course"
    course.make(folder)
    return folder


def cells(file: Path, kind: str) -> list[Any]:
    return [cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == kind]


def source(file: Path) -> str:
    return "\n".join(cell.source for cell in nbformat.read(file, as_version=4).cells)


def telling(text: str) -> set[str]:
    """Lines of a solution that say something."""
    lines = {line.strip() for line in text.split("\n")}
    return {line for line in lines if len(line) > 20 and not line.startswith((":", "`", "from ", "import "))}


@pytest.mark.parametrize("chapter", TAUGHT, ids=lambda chapter: chapter.stem)
def test_students_get_exercises_and_nothing_of_a_solution(made: Path, chapter: Path) -> None:
    given = source(made / "student" / f"{chapter.stem}.ipynb")
    taught = source(made / "instructor" / f"{chapter.stem}.ipynb")
    elsewhere = chapter.read_text()
    for exercise in exercises(chapter):
        elsewhere = elsewhere.replace(exercise.solution, "")
    for exercise in exercises(chapter):
        assert f"### {exercise.title}\n" in given
        assert exercise.goal in given
        lines = {line for line in telling(exercise.solution) if line not in elsewhere}
        assert lines, exercise.title
        assert [line for line in lines if line in given] == []
        assert all(line in taught for line in telling(exercise.code))
    assert given.count("*Your answer, in words:*") == sum(not exercise.stub for exercise in exercises(chapter))
    assert "**Solution**" not in given
    assert taught.count("**Solution**") == len(exercises(chapter))


@pytest.mark.parametrize("edition", course.EDITIONS)
def test_a_plain_notebook_has_no_myst_no_dead_link_and_no_output(made: Path, edition: str) -> None:
    files = sorted((made / edition).glob("*.ipynb"))
    assert len(files) > 25
    for file in files:
        for cell in cells(file, "markdown"):
            assert not re.findall(r"\{[a-z:]+\}`|```\{|\]\(\)|\[\]\(|^\([a-z-]+\)=|^\{\.|^: ", cell.source, re.M), (
                cell.source
            )
            for name in re.findall(r"\]\(([^)#:]+\.[a-z]+)[^)]*\)", cell.source):
                assert (file.parent / name).is_file(), f"{file.name} links to {name}"
        for cell in cells(file, "code"):
            assert not cell.outputs
            assert cell.execution_count is None
        assert str(course.ROOT) not in file.read_text()


def test_what_a_built_page_shows_is_said_in_words(made: Path) -> None:
    text = source(made / "student" / "coins.ipynb")
    assert "(Delétang and others 2020; Mikulik and others 2020)" in text
    assert "[Limited memory and long episodes](memory.ipynb)" in text
    assert "*Two worlds. Each curve is the density" in text  # a caption
    assert "(`experiments/coins/coins.md`)" in text
    assert "<details><summary>Hint</summary>" in text
    assert "- Hochreiter, Schmidhuber (1997). Long short-term memory." in text


def test_students_code_needs_nothing_that_only_a_solution_defines(made: Path, tmp_path: Path) -> None:
    for file in sorted((made / "student").glob("*.ipynb")):
        code = "\n\n".join(cell.source for cell in cells(file, "code"))
        (tmp_path / f"{file.stem.replace('-', '_')}.py").write_text(code)
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--isolated",
        "--select",
        "F821",
        "--output-format",
        "json",
        tmp_path,
    ]
    found = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
    assert [(each["filename"], each["message"]) for each in found] == []


def test_an_archive_is_the_same_each_time(made: Path, tmp_path: Path) -> None:
    archive = made / "student.zip"
    with zipfile.ZipFile(archive) as packed:
        assert packed.namelist() == [f"student/{file.name}" for file in sorted((made / "student").glob("*.ipynb"))]
        assert {entry.date_time for entry in packed.infolist()} == {course.STAMP}
    chapter = chapters()[1]
    assert nbformat.writes(course.student(chapter)) == (made / "student" / f"{chapter.stem}.ipynb").read_text().rstrip(
        "\n"
    )


@pytest.mark.parametrize("chapter", TAUGHT, ids=lambda chapter: chapter.stem)
def test_nbgrader_takes_the_solution_out_and_its_test_then_fails(made: Path, chapter: Path) -> None:
    file = made / "nbgrader" / "source" / chapter.stem / f"{chapter.stem}.ipynb"
    answer, test = (cell for cell in cells(file, "code") if "nbgrader" in cell.metadata)
    assert (answer.metadata.nbgrader.solution, test.metadata.nbgrader.grade, test.metadata.nbgrader.points) == (
        True,
        True,
        1,
    )
    names: dict[str, Any] = {"np": np}
    exec(answer.source, names)
    exec(test.source, names)
    released = re.sub(r"### BEGIN SOLUTION.*### END SOLUTION", "raise NotImplementedError()", answer.source, flags=re.S)
    exec(released, names)
    with pytest.raises(WrongAnswer, match="Not written yet"):
        exec(test.source, names)


def test_a_chapter_is_offered_with_its_outputs(site: Path) -> None:
    for chapter in chapters():
        notebook = site / "_sources" / "book" / f"{chapter.stem}.ipynb"
        assert f'href="../_sources/book/{notebook.name}"' in (site / "book" / f"{chapter.stem}.html").read_text()
        made, plain = nbformat.read(notebook, as_version=4), course.instructor(chapter)
        assert [cell.source for cell in made.cells] == [cell.source for cell in plain.cells]
        assert all(cell.execution_count for cell in cells(notebook, "code"))
        given = course.with_outputs(chapter, course.student)
        assert [cell.source for cell in given.cells] == [cell.source for cell in course.student(chapter).cells]
        ran = [cell for cell in given.cells if cell.cell_type == "code" and cell.execution_count]
        assert len(ran) == sum(cell.cell_type == "code" and cell.source != course.OWN for cell in given.cells)
        assert str(course.ROOT) not in notebook.read_text()
    coins = cells(site / "_sources" / "book" / "coins.ipynb", "code")
    assert any("<svg" in str(output) for cell in coins for output in cell.outputs)
