"""Names of specs, fingerprints of code, and the arrows between rooms."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from lib.agents.lstm import DeepLSTM
from lib.agents.mlp import MLP
from lib.probes.benchmark import PREDICTION
from lib.runner.imports import files, imported_by, room
from lib.spec import declared, describe, key_of, tagged
from lib.tasks.bernoulli import BernoulliTask
from lib.tasks.categorical import CategoricalTask
from lib.tasks.exponential import ExponentialTask
from lib.training.supervised import Supervised, train
from tests.references import ROOT


def test_a_spec_has_one_name_and_any_change_gives_another() -> None:
    spec = Supervised(BernoulliTask(1, 1), seed=0)
    assert key_of(spec) == key_of(Supervised(BernoulliTask(1.0, 1.0), seed=0))
    others = [
        Supervised(BernoulliTask(1, 2), seed=0),
        Supervised(BernoulliTask(1, 1), seed=1),
        Supervised(BernoulliTask(1, 1), seed=0, agent=DeepLSTM(33)),
        Supervised(BernoulliTask(1, 1), seed=0, peak_learning_rate=0.02),
        Supervised(BernoulliTask(1, 1), seed=0, agent=MLP(32)),
        Supervised(ExponentialTask(1, 1), seed=0),
    ]
    assert len({key_of(each) for each in [spec, *others]}) == 7


def test_the_key_of_a_spec_stays_what_it_is() -> None:
    """Records are found by key: a change here would orphan every record there is."""
    assert key_of(Supervised(BernoulliTask(0.5, 0.5), seed=0)) == "555fb64fda5abcd3"


def test_a_spec_of_every_task_has_a_name_of_its_own() -> None:
    keys = {key_of(Supervised(row.task, seed=0)) for row in PREDICTION}
    assert len(keys) == len(PREDICTION)
    assert describe(CategoricalTask((2, 1, 1))) == {"type": "Categorical", "concentrations": [2.0, 1.0, 1.0]}


def test_a_spec_with_something_unsayable_is_refused() -> None:
    @tagged("Odd")
    @dataclass(frozen=True)
    class Odd:
        what: object

    @dataclass(frozen=True)
    class Untagged:
        what: int

    with pytest.raises(TypeError, match=r"a spec holds \{1, 2\}"):
        key_of(Odd({1, 2}))
    with pytest.raises(TypeError, match="Untagged has no tag; decorate it"):
        key_of(Untagged(1))
    with pytest.raises(ValueError, match="not JSON compliant"):
        key_of(Odd(float("nan")))


def test_a_trainer_declares_its_version() -> None:
    assert declared(train) == ("supervised", 1)
    with pytest.raises(TypeError, match=r"lib\.spec\.key_of declares no version"):
        declared(key_of)


LEVELS = [
    {"machine", "spec", "random", "checkpoints"},
    {"tasks"},
    {"optimal", "agents"},
    {"training", "probes"},
    {"runner"},
    {"claims"},
    {"plotting", "widgets"},
]
APART = [{"optimal", "agents"}, {"training", "probes"}, {"plotting", "widgets"}]
FILES = [file for file in files() if file.parts[0] == "lib"]
EXPERIMENTS = [file for file in files() if file.parts[0] == "experiments"]


def level(name: str) -> int:
    return next(i for i, rooms in enumerate(LEVELS) if name in rooms)


@pytest.mark.parametrize("file", FILES, ids=str)
def test_imports_run_downward_only(file: Path) -> None:
    for imported in imported_by(file):
        assert imported.parts[0] == "lib", f"{file} imports {imported}: lib knows no experiment"
        one, other = room(file), room(imported)
        if one != other:
            assert level(other) <= level(one), f"{file} imports {imported}, which is above it"
            assert {one, other} not in APART, f"{file} imports {imported}; the two rooms must not know each other"


@pytest.mark.parametrize("file", [*FILES, *EXPERIMENTS], ids=str)
def test_no_private_name_crosses_a_file(file: Path) -> None:
    for imported, names in imported_by(file).items():
        private = sorted(name for name in names if name.startswith("_"))
        assert not private, f"{file} takes {', '.join(private)} from {imported}"


def test_every_file_has_a_room() -> None:
    rooms = [name for names in LEVELS for name in names]
    assert len(rooms) == len(set(rooms))
    assert {room(file) for file in FILES} == set(rooms)


@pytest.mark.parametrize("file", [f for f in FILES if f.parts[1] == "plotting"], ids=str)
def test_figures_take_arrays_and_know_no_machine_and_no_path(file: Path) -> None:
    text = (ROOT / file).read_text()
    for foreign in ("lib.machine", "lib.agents", "lib.optimal", "lib.runner.store", "import torch", "pathlib"):
        assert foreign not in text


def test_lib_reads_no_chapter_and_loads_no_pickle() -> None:
    for file in FILES:
        text = (ROOT / file).read_text()
        assert "torch.load" not in text
        assert "pickle" not in text
        if file.name != "executed.py":
            assert '"book"' not in text
