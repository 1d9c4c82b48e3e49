"""Simulation between finite machines: against the definition, by brute force, and on machines known by hand."""

import random
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import pytest

from lib.probes.finite import Counterexample, FiniteMachine, count_coin, history_coin, holds, meetings, simulations

HALF = Fraction(1, 2)
HISTORIES, COUNTS = history_coin(3, HALF, HALF), count_coin(3, HALF, HALF)
TO_COUNTS = {h: (h.count("H"), h.count("T")) for h in ("", "H", "T", "HH", "HT", "TH", "TT")}


def counter(size: int, modulus: int) -> FiniteMachine:
    """Counts ticks up to `size` and starts again; says its count modulo `modulus`."""
    states = tuple(range(size))
    after = {(s, "tick"): (s + 1) % size for s in states}
    return FiniteMachine(states, 0, ("tick",), after, {(s, "tick"): (s + 1) % modulus for s in states})


def some_machine(chance: random.Random, size: int) -> FiniteMachine:
    """Any machine at all; some of its states may be out of reach, and it may always say the same."""
    often = chance.choice([0, 0.3])
    states, alphabet = tuple(f"s{i}" for i in range(size)), ("0", "1")
    pairs = list(product(states, alphabet))
    return FiniteMachine(
        states,
        chance.choice(states),
        alphabet,
        {pair: chance.choice(states) for pair in pairs},
        {pair: int(chance.random() < often) for pair in pairs},
    )


def by_definition(source: FiniteMachine, target: FiniteMachine, longest: int) -> list[dict[Any, Any]]:
    """Every map there is, kept if both sentences of the paper are true of it."""
    found = []
    for images in product(target.states, repeat=len(source.states)):
        phi = dict(zip(source.states, images, strict=True))
        outputs = all(source.output[s, x] == target.output[phi[s], x] for s in source.states for x in source.alphabet)
        if outputs and all(
            tuple(phi[s] for s in source.trace(inputs)) == target.trace(inputs)
            for inputs in product(source.alphabet, repeat=longest)
        ):
            found.append(phi)
    return found


def same(one: list[dict[Any, Any]], other: list[dict[Any, Any]]) -> bool:
    return {frozenset(phi.items()) for phi in one} == {frozenset(phi.items()) for phi in other} and len(one) == len(
        other
    )


def test_counts_simulate_histories_in_one_way() -> None:
    assert len(HISTORIES.states) == 7
    assert len(COUNTS.states) == 6
    assert simulations(HISTORIES, COUNTS) == [TO_COUNTS]
    assert holds(HISTORIES, COUNTS, TO_COUNTS, 6) is None


def test_histories_do_not_simulate_counts_because_one_state_would_have_to_be_two() -> None:
    assert simulations(COUNTS, HISTORIES) == []
    torn = {state: images for state, images in meetings(COUNTS, HISTORIES).items() if len(images) != 1}
    assert torn == {(1, 1): ("HT", "TH")}
    for chosen, inputs in (("HT", ("T", "H")), ("TH", ("H", "T"))):
        phi = {state: images[0] for state, images in meetings(COUNTS, HISTORIES).items()} | {(1, 1): chosen}
        wrong = holds(COUNTS, HISTORIES, phi, 6)
        assert wrong == Counterexample("transitions", (1, 1), inputs, chosen, "".join(inputs))


@pytest.mark.parametrize("flips", [1, 2])
def test_up_to_two_flips_histories_and_counts_are_one_machine(flips: int) -> None:
    there, back = (
        simulations(history_coin(flips), count_coin(flips)),
        simulations(count_coin(flips), history_coin(flips)),
    )
    assert len(there) == len(back) == 1
    assert {image: state for state, image in there[0].items()} == back[0]


def test_a_coin_machine_says_what_bayes_says() -> None:
    for machine in (HISTORIES, COUNTS):
        state, said = machine.initial, []
        for flip in "HHTTHH":
            state, output = machine.step(state, flip)
            said.append(output)
        assert said == [Fraction(3, 4), Fraction(5, 6), HALF, Fraction(1, 4), HALF, HALF]
    assert HISTORIES.trace("HTHT") == ("", "H", "HT", "", "T")
    lopsided = history_coin(2, 2, 1)
    assert lopsided.output["", "H"] == Fraction(3, 4)
    assert lopsided.output["H", "H"] == Fraction(2, 3)


def test_worlds_share_their_counting_and_differ_in_what_they_say() -> None:
    fair = count_coin(3, 10, 10)
    assert simulations(fair, COUNTS) == []
    assert {len(images) for images in meetings(fair, COUNTS).values()} == {1}
    wrong = holds(fair, COUNTS, {state: state for state in fair.states}, 6)
    assert wrong == Counterexample("outputs", (0, 0), ("H",), Fraction(11, 21), Fraction(3, 4))


def test_a_counter_simulates_its_multiples_and_no_others() -> None:
    assert simulations(counter(6, 3), counter(3, 3)) == [{s: s % 3 for s in range(6)}]
    assert simulations(counter(3, 3), counter(6, 3)) == []
    assert simulations(counter(4, 1), counter(6, 1)) == []
    assert meetings(counter(2, 1), counter(3, 1)) == {0: (0, 2, 1), 1: (1, 0, 2)}


