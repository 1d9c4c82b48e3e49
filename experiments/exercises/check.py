"""A check of a program that a reader wrote: it says in words what is wrong, and never shows the answer.

An answer is run beside an exact one on a few inputs. If it differs, it is compared with wrong answers that are often
given; the one that it agrees with on every input says what the mistake is.
"""

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

Array = np.ndarray
Function = Callable[..., Any]
RELATIVE, ABSOLUTE = 1e-4, 1e-6  # single precision is enough


class WrongAnswer(AssertionError):
    """A check was not passed."""


@dataclass(frozen=True)
class Report:
    """What a check has to say.

    >>> Report(False, "Not written yet.")
    Not written yet.
    """

    right: bool
    words: str

    def __repr__(self) -> str:
        return self.words

    def __bool__(self) -> bool:
        return self.right

    def or_raise(self) -> None:
        """For graders: an error that says the words, unless the answer is right.

        Raises:
            WrongAnswer: if it is not.
        """
        if not self.right:
            raise WrongAnswer(self.words)


@dataclass(frozen=True)
class Check:
    """A check of a function.

    >>> check = Check(lambda x: 2 * x, [(1.0,), (3.0,)], [(lambda x: x, "That is x itself.")])
    >>> check(lambda x: x + x), check(lambda x: x), check(lambda x: 3 * x)
    (Right, on all 2 inputs., That is x itself., Too large at x = 1.0, and wrong on 2 of 2 inputs.)

    Attributes:
        right: the exact answer.
        inputs: arguments on which it is run, a tuple each.
        mistakes: answers often given, each with the words that say what is wrong with it.
        relative: by how much of itself a number may be off.
    """

    right: Function
    inputs: Sequence[tuple[Any, ...]]
    mistakes: Sequence[tuple[Function, str]]
    relative: float = RELATIVE

    def __call__(self, answer: Function) -> Report:
        """The report on an answer."""
        given = []
        for arguments in self.inputs:
            try:
                given.append(_numbers(answer(*_own(arguments))))
            except NotImplementedError as error:
                return Report(
                    False, f"Not written yet: {str(error) or 'the function still raises NotImplementedError'}."
                )
            except _NoNumbers as error:
                return Report(False, str(error))
            except Exception as error:  # whatever a reader's program may raise
                words = f"It fails with {type(error).__name__}: {error}. That was at {self._said(arguments)}."
                return Report(False, words)
        wanted = [_numbers(self.right(*_own(arguments))) for arguments in self.inputs]
        agree = [self._equal(one, other) for one, other in zip(given, wanted, strict=True)]
        if all(agree):
            return Report(True, f"Right, on all {len(agree)} inputs.")
        for mistake, words in self.mistakes:
            wrong = (_numbers(mistake(*_own(arguments))) for arguments in self.inputs)
            if all(self._equal(one, other) for one, other in zip(given, wrong, strict=True)):
                return Report(False, words)
        first = agree.index(False)
        return Report(False, self._difference(given[first], wanted[first], self.inputs[first], agree))

    def _difference(self, given: Array, wanted: Array, arguments: tuple[Any, ...], agree: Sequence[bool]) -> str:
        where = self._said(arguments)
        if given.shape != wanted.shape:
            return f"It returns numbers of shape {given.shape}, where {wanted.shape} is asked for, at {where}."
        if not np.isfinite(given).all():
            return f"It returns {'NaN' if np.isnan(given).any() else 'infinity'} at {where}."
        off = ~np.isclose(given, wanted, rtol=self.relative, atol=ABSOLUTE)
        larger = given[off] > wanted[off]
        kind = "Too large" if larger.all() else "Too small" if not larger.any() else "Wrong"
        if given.size > 1:
            kind += f" in {off.sum()} of {off.size} numbers"
        return f"{kind} at {where}, and wrong on {len(agree) - sum(agree)} of {len(agree)} inputs."

    def _equal(self, one: Array, other: Array) -> bool:
        if one.shape != other.shape:
            return False
        return np.allclose(one, other, rtol=self.relative, atol=ABSOLUTE, equal_nan=True)

    def _said(self, arguments: tuple[Any, ...]) -> str:
        names = inspect.signature(self.right).parameters  # of which those with defaults make mistakes
        return ", ".join(f"{name} {_short(value)}" for name, value in zip(names, arguments, strict=False))


class _NoNumbers(TypeError):
    """What was returned cannot be compared."""


def _numbers(value: Any) -> Array:
    if value is None:
        raise _NoNumbers("It returns nothing: is there a `return`?")
    if isinstance(value, torch.Tensor):
        value = value.detach().numpy()
    try:
        found = np.real_if_close(value)  # some are complex by type alone, as eigenvectors
        if not np.iscomplexobj(found):
            return found.astype(float)
    except (TypeError, ValueError):
        raise _NoNumbers(f"It returns a {type(value).__name__} that is not an array of numbers.") from None
    raise _NoNumbers("It returns complex numbers, where real ones are asked for.")


def _own(arguments: tuple[Any, ...]) -> list[Any]:
    """A copy: an answer may change what it is given."""
    return [each.copy() if isinstance(each, Array) else each for each in arguments]


def _short(value: Any) -> str:
    if isinstance(value, Array) and value.ndim:
        return f"of shape {tuple(value.shape)}"
    return f"= {value}" if len(str(value)) < 60 else f"(a {type(value).__name__})"
