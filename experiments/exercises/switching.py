"""Exercise of *Change points: a coin that is swapped*: which hazard it is."""

import numpy as np
import torch

from experiments.exercises.check import Array, Check, Function
from lib.optimal.run_length_filter import RunLengthFilter
from lib.tasks.change_point_coin import ChangePointCoinTask


def _right(tosses: Array, hazards: tuple[float, ...], a: float, b: float) -> Array:
    machine = RunLengthFilter(ChangePointCoinTask(a, b, hazards), longest=len(tosses))
    inputs = torch.from_numpy(np.stack([tosses, 1 - tosses], axis=-1)[None])
    state = machine.initial_state(1).double()
    for x in inputs.unbind(dim=1):
        state, _ = machine.step(state, x)
    return np.asarray(machine.hazards(state)[0])


def _likelihoods(tosses: Array, hazard: float, a: float, b: float, *, how: str) -> float:
    """Probability of the tosses by the recursion over run lengths, with a mistake in it."""
    w, heads, total = np.array([1.0]), np.array([0.0]), 1.0
    for toss in tosses:
        says = (a + heads) / (a + b + np.arange(len(w)))
        w = w * (says if toss else 1 - says)
        p = w.sum()
        total = p if how == "last" else total * p
        w = w / p
        grown = w if how == "grows" else (1 - hazard) * w
        w = np.concatenate([[hazard], grown])
        heads = np.concatenate([[0.0], heads + (0 if how == "no counts" else toss)])
    return float(total)


def _by(how: str) -> Function:
    def posterior(tosses: Array, hazards: tuple[float, ...], a: float, b: float) -> Array:
        each = np.array([_likelihoods(tosses, hazard, a, b, how=how) for hazard in hazards])
        return np.asarray(each if how == "joint" else each / each.sum())

    return posterior


def _equal(tosses: Array, hazards: tuple[float, ...], a: float, b: float) -> Array:
    return np.full(len(hazards), 1 / len(hazards))


_runs = np.array([1.0] * 6 + [0.0] * 7)
_mixed = np.array([1.0, 0, 1, 1, 0, 0, 1, 0, 1, 0])

check_which_hazard = Check(
    _right,
    [(_runs, (0.02, 0.2), 0.5, 0.5), (_mixed, (0.02, 0.2), 0.5, 0.5), (_runs, (0.05, 0.1, 0.5), 1.0, 2.0)],
    [
        (_equal, "All hazards stay as likely as at first: weigh each by the probability that it gave the tosses."),
        (
            _by("last"),
            "Only the last toss is evidence here: multiply what each toss was given along the whole episode.",
        ),
        (_by("joint"), "Not normalised: the probabilities of the hazards sum to 1."),
        (_by("grows"), "A run goes on with probability 1 - hazard: that factor is missing."),
        (_by("no counts"), "Heads are not counted along a run, so that every coin looks like all tails."),
    ],
)
