"""Agents: Mealy machines found by meta-training, and the specs that name them."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine


@runtime_checkable
class Agent(Machine, Protocol):
    """A machine with weights. A trainer asks it for features and outputs, and never looks at what is inside."""

    @property
    def width(self) -> int:
        """Numbers in a feature vector."""
        ...

    def features(self, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time width"]:
        """What the network has made of its inputs at each step: the last hidden layer with memory."""
        ...

    def outputs(self, features: Float[Tensor, "batch time width"]) -> Float[Tensor, "batch time output"]:
        """What is read out of features."""
        ...

    def named_parameters(self) -> Iterator[tuple[str, Any]]:
        """The weights, by name."""
        ...

    def parameters(self) -> Iterator[Any]:
        """The weights."""
        ...

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> Any:
        """Take over weights."""
        ...

    def to(self, device: str) -> Any:
        """The same agent on another device."""
        ...

    def __call__(self, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time output"]:
        """The outputs along a sequence."""
        ...


@runtime_checkable
class AgentSpec(Protocol):
    """An architecture with its sizes and its initialisation; a tagged frozen dataclass."""

    @property
    def width(self) -> int:
        """Numbers in a feature vector."""
        ...

    def build(self, input_size: int, output_size: int, generator: torch.Generator) -> Any:
        """An untrained agent."""
        ...


def load_agent(spec: AgentSpec, input_size: int, output_size: int, weights: Mapping[str, Tensor]) -> Any:
    """The agent that a spec names, with weights that were kept.

    Raises:
        ValueError: if the weights are not those of such an agent.
    """
    agent = spec.build(input_size, output_size, torch.Generator())
    try:
        agent.load_state_dict(dict(weights))
    except RuntimeError as error:
        raise ValueError(f"these are not the weights of {spec}: {error}") from error
    return agent


def check_sizes(input_size: int, output_size: int, width: int) -> None:
    """Refuse networks of no size.

    Raises:
        ValueError: if a size is less than 1.
    """
    if min(input_size, output_size, width) < 1:
        raise ValueError(f"sizes are input {input_size}, output {output_size}, width {width}; each must be at least 1")
