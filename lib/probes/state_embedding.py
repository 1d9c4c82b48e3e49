"""State embeddings of two machines: where the states of each lie, and where they lie in the other.

Source: Mikulik et al. 2020, figure 3.
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine, unroll
from lib.probes import simulation
from lib.probes.simulation import Embedding


@dataclass(frozen=True)
class Cloud:
    """Cloud of states along some episodes.

    Attributes:
        places: of the states, on their first two whitened components.
        outputs: what is said on arriving at each; where a state was embedded, by the machine that it was embedded in.
    """

    places: Float[np.ndarray, "episode time 2"]
    outputs: Float[Tensor, "episode time output"]


def four_clouds(
    bayes: Machine,
    recurrent: Machine,
    embedded: tuple[Embedding, Embedding],
    inputs: Float[Tensor, "batch time feature"],
) -> tuple[Cloud, Cloud, Cloud, Cloud]:
    """Opt; RNN embedded in Opt; Opt embedded in RNN; RNN. The state after the first input is left out: no embedded
    state comes before it.

    Args:
        bayes: the optimal machine.
        recurrent: the network.
        embedded: the embeddings RNN to Opt and Opt to RNN.
        inputs: what both are fed.
    """
    there, back = embedded
    return (
        _own(bayes, there, inputs),
        _moved(there, recurrent, bayes, inputs),
        _moved(back, bayes, recurrent, inputs),
        _own(recurrent, back, inputs),
    )


def _own(machine: Machine, into: Embedding, inputs: Float[Tensor, "batch time feature"]) -> Cloud:
    """A machine's states, in the coordinates in which another's are embedded in it."""
    with torch.inference_mode():
        trace = unroll(machine, inputs)
    return Cloud(into.target.whiten(trace.states[:, 1:].double().numpy())[..., :2], trace.outputs[:, 1:])


def _moved(
    embedding: Embedding, source: Machine, target: Machine, inputs: Float[Tensor, "batch time feature"]
) -> Cloud:
    """A machine's states embedded in another's."""
    with torch.inference_mode():
        states = unroll(source, inputs).states[:, 1:].double().numpy()
    _, outputs = simulation.outputs_before_and_after(embedding, source, target, inputs)
    return Cloud(embedding.coordinates(states)[..., :2], outputs)
