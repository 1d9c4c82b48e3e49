"""Criteria: one for each claim, with words in which every bound stands as the code has it; and the ledger they fill."""

import inspect
import json
import re
import types
import typing
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from experiments import ledger
from lib.claims.course import cut_short
from lib.claims.criterion import Criterion, criteria, criterion
from lib.claims.evidence import Evidence
from lib.claims.ledger import LEDGER, Row, shipped
from lib.runner import store

BOUND = 0.5


def says(verdict: str = "reproduced", statistic: float | None = None) -> Evidence:
    return Evidence(verdict, "a value", None, 3, 100, "laptop", "page.html#figure", statistic)


def rule(*_: store.Result) -> Evidence:
    """Z01: a share of networks. Reproduced if it is at least {BOUND:.0%}."""
    return says()


# All criteria of the book


@pytest.fixture(params=sorted(ledger.CRITERIA))
def each(request: pytest.FixtureRequest) -> Criterion:
    return ledger.CRITERIA[request.param]


def test_every_bound_is_read_from_the_code_into_the_words(each: Criterion) -> None:
    written = inspect.getdoc(each.judge) or ""
    bounds = [
        name
        for name, parameter in inspect.signature(each.judge).parameters.items()
        if isinstance(parameter.default, int | float)
    ]
    for name in bounds:
        assert re.search(rf"{{{name}[}}:\[.]", written), f"{name} does not stand in the words"
    typed = re.findall(r"[\d.]+%|\d+\.\d+", re.sub(r"{.*?}", "", written))
    assert not typed, f"{typed} are typed; a bound is named, in braces"


def test_every_criterion_can_be_read_on_a_page(each: Criterion) -> None:
    assert "Reproduced" in each.rule
    assert each.rule.endswith(".")
    assert not set("`{}*") & set(each.rule)
    assert not each.rule.startswith(each.claim)


# A criterion


def test_the_words_of_a_rule_follow_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    def judge(result: store.Result, least: float = 0.25) -> Evidence:
        """Z01: a share.

        Reproduced if it is at least {BOUND:.0%}, partly if at least {least}.

        Args:
            result: anything.
        """
        return says()

    made = criterion("Z01", "coins", fixed="2026-11-28")(judge)
    assert made.rule == "a share. Reproduced if it is at least 50%, partly if at least 0.25."
    monkeypatch.setitem(judge.__globals__, "BOUND", 0.75)
    assert "at least 75%" in made.rule
    assert made(None) == says()


def wordless(*_: store.Result) -> Evidence:
    return says()


def of_nothing(*_: store.Result) -> Evidence:
    """Z01: reproduced if it is at least {LOOSE}."""
    return says()


FIRST = Criterion("Z01", rule, ("old",), "2026-11-20")
AMENDED: dict[str, Any] = {
    "claim": "Z01", "judge": rule, "runs": ("old", "new"), "fixed": "2026-11-28", "amends": FIRST,
    "reason": "it read a figure wrongly", "fresh": ("new",),
}  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"fixed": ""}, "Z01: fixed is ''; it must be the day"),
        ({"fixed": "last week"}, "Z01: fixed is 'last week'"),
        ({"judge": wordless}, "Z01: wordless has no docstring"),
        ({"judge": of_nothing}, "Z01: its words name 'LOOSE', which is no bound of the rule"),
        ({"reason": ""}, "Z01: an amended rule must say in what the first misread its source"),
        ({"fresh": ()}, "Z01: an amended rule must be judged on fresh networks"),
        ({"fresh": ("newer",)}, r"Z01: \['newer'\] are called fresh; the rule reads \['old', 'new'\]"),
    ],
    ids=["no date", "no day", "no words", "no such bound", "no reason", "nothing fresh", "not read"],
)
def test_a_criterion_that_says_too_little_is_refused(wrong: dict[str, Any], said: str) -> None:
    assert Criterion(**AMENDED).fresh == ("new",)
    with pytest.raises(ValueError, match=said):
        Criterion(**{**AMENDED, **wrong})


def test_an_amended_criterion_may_rest_on_data_that_nobody_had_seen() -> None:
    assert Criterion(**{**AMENDED, "fresh": (), "unseen": "lifetimes above 100"}).unseen


def module(*held: Criterion) -> types.SimpleNamespace:
    return types.SimpleNamespace(**{f"rule_{place}": each for place, each in enumerate(held)})


def test_a_claim_has_one_criterion_and_the_amended_replaces_the_first() -> None:
    amended, other = Criterion(**AMENDED), Criterion("Z02", rule, (), "2026-11-28")
    assert criteria(module(FIRST, other), module(amended, FIRST)) == {"Z01": amended, "Z02": other}
    with pytest.raises(ValueError, match="Z01 has two criteria: rule and rule"):
        criteria(module(FIRST), module(Criterion("Z01", rule, ("new",), "2026-11-28")))


# Over outer training


def trained(final: list[float], **axes: list[int]) -> store.Result:
    """Networks that are so good at each checkpoint, and the checkpoints, in updates."""
    data = {f"good_{axis}": ((axis,), final) for axis in axes}
    return store.Result("made-up", xr.Dataset(data, axes), {"profile": "laptop"}, {})


def good(result: store.Result) -> Evidence:
    """Z01: how good networks are at the end. Reproduced if that is at least {BOUND}."""
    ends = [float(result.data[name].values[-1]) for name in result.data.data_vars]
    return says("reproduced" if min(ends) >= BOUND else "not")


