"""Length generalisation of predictors: divergence along episodes far longer than memory would hold whole."""

import numpy as np
import torch
from jaxtyping import Float, Real
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


def spans(steps: int, early: int, count: int = 40) -> list[int]:
    """The steps at which spans of an episode end: each of the first ones, then spans that grow by a constant factor.

    >>> spans(100, 3, count=4)
    [1, 2, 3, 10, 31, 100]

    Raises:
        ValueError: if there are no first steps, or more than there are steps.
    """
    if not 1 <= early <= steps:
        raise ValueError(f"early is {early}; it must be at least 1 and at most {steps}, the steps of an episode")
    ends = np.unique(np.geomspace(early, steps, count).round().astype(int))
    return [*range(1, early + 1), *ends[1:].tolist()]


def over_spans(along: Float[np.ndarray, " time"], ends: list[int]) -> Float[np.ndarray, " span"]:
    """The mean over each span of what was measured at each step; spans that end beyond the last step are left out.

    >>> over_spans(np.arange(1.0, 8.0), spans(100, 3, count=6))
    array([1., 2., 3., 5.])
    """
    within = [end for end in ends if end <= len(along)]
    return np.array([along[first:end].mean() for first, end in zip([0, *within[:-1]], within, strict=True)])


def effective_memory(
    kl: Float[np.ndarray, "*batch time"], step: Real[np.ndarray, " time"], parameters: int
) -> Float[np.ndarray, "*batch time"]:
    """How many observations a Bayesian would have to keep, and no more, to be as far from one who keeps all.

    The posterior means from the last n and from all t observations differ by a variance of 1/n - 1/t, in units of that
    of one observation. For d parameters, n and t large, the divergence of the one prediction from the other is
    d/2 (1/n - 1/t) nats.

    Args:
        kl: divergence from Bayes at each step, in nats.
        step: t, counted from 1.
        parameters: d, how many numbers an episode has to be known by.

    Raises:
        ValueError: if there is no parameter.

    >>> effective_memory(np.array([0.0, 0.005]), np.array([100, 100]), 1)
    array([100.,  50.])
    """
    if parameters < 1:
        raise ValueError(f"parameters is {parameters}; it must be at least 1")
    return 1 / (1 / np.asarray(step, dtype=float) + 2 * np.maximum(kl, 0) / parameters)
