"""`make lab` in a browser. It needs JupyterLab, so `make test` leaves it out; `make test-lab` runs it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Locator, Page, expect

from experiments import course
from tests.references import ROOT

COINS = ROOT / "book" / "coins.md"
GIVEN = ROOT / "_build" / "lab"  # notebooks of students, for these tests
PATIENCE = 120_000  # ms, that a server and a kernel may take on a busy machine


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that `make lab CHAPTER=coins` started, for a reader who has set nothing."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"--no-browser --allow-root --ServerApp.port={port} --IdentityProvider.token=open"
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
    for _ in range(240):
        assert server.poll() is None, "make lab ended"
        try:
            urlopen(address).close()
            return address
        except URLError:
            time.sleep(0.5)
    raise AssertionError("make lab does not answer")


@pytest.fixture(scope="module")
def given() -> Iterator[str]:
    """The folder, in JupyterLab's words, of the notebooks that students get."""
    for name in ("coins", "memory", "predict", "prompts"):
        course.write(course.student(ROOT / "book" / f"{name}.md"), GIVEN / f"{name}.ipynb")
    yield GIVEN.relative_to(ROOT).as_posix()
    shutil.rmtree(GIVEN)


def opened(page: Page, address: str) -> Locator:
    """A notebook, with its kernel ready: a cell that is run before may be forgotten."""
    page.set_default_timeout(PATIENCE)
    page.goto(address, wait_until="commit")
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=PATIENCE)
    return page.locator(".jp-NotebookPanel")


def run_until(page: Page, notebook: Locator, source: str) -> Locator:
    """Run all cells from the first to the one that begins so, and return its outputs."""
    cells = notebook.locator(".jp-Cell")
    cells.first.click()
    cell = notebook.locator(".jp-CodeCell").filter(has=page.locator(".cm-line", has_text=source)).first
    for _ in range(cells.count()):
        last = "jp-mod-active" in (cell.get_attribute("class") or "")
        page.keyboard.press("Shift+Enter")
        if last:
            return cell.locator(".jp-OutputArea-output").first
    raise AssertionError(f"no cell begins with {source!r}")


def rewrite(page: Page, notebook: Locator, place: int, source: str) -> Locator:
    """Change a cell of code, run it, and return its outputs."""
    cell = notebook.locator(".jp-CodeCell").nth(place)
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type(source)
    page.keyboard.press("Shift+Enter")
    return cell.locator(".jp-OutputArea-output").first


@pytest.mark.parametrize(
    ("name", "key", "said", "asked", "answer", "caption", "to"),
    [
        (
            "predict",
            "3",
            re.compile("^After 3:"),
            "33",
            "probabilities of the sides: 0.200 0.200 0.600",
            "Three dice from Dirichlet",
            "memory",
        ),
        (
            "prompts",
            "h",
            re.compile("^After H H H H H H T T H:"),
            "HH",
            "Bayesian of Beta(10, 10) 0.545",
            "Divergence from the Bayesian of another world",
            "coins",
        ),
    ],
)
def test_a_student_runs_a_chapter(
    lab: str,
    given: str,
    page: Page,
    name: str,
    key: str,
    said: re.Pattern[str],
    asked: str,
    answer: str,
    caption: str,
    to: str,
) -> None:
    notebook = opened(page, lab.replace("?", f"lab/tree/{given}/{name}.ipynb?"))
    widget = run_until(page, notebook, "from lib.widgets.kernel import control")
    expect(widget).to_be_visible(timeout=PATIENCE)
    part = notebook.locator(".bench")
    part.focus()
    cells = notebook.locator(".jp-Cell").count()
    page.keyboard.press(key)
    page.keyboard.press("b")  # a shortcut of JupyterLab: a cell below
    expect(part.locator("[role=status]")).to_have_text(said, timeout=PATIENCE)
    assert notebook.locator(".jp-Cell").count() == cells

    text = notebook.locator(".jupyter-widgets input[type=text]").last
    text.fill(asked)
    text.press("Enter")
    expect(notebook.get_by_text(answer)).to_be_visible(timeout=PATIENCE)

    for number in (6, 7):
        output = rewrite(page, notebook, 1, f"print({number} * 7)")
        expect(output).to_have_text(str(number * 7), timeout=PATIENCE)

    expect(notebook.locator("em", has_text=caption).first).to_be_attached()
    notebook.locator(f".jp-RenderedMarkdown a[href*='{to}.ipynb']").first.click()
    expect(page.locator(".lm-TabBar-tabLabel", has_text=f"{to}.ipynb")).to_be_visible(timeout=PATIENCE)


def test_a_chapter_opens_as_a_notebook_and_runs(lab: str, page: Page) -> None:
    before = COINS.read_bytes()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    notebook = opened(page, lab)
    expect(notebook.get_by_role("heading", name="Two worlds of coins")).to_be_visible()
    expect(notebook.locator("dt", has_text="You need")).to_be_visible()  # MyST: CommonMark has no such lists
    expect(page.locator(".jp-DirListing-item", has_text="coins.md")).to_be_visible()

    bench = run_until(page, notebook, "CoinBench(").locator(".bench")
    expect(bench).to_be_visible(timeout=PATIENCE)
    bench.focus()
    for key in "hht":
        page.keyboard.press(key)
    expect(bench.locator("tr[data-world=bent] td").nth(1)).to_have_text("0.625")
    drawn = run_until(page, notebook, "grid = np.linspace")
    expect(drawn.locator("svg").first).to_be_visible(timeout=PATIENCE)
    for number in (6, 7):
        output = rewrite(page, notebook, 1, f"print({number} * 7)")
        expect(output).to_have_text(str(number * 7), timeout=PATIENCE)
    assert "Traceback" not in notebook.inner_text()

    page.locator(".jp-DirListing-item", has_text="memory.md").dblclick()
    expect(page.locator(".jp-NotebookPanel").nth(1)).to_be_attached(timeout=PATIENCE)
    assert [url for url in asked if not url.startswith((lab.split("/?")[0], "data:", "blob:"))] == []
    assert COINS.read_bytes() == before, "reading a chapter has changed it"
