"""Length generalisation of predictors: divergence along episodes far longer than memory would hold whole."""

import numpy as np
import torch
from jaxtyping import Float
from tqdm import tqdm

from lib.machine import Machine
from lib.probes.behaviour import step_kl
from lib.tasks.prediction import Episodes, PredictionTask


def step_kl_along(
    optimal: Machine,
    learned: Machine,
    task: PredictionTask,
    episodes: Episodes,
    chunk: int = 50,
    progress: bool = False,
) -> Float[np.ndarray, " time"]:
    """KL divergence of the learned from the optimal prediction at each step, in nats, averaged over episodes.

    Only two states are kept, and the outputs of one chunk of steps; memory does not grow with the length.
    """
    batch = len(episodes.inputs)
    states = [machine.initial_state(batch) for machine in (optimal, learned)]
    kl = []
    with torch.inference_mode():
        for piece in tqdm(torch.split(episodes.inputs, chunk, dim=1), disable=not progress, unit="chunk"):
            outputs: list[list[torch.Tensor]] = [[], []]
            for x in piece.unbind(dim=1):
                for i, machine in enumerate((optimal, learned)):
                    states[i], output = machine.step(states[i], x)
                    outputs[i].append(output.double())
            said = [task.predictive(torch.stack(each, dim=1)) for each in outputs]
            kl.append(step_kl(said[0], said[1]).mean(dim=0))
    return torch.cat(kl).numpy()
