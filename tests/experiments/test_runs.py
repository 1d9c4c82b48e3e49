"""Run notebooks and the command line: every run at its smallest size, and clear words for what there is not."""

import json
import multiprocessing
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import pytest
from papermill.engines import Engine, papermill_engines

from experiments import command as run
from lib.runner import executed, partial, profiles, store
from lib.spec import key_of
from tests import golden
from tests.references import ROOT

THERE_ARE = f"there are {', '.join(run.names())}"


@dataclass(frozen=True)
class Smoke:
    """A run that was executed at its smallest size."""

    name: str
    notebook: Path
    result: store.Result


class InThisProcess(Engine):
    """Executes the cells here: a kernel of its own takes longer to import torch than a smoke run takes to train."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **_: Any) -> None:
        """Every code cell in its turn, in one namespace."""
        names = {"__name__": "__main__"}
        for index, cell in enumerate(nb_man.nb.cells):
            if cell.cell_type == "code":
                nb_man.cell_start(cell, index)
                exec(compile(cell.source, f"cell {index}", "exec"), names)
                cell.execution_count = index + 1
                nb_man.cell_complete(cell, index)


def executed_here(name: str, folder: Path) -> Path:
    """The notebook of a run, executed at its smallest size without a kernel."""
    papermill_engines._engines[None] = InThisProcess
    return run.execute(name, "smoke", folder, executor="serial")


@pytest.fixture(scope="module")
def bystander() -> Iterator[ProcessPoolExecutor]:
    """A process beside this one, in which types and shapes are not checked at every call, as for a reader."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        yield pool


@pytest.fixture(scope="module", params=run.names())
def smoke(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, bystander: ProcessPoolExecutor
) -> Smoke:
    """Every run in its turn, each executed once for all tests that look at it, without workers, which take longer to
    start than a smoke run takes to train; `tests/lib/runner/test_sweep.py` has those. The first has a kernel, as at the
    command line; the others share one process.
    """
    name, folder = request.param, tmp_path_factory.mktemp(request.param)
    if name == run.names()[0]:
        executed = run.execute(name, "smoke", folder, executor="serial")
    else:
        executed = bystander.submit(executed_here, name, folder).result()
    return Smoke(name, executed, store.load(name, folder))


def test_every_run_notebook_runs_at_its_smallest_size(smoke: Smoke) -> None:
    assert smoke.result.profile == "smoke"
    assert set(smoke.result.manifest["specs"]) == {key_of(spec) for spec in run.plan(smoke.name, "smoke")}
    cells = [cell for cell in jupytext.read(smoke.notebook).cells if cell.cell_type == "code"]
    assert all(cell.execution_count for cell in cells)


def test_numbers_change_only_with_a_version(smoke: Smoke) -> None:
    if smoke.name in golden.TIMED:
        return
    before, now = json.loads(golden.FILE.read_text())[smoke.name], golden.summary(smoke.result)
    again = f"python -m tests.golden {smoke.notebook.parent.name}"
    assert now["made_by"] == before["made_by"], f"versions are new: make the summary again, {again}"
    assert golden.differences(before, now, smoke.name) == [], f"give what computes this its next version, then {again}"


# Runs that the table of contents lists. One that is not listed is in the making, and ships nothing yet.
LISTED = sorted(page.stem for page in executed.pages() if page.is_relative_to(ROOT / "experiments"))


@pytest.mark.parametrize("name", LISTED)
def test_a_run_ships_its_result_or_the_trainings_that_there_are(name: str) -> None:
    kept = partial.archive(name)
    assert kept.is_file() != (store.RESULTS / f"{name}.json").is_file()
    if kept.is_file():
        packed = {Path(entry).stem for entry in zipfile.ZipFile(kept).namelist()}
        assert packed <= set(map(key_of, run.plan(name, "laptop")))


def test_the_shipped_result_measures_what_its_notebook_measures(smoke: Smoke) -> None:
    if partial.archive(smoke.name).is_file() or smoke.name not in LISTED:
        return  # a run that is not finished ships no result yet; the test above looks at what it ships
    assert store.load(smoke.name).made_by == smoke.result.made_by, f"make results RUN={smoke.name} again"
    ours, shipped = smoke.result.data, store.load(smoke.name).data
    assert set(ours.data_vars) == set(shipped.data_vars)
    assert set(ours.coords) == set(shipped.coords)
    for variable in ours.data_vars:
        assert ours[variable].dims == shipped[variable].dims
        assert ours[variable].attrs["units"] == shipped[variable].attrs["units"]


def test_a_smoke_run_does_not_replace_what_ships() -> None:
    assert profiles.folder("laptop") == profiles.folder("paper") == store.RESULTS
    assert not profiles.folder("smoke").is_relative_to(store.RESULTS)


@pytest.mark.parametrize("name", run.names())
def test_a_larger_profile_is_more_work(name: str) -> None:
    episodes = [run.cost(name, profile).episodes for profile in profiles.PROFILES]
    assert episodes == sorted(set(episodes))


def test_unknown_runs_and_profiles_are_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=f"there is no run 'dice'; {THERE_ARE}"):
        run.execute("dice", "smoke")
    with pytest.raises(ValueError, match="there is no profile 'huge'; there are smoke, laptop, paper"):
        run.execute("coins", "huge")
    with pytest.raises(ValueError, match="shard is '9/8'"):
        run.execute("coins", "smoke", shard="9/8")


