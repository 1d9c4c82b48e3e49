"""Checks that specs of trainings share."""

from collections.abc import Sequence
from typing import Any


def check_at_least(spec: Any, **least: int) -> None:
    """Refuse fields below their smallest value, and counts that are no whole numbers.

    Raises:
        ValueError: naming the field, its value and what is allowed.
    """
    for name, smallest in least.items():
        value = getattr(spec, name)
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"{name} is {value!r}; it must be a whole number")
        if value < smallest:
            raise ValueError(f"{name} is {value}; it must be at least {smallest}")


def check_learning_rate(name: str, value: float) -> None:
    """Refuse a learning rate outside the open interval from 0 to 1.

    Raises:
        ValueError: naming the field, its value and what is allowed.
    """
    if not 0 < value < 1:
        raise ValueError(f"{name} is {value}; it must lie between 0 and 1")


def check_one_of(name: str, value: str, allowed: Sequence[str]) -> None:
    """Refuse a word that is not among those allowed.

    Raises:
        ValueError: naming the field, its value and what is allowed.
    """
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; there are {', '.join(allowed)}")
