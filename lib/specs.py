"""A spec says everything that determines a training; its canonical text names the record of that training."""

import dataclasses
import hashlib
import json
from typing import Any


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


def modules(spec: Any) -> set[str]:
    """The modules of `lib` in which a spec and everything in it are defined.

    >>> from lib.tasks.bernoulli import Bernoulli
    >>> modules((Bernoulli(1, 1), 3))
    {'lib.tasks.bernoulli'}
    """
    if dataclasses.is_dataclass(spec) and not isinstance(spec, type):
        inner = [getattr(spec, field.name) for field in dataclasses.fields(spec)]
        own = {type(spec).__module__} if type(spec).__module__.startswith("lib.") else set()
        return own.union(*map(modules, inner))
    if isinstance(spec, (list, tuple)):
        return set().union(*map(modules, spec))
    return set()


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
