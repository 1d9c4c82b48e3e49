"""The imitation of another processor is one."""

import os
import subprocess
import sys

import pytest

from lib.runner.executed import ROOT, chapters
from tests import elsewhere


def test_torch_and_numpy_calculate_as_on_an_older_processor_and_do_not_complain() -> None:
    asks = (
        "import torch; from tests.elsewhere import features; print(torch.backends.cpu.get_cpu_capability(), features())"
    )
    command = [sys.executable, "-W", "error", "-c", asks]
    ran = subprocess.run(
        command, cwd=ROOT, env=os.environ | elsewhere.environment(), capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == ["DEFAULT", "[]"]


def test_the_cheap_chapters_exist() -> None:
    assert set(elsewhere.CHEAP) < {chapter.stem for chapter in chapters()}


def test_an_unknown_chapter_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert elsewhere.main(["coinz"]) == 2
    assert "there is no chapter coinz; there are acting, acting-hood, another-machine" in capsys.readouterr().out
