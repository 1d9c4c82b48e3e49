"""A trained network as data for a page: its weights as text. `book/_static/live/machine.js` reads them and steps."""

import base64
from typing import Any

import numpy as np
from torch import nn


def weights(network: nn.Module) -> dict[str, Any]:
    """Every parameter under torch's own name: its shape, and its numbers as base64 of little-endian float32."""
    return {
        name: {
            "shape": list(parameter.shape),
            "float32": base64.b64encode(parameter.detach().cpu().numpy().astype("<f4").tobytes()).decode("ascii"),
        }
        for name, parameter in network.named_parameters()
    }


def rounded(values: Any, digits: int = 4) -> Any:
    """An array as nested lists, short enough for a page."""
    return np.round(np.asarray(values, dtype=float), digits).tolist()
