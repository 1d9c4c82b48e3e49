"""The way in: an installed `lib`, pins that agree, notebooks that may lie beside chapters, JupyterLab's settings."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from sphinx.project import Project

from tests.references import ROOT

PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)


def pins(text: str) -> dict[str, str]:
    """Versions by name, as registries spell names."""
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in PIN.findall(text)}


@pytest.fixture(scope="module")
def project() -> dict[str, object]:
    """What the package says of itself."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def declared(project: dict[str, list[str] | dict[str, list[str]]]) -> dict[str, str]:
    """The pins of pyproject.toml, extras included."""
    wanted = [*project["dependencies"], *(pin for extra in project["optional-dependencies"].values() for pin in extra)]
    found = pins("\n".join(wanted))
    assert len(found) == len(wanted), "everything is pinned, once"
    return found


@pytest.fixture(scope="module")
def constraints() -> dict[str, str]:
    return pins((ROOT / "constraints.txt").read_text())


@pytest.mark.slow
def test_lib_and_its_results_are_found_from_any_folder(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = (sys.executable, "-c", "from lib.runner import store; print(store.load('coins').name)")
    said = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert said.stdout == "coins\n", said.stderr


def test_every_version_is_written_once(declared: dict[str, str], constraints: dict[str, str]) -> None:
    assert declared.keys() & constraints.keys() == set()
    assert pins((ROOT / "requirements.txt").read_text()) == {}


def test_the_lock_holds_every_pin_with_hashes(declared: dict[str, str], constraints: dict[str, str]) -> None:
    text = (ROOT / "requirements.lock").read_text()
    locked = pins(text)
    # uv drops a package that no supported system asks for; what is pinned must be there at its version
    assert {name: locked.get(name) for name in declared | constraints} == declared | constraints
    entries = re.split(r"\n(?=\S)", re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).strip())
    assert len(entries) == len(locked)
    for entry in entries:
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text


def test_the_lock_is_made_for_the_oldest_python(project: dict[str, str]) -> None:
    oldest = re.fullmatch(r">=(\S+),<(\S+)", project["requires-python"])
    assert oldest is not None
    assert f"--python-version {oldest[1]} " in (ROOT / "Makefile").read_text()


def test_a_notebook_beside_its_chapter_is_no_page(tmp_path: Path) -> None:
    beside = ("coins.md", "coins.ipynb", ".ipynb_checkpoints/coins-checkpoint.md", "runs/coins.ipynb")
    for file in beside:
        (tmp_path / "book" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "book" / file).write_text("# Coins")
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    # in this order Sphinx would take the notebook, and warn of the two
    sources = Project(tmp_path, {".ipynb": "myst-nb", ".md": "myst-nb"})
    assert sources.discover(config["exclude_patterns"]) == {"book/coins"}
    assert sources.doc2path("book/coins", absolute=False) == str(Path("book/coins.md"))


def test_git_sees_no_notebooks_but_the_references() -> None:
    files = ("book/coins.ipynb", "coins.ipynb", "book/runs/coins.ipynb", "tests/reference/coins.ipynb")
    command = ("git", "check-ignore", "--no-index", *files)
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if said.returncode > 1:
        pytest.skip("this copy is no git repository")
    assert said.stdout.split() == list(files[:3])


def test_in_jupyterlab_chapters_open_as_notebooks_and_stay_as_they_are() -> None:
    settings = json.loads((ROOT / ".jupyter" / "labconfig" / "default_setting_overrides.json").read_text())
    documents = settings["@jupyterlab/docmanager-extension:plugin"]
    assert documents["defaultViewers"]["markdown"] == "Jupytext Notebook"
    assert documents["autosave"] is False
    server = json.loads((ROOT / ".jupyter" / "jupyter_server_config.json").read_text())
    (folder,) = server["LabApp"]["extra_labextensions_path"]  # from here, where `make lab` starts JupyterLab
    (package,) = (ROOT / folder).glob("*/package.json")
    about = json.loads(package.read_text())
    assert about["name"] == package.parent.name
    assert (package.parent / about["jupyterlab"]["_build"]["load"]).is_file()


def test_the_environment_file_installs_what_make_installs(project: dict[str, str]) -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["name"] == project["name"]
    python, pip, own = environment["dependencies"]
    assert Version(python.removeprefix("python=")) in SpecifierSet(project["requires-python"])
    assert re.fullmatch(r"pip=[\d.]+", pip)
    recipe = re.search(r"\$\(LAB\): .*\n\t.* install (?:--\S+ )*(-c \S+) (-e) '(\S+)'", (ROOT / "Makefile").read_text())
    assert recipe is not None
    constrained, editable, extra = recipe.groups()
    assert own == {"pip": ["-r requirements.txt", constrained, f"{editable} {extra}"]}
    assert all((ROOT / each.split()[1]).is_file() for each in own["pip"][:2])


def test_the_container_has_the_python_of_the_environment_and_calls_make(project: dict[str, str]) -> None:
    text = (ROOT / ".devcontainer" / "Dockerfile").read_text()
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    image = re.search(r"^FROM python:([\d.]+)-slim-\w+$", text, re.M)
    assert image is not None
    assert f"python={image[1]}" in environment["dependencies"]
    made = [*re.findall(r"^RUN make (.+)$", text, re.M), json.loads(re.findall(r"^CMD (.+)$", text, re.M)[0])[1]]
    development = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    made.append(development["postCreateCommand"].removeprefix("make "))
    assert (ROOT / ".devcontainer" / development["build"]["dockerfile"]).is_file()
    wanted = " ".join(made).split()
    assert wanted == ["install", ".venv/.lab-installed", "lab", "install"]
    said = subprocess.run(("make", "--dry-run", *set(wanted)), cwd=ROOT, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr


def test_buttons_for_other_services_are_off() -> None:
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert not any(config["launch_buttons"][each] for each in ("binderhub_url", "colab_url", "thebe"))
