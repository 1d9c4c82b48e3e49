"""Text whose numbers are compared as numbers: what nbval compares rendered outputs with.

Words must be equal. A number with decimals, or a percentage, may differ by one unit of its last printed place, since
the last digit of a tie falls either way on another processor; a whole number is a count and must be equal. A cell may
declare more, with a reason, in its metadata:

    tolerance: {relative: 0.1, reason: "a training of 300 updates, whose last digits grow"}
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

# A sign belongs to a number only where no word or number ends before it: 5-95% is a range. Digits within a word, as in
# L06 or in a key, are none.
NUMBER = re.compile(
    r"(?P<sign>(?<![\w)\]%.,])[-−+])?(?<![\w.,])(?P<digits>\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?)(?P<percent>%?)(?!\w|\.\d)"
)


@dataclass(frozen=True)
class Tolerance:
    """How far apart two numbers of a cell may be.

    Attributes:
        relative: as a share of the larger.
        absolute: in the unit of the number.
        reason: why.

    Raises:
        ValueError: if there is no reason, or no tolerance.
    """

    relative: float = 0.0
    absolute: float = 0.0
    reason: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.reason, str) or len(self.reason.split()) < 3:
            raise ValueError(f"its tolerance gives no reason, or none to speak of: {self.reason!r}")
        for name in ("relative", "absolute"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
                raise ValueError(f"its tolerance has {name} {value!r}; it must be a number, at least 0")
        if not self.relative + self.absolute > 0:
            raise ValueError("its tolerance allows nothing: relative or absolute must be more than 0")

    @classmethod
    def declared(cls, metadata: Mapping[str, Any]) -> "Tolerance | None":
        """What a cell's metadata declares.

        Raises:
            ValueError: if that is no tolerance.
        """
        found = metadata.get("tolerance")
        if found is None:
            return None
        unknown = set(found) - {"relative", "absolute", "reason"} if isinstance(found, Mapping) else {repr(found)}
        if unknown:
            raise ValueError(f"its tolerance has {', '.join(sorted(unknown))}; there are relative, absolute, reason")
        return cls(**found)


@dataclass(frozen=True)
class Number:
    """A number as it was printed."""

    value: Decimal
    unit: Decimal  # of its last printed place; 0 for a whole number

    @classmethod
    def read(cls, found: re.Match[str]) -> "Number":
        """A number out of a text."""
        value = Decimal(found["digits"].replace(",", ""))
        exponent = value.as_tuple().exponent
        assert isinstance(exponent, int), "only finite numbers are looked for"
        rounded = exponent < 0 or found["percent"] or "e" in found["digits"].lower()
        sign = -1 if found["sign"] in ("-", "−") else 1
        return cls(sign * value, Decimal(1).scaleb(exponent) if rounded else Decimal(0))

    def agrees(self, other: "Number", tolerance: Tolerance | None) -> bool:
        """Whether two numbers are the same but for rounding, or for what a cell allows."""
        apart, units = abs(self.value - other.value), [each.unit for each in (self, other) if each.unit]
        if apart <= (min(units) if units else 0):
            return True
        if tolerance is None:
            return False
        largest = max(abs(self.value), abs(other.value))
        return float(apart) <= tolerance.absolute + tolerance.relative * float(largest)


class Printed(str):
    """A text that equals another if its words do and its numbers agree.

    >>> Printed("0.62 of 10") == Printed("0.63 of 10"), Printed("0.62 of 10") == Printed("0.62 of 11")
    (True, False)
    """

    tolerance: Tolerance | None

    def __new__(cls, text: str, tolerance: Tolerance | None = None) -> "Printed":
        """A text with what its cell allows."""
        made = super().__new__(cls, text)
        made.tolerance = tolerance
        return made

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, str):
            return NotImplemented
        if str.__eq__(self, other):
            return True
        (words, numbers), (other_words, other_numbers) = _parts(self), _parts(other)
        if words != other_words:
            return False
        return all(one.agrees(two, self.tolerance) for one, two in zip(numbers, other_numbers, strict=True))

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(tuple(_parts(self)[0]))


def _parts(text: str) -> tuple[list[str], list[Number]]:
    """The words between the numbers of a text, without the padding of columns, and the numbers."""
    found = list(NUMBER.finditer(text))
    ends = [0, *(each.end() for each in found)]
    words = [text[end : each.start()] for end, each in zip(ends, found, strict=False)]
    percents = [each["percent"] for each in found]
    words.append(text[ends[-1] :])
    squeezed = [re.sub(r"[ \t]+", " ", word) for word in words]
    return [*squeezed, *percents], [Number.read(each) for each in found]
