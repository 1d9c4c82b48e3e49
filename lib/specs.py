"""A spec says everything that determines a training; its canonical text names the record of that training."""

import dataclasses
import hashlib
import json
from collections.abc import Callable
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


def describe(spec: Any) -> Any:
    """A frozen dataclass as plain data, with the name of its type, so that two kinds of spec never look alike.

    >>> from lib.tasks.bernoulli import Bernoulli
    >>> describe(Bernoulli(1, 1))
    {'type': 'Bernoulli', 'a': 1.0, 'b': 1.0}

    Raises:
        TypeError: if a field holds something that JSON cannot say.
    """
    if dataclasses.is_dataclass(spec) and not isinstance(spec, type):
        fields = {field.name: describe(getattr(spec, field.name)) for field in dataclasses.fields(spec)}
        return {"type": type(spec).__name__, **fields}
    if isinstance(spec, (list, tuple)):
        return [describe(item) for item in spec]
    if spec is None or isinstance(spec, (bool, int, float, str)):
        return spec
    raise TypeError(f"a spec holds {spec!r}; only numbers, words, sequences and frozen dataclasses can be named")


def canonical(description: Any) -> str:
    """The one way to write a description: sorted, compact JSON."""
    return json.dumps(description, sort_keys=True, separators=(",", ":"), allow_nan=False)


def key(spec: Any) -> str:
    """Sixteen hexadecimal digits that stand for a spec.

    >>> from lib.tasks.bernoulli import Bernoulli
    >>> key(Bernoulli(1, 1)) == key(Bernoulli(1.0, 1.0)) != key(Bernoulli(1, 2))
    True
    """
    return hashlib.sha256(canonical(describe(spec)).encode()).hexdigest()[:16]


def versioned(name: str, version: int) -> Callable[[Function], Function]:
    """A decorator that declares the version of a trainer or of a measurement.

    Records say by which version they were made, and those of another are made again. Whoever changes what a trainer
    computes gives it the next number; `tests/test_golden.py` asks for that.
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
        raise TypeError(f"{function.__module__}.{function.__qualname__} declares no version (lib.specs.versioned)")
    return found
