"""Exercises as they stand in the chapters: the one source of the pages, of a course and of its checks."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path

EXERCISE = re.compile(
    r"```\{exercise-start\} (?P<title>[^\n]+)\n:label: (?P<label>\S+)\n```\n(?P<text>.*?)```\{exercise-end\}\n```\n"
    r"\s*```\{solution-start\} (?P=label)\n:class: dropdown\n```\n(?P<solution>.*?)```\{solution-end\}\n```",
    re.S,
)
FACTS = re.compile(
    r"\*(?P<kind>Predict|Derive|Implement|Extend) · (?P<minutes>\d+) minutes · (?P<level>easy|moderate|hard)\.\* "
    r"(?P<goal>You learn .+)\n"
)
CELL = re.compile(r"```\{code-cell\} ipython3\n(?::.+\n)*\n?(.*?)```\n", re.S)


@dataclass(frozen=True)
class Exercise:
    """An exercise of a chapter.

    Attributes:
        title: its heading.
        label: what references to it name.
        kind: what it asks for: to predict, derive, implement or extend.
        minutes: that it takes.
        level: how difficult it is.
        goal: what is learned.
        text: the whole of it, as in the chapter.
        solution: likewise.
    """

    title: str
    label: str
    kind: str
    minutes: int
    level: str
    goal: str
    text: str
    solution: str

    @property
    def stub(self) -> str:
        """The program that a reader is to complete, and the call of its check; nothing where none is asked for."""
        return "\n".join(CELL.findall(self.text))

    @property
    def code(self) -> str:
        """The program of the solution."""
        return "\n".join(CELL.findall(self.solution))


def exercises(chapter: Path) -> list[Exercise]:
    """The exercises of a chapter, in order.

    Raises:
        ValueError: if an exercise has no solution after it, or does not say of which kind it is, and how long it takes.
    """
    page = chapter.read_text(encoding="utf-8")
    found = []
    for each in EXERCISE.finditer(page):
        facts = FACTS.match(each["text"])
        if facts is None:
            raise ValueError(
                f"{chapter.name}: {each['title']} must begin like this: *Predict · 10 minutes · easy.* You learn ..."
            )
        rest = each["text"][facts.end() :].strip() + "\n"
        minutes = int(facts["minutes"])
        found.append(
            Exercise(
                each["title"],
                each["label"],
                facts["kind"],
                minutes,
                facts["level"],
                facts["goal"],
                rest,
                each["solution"],
            )
        )
    if len(found) != page.count("```{exercise-start}"):
        raise ValueError(f"{chapter.name}: an exercise has no solution right after it")
    return found


def definitions(code: str) -> str:
    """Imports and functions of a program, without what it does with them."""
    kept = (ast.Import, ast.ImportFrom, ast.FunctionDef)
    return "\n\n".join(ast.unparse(node) for node in ast.parse(code).body if isinstance(node, kept))
