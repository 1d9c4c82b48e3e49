"""The ledger in pictures, and what moved in it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from experiments import moved
from experiments.verdict_figures import budgets, how_sure
from lib.claims.ledger import Row, shipped
from lib.plotting.looks import VERDICTS
from tests.parts import STATIC
from tests.pictures import check_picture

SURE = Row("M01", "mikulik", "", "x", verdict="reproduced", stands=1.0)
SHAKY = replace(SURE, id="M02", verdict="partly", stands=0.55)


def test_only_verdicts_that_fall_in_some_resamples_are_drawn() -> None:
    check_picture(
        lambda: how_sure([SURE, SHAKY, replace(SHAKY, id="M03", stands=0.9)]), 2, r"M02, partly: stands in 55%"
    )
    assert [row["fragile"] for row in how_sure([SHAKY, replace(SHAKY, id="M03", stands=0.9)]).numbers] == ["yes", "no"]
    with pytest.raises(ValueError, match="of 1 verdicts none stands in some"):
        how_sure([SURE])


def test_a_verdict_has_one_colour_in_pictures_badges_bars_and_the_e_book() -> None:
    face, book = ((STATIC / f"{name}.css").read_text() for name in ("face", "epub"))
    drawn = how_sure([replace(SHAKY, verdict=verdict) for verdict in VERDICTS]).svg
    for verdict, look in VERDICTS.items():
        badge, bar = (
            re.findall(rf"{re.escape(what)}\.{verdict}\b.*?{{ {prop}: var\(--(\w+)\);", face)
            for what, prop in ((".verdict", "color"), ("dl.bars ", "background"))
        )
        assert len(badge) == 1
        assert badge == bar
        light, dark, paper = re.findall(rf"--{badge[0]}: (#\w+);", face)
        assert light == paper == look.color != dark
        assert f"var(--{badge[0]}, {light})" in drawn
        assert re.search(rf"\.{verdict}\b.*{{ color: {light}; }}", book)
    assert drawn.count("var(--") == sum(drawn.count(look.color) for look in VERDICTS.values())


def test_budgets_are_those_of_rows_that_have_both() -> None:
    both = replace(SURE, episodes_source=8_000, episodes_ours=80)
    check_picture(lambda: budgets([both, SHAKY]), 1, r"8,000 episodes in the source, 80 here, 100 times fewer")
    with pytest.raises(ValueError, match="of 1 rows none gives"):
        budgets([SHAKY])


def test_what_moved_is_what_differs_and_says_why() -> None:
    then = moved.verdicts_then()
    rows = shipped()
    told = {row.id: said for row, said in moved.moved(rows)}
    assert set(told) == {row.id for row in rows if then.get(row.id, row.verdict) != row.verdict}
    assert told["M07"].startswith("not, now reproduced. The price of entropy")
    same = replace(SHAKY, id="M07", verdict="partly")
    assert dict(moved.moved([same]))[same] == "not, now partly. The rule is the same, and the networks are others."


def test_strange_verdicts_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    strange = tmp_path / "verdicts.toml"
    strange.write_text("perhaps = ['M01']\n")
    monkeypatch.setattr(moved, "FILE", strange)
    with pytest.raises(ValueError, match=r"has \['perhaps'\]"):
        moved.verdicts_then()
