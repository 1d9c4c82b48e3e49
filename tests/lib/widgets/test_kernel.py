"""What a notebook gets that a reader runs, and a page does not: the scripts of live parts, and controls."""

import re
from pathlib import Path
from typing import Any

import jupytext
import pytest
from nbclient import NotebookClient

from lib.runner.executed import chapters
from lib.runner.kernels import PAGES, for_a_reader
from lib.widgets.kernel import control, controls
from lib.widgets.page_part import live
from tests.references import REFERENCE, ROOT

WITH_CONTROLS = (
    *("coins", "predict", "memory", "acting", "which-optimum", "straight-lines", "wiggles", "worth-learning"),
    *("belief", "switching", "prompts", "interference", "lifetimes", "machines", "nature-nurture", "task-diversity"),
    *("why-bayes", "becoming", "hood", "learning-to-act", "acting-hood", "outer-loop", "learning-not-to-learn"),
    "another-machine",
)
WITHOUT = ("intro", "gallery")  # a part of another chapter, and a choice of pictures
# What controls answer when asked for something else than they begin with; the numbers are known from elsewhere.
ASKED = {
    # three heads on Beta(10, 10): (10 + 3) / (20 + 3)
    "becoming": ('half_way_to_bayes(10, 10, 10, "HHH")', r"heads after HHH: network 0\.5.*Bayes 0\.565 either way"),
    # a trained network has counted, an untrained one has not
    "hood": (
        'read_off("untrained", "1112223"); read_off("trained", "1112223")',
        r"counted: +3 +3 +1\s.*network: next 0\.3\d+ .*counted: +3 +3 +1\sread off: +[23]\.\d +[23]\.\d +[01]\.\d\s",
    ),
    # two pulls of Beta(1, 1): 1/2 at the first, 7/12 at the second
    "learning-to-act": (
        "under_a_price(pulls=2)",
        r"the optimum earns 1\.083 reward; .*after A1: A with probability 1\.000",
    ),
    # a forget gate that is nearly open forgets little
    "acting-hood": ("left_to_chance(forget_bias=5.0)", r"[789]\d% is left after one step and [789]\d% after five"),
    # the small mode is found first
    "outer-loop": (
        "found_so_far(2.5, 0.1)",
        r"after 2,560 episodes: 0\.1\d of the large mode, 0\.[23]\d of the small",
    ),
    # the edges in the doctest of lib.optimal.exploration_threshold
    "learning-not-to-learn": ("two_edges(sigma_l=1.0)", r"sigma_p = 0\.9[678] on.*sigma_p = 0\.(79|80|81) on"),
    "another-machine": (
        'at_a_step("die 1, 1, 1", 20)',
        r"transformer: 0\.000\d+ nats .* step 20,.*LSTM: 0\.000\d+ nats",
    ),
}
HAS_CONTROLS = re.compile(r"^control\(", re.M)
WIDGET = "application/vnd.jupyter.widget-view+json"
DRAWS = """
from lib.widgets.kernel import control
from lib.widgets.page_part import live
from IPython.display import HTML, display

display(HTML(live("memory", [["a", "b"], ["c", "d"]], "A table", {})))
control(lambda flips="H": print(flips), flips="H")
"""


def ran(cells: list[str], folder: Path) -> list[Any]:
    """Everything that these cells put out, in a fresh kernel in that folder."""
    book = jupytext.reads("", fmt="md:myst")
    book.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    book.cells = [jupytext.reads(f"```{{code-cell}}\n{cell}\n```", fmt="md:myst").cells[0] for cell in cells]
    NotebookClient(book, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return [output for cell in book.cells for output in cell.outputs]


def shown(outputs: list[Any], kind: str) -> list[str]:
    """What is shown in one format."""
    return [str(output.data[kind]) for output in outputs if kind in output.get("data", {})]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["memory", "predict", "prompts"])
