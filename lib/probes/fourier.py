"""Fourier modes of a function that a machine has found: its answers on a grid, projected on the truth's.

Source: Rabinowitz 2019, section 4.1.2, equation (10), and footnote 1; section 4.2.2 for machines that learn within an
episode.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents.feedforward import FeedforwardNetworks
from lib.machine import Machine
from lib.probes.counterfactual import counterfactual
from lib.tasks.regression import Problems, RegressionTask

POINTS = 40  # of the source's grid


@dataclass(frozen=True)
class Found:
    """Projections of answers on the Fourier modes of the truth, of one machine or several.

    Attributes:
        projections: Re(f_k conj(g_k)) for mode k of the answers f and of the truth g. In units in which a wave of
            amplitude a has a power of a^2.
        powers: |g_k|^2.
        errors: mean square of f - g over the grid.
    """

    projections: Float[Tensor, "*any mode"]
    powers: Float[Tensor, "*any mode"]
    errors: Float[Tensor, "*any"]

    @property
    def q(self) -> Float[Tensor, "*any mode"]:
        """Equation (10): 1 if amplitude and phase are right, 0 if nothing of this wave is there, below 0 if it is
        upside down. NaN for a wave that the function does not have.
        """
        return self.projections / self.powers

    def over_episodes(self) -> "Found":
        """All functions of the first axis together, so that `q` is their mean weighted by power.

        Where all functions have the same amplitudes that is the plain mean, which the source takes. Where amplitudes
        vary the plain mean does not exist: functions with next to nothing of a wave would decide it.
        """
        return Found(self.projections.mean(dim=0), self.powers.mean(dim=0), self.errors.mean(dim=0))


def grid(points: int = POINTS) -> Float[Tensor, "point 1"]:
    """Grid of points at which a machine is asked: one more than `points` places from -1/2 to 1/2, the last dropped,
    centred.

    >>> grid(4).flatten()
    tensor([-0.3750, -0.1250,  0.1250,  0.3750])

    Raises:
        ValueError: if there are fewer than 3 points.
    """
    if points < 3:
        raise ValueError(f"the grid has {points} points; fewer than 3 resolve no wave")
    x = torch.linspace(-0.5, 0.5, points + 1, dtype=torch.float64)[:-1]
    return (x - x.mean()).float()[:, None]


def resolved(modes: int, points: int) -> None:
    """Refuse waves that a grid cannot tell from slower ones.

    Raises:
        ValueError: if there is no mode, or the fastest has not more than two points a wave.
    """
    if not 1 <= modes < points / 2:
        raise ValueError(
            f"{modes} modes on a grid of {points} points; there must be some, and fewer than half as many as points"
        )


def compare(said: Float[Tensor, "*any answer"], truth: Float[Tensor, "*any point"], modes: int) -> Found:
    """Projections of answers on the first modes of the truth on the same grid.

    Raises:
        ValueError: if there are not as many answers as truths, or the grid cannot resolve so many modes.
    """
    points = truth.shape[-1]
    if said.shape != truth.shape:
        raise ValueError(f"answers are {tuple(said.shape)}, truths {tuple(truth.shape)}; they must be as many")
    resolved(modes, points)
    f, g = (torch.fft.rfft(values.double())[..., 1 : modes + 1] * 2 / points for values in (said, truth))
    errors = (said - truth).double().square().mean(dim=-1)
    return Found((f * g.conj()).real, g.abs().square(), errors)


def along_episode(machine: Machine, task: RegressionTask, problems: Problems, modes: int) -> Found:
    """Fourier modes that a machine has found after 0, 1, 2... points of each episode.

    Returns:
        (episode, time, mode).

    Raises:
        ValueError: if the grid cannot resolve so many modes, or the machine takes other inputs.
    """
    resolved(modes, POINTS)
    asked = grid()
    truth = task.at(problems.functions, asked.expand(len(problems.x), -1, -1))[..., 0]
    said = torch.stack([each[..., 0] for each in counterfactual(machine, problems.inputs, asked[None])], dim=1)
    return compare(said, truth[:, None].expand_as(said), modes)


def at_the_end(machine: Machine, task: RegressionTask, problems: Problems, modes: int) -> Found:
    """Fourier modes that a machine has found by the last step of each episode: the last of `along_episode`, without the
    others.

    Returns:
        (episode, mode).

    Raises:
        ValueError: as `along_episode`.
    """
    resolved(modes, POINTS)
    asked = grid()
    truth = task.at(problems.functions, asked.expand(len(problems.x), -1, -1))[..., 0]
    (said,) = counterfactual(machine, problems.inputs, asked[None], since=problems.x.shape[1] - 1)
    return compare(said[..., 0], truth, modes)


def of_learners(
    networks: FeedforwardNetworks,
    functions: Float[Tensor, "learner *function"],
    task: RegressionTask,
    modes: int,
    points: int = POINTS,
) -> Found:
    """Fourier modes that each Learner of a group has found so far.

    Returns:
        (learner, mode).

    Raises:
        ValueError: if the grid cannot resolve so many modes.
    """
    resolved(modes, points)
    asked = grid(points).expand(len(functions), -1, -1)
    with torch.inference_mode():
        return compare(networks(asked)[..., 0], task.at(functions, asked)[..., 0], modes)
