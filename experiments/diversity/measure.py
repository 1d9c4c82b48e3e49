"""How far a network that was trained on M fixed tasks is from the two Bayesians, and what it makes of one new line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from experiments.diversity.specs import WHERE, bayesians
from lib.agents.agent import Network, load_agent
from lib.checkpoints import kept, weights_at
from lib.machine import Machine, unroll
from lib.probes import behaviour
from lib.random import generator
from lib.runner.sweep import Training
from lib.tasks.fixed import FixedCoins, FixedFunctions
from lib.tasks.linear import LinearFunction
from lib.tasks.prediction import told_late
from lib.tasks.regression import Problems

AT_A_TIME = 250  # episodes of a Bayesian with thousands of tasks, whose weights are to fit into a cache

Array = np.ndarray


@dataclass(frozen=True)
class Seen:
    """What was measured of one network, on old tasks and on new ones, first axis; against the Bayesian with the
    discrete prior and the one with the continuous, second axis where there is one.

    Attributes:
        distance: of the network at each checkpoint.
        by_step: the same at the end of training, at each step of an episode.
        silent: what the distance would be of a machine that says zero: of lines the mean, of coins even odds.
        apart: of the two Bayesians; of coins the divergence from the continuous one to the discrete one.
        apart_error: standard error over episodes.
    """

    distance: Float[Array, "where bayesian checkpoint"]
    by_step: Float[Array, "where bayesian step"]
    silent: Float[Array, "where bayesian"]
    apart: Float[Array, " where"]
    apart_error: Float[Array, " where"]


def network(training: Training[Any], checkpoint: int) -> Any:
    """As it was after so many updates."""
    spec = training.spec
    weights = weights_at(training.arrays, checkpoint)
    return load_agent(spec.agent, spec.task.input_size, spec.task.output_size, weights)


def seen(training: Training[Any], held_out: int) -> Seen:
    """Measure the network of one training at all of its checkpoints."""
    task, steps = training.spec.task, training.spec.steps
    found = [_where(training, task if where == "old" else task.prior, held_out, steps) for where in WHERE]
    return Seen(*(np.stack(each) for each in zip(*found, strict=True)))


def _where(training: Training[Any], world: Any, held_out: int, steps: int) -> tuple[Array, ...]:
    task = training.spec.task
    episodes = world.sample(held_out, steps, generator("task diversity, held out", training.spec.seed))
    own = [said(machine, episodes.inputs) for machine in bayesians(task).values()]
    along = [said(network(training, each), episodes.inputs) for each in kept(training.arrays)]
    apart = distance(task, own[1], own[0])
    every = apart.sum(dim=1) if isinstance(task, FixedCoins) else apart.mean(dim=1)
    return (
        np.array([[_of_episode(task, distance(task, bayes, each)) for each in along] for bayes in own]),
        np.stack([distance(task, bayes, along[-1]).mean(dim=0).numpy() for bayes in own]),
        np.array([_of_episode(task, distance(task, bayes, torch.zeros_like(bayes))) for bayes in own]),
        np.array(every.mean().item()),
        np.array(every.std().item() / len(every) ** 0.5),
    )


def said(machine: Machine, inputs: Float[Tensor, "batch time feature"]) -> Float[Tensor, "batch time output"]:
    """What a machine says along sequences, in double precision."""
    with torch.inference_mode():
        if isinstance(machine, Network):
            outputs: Tensor = machine(inputs).double()
            return outputs
        parts = torch.split(inputs, AT_A_TIME)
        return torch.cat([unroll(machine, each).outputs for each in parts]).double()


def distance(
    task: FixedCoins | FixedFunctions, bayes: Float[Tensor, "batch time 1"], other: Float[Tensor, "batch time 1"]
) -> Float[Tensor, "batch time"]:
    """Of what another machine says from what a Bayesian says: for coins the KL divergence, for lines the squared
    difference.
    """
    if isinstance(task, FixedCoins):
        return behaviour.step_kl(task.predictive(bayes), task.predictive(other))
    return (bayes - other).square()[..., 0]


def _of_episode(task: FixedCoins | FixedFunctions, steps: Float[Tensor, "batch time"]) -> float:
    """Summed over an episode in nats, or averaged over its points; averaged over episodes."""
    return float(steps.sum(dim=1).mean() if isinstance(task, FixedCoins) else steps.mean())


@dataclass(frozen=True)
class Line:
    """One new linear function, with what was seen of it, and where machines are asked: along its steepest direction.

    Attributes:
        problems: one episode.
        at: places along that direction.
    """

    problems: Problems
    at: Float[Tensor, " place"]

    @property
    def direction(self) -> Float[Tensor, " x"]:
        """Of unit length."""
        w: Tensor = self.problems.functions[0, 0]
        unit: Tensor = w / w.norm()
        return unit

    @property
    def slope(self) -> float:
        """Of the function, along its steepest direction."""
        return float(self.problems.functions[0, 0].norm())

    @property
    def points(self) -> Float[Array, "point 2"]:
        """What was seen: place along the direction, and y."""
        return torch.stack([self.problems.x[0] @ self.direction, self.problems.y[0, :, 0]], dim=1).numpy()

    def asked(self, machine: Machine) -> Float[Array, " place"]:
        """What a machine expects at these places after it has seen all points."""
        x, y = self.problems.x, self.problems.y
        longer_x = torch.cat([x.expand(len(self.at), -1, -1), (self.at[:, None] * self.direction)[:, None]], dim=1)
        longer_y = torch.cat([y, torch.zeros(1, 1, 1)], dim=1).expand(len(self.at), -1, -1)
        return said(machine, torch.cat([longer_x, told_late(longer_y)], dim=-1))[:, -1, 0].numpy()


def line(task: LinearFunction, points: int, number: int = 0) -> Line:
    """A new function of the prior, seen at so many points."""
    problems = task.sample(1, points, generator("task diversity, a line to look at", number))
    return Line(problems, torch.linspace(-2.5, 2.5, 11))


def by_diversity(values: Sequence[Any], diversities: Sequence[int]) -> Array:
    """Measurements of networks in the order of their specs, as (tasks, run, ...)."""
    array = np.array(values)
    return np.moveaxis(array.reshape(-1, len(diversities), *array.shape[1:]), 0, 1)
