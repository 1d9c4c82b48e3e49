"""Rendered outputs are compared: words as words, numbers as numbers."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbval.plugin import IPyNbCell, nocolors

from tests import rendered
from tests.printed import Printed, Tolerance
from tests.references import REFERENCE

rendered.install()

SAME = [
    ("0.62", "0.63"),
    ("kl 0.0031 (0.0027-0.0040)", "kl 0.0030 (0.0027-0.0041)"),
    ("0.5", "0.49"),
    ("94%", "95%"),
    ("-0.00 nats", "0.00 nats"),
    ("1.2e-05", "1.3e-05"),
    ("<td>12.41</td>", "<td>12.40</td>"),
    ("a   0.9\nb  10.1", "a  0.9\nb 10.1"),
    ("1,234.5", "1,234.6"),
    ("\u22120.25", "\u22120.26"),
]
DIFFERENT = [
    ("0.62", "0.64"),
    ("0.5", "0.41"),
    ("0.031", "0.0031"),
    ("7 of 10", "8 of 10"),
    ("94%", "96%"),
    ("94%", "94"),
    ("0.25", "-0.25"),
    ("1.2e-05", "1.2e-04"),
    ("nan", "0.1"),
    ("inf", "nan"),
    ("reproduced", "partly"),
    ("0.1, 0.2", "0.1"),
    ("0.1", "0.1\n0.1"),
    ("640,000", "650,000"),
    ("L06", "L07"),
    ("4f2a17c0", "4f2a18c0"),
    ("n = 10", "n = 9"),
    ("5-95%: 0.1 to 0.2", "5-95%: 0.1 to 0.4"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_rounding_is_no_difference(one: str, other: str) -> None:
    assert Printed(one) == Printed(other)
    assert not Printed(one) != Printed(other)  # noqa: SIM202 (nbval asks so)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_all_else_is(one: str, other: str) -> None:
    assert Printed(one) != Printed(other)
    assert Printed(other) != Printed(one)


def test_a_cell_may_allow_more_and_says_why() -> None:
    declared = Tolerance.declared({"tolerance": {"relative": 0.1, "reason": "a short training on this page"}})
    assert Printed("after 300 updates: 0.50", declared) == Printed("after 300 updates: 0.54", declared)
    assert Printed("14 times", declared) == Printed("15 times", declared)
    assert Printed("after 300 updates: 0.50", declared) != Printed("after 300 updates: 0.60", declared)
    assert Printed("0.50 nats", declared) != Printed("0.50 bits", declared)
    assert Tolerance.declared({}) is None


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"relative": 0.1}, "gives no reason"),
        ({"relative": 0.1, "reason": "because"}, "gives no reason, or none to speak of: 'because'"),
        ({"relative": -1, "reason": "it is so short"}, "relative -1; it must be a number, at least 0"),
        ({"absolute": "much", "reason": "it is so short"}, "absolute 'much'"),
        ({"reason": "it is so short"}, "allows nothing"),
        ({"places": 2, "reason": "it is so short"}, "its tolerance has places; there are relative, absolute, reason"),
        (0.1, "its tolerance has 0.1"),
    ],
)
def test_a_tolerance_without_a_reason_or_a_size_is_refused(declared: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Tolerance.declared({"tolerance": declared})


def compare(test: list[Any], reference: list[Any], metadata: Mapping[str, Any]) -> bool:
    """What nbval says of two outputs of one cell."""
    cell = SimpleNamespace(
        parent=SimpleNamespace(skip_compare=("metadata", "execution_count", "output_type"), sanitize_patterns={}),
        cell=SimpleNamespace(metadata=metadata),
        colors=nocolors,
        config=None,
        ihook=SimpleNamespace(pytest_assertrepr_compare=lambda **_: []),
    )
    cell.sanitize = lambda text: IPyNbCell.sanitize(cell, text)
    cell.format_output_compare = lambda *observation: None
    return bool(IPyNbCell.compare_outputs(cell, test, reference))


def test_a_third_digit_is_caught_in_a_rendered_chapter() -> None:
    cells = nbformat.read(REFERENCE / "coins.ipynb", as_version=4).cells
    outputs = next(c.outputs for c in cells if c.cell_type == "code" and "B01: reproduced" in json.dumps(c.outputs))
    text = json.dumps(outputs)
    digits = text.partition("fair: ")[2][:6]
    assert digits.startswith("0.00")

    def with_last(digit: int) -> Any:
        return nbformat.from_dict(json.loads(text.replace(digits, f"{digits[:-1]}{digit}")))

    last = int(digits[-1])
    away = (last + 5) % 10
    assert compare(with_last(last), outputs, {})
    assert compare(with_last(last + 1 if last < 9 else last - 1), outputs, {})
    assert not compare(with_last(away), outputs, {})
    assert compare(with_last(away), outputs, {"tolerance": {"absolute": 0.01, "reason": "only for this test"}})


def test_no_reference_is_compared_by_less_than_all_that_it_shows() -> None:
    for file in sorted(Path(REFERENCE).glob("*.ipynb")):
        for cell in nbformat.read(file, as_version=4).cells:
            if cell.cell_type == "code":
                assert "nbval-skip" not in cell.metadata.get("tags", []), file.name
