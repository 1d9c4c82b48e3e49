"""Specs: frozen dataclasses that say everything that determines a training, and the keys of its record.

A key outlives the Python names in its spec: it is a hash of tags, which are given once and never changed. A class may
be renamed if its tag stays, a field if it keeps its old name as a tag, and a field that is added at a default under
which nothing changes leaves all keys as they were.
"""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

Class = TypeVar("Class", bound=type)
Function = TypeVar("Function", bound=Callable[..., Any])

_TAG, _ADDED = "tag", "added"


def tagged(tag: str) -> Callable[[Class], Class]:
    """A class decorator that gives a spec its stable tag.

    >>> @tagged("Coin")
    ... @dataclasses.dataclass(frozen=True)
    ... class BentCoin:
    ...     probability: float = renamed("p", default=0.5)
    ...     sides: int = added(2)
    >>> describe(BentCoin()), describe(BentCoin(sides=3))
    ({'type': 'Coin', 'p': 0.5}, {'type': 'Coin', 'p': 0.5, 'sides': 3})
    """

    def give(cls: Class) -> Class:
        cls.__spec_tag__ = tag  # type: ignore[attr-defined]
        return cls

    return give


def renamed(tag: str, **options: Any) -> Any:
    """A field of a spec that once had another name, which its description goes on using."""
    return dataclasses.field(metadata={_TAG: tag}, **options)


def added(default: Any) -> Any:
    """A field that a spec got later: its description leaves it out where it has its default."""
    return dataclasses.field(default=default, metadata={_ADDED: True})


def describe(spec: Any) -> Any:
    """A spec as plain data, with its tag, so that two kinds of spec never look alike.

    A class may say itself what describes it, by a method `described` that returns its fields by name.

    >>> from lib.tasks.bernoulli import BernoulliTask
    >>> describe(BernoulliTask(1, 1))
    {'type': 'Bernoulli', 'a': 1.0, 'b': 1.0}

    Raises:
        TypeError: if a field holds something that JSON cannot say, or a dataclass without a tag.
    """
    if dataclasses.is_dataclass(spec) and not isinstance(spec, type):
        # its own tag, not that of a class it inherits from
        tag = vars(type(spec)).get("__spec_tag__")
        if tag is None:
            raise TypeError(f"{type(spec).__name__} has no tag; decorate it with lib.spec.tagged")
        return {"type": tag, **{name: describe(value) for name, value in _described(spec).items()}}
    if isinstance(spec, (list, tuple)):
        return [describe(item) for item in spec]
    if spec is None or isinstance(spec, (bool, int, float, str)):
        return spec
    raise TypeError(f"a spec holds {spec!r}; only numbers, words, sequences and tagged dataclasses can be named")


def _described(spec: Any) -> dict[str, Any]:
    if hasattr(spec, "described"):
        return spec.described()
    return fields_of(spec)


def fields_of(spec: Any) -> dict[str, Any]:
    """The fields of a spec by their tags, without those that were added and have their default."""
    return {
        field.metadata.get(_TAG, field.name): getattr(spec, field.name)
        for field in dataclasses.fields(spec)
        if not (field.metadata.get(_ADDED) and getattr(spec, field.name) == field.default)
    }


def canonical(description: Any) -> str:
    """The one way to write a description: sorted, compact JSON."""
    return json.dumps(description, sort_keys=True, separators=(",", ":"), allow_nan=False)


def key_of(spec: Any) -> str:
    """Sixteen hexadecimal digits that stand for a spec.

    >>> from lib.tasks.bernoulli import BernoulliTask
    >>> key_of(BernoulliTask(1, 1)) == key_of(BernoulliTask(1.0, 1.0)) != key_of(BernoulliTask(1, 2))
    True
    """
    return hashlib.sha256(canonical(describe(spec)).encode()).hexdigest()[:16]


def versioned(name: str, version: int) -> Callable[[Function], Function]:
    """A decorator that declares the version of a trainer or of a measurement.

    Records say by which version they were made, and those of another are made again. Whoever changes what a trainer
    computes gives it the next number; `tests/experiments/test_runs.py` asks for that.
    """

    def declare(function: Function) -> Function:
        function.declared = (name, version)  # type: ignore[attr-defined]
        return function

    return declare


def declared(function: Callable[..., Any]) -> tuple[str, int]:
    """The name and version that a trainer declares.

    Raises:
        TypeError: if it declares none.
    """
    found: tuple[str, int] | None = getattr(function, "declared", None)
    if found is None:
        raise TypeError(f"{function.__module__}.{function.__qualname__} declares no version (lib.spec.versioned)")
    return found
