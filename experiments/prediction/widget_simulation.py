"""Simulation, one step at a time: a reader maps a state of one machine into the other's space, feeds both the same
throw and compares.

On the page it is a script (`book/_static/live/steps.js`) that needs no kernel and no network. Where it does not run, it
is a table. Source: Mikulik et al. 2020, sections 2 and 3.4.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import torch
from jaxtyping import Float
from scipy.linalg import orthogonal_procrustes
from torch.distributions import Categorical as CategoricalDistribution

from experiments.prediction.widget import observation, three_sided
from lib.agents.lstm import LSTMAgent
from lib.machine import Machine, unroll
from lib.optimal.conjugate import DirichletCategorical
from lib.probes.behaviour import step_kl
from lib.probes.benchmark import STEPS
from lib.probes.simulation import Embedding, Whitening
from lib.random import generator
from lib.tasks.categorical import CategoricalTask
from lib.widgets import weights
from lib.widgets.page_part import PagePart, live

SHOWN = "1123"  # where no script runs
CLOUD = 300  # states drawn on a map
# On a map, the states in which a machine expects a side lie towards its corner: 1 up, 2 right, 3 left.
CORNERS = np.array([[0, 1], [3**0.5 / 2, -0.5], [-(3**0.5) / 2, -0.5]])


class Direction(NamedTuple):
    """Which machine is to be simulated by which."""

    title: str
    source: str
    target: str
    embedding: Embedding


@dataclass(frozen=True)
class Walk:
    """What a walk along some throws finds, at each throw.

    Attributes:
        embedded: the source's state before the throw, mapped to the nearest possible state of the target.
        reached: where the throw takes the target from there, in whitened coordinates.
        expected: where the source's own new state is mapped to, in the same.
        own: what the source says after the throw, the probability of each side.
        simulated: what the target says after it.
        kl: divergence of the network's of these two from the Bayesian's, in nats.
    """

    embedded: Float[np.ndarray, "throw state"]
    reached: Float[np.ndarray, "throw n"]
    expected: Float[np.ndarray, "throw n"]
    own: Float[np.ndarray, "throw side"]
    simulated: Float[np.ndarray, "throw side"]
    kl: Float[np.ndarray, " throw"]

    @property
    def squared_error(self) -> Float[np.ndarray, " throw"]:
        """Mean over whitened coordinates of the squared distance between where the target went and where it should."""
        return np.square(self.reached - self.expected).mean(axis=1)


@dataclass(frozen=True, eq=False, repr=False)
class StepThrough(PagePart):
    """A network and the Bayesian of its world, and a map of states either way.

    Attributes:
        task: the world of three-sided dice.
        network: the network trained on it.
        there: from the network's states to the Bayesian's: `simulate(network, bayes, ...)`.
        back: from the Bayesian's states to the network's: `simulate(bayes, network, ...)`.
        played: throws that the part begins with, as in "3332".

    Raises:
        ValueError: if the dice do not have three sides, or a throw is none of them, or a map does not lead from the one
            machine to the other.
    """

    task: CategoricalTask
    network: LSTMAgent
    there: Embedding
    back: Embedding
    played: str = ""

    def __post_init__(self) -> None:
        three_sided(self.task)
        observation(self.task, self.played)
        sizes = {name: each.state_size for name, each in self.machines.items()}
        for title, source, target, embedding in self.directions:
            found = embedding.source.mean.size, embedding.target.mean.size
            if found != (sizes[source], sizes[target]):
                raise ValueError(
                    f"{title}: the embedding leads from states of {found[0]} numbers to states of {found[1]}; "
                    f"these machines have {sizes[source]} and {sizes[target]}"
                )

    @property
    def bayes(self) -> DirichletCategorical:
        """The Bayes-optimal predictor for this world."""
        return DirichletCategorical(self.task)

    @property
    def machines(self) -> dict[str, Machine]:
        """Both, by the names that they have on the page."""
        return {"network": self.network, "bayes": self.bayes}

    @property
    def directions(self) -> tuple[Direction, Direction]:
        """The network into the Bayesian, and the other way round."""
        return (
            Direction("network into the Bayesian", "network", "bayes", self.there),
            Direction("Bayesian into the network", "bayes", "network", self.back),
        )

    def walk(self, direction: Direction, throws: str) -> Walk:
        """Map, feed and compare at every throw of a sequence.

        Raises:
            ValueError: if there is anything else in the sequence than numbers of sides, or nothing.
        """
        if not throws:
            raise ValueError("there is nothing to compare before the first throw")
        embedding, target = direction.embedding, self.machines[direction.target]
        inputs = observation(self.task, throws)
        with torch.inference_mode():
            trace = unroll(self.machines[direction.source], inputs)
            states = trace.states[0].double().numpy()
            embedded = target.nearest_state(torch.from_numpy(embedding.states(states[:-1])).to(inputs))
            after, outputs = target.step(embedded, inputs[0, 1:])
            own = self.task.predictive(trace.outputs[:, 1:].double())
            simulated = self.task.predictive(outputs[None].double())
        learned, optimal = (own, simulated) if direction.source == "network" else (simulated, own)
        return Walk(
            embedded.double().numpy(),
            embedding.target.whiten(after.double().numpy()),
            embedding.coordinates(states[1:]),
            own.probs[0].numpy(),
            simulated.probs[0].numpy(),
            step_kl(optimal, learned)[0].numpy(),
        )

    def table(self, throws: str = SHOWN) -> list[list[str]]:
        """Squared error and divergence at each throw, in both directions; the first row and column are headings."""
        walks = {direction.title: self.walk(direction, throws) for direction in self.directions}
        titles = [f"{title}: {what}" for title in walks for what in ("squared error", "KL in nats")]
        columns = [column for walk in walks.values() for column in (walk.squared_error, walk.kl)]
        rows = [[throws[: t + 1], *(f"{column[t]:.3f}" for column in columns)] for t in range(len(throws))]
        return [["after", *titles], *rows]

    def _repr_html_(self) -> str:
        data = {
            "concentrations": list(self.task.concentrations),
            "weights": weights.weights(self.network),
            "played": self.played,
            "directions": [
                {
                    "title": title,
                    "source": source,
                    "target": target,
                    "embedding": _embedding(embedding),
                    "maps": [self._map(source, embedding.source), self._map(target, embedding.target)],
                }
                for title, source, target, embedding in self.directions
            ],
        }
        return live("steps", self.table(), "Does one machine simulate the other? After each throw", data)

    def _map(self, name: str, whitening: Whitening) -> dict[str, Any]:
        """States of a machine in episodes that no map was fitted to, with what it says in them.

        A state is its first two whitened coordinates; they are turned, or mirrored, for the three sides to lie alike on
        all maps.
        """
        inputs = self.task.sample(100, STEPS, generator("step through", 0)).inputs
        with torch.inference_mode():
            trace = unroll(self.machines[name], inputs)
            says: CategoricalDistribution = self.task.predictive(trace.outputs.double())
            probabilities = says.probs.flatten(0, 1).numpy()
            placed = whitening.whiten(trace.states.flatten(0, 1).double().numpy())[:, :2]
        turn, _ = orthogonal_procrustes(placed - placed.mean(axis=0), probabilities @ CORNERS)
        cloud = np.column_stack([placed @ turn, probabilities[:, :2]])
        low, high = np.percentile(cloud[:, :2], [1, 99], axis=0)  # a few far states would make the map a small one
        cloud = cloud[((low <= cloud[:, :2]) & (cloud[:, :2] <= high)).all(axis=1)]
        cloud = cloud[:: -(-len(cloud) // CLOUD)]
        return {"turn": weights.rounded(turn.T, 6), "cloud": weights.rounded(cloud, 3)}


def _embedding(embedding: Embedding) -> dict[str, Any]:
    """What the page needs of a map of states. A layer's weights are turned as torch has them: (out, in)."""

    def whitening(each: Whitening) -> dict[str, Any]:
        return {name: weights.significant(getattr(each, name), 9) for name in ("mean", "axes", "scale")}

    return {
        "source": whitening(embedding.source),
        "layers": [{"weight": weights.packed(w.T), "bias": weights.packed(b)} for w, b in embedding.layers],
        "target": whitening(embedding.target),
    }
