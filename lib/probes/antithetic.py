"""Antithetic probe: how much of a small singular mode a machine has found, without the noise of the large ones.

A machine lives through the same episode twice: once about a function with the mode as it is, once with its sign turned.
Points, noise and probes are the same. Half the difference of the two effective matrices is what the machine has taken
from this mode; what it says of all others cancels. (Antithetic variates; Hammersley and Morton 1956.)

Source of what is measured: Rabinowitz 2019, equations (3) and (5).
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from lib.machine import Machine
from lib.probes.effective_spectrum import PROBES, effective_at
from lib.tasks.regression import Problems


def antithetic_progress(
    machine: Machine,
    problems: Problems,
    rng: torch.Generator,
    modes: Sequence[int] | None = None,
    probes: int = PROBES,
    since: int = 0,
) -> Float[Tensor, "batch time mode"]:
    """Shares q of singular modes of the targets that a machine has found before it is told y of each step.

    For a machine whose answers are linear in the y that it was told, such as ridge regression, the expectation is that
    of `effective`.

    Args:
        machine: told x_t and y_{t-1}, it says what y_t will be.
        problems: about linear functions.
        rng: of the points at which the machine is asked.
        modes: which, 0 the largest; all if None.
        probes: points in each episode.
        since: the first step, counted from 0, that is looked at.

    Raises:
        ValueError: as `effective`; or if there is no such mode, or its singular value is 0.
    """
    u, values, vh = torch.linalg.svd(problems.functions)
    chosen = range(values.shape[1]) if modes is None else modes
    if any(not 0 <= mode < values.shape[1] for mode in chosen):
        raise ValueError(f"modes are {list(chosen)}; targets have modes 0 to {values.shape[1] - 1}")
    x = torch.randn(len(problems.x), probes, problems.x.shape[-1], generator=rng)
    one = effective_at(machine, problems, x, since).matrices
    shares = []
    for mode in chosen:
        if (values[:, mode] <= 0).any():
            raise ValueError(f"a target has a singular value of 0 at mode {mode}; there is no share of it")
        across, along = u[:, :, mode], vh[:, mode]
        part = values[:, mode, None, None] * across[:, :, None] * along[:, None, :]
        turned = Problems(problems.functions - 2 * part, problems.x, problems.y - 2 * problems.x @ part.mT)
        half = (one - effective_at(machine, turned, x, since).matrices) / 2
        shares.append(torch.einsum("by,btyx,bx->bt", across, half, along) / values[:, None, mode])
    return torch.stack(shares, dim=-1)