def test_training_is_cut_short_at_every_checkpoint() -> None:
    made = criterion("Z01", "made-up", fixed="2026-11-28")(good)
    result = trained([0.1, 0.7, 0.4, 0.6], few=[0, 1, 5, 20], many=[0, 1, 5, 20])
    assert cut_short(made, result, 100, "few", "many") == {0: False, 100: True, 500: False, 2000: True}
    other = trained([0.1, 0.7], few=[0, 1], many=[0, 2])
    with pytest.raises(ValueError, match="few and many have different checkpoints"):
        cut_short(made, other, 100, "few", "many")


# The ledger


def kept(folder: Path, name: str, networks: list[int]) -> None:
    """A result of some networks."""
    data = xr.Dataset({"x": (("run",), np.arange(3.0), {"units": "", "long_name": "a number"})}, {"run": range(3)})
    specs = {f"key of {seed}": {"seed": seed} for seed in networks}
    store.save(name, data, {"profile": "laptop", "specs": specs}, folder=folder)


def first(result: store.Result) -> Evidence:
    """M01: the first rule. Reproduced if it is there."""
    return says("partly", 0.123456)


def second(old: store.Result, new: store.Result) -> Evidence:
    """M01: the second rule. Reproduced if it is there."""
    return says("reproduced" if new.data.x.values.min() >= 0 else "not", float("inf"))


@pytest.fixture
def amended(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Row]:
    """The row of a claim whose rule was amended, by the results in a folder."""
    old = criterion("M01", "old", fixed="2026-11-20")(first)
    new = criterion(
        "M01", "old", "new", fixed="2026-11-28", before=False, amends=old, reason="it read a figure wrongly",
        fresh=("new",),
    )(second)  # fmt: skip
    rules = {"M01": new, **{name: ledger.CRITERIA[name] for name in ledger.OF_ROWS}}
    monkeypatch.setattr(ledger, "CRITERIA", rules)
    return lambda folder: next(row for row in ledger.ledger(folder, resamples=2) if row.id == "M01")


def test_an_amended_verdict_counts_only_with_fresh_networks(amended: Callable[[Path], Row], tmp_path: Path) -> None:
    assert amended(tmp_path).verdict == "not yet"
    kept(tmp_path, "old", [0, 1, 2])
    row = amended(tmp_path)
    assert (row.verdict, row.fixed, row.rule_before, row.amended) == ("partly", "2026-11-20", True, None)
    assert row.rule == "the first rule. Reproduced if it is there."
    assert row.statistic == 0.1235
    kept(tmp_path, "new", [3, 4, 5])
    row = amended(tmp_path)
    assert (row.verdict, row.fixed, row.rule_before) == ("reproduced", "2026-11-28", False)
    assert (row.statistic, row.statistic_interval, row.stands) == (None, None, 1.0)
    assert row.amended == {
        "rule": "the first rule. Reproduced if it is there.", "fixed": "2026-11-20", "verdict": "partly",
        "value": "a value", "reason": "it read a figure wrongly", "fresh": "new",
    }  # fmt: skip


def test_networks_that_the_first_rule_judged_are_not_fresh(amended: Callable[[Path], Row], tmp_path: Path) -> None:
    kept(tmp_path, "old", [0, 1, 2])
    kept(tmp_path, "new", [2, 3, 1])
    with pytest.raises(ValueError, match="M01: 2 of the networks that are called fresh were judged by the first rule"):
        amended(tmp_path)


KINDS = typing.get_type_hints(Row)


def is_a(value: Any, kind: Any) -> bool:
    """Whether a value of a JSON file is of the type of a field."""
    if typing.get_origin(kind) is types.UnionType:
        return any(is_a(value, one) for one in typing.get_args(kind))
    origin, parts = typing.get_origin(kind) or kind, typing.get_args(kind)
    if origin is tuple:
        of_any_length = len(parts) == 2 and parts[1] is Ellipsis
        kinds = [parts[0]] * len(value or ()) if of_any_length else parts
        return isinstance(value, list) and len(value) == len(kinds) and all(map(is_a, value, kinds))
    if origin is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if origin is int:
        return isinstance(value, int) and not isinstance(value, bool)
    if isinstance(origin, type) and issubclass(origin, typing.Mapping):  # type: ignore[arg-type]
        return isinstance(value, dict) and all(isinstance(part, str) for pair in value.items() for part in pair)
    return isinstance(value, origin)


def test_every_field_of_a_row_ships_with_its_type() -> None:
    for row in json.loads(LEDGER.read_text()):
        assert set(row) == set(KINDS) == {field.name for field in fields(Row)}
        for name, value in row.items():
            assert is_a(value, KINDS[name]), f"{row['id']}: {name} is {value!r}; it must be {KINDS[name]}"


def test_a_ledger_is_read_as_it_was_written_and_a_missing_field_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ledger.json"
    whole = Row("Z01", "beyond", "", "a claim", interval=(0.1, 0.2), same_as=("Z02",), statistic_interval=(0.0, 1.0))
    file.write_text(json.dumps([asdict(whole)]))
    assert shipped(file) == [whole]
    for name in KINDS:
        file.write_text(json.dumps([{field: value for field, value in asdict(whole).items() if field != name}]))
        with pytest.raises(store.Damaged, match=rf"row {'Z01' if name != 'id' else '.'} misses {name}\)"):
            shipped(file)
    file.write_text(json.dumps([{**asdict(whole), "mood": "good"}]))
    with pytest.raises(store.Damaged, match="mood"):
        shipped(file)
    with pytest.raises(store.Missing, match="Make it: make ledger"):
        shipped(tmp_path / "none.json")
