"""A network of coins that are swapped, compared with their exact filter: simulation, and what is read off its states.

Source: Mikulik et al. 2020, section 3.4 (simulation).
"""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from threadpoolctl import threadpool_limits
from torch import Tensor

from experiments.networks import after_training, before_training
from experiments.prediction.measure import MAPS, Comparison
from experiments.switching import specs
from lib.agents.lstm import LSTMAgent
from lib.machine import Machine, unroll
from lib.optimal.run_length_filter import RunLengthFilter
from lib.probes import simulation, soft_readout
from lib.probes.behaviour import step_kl
from lib.probes.comparison import DIRECTIONS
from lib.random import generator
from lib.runner import store
from lib.spec import tagged, versioned
from lib.tasks.change_point_coin import ChangePointCoinTask

VARIANCE = 0.99  # of the filter's states, which so many principal components explain
LEAST = 1e-6  # probability of anything, in what is said without a look at the network


@tagged("SwitchingComparison")
@dataclass(frozen=True)
class SwitchingComparison(Comparison):
    """How one network, trained or not, and the exact filter of its world are compared.

    No two networks share episodes.
    """

    fitted: int = 500

    @property
    def task(self) -> ChangePointCoinTask:
        """The world."""
        assert isinstance(self.predictor.task, ChangePointCoinTask), "these networks know no other"
        return self.predictor.task

    @property
    def network(self) -> LSTMAgent:
        """What is compared."""
        return (after_training if self.trained else before_training)(self.predictor)

    def inputs(self, purpose: str, size: int) -> Float[Tensor, "episode time 2"]:
        """Of episodes of the network's own."""
        rng = generator(f"switching comparison, {purpose}", self.seed)
        return self.task.sample(size, self.predictor.steps, rng).inputs


@tagged("HiddenHazardComparison")
@dataclass(frozen=True)
class HiddenHazardComparison(SwitchingComparison):
    """The same for a network whose weights the result `switching` ships, in the world that hides its hazard: there the
    filter's state is its posterior over hazard and bias.
    """

    @property
    def network(self) -> LSTMAgent:
        """What is compared.

        Raises:
            store.Missing: if there is no result `switching`.
            KeyError: if that does not ship the network.
        """
        if not self.trained:
            return before_training(self.predictor)
        return LSTMAgent.from_weights(store.load("switching").weights_of(self.predictor, self.predictor.updates))

    @property
    def episodes(self) -> int:
        """How many a map is fitted to."""
        return self.fitted


@tagged("SwitchingReading")
@dataclass(frozen=True)
class SwitchingReading(SwitchingComparison):
    """The same, for what is read off the states of a network."""


def components(states: Float[np.ndarray, "sample state"]) -> int:
    """How many principal components explain `VARIANCE` of a cloud of states."""
    spectrum = np.linalg.eigvalsh(np.cov(states.T))[::-1]
    return int(np.searchsorted(spectrum.cumsum() / spectrum.sum(), VARIANCE)) + 1


@versioned("switching-comparison", 1)
def compare(spec: SwitchingComparison) -> dict[str, Tensor]:
    """Fit phi in both directions by each kind of map, and judge it on held-out episodes.

    Returns:
        `n`, the principal components kept on either side; `state`, D_s (direction, map); `output`, D_o (direction, map,
        episode), KL of outputs before and after the embedding, Opt first, summed over an episode; `recovered` (map),
        KL from the filter's own outputs to those from the network's states, embedded, in nats an episode.

    Raises:
        store.Missing: if the network has not been trained.
    """
    task, network = spec.task, spec.network
    optimal = specs.exact(task, spec.predictor.steps)
    fitted, held_out = spec.inputs("to fit", spec.fitted), spec.inputs("held out", spec.held_out)
    with torch.inference_mode():
        n = components(simulation.along(unroll(optimal, fitted)))
        own = unroll(optimal, held_out).outputs[:, 1:]
    state = torch.zeros(len(DIRECTIONS), len(MAPS))
    output = torch.zeros(len(DIRECTIONS), len(MAPS), spec.held_out)
    recovered = torch.zeros(len(MAPS))

    def divergence(one: Tensor, other: Tensor) -> Tensor:
        return step_kl(*(task.predictive(each.double()) for each in (one, other))).sum(dim=1)

    with threadpool_limits(1):
        pairs: list[tuple[Machine, Machine]] = [(network, optimal), (optimal, network)]
        for i, (source, target) in enumerate(pairs):
            for j, regress in enumerate(MAPS.values()):
                embedding = simulation.simulate(source, target, fitted, n, regress)
                state[i, j] = simulation.state_dissimilarity(embedding, source, target, held_out)
                before, after = simulation.outputs_before_and_after(embedding, source, target, held_out)
                output[i, j] = divergence(before, after) if source is optimal else divergence(after, before)
                if source is network:
                    recovered[j] = divergence(own, after).mean()
    return {"n": torch.tensor(n), "state": state, "output": output, "recovered": recovered}


@versioned("switching-reading", 1)
def read(spec: SwitchingReading) -> dict[str, Tensor]:
    """Read posteriors off the network's states by a linear map and a softmax, and judge it on held-out episodes.

    Returns:
        `read` (step), KL of what is read of the exact posterior, in nats, before each toss, and `prior` (step), that of
        the mean posterior at this step: over hazards if the world has several, else over run lengths.

    Raises:
        store.Missing: if the network has not been trained.
    """
    network = spec.network
    fitted, held_out = spec.inputs("to fit", spec.fitted), spec.inputs("held out", spec.held_out)
    exact, other = posterior(spec.task, fitted), posterior(spec.task, held_out)
    with torch.inference_mode():
        states, seen = (unroll(network, each).states for each in (fitted, held_out))
    readout = soft_readout.fit(states.flatten(0, 1), exact.flatten(0, 1))
    always = exact.double().mean(dim=0).clamp(min=LEAST).log()
    return {
        "read": soft_readout.divergence(other, readout.log_probabilities(seen)).mean(dim=0),
        "prior": soft_readout.divergence(other, always.expand(other.shape)).mean(dim=0),
    }


def posterior(task: ChangePointCoinTask, inputs: Float[Tensor, "batch time 2"]) -> Float[Tensor, "batch time value"]:
    """What the exact filter knows after each input: of hazards if there are several, else of run lengths."""
    if len(task.hazards) > 1:
        mixture = specs.exact(task, inputs.shape[1])
        with torch.inference_mode():
            return mixture.hazards(unroll(mixture, inputs).states)
    return of_run_lengths(task, inputs)


def of_run_lengths(task: ChangePointCoinTask, inputs: Float[Tensor, "batch time 2"]) -> Float[Tensor, "batch time run"]:
    """The same of run lengths, whatever the hazards; from the exact filter of the world."""
    filtering = RunLengthFilter(task, inputs.shape[1])
    with torch.inference_mode():
        return filtering.run_lengths(unroll(filtering, inputs).states)
