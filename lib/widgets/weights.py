"""A machine as data for a page: its weights as text. `book/_static/live/machine.js` reads them and steps."""

import base64
from typing import Any

import numpy as np
from torch import nn

from lib.machine import Machine


def must_fit(network: Machine, inputs: int, outputs: int, name: str = "the network") -> None:
    """Refuse a network that is not made for what the page tells it and asks of it.

    Raises:
        ValueError: if it takes another number of inputs, or says another number of outputs.
    """
    sizes = network.input_size, network.output_size
    if sizes != (inputs, outputs):
        raise ValueError(f"{name} takes {sizes[0]} numbers and says {sizes[1]}; here it must be {inputs} and {outputs}")


def packed(values: np.ndarray) -> dict[str, Any]:
    """An array as text: its shape, and its numbers as base64 of little-endian float32."""
    return {
        "shape": list(values.shape),
        "float32": base64.b64encode(values.astype("<f4").tobytes()).decode("ascii"),
    }


def weights(network: nn.Module) -> dict[str, Any]:
    """Every parameter, packed, under torch's own name."""
    return {name: packed(parameter.detach().cpu().numpy()) for name, parameter in network.named_parameters()}


def rounded(values: Any, digits: int = 4) -> Any:
    """An array as nested lists, short enough for a page."""
    return np.round(np.asarray(values, dtype=float), digits).tolist()


def significant(values: Any, digits: int = 3) -> Any:
    """The same for numbers of very different sizes: so many significant digits of each.

    >>> significant([[0.00123456, 12.3456], [0, 1]])
    [[0.00123, 12.3], [0.0, 1.0]]
    """
    array = np.asarray(values, dtype=float)
    short = [float(f"{value:.{digits}g}") for value in array.flat]
    return np.reshape(short, array.shape).tolist()
