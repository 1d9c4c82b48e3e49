"""`make lab` in a browser. It needs JupyterLab, so `make test` leaves it out; `make test-lab` runs it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from experiments import course
from tests.references import ROOT

COINS = ROOT / "book" / "coins.md"
GIVEN = ROOT / "_build" / "lab"  # notebooks of students, for these tests
PATIENCE = 300_000  # ms, that a server and a kernel may take on a busy machine


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that `make lab CHAPTER=coins` started, for a reader who has set nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--no-browser --allow-root --expose-app-in-browser --ServerApp.port={port} --IdentityProvider.token=open"
    home = tmp_path_factory.mktemp("home")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {"HOME": str(home)}
    command = ("make", "lab", "CHAPTER=coins", f"VENV={sys.prefix}", f"OPTIONS={options}")
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield _when_it_answers(f"http://127.0.0.1:{port}/?token=open", server)
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def _when_it_answers(address: str, server: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        assert server.poll() is None, "make lab ended"
        try:
            urlopen(address).close()
            return address
        except URLError:
            time.sleep(0.5)
    raise AssertionError("make lab does not answer")


def test_a_chapter_opens_as_a_notebook_and_runs(lab: str, page: Page) -> None:
    before = COINS.read_bytes()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(lab)
    notebook = page.locator(".jp-NotebookPanel")
    expect(notebook.get_by_role("heading", name="Two worlds of coins")).to_be_visible(timeout=60_000)
    expect(notebook.locator("dt", has_text="You will learn")).to_be_visible()  # MyST: CommonMark has no such lists
    expect(page.locator(".jp-DirListing-item", has_text="coins.md")).to_be_visible()

    # a cell that is run before there is a kernel may be forgotten
    expect(notebook.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute("data-status", "idle", timeout=60_000)
    notebook.locator(".jp-Cell").first.click()
    for _ in range(5):  # the fifth draws
        page.keyboard.press("Shift+Enter")
    expect(notebook.locator(".jp-OutputArea-output svg").first).to_be_visible(timeout=120_000)
    assert "Traceback" not in notebook.inner_text()

    page.locator(".jp-DirListing-item", has_text="memory.md").dblclick()
    expect(page.locator(".jp-NotebookPanel").nth(1)).to_be_attached(timeout=30_000)
    assert [url for url in asked if not url.startswith((lab.split("/?")[0], "data:", "blob:"))] == []
    assert COINS.read_bytes() == before, "reading a chapter has changed it"


def test_a_chapter_has_what_myst_leaves_out(lab: str, page: Page) -> None:
    """Captions, folds, and links to other chapters, by `.jupyter/labextensions`; the rest is as in other notebooks."""
    before = COINS.read_bytes()
    opened(page, lab, "book/coins.md")
    cell = run_up_to(page, "draw.worlds(")
    expect(cell.locator(".jp-OutputArea-output svg")).to_be_visible()
    expect(cell.locator(".chapter-caption")).to_contain_text("Two worlds. Each curve is the density of a coin")
    expect(cell.locator(".jp-InputArea-editor")).to_be_hidden()
    moved(shown(page, "control("), "Bayes, Beta(1, 0.5): 0.800")
    changed(page, shown(page, "rng = generator("))
    assert errors(page) == []

    first = shown(page, "{solution-start} ex-coins-by-hand")
    code = page.locator(".jp-CodeCell", has_text='["HHT"])[0]')
    expect(code).to_be_hidden()
    for _ in range(5):  # a click is lost if MyST draws the cell anew just then
        first.locator("summary", has_text="Solution to Exercise 1").click(position={"x": 300, "y": 10})
        page.wait_for_timeout(3_000)
        if code.is_visible():
            break
    expect(code).to_be_visible()
    last = shown(page, "{solution-start} ex-coins-order")
    expect(last).to_contain_text("To a Bayesian, HHT, HTH and THH are the same news.")
    expect(last.locator(".details-body")).to_be_hidden()

    shown(page, "[](memory.md) follows").locator("a", has_text="memory.md").click()
    expect(page.locator(".lm-TabBar-tabLabel", has_text="memory.md")).to_be_visible()
    expect(page.locator(".jp-NotebookPanel").nth(1)).to_be_attached()
    assert COINS.read_bytes() == before, "reading a chapter has changed it"


@dataclass(frozen=True)
class Chapter:
    """What one does in a chapter, and what is to be seen then.

    Attributes:
        file: where JupyterLab finds it.
        part: the source of the cell of a live part.
        key: pressed in that part.
        says: the beginning of what the part says then.
        slider: what the controls answer when the first slider is moved up by one.
        text: written into the last field of the controls.
        answer: what they answer then.
        caption: the beginning of one below a picture.
        link: the words of a link.
        opens: the tab that the link opens.
    """

    file: str
    part: str
    key: str
    says: str
    slider: str
    text: str
    answer: str
    caption: str
    link: str
    opens: str


CHAPTERS = [
    Chapter(
        "_build/lab/predict.ipynb",
        "DieBench(",
        "3",
        "After 3 3 3 2 3: side 1, network 0.12",
        "probabilities of the sides: 0.538 0.308 0.154",
        "33",
        "probabilities of the sides: 0.273 0.182 0.545",
        "Three dice from Dirichlet(1, 1, 1).",
        "Two worlds of coins",
        "coins.ipynb",
    ),
    Chapter(
        "_build/lab/prompts.ipynb",
        "PromptBench(",
        "h",
        "After H H H H H H T T H: left to the network Beta(",
        "heads: Bayesian of Beta(10.5, 10) 0.535, network with its prompt 0.",
        "HT",
        "heads: Bayesian of Beta(10.5, 10) 0.511, network with its prompt 0.",
        "Probability of heads after heads in a row",
        "Two worlds of coins",
        "coins.ipynb",
    ),
]


@pytest.fixture(scope="module")
def given() -> Iterator[None]:
    """The notebooks that students get."""
    for name in ("coins", "predict", "prompts"):
        course.write(course.student(ROOT / "book" / f"{name}.md"), GIVEN / f"{name}.ipynb")
    yield
    shutil.rmtree(GIVEN)


def opened(page: Page, lab: str, file: str) -> None:
    """Open a file, and nothing that was open before, and wait for its kernel: a cell run earlier may be forgotten."""
    expect.set_options(timeout=PATIENCE)
    page.set_default_timeout(PATIENCE)
    page.goto(lab.replace("?", f"lab/tree/{file}?reset&"), wait_until="commit")
    page.wait_for_function(
        """file => {
          const panel = window.jupyterapp?.shell.currentWidget;
          const status = panel?.sessionContext?.session?.kernel?.status;
          return panel?.context?.path === file && panel.context.isReady && status === "idle";
        }""",
        arg=file,
    )


def shown(page: Page, source: str) -> Locator:
    """The first cell with this in its source, brought into sight. JupyterLab draws no others."""
    place = page.evaluate(
        """async source => {
          const notebook = jupyterapp.shell.currentWidget.content;
          const place = notebook.widgets.findIndex(cell => cell.model.sharedModel.source.includes(source));
          notebook.activeCellIndex = place;
          await notebook.scrollToItem(place, "start");
          return place;
        }""",
        source,
    )
    assert place >= 0, f"no cell has {source!r}"
    return page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell.jp-mod-active")


def run_up_to(page: Page, source: str) -> Locator:
    """Run all cells down to this one, and return it while they run."""
    cell = shown(page, source)
    page.evaluate(
        """() => {
          const run = what => jupyterapp.commands.execute(`notebook:${what}`);
          run("run-all-above").then(() => run("run-cell"));
        }"""
    )
    return cell


def moved(controls: Locator, answer: str) -> None:
    """Move the first slider of controls up by one, and read what they answer."""
    handle = controls.locator(".noUi-handle").first
    expect(handle).to_be_visible()
    handle.press("ArrowRight")
    expect(controls).to_contain_text(answer)


def changed(page: Page, cell: Locator) -> None:
    """Write something else into a cell of code and run it, twice."""
    for factor in (6, 7):
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+A")
        page.keyboard.type(f"print({factor} * 7)")
        page.keyboard.press("Control+Enter")
        expect(cell.locator(".jp-OutputArea-output")).to_have_text(f"{factor * 7}")


def cells(page: Page) -> int:
    """How many cells the notebook has."""
    return page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length")


def errors(page: Page) -> list[str]:
    """Errors among all that the cells put out."""
    return page.evaluate(
        """jupyterapp.shell.currentWidget.content.widgets
          .flatMap(cell => cell.model.outputs?.toJSON() ?? [])
          .filter(output => output.output_type === "error").map(output => output.evalue)"""
    )


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.file)
def test_a_chapter_is_run_played_with_and_changed(lab: str, given: None, page: Page, chapter: Chapter) -> None:
    before = COINS.read_bytes()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    opened(page, lab, chapter.file)
    controls = run_up_to(page, "control(")
    moved(controls, chapter.slider)
    text = controls.locator("input[type=text]").last
    text.fill(chapter.text)
    text.press("Enter")
    expect(controls).to_contain_text(chapter.answer)

    cell = shown(page, chapter.part)
    part, number = cell.locator(".bench"), cells(page)
    part.focus()
    page.keyboard.press(chapter.key)
    page.keyboard.press("b")  # a shortcut of JupyterLab: a cell below
    expect(part.locator("[role=status]")).to_contain_text(chapter.says)
    assert cells(page) == number

    changed(page, cell)
    assert errors(page) == []

    expect(shown(page, chapter.caption).locator("em", has_text=chapter.caption)).to_be_visible()
    shown(page, f"[{chapter.link}](").locator("a", has_text=chapter.link).first.click()
    expect(page.locator(".lm-TabBar-tabLabel", has_text=chapter.opens).last).to_be_visible()
    assert [url for url in asked if not url.startswith((lab.split("/?")[0], "data:", "blob:"))] == []
    assert COINS.read_bytes() == before, "reading a chapter has changed it"
