"""What is measured of networks that predict: divergence from Bayes along episodes, however the network remembers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import xarray as xr
from jaxtyping import Float
from tqdm import tqdm

from lib.optimal.conjugate import bayes_optimal
from lib.probes import behaviour
from lib.probes.benchmark import PREDICTION
from lib.probes.length_generalisation import over_spans, spans
from lib.random import generator
from lib.runner import profiles
from lib.runner.store import variable
from lib.runner.sweep import Training
from lib.tasks.prediction import PredictionTask
from lib.training.supervised import Supervised, trained

EARLY = 30  # steps of which each is kept; after them, means over spans, as in the run `horizon`
LATEST = 5_000  # where its spans end
AT_A_TIME = 20  # episodes: attention over a thousand steps takes a million numbers for each and each head

Array = np.ndarray


def steps(last: int) -> list[int]:
    """Steps up to one at which a divergence is kept: each up to `EARLY`, then the last of each span."""
    return [end for end in spans(LATEST, EARLY) if end <= last]


def step_kl(network: Any, task: PredictionTask, number: int, length: int, purpose: str) -> Float[Array, " time"]:
    """KL divergence of a network from Bayes at each step, in nats, averaged over so many held-out episodes."""
    episodes = task.sample(number, length, generator(purpose, 0))
    optimal = behaviour.predict(bayes_optimal(task), task, episodes)
    with torch.inference_mode():
        outputs = torch.cat([network(part).double() for part in torch.split(episodes.inputs, AT_A_TIME)])
    found: Array = behaviour.step_kl(optimal, task.predictive(outputs)).mean(dim=0).numpy()
    return found


def along(network: Any, task: PredictionTask, many: int, few: int, last: int) -> Float[Array, " step"]:
    """The same at `steps`: early ones from many episodes, the means over later spans from few."""
    early = step_kl(network, task, many, EARLY, "transformers at the end")
    late = step_kl(network, task, few, last, "transformers, longer")
    return np.array([*early, *over_spans(late, steps(last))[EARLY:]])


@dataclass(frozen=True)
class Sizes:
    """How closely networks are looked at.

    Attributes:
        held_out: episodes behind a number at an early step.
        longer: episodes that are followed beyond step `EARLY`.
        last: step of these.
    """

    held_out: int
    longer: int
    last: int


def sizes(profile: str) -> Sizes:
    """Of a profile.

    Raises:
        ValueError: if there is no such profile.
    """
    return profiles.choose(
        profile, smoke=Sizes(30, 2, 40), laptop=Sizes(5_000, 60, 1_000), paper=Sizes(20_000, 500, 1_000)
    )


def on_all_tasks(trainings: Sequence[Training[Supervised]], sizes: Sizes) -> xr.Dataset:
    """Divergence from Bayes at the end of training, of as many networks of each of the ten tasks: what a run keeps."""
    kl = [
        [
            along(trained(each.spec, each.arrays), row.task, sizes.held_out, sizes.longer, sizes.last)
            for each in trainings
            if each.spec.task == row.task
        ]
        for row in tqdm(PREDICTION, unit="task")
    ]
    return xr.Dataset(
        {
            "kl": variable(
                ("task", "run", "step"),
                kl,
                "nats a step",
                "KL from Bayes to the network; past 30, mean up to this step",
            )
        },
        {"task": [row.name for row in PREDICTION], "run": range(len(kl[0])), "step": steps(sizes.last)},
    )
