"""Mealy machines: what every agent is.

An agent found by mathematics and an agent found by meta-training are the same kind of thing. Both hold a state that
summarises what they have seen, and both say something at every step:

    state, output = machine.step(state, input)

Source: Mikulik et al. 2020, section 2, equation (1): `y_t = f(x_t, s_{t-1})` and `s_t = g(x_t, s_{t-1})`.
"""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Trace:
    """Trace of a batch of machines: `s_0 x_1 s_1 ... x_T s_T` of Mikulik et al. 2020, section 2.

    `states[:, t]` and `outputs[:, t]` are the state and the output that `inputs[:, t]` led to. The initial state `s_0`
    is the machine's own and is not repeated here.
    """

    inputs: Float[Tensor, "batch time feature"]
    states: Float[Tensor, "batch time state"]
    outputs: Float[Tensor, "batch time output"]


@runtime_checkable
class Machine(Protocol):
    """A Mealy machine over real vectors, stepped for a whole batch of episodes at once.

    The state is one flat vector an episode, whatever the machine keeps in it, so that a probe can project it, compare
    it, or fork it by repeating a row.
    """

    @property
    def input_size(self) -> int: ...

    @property
    def state_size(self) -> int: ...

    @property
    def output_size(self) -> int: ...

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """The state before anything was seen, once for each episode of a batch."""
        ...

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """The state closest to these numbers in which the machine can be; an embedding may miss the mark."""
        ...

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """Take one input; return the next state and the output."""
        ...


@dataclass(frozen=True)
class Delegating:
    """A machine that does as another does: the base of those that change one thing about it."""

    machine: Machine

    @property
    def input_size(self) -> int:
        """The machine's."""
        return self.machine.input_size

    @property
    def state_size(self) -> int:
        """The machine's."""
        return self.machine.state_size

    @property
    def output_size(self) -> int:
        """The machine's."""
        return self.machine.output_size

    def initial_state(self, batch: int) -> Float[Tensor, "batch state"]:
        """The machine's."""
        return self.machine.initial_state(batch)

    def nearest_state(self, state: Float[Tensor, "batch state"]) -> Float[Tensor, "batch state"]:
        """The machine's."""
        return self.machine.nearest_state(state)

    def step(
        self, state: Float[Tensor, "batch state"], x: Float[Tensor, "batch feature"]
    ) -> tuple[Float[Tensor, "batch state"], Float[Tensor, "batch output"]]:
        """The machine's."""
        return self.machine.step(state, x)


def unroll(machine: Machine, inputs: Float[Tensor, "batch time feature"]) -> Trace:
    """Trace of a machine that is fed a whole sequence, from its initial state.

    Raises:
        TypeError: if the inputs are no tensor.
        ValueError: if they have other axes, no steps, or not as many features as the machine takes.
    """
    if not isinstance(inputs, Tensor):
        raise TypeError(f"inputs are of type {type(inputs).__qualname__}; they must be a torch.Tensor")
    if inputs.dim() != 3:
        raise ValueError(f"inputs have shape {tuple(inputs.shape)}; it must be (batch, time, feature)")
    batch, steps, features = inputs.shape
    if steps < 1:
        raise ValueError("inputs have 0 steps; a trace needs at least 1")
    if features != machine.input_size:
        raise ValueError(f"inputs have {features} features; this machine takes {machine.input_size}")
    state = machine.initial_state(batch).to(inputs)
    states, outputs = [], []
    for x in inputs.unbind(dim=1):
        state, output = machine.step(state, x)
        states.append(state)
        outputs.append(output)
    return Trace(inputs, torch.stack(states, dim=1), torch.stack(outputs, dim=1))
