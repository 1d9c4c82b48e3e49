"""Recorded Learners of sums of sines: the training of a group, and what it had found on its way."""

from torch import Tensor, stack, tensor

from lib.checkpoints import log_spaced
from lib.probes.fourier import of_learners
from lib.probes.tangent_kernel import rank, tangent_kernel, wave_rates
from lib.spec import versioned
from lib.tasks.fourier import Fourier
from lib.training.single_task import Learners, learn

EVERY = 10  # updates between two looks at a Learner
KERNELS = 6  # looks at the kernel of a Learner, from the first step to the last
MODES = len(Fourier().amplitudes)


@versioned("fourier-learners", 1)
def record_learners(spec: Learners) -> dict[str, Tensor]:
    """Let a group learn, and look at it every few updates.

    Returns:
        `update`, at each look; `q` of equation (10), by (look, learner, mode); `error`, the mean square distance from
        the truth on the grid, by (look, learner).

    Raises:
        FloatingPointError: if a loss stops being a finite number.
    """
    looks, projections, errors = [], [], []
    for moment in learn(spec):
        if moment.update % EVERY == 0:
            found = of_learners(moment.networks, moment.functions, spec.task, MODES)
            looks.append(moment.update)
            projections.append(found.q)
            errors.append(found.errors)
    return {"update": tensor(looks), "q": stack(projections), "error": stack(errors)}


@versioned("fourier-learners-and-kernels", 1)
def record_with_kernel(spec: Learners) -> dict[str, Tensor]:
    """Let a group learn, look at it every few updates, and at its tangent kernel a few times.

    Returns:
        `update` and `q` as `record_learners` has them; `kernel_update`, at each look at the kernel; `rate`, of each
        wave by the kernel, by (look, learner, mode); `rank` of the kernel, by (look, learner).

    Raises:
        FloatingPointError: if a loss stops being a finite number.
    """
    kernel_looks = log_spaced(spec.updates, KERNELS)
    looks, projections, rates, ranks = [], [], [], []
    for moment in learn(spec):
        if moment.update % EVERY == 0:
            looks.append(moment.update)
            projections.append(of_learners(moment.networks, moment.functions, spec.task, MODES).q)
        if moment.update in kernel_looks:
            kernel = tangent_kernel(moment.networks)
            rates.append(wave_rates(kernel, MODES))
            ranks.append(rank(kernel))
    return {
        "update": tensor(looks),
        "q": stack(projections),
        "kernel_update": tensor(kernel_looks),
        "rate": stack(rates),
        "rank": stack(ranks),
    }