def test_a_plan_costs_what_its_episodes_cost_at_the_measured_rate() -> None:
    shipped = store.load("coins").manifest
    same, bigger = run.cost("coins", "laptop"), run.cost("coins", "paper")
    assert (same.trainings, same.episodes) == (20, 20 * 640_000)
    assert same.seconds == pytest.approx(shipped["seconds"])
    assert bigger.seconds == pytest.approx(20 * shipped["seconds"])
    assert "20 trainings, 256,000,000 episodes in all, about" in str(bigger)


def test_a_run_without_a_result_has_a_cost_without_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> store.Result:
        raise store.Missing("nothing there")

    monkeypatch.setattr(store, "load", missing)
    assert str(run.cost("coins", "smoke")) == "4 trainings, 15,360 episodes in all"


def test_the_command_line_lists_and_shows(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["list"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == run.names()
    assert len({line.index(" at laptop size: ") for line in listed}) == 1, "the lines are not one under the other"
    coins = " ".join(listed[run.names().index("coins")].split())
    assert coins.startswith("coins at laptop size: 20 trainings, 12,800,000 episodes in all")
    assert run.main(["show", "coins"]) == 0
    shown = capsys.readouterr().out
    assert [line.split()[0] for line in shown.splitlines()] == ["smoke", "laptop", "paper", "Run"]
    assert run.main(["show"]) == 2
    assert f"show what? {THERE_ARE.capitalize()}" in capsys.readouterr().err


@pytest.mark.slow
def test_a_shard_says_what_is_missing_and_is_no_failure(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook = run.notebook("coins").read_text()
    records = f'sweep(train, specs, records=Path("{tmp_path}"), executor=executor'
    (tmp_path / "coins.md").write_text(notebook.replace("sweep(train, specs, executor=executor", records))
    monkeypatch.setattr(run, "NOTEBOOKS", tmp_path)
    assert run.main(["coins", "--profile", "smoke", "--executor", "serial", "--shard", "2/4"]) == 0
    said = capsys.readouterr().out
    assert "coins, smoke profile: 4 trainings" in said
    assert "shard 2/4 is done; 3 of 4 trainings of other shards are missing" in said
    assert len(list(tmp_path.glob("*.safetensors"))) == 1


KILLED = """---
kernelspec: {display_name: Python 3, language: python, name: python3}
---
```{code-cell} ipython3
:tags: [parameters]
profile = folder = executor = shard = ""
```
```{code-cell} ipython3
:tags: [plan]
specs = []
```
```{code-cell} ipython3
import os, signal
os.kill(os.getpid(), signal.SIGKILL)
```
"""


@pytest.mark.slow
def test_a_notebook_whose_process_is_killed_says_so_and_how_to_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "killed.md").write_text(KILLED)
    monkeypatch.setattr(run, "NOTEBOOKS", tmp_path)
    assert run.main(["killed", "--profile", "smoke", "--executor", "serial"]) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("error: the process that ran killed.md was killed")
    assert "the same command goes on there" in error


@pytest.mark.slow
def test_a_list_of_which_only_the_head_is_read_ends_quietly() -> None:
    listing = subprocess.Popen(
        [sys.executable, "-m", "experiments", "list"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert listing.stdout is not None
    listing.stdout.close()
    _, said = listing.communicate(timeout=120)
    assert (listing.returncode, said) == (141, b"")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [(["coins", "--profile", "huge"], "there is no profile 'huge'"), (["dice"], "there is no run 'dice'")],
)
def test_the_command_line_says_what_is_wrong_in_one_line(arguments: list[str], message: str) -> None:
    command = [sys.executable, "-m", "experiments", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"error: {message}")
    assert "Traceback" not in done.stderr


def make(*arguments: str, path: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": f"{path}:{os.environ['PATH']}"} if path else None
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )


def test_bare_make_explains_itself() -> None:
    said = make().stdout
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert {"book", "serve", "lab", "test", "lint", "results", "reference", "lock", "clean"} <= set(targets)
    for target in set(targets) - {"no-such-chapter"}:
        assert re.search(rf"^  make {target} +\w", said, re.MULTILINE), f"make {target} is not explained"


def test_make_lab_names_the_chapters_there_are() -> None:
    said = make("lab", "CHAPTER=coinz")
    assert said.returncode != 0
    assert said.stdout.startswith("error: there is no chapter 'coinz'. There are: acting acting-hood another-machine")


def test_a_python_that_is_too_old_is_named_at_once(tmp_path: Path) -> None:
    old = tmp_path / "oldpython"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo "Python 3.9.18" && exit 0\nexit 1\n')
    old.chmod(0o755)
    said = make("install", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}")
    assert said.returncode != 0
    assert "needs Python 3.11.5 or newer, before 3.15" in said.stdout
    assert "is Python 3.9.18" in said.stdout
    assert not (tmp_path / "venv").exists()


def test_a_folder_that_cannot_be_written_to_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: Any) -> Path:
        raise OSError(30, "Read-only file system", "_build")

    monkeypatch.setattr(run, "execute", refuse)
    assert run.main(["coins", "--profile", "smoke"]) == 1
    assert capsys.readouterr().err == "error: _build cannot be written or read: Read-only file system\n"
