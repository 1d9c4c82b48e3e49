"""The four panels of Mikulik et al. 2020, figure 3: both machines' states, and each machine's inside the other."""

from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Float
from torch import Tensor
from torch.distributions import Bernoulli, Categorical

from lib.machine import Machine
from lib.plotting.structure import Panel
from lib.probes.benchmark import Row
from lib.probes.comparison import DIRECTIONS
from lib.probes.simulation import Embedding
from lib.probes.state_embedding import four_clouds
from lib.runner.store import Result
from lib.tasks.lomax import Lomax
from lib.tasks.prediction import PredictionTask

Colours = Callable[[Float[Tensor, "*batch output"]], Float[np.ndarray, "*batch colour"]]


def embeddings(result: Result, row: Row, trained: bool = True) -> tuple[Embedding, Embedding]:
    """The embeddings between the first network of a task and its optimal agent: RNN to Opt, and Opt to RNN.

    Raises:
        KeyError: if they were not shipped.
    """
    stage = "trained" if trained else "untrained"
    there, back = (Embedding.from_arrays(result.arrays(f"{row.name}/{stage}/{d}")) for d in DIRECTIONS)
    return there, back


def of_prediction(task: PredictionTask) -> Colours:
    """What of a prediction a colour can show: its probabilities, or its middle."""

    def shown(outputs: Tensor) -> np.ndarray:
        predicted = task.predictive(outputs.double())
        if isinstance(predicted, Categorical):
            found: Tensor = predicted.probs
        elif isinstance(predicted, Bernoulli):
            found = predicted.probs[..., None]
        else:
            found = (predicted.median if isinstance(predicted, Lomax) else predicted.mean)[..., None]
        return found.double().numpy()

    return shown


def first_arm(logits: Float[Tensor, "*batch arm"]) -> Float[np.ndarray, "*batch 1"]:
    """What of a policy a colour can show: the probability of the first arm."""
    return logits.double().softmax(-1)[..., :1].numpy()


def four(
    optimal: Machine,
    network: Machine,
    embedded: tuple[Embedding, Embedding],
    inputs: Float[Tensor, "batch time feature"],
    errors: Mapping[str, float],
    colours: Colours,
) -> list[Panel]:
    """Opt; RNN embedded in Opt; Opt embedded in RNN; RNN. Places are the first two whitened components.

    Args:
        optimal: the optimal agent.
        network: the network.
        embedded: the embeddings RNN to Opt and Opt to RNN.
        inputs: what both are fed.
        errors: the D_s to be printed for each direction.
        colours: of what is said on arriving at a state; for an embedded state, by the machine that it was embedded in.
    """
    there, back = (errors[direction] for direction in DIRECTIONS)
    titles = {"Opt": None, "RNN embedded in Opt": there, "Opt embedded in RNN": back, "RNN": None}
    clouds = four_clouds(optimal, network, embedded, inputs)
    return [
        Panel(title, cloud.places, colours(cloud.outputs), error)
        for (title, error), cloud in zip(titles.items(), clouds, strict=True)
    ]
