"""Simulation of finite machines: the exact definition, decided by search.

Source: Mikulik et al. 2020, section 2 ("Comparisons of state machines via simulation"). A machine M simulates a machine
N, written N ⪯ M, if a function phi maps the states of N into the states of M such that

    (transitions) phi turns every trace s_0 x_1 s_1 ... x_T s_T of N into a trace of M;
    (outputs)     N at (x, s) says what M says at (x, phi(s)), for every state s of N and every input x.

Here N is always called `source` and M `target`, in this order: phi maps states of the source into states of the target,
and the source is simulated by the target. A trace begins in its machine's initial state.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from types import MappingProxyType
from typing import Any

Amount = Fraction | int


@dataclass(frozen=True)
class FiniteMachine:
    """A Mealy machine small enough to be written down: the finite sibling of `lib.machine.Machine`.

    States, inputs and outputs are names: anything hashable. Both tables have one entry for every (state, input).

    Raises:
        ValueError: if a name is missing, foreign or there twice; the message tells which.
    """

    states: tuple[Hashable, ...]
    initial: Hashable
    alphabet: tuple[Hashable, ...]
    transition: Mapping[tuple[Hashable, Hashable], Hashable]
    output: Mapping[tuple[Hashable, Hashable], Hashable]

    def __post_init__(self) -> None:
        for what, names in (("state", self.states), ("input", self.alphabet)):
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"{what} {name!r} is named twice")
        if self.initial not in self.states:
            raise ValueError(f"initial state {self.initial!r} is not a state")
        pairs = set(product(self.states, self.alphabet))
        for what in ("transition", "output"):
            table = dict(getattr(self, what))
            for pair in sorted(pairs ^ set(table), key=repr):
                raise ValueError(f"{what} table {'lacks' if pair in pairs else 'has a foreign entry'} {pair!r}")
            object.__setattr__(self, what, MappingProxyType(table))
        for pair, after in self.transition.items():
            if after not in self.states:
                raise ValueError(f"transition at {pair!r} leads to {after!r}, which is not a state")

    def step(self, state: Hashable, x: Hashable) -> tuple[Hashable, Hashable]:
        """Take one input; return the next state and the output."""
        return self.transition[state, x], self.output[state, x]

    def trace(self, inputs: Iterable[Hashable]) -> tuple[Hashable, ...]:
        """The states s_0, s_1, ..., s_T that a sequence of inputs leads through."""
        states = [self.initial]
        for x in inputs:
            states.append(self.transition[states[-1], x])
        return tuple(states)


def meetings(source: FiniteMachine, target: FiniteMachine) -> dict[Hashable, tuple[Hashable, ...]]:
    """Meetings: for every state that the source can reach, all states that the same inputs lead the target to.

    The transitions condition wants each of them as the state's image, so a state with two of them has none.

    Raises:
        ValueError: if the source takes an input that the target does not.
    """
    for x in source.alphabet:
        if x not in target.alphabet:
            raise ValueError(f"the source takes {x!r}, which the target does not")
    pairs = [(source.initial, target.initial)]
    for state, image in pairs:  # grows while it is walked
        for x in source.alphabet:
            pair = (source.transition[state, x], target.transition[image, x])
            if pair not in pairs:
                pairs.append(pair)
    return {state: tuple(image for other, image in pairs if other == state) for state, _ in pairs}


def simulations(source: FiniteMachine, target: FiniteMachine) -> list[dict[Hashable, Hashable]]:
    """Every phi, from states of the source to states of the target, under which the target simulates the source.

    The image of the initial state is given, and each transition forces the next. A state that cannot be reached is on
    no trace; it may go wherever the outputs agree.

    >>> simulations(count_coin(2), history_coin(2))
    [{(0, 0): '', (1, 0): 'H', (0, 1): 'T'}]

    Raises:
        ValueError: if the source takes an input that the target does not.
    """
    met = meetings(source, target)
    if any(len(images) > 1 for images in met.values()):
        return []

    def agree(state: Hashable, image: Hashable) -> bool:
        return all(source.output[state, x] == target.output[image, x] for x in source.alphabet)

    choices = [[image for image in met.get(state, target.states) if agree(state, image)] for state in source.states]
    return [dict(zip(source.states, images, strict=True)) for images in product(*choices)]


@dataclass(frozen=True)
class Counterexample:
    """Where a map breaks a condition.

    Attributes:
        condition: "transitions" or "outputs".
        state: the state of the source at which it breaks.
        inputs: "transitions": all inputs that led there from the start; "outputs": the one input given there.
        wanted: the image of the state, or what the source says.
        found: the state that the inputs lead the target to, or what the target says at the image.
    """

    condition: str
    state: Hashable
    inputs: tuple[Hashable, ...]
    wanted: Hashable
    found: Hashable


def holds(
    source: FiniteMachine, target: FiniteMachine, phi: Mapping[Hashable, Hashable], longest: int
) -> Counterexample | None:
    """Check phi by the letter: transitions on every trace of up to `longest` inputs, shortest first, then outputs at
    every state and input. Return the first place where it breaks, or None.

    Raises:
        ValueError: if phi leaves out a state of the source, or leads to something that is no state of the target.
    """
    for state in source.states:
        if state not in phi:
            raise ValueError(f"phi has no image for state {state!r}")
        if phi[state] not in target.states:
            raise ValueError(f"phi leads from {state!r} to {phi[state]!r}, which is not a state of the target")
    for length in range(longest + 1):
        for inputs in product(source.alphabet, repeat=length):
            state, found = source.trace(inputs)[-1], target.trace(inputs)[-1]  # earlier ones: earlier, shorter traces
            if phi[state] != found:
                return Counterexample("transitions", state, inputs, phi[state], found)
    for (state, x), wanted in source.output.items():
        found = target.output[phi[state], x]
        if wanted != found:
            return Counterexample("outputs", state, (x,), wanted, found)
    return None


def history_coin(flips: int = 3, a: Amount = 1, b: Amount = 1) -> FiniteMachine:
    """A Bayesian who writes down a coin's flips in order, and turns to a new coin after `flips` flips.

    Coins come from Beta(a, b). Inputs: "H" and "T". Outputs: how probable heads is on the next flip, exactly. States:
    what was seen of the coin at hand.

    >>> history_coin(3).states
    ('', 'H', 'T', 'HH', 'HT', 'TH', 'TT')

    Raises:
        ValueError: if there is no flip, or a or b is not positive.
    """
    return _coin(flips, a, b, "", lambda seen, flip: seen + flip, lambda seen: (seen.count("H"), seen.count("T")))


def count_coin(flips: int = 3, a: Amount = 1, b: Amount = 1) -> FiniteMachine:
    """The Bayesian of `history_coin`, if all she keeps is how many heads and how many tails she has seen.

    >>> count_coin(3).states
    ((0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2))

    Raises:
        ValueError: if there is no flip, or a or b is not positive.
    """
    return _coin(flips, a, b, (0, 0), lambda seen, flip: (seen[0] + (flip == "H"), seen[1] + (flip == "T")), tuple)


def _coin(
    flips: int, a: Amount, b: Amount, nothing: Any, add: Callable[[Any, str], Any], counts: Callable[[Any], Any]
) -> FiniteMachine:
    """A Bayesian, by what she keeps of nothing, how she adds a flip, and how heads and tails are read off that."""
    for name, value in (("flips", flips), ("a", a), ("b", b)):
        if value <= 0:
            raise ValueError(f"{name} is {value}; it must be positive")
    states: list[Any] = [nothing]
    transition: dict[tuple[Hashable, Hashable], Hashable] = {}
    output: dict[tuple[Hashable, Hashable], Hashable] = {}
    for state in states:  # grows while it is walked
        for flip in "HT":
            after = add(state, flip)
            if sum(counts(after)) == flips:
                after = nothing  # a new coin
            if after not in states:
                states.append(after)
            heads, tails = counts(after)
            transition[state, flip] = after
            output[state, flip] = Fraction(a + heads) / (a + b + heads + tails)
    return FiniteMachine(tuple(states), nothing, ("H", "T"), transition, output)
