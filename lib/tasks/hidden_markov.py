"""Hidden Markov models: a chain that is not seen, and symbols that tell of it.

Sources: Rabiner 1989, section II; the Mess3 process is Marzen and Crutchfield's (2017), as Shai et al. 2024 use it.

A world whose parameter is not drawn once an episode: it moves while one watches, so that what was learned of it has to
be carried along.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Categorical
from torch.nn import functional

from lib.spec import tagged
from lib.tasks.prediction import Episodes, check_draw, told_late

Rows = tuple[tuple[float, ...], ...]


@tagged("HiddenMarkov")
@dataclass(frozen=True)
class HiddenMarkovTask:
    """A hidden Markov model that has run for ever when an episode begins: the first hidden state is drawn from the
    chain's stationary distribution.

    Observations are the numbers of symbols, from 0; inputs are one-hot; outputs are logits. `parameters` of episodes
    hold the hidden state at every step.

    Attributes:
        transitions: probability of the next hidden state (column) from this one (row).
        emissions: probability of a symbol (column) in a hidden state (row).

    Raises:
        ValueError: if a row is no distribution, the matrices do not fit, or more than one distribution is stationary.
    """

    transitions: Rows
    emissions: Rows

    def __post_init__(self) -> None:
        for name in ("transitions", "emissions"):
            object.__setattr__(self, name, _distributions(name, getattr(self, name)))
        states = len(self.transitions)
        if len(self.transitions[0]) != states:
            raise ValueError(f"transitions lead from {states} states to {len(self.transitions[0])}; to as many, please")
        if len(self.emissions) != states:
            raise ValueError(f"emissions are given in {len(self.emissions)} states; the chain has {states}")
        self.stationary  # noqa: B018 (refuses a chain that has several)

    @property
    def states(self) -> int:
        """Hidden states."""
        return len(self.transitions)

    @property
    def symbols(self) -> int:
        """Different observations."""
        return len(self.emissions[0])

    input_size = output_size = symbols

    @cached_property
    def stationary(self) -> tuple[float, ...]:
        """The distribution of the hidden state that the chain leaves as it is.

        >>> HiddenMarkovTask(((0.9, 0.1), (0.3, 0.7)), ((1, 0), (0, 1))).stationary
        (0.75, 0.25)

        Raises:
            ValueError: if there are several, as where the chain falls in two.
        """
        flow = np.array(self.transitions).T - np.eye(self.states)
        _, sizes, directions = np.linalg.svd(flow)
        if np.sum(sizes < 1e-9) != 1:
            raise ValueError("transitions have more than one stationary distribution; every state must be within reach")
        return tuple(float(f"{each:.15g}") for each in directions[-1] / directions[-1].sum())

    @property
    def memory(self) -> float:
        """Correlation time of the hidden state, in steps: how slowly the slowest deviation from the stationary
        distribution dies out; 0 where the next state is independent of this one.

        >>> round(mess3(0.15, 0.6).memory, 3)
        1.673
        """
        second = sorted(abs(np.linalg.eigvals(np.array(self.transitions))))[-2] if self.states > 1 else 0.0
        return -1 / math.log(second) if 0 < second < 1 else float("inf") if second else 0.0

    def sample(self, batch: int, steps: int, rng: torch.Generator) -> Episodes:
        """Draw `batch` paths of the hidden state, and what is seen of each.

        Raises:
            ValueError: if batch or steps is less than 1.
        """
        check_draw(batch, steps, rng)
        chance = torch.rand(2, steps, batch, generator=rng, device=rng.device)
        moves, symbols = (_cumulated(rows).to(chance) for rows in (self.transitions, self.emissions))
        after = _chosen(moves, chance[0, 1:, :, None])  # (time, batch, state): the next state from any there is
        hidden = [_chosen(_cumulated((self.stationary,)).to(chance), chance[0, 0])]
        for following in after:
            hidden.append(following.gather(1, hidden[-1][:, None])[:, 0])
        path = torch.stack(hidden, dim=1)
        seen = _chosen(symbols[path], chance[1].T).to(chance)
        return Episodes(path.to(chance), seen, self.inputs(seen))

    def inputs(self, observations: Float[Tensor, "batch time"]) -> Float[Tensor, "batch time symbol"]:
        """One-hot of the symbol before; zeros before the first."""
        return told_late(functional.one_hot(observations.long(), self.symbols).to(observations))

    def predictive(self, outputs: Float[Tensor, "*batch symbol"]) -> Categorical:
        """The symbol that a machine expects, from its logits."""
        return Categorical(logits=outputs)


def mess3(x: float, a: float) -> HiddenMarkovTask:
    """The Mess3 process: three hidden states in a ring without direction, each of which prefers a symbol of its own.

    >>> mess3(0.15, 0.6).transitions[0], mess3(0.15, 0.6).emissions[0]
    ((0.7, 0.15, 0.15), (0.6, 0.2, 0.2))

    Args:
        x: probability of moving to each of the other two states.
        a: probability of a state's own symbol; the other two share the rest.

    Raises:
        ValueError: if x is not above 0 and at most 1/2, or a is no probability.
    """
    if not 0 < x <= 0.5:
        raise ValueError(f"x is {x}; it must be above 0 and at most 1/2")
    if not 0 <= a <= 1:
        raise ValueError(f"a is {a}; it must be a probability, from 0 to 1")
    return HiddenMarkovTask(_symmetric(1 - 2 * x), _symmetric(a))


def _symmetric(own: float) -> Rows:
    """Three rows with one probability on the diagonal, the rest shared equally."""
    own, other = (float(f"{each:.12g}") for each in (own, (1 - own) / 2))
    return tuple(tuple(own if row == column else other for column in range(3)) for row in range(3))


def _distributions(name: str, rows: Sequence[Sequence[float]]) -> Rows:
    """Rows as floats, each of them a distribution.

    Raises:
        ValueError: if there are none, they differ in length, or one holds a negative number or does not sum to one.
    """
    made = tuple(tuple(map(float, row)) for row in rows)
    if not made or len({len(row) for row in made}) != 1 or not made[0]:
        raise ValueError(f"{name} have rows of {[len(row) for row in made]} numbers; they must be one matrix")
    for place, row in enumerate(made):
        if not all(each >= 0 for each in row) or not math.isclose(sum(row), 1, abs_tol=1e-6):
            raise ValueError(
                f"row {place} of {name} is {row}, with sum {sum(row):g}; it must hold probabilities that sum to 1"
            )
    return made


def _cumulated(rows: Rows) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64).cumsum(dim=-1)


def _chosen(cumulated: Float[Tensor, "*#batch place"], chance: Float[Tensor, "*#batch"]) -> Tensor:
    """The places that uniform numbers fall in."""
    return (chance[..., None] >= cumulated[..., :-1]).sum(dim=-1)
