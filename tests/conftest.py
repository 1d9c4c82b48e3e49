"""What tests share: a path to `lib` for kernels, the built book, a browser."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, expect, sync_playwright

from lib.runner import store
from tests import rendered
from tests.parts import Part, standalone
from tests.references import ROOT

os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])

rendered.install()
expect.set_options(timeout=30_000)  # as all else in playwright: a busy machine is slow, and that is no fault of a page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests run in as many processes as there are cores, those of one file in one process. One begins with the pages,
    and builds the book; another with the runs; all others that look at the book come last, when it is there.
    """

    def turn(item: pytest.Item) -> int:
        begins = {"test_site.py": 0, "test_runs.py": 1}
        return begins.get(item.path.name, 3 if item.path in of_pages or item.path.suffix == ".ipynb" else 2)

    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        runs = item.path.name == "test_sweep.py"  # processes and clusters, which take long to start
        if runs or {"site", "page", "browser", "smoke"} & set(fixtures) or item.path.suffix == ".ipynb":
            item.add_marker("slow")
    of_pages = {item.path for item in items if "site" in getattr(item, "fixturenames", ())}
    items.sort(key=turn)


@pytest.fixture(scope="session")
def site(testrun_uid: str) -> Path:
    """The book, built with warnings as errors, once for all processes of a test run."""
    html, build = ROOT / "_build" / "html", ROOT / "_build"
    build.mkdir(exist_ok=True)
    with FileLock(build / "site.lock"):
        built_in = build / "site-built-in"
        if not built_in.is_file() or built_in.read_text() != testrun_uid:
            command = (
                Path(sys.executable).with_name("jupyter-book"),
                "build",
                "--quiet",
                "-W",
                "-n",
                "--keep-going",
                ".",
            )
            built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
            assert built.returncode == 0, f"the book does not build:\n{built.stdout[-4000:]}\n{built.stderr[-4000:]}"
            built_in.write_text(testrun_uid)
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


@pytest.fixture(scope="module")
def html(bench: Part) -> str:
    """What a live part, a module's own `bench`, puts on a page."""
    return bench._repr_html_()


@pytest.fixture
def address(html: str, tmp_path: Path) -> str:
    """That of a page with this part and nothing else."""
    return standalone(html, tmp_path)


@pytest.fixture
def scriptless(address: str, browser: Browser) -> Iterator[Page]:
    """That page where no script runs."""
    opened = browser.new_page(java_script_enabled=False)
    opened.goto(address)
    yield opened
    opened.close()


@pytest.fixture
def opened(address: str, page: Page) -> Page:
    """That page, with the part ready for keys."""
    page.goto(address)
    page.locator(".bench").focus()
    return page
