"""`make lab` in a browser. It needs JupyterLab, so `make test` leaves it out; `make test-lab` runs it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.references import ROOT

COINS = ROOT / "book" / "coins.md"


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
    for _ in range(120):
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
    expect(notebook.locator("dt", has_text="You need")).to_be_visible()  # MyST: CommonMark has no such lists
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
