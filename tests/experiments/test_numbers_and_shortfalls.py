"""Numbers beside the source's, and why claims fall short."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from experiments import shortfalls
from experiments.number_figures import COMPARED, numbers_beside
from lib.claims.ledger import Row, shipped
from lib.plotting.ledger import by_source
from tests.pictures import check_picture


def test_every_number_of_a_source_stands_beside_ours() -> None:
    rows = shipped()
    spoken = {"B04", "L06"}  # "thousands of steps", and how many networks: no number of what was found
    given = {row.id for row in rows if row.source_value and re.search(r"\d", row.source_value)} - spoken
    assert {each.claim for each in COMPARED} == given
    by_id = {row.id: row for row in rows}
    for each in COMPARED:
        assert each.read(by_id[each.claim]) is not None, f"{each.claim}: {each.what} is not found in its row's words"


def test_the_picture_of_numbers_says_both() -> None:
    row = Row("R01", "rabinowitz", "", "", value="0.05 over 2.5: 1,200x; more", source_value="9x")
    check_picture(lambda: numbers_beside([row]), 1, r"largest: 9 in the source, 1,200 here")
    with pytest.raises(ValueError, match="of 1 rows none gives a number"):
        numbers_beside([replace(row, value="never")])


def test_every_claim_that_falls_short_says_why() -> None:
    rows = shipped()
    short = {row.id for row in rows if row.verdict in ("partly", "not")}
    said = shortfalls.shortfalls(rows)
    assert set(said) == short
    for sentence in said.values():
        assert sentence.endswith(".")
        assert not re.search(r"\d", sentence), f"a number on a page comes from results: {sentence}"


def test_a_sentence_stands_only_beside_the_verdict_that_it_explains(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = next(row for row in shipped() if row.id == "M14")
    why = shortfalls.shortfalls([row])
    assert why["M14"] in by_source([row], "mikulik", why=why)._repr_html_()
    assert shortfalls.shortfalls([replace(row, verdict="reproduced")]) == {}
    strange = tmp_path / "shortfalls.toml"
    strange.write_text("[M14]\nperhaps = 'x'\n")
    monkeypatch.setattr(shortfalls, "FILE", strange)
    with pytest.raises(ValueError, match=r"M14 explains \['perhaps'\]"):
        shortfalls.sentences()
