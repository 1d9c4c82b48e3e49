"""Names of specs, fingerprints of code, and the arrows between rooms."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

from lib import specs
from lib.tasks.bernoulli import Bernoulli
from lib.tasks.categorical import Categorical
from lib.tasks.exponential import Exponential
from lib.tasks.table import PREDICTION
from lib.training.supervised import Supervised, train
from tests.references import ROOT


def test_a_spec_has_one_name_and_any_change_gives_another() -> None:
    spec = Supervised(Bernoulli(1, 1), seed=0)
    assert specs.key(spec) == specs.key(Supervised(Bernoulli(1.0, 1.0), seed=0))
    others = [
        Supervised(Bernoulli(1, 2), seed=0),
        Supervised(Bernoulli(1, 1), seed=1),
        Supervised(Bernoulli(1, 1), seed=0, width=33),
        Supervised(Bernoulli(1, 1), seed=0, peak_learning_rate=0.02),
        Supervised(Bernoulli(1, 1), seed=0, memory=False),
        Supervised(Exponential(1, 1), seed=0),
    ]
    assert len({specs.key(each) for each in [spec, *others]}) == 7


def test_the_key_of_a_spec_stays_what_it_is() -> None:
    """Records are found by key: a change here would orphan every record there is."""
    assert specs.key(Supervised(Bernoulli(0.5, 0.5), seed=0)) == "555fb64fda5abcd3"


def test_a_spec_of_every_task_has_a_name_of_its_own() -> None:
    keys = {specs.key(Supervised(row.task, seed=0)) for row in PREDICTION}
    assert len(keys) == len(PREDICTION)
    assert specs.describe(Categorical((2, 1, 1))) == {"type": "Categorical", "concentrations": [2.0, 1.0, 1.0]}


def test_a_spec_with_something_unsayable_is_refused() -> None:
    @dataclass(frozen=True)
    class Odd:
        what: object

    with pytest.raises(TypeError, match=r"a spec holds \{1, 2\}"):
        specs.key(Odd({1, 2}))
    with pytest.raises(ValueError, match="not JSON compliant"):
        specs.key(Odd(float("nan")))


def test_a_trainer_declares_its_version() -> None:
    assert specs.declared(train) == ("supervised", 1)
    with pytest.raises(TypeError, match=r"lib\.specs\.key declares no version"):
        specs.declared(specs.key)


LEVELS = [
    {"machines", "seeding", "specs", "provenance", "executors", "executed"},
    {"tasks"},
    {"optimal", "agents"},
    {"training", "probes"},
    {"store", "sweep", "carry", "profiles", "recipes", "players", "explorers", "explored", "alike"}
    | {"regressors", "watched", "wigglers", "choosers", "lifetimes"},
    {"figures", "live", "rules", "claims", "shipped", "shipped_players", "indices", "replications"},
    {"run", "speed", "comparison", "portraits", "bandit_comparison"},
]
FILES = [file.relative_to(ROOT) for file in sorted((ROOT / "lib").rglob("*.py")) if file.name != "__init__.py"]


def room(file: Path) -> str:
    return file.parts[1].removesuffix(".py")


def imported_by(file: Path) -> set[Path]:
    """The files of `lib` that one of them imports."""
    found = set()
    for node in ast.walk(ast.parse((ROOT / file).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        found |= {Path(name.replace(".", "/") + ".py") for name in names if name.startswith("lib.")}
    return {each for each in found if (ROOT / each).is_file()}


def level(name: str) -> int:
    return next(i for i, rooms in enumerate(LEVELS) if name in rooms)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_imports_run_downward_only(file: Path) -> None:
    for imported in imported_by(file):
        one, other = room(file), room(imported)
        if one != other:
            assert level(other) <= level(one), f"{file} imports {imported}, which is above it"
            assert {one, other} != {"optimal", "agents"}, "optimal and trained machines must not know each other"
            if (one, other) != ("portraits", "comparison"):
                assert other not in LEVELS[-1], f"{file} imports {imported}, which only chapters may"


def test_every_file_has_a_room() -> None:
    rooms = [name for names in LEVELS for name in names]
    assert len(rooms) == len(set(rooms))
    assert {room(file) for file in FILES} == set(rooms)


@pytest.mark.parametrize("file", [f for f in FILES if f.parts[1] == "figures"], ids=str)
def test_figures_take_arrays_and_know_no_machine_and_no_path(file: Path) -> None:
    text = (ROOT / file).read_text()
    for foreign in ("lib.machines", "lib.agents", "lib.optimal", "lib.store", "import torch", "pathlib"):
        assert foreign not in text


def test_lib_reads_no_chapter_and_loads_no_pickle() -> None:
    for file in FILES:
        text = (ROOT / file).read_text()
        assert "torch.load" not in text
        assert "pickle" not in text
        if file.name not in ("run.py", "executed.py"):
            assert '"book"' not in text
