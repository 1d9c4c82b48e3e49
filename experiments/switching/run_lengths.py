"""What a network's state tells of the run length, for a reader who may know the time or not.

The run length is at most the time, so its posterior moves with it. A linear map and a softmax that are given the state
alone have to find the time there; given both, they show what the state adds.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from experiments.switching import specs
from experiments.switching.measure import LEAST, HiddenHazardComparison, of_run_lengths
from lib.machine import unroll
from lib.probes import soft_readout
from lib.random import generator
from lib.runner import profiles
from lib.spec import tagged, versioned

GIVEN = ("state", "state and time")  # to the map
WORLDS = tuple(specs.WORLDS.values())
READ_OFF = {"trained": (True, False), "untrained": (False, False), "shuffled": (True, True)}  # trained, shuffled


@tagged("RunLengthReading")
@dataclass(frozen=True)
class RunLengthReading(HiddenHazardComparison):
    """What is read of run lengths off the states of one network, whose weights the result `switching` ships.

    Attributes:
        shuffled: whether the map is fitted to posteriors of other episodes at the same toss, so that states tell
            nothing of them but the time.
    """

    shuffled: bool = False


def readings(profile: str) -> list[RunLengthReading]:
    """All readings: by world, by what is read off, by network.

    Raises:
        ValueError: if there is no such profile.
    """
    runs, episodes = profiles.choose(profile, smoke=(1, 20), laptop=(5, 300), paper=(5, 1_000))
    networks = {world.task: [n for n in specs.networks("laptop") if n.task == world.task] for world in WORLDS}
    return [
        RunLengthReading(network, trained, episodes, episodes, shuffled)
        for world in WORLDS
        for trained, shuffled in READ_OFF.values()
        for network in networks[world.task][:runs]
    ]


@versioned("run-length-reading", 1)
def read_run_lengths(spec: RunLengthReading) -> dict[str, Tensor]:
    """Read the posterior over run lengths off a network's states by a linear map and a softmax, with the time and
    without it, and judge it on held-out episodes.

    Returns:
        `read` (given, step), KL of what is read of the exact posterior, in nats, before each toss, and `prior` (step),
        that of the mean posterior at this step, which takes no network.

    Raises:
        store.Missing: if there is no result `switching`.
        KeyError: if that does not ship the network.
    """
    network, steps = spec.network, spec.predictor.steps
    fitted, held_out = spec.inputs("run lengths, to fit", spec.fitted), spec.inputs("run lengths", spec.held_out)
    exact, other = (of_run_lengths(spec.task, each) for each in (fitted, held_out))
    always = exact.double().mean(dim=0).clamp(min=LEAST).log()
    if spec.shuffled:
        exact = exact[torch.randperm(len(exact), generator=generator("run lengths, shuffled", spec.seed))]
    with torch.inference_mode():
        states, seen = (unroll(network, each).states for each in (fitted, held_out))
    found = []
    for time in (False, True):
        known, asked = (with_time(each) if time else each for each in (states, seen))
        readout = soft_readout.fit(known.flatten(0, 1), exact.flatten(0, 1))
        found.append(soft_readout.divergence(other, readout.log_probabilities(asked)).mean(dim=0))
    prior = soft_readout.divergence(other, always.expand(len(other), steps, -1)).mean(dim=0)
    return {"read": torch.stack(found), "prior": prior}


def with_time(states: Float[Tensor, "batch time state"]) -> Float[Tensor, "batch time feature"]:
    """States, and beside each the step that it belongs to, one-hot."""
    batch, steps, _ = states.shape
    return torch.cat([states, torch.eye(steps).expand(batch, steps, steps)], dim=-1)
