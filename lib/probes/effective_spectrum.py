"""Effective matrix of a machine and its spectrum: the linear function it would compute now, and how far each mode is.

Source: Rabinowitz 2019, equations (1) to (3), section 3.2.3 and equation (5).
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from lib.agents.feedforward import FeedforwardNetworks
from lib.machine import Machine
from lib.probes.counterfactual import counterfactual
from lib.tasks.regression import Problems

PROBES = 100  # points at which a machine is asked: the source's


@dataclass(frozen=True)
class Effective:
    """Effective matrices of machines, each beside the matrix that it should compute.

    Attributes:
        matrices: the best linear description of what they say.
        targets: what they should compute.
        errors: mean squared distance of what they say from what is true, summed over the numbers of y. It holds what
            no matrix describes as well, and no noise.
    """

    matrices: Float[Tensor, "batch *time y x"]
    targets: Float[Tensor, "batch y x"]
    errors: Float[Tensor, "batch *time"]

    @property
    def spectra(self) -> Float[Tensor, "batch *time mode"]:
        """How much of each singular mode of its target a machine computes: diag(U' W V), largest target first.

        Equations (3) and (5) of the source. What lies outside the diagonal is left out, as there.
        """
        u, _, vh = torch.linalg.svd(self.targets)
        between = (slice(None), *(None,) * (self.matrices.ndim - 3))
        return (self.matrices @ vh.mT[between] * u[between]).sum(dim=-2)

    @property
    def progress(self) -> Float[Tensor, "batch *time mode"]:
        """The same as a share of the singular value: q, which is 1 where a mode is learned.

        Raises:
            ValueError: if a singular value is 0, of which there is no share.
        """
        values = torch.linalg.svdvals(self.targets)
        if (values <= 0).any():
            raise ValueError("a target has a singular value of 0; there is no share of it")
        return self.spectra / values[(slice(None), *(None,) * (self.matrices.ndim - 3))]


def effective(machine: Machine, problems: Problems, rng: torch.Generator, probes: int = PROBES) -> Effective:
    """Effective matrices of a machine at each step of its episodes, asked at points from Normal(0, I), other ones in
    each episode; the past stays as it was.

    Args:
        machine: told x_t and y_{t-1}, it says what y_t will be.
        problems: about linear functions.
        rng: of the points.
        probes: how many in each episode.

    Raises:
        ValueError: as `fitted`; or if the machine takes other inputs.
    """
    return effective_at(machine, problems, torch.randn(len(problems.x), probes, problems.x.shape[-1], generator=rng))


def effective_at(machine: Machine, problems: Problems, x: Float[Tensor, "batch probe x"], since: int = 0) -> Effective:
    """The same, asked at given points, and from a step on.

    Raises:
        ValueError: as `effective`.
    """
    check_enough(x)
    truth = x @ problems.functions.mT
    # Step by step, so that what was said at one is forgotten before the next is asked.
    found = [(fitted(x, y), _errors(y, truth)) for y in counterfactual(machine, problems.inputs, x, since)]
    matrices, errors = (torch.stack(each, dim=1) for each in zip(*found, strict=True))
    return Effective(matrices, problems.functions, errors)


def effective_now(
    networks: FeedforwardNetworks,
    targets: Float[Tensor, "learner y x"],
    rng: torch.Generator,
    probes: int = PROBES,
) -> Effective:
    """Effective matrix of each network of a group by now, asked at points from Normal(0, I).

    Raises:
        ValueError: as `fitted`.
    """
    x = torch.randn(len(targets), probes, targets.shape[-1], generator=rng)
    check_enough(x)
    with torch.inference_mode():
        y = networks(x)
    return Effective(fitted(x, y), targets, _errors(y, x @ targets.mT))


def fitted(x: Float[Tensor, "batch point x"], y: Float[Tensor, "batch point y"]) -> Float[Tensor, "batch y x"]:
    """Least-squares matrices of what was said at some points; no constant term.

    >>> x = torch.tensor([[[1.0], [2.0]]])
    >>> fitted(x, 3 * x)
    tensor([[[3.]]])

    Raises:
        ValueError: if there are fewer points than numbers in x.
    """
    check_enough(x)
    return torch.linalg.lstsq(x, y).solution.mT


def check_enough(x: Float[Tensor, "batch point x"]) -> None:
    """Refuse to describe a machine by too few answers.

    Raises:
        ValueError: if there are fewer points than numbers in x.
    """
    points, size = x.shape[1:]
    if points < size:
        raise ValueError(f"{points} probes of {size} numbers; there must be at least as many probes as numbers")


def _errors(said: Float[Tensor, "batch point y"], truth: Float[Tensor, "batch point y"]) -> Float[Tensor, " batch"]:
    return (said - truth).square().sum(dim=2).mean(dim=1)
