"""Exercise of *The geometry of belief states*: the forward algorithm."""

import numpy as np
import torch

from experiments.exercises.check import Array, Check, Function
from lib.optimal.forward_algorithm import ForwardAlgorithm
from lib.tasks.hidden_markov import HiddenMarkovTask


def _right(transitions: Array, emissions: Array, symbols: Array) -> Array:
    task = HiddenMarkovTask(_rows(transitions), _rows(emissions))
    inputs = torch.eye(task.symbols, dtype=torch.float64)[torch.from_numpy(symbols)]
    machine = ForwardAlgorithm(task)
    state, found = torch.tensor([task.stationary], dtype=torch.float64), []
    for x in inputs:
        state, _ = machine.step(state, x[None])
        found.append(state[0])
    return np.asarray(torch.stack(found))


def _rows(matrix: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(row) for row in matrix.tolist())


def _filter(transitions: Array, emissions: Array, symbols: Array, *, how: str) -> Array:
    belief = np.array(HiddenMarkovTask(_rows(transitions), _rows(emissions)).stationary)
    if how == "flat":
        belief = np.full(len(belief), 1 / len(belief))
    found = []
    for symbol in symbols:
        said = belief @ transitions
        moved = {"still": belief, "transposed": transitions @ belief}.get(how, said)
        belief = moved * emissions[:, symbol]
        if how != "joint":
            belief = belief / belief.sum()
        found.append(
            moved if how == "before" else emissions[:, symbol] / emissions[:, symbol].sum() if how == "last" else belief
        )
    return np.array(found)


_rng = np.random.default_rng(12)
_moves, _shows = _rng.dirichlet((1.0, 1.0, 1.0), size=3), _rng.dirichlet((1.0, 1.0), size=3)
_symbols = _rng.integers(0, 2, 10)


def _how(how: str) -> Function:
    return lambda *each: _filter(*each, how=how)


check_beliefs = Check(
    _right,
    [(_moves, _shows, _symbols[:1]), (_moves, _shows, _symbols), (_moves[::-1].copy(), _shows, _symbols)],
    [
        (_how("joint"), "Not normalised: a belief is a distribution and sums to 1 after every symbol."),
        (_how("still"), "The chain does not move: multiply the belief by the transitions before each symbol."),
        (
            _how("transposed"),
            "The wrong axis: rows of `transitions` are where the chain comes from, so belief @ transitions.",
        ),
        (_how("before"), "Off by one in time: this is the belief before the symbol is seen."),
        (_how("flat"), "The first belief is the stationary distribution, and this begins with equal probabilities."),
        (_how("last"), "Only the last symbol counts here: what was believed before is missing."),
    ],
)
