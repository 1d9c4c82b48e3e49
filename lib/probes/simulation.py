"""Simulation of one machine by another: the states of the one embedded into the other, and what follows compared.

Source: Mikulik et al. 2020, sections 2 and 3.4. A map phi takes states of a source machine to states of a target
machine; if it can be done without loss, the target simulates the source. Direction is a matter of argument order:
`simulate(source, target)`. Projection and whitening as in section 4.3; phi by `lib.probes.phi`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import torch
from jaxtyping import Float
from sklearn.decomposition import PCA
from torch import Tensor

from lib.machine import Machine, Trace, unroll
from lib.probes.phi import Array, Layers, Regression, mlp


@dataclass(frozen=True)
class Whitening:
    """Coordinates on the first principal components of a cloud of states, each scaled to unit variance.

    Attributes:
        mean: the middle of the cloud.
        axes: the components, each of unit length.
        scale: standard deviation of the cloud along each.
        explained: share of the cloud's variance along each.
    """

    mean: Float[Array, " state"]
    axes: Float[Array, "n state"]
    scale: Float[Array, " n"]
    explained: Float[Array, " n"]

    def whiten(self, states: Float[Array, "*batch state"]) -> Float[Array, "*batch n"]:
        """From states to coordinates."""
        return (states - self.mean) @ self.axes.T / self.scale

    def restore(self, coordinates: Float[Array, "*batch n"]) -> Float[Array, "*batch state"]:
        """From coordinates to states. What the projection dropped cannot come back: off the components, a restored
        state lies at the mean.
        """
        return self.mean + (coordinates * self.scale) @ self.axes


def whitening(states: Float[Array, "sample state"], n: int) -> Whitening:
    """The projection of a cloud of states on its first n principal components.

    Raises:
        ValueError: if there are not more states than dimensions, or fewer than n dimensions, or the states do not vary
            along n of them.
    """
    samples, size = states.shape
    if not 1 <= n <= size:
        raise ValueError(
            f"asked for {n} principal components of states with {size} dimensions; at least 1, and at most as many"
        )
    if samples <= size:
        raise ValueError(
            f"{samples} states of {size} dimensions cannot be whitened; more states than dimensions are needed"
        )
    pca = PCA(n, svd_solver="full").fit(states)
    scale = np.sqrt(pca.explained_variance_)
    if scale[-1] <= 1e-9 * max(scale[0], 1e-300):
        raise ValueError(f"the states vary along fewer than {n} directions and cannot be whitened there")
    return Whitening(pca.mean_, pca.components_, scale, pca.explained_variance_ratio_)


def whole(states: Float[Array, "sample state"]) -> Whitening:
    """Coordinates without projection or whitening: every direction of the cloud kept, all on one scale."""
    size = states.shape[1]
    middle = states.mean(axis=0)
    variance = float(np.square(states - middle).mean())
    return Whitening(middle, np.eye(size), np.full(size, variance**0.5), np.full(size, 1 / size))


@dataclass(frozen=True)
class Embedding:
    """A map phi from the states of a source machine to those of a target machine."""

    source: Whitening
    layers: Layers
    target: Whitening

    def coordinates(self, states: Float[Array, "*batch state"]) -> Float[Array, "*batch n"]:
        """phi itself: from source states to whitened coordinates in the target's space."""
        x = self.source.whiten(states)
        for depth, (weight, bias) in enumerate(self.layers, start=1):
            x = x @ weight + bias
            if depth < len(self.layers):
                x = np.maximum(x, 0)
        return x

    def states(self, states: Float[Array, "*batch state"]) -> Float[Array, "*batch other"]:
        """From source states to states of the target."""
        return self.target.restore(self.coordinates(states))

    def arrays(self) -> dict[str, Array]:
        """Everything in it by name, to be kept."""
        whitenings = {
            f"{side}/{field.name}": getattr(getattr(self, side), field.name)
            for side in ("source", "target")
            for field in fields(Whitening)
        }
        layers = {
            f"layer{i}/{name}": a for i, pair in enumerate(self.layers) for name, a in zip("wb", pair, strict=True)
        }
        return whitenings | layers

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> "Embedding":
        """The embedding that was kept."""
        source, target = (
            Whitening(*(np.asarray(arrays[f"{side}/{field.name}"]) for field in fields(Whitening)))
            for side in ("source", "target")
        )
        depth = sum(name.endswith("/w") for name in arrays)
        layers = tuple((np.asarray(arrays[f"layer{i}/w"]), np.asarray(arrays[f"layer{i}/b"])) for i in range(depth))
        return cls(source, layers, target)


def along(trace: Trace) -> Float[Array, "sample state"]:
    """The states along a batch of traces that an input still follows, one after another, in double precision."""
    return trace.states[:, :-1].flatten(0, 1).double().numpy()


def simulate(
    source: Machine,
    target: Machine,
    inputs: Float[Tensor, "batch time feature"],
    n: int,
    regress: Regression = mlp,
    into_whole: bool = False,
) -> Embedding:
    """Embedding of `source` into `target`: a map phi between their states, fitted on traces that the same inputs
    induce.

    Args:
        source: the machine to be simulated.
        target: the machine that is to simulate it.
        inputs: what both are fed.
        n: principal components kept on either side; the source paper takes the dimension of the sufficient statistics.
        regress: how phi is found.
        into_whole: embed into the target's whole state instead of its projection.

    Raises:
        ValueError: if the states cannot be whitened.
    """
    with torch.inference_mode():
        one, other = along(unroll(source, inputs)), along(unroll(target, inputs))
    before, after = whitening(one, n), whole(other) if into_whole else whitening(other, n)
    return Embedding(before, regress(before.whiten(one), after.whiten(other)), after)


def state_dissimilarity(
    embedding: Embedding, source: Machine, target: Machine, inputs: Float[Tensor, "batch time feature"]
) -> float:
    """D_s: the mean squared error of phi in the target's whitened coordinates, where a constant map has an error of 1.

    Mikulik et al. 2020, section 3.4.
    """
    with torch.inference_mode():
        one, other = along(unroll(source, inputs)), along(unroll(target, inputs))
    return float(np.square(embedding.coordinates(one) - embedding.target.whiten(other)).mean())


def says_from(
    machine: Machine, states: Float[Tensor, "batch time state"], inputs: Float[Tensor, "batch time feature"]
) -> Float[Tensor, "batch time output"]:
    """Outputs of a machine that is put into given states and takes one input from each.

    States that the machine cannot be in are moved to the nearest in which it can.
    """
    batch, steps, _ = states.shape
    with torch.inference_mode():
        possible = machine.nearest_state(states.flatten(0, 1))
        _, outputs = machine.step(possible, inputs.flatten(0, 1))
    return outputs.view(batch, steps, -1)


def outputs_before_and_after(
    embedding: Embedding, source: Machine, target: Machine, inputs: Float[Tensor, "batch time feature"]
) -> tuple[Float[Tensor, "batch later output"], Float[Tensor, "batch later output"]]:
    """Outputs of the source from its own states, and of the target from those states embedded, to the same inputs.

    The dissimilarity of the two is D_o of Mikulik et al. 2020, section 3.4. A trace of T inputs gives T - 1 outputs:
    the first is said from the initial state, before any state was reached.
    """
    with torch.inference_mode():
        trace = unroll(source, inputs)
    own = trace.states[:, :-1]
    embedded = torch.from_numpy(embedding.states(own.double().numpy())).to(own)
    return trace.outputs[:, 1:], says_from(target, embedded, inputs[:, 1:])
