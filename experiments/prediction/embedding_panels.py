"""The four panels of Mikulik et al. 2020, figure 3: both machines' states, and each machine's inside the other."""

from collections.abc import Mapping

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli, Categorical, Distribution

from experiments.prediction.measure import DIRECTIONS
from lib.machine import Machine, unroll
from lib.plotting.structure import Panel
from lib.probes import simulation
from lib.probes.simulation import Embedding
from lib.runner.store import Result
from lib.tasks.benchmark import Row
from lib.tasks.lomax import Lomax
from lib.tasks.prediction import PredictionTask


def embeddings(result: Result, row: Row, trained: bool = True) -> tuple[Embedding, Embedding]:
    """The embeddings between the first network of a task and its Bayesian: RNN to Opt, and Opt to RNN.

    Raises:
        KeyError: if they were not shipped.
    """
    stage = "trained" if trained else "untrained"
    there, back = (Embedding.from_arrays(result.arrays(f"{row.name}/{stage}/{d}")) for d in DIRECTIONS)
    return there, back


def in_colours(predicted: Distribution) -> Float[np.ndarray, "*batch output"]:
    """What of a prediction a colour can show: its probabilities, or its middle."""
    if isinstance(predicted, Categorical):
        shown: Tensor = predicted.probs
    elif isinstance(predicted, Bernoulli):
        shown = predicted.probs[..., None]
    elif isinstance(predicted, Lomax):
        shown = predicted.median[..., None]
    else:
        shown = predicted.mean[..., None]
    return shown.double().numpy()


def four(
    task: PredictionTask,
    bayes: Machine,
    recurrent: Machine,
    embedded: tuple[Embedding, Embedding],
    inputs: Float[Tensor, "batch time feature"],
    errors: Mapping[str, float],
) -> list[Panel]:
    """Opt; RNN embedded in Opt; Opt embedded in RNN; RNN. Places are the first two whitened components.

    Colours are what is said on arriving at a state; for an embedded state, by the machine that it was embedded in.
    `errors` gives the D_s to be printed for each direction.
    """
    there, back = embedded
    own = []
    for machine, frame in ((bayes, there.target), (recurrent, back.target)):
        with torch.inference_mode():
            trace = unroll(machine, inputs)
        places = frame.whiten(trace.states[:, 1:].double().numpy())
        own.append((places, in_colours(task.predictive(trace.outputs[:, 1:].double())), trace.states[:, 1:]))
    moved = []
    for embedding, source, target, states in (
        (there, recurrent, bayes, own[1][2]),
        (back, bayes, recurrent, own[0][2]),
    ):
        _, outputs = simulation.outputs_before_and_after(embedding, source, target, inputs)
        moved.append((embedding.coordinates(states.double().numpy()), in_colours(task.predictive(outputs.double()))))
    titles = ("Opt", "RNN embedded in Opt", "Opt embedded in RNN", "RNN")
    panels = (
        (*own[0][:2], None),
        (*moved[0], errors[DIRECTIONS[0]]),
        (*moved[1], errors[DIRECTIONS[1]]),
        (*own[1][:2], None),
    )
    return [
        Panel(title, places[..., :2], says, error) for title, (places, says, error) in zip(titles, panels, strict=True)
    ]
