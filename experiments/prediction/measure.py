"""Two machines of one world, compared by simulation: a measurement that takes long enough to be swept.

Source: Mikulik et al. 2020, section 4.3 and figure 4, columns b to e.
"""

from dataclasses import dataclass

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.checkpoints import weights_at
from lib.machine import Machine, unroll
from lib.optimal.conjugate import bayes_optimal
from lib.probes import simulation
from lib.probes.behaviour import dissimilarity
from lib.probes.order_sensitivity import order_kept
from lib.probes.simulation import Embedding
from lib.random import generator
from lib.runner import store
from lib.runner.sweep import RECORDS
from lib.spec import key_of, tagged, versioned
from lib.training.supervised import Supervised, untrained

DIRECTIONS = ("RNN to Opt", "Opt to RNN")
MAPS = ("mlp", "linear", "constant")
COMPONENTS = 10  # whose share of the variance is kept


@tagged("Comparison")
@dataclass(frozen=True)
class Comparison:
    """How one predictor, trained or not, and the Bayesian of its world simulate each other.

    Attributes:
        predictor: the training whose network is compared; its record must be there if `trained`.
        trained: whether the network at the end of it or at its beginning.
        fitted: episodes that phi is fitted on.
        held_out: other episodes, on which it is judged.
    """

    predictor: Supervised
    trained: bool
    fitted: int = 1_000
    held_out: int = 500

    @property
    def seed(self) -> int:
        """That of the network."""
        return self.predictor.seed

    @property
    def episodes(self) -> int:
        """Comparing trains no network."""
        return 0


def network(comparison: Comparison) -> LSTMAgent:
    """The network that is compared.

    Raises:
        store.Missing: if it has not been trained.
    """
    spec = comparison.predictor
    if comparison.trained:
        record, _ = store.read(RECORDS, key_of(spec))
        return LSTMAgent.from_weights(weights_at(record, spec.updates))
    fresh = untrained(spec)
    assert isinstance(fresh, LSTMAgent), "a network without memory has no states to compare"
    return fresh


@versioned("comparison", 1)
def compare(comparison: Comparison) -> dict[str, Tensor]:
    """Fit phi in both directions by each kind of map and judge it on held-out episodes.

    Returns:
        `state` and `output`, D_s and D_o (direction, map); if trained, `projection`, the D_o of the network's own
        states, projected and put back, without any phi, and `whole_output`, the D_o from Opt into the network's whole
        state; `explained`, the share of the variance of the network's states along each principal component;
        `order_kept` (`lib.probes.order_sensitivity`); and the two embeddings by MLPs as `<direction>/<array>`.

    Raises:
        store.Missing: if the network has not been trained.
    """
    task = comparison.predictor.task
    steps = comparison.predictor.steps
    recurrent, bayes = network(comparison), bayes_optimal(task)
    fitted = task.sample(comparison.fitted, steps, generator("comparison, to fit", comparison.seed)).inputs
    held_out = task.sample(comparison.held_out, steps, generator("comparison, held out", 0)).inputs
    n = bayes.state_size

    def output_dissimilarity(embedding: Embedding, source: Machine, target: Machine) -> float:
        said = simulation.outputs_before_and_after(embedding, source, target, held_out)
        one, other = (task.predictive(outputs.double()) for outputs in said)
        return (
            dissimilarity(one, other) if target is recurrent else dissimilarity(other, one)
        )  # Opt first: equation (2)

    record: dict[str, Tensor] = {}
    state, output = torch.zeros(2, len(MAPS)), torch.zeros(2, len(MAPS))
    with threadpool_limits(1):
        for i, (source, target) in enumerate([(recurrent, bayes), (bayes, recurrent)]):
            for j, kind in enumerate(MAPS):
                embedding = simulation.simulate(source, target, fitted, n, getattr(simulation, kind))
                state[i, j] = simulation.state_dissimilarity(embedding, source, target, held_out)
                output[i, j] = output_dissimilarity(embedding, source, target)
                if kind == "mlp":
                    record |= {f"{DIRECTIONS[i]}/{name}": _tensor(a) for name, a in embedding.arrays().items()}
        if comparison.trained:
            into_whole = simulation.simulate(bayes, recurrent, fitted, n, into_whole=True)
            record["whole_output"] = torch.tensor(output_dissimilarity(into_whole, bayes, recurrent))
            projected = embedding.target  # of the network's states: the last direction leads into them
            itself = Embedding(projected, ((np.eye(n), np.zeros(n)),), projected)
            record["projection"] = torch.tensor(output_dissimilarity(itself, recurrent, recurrent))
    with torch.inference_mode():
        states = simulation.along(unroll(recurrent, fitted))
    seen = task.sample(comparison.held_out, steps // 2, generator("comparison, held out", 1)).observations
    order = generator("comparison, orders", 0)
    return record | {
        "state": state,
        "output": output,
        "explained": _tensor(simulation.whitening(states, min(COMPONENTS, states.shape[1])).explained),
        "order_kept": torch.tensor(order_kept(recurrent, task, seen, order)),
    }


def _tensor(values: np.ndarray) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values)).float()
