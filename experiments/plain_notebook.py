"""A page of the book as a plain notebook: MyST's directives, roles and links in words that any Jupyter shows."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jupytext
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell
from pybtex.database import Entry, parse_file
from pybtex.richtext import Text

from experiments.contents import title
from lib.runner.executed import pages
from lib.runner.provenance import ROOT

FENCE = re.compile(r"^(`{3,})(?:\{([a-z-]+)\}\s*(.*))?$")
ROLE = re.compile(r"\{(cite|ref|numref|eq)\}`([^`]+)`")
LINK = re.compile(r"\[([^\[\]]*)\]\(([^)\s]+)\)")
BIBLIOGRAPHY = "references"  # a page of which each notebook has its own part
HIDDEN = {"hide-input", "remove-input"}


@dataclass(frozen=True)
class Part:
    """A piece of a page, in order.

    Attributes:
        cell: markdown or code.
        exercise: the label of the exercise that it belongs to; nothing elsewhere.
        solution: whether it is part of a solution.
    """

    cell: NotebookNode
    exercise: str = ""
    solution: bool = False


def parts(page: Path) -> list[Part]:
    """A page in plain cells, without outputs."""
    found: list[Part] = []
    exercise, solution = "", False
    for cell in jupytext.read(page).cells:
        if cell.cell_type == "code":
            caption = cell.metadata.get("mystnb", {}).get("figure", {}).get("caption")
            found.append(Part(_plain_code(cell), exercise, solution))
            if caption:
                found.append(Part(text_cell(f"*{_inline(caption, page)}*"), exercise, solution))
            continue
        for directive, argument, lines in _blocks(cell.source):
            if directive in ("exercise-start", "solution-start"):
                solution = directive == "solution-start"
                exercise = argument if solution else _label(lines)
                heading = "**Solution**" if solution else f"### {argument}"
                found.append(Part(text_cell(heading), exercise, solution))
            elif directive in ("exercise-end", "solution-end"):
                exercise, solution = "", False
            else:
                text = _block(directive, argument, lines, page)
                if text:
                    found.append(Part(text_cell(text), exercise, solution))
    return _joined(found)


def text_cell(source: str) -> NotebookNode:
    """A cell of plain Markdown."""
    made: NotebookNode = new_markdown_cell(source)  # type: ignore[no-untyped-call]
    return made


def code_cell(source: str, metadata: dict[str, Any] | None = None) -> NotebookNode:
    """A cell of code."""
    made: NotebookNode = new_code_cell(source, metadata=metadata or {})  # type: ignore[no-untyped-call]
    return made


def works(page: Path) -> list[str]:
    """What a page cites, in the order in which it does."""
    keys = [
        key
        for role, value in ROLE.findall(page.read_text(encoding="utf-8"))
        if role == "cite"
        for key in value.split(",")
    ]
    return [_entry(key.strip()) for key in dict.fromkeys(keys)]


def _joined(found: list[Part]) -> list[Part]:
    """Text that belongs together, in one cell."""
    joined: list[Part] = []
    for part in found:
        before = joined[-1] if joined else None
        if before and _alike(before, part) and part.cell.cell_type == "markdown":
            before.cell.source += f"\n\n{part.cell.source}"
            continue
        joined.append(part)
    return joined


def _alike(one: Part, other: Part) -> bool:
    places = {(each.cell.cell_type, each.exercise, each.solution) for each in (one, other)}
    return len(places) == 1


def _plain_code(cell: NotebookNode) -> NotebookNode:
    tags = cell.metadata.get("tags", [])
    cell.metadata = {"jupyter": {"source_hidden": True}} if HIDDEN & set(tags) else {}
    cell.outputs, cell.execution_count, cell.source = [], None, cell.source.strip()
    return cell


def _blocks(source: str) -> Iterator[tuple[str, str, list[str]]]:
    """Directives of a markdown cell and the text between them: name, argument, lines. Text has no name."""
    text: list[str] = []
    lines = iter(source.split("\n"))
    for line in lines:
        fence = FENCE.match(line)
        if fence is None:
            text.append(line)
            continue
        inner = []
        for each in lines:
            if each.strip() == fence[1]:
                break
            inner.append(each)
        if fence[2] is None:
            text += [line, *inner, fence[1]]
            continue
        yield "", "", text
        text = []
        yield fence[2], fence[3] or "", inner
    yield "", "", text


def _label(options: list[str]) -> str:
    return next(line.removeprefix(":label:").strip() for line in options if line.startswith(":label:"))


def _block(directive: str, argument: str, lines: list[str], page: Path) -> str:
    text = "\n".join(line for line in lines if not re.match(r"^\([a-z0-9-]+\)=$", line))
    if directive == "glossary":
        text = re.sub(r"^(\S.*)\n  (.+)$", r"**\1**: \2", text, flags=re.M)
    elif directive == "dropdown":
        inner = [_block(*each, page) for each in _blocks(text)]
        return "\n\n".join([f"<details><summary>{argument}</summary>", *filter(None, inner), "</details>"])
    elif directive:
        return ""  # what only a built page can show
    text = re.sub(r"^(\S[^\n]*)\n: ", r"**\1**: ", text, flags=re.M)
    return _inline(text, page).strip()


def _inline(text: str, page: Path) -> str:
    says: dict[str, Callable[[str], str]] = {
        "cite": lambda keys: "(" + "; ".join(_short(key.strip()) for key in keys.split(",")) + ")",
        "ref": lambda value: f"*{value.rpartition('<')[0].strip() or _labels().get(value, value)}*",
        "numref": lambda label: f"the figure *{_labels().get(label, label)}*",
        "eq": lambda _: "above",
    }
    text = ROLE.sub(lambda role: says[role[1]](role[2]), text)
    return LINK.sub(lambda link: _link(link[1], link[2], page), text)


def _link(text: str, target: str, page: Path) -> str:
    if "://" in target or target.startswith("#"):
        return f"[{text}]({target})"
    name, _, anchor = target.partition("#")
    if not name.endswith(".md"):
        return f"*{text or _labels().get(target, target)}*"
    file = (page.parent / name).resolve()
    words = text or title(file)
    if file not in _made() or file.stem == BIBLIOGRAPHY:
        return f"{words} (`{file.relative_to(ROOT).as_posix()}`)"
    return f"[{words}]({file.stem}.ipynb{'#' + anchor if anchor else ''})"


@cache
def _made() -> frozenset[Path]:
    return frozenset(page for page in pages() if page.is_relative_to(ROOT / "book"))


@cache
def _labels() -> dict[str, str]:
    """What figures, headings and exercises are called, by their label."""
    found: dict[str, str] = {}
    for page in pages():
        text = page.read_text(encoding="utf-8")
        found |= {label: heading for label, heading in re.findall(r"^\(([a-z0-9-]+)\)=\n+#+ (.+)$", text, re.M)}
        found |= {label: name for name, label in re.findall(r"\{exercise-start\} (.+)\n:label: (\S+)", text)}
        for label, caption in re.findall(r"name: (fig-\S+)\n:\s+caption: \"(.+)\"", text):
            found[label] = caption.partition(". ")[0].rstrip(".")
    return found


@cache
def _library() -> dict[str, Entry]:
    return dict(parse_file(str(ROOT / "book" / "references.bib"), bib_format="bibtex").entries)


def _names(entry: Entry) -> list[str]:
    return [str(Text.from_latex(" ".join([*p.prelast_names, *p.last_names]))) for p in entry.persons["author"]]


def _short(key: str) -> str:
    entry = _library()[key]
    first, *others = _names(entry)
    more = "" if not others else f" and {others[0]}" if len(others) == 1 else " and others"
    return f"{first}{more} {entry.fields['year']}"


def _entry(key: str) -> str:
    entry = _library()[key]
    return f"{', '.join(_names(entry))} ({entry.fields['year']}). {Text.from_latex(entry.fields['title'])}."


def notebook(cells: list[Any]) -> NotebookNode:
    """A notebook of the book's kernel, with cells numbered, so that making it twice makes the same file."""
    made: NotebookNode = jupytext.reads("", fmt="md:myst")
    made.metadata.clear()
    made.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    made.metadata["language_info"] = {"name": "python"}
    made.cells = cells
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    return made
