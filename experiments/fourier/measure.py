"""Recorded Learners of sums of sines: the training of a group, and what it had found on its way."""

from torch import Tensor, stack, tensor

from lib.probes.fourier import of_learners
from lib.spec import versioned
from lib.tasks.fourier import Fourier
from lib.training.single_task import Learners, learn

EVERY = 10  # updates between two looks at a Learner
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
