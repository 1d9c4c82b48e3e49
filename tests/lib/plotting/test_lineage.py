"""The map of who builds on whom."""

import pytest

from lib.plotting.lineage import Work, lineage

LANES = ("old", "new")


def test_a_work_is_joined_to_what_it_builds_on() -> None:
    works = [Work("A 1990", "old"), Work("B 2000", "new", ("A 1990",), "source"), Work("C 2010", "new", (), "after")]
    picture = lineage(LANES, works)
    assert [row["builds on"] for row in picture.numbers] == ["none that is shown", "A 1990", "none that is shown"]
    assert "Sources of this book: B 2000. Carried on in its last chapters: C 2010." in picture.alt
    without = lineage(LANES, [works[0], Work("B 2000", "new", (), "source"), works[2]])
    assert picture.svg.count("<path") > without.svg.count("<path")


def test_a_work_cannot_build_on_a_later_one() -> None:
    with pytest.raises(ValueError, match=r"B 2000 builds on \['A 2010'\]"):
        lineage(LANES, [Work("B 2000", "new", ("A 2010",)), Work("A 2010", "old")])


def test_a_work_stands_in_a_lane() -> None:
    with pytest.raises(ValueError, match="A 1990 is in 'none'; the lanes are"):
        lineage(LANES, [Work("A 1990", "none")])
