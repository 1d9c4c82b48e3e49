"""What README and CONTRIBUTING tell a newcomer to type does what they say."""

import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import lib
from lib.runner.provenance import ROOT

MADE = (".venv/", "_build/", "results/unfinished")  # by the commands on the pages
README, CONTRIBUTING = (ROOT / name for name in ("README.md", "CONTRIBUTING.md"))


def blocks(page: Path) -> list[tuple[str, str]]:
    """The blocks of Python on a page, each with the file that the paragraph before it names."""
    found = re.findall(r"([^\n]+(?:\n[^\n]+)*)\n\n```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.S)
    return [(re.findall(r"`([\w/]+\.py)`", paragraph)[0], code) for paragraph, code in found]


def runs(code: str, folder: Path, house: Path) -> str:
    """What a script prints that is run in a folder, with the `lib` of a house."""
    (folder / "script.py").write_text(code, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": str(house)}
    command = (sys.executable, "script.py")
    said = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return said.stdout


def test_the_files_of_the_walk_through_are_those_of_the_house() -> None:
    files = [(name, code) for name, code in blocks(CONTRIBUTING) if name.startswith("lib/")]
    assert [name for name, _ in files] == ["lib/tasks/switching_coin.py", "lib/optimal/switching_filter.py"]
    for name, code in files:
        assert code == (ROOT / name).read_text(encoding="utf-8"), f"CONTRIBUTING.md shows another {name}"


def test_the_rows_of_the_walk_through_are_in_the_contract() -> None:
    rows = [
        row
        for name, code in blocks(CONTRIBUTING)
        if name == "tests/contracts/test_contract.py"
        for row in code.splitlines()
    ]
    assert len(rows) == 4
    contract = (ROOT / "tests" / "contracts" / "test_contract.py").read_text(encoding="utf-8").splitlines()
    assert [row for row in rows if row not in contract] == []


@pytest.mark.slow
def test_the_walk_through_ends_with_a_network_that_is_nearly_the_filter(tmp_path: Path) -> None:
    """In a copy that has nothing of the new world but what the page says."""
    house, typed = tmp_path / "house", dict(blocks(CONTRIBUTING))
    shutil.copytree(ROOT / "lib", house / "lib", ignore=shutil.ignore_patterns("switching_*", "__pycache__"))
    for name, code in typed.items():
        if name.startswith("lib/"):
            assert not (house / name).exists()
            (house / name).write_text(code, encoding="utf-8")
    said = runs(typed["switching.py"], tmp_path, house)
    nats = [float(each) for each in re.findall(r"episodes: (\S+) nats from the filter", said)]
    assert len(nats) > 20
    assert nats[0] > 1
    assert nats[-1] < 0.01
    assert "moments of training" in said
    assert ET.parse(tmp_path / "switching.svg").getroot().get("role") == "img"


@pytest.mark.slow
def test_the_first_script_is_short_and_says_how_far_the_network_is_from_bayes(tmp_path: Path) -> None:
    ((name, code),) = blocks(README)
    assert name == "first.py"
    assert len([line for line in code.splitlines() if line]) < 10
    assert 0 < float(runs(code, tmp_path, ROOT)) < 0.01


def test_the_library_says_what_is_in_every_room() -> None:
    said = set(re.findall(r"^    (\w+)  ", lib.__doc__ or "", flags=re.M))
    there = {path.stem for path in (ROOT / "lib").iterdir() if not path.name.startswith("_")}
    assert said == there


@pytest.mark.parametrize("document", [README, CONTRIBUTING], ids=lambda document: document.name)
def test_every_command_and_every_file_that_is_named_is_there(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.M))
    named = set(re.findall(r"\bmake ([a-z-]+)", "\n".join(re.findall(r"```\n.*?```|`make [^`]*`", text, flags=re.S))))
    assert named
    assert named <= targets
    files = {name for name in re.findall(r"`([\w./-]+/[\w.-]*)`", text) if not name.startswith(MADE)}
    assert len(files) > 5
    assert [name for name in sorted(files) if not (ROOT / name).exists()] == []
