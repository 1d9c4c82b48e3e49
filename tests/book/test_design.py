"""The picture of the house: what its rooms are, how high they stand, and who imports whom."""

from pathlib import Path

import pytest

from lib.plotting import imports as draw
from lib.runner.imports import Room, direct, house, imported_by, levels
from lib.runner.provenance import ROOT
from tests.pictures import check_picture

DIAMOND = {"top": {"left", "right", "base"}, "left": {"base"}, "right": {"base", "left"}, "base": set[str]()}


def test_a_room_stands_one_level_above_the_highest_that_it_imports() -> None:
    assert levels(DIAMOND) == {"base": 0, "left": 1, "right": 2, "top": 3}
    with pytest.raises(ValueError, match="left, right import each other in a circle"):
        levels({"left": {"right"}, "right": {"left"}, "base": set()})


def test_arrows_that_follow_from_others_are_left_out() -> None:
    assert sorted(direct(DIAMOND)) == [("left", "base"), ("right", "left"), ("top", "right")]


def test_the_rooms_are_counted_as_they_are() -> None:
    rooms = house()
    agents = [file for file in (ROOT / "lib" / "agents").glob("*.py") if file.name != "__init__.py"]
    assert rooms["agents"].modules == len(agents)
    assert rooms["agents"].lines == sum(file.read_text().count("\n") for file in agents)
    assert {"optimal", "agents"} <= rooms["probes"].imports
    assert "training" not in rooms["probes"].imports
    assert rooms["spec"] == Room(1, (ROOT / "lib" / "spec.py").read_text().count("\n"), frozenset())


def test_every_arrow_of_the_house_points_down() -> None:
    rooms = house()
    level = levels({name: room.imports for name, room in rooms.items()})
    assert all(level[other] < level[name] for name, room in rooms.items() for other in room.imports)
    assert max(level, key=level.__getitem__) == "experiments"


def test_an_import_that_hides_what_it_takes_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lib.runner.imports.ROOT", tmp_path)
    (tmp_path / "odd.py").write_text("import lib.spec")
    with pytest.raises(ValueError, match=r"odd\.py has `import lib\.spec`; write `from lib\.spec import"):
        imported_by((tmp_path / "odd.py").relative_to(tmp_path))


def test_the_picture_of_rooms() -> None:
    rooms = {name: Room(2, 1_234, frozenset(known)) for name, known in DIAMOND.items()}
    check_picture(lambda: draw.house(rooms, solid=["base"]), rows=4, finding="lowest level up: base; left; right; top")
    drawn = draw.house(rooms, solid=["base"])
    assert list(drawn.numbers[0].values()) == ["top", "3", "2", "1,234", "right, left, base"]
    assert drawn.svg.count("1,234 lines") == 4