@pytest.mark.parametrize("machine", [HISTORIES, COUNTS, counter(5, 2)])
def test_a_machine_simulates_itself_by_the_identity(machine: FiniteMachine) -> None:
    assert simulations(machine, machine) == [{state: state for state in machine.states}]


def test_simulations_compose() -> None:
    twelve, six, three = counter(12, 3), counter(6, 3), counter(3, 3)
    (first,), (second,), (both,) = simulations(twelve, six), simulations(six, three), simulations(twelve, three)
    assert {state: second[first[state]] for state in twelve.states} == both
    assert holds(twelve, three, both, 13) is None


def test_the_search_finds_what_trying_every_map_finds() -> None:
    chance = random.Random(0)
    counted = [0, 0, 0]  # machines with no map, with one, with several
    for _ in range(800):
        source, target = some_machine(chance, chance.randint(1, 4)), some_machine(chance, chance.randint(1, 3))
        found = simulations(source, target)
        # Any pair of states that meet can meet on a trace that visits no pair twice.
        assert same(found, by_definition(source, target, len(source.states) * len(target.states) - 1))
        for phi in found:
            assert holds(source, target, phi, 5) is None
        counted[min(len(found), 2)] += 1
    assert min(counted) >= 10


def test_the_map_of_the_worked_example_is_the_only_one_of_all() -> None:
    assert by_definition(HISTORIES, COUNTS, 3) == [TO_COUNTS]
    assert by_definition(COUNTS, HISTORIES, 3) == []


def test_a_state_out_of_reach_may_go_wherever_outputs_agree() -> None:
    after, says = {("a", "x"): "a", ("lost", "x"): "lost"}, {("a", "x"): 0, ("lost", "x"): 0}
    source = FiniteMachine(("a", "lost"), "a", ("x",), after, says)
    assert same(simulations(source, source), [{"a": "a", "lost": "a"}, {"a": "a", "lost": "lost"}])
    mute = replace(source, output={("a", "x"): 0, ("lost", "x"): 1})
    assert simulations(mute, FiniteMachine(("a",), "a", ("x",), {("a", "x"): "a"}, {("a", "x"): 0})) == []


def test_a_wrong_map_is_refuted_by_the_shortest_trace_or_by_an_output() -> None:
    wrong = holds(HISTORIES, COUNTS, TO_COUNTS | {"TH": (2, 0)}, 2)
    assert wrong == Counterexample("transitions", "TH", ("T", "H"), (2, 0), (1, 1))
    assert holds(HISTORIES, COUNTS, TO_COUNTS | {"TH": (2, 0)}, 1) is None, "too short to notice"
    at_start = holds(HISTORIES, COUNTS, TO_COUNTS | {"": (1, 0)}, 6)
    assert at_start == Counterexample("transitions", "", (), (1, 0), (0, 0))
    lies = replace(COUNTS, output=dict(COUNTS.output) | {((1, 1), "T"): Fraction(1, 3)})
    assert simulations(HISTORIES, lies) == []
    assert holds(HISTORIES, lies, TO_COUNTS, 6) == Counterexample("outputs", "HT", ("T",), HALF, Fraction(1, 3))


def test_a_map_with_a_hole_or_a_foreign_image_is_named() -> None:
    with pytest.raises(ValueError, match="no image for state 'TT'"):
        holds(HISTORIES, COUNTS, {s: i for s, i in TO_COUNTS.items() if s != "TT"}, 2)
    with pytest.raises(ValueError, match=r"from 'H' to \(9, 9\), which is not a state of the target"):
        holds(HISTORIES, COUNTS, TO_COUNTS | {"H": (9, 9)}, 2)


def test_an_input_the_target_does_not_take_is_named() -> None:
    with pytest.raises(ValueError, match="the source takes 'tick', which the target does not"):
        simulations(counter(2, 2), COUNTS)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"states": (0, 1, 1)}, "state 1 is named twice"),
        ({"alphabet": ("tick", "tick")}, "input 'tick' is named twice"),
        ({"initial": 7}, "initial state 7 is not a state"),
        ({"transition": {(0, "tick"): 1}}, r"transition table lacks \(1, 'tick'\)"),
        ({"output": {(0, "tick"): 1}}, r"output table lacks \(1, 'tick'\)"),
        (
            {"output": {(0, "tick"): 1, (1, "tick"): 0, (1, "tock"): 0}},
            r"output table has a foreign entry \(1, 'tock'\)",
        ),
        ({"transition": {(0, "tick"): 1, (1, "tick"): 7}}, r"transition at \(1, 'tick'\) leads to 7, which is not"),
    ],
)
def test_bad_tables_are_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        replace(counter(2, 2), **change)


def test_tables_cannot_be_changed_from_outside() -> None:
    after: dict[Any, Any] = {("a", "x"): "a"}
    machine = FiniteMachine(("a",), "a", ("x",), after, {("a", "x"): 0})
    after["a", "x"] = "b"
    assert machine.step("a", "x") == ("a", 0)
    with pytest.raises(TypeError):
        machine.transition["a", "x"] = "b"  # type: ignore[index]


@pytest.mark.parametrize(
    ("arguments", "said"), [((0, 1, 1), "flips is 0"), ((3, 0, 1), "a is 0"), ((3, 1, -1), "b is -1")]
)
def test_coins_that_cannot_be_are_named(arguments: tuple[int, int, int], said: str) -> None:
    for make in (history_coin, count_coin):
        with pytest.raises(ValueError, match=said):
            make(*arguments)
