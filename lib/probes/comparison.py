"""One comparison of a network with the optimal agent of its task: each simulated by the other.

Source: Mikulik et al. 2020, sections 3.4 and 4.3, figure 4, columns b to e, and appendix D.
"""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from jaxtyping import Float
from threadpoolctl import threadpool_limits
from torch import Tensor

from lib.machine import Machine, unroll
from lib.probes import simulation
from lib.probes.phi import Regression
from lib.probes.simulation import Embedding

DIRECTIONS = ("RNN to Opt", "Opt to RNN")
CONTROLS = ("side by side", "projection alone", "into the whole state")
COMPONENTS = 10  # whose share of the variance is kept

Dissimilarity = Callable[[Float[Tensor, "batch later output"], Float[Tensor, "batch later output"]], tuple[float, ...]]
"""Of the optimal agent's outputs from a network's, to the same inputs; by as many measures as one likes."""


def compare(
    network: Machine,
    optimal: Machine,
    fitted: Float[Tensor, "episode time feature"],
    held_out: Float[Tensor, "batch time feature"],
    maps: Mapping[str, Regression],
    dissimilarity: Dissimilarity,
) -> dict[str, Tensor]:
    """Fit phi in both directions by each kind of map and judge it on held-out episodes.

    Args:
        network: compared with `optimal`, on as many principal components as that has numbers in its state.
        optimal: the optimal agent of the task.
        fitted: what both are fed while phi is fitted.
        held_out: what both are fed while it is judged.
        maps: ways to find phi, by name.
        dissimilarity: of outputs.

    Returns:
        `state` (direction, map), D_s; `output` (direction, map, measure), D_o; `explained`, the share of the variance
        of the network's states along each principal component; and the embeddings by `mlp` as `<direction>/<array>`.

    Raises:
        ValueError: if the states cannot be whitened.
    """
    record: dict[str, Tensor] = {}
    state, output = [], []
    with threadpool_limits(1):
        for direction, (source, target) in zip(DIRECTIONS, ((network, optimal), (optimal, network)), strict=True):
            for kind, regress in maps.items():
                embedding = simulation.simulate(source, target, fitted, optimal.state_size, regress)
                state.append(simulation.state_dissimilarity(embedding, source, target, held_out))
                said = simulation.outputs_before_and_after(embedding, source, target, held_out)
                output.append(dissimilarity(*(said if source is optimal else said[::-1])))
                if kind == "mlp":
                    record |= {f"{direction}/{name}": as_tensor(a) for name, a in embedding.arrays().items()}
    with torch.inference_mode():
        states = simulation.along(unroll(network, fitted))
    explained = simulation.whitening(states, min(COMPONENTS, states.shape[1])).explained
    return record | {
        "state": torch.tensor(state).view(len(DIRECTIONS), len(maps)),
        "output": torch.tensor(output).view(len(DIRECTIONS), len(maps), -1),
        "explained": as_tensor(explained),
    }


def controls(
    network: Machine,
    optimal: Machine,
    fitted: Float[Tensor, "episode time feature"],
    held_out: Float[Tensor, "batch time feature"],
    regress: Regression,
    dissimilarity: Dissimilarity,
) -> Float[Tensor, "control measure"]:
    """D_o without any embedding, both machines side by side; of the network's own states, projected and put back,
    without any phi; and from Opt into the network's whole state instead of its projection: `CONTROLS`.
    """
    n = optimal.state_size
    with torch.inference_mode():
        own, other = (unroll(machine, held_out).outputs[:, 1:] for machine in (network, optimal))
        states = simulation.along(unroll(network, fitted))
    with threadpool_limits(1):
        projected = simulation.whitening(states, n)
        itself = Embedding(projected, ((np.eye(n), np.zeros(n)),), projected)
        into_whole = simulation.simulate(optimal, network, fitted, n, regress, into_whole=True)
        found = (
            dissimilarity(other, own),
            dissimilarity(*simulation.outputs_before_and_after(itself, network, network, held_out)),
            dissimilarity(*simulation.outputs_before_and_after(into_whole, optimal, network, held_out)),
        )
    return torch.tensor(found)


def as_tensor(values: np.ndarray) -> Tensor:
    """An array as a record keeps it: contiguous, in single precision."""
    return torch.from_numpy(np.ascontiguousarray(values)).float()
