"""Exercise of *Agents as Mealy machines*: run a Mealy machine."""

from typing import Any

from experiments.exercises.check import Check
from lib.probes.finite import FiniteMachine, count_coin, history_coin


def _right(machine: FiniteMachine, word: str) -> list[float]:
    states = machine.trace(word)
    return [_number(machine.output[state, x]) for state, x in zip(states, word, strict=False)]


def _moore(machine: FiniteMachine, word: str) -> list[float]:
    states = machine.trace(word)[1:]
    return [_number(machine.output[state, x]) for state, x in zip(states, word, strict=True)]


def _rests(machine: FiniteMachine, word: str) -> list[float]:
    return [_number(machine.output[machine.initial, x]) for x in word]


def _last(machine: FiniteMachine, word: str) -> float:
    return _right(machine, word)[-1]


def _backwards(machine: FiniteMachine, word: str) -> list[float]:
    return _right(machine, word[::-1])


def _number(said: Any) -> float:
    return float(said)


_tally, _diary = count_coin(3, 1, 2), history_coin(4, 2, 1)

check_run = Check(
    _right,
    [(_tally, "HHT"), (_tally, "HTTHHHT"), (_diary, "THHTHT")],
    [
        (
            _moore,
            "Off by one: the machine moves before it speaks. A Mealy machine speaks from the state that it is in.",
        ),
        (_rests, "The state never changes: after each input the machine has to move on."),
        (_last, "Only the last output: one is asked for each input."),
        (_backwards, "The inputs are taken from the last to the first."),
    ],
)
