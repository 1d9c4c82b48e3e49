"""What each run does, which chapters show it, and what it took to make the result that ships."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments import command
from experiments.command import Cost
from experiments.contents import title
from lib.runner import executed
from lib.runner.provenance import ROOT

COLUMNS = ("run", "what it does", "shown in", "trainings", "episodes", "hours of one core")


@dataclass(frozen=True)
class Run:
    """One run notebook.

    Attributes:
        name: what `make results RUN=` calls it.
        page: its address, as a page in `book` sees it.
        about: what it does, in one sentence.
        chapters: titles of those that its first paragraph names, by their addresses.
        cost: of the result that ships; None where none ships yet.
    """

    name: str
    page: str
    about: str
    chapters: dict[str, str]
    cost: Cost | None

    @property
    def cells(self) -> tuple[str, str, str]:
        """Trainings, episodes and hours of one core, as they are printed."""
        if self.cost is None or self.cost.seconds is None:
            return "", "", "not finished"
        return f"{self.cost.trainings:,}", f"{self.cost.episodes:,}", f"{self.cost.seconds / 3600:.2f}"


def runs(profile: str = "laptop") -> list[Run]:
    """All runs of the table of contents, in its order."""
    notebooks = [page for page in executed.pages() if page.is_relative_to(ROOT / "experiments")]
    return [_run(notebook, profile) for notebook in notebooks]


def _run(notebook: Path, profile: str) -> Run:
    opening = first_paragraph(notebook.read_text(encoding="utf-8"))
    shown = dict.fromkeys(re.findall(r"\]\((?:\.\./)+book/([\w-]+)\.md\)", opening))
    return Run(
        notebook.stem,
        f"../{notebook.relative_to(ROOT).with_suffix('.html').as_posix()}",
        what_it_does(opening),
        {f"{name}.html": title(ROOT / "book" / f"{name}.md") for name in shown},
        command.shipped_cost(notebook.stem, profile),
    )


def first_paragraph(text: str) -> str:
    """The one below the title, in one line.

    >>> first_paragraph("# Run: x\\n\\nIt does\\nthis. And that.\\n\\nMore.")
    'It does this. And that.'
    """
    return " ".join(re.split(r"\n\s*\n", re.split(r"(?m)^# .*\n+", text, maxsplit=1)[1])[0].split())


def what_it_does(paragraph: str) -> str:
    """The sentence that tells what a run notebook does; the first one where none begins so.

    >>> what_it_does("How? This run notebook trains [two](x.md) of them. It shows [](y.md).")
    'Trains two of them.'
    """
    sentences = re.split(r"(?<=[.?]) (?=[A-Z\[])", paragraph)
    told = next((each for each in sentences if "his run notebook " in each), sentences[0])
    told = re.sub(r"^.*?[Tt]his run notebook ", "", told)
    told = re.sub(r"\[\]\((?:.*/)?([\w-]+)\.md\)|\[([^]]*)\]\([^)]*\)|[`*]", r"\1\2", told)
    return told[0].upper() + told[1:]


@dataclass(frozen=True)
class RunTable:
    """Runs, one a row, with the sum of what they took."""

    runs: Sequence[Run]

    @property
    def hours(self) -> float:
        """Of one core, for all of them."""
        return sum(run.cost.seconds or 0 for run in self.runs if run.cost) / 3600

    def __repr__(self) -> str:
        return "\n".join(f"{run.name}: {', '.join(run.cells)}" for run in self.runs)

    def _repr_html_(self) -> str:
        head = "".join(f"<th scope='col'>{name}</th>" for name in COLUMNS)
        return (
            f"<table class='runs'><thead><tr>{head}</tr></thead><tbody>{''.join(map(_row, self.runs))}</tbody></table>"
        )


def _row(run: Run) -> str:
    shown = ", ".join(f"<a href='{page}'>{html.escape(name)}</a>" for page, name in run.chapters.items())
    units = COLUMNS[-3:] if run.cost else ("", "", "")
    cells = zip(run.cells, units, strict=True)
    numbers = "".join(f"<td class='number' data-unit='{unit}'>{cell}</td>" for cell, unit in cells)
    return (
        f"<tr><th scope='row'><a href='{run.page}'>{run.name}</a></th><td>{html.escape(run.about)}</td>"
        f"<td>{shown}</td>{numbers}</tr>"
    )
