"""What is measured of a network that predicts a hidden Markov model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import xarray as xr
from jaxtyping import Float
from torch import Tensor

from experiments.belief import specs as recipes
from experiments.belief.claims import CONTROLS, SHUFFLED, TRAINED, UNTRAINED
from lib.checkpoints import kept
from lib.machine import unroll
from lib.optimal.forward_algorithm import ForwardAlgorithm
from lib.probes import belief_geometry
from lib.probes.behaviour import step_kl
from lib.random import generator
from lib.runner.store import variable
from lib.runner.sweep import Training
from lib.tasks.hidden_markov import HiddenMarkovTask
from lib.tasks.prediction import Episodes
from lib.training.supervised import Supervised, trained, untrained

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
        return step_kl(*map(self.task.predictive, (optimal, outputs.double()))).mean(dim=0).numpy()


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


@dataclass(frozen=True)
class HeldOut:
    """Moments of one chain that no training saw: on which readouts are fitted, judged, and looked at over training."""

    fit: Moments
    judge: Moments
    on_the_way: Moments

    @classmethod
    def drawn(cls, task: HiddenMarkovTask, numbers: tuple[int, int, int], steps: int) -> "HeldOut":
        """So many episodes for each of the three."""
        purposes = ("fit", "held out", "on the way")
        return cls(*(Moments.drawn(task, each, steps, why) for each, why in zip(numbers, purposes, strict=True)))

    def measured(self, spec: Supervised, record: Mapping[str, Any]) -> dict[str, Any]:
        """Everything that is measured of one network, by the names of the result's variables."""
        network, fresh, exact = trained(spec, record), untrained(spec), self.judge.beliefs
        beliefs = read_beliefs(network, fresh, self.fit, self.judge)
        machine = ForwardAlgorithm(self.judge.task)

        def lost(name: str) -> float:
            return belief_geometry.predictive_kl(machine, exact, beliefs[name]).sum(dim=1).mean().item()

        return {
            "kl": self.judge.divergence(network),
            "kl_untrained": self.judge.divergence(fresh).sum(),
            "kl_on_the_way": [self.on_the_way.divergence(trained(spec, record, at)).sum() for at in kept(record)],
            "read_kl": [lost(name) for name in CONTROLS],
            "read_r2": [belief_geometry.explained(exact, beliefs[name]) for name in CONTROLS],
        }

    @property
    def never_learns(self) -> float:
        """Nats an episode to a predictor that says at every step what the stationary distribution says."""
        prior = np.broadcast_to(self.judge.task.stationary, self.judge.beliefs.shape)
        machine = ForwardAlgorithm(self.judge.task)
        return belief_geometry.predictive_kl(machine, self.judge.beliefs, prior).sum(dim=1).mean().item()

    @property
    def counts(self) -> Float[Array, " time"]:
        """Nats at each step to a Bayesian for whom the hidden state never moves, so that counts are all she holds."""
        bayes = ForwardAlgorithm(static(self.judge.task))
        return self.judge.apart(unroll(bayes, self.judge.episodes.inputs.double()).outputs)


def result(
    by_case: Mapping[tuple[str, str], Sequence[Supervised]],
    trainings: Mapping[Supervised, Training[Supervised]],
    numbers: tuple[int, int, int],
) -> xr.Dataset:
    """What is kept of the networks of each chain and agent.

    Args:
        by_case: their specs, by chain and agent.
        trainings: of each spec.
        numbers: held-out episodes for fitting readouts, for judging, and for looking over training.
    """
    chains, agents = (list(dict.fromkeys(case[place] for case in by_case)) for place in (0, 1))
    first = next(iter(by_case.values()))
    held_out = {chain: HeldOut.drawn(recipes.CHAINS[chain], numbers, first[0].steps) for chain in chains}
    measured = {
        spec: held_out[chain].measured(spec, trainings[spec].arrays)
        for (chain, _), specs in by_case.items()
        for spec in specs
    }

    def of_each(found: Any) -> list[Any]:
        return [[[found(spec) for spec in by_case[chain, agent]] for agent in agents] for chain in chains]

    each, nats = ("chain", "agent", "run"), "nats an episode"
    said = {
        "kl": ("step", "nats a step", "KL from the forward algorithm to the network"),
        "kl_untrained": ("", nats, "the same before training, summed over steps"),
        "kl_on_the_way": ("checkpoint", nats, "the same during training, on fewer episodes"),
        "read_kl": ("state", nats, "KL of predictions from the linearly read belief"),
        "read_r2": ("state", "", "share of the belief's variance that the linear readout explains"),
    }
    variables = {
        name: variable((*each, *filter(None, [axis])), of_each(lambda spec, name=name: measured[spec][name]), *words)
        for name, (axis, *words) in said.items()
    }
    rulers = {
        "kl_never_learns": variable(
            ("chain",), [own.never_learns for own in held_out.values()], nats, "KL to a predictor that never learns"
        ),
        "kl_static": variable(
            ("chain", "step"),
            [own.counts for own in held_out.values()],
            "nats a step",
            "KL to a Bayesian of counts alone",
        ),
    }
    keys = variable(each, of_each(lambda spec: trainings[spec].key), "", "key of each network's record")
    places = {"chain": chains, "agent": agents, "run": range(len(first)), "state": list(CONTROLS)}
    checkpoints = kept(trainings[first[0]].arrays)
    moments = {"checkpoint": checkpoints, "step": range(1, first[0].steps + 1)}
    return xr.Dataset({"network": keys, **variables, **rulers}, {**places, **moments})
