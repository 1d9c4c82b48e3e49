"""What tests share: a path to `lib` for kernels, the built book, a browser."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Page, sync_playwright

from lib import store
from tests.references import ROOT

os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])

torch.set_num_threads(1)  # as every training of a sweep; two would only wait for each other here

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests run in as many processes as there are cores, those of one file in one process. All that look at the built
    book share one, so that it is built once. What takes longest comes first.
    """
    for item in items:
        file = item.nodeid.partition("::")[0]
        of_pages = "site" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("pages" if of_pages else file))
    first = {"pages": 0, "tests/test_runs.py": 1}
    items.sort(key=lambda item: first.get(item.get_closest_marker("xdist_group").args[0], 2))  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def site() -> Path:
    """The book, built with warnings as errors."""
    command = [str(Path(sys.executable).with_name("jupyter-book")), "build", "--quiet", "-W", "-n", "--keep-going", "."]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert built.returncode == 0, f"the book does not build:\n{built.stdout[-4000:]}\n{built.stderr[-4000:]}"
    html = ROOT / "_build" / "html"
    assert (html / "index.html").is_file()
    return html


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Headless Chromium. Without one, page tests are skipped on a laptop and fail in continuous integration."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        reason = "no chromium on this machine: install Debian's `chromium`, or Chrome"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh, empty browser page."""
    opened = browser.new_page()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def coins() -> store.Result:
    """The result that ships."""
    return store.load("coins")
