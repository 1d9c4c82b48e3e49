"""Initialisation of weights, from a generator that the caller gives.

torch's own layers draw from a global generator. So layers are made on torch's `meta` device, and filled here.

Two libraries' defaults have names, which specs of LSTMs and of feedforward networks share: "torch" (weights and biases
uniform within one over the square root of the number of inputs) and "sonnet" (version 1 of DeepMind's library: weights
from a normal distribution of standard deviation one over the square root of the number of inputs, cut off at two of
them, and biases of zero; for the gates of an LSTM inputs are those from below and those from its own past together,
biases are drawn like weights, and 1 is added to that of the forget gate).
"""

import torch
from torch import Generator, Tensor, nn

from lib.random import check_generator

BEGINNINGS = ("torch", "sonnet")
CUT = 2.0  # standard deviations at which normal distributions of first weights are cut off


def check_beginning(beginning: str) -> None:
    """Refuse a beginning that has no name here.

    Raises:
        ValueError: if it is not one of `BEGINNINGS`.
    """
    if beginning not in BEGINNINGS:
        raise ValueError(f"beginning is {beginning!r}; it must be one of {', '.join(BEGINNINGS)}")


def uniform_by_fan_in(network: nn.Module, input_size: int, width: int, rng: Generator) -> None:
    """Give memory to parameters made on the `meta` device, and draw them as torch does: uniformly within one over the
    square root of the number of inputs, which is `input_size` for an encoder and `width` for everything else.

    A learned initial state, `start`, begins at zeros.
    """
    check_generator(rng)
    network.to_empty(device="cpu")
    for name, parameter in network.named_parameters():
        if name == "start":
            nn.init.zeros_(parameter)
            continue
        bound = (input_size if name.startswith("encoder") else width) ** -0.5
        nn.init.uniform_(parameter, -bound, bound, generator=rng)


def truncated_normal(weights: Tensor, deviation: float, rng: Generator) -> None:
    """Draw from Normal(0, deviation^2), cut off at two standard deviations."""
    nn.init.trunc_normal_(weights, 0, deviation, -CUT * deviation, CUT * deviation, generator=rng)


def sonnet_lstm(memory: nn.LSTM, rng: Generator) -> None:
    """Draw the gates of an LSTM as Sonnet v1 does. Of torch's two biases the second, which it has not, becomes zero."""
    into, back, bias, other_bias = memory.parameters()
    for drawn in (into, back, bias):
        truncated_normal(drawn, (memory.input_size + memory.hidden_size) ** -0.5, rng)
    nn.init.zeros_(other_bias)
    add_forget_bias(memory, 1.0)


def sonnet_linear(layer: nn.Linear, rng: Generator) -> None:
    """Draw the weights of a linear layer as Sonnet v1 does."""
    truncated_normal(layer.weight, layer.in_features**-0.5, rng)
    nn.init.zeros_(layer.bias)


def scale_inputs(memory: nn.RNNBase, gain: float) -> None:
    """Multiply the weights of the inputs."""
    with torch.no_grad():
        memory.get_parameter("weight_ih_l0").mul_(gain)


def scale_answers(memory: nn.RNNBase, readout: nn.Linear, scale: float) -> None:
    """Let a network that is told its targets, last among its inputs, begin where these are so many times as large: with
    larger answers, and smaller weights for what it is told of them.
    """
    with torch.no_grad():
        memory.get_parameter("weight_ih_l0")[:, -readout.out_features :].div_(scale)
        readout.weight.mul_(scale)
        readout.bias.mul_(scale)


def add_forget_bias(memory: nn.LSTM, added: float) -> None:
    """Add to the bias of an LSTM's forget gate; the more, the longer its cells last (Jozefowicz et al. 2015)."""
    width = memory.hidden_size
    with torch.no_grad():
        memory.get_parameter("bias_ih_l0")[width : 2 * width] += added


def orthogonal_gates(memory: nn.LSTM, rng: Generator) -> None:
    """Draw the recurrent weights of each gate as an orthogonal matrix."""
    for gate in memory.get_parameter("weight_hh_l0").detach().chunk(4):
        nn.init.orthogonal_(gate, generator=rng)


def tile(into: Tensor, bias: Tensor, steepness: float, others: float, rng: Generator) -> None:
    """Let the units of a layer divide the interval from -1/2 to 1/2 of the first input among themselves.

    Every unit sees w (x - u), with w from Normal(0, steepness^2) and u uniform on the interval. Other inputs get
    weights from Normal(0, others^2).
    """
    with torch.no_grad():
        into.normal_(0, others, generator=rng)
        into[:, 0].normal_(0, steepness, generator=rng)
        bias.copy_(-into[:, 0] * (torch.rand(len(bias), generator=rng) - 0.5))


def tile_inputs(memory: nn.LSTM, steepness: float, others: float, rng: Generator) -> None:
    """The same for every gate of every unit of an LSTM."""
    into, _, bias, other_bias = memory.parameters()
    tile(into, bias, steepness, others, rng)
    nn.init.zeros_(other_bias)
