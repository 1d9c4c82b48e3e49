"""Agents: Mealy machines found by meta-training, and the specs that name them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor, nn

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

    def stepwise(self) -> Machine:
        """A machine that says the same, and is the cheapest to step."""
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

    def build(self, input_size: int, output_size: int, rng: torch.Generator) -> Any:
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


class Network(nn.Module):
    """The frame of all agents here: sizes, and a linear readout of features.

    A subclass gives `readout`, `features`, and the state and step of a machine.

    Raises:
        ValueError: if a size is less than 1.
    """

    readout: nn.Linear

    def __init__(self, input_size: int, output_size: int, width: int) -> None:
        if min(input_size, output_size, width) < 1:
            raise ValueError(
                f"sizes are input {input_size}, output {output_size}, width {width}; each must be at least 1"
            )
        super().__init__()
        self.input_size, self.output_size, self.width = input_size, output_size, width

    def features(self, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time width"]:
        """What the readout sees at each step."""
        raise NotImplementedError

    def outputs(self, features: Float[Tensor, "*batch width"]) -> Float[Tensor, "*batch output"]:
        """What the readout makes of features."""
        return self.readout(features)

    def stepwise(self) -> Any:
        """Itself; a subclass that works out its past anew at every step knows better."""
        return self

    def forward(self, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time output"]:
        """The outputs along a sequence: what `unroll` gives, faster, without the states."""
        return self.outputs(self.features(inputs))


@dataclass(frozen=True)
class OfWidth:
    """The spec of an agent that its width alone determines, with torch's own initialisation.

    Raises:
        ValueError: if the width is less than 1.
    """

    width: int = 32

    network: ClassVar[Any]  # made of the numbers of inputs and outputs, the width, and a generator

    def __post_init__(self) -> None:
        check_positive(self, "width")

    def build(self, input_size: int, output_size: int, rng: torch.Generator) -> Any:
        """A fresh network."""
        return type(self).network(input_size, output_size, self.width, rng)


def check_positive(spec: AgentSpec, *names: str) -> None:
    """Refuse agents without units, layers and the like.

    Raises:
        ValueError: if one of these fields is less than 1.
    """
    for name in names:
        if getattr(spec, name) < 1:
            raise ValueError(f"{name} is {getattr(spec, name)}; it must be at least 1")
