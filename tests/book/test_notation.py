"""The page of notation: what it says a symbol is called in `lib` is there."""

import importlib
import pkgutil
import re
from typing import Any

import lib
from tests.references import ROOT


def defined() -> dict[str, list[Any]]:
    """Modules of `lib`, and the classes and functions in them, by their own names."""
    found: dict[str, list[Any]] = {}
    for each in pkgutil.walk_packages(lib.__path__, "lib."):
        module = importlib.import_module(each.name)
        found.setdefault(each.name.split(".")[-1], []).append(module)
        for name, thing in vars(module).items():
            if getattr(thing, "__module__", None) == each.name:
                found.setdefault(name, []).append(thing)
    return found


def named(page: str) -> list[str]:
    """Dotted names in the last column of the page's tables; `.b` after `A.a` is `A.b`, and words without a dot that
    begin small are fields of many classes.
    """
    names: list[str] = []
    for line in page.splitlines():
        if line.startswith("|"):
            for name in re.findall(r"`([\w.]+)", line.split("|")[-2]):
                names.append(names[-1].rsplit(".", 1)[0] + name if name.startswith(".") else name)
    return [name for name in names if "." in name or name[0].isupper()]


def there(name: str, things: dict[str, list[Any]]) -> bool:
    """Whether each part of a dotted name is in what the part before names."""
    first, *rest = name.removeprefix("lib.").split(".")
    within = things.get(first, [])
    for part in rest:
        inner = [getattr(each, part) for each in within if hasattr(each, part)]
        declared = any(
            part in getattr(base, "__annotations__", {}) for each in within for base in getattr(each, "__mro__", ())
        )
        inside = [each for each in things.get(part, []) if getattr(each, "__package__", None)]
        if not (inner or declared or inside):
            return False
        within = [*inner, *inside]
    return bool(within or rest)


def test_every_name_on_the_page_is_in_lib() -> None:
    names = named((ROOT / "book" / "notation.md").read_text(encoding="utf-8"))
    assert len(names) > 40
    things = defined() | {"task": [importlib.import_module("lib.tasks.bernoulli").BernoulliTask]}
    assert [name for name in names if not there(name, things)] == []


def test_a_name_that_is_not_there_is_seen() -> None:
    things = defined()
    assert there("BernoulliTask.a", things)
    assert there("probes.time_rescaling.TimeRescaled", things)
    for name in ("Bernoulli.a", "BernoulliTask.c", "probes.clocks.Wound", "state_geometry.nothing", "nothing"):
        assert not there(name, things), name
