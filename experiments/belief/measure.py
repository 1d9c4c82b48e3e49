"""What is measured of a network that predicts a hidden Markov model."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from experiments.belief.claims import CONTROLS, SHUFFLED, TRAINED, UNTRAINED
from lib.machine import unroll
from lib.optimal.forward_algorithm import ForwardAlgorithm
from lib.probes import belief_geometry
from lib.probes.behaviour import step_kl
from lib.random import generator
from lib.tasks.hidden_markov import HiddenMarkovTask
from lib.tasks.prediction import Episodes

Array = np.ndarray
SELDOM = 1e-6


@dataclass(frozen=True)
class Moments:
    """Episodes of a hidden Markov model, with what the forward algorithm made of them.

    Attributes:
        task: the model.
        episodes: none of them in any training.
        beliefs: of the forward algorithm, at each step.
    """

    task: HiddenMarkovTask
    episodes: Episodes
    beliefs: Float[Array, "batch time state"]

    @classmethod
    def drawn(cls, task: HiddenMarkovTask, number: int, steps: int, purpose: str) -> "Moments":
        """So many episodes, from a stream of random numbers of their own."""
        episodes = task.sample(number, steps, generator(f"belief, {purpose}", 0))
        with torch.inference_mode():
            states = unroll(ForwardAlgorithm(task), episodes.inputs.double()).states
        return cls(task, episodes, states.numpy())

    def features(self, agent: Any) -> Float[Array, "batch time feature"]:
        """What the readout of a network sees at each step."""
        with torch.inference_mode():
            seen: Array = agent.features(self.episodes.inputs).double().numpy()
        return seen

    def divergence(self, agent: Any) -> Float[Array, " time"]:
        """KL from the forward algorithm to a network at each step, in nats, mean over episodes."""
        with torch.inference_mode():
            return self.apart(agent(self.episodes.inputs))

    def apart(self, outputs: Float[Tensor, "batch time symbol"]) -> Float[Array, " time"]:
        """The same to anything that says logits."""
        optimal = ForwardAlgorithm(self.task).predicted(torch.from_numpy(self.beliefs))
        found: Array = step_kl(*map(self.task.predictive, (optimal, outputs.double()))).mean(dim=0).numpy()
        return found


def static(task: HiddenMarkovTask) -> HiddenMarkovTask:
    """The same model with a hidden state that stays what it is: to its Bayesian the counts of symbols are sufficient.

    Nearly so: once in a million steps the state is drawn anew, or no distribution would be the only stationary one.
    """
    states = range(task.states)
    return HiddenMarkovTask(
        tuple(tuple((1 - SELDOM) * (i == j) + SELDOM * task.stationary[j] for j in states) for i in states),
        task.emissions,
    )


def read(agent: Any, fitted: Moments, rng: torch.Generator | None = None) -> belief_geometry.Readout:
    """The linear readout of the belief from an agent's features; with a generator, of shuffled beliefs."""
    beliefs = fitted.beliefs if rng is None else belief_geometry.shuffled(fitted.beliefs, rng)
    return belief_geometry.fit(fitted.features(agent), beliefs)


def read_beliefs(trained: Any, untrained: Any, fitted: Moments, held_out: Moments) -> dict[str, Array]:
    """Beliefs at held-out moments, as they are read from a trained network, from the same before training, and from
    the trained one by a readout of shuffled beliefs.
    """
    rng = generator("belief, shuffle", 0)
    readers = {TRAINED: (trained, None), UNTRAINED: (untrained, None), SHUFFLED: (trained, rng)}
    return {
        name: read(readers[name][0], fitted, readers[name][1])(held_out.features(readers[name][0])) for name in CONTROLS
    }
