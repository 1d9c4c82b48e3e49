"""The wiggle bench: a reader makes points; a network, a Bayesian and a Learner say what function they come from.

On the page it is a script (`book/_static/live/wiggles.js`) that needs no kernel and no network. Where it does not run,
it is a table.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from lib.agents.lstm import LSTMAgent
from lib.machine import Machine
from lib.optimal.fourier_posterior import GaussianFourierPosterior
from lib.probes.fourier import Found, along_episode
from lib.random import generator
from lib.tasks.fourier import Fourier
from lib.training.single_task import Learners, networks
from lib.widgets import weights as machine
from lib.widgets.page_part import PagePart, live

SHOWN = (0, 2, 5, 10, 20)  # points, where no script runs
LEARNER_RATE = 2e-3  # of the page's Learner: with the source's, a reader would wait for minutes


@dataclass(frozen=True, repr=False)
class FourierBench(PagePart):
    """A world of wiggles, and who guesses them.

    Attributes:
        network: trained on that world.
        world: where hidden wiggles come from.
        most: points that are taken.
        hidden: units of each of the Learner's hidden layers.
        each: steps of the Learner after every point.
        seed: of hidden wiggles, and of the Learner's first weights.
        played: points of the first wiggle that the bench begins with.

    Raises:
        ValueError: if the network takes or says something else, or amplitudes vary, or a number is below 1, or there
            are to be more points at first than are taken.
    """

    network: LSTMAgent
    world: Fourier
    most: int = 40
    hidden: tuple[int, ...] = (48, 48)
    each: int = 150
    seed: int = 0
    played: int = 0

    def __post_init__(self) -> None:
        machine.must_fit(self.network, 2, 1)
        if self.world.varied or not all(self.world.amplitudes):
            raise ValueError(f"the world is {self.world}; on the page every wave has one amplitude, above 0")
        if self.most < 1 or self.each < 1:
            raise ValueError(f"most is {self.most} and each is {self.each}; both must be at least 1")
        if not 0 <= self.played <= self.most:
            raise ValueError(f"played is {self.played}; it must be from 0 to the {self.most} points that are taken")

    def learner(self) -> tuple[list[Tensor], list[Tensor]]:
        """The weights and biases with which the page's Learner begins, by layer."""
        spec = Learners(self.world, self.seed, 1, self.hidden, True, None, "adam", LEARNER_RATE)
        fresh = networks(spec, generator("live, the Learner", self.seed))
        return [each.detach()[0] for each in fresh.weights], [each.detach()[0, 0] for each in fresh.biases]

    def table(self) -> list[list[str]]:
        """How much of each wave network and Bayesian have found of one wiggle after so many points, ready to print."""
        steps = [each for each in SHOWN if each < self.most]
        problems = self.world.sample(1, self.most, generator("live, a wiggle", self.seed))
        modes = len(self.world.amplitudes)

        def found(who: Machine) -> Found:
            return along_episode(who, self.world, problems, modes)

        by = {"network": found(self.network).q[0], "linear Bayes": found(GaussianFourierPosterior(self.world)).q[0]}
        heads = [f"k = {mode + 1}" for mode in range(modes)]
        rows = [
            [f"{step} points, {who}", *(f"{round(float(v), 2) + 0:.2f}" for v in q[step])]
            for step in steps
            for who, q in by.items()
        ]
        return [["after", *heads], *rows]

    def _repr_html_(self) -> str:
        weights, biases = self.learner()
        data = {
            "network": machine.weights(self.network),
            "learner": {
                "weights": [machine.packed(each.numpy()) for each in weights],
                "biases": [machine.packed(each.numpy()) for each in biases],
                "rate": LEARNER_RATE,
            },
            "world": {"amplitudes": list(self.world.amplitudes), "noise": self.world.noise},
            "most": self.most,
            "each": self.each,
            "seed": self.seed,
            "played": self.played,
        }
        return live("wiggles", self.table(), "How much of each wave of one wiggle is found", data)


def believed(network: LSTMAgent, points: Tensor, x: Tensor) -> Tensor:
    """What a network would say at these places after these points (x and y side by side)."""
    observation = torch.cat([torch.zeros(1), points[:, 1]])
    with torch.inference_mode():
        state = network.initial_state(1)
        for place, y in zip(points[:, 0], observation[:-1], strict=True):
            state, _ = network.step(state, torch.stack([place, y])[None])
        _, said = network.step(state.expand(len(x), -1), torch.stack([x, observation[-1].expand_as(x)], dim=1))
    return said[:, 0]