def test_a_chapter_runs_in_a_readers_kernel_from_another_folder(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(PAGES, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    cells = jupytext.read(ROOT / "book" / f"{name}.md").cells
    outputs = ran([cell.source for cell in cells if cell.cell_type == "code"], tmp_path)
    pages = [html for html in shown(outputs, "text/html") if "class='live live-" in html]
    assert pages
    assert all("<script>" in html and "book.bring = " in html for html in pages)
    assert len(shown(outputs, WIDGET)) == 1
    assert list(tmp_path.iterdir()) == [], "a chapter writes nothing where it is run"


@pytest.mark.slow
@pytest.mark.parametrize("name", ASKED)
def test_controls_answer_a_reader(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PAGES, raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    cells = [cell.source for cell in jupytext.read(ROOT / "book" / f"{name}.md").cells if cell.cell_type == "code"]
    last = next(place for place, source in enumerate(cells) if HAS_CONTROLS.search(source))
    asked, says = ASKED[name]
    at_first = f"{asked.partition('(')[0]}()"
    outputs = ran([*cells[: last + 1], f"print('asked')\n{at_first}", f"print('asked')\n{asked}"], tmp_path)
    assert len(shown(outputs, WIDGET)) == 1
    printed = "".join(output.text for output in outputs if output.output_type == "stream" and output.name == "stdout")
    _, default, other = printed.rsplit("asked\n", 2)
    assert re.search(says, other, re.S), other
    assert default.strip()
    assert default != other


@pytest.mark.slow
@pytest.mark.parametrize("for_pages", [True, False])
def test_only_a_reader_gets_scripts_and_controls(
    for_pages: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if for_pages:
        monkeypatch.setenv(PAGES, "1")
    else:
        monkeypatch.delenv(PAGES, raising=False)
    outputs = ran([DRAWS], tmp_path)
    assert ["<script>" in html for html in shown(outputs, "text/html")] == [not for_pages]
    assert len(shown(outputs, WIDGET)) == (0 if for_pages else 1)


def test_a_script_is_no_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PAGES, raising=False)
    assert not for_a_reader()
    assert "<script>" not in live("memory", [["a"]], "A table", {})


def test_chapters_name_no_file_of_their_folder() -> None:
    for chapter in chapters():
        for cell in jupytext.read(chapter).cells:
            if cell.cell_type == "code":
                assert not re.search(r"\bopen\(|\bPath\(|\.read_text|os\.getcwd|chdir|[\"']\.{1,2}/", cell.source), (
                    cell.source
                )


@pytest.mark.parametrize("name", WITH_CONTROLS)
def test_a_chapter_has_controls_that_its_page_does_not_show(name: str) -> None:
    cells = [cell for cell in jupytext.read(ROOT / "book" / f"{name}.md").cells if cell.cell_type == "code"]
    having = [cell for cell in cells if HAS_CONTROLS.search(cell.source)]
    assert [cell.metadata["tags"] for cell in having] == [["remove-cell"]]


def test_every_chapter_with_a_live_part_has_controls() -> None:
    alive = {file.stem for file in REFERENCE.glob("*.ipynb") if "class='live live-" in file.read_text()}
    assert set(WITHOUT) < alive, "a page that needs no exception has one"
    assert alive - set(WITHOUT) <= set(WITH_CONTROLS)
    having = {chapter.stem for chapter in chapters() if HAS_CONTROLS.search(chapter.read_text())}
    assert having == set(WITH_CONTROLS)


def test_controls_answer_at_each_change_and_a_refusal_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    def half(number: int = 4, name: str = "x") -> None:
        """Prints half of a number that is even."""
        if number % 2:
            raise ValueError(f"number is {number}; it must be even")
        print(name, number // 2)

    made = controls(half, number=(0, 10, 1), name="x")
    slider, text = made.kwargs_widgets
    assert (slider.value, slider.min, slider.max, slider.continuous_update) == (4, 0, 10, False)
    assert not text.continuous_update
    for widget, value, said in ((slider, 6, "x 3"), (text, "y", "y 3"), (slider, 7, "number is 7; it must be even")):
        widget.value = value
        assert capsys.readouterr().out.strip().endswith(said)


def test_a_choice_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match=r"a is 3; it must be \(least, most, step\), a list, or a text"):
        control(print, a=3)
